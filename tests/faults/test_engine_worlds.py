"""Boxes that do what no document rules out, hosts that reboot, clocks that nobody can trust."""

from dataclasses import replace

import pytest

from service.domain.plan import Asked
from service.domain.wallclock import US_RULE, ClockZone
from tests.support.builders import POLICY
from tests.support.fake_clock import FakeClock
from tests.support.fake_driver import Killed, Trap
from tests.support.promises import broken
from tests.support.stage import Stage, ap


class DyingInThePast(Trap):
    """Dies at the first look after the clock was set back."""

    stage: Stage

    def point(self, name: str) -> None:
        if name == "read" and self.stage.box.offset_s < -1000:
            self.dead = True
        if self.dead:
            raise Killed


def killed_in_the_window(zone: ClockZone | None = None) -> Stage:
    """A stage whose process died while the clock was in the past."""
    stage = Stage()
    stage.box.zone = zone or ClockZone()
    trap = DyingInThePast()
    trap.stage = stage
    process = stage.process(trap=trap)
    with pytest.raises(Killed):
        stage.remediate(process)
    stage.kill(process)
    return stage


# -- boxes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("quirk", ["eem_dead", "self_delete_aborts", "guarded_part_fails"])
def test_a_box_whose_timers_do_not_work_is_left_before_ntp_is_touched(quirk):
    stage = Stage()
    setattr(stage.box.quirks, quirk, True)
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert {change.kind for change in stage.line.sent} <= {
        "prove-timer",
        "remove-timers",
        "save-config",
    }
    assert broken(stage, closed) == []


def test_a_box_whose_countdowns_follow_the_clock_is_brought_home_at_once():
    stage = Stage()
    stage.box.quirks.countdown_follows_clock = True
    closed = stage.remediate()
    assert "late canary" in closed.detail
    assert stage.box.false_s < 60
    assert broken(stage, closed) == []


@pytest.mark.parametrize("cli_s", [0.05, 1.0, 3.0, 6.0])
def test_slow_boxes_are_allowed_for(cli_s):
    stage = Stage()
    stage.box.quirks.cli_s = cli_s
    closed = stage.remediate()
    stage.settle(200)
    assert broken(stage, closed) == []


def test_a_box_whose_timers_die_inside_of_the_window_comes_home_by_ntp():
    """No setter runs any more, nor would the switch: NTP is put back and corrects the clock."""
    stage = Stage()

    def die(number, _change) -> None:
        stage.box.quirks.eem_dead = number >= 4

    stage.line.on_change = die
    closed = stage.remediate()
    assert broken(stage, closed) == []
    assert closed.state == "succeeded"


def test_a_box_that_cannot_tell_what_is_saved_is_not_saved():
    stage = Stage()
    stage.box.quirks.tells_saved = False
    closed = stage.remediate()
    assert "save-config" not in {change.kind for change in stage.line.sent}
    assert broken(stage, closed) == []


def test_a_box_that_cannot_tell_what_is_saved_is_saved_where_it_was_asked_for():
    stage = Stage()
    stage.box.quirks.tells_saved = False
    closed = stage.remediate(asked=Asked(save_pending=True))
    assert "save-config" in {change.kind for change in stage.line.sent}
    assert broken(stage, closed) == []


def test_a_box_that_shows_no_descriptions_is_left_clean_too():
    stage = Stage()
    stage.box.quirks.keeps_descriptions = False
    assert broken(stage, stage.remediate()) == []


def test_ntp_that_never_follows_again_needs_attention_with_everything_else_put_back():
    stage = Stage()
    stage.box.quirks.ntp_reachable = False
    closed = stage.remediate()
    assert broken(stage, closed, loud=True) == []
    assert closed.state == "needs-attention"
    assert stage.box.differences() == []


# -- APs ---------------------------------------------------------------------------------------


def test_stragglers_are_reset_once_and_the_others_never():
    aps = [ap(1), ap(2, needs_reset=True), ap(3, hopeless=True), ap(4, stuck=False)]
    stage = Stage(aps=aps)
    closed = stage.remediate()
    assert [one.resets for one in stage.box.aps] == [0, 1, 1, 0]
    assert (closed.state, closed.recovered, closed.remaining) == ("rolled-back", 2, 1)
    assert broken(stage, closed) == []


def test_a_long_window_is_held_open_by_switches_that_follow_each_other():
    stage = Stage(aps=[ap(1, download_s=1100)])
    closed = stage.remediate()
    assert closed.state == "succeeded"
    guards = [getattr(change, "name", "") for change in stage.line.sent]
    assert guards.count("aprejoin-guard-a") + guards.count("aprejoin-guard-b") >= 3
    assert not any("fires" in line and "guard" in line for line in stage.box.log)
    assert broken(stage, closed) == []


def test_the_limit_of_the_policy_ends_the_wait():
    stage = Stage(aps=[ap(1, download_s=2000)], policy=replace(POLICY, wait_for_aps_s=300))
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert stage.box.false_s < 400
    assert broken(stage, closed) == []


def test_a_window_of_the_policy_that_closes_ends_it_at_the_next_renewal():
    """Open from 20:00 to 20:20: armed until 20:10, renewed at 20:05, not at 20:10."""
    policy = replace(POLICY, clock_windows=("* 20:00-20:20",))
    stage = Stage(aps=[ap(1, download_s=3000)], policy=policy)
    closed = stage.remediate()
    assert "no clock window" in closed.detail
    assert closed.state == "rolled-back"
    assert broken(stage, closed) == []


