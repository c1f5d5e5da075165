"""Words: one event as a person reads it, half awake: what, where, since when, what happens next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC

from service.domain.notices.plain import LONGEST_LINE, plain
from service.domain.notices.rules import Severity, about_of, severity_of, state_of
from service.domain.notices.window_words import told_of_window
from service.domain.webhooks import EventKind, Happening

MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Words:
    """One event in words.

    Attributes:
        title: what and where, on one line.
        lines: since when and what happens next; the link, if any, comes last.
    """

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)


def words_of(happening: Happening, *, site: str | None, on_finding: str, link: str | None) -> Words:
    """An event in words.

    Args:
        happening: the event.
        site: where its controller stands; None: nobody said.
        on_finding: what the policy queues by itself after a finding.
        link: where the page is; None: no link is given.
    """
    where = f"{happening.controller} ({plain(site)})" if site else happening.controller
    title, lines, then = _told(happening, on_finding)
    since = happening.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    told = [f"Where: {where}", *lines, f"Since: {since}", f"Next: {then}"]
    if link is not None:
        told.append(f"Page: {link}{_path(happening)}")
    mark = severity_of(happening).word
    return Words(f"{mark}: {happening.controller}: {title}"[:LONGEST_LINE], tuple(told))


def _told(happening: Happening, on_finding: str) -> tuple[str, list[str], str]:
    """The title's end, further lines, and what happens next."""
    about, controller = about_of(happening), happening.controller
    issue = plain(about.get("issue") or "an issue")
    match happening.kind:
        case EventKind.FINDING_OPENED | EventKind.FINDING_CHANGED:
            aps, sure = _aps(about), plain(state_of(happening) or "")
            verb = "found" if happening.kind is EventKind.FINDING_OPENED else "changed"
            title = f"{issue} {verb}: {_count(about)} stuck, {sure}"
            return title, aps, _after_finding(controller, on_finding)
        case EventKind.FINDING_GONE:
            return f"{issue} is gone", [], "Nothing: the newest sweep no longer shows it."
        case EventKind.CONTROLLER_UNREACHABLE:
            return "cannot be read", _outage(about), _after_outage(controller, about)
        case EventKind.CONTROLLER_REACHABLE:
            return "answers again", _outage(about), "Nothing: it is polled as before."
        case (
            EventKind.WINDOW_OPENED
            | EventKind.WINDOW_OVERDUE
            | EventKind.WINDOW_ENDING
            | EventKind.WINDOW_CLOSED
        ):
            return told_of_window(happening.kind, controller, about)
        case _:
            return _told_of_work(happening, about, issue)


def _told_of_work(
    happening: Happening, about: Mapping[str, object], issue: str
) -> tuple[str, list[str], str]:
    controller, state = happening.controller, plain(state_of(happening) or "ended")
    match happening.kind:
        case EventKind.PLAN_READY:
            way = f"{issue} by {plain(about.get('strategy') or '')}"
            lapses = plain(about.get("expires") or happening.data.get("expires") or "its end")
            then = f"Somebody reads and approves it (aprejoin approve {controller}) before {lapses}"
            return f"a plan waits: {way}", [], f"{then}; nothing is changed until then."
        case EventKind.NEEDS_ATTENTION:
            return f"NEEDS ATTENTION after {issue}", _left(about), _by_hand(controller)
        case EventKind.REMEDIATION_ENDED:
            return f"{issue}: {state}", _outcome(about), _after_end(state)
        case EventKind.REMEDIATION_QUEUED:
            waits = "It begins once it is approved, and its window is open."
            return f"{issue}: a remediation is queued", [], waits
        case _:
            step = plain(about.get("step") or "")
            then = "The way home runs." if state in {"failed", "called"} else "The next step."
            return f"{issue}: {step} {state}", _detail(about), then


def _outage(about: Mapping[str, object]) -> list[str]:
    polls, since = plain(about.get("polls") or "some"), plain(about.get("since") or "not known")
    return [*_detail(about), f"Failed polls in a row: {polls}, the first at {since}"]


def _after_outage(controller: str, about: Mapping[str, object]) -> str:
    if about.get("trouble") == "refused":
        return (
            f"A person mends the login; then: aprejoin sweep {controller}. It is not tried again."
        )
    return f"It is asked again, less and less often. To ask now: aprejoin sweep {controller}"


def _after_finding(controller: str, on_finding: str) -> str:
    match on_finding:
        case "remediate":
            return "A remediation is queued by itself, under the policy's approval and windows."
        case "plan":
            return "A plan is worked out by itself and waits for approval."
        case _:
            return f"Nothing changes by itself. Read what would: aprejoin plan {controller}"


def _by_hand(controller: str) -> str:
    return (
        f"A person looks now: aprejoin restore {controller}; if that does not end it, the commands "
        "above, then docs/operating.md."
    )


def _after_end(state: str) -> str:
    match state:
        case "succeeded":
            return "Nothing: everything was put back and looked at once more."
        case "rolled-back":
            return "Everything is as it was; read the report for why, then plan again."
        case _:
            return "Nothing was changed; it can be asked for again."


def _count(about: Mapping[str, object]) -> str:
    aps = about.get("aps")
    number = aps if isinstance(aps, int) else len(_documents(aps))
    return f"{number} access point{'' if number == 1 else 's'}"


def _aps(about: Mapping[str, object]) -> list[str]:
    names = [plain(one.get("name") or one.get("mac")) for one in _documents(about.get("aps"))]
    if not names:
        return []
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return [f"Access points: {', '.join(names[:MOST_NAMES])}{more}"]


def _left(about: Mapping[str, object]) -> list[str]:
    told = [f"Still different: {line}" for line in _lines(about.get("left"))]
    return [*_detail(about), *told, *(f"Mend: {line}" for line in _lines(about.get("mend")))]


def _outcome(about: Mapping[str, object]) -> list[str]:
    aps = about.get("aps")
    if not isinstance(aps, Mapping):
        return _detail(about)
    back, missing = plain(aps.get("recovered", 0)), plain(aps.get("remaining", 0))
    return [*_detail(about), f"Access points: {back} recovered, {missing} remaining"]


def _detail(about: Mapping[str, object]) -> list[str]:
    detail = plain(about.get("detail") or "", LONGEST_LINE)
    return [f"What: {detail}"] if detail else []


def _lines(told: object) -> list[str]:
    listed = told if isinstance(told, list | tuple) else ()
    return [plain(line, LONGEST_LINE) for line in listed[:MOST_NAMES]]


def _documents(told: object) -> list[Mapping[str, object]]:
    listed = told if isinstance(told, Iterable) and not isinstance(told, str) else ()
    return [one for one in listed if isinstance(one, Mapping)]


def _path(happening: Happening) -> str:
    """Where the page shows its subject."""
    kind, _, item = happening.subject.partition("/")
    return f"/{kind}s/{item}" if kind in {"remediation", "plan"} else _controller_path(happening)


def _controller_path(happening: Happening) -> str:
    return f"/controllers/{happening.controller}"


def is_loud(severity: Severity) -> bool:
    """Whether it is told at any hour, and before everything else."""
    return severity is Severity.CRITICAL
