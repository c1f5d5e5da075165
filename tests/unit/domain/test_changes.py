import pytest

from service.domain.changes import (
    CANARY,
    CLOCK,
    GUARDS,
    PROBE,
    TIMER_PREFIX,
    WITNESS,
    AddNtp,
    ProveTimer,
    RemoveNtp,
    RemoveTimers,
    ResetAp,
    SaveConfig,
    describe,
)
from service.domain.steps.ours import created
from tests.support.builders import MAC, NTP, REMEDIATION, guard, set_back, set_true

CHANGES = [
    (RemoveNtp(NTP), "remove server 192.0.2.1, peer vrf Mgmt-intf 192.0.2.2", set()),
    (AddNtp(NTP), "add back server 192.0.2.1, peer vrf Mgmt-intf 192.0.2.2", set()),
    (ProveTimer(REMEDIATION, 5, (2026,)), "to run in 5 s", {PROBE, WITNESS}),
    (guard(), f"create {GUARDS[0]}, to restore the controller in 600 s", {GUARDS[0]}),
    (set_back(), "set the clock to 2022-12-04 16:00:00 local in 5 s", {CLOCK, CANARY}),
    (set_true(0), "set the clock to 2026-11-21 20:00:05 local in 5 s", {CLOCK}),
    (RemoveTimers(GUARDS), f"delete {GUARDS[0]}, {GUARDS[1]}", set()),
    (SaveConfig(), "save the running configuration", set()),
    (ResetAp(MAC), f"reset AP {MAC}", set()),
]


@pytest.mark.parametrize(("change", "words", "names"), CHANGES)
def test_every_change_says_what_it_does_and_which_timers_it_makes(change, words, names):
    assert words in describe(change)
    assert created(change) == names


def test_every_timer_of_ours_carries_the_claim_in_its_name():
    names = {name for change, _, _ in CHANGES for name in created(change)} | set(GUARDS)
    assert all(name.startswith(TIMER_PREFIX) for name in names)
    assert len(names) == 6
