"""What a controller tells by itself of its access points: which of it is reason enough to look.

A controller that is subscribed to sends all of it at first, and every period or with every change
what there is since. Only what differs from what it said before counts: an access point that stays
as it is is no event. What went before the first of it, or between two subscriptions, nobody saw:
that is a gap, and a gap is a reason to look at the controller as a whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.domain.events.messages import Sense
from service.domain.events.reading import Said
from service.domain.events.tying import Clues

VIA = "netconf"
GAP = "netconf-gap"
STATE, JOIN = "ap-state", "ap-join"
Leaves = Mapping[str, str]
SENSES = {"registered": Sense.AP_JOINED, "downloading": Sense.AP_DOWNLOADS}
"""Of `ap-operation-state`; what is none of these is an error of the access point."""
PHASES = {"dtls": Sense.DTLS_FAILED, "imgdwnld": Sense.IMAGE_FAILED}
"""Of `last-error-type`, by its last word; `unknown` is no failure."""
NEVER_FAILED = ("", "unknown")


@dataclass(frozen=True, slots=True)
class Pushed:
    """One message of a controller, about one of the things that it was asked to tell.

    Attributes:
        about: the contract's key of it.
        is_whole: everything there is, and what is not in it is gone.
        rows: base radio MAC -> its leaves by our names; None: it is gone.
        is_short: the controller says that it left something out.
    """

    about: str
    is_whole: bool
    rows: Mapping[str, Leaves | None] = field(default_factory=dict)
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class PushEnded:
    """The controller ends one of its subscriptions, or halts it for now.

    Attributes:
        is_for_now: it means to go on by itself.
    """

    about: str
    reason: str
    is_for_now: bool = False


class Memory:
    """What one controller said last of its access points. For one thread."""

    def __init__(self, controller: str) -> None:
        self._controller = controller
        self._known: dict[str, dict[str, Leaves]] = {}

    def gap(self, why: str) -> Said:
        """That something may have been missed."""
        return self._said(Sense.GAP, GAP, why)

    def noticed(self, pushed: Pushed) -> tuple[Said, ...]:
        """What is new in a message; the first whole one of a thing only tells how things are."""
        before = self._known.get(pushed.about)
        after = {} if pushed.is_whole else dict(before or {})
        for mac, leaves in pushed.rows.items():
            if leaves is None:
                after.pop(mac, None)
            else:
                after[mac] = {**(before or {}).get(mac, {}), **leaves}
        self._known[pushed.about] = after
        found = [] if before is None and pushed.is_whole else [*self._changes(pushed, before or {})]
        if pushed.is_short:
            found.append(self.gap("the controller left something out"))
        return tuple(found)

    def _changes(self, pushed: Pushed, before: Mapping[str, Leaves]) -> Iterator[Said]:
        after = self._known[pushed.about]
        touched = {**before, **after} if pushed.is_whole else pushed.rows
        for mac in touched:
            was, now = before.get(mac), after.get(mac)
            if was != now:
                tell = self._joins if pushed.about == JOIN else self._moves
                yield from tell(mac, was or {}, now)

    def _moves(self, mac: str, was: Leaves, now: Leaves | None) -> Iterator[Said]:
        """An access point came, went, or does something else."""
        old, new = was.get("state", "absent"), (now or {}).get("state", "absent")
        if old != new:
            sense = Sense.AP_LEFT if now is None else SENSES.get(new, Sense.AP_ERROR)
            yield self._said(sense, "netconf-ap-state", f"{mac}: {old} -> {new}", mac)

    def _joins(self, mac: str, was: Leaves, now: Leaves | None) -> Iterator[Said]:
        """An access point that could not join, once more or for another reason."""
        leaves = now or {}
        phase = leaves.get("error", "").rpartition("-")[2]
        same = (was.get("error"), was.get("at")) == (leaves.get("error"), leaves.get("at"))
        if phase in NEVER_FAILED or same:
            return
        text = f"{mac}: {leaves['error']} at {leaves.get('at', 'an unknown time')}"
        sense = PHASES.get(phase, Sense.AP_ERROR)
        yield self._said(sense, "netconf-ap-join", text, mac, name=leaves.get("name", ""))

    def _said(
        self, sense: Sense, message: str, text: str, mac: str = "", *, name: str = ""
    ) -> Said:
        clues = Clues(controller=self._controller, macs=(mac,) if mac else (), ap_name=name)
        return Said(sense, message, VIA, self._controller, "", text, clues)
