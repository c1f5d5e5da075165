from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.instants import agree
from service.domain.ntp import NtpConfig, NtpState
from service.usecases.truth import opinions, own_clock, true_time_beside, true_time_by
from tests.support.builders import NO_NTP, NTP, OPENED, look
from tests.support.fake_clock import FakeClock
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


def test_a_server_agrees_with_itself_so_it_is_asked_once():
    stage = Stage()
    stage.clock.vouches = False
    twice = NtpConfig((NTP.entries[0], replace(NTP.entries[0], role="peer")))
    seen = look(0, ntp=twice, ntp_state=FREE_RUNNING)
    process = stage.process(servers={"192.0.2.1": 50.0})
    assert true_time_by(process.context, seen, ("192.0.2.1",)) is None


def test_beside_the_controller_its_own_word_counts_for_nothing():
    stage = Stage()
    stage.clock.vouches = False
    says_so = look(0, off_s=300.0)  # in sync, and wrong
    process = stage.process(servers={"192.0.2.1": 300.0})  # as its server is
    assert true_time_beside(process.context, says_so) is None
    knowing = stage.process(servers={"192.0.2.1": 300.0, "198.51.100.1": 0.0, "198.51.100.2": 0.3})
    wanted = ("198.51.100.1", "198.51.100.2")
    truth = true_time_beside(knowing.context, says_so, wanted)
    assert truth is not None
    assert abs((truth.at - stage.world.true_utc()).total_seconds()) < 1


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


@pytest.mark.parametrize("set_by_s", [-100.0, 3600.0, -3600.0, 20 * 365 * 86400.0])
def test_a_note_outlives_a_wall_clock_that_was_set_since(set_by_s):
    stage = Stage()
    note(stage, "hq-2", 0.4)
    stage.settle(60)
    stage.clock.off_s = set_by_s
    stage.clock.vouches = False
    (median,) = opinions(stage.process().context, "hq-1", NO_NTP)
    assert median.offset_s == pytest.approx(0.4 - set_by_s)


def test_a_clock_that_claims_to_be_right_and_a_note_from_before_it_was_set_agree_on_nothing():
    stage = Stage()
    note(stage, "hq-2")
    stage.clock.off_s = 7200.0
    stage.clock.claims = True
    assert true_time_by(stage.process().context, look(0, ntp_state=FREE_RUNNING)) is None


@pytest.mark.parametrize("theirs_off_s", [0.0, 300.0, -86400.0])
def test_notes_of_another_host_say_nothing_here_right_or_wrong(theirs_off_s):
    stage = Stage()
    other = FakeClock(stage.world, boot_id="boot-of-host-2", off_s=theirs_off_s)
    read = replace(look(0).clock, instant=other.now(), host_time=other.now().wall)
    stage.store.add_poll(replace(look(0, clock=read), controller="hq-2"))
    stage.clock.vouches = False
    assert list(opinions(stage.process().context, "hq-1", NO_NTP)) == []


def test_each_host_keeps_its_own_notes_of_a_controller_that_both_poll():
    stage = Stage()
    note(stage, "hq-2", 0.4)
    other = FakeClock(stage.world, boot_id="boot-of-host-2")
    read = replace(look(0).clock, instant=other.now())
    stage.store.add_poll(replace(look(0, clock=read), controller="hq-2"))
    stage.clock.vouches = False
    (median,) = opinions(stage.process().context, "hq-1", NO_NTP)
    assert median.offset_s == 0.4


@pytest.mark.parametrize("by_s", [3600.0, -3600.0, -86400.0 * 365])
def test_a_wall_clock_that_is_set_while_somebody_is_asked_leaves_that_answer_out(by_s):
    stage = Stage()
    process = stage.process(servers={"192.0.2.1": 0.0})
    servers = process.context.time_servers

    class Setting:
        """While this server is asked, somebody sets our clock."""

        def ask(self, host):
            answer = servers.ask(host)
            stage.clock.off_s += by_s
            return answer

    context = replace(process.context, time_servers=Setting())
    assert [s.name for s in opinions(context, "hq-1", NTP)] == ["host clock (disciplined)"]


@pytest.mark.parametrize("by_s", [3600.0, -3600.0, -86400.0 * 365])
def test_a_wall_clock_that_is_set_between_two_answers_moves_no_true_time(by_s):
    stage = Stage()
    process = stage.process(servers={"192.0.2.1": 0.0, "192.0.2.3": 0.1})
    servers, asked = process.context.time_servers, []

    class Setting:
        """Before the second server is asked, somebody sets our clock."""

        def ask(self, host):
            asked.append(host)
            return servers.ask(host)

    two = NtpConfig((replace(NTP.entries[0]), replace(NTP.entries[0], host="192.0.2.3")))
    context = replace(process.context, time_servers=Setting())
    heard = []
    for source in opinions(context, "hq-1", two):
        heard.append(source)
        stage.clock.off_s += by_s
    truth = agree(tuple(heard), stage.clock.now())
    assert len(heard) == 3
    assert truth is not None
    assert abs((truth.at - stage.world.true_utc()).total_seconds()) < 0.2


def test_a_controllers_own_clock_is_carried_on_over_a_wall_clock_that_was_set_since():
    stage = Stage()
    seen = look(0, off_s=3.0)
    stage.settle(10)
    stage.clock.off_s = -7200.0
    truth = true_time_by(stage.process().context, seen)
    assert truth is not None
    assert truth.at == OPENED + timedelta(seconds=13)