# -- hosts -------------------------------------------------------------------------------------


def test_after_a_reboot_of_the_host_two_sources_vouch_for_true_time():
    stage = killed_in_the_window()
    stage.settle(60)
    stage.clock.reboot("boot-2", off_s=-5000)  # the wall clock came up wrong, and says so
    closed = stage.restore(stage.process(servers={"192.0.2.1": 0.0, "192.0.2.2": 0.3}))
    assert broken(stage, closed) == []


def test_after_a_reboot_without_two_sources_no_clock_is_set_and_ntp_does_it():
    stage = killed_in_the_window()
    stage.settle(60)
    stage.clock.reboot("boot-2", off_s=-5000)
    stage.clock.vouches = False
    before = len(stage.line.sent)
    closed = stage.restore(stage.process())
    assert "set-clock" not in {change.kind for change in stage.line.sent[before:]}
    assert closed is not None
    assert closed.state == "needs-attention"
    assert "NTP holds it" in closed.left[0]
    assert closed.mend
    assert stage.box.differences() == []


def test_as_soon_as_two_sources_agree_a_restore_ends_well():
    stage = killed_in_the_window()
    stage.clock.reboot("boot-2")
    stage.clock.vouches = False
    first = stage.restore(stage.process())
    assert first is not None
    assert first.state == "needs-attention"
    again = stage.restore(stage.process(servers={"192.0.2.1": 0.0, "192.0.2.2": 0.1}))
    assert broken(stage, again) == []


def test_without_two_sources_and_without_ntp_a_person_is_told_and_the_switch_may_do_it():
    stage = killed_in_the_window()
    stage.box.quirks.ntp_reachable = False
    stage.clock.reboot("boot-2", off_s=-5000)
    stage.clock.vouches = False
    closed = stage.restore(stage.process())
    assert closed is not None
    assert closed.state == "needs-attention"
    assert closed.left
    assert closed.mend
    assert abs(stage.box.offset_s) < 5  # by the switch, which was left to fire
    assert stage.box.ours == set()


def test_sources_that_disagree_set_no_clock():
    stage = killed_in_the_window()
    stage.settle(60)
    stage.clock.reboot("boot-2", off_s=-5000)
    stage.clock.vouches = False
    before = len(stage.line.sent)
    closed = stage.restore(stage.process(servers={"192.0.2.1": 0.0, "192.0.2.2": 60.0}))
    assert "set-clock" not in {change.kind for change in stage.line.sent[before:]}
    assert broken(stage, closed, loud=True) == []
    assert stage.box.differences() == []


def test_slow_time_servers_do_not_look_like_an_offset_of_the_box():
    stage = killed_in_the_window()
    stage.settle(60)
    stage.clock.reboot("boot-2", off_s=7.0)
    stage.clock.vouches = False
    process = stage.process(servers={"192.0.2.1": 0.0, "192.0.2.2": 0.1})
    process.context.time_servers.takes_s = 6.0  # type: ignore[attr-defined]
    before = len(stage.line.sent)
    closed = stage.restore(process)
    assert broken(stage, closed) == []
    assert sum(change.kind == "set-clock" for change in stage.line.sent[before:]) == 1


@pytest.mark.parametrize("back_s", [60.0, 3600.0, 86400.0 * 365])
def test_a_wall_clock_that_went_back_over_a_reboot_makes_no_wait_longer(back_s):
    stage = killed_in_the_window()
    stage.settle(30)
    stage.clock.reboot("boot-2", off_s=-back_s)
    began = stage.world.elapsed
    process = stage.process(servers={"192.0.2.1": 0.0, "192.0.2.2": 0.1})
    closed = stage.restore(process)
    assert broken(stage, closed) == []
    assert stage.world.elapsed - began < 300


def test_a_wall_clock_that_jumps_while_we_work_moves_no_controller():
    """Stepped by an hour, either way, between any two looks."""
    stage = Stage()
    stage.remediate()
    failures = {}
    for by in (3600.0, -3600.0):
        for number in range(1, stage.line.reads_done, 2):
            jumped = Stage()

            def jump(at, jumped=jumped, number=number, by=by) -> None:
                if at == number:
                    jumped.clock.off_s += by

            jumped.line.on_read = jump
            closed = jumped.remediate()
            if found := broken(jumped, closed):
                failures[by, number] = found
    assert not failures


def test_a_host_whose_clock_is_wrong_all_along_sets_the_true_time_of_the_controller():
    stage = Stage()
    stage.clock.off_s = -400.0
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert broken(stage, closed) == []


# -- zones -------------------------------------------------------------------------------------


def test_a_zone_with_summer_time_at_the_false_date_and_none_at_the_true_one():
    stage = Stage()
    stage.box.zone = ClockZone(-300, US_RULE, "EST")
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert broken(stage, closed) == []


def test_the_box_comes_home_in_its_own_zone_when_nobody_restores_it():
    for offset in (-570, 345, 765):
        stage = killed_in_the_window(ClockZone(offset))
        stage.box.quirks.ntp_reachable = False  # by the switch alone
        stage.settle()
        assert stage.box.differences(within_s=5) == []


def test_the_same_clock_of_another_host_vouches_like_our_own():
    stage = killed_in_the_window()
    stage.settle(130)
    other = FakeClock(stage.world, boot_id="boot-of-host-2", off_s=0.4)
    closed = stage.restore(stage.process(host="host-2", clock=other, servers={"192.0.2.1": 0.0}))
    assert broken(stage, closed) == []
