"""However wrong the clock, whatever the zone and the servers: repaired, or as it was found."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.changes import AddNtp, RemoveNtp, SetClock
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.plan import NoPlan
from service.domain.wallclock import US_RULE, ClockZone
from service.errors import DeviceBusy, DeviceUnreachable, ReplyMalformed
from tests.support.fake_driver import Killed, Trap
from tests.support.repair_stage import DEAD, RepairStage, broken_repair, hosts

NEVER = 10_000
YEAR_S = 365 * 86_400.0
OFFSETS = st.one_of(
    st.floats(-12 * YEAR_S, 40 * YEAR_S),
    st.floats(-7200, 7200),
    st.sampled_from([3600.0, -3600.0, 61.0, -61.0, 4.0, 0.0]),
)
ZONES = st.builds(
    ClockZone,
    st.sampled_from([0, 60, -300, 330, 765, -720]),
    st.sampled_from([None, US_RULE]),
    st.just("X"),
)
SERVERS = st.lists(
    st.sampled_from(["198.51.100.1", "198.51.100.2", "ntp.example", DEAD]), max_size=4, unique=True
)
THERE = st.lists(
    st.builds(
        NtpEntry,
        st.sampled_from(["server", "peer"]),
        st.just("server-list"),
        st.sampled_from([DEAD, "ntp.example"]),
    ),
    max_size=2,
    unique_by=lambda entry: entry.host,
)
FATES = st.sampled_from(["busy", "refused", "unsent", "lost-before", "lost-after", "late"])
CHANGES = st.dictionaries(st.integers(0, 6), FATES, max_size=3)
READS = st.dictionaries(
    st.integers(1, 30),
    st.sampled_from([DeviceBusy, DeviceUnreachable, ReplyMalformed]),
    max_size=3,
)
KILLS = st.lists(
    st.tuples(st.integers(0, 50), st.booleans(), st.sampled_from([0.0, 5.0, 200.0])), max_size=2
)
BOXES = st.tuples(OFFSETS, ZONES, SERVERS, THERE, st.booleans(), st.booleans())


def stage_of(box) -> RepairStage:
    off_s, zone, wanted, there, timers, takes_utc = box
    slots = ("", "") if timers else ("1", "2")
    entries = (
        NtpEntry("server" if slot else entry.role, entry.form, entry.host, slot=slot)
        for entry, slot in zip(there, slots, strict=False)
    )
    return RepairStage(
        off_s=off_s, wanted=wanted, ntp=NtpConfig(tuple(entries)), zone=zone,
        timers=timers, takes_utc=takes_utc and not timers,
    )  # fmt: skip


def expected_hosts(stage: RepairStage) -> list[str]:
    """What has to be there after a success; a box of three places takes three."""
    began = hosts(stage.box.began_with.ntp)
    missing = [host for host in stage.policy.ntp_servers if host not in began]
    room = len(missing) if stage.box.quirks.has_timers else 3 - len(began)
    return sorted([*began, *missing[:room]])


def judged(stage: RepairStage, closed) -> list[str]:
    return broken_repair(stage, closed, success=expected_hosts(stage))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BOXES)
def test_without_trouble_a_wrong_clock_ends_true_and_held_by_whoever_answers(box):
    stage = stage_of(box)
    planned = stage.propose(stage.process()).planned
    if isinstance(planned, NoPlan):
        assert abs(stage.found_s) <= 5.1
        assert "true already" in planned.reason
        return
    closed = stage.remediate()
    there = expected_hosts(stage)
    answers = not there or any(host != DEAD for host in there)
    assert closed.state == ("succeeded" if answers else "rolled-back")
    assert judged(stage, closed) == []
    assert abs(stage.box.offset_s) <= 2
    settings_ = [change for change in stage.line.sent if isinstance(change, SetClock)]
    assert 1 <= len(settings_) <= 3
    removed = [change for change in stage.line.sent if isinstance(change, RemoveNtp)]
    assert not (removed and answers)
    if not stage.policy.ntp_servers:
        assert not any(isinstance(change, AddNtp) for change in stage.line.sent)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BOXES, CHANGES, READS, KILLS)
def test_faults_and_kills_together_leave_it_repaired_or_as_it_was(box, changes, reads, kills):
    stage = stage_of(box)
    if isinstance(stage.propose(stage.process()).planned, NoPlan):
        return
    stage.line.changes.update(changes)
    stage.line.reads.update(reads)
    stage.line.reads.pop(stage.line.reads_done, None)  # the plan's own look
    for number, (at, in_flight, after_s) in enumerate([*kills, (NEVER, False, 0.0)]):
        process = stage.process(trap=Trap(at, in_flight))
        try:
            closed = stage.restore(process) if number else stage.remediate(process)
        except Killed:
            stage.kill(process)
            stage.settle(after_s)
            continue
        stage.settle(120)
        if closed is not None and closed.state == "needs-attention":
            assert closed.left
            assert closed.mend
        else:
            assert judged(stage, closed) == []
        return
