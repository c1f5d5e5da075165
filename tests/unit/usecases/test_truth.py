from dataclasses import replace
from datetime import timedelta

from service.domain.ntp import NtpState
from service.usecases.truth import opinions, own_clock, true_time_by
from tests.support.builders import NO_NTP, NTP, look
from tests.support.stage import Stage

FREE_RUNNING = NtpState(synchronised=False, stratum=16)


def note(stage: Stage, name: str, off_s: float = 0.0, **fields) -> None:
    """A poll of another controller, now."""
    at = stage.world.elapsed
    stage.store.add_poll(replace(look(at, off_s=off_s, **fields), controller=name))


def test_a_controller_that_ntp_holds_is_its_own_witness():
    stage = Stage()
    stage.clock.vouches = False
    truth = true_time_by(stage.process().context, look(0, off_s=3.0))
    assert truth is not None
    assert truth.at - truth.instant.wall == timedelta(seconds=3)


def test_a_controller_that_ntp_does_not_hold_is_none():
    seen = look(0, ntp_state=FREE_RUNNING)
    assert own_clock(seen) is None
    assert own_clock(look(0, clock=None)) is None
    assert own_clock(look(0, ntp_state=None)) is None


def test_this_hosts_clock_alone_is_never_enough():
    stage = Stage()
    assert true_time_by(stage.process().context, look(0, ntp_state=FREE_RUNNING)) is None


def test_two_that_agree_are():
    stage = Stage()
    process = stage.process(servers={"192.0.2.1": 0.5})
    truth = true_time_by(process.context, look(0, ntp_state=FREE_RUNNING))
    assert truth is not None
    assert len(truth.sources) == 2


def test_servers_in_a_vrf_are_not_asked_and_no_more_than_three():
    stage = Stage()
    process = stage.process()
    list(opinions(process.context, "hq-1", NTP))
    assert process.context.time_servers.asked == ["192.0.2.1"]  # type: ignore[attr-defined]


def test_the_other_synchronised_controllers_have_one_voice():
    stage = Stage()
    stage.clock.vouches = False
    process = stage.process()
    for number, off_s in enumerate((0.4, 0.6, 99.0)):
        note(stage, f"hq-{number + 2}", off_s)
    note(stage, "hq-8", 50.0, ntp_state=FREE_RUNNING)
    note(stage, "hq-1", 50.0)  # the controller itself is no second opinion
    (median,) = opinions(process.context, "hq-1", NO_NTP)
    assert median.offset_s == 0.6
    assert "3 synchronised controllers" in median.name


def test_old_notes_say_nothing():
    stage = Stage()
    stage.clock.vouches = False
    process = stage.process()
    note(stage, "hq-2")
    stage.settle(16 * 60)
    assert list(opinions(process.context, "hq-1", NO_NTP)) == []


def test_notes_of_an_earlier_boot_say_nothing_for_they_compare_with_another_clock():
    stage = Stage()
    note(stage, "hq-2")
    stage.settle(60)
    stage.clock.reboot("boot-2")
    context = stage.process().context
    assert [source.name for source in opinions(context, "hq-1", NO_NTP)] == [
        "host clock (disciplined)"
    ]


def test_a_note_from_the_future_was_written_by_another_clock():
    stage = Stage()
    note(stage, "hq-2")
    stage.clock.off_s = -100
    stage.clock.vouches = False
    assert list(opinions(stage.process().context, "hq-1", NO_NTP)) == []
