"""One controller's case: everything that the rules look at, brought together once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from service.domain.catalogue import Catalogue, Signature, matching
from service.domain.diagnosis.verdict import DiagnosisContext
from service.domain.history import THERE, ApHistory, begin, extend, is_failing, is_there
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState, ControllerView, LogLine
from service.domain.releases import Release

PREDOWNLOAD_FAILED = "pre-dwnld-failed"
SHOWN = 12
"""How many sentences or APs of one kind are written out; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Case:
    """A view with its history.

    Attributes:
        aps: the APs of the view that a rule could have something to say of, ordered by MAC, each
            with its history up to this view. Those that plainly serve are left out at once: nearly
            all are of that kind.
        absent: APs of the history that no table of the view lists, ordered by MAC. Absent is not
            gone: on 17.3 an AP that reboots is in no table at all.
        present: the MACs of all APs of the view.
    """

    view: ControllerView
    catalogue: Catalogue
    context: DiagnosisContext
    aps: tuple[ApHistory, ...] = ()
    absent: tuple[ApHistory, ...] = ()
    present: frozenset[str] = frozenset()
    release: Release | None = None
    lines_of: Mapping[str, tuple[LogLine, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        view: ControllerView,
        history: Mapping[BaseRadioMac, ApHistory],
        catalogue: Catalogue,
        context: DiagnosisContext,
        *,
        with_all: bool = False,
    ) -> "Case":
        """Bring a case together; the history may or may not hold this view already.

        `with_all` leaves nobody out; so do log lines, which may be about anybody.
        """
        seen = view.aps or ()
        present = frozenset([ap.mac.value for ap in seen])  # texts: their hashes cost no call
        if not (with_all or view.logs or len(present) < len(seen)):
            seen = tuple([ap for ap in seen if not plainly_serves(ap)])
        aps = {ap.mac: _up_to(view, history.get(ap.mac), ap) for ap in seen}
        absent = [past for mac, past in history.items() if mac.value not in present]
        return cls(
            view,
            catalogue,
            context,
            tuple(aps[mac] for mac in sorted(aps)),
            tuple(sorted(absent, key=lambda past: past.mac)),
            present,
            _release(view.release),
            _lines_by_mac(view.logs),
        )

    @property
    def now(self) -> datetime:
        """The controller's own time, which its certificates are judged by; else the host's."""
        return self.view.read_at if self.view.clock is None else self.view.clock.device_time

    @property
    def patches(self) -> tuple[str, ...]:
        """File names of committed packages."""
        return self.view.install.patches if self.view.install else ()

    def seconds_since(self, moment: datetime) -> float:
        """Seconds of this host's time from a moment to the view."""
        return (self.view.read_at - moment).total_seconds()

    def lines(self, ap: ApSighting) -> tuple[LogLine, ...]:
        """The log lines that name this AP by either of its MACs."""
        own = self.lines_of.get(ap.mac.value, ())
        if ap.ethernet_mac is None or ap.ethernet_mac.value == ap.mac.value:
            return own
        return own + self.lines_of.get(ap.ethernet_mac.value, ())

    def names(self, signatures: tuple[Signature, ...], ap: ApSighting) -> tuple[str, ...]:
        """Evidence for every line of this AP that a proving signature knows."""
        found = matching(signatures, self.lines(ap))
        return tuple(of_line(line, signature) for line, signature in found if signature.proves)

    def told(self, ap: ApSighting, what: str, *fields: str) -> str:
        """A sentence of evidence on one AP, with the device paths of its fields and the time.

        Of the fields, those count that the AP shows; the first where it shows none.
        """
        shown = [name for name in fields if getattr(ap, name, True) is not None]
        paths = dict.fromkeys(self._path(ap, name) for name in shown or fields[:1])
        return f"{ap.label}: {what} ({', '.join(paths)}, {at(self.view.read_at)})"

    def told_here(self, what: str, *fields: str) -> str:
        """A sentence of evidence on the controller itself."""
        paths = dict.fromkeys(self.view.origin(name) for name in fields)
        return f"{what} ({', '.join(paths)}, {at(self.view.read_at)})"

    def _path(self, ap: ApSighting, name: str) -> str:
        for key in (f"aps.{ap.mac}.{name}", f"aps.{name}", name, "aps"):
            if key in self.view.origins:
                return self.view.origins[key]
        return name


def plainly_serves(ap: ApSighting) -> bool:
    """Whether no rule has anything to say of an AP, whatever its history.

    It serves, and its predownload did not fail: rules ask no more of such an AP, but for log lines.
    """
    if ap.state not in THERE:
        return False
    return ap.predownload is None or not ap.predownload.startswith(PREDOWNLOAD_FAILED)


def trouble_of(past: ApHistory) -> bool:
    """Whether an AP is worth judging: it downloads, or is known not to have joined."""
    return past.last.state is ApState.DOWNLOADING or is_failing(past.last)


def serves(past: ApHistory) -> bool:
    """Whether an AP has joined and serves."""
    return is_there(past.last)


def of_line(line: LogLine, signature: Signature) -> str:
    """Evidence from a log line: what it says, its text, where and when it was written."""
    when = f", {at(line.at)}" if line.at else ""
    return f"{signature.says}: {_shortened(line.text.strip())!r} ({line.source}{when})"


def at(moment: datetime) -> str:
    """A moment for people and machines: RFC 3339, UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def listed(names: list[str]) -> str:
    """Names in one line; beyond a dozen the rest is counted."""
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def first_few(sentences: list[str]) -> tuple[str, ...]:
    """A dozen sentences, and how many were left out."""
    rest = len(sentences) - SHOWN
    return (*sentences[:SHOWN], *([f"and {rest} more of the kind"] if rest > 0 else []))


def _up_to(view: ControllerView, past: ApHistory | None, ap: ApSighting) -> ApHistory:
    """An AP's history up to the view; one that runs ahead of it (our clock jumped) is left out."""
    if past is not None and past.last_seen > view.read_at:
        return begin(ap, view.read_at)
    return extend(past, ap, view.read_at)


def _release(text: str | None) -> Release | None:
    try:
        return None if text is None else Release.parse(text)
    except ValueError:
        return None


def _lines_by_mac(lines: tuple[LogLine, ...]) -> dict[str, tuple[LogLine, ...]]:
    found: dict[str, list[LogLine]] = {}
    for line in lines:
        if line.mac is not None:
            found.setdefault(line.mac, []).append(line)
    return {mac: tuple(of_mac) for mac, of_mac in found.items()}


def _shortened(text: str, longest: int = 200) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."
