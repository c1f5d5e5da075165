"""A lost reply is an outcome of its own: look, compare, decide; for every kind of change.

In this remediation every kind that a clock window knows is sent at least once: an AP hangs until it
is reset, and the window lasts for longer than one dead-man's switch.
"""

from collections import Counter
from dataclasses import replace

import pytest

from service.domain.changes import AddNtp, RemoveNtp, ResetAp, SetClock
from service.domain.remediation import Run
from tests.support.builders import POLICY
from tests.support.fake_controller import Quirks
from tests.support.promises import broken
from tests.support.stage import Stage, ap

LOST = ["lost-before", "lost-after", "late"]
KINDS = {
    "prove-timer",
    "arm-guard",
    "remove-ntp",
    "set-clock",
    "reset-ap",
    "add-ntp",
    "remove-timers",
    "save-config",
}
LONG = replace(POLICY, dead_man_after_s=260.0)
ONCE = (SetClock, ResetAp)
"""What is never sent again on a guess (DESIGN.md, section 6.11)."""


def windowed(*, timers: bool = True) -> Stage:
    quirks = Quirks(has_timers=timers, follows_within_s=1e12 if timers else 1000.0)
    hosts = {} if timers else {"host-1": "boot-1", "host-2": "boot-of-host-2"}
    aps = [ap(1), ap(2, needs_reset=True)]
    return Stage(policy=LONG, aps=aps, quirks=quirks, hosts=hosts)


def undisturbed(*, timers: bool = True) -> list:
    stage = windowed(timers=timers)
    assert stage.remediate().state == "succeeded"
    return list(stage.line.sent)


def lost(number: int, fate: str, *, timers: bool = True) -> tuple[Stage, list[str]]:
    """A remediation whose change number so-and-so was lost, and what is wrong with its end."""
    stage = windowed(timers=timers)
    stage.line.changes[number] = fate
    closed = stage.remediate()
    stage.settle(200)
    return stage, broken(stage, closed)


def test_every_kind_is_sent():
    sent = Counter(change.kind for change in undisturbed())
    assert set(sent) == KINDS
    assert sent["arm-guard"] > 1
    assert sent["remove-timers"] > 1


@pytest.mark.parametrize("timers", [True, False], ids=["timers", "guardians"])
@pytest.mark.parametrize("fate", LOST)
def test_whichever_reply_is_lost_everything_ends_as_it_was(fate, timers):
    failures = {}
    for number, change in enumerate(undisturbed(timers=timers)):
        if found := lost(number, fate, timers=timers)[1]:
            failures[f"{number} {change.kind}"] = found
    assert not failures


@pytest.mark.parametrize("timers", [True, False], ids=["timers", "guardians"])
def test_what_was_taken_is_not_sent_again_where_a_look_shows_it(timers):
    """The probe leaves no trace and a save may come twice; switches are renewed by the clock."""
    shown = (RemoveNtp, AddNtp, *ONCE)
    whole = undisturbed(timers=timers)
    failures = {}
    for number, change in enumerate(whole):
        if not isinstance(change, shown):
            continue
        stage, _ = lost(number, "lost-after", timers=timers)
        sent, usual = (Counter(c.kind for c in some) for some in (stage.line.sent, whole))
        if sent[change.kind] != usual[change.kind]:
            failures[f"{number} {change.kind}"] = sent[change.kind]
    assert not failures


@pytest.mark.parametrize("fate", LOST)
def test_an_ap_is_reset_once_at_most(fate):
    number = next(n for n, change in enumerate(undisturbed()) if isinstance(change, ResetAp))
    stage, _ = lost(number, fate)
    assert sum(isinstance(change, ResetAp) for change in stage.line.sent) == 1
    assert stage.box.aps[0].resets == 0


@pytest.mark.parametrize("fate", LOST)
def test_the_false_moment_is_set_once_at_most(fate):
    whole = undisturbed()
    number = next(n for n, change in enumerate(whole) if isinstance(change, SetClock))
    stage, _ = lost(number, fate)
    false = [c for c in stage.line.sent if isinstance(c, SetClock) and c.is_false]
    assert len(false) == 1


@pytest.mark.parametrize("fate", LOST)
def test_the_journal_calls_it_unknown_and_says_why(fate):
    for number in range(len(undisturbed())):
        stage, _ = lost(number, fate)
        (row,) = stage.store.remediations()
        sent = Run(stage.store.journal(row.id)).sent[number]
        assert sent.outcome == "unknown"
        assert "no reply" in sent.detail
