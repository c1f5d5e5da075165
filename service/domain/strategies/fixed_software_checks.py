"""What speaks against an installation, in words that a person can act on.

Everything that can be known before is asked before: an open installation, no room, a standby that
does not follow, a clock that is not true. Each refusal names its way out.
"""

from collections.abc import Collection, Iterator

from service.domain.identity import BaseRadioMac
from service.domain.install_job import Stage
from service.domain.installation import Fate
from service.domain.instants import TrueTime
from service.domain.observation import ControllerView, Topic
from service.domain.plan import Asked, Situation
from service.domain.strategies.fixed_software_path import BUNDLE
from service.domain.strategies.fixed_software_stages import stranded
from service.domain.strategies.refusals import (
    CLOCK_TRUE_S,
    NO_TRUE_TIME,
    REPAIR_FIRST,
    UNSAVED,
    another_window,
    installation,
)

NAMED = 5


def refusals(situation: Situation, asked: Asked, stages: tuple[Stage, ...]) -> Iterator[str]:
    """Every reason not to install these stages now."""
    view = situation.view
    yield from _unreadable(view)
    yield from _mode(view)
    yield from installation(view)
    if any(one.fate is Fate.ASKS for one in view.operations or ()):
        yield "an operation of the installer waits for an answer on the console: give it there"
    if view.reload is not None:
        yield f"a reload is scheduled ({view.reload}): take it off (reload cancel)"
    yield from another_window(view)
    yield from _standby(view)
    yield from _time(view, situation.true_time)
    yield from _unsaved(view, asked, stages)
    yield from _accepted(situation, asked, stages)


def _unreadable(view: ControllerView) -> Iterator[str]:
    for topic, value in (
        (Topic.INSTALL, view.install),
        (Topic.STORAGE, view.storage),
        (Topic.AP_JOIN, view.aps),
        (Topic.CLOCK, view.clock),
    ):
        if value is None:
            yield f"{topic} cannot be read: {view.unknown.get(topic, 'no answer')}"


def _mode(view: ControllerView) -> Iterator[str]:
    if view.install is not None and view.install.boot_mode == BUNDLE:
        yield (
            "it runs in bundle mode, which the installer refuses: bring it to install mode "
            "(boot from packages.conf)"
        )


def _standby(view: ControllerView) -> Iterator[str]:
    if view.standby is None:
        if Topic.REDUNDANCY in view.unknown:
            yield f"whether there is a standby is not known: {view.unknown[Topic.REDUNDANCY]}"
        return
    if view.install is None or view.install.standby_hot is not True:
        yield (
            f"there is a standby controller ({view.standby}), and that it is hot is not known: see "
            "show redundancy states, and wait until it is"
        )


def _time(view: ControllerView, true_time: TrueTime | None) -> Iterator[str]:
    if true_time is None:
        yield NO_TRUE_TIME
        return
    if view.ntp_state is not None and not view.ntp_state.synchronised:
        yield f"NTP is not in sync: {REPAIR_FIRST}, or give it a server that answers"
    if view.clock is not None:
        off_s = (view.clock.shown_at(true_time.instant) - true_time.at).total_seconds()
        if abs(off_s) > CLOCK_TRUE_S:
            yield f"the clock is {off_s:+.0f} s from true time: {REPAIR_FIRST}"


def _unsaved(view: ControllerView, asked: Asked, stages: tuple[Stage, ...]) -> Iterator[str]:
    """The installer asks on the console about what is not saved, and a reload loses it."""
    if asked.save_pending or view.unsaved is False:
        return
    if view.unsaved:
        yield UNSAVED
    elif any(stage.reloads for stage in stages):
        yield (
            "the controller can't tell whether it is saved, and its reload would lose what is not: "
            "save it, and accept it with --save-pending"
        )


def _accepted(situation: Situation, asked: Asked, stages: tuple[Stage, ...]) -> Iterator[str]:
    reloads = [stage.label for stage in stages if stage.reloads]
    if reloads and not asked.accept_reload:
        yield f"the controller reloads for {', '.join(reloads)}: accept it with --accept-reload"
    lost = stranded(situation, stages)
    if lost and not asked.accept_stranded:
        yield (
            f"{len(lost)} AP(s) will strand if the controller goes back in the middle, for they "
            f"keep no copy of what they would fall back to: {listed(situation, lost)}: accept it "
            "with --accept-stranded"
        )


def listed(situation: Situation, macs: Collection[BaseRadioMac]) -> str:
    """APs for people, the first few by name."""
    names = [ap.label for ap in situation.view.aps or () if ap.mac in macs]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
