"""Tell the installer one thing, and follow it to its end.

By its uuid where the controller lists operations (17.9 on), else by the books. An order is sent
once. What was refused, failed, never began or did not end is told; a reply that
was lost is no reason to send it again, for the same look tells what became of it.
"""

from service.domain.changes import Change
from service.domain.installation import Fate, Operation
from service.domain.observation import ControllerView
from service.domain.remediation import Run, Sent
from service.domain.software_changes import InstallOrder
from service.domain.steps.installing import busy, is_silent, look_s, operation
from service.domain.steps.protocol import Fail, Hold, Moment, Move, Send

ORDER_TIMEOUT_S = 60.0
IDLE_WITHIN_S = 300.0
"""An order that comes while another is under way may be dropped without a word (measured by
others: bforejt/nautobot-upgrades, docs and constants): so the installer has to be idle first."""
BEGINS_WITHIN_S = 120.0
SHOWS_WITHIN_S = 120.0
"""Operations are marked as ended slightly before the books change (FACTS, section 4)."""
PROGRESS, ENDED = "progress", "ended"
NO_WORD = "no word of it yet"


def follow(
    step: str,
    run: Run,
    view: ControllerView,
    moment: Moment,
    *,
    order: InstallOrder,
    limit_s: float,
) -> Move:
    """What comes next for an order whose effect the books do not show yet.

    `step` gives it, with a fresh uuid; it may take `limit_s` at most.
    """
    sent = run.sent_in(step, InstallOrder)
    if not sent:
        return _when_idle(step, run, view, moment, order)
    return watch(step, run, view, moment, sent=sent[-1], limit_s=limit_s)


def watch(
    step: str, run: Run, view: ControllerView, moment: Moment, *, sent: Sent, limit_s: float
) -> Move:
    """What becomes of an order that was given."""
    verb, elapsed_s = _verb(sent.change), run.elapsed_s(sent.at, moment.now)
    if not sent.may_have_happened:
        return Fail(f"the controller refused to {verb}: {sent.detail}")
    uuid = sent.change.uuid if isinstance(sent.change, InstallOrder) else ""
    found = operation(view, uuid)
    if found is not None:
        ended = _ended(step, run, moment, found, verb)
        if ended is not None:
            return ended
    if elapsed_s >= limit_s:
        return Fail(f"{verb} did not come to an end within {limit_s:.0f} s")
    doing, known = found.said if found else busy(view), run.facts(step).get(PROGRESS, NO_WORD)
    if doing is None and not is_silent(view) and elapsed_s >= BEGINS_WITHIN_S:
        return Fail(_came_to_nothing(verb, known))
    told = doing or NO_WORD
    news = {} if doing is None or known == told else {PROGRESS: told}
    return Hold(look_s(run), f"{verb}: {told}", news)


def _came_to_nothing(verb: str, known: str) -> str:
    """Of an installer at rest whose books show nothing of an order; `known`: its last word."""
    if known == NO_WORD:
        return f"the controller never began to {verb}, and does nothing now"
    return (
        f"{verb} came to nothing: the installer was at work ({known}), does nothing now, and its "
        "books do not show it"
    )


def _when_idle(
    step: str, run: Run, view: ControllerView, moment: Moment, order: InstallOrder
) -> Move:
    doing = busy(view)
    if doing is None:
        return Send(order, timeout_s=ORDER_TIMEOUT_S)
    if run.elapsed_s(run.since(step), moment.now) >= IDLE_WITHIN_S:
        return Fail(f"the installer has been busy for {IDLE_WITHIN_S:.0f} s: {doing}")
    return Hold(look_s(run), f"the installer is busy: {doing}")


def _ended(step: str, run: Run, moment: Moment, found: Operation, verb: str) -> Move | None:
    """What follows of an operation that does not run any more; None: it runs."""
    match found.fate:
        case Fate.RUNS:
            return None
        case Fate.FAILED:
            return Fail(f"{verb} failed: {found.said}")
        case Fate.ASKS:
            return Fail(f"{verb} waits for an answer on the console: {found.said}")
        case Fate.SUCCEEDED:
            since = run.when(step, ENDED)
            if run.facts(step).get(ENDED) != found.uuid or since is None:
                return Hold(look_s(run), f"{verb}: {found.said}", {ENDED: found.uuid})
            if run.elapsed_s(since, moment.now) >= SHOWS_WITHIN_S:
                return Fail(f"{verb} succeeded by the list, and the books do not show it")
            return Hold(look_s(run), f"{verb}: done, waiting for the books")


def _verb(change: Change) -> str:
    return change.verb if isinstance(change, InstallOrder) else change.kind
