"""Boxes that have no timer of their own: guardians on two hosts stand in for it (DESIGN.md, 6.4).

The box of these tests is as hard as they come: nothing on it acts by itself, its NTP gives up on a
clock that is more than 1000 s off, and its sessions have no numbers to kill them by.
"""

from dataclasses import replace

import pytest

from service.domain.journal import HomeCalled
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.plan import Plan
from service.domain.remediation import Run
from service.domain.wallclock import US_RULE, ClockZone
from service.errors import NotApproved, Refused
from service.usecases.remediate import Person, approve, open_remediation
from service.usecases.report import told_document
from tests.support.builders import POLICY
from tests.support.crew import Crew, crew_stage
from tests.support.fake_clock import FakeClock
from tests.support.fake_controller import Quirks
from tests.support.fake_driver import Killed, Trap
from tests.support.kill_points import effects, effects_and_sends, sends
from tests.support.promises import broken
from tests.support.stage import Stage, ap

HERE, THERE = "host-1", "host-2"
BOOTS = {HERE: "boot-1", THERE: "boot-of-host-2"}
LEASE_S, NOTICED_S = 121.0, 85.0
SET_CLOCK = "config time manual MO/DD/YY HH:MM:SS"
SERVERS = NtpConfig(
    (
        NtpEntry("server", "server-list", "192.0.2.1", slot="1"),
        NtpEntry("server", "server-list", "ntp.example.net", slot="2"),
    )
)


def timerless(**quirks) -> Quirks:
    return Quirks(has_timers=False, follows_within_s=1000.0, **quirks)


def stage_of(hosts=(HERE, THERE), *, quirks: Quirks | None = None, **fields) -> Stage:
    stage = Stage(
        quirks=quirks or timerless(), hosts={name: BOOTS[name] for name in hosts}, **fields
    )
    stage.box.ntp = SERVERS
    stage.box.startup = stage.box.began_with = stage.box.config
    return stage


def on_host_2(stage: Stage, **fields):
    clock = FakeClock(stage.world, boot_id=BOOTS[THERE], off_s=0.4)
    return stage.process(host=THERE, clock=clock, servers={"192.0.2.1": 0.0}, **fields)


def lose(stage: Stage, host: str) -> None:
    """A host is gone, its workers with it."""
    stage.hosts.pop(host, None)


def reasons(stage: Stage) -> list[str]:
    (row,) = stage.store.remediations()
    events = (entry.event for entry in stage.store.journal(row.id))
    return [event.reason for event in events if isinstance(event, HomeCalled)]


def points() -> list[str]:
    stage = stage_of()
    process = stage.process()
    stage.remediate(process)
    return process.trap.names


def looks() -> range:
    stage = stage_of()
    stage.remediate()
    return range(1, stage.line.reads_done)


def killed_at(point: int, *, in_flight: bool = True) -> Stage:
    stage = stage_of()
    process = stage.process(trap=Trap(point, in_flight))
    with pytest.raises(Killed):
        stage.remediate(process)
    stage.kill(process)
    return stage


# -- all is well -------------------------------------------------------------------------------


def test_a_box_without_timers_is_mended_by_commands_alone_and_left_as_it_was():
    stage = stage_of()
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert [change.kind for change in stage.line.sent] == [
        "remove-ntp",
        "set-clock",
        "set-clock",
        "add-ntp",
        "save-config",
    ]
    assert broken(stage, closed) == []


def test_who_guards_is_in_the_journal():
    stage = stage_of()
    stage.remediate()
    (row,) = stage.store.remediations()
    told = told_document(stage.process().context, row.id)
    assert "guarded by host-1, host-2" in str(told["journal"])
    assert row.charter.guardians == 2


@pytest.mark.parametrize("takes_utc", [False, True], ids=["local", "utc"])
@pytest.mark.parametrize("zone", [ClockZone(-570), ClockZone(345), ClockZone(60, US_RULE)])
def test_how_a_box_takes_a_wall_time_is_measured_and_corrected_once(zone, takes_utc):
    stage = stage_of(quirks=timerless(takes_utc=takes_utc))
    stage.box.zone = zone
    closed = stage.remediate()
    assert closed.state == "succeeded"
    settings = sum(change.kind == "set-clock" for change in stage.line.sent)
    assert settings == (3 if takes_utc else 2)
    assert broken(stage, closed) == []


def test_a_clock_that_shows_neither_reading_is_brought_home_after_the_second():
    stage = stage_of()
    set_clock = stage.box.set_clock
    stage.box.set_clock = lambda wall, who: (  # an hour off whatever is asked for, in the window
        set_clock(wall.replace(minute=(wall.minute + 30) % 60), who)
        if wall.year < 2026
        else set_clock(wall, who)
    )
    stage.box.zone = ClockZone(60)
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "does not show what was set" in closed.detail
    assert broken(stage, closed) == []


def test_the_time_goes_home_before_ntp_for_ntp_alone_would_never_follow():
    stage = stage_of()
    stage.remediate()
    home = [change.kind for change in stage.line.sent][2:]
    assert home.index("set-clock") < home.index("add-ntp")


# -- whoever dies ------------------------------------------------------------------------------


@pytest.mark.parametrize("in_flight", [False, True], ids=["", "in-flight"])
def test_the_same_host_brings_home_what_a_killed_process_left_at_any_point(in_flight):
    failures = {}
    tried = sends if in_flight else effects
    for number, name in tried(points()).items():
        stage = killed_at(number, in_flight=in_flight)
        closed = stage.restore()
        stage.settle(120)  # whatever is still in flight arrives
        if found := broken(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


def test_the_other_host_brings_home_what_a_killed_host_left_at_any_point():
    failures = {}
    for number, name in effects_and_sends(points()).items():
        stage = killed_at(number)
        lose(stage, HERE)
        stage.settle(LEASE_S)
        closed = stage.restore(on_host_2(stage))
        stage.settle(120)
        if found := broken(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


def test_a_restore_that_is_killed_anywhere_is_finished_by_the_other_host():
    start = points().index("after set-clock")
    stage = killed_at(start)
    process = stage.process()
    stage.restore(process)
    failures = {}
    for number, name in effects_and_sends(process.trap.names).items():
        stage = killed_at(start)
        second = stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            stage.restore(second)
        stage.kill(second)
        lose(stage, HERE)
        stage.settle(LEASE_S)
        closed = stage.restore(on_host_2(stage))
        stage.settle(120)
        if found := broken(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


def test_a_guardian_that_is_lost_at_any_moment_brings_the_box_home_at_once():
    failures = {}
    for number in looks():
        stage = stage_of(aps=[ap(1, download_s=3000.0)])
        lost_at: list[float] = []

        def on_read(at, stage=stage, number=number, lost_at=lost_at) -> None:
            if at == number:
                lose(stage, THERE)
                lost_at.append(stage.world.elapsed)

        stage.line.on_read = on_read
        closed = stage.remediate()
        if found := [*_late(stage, lost_at), *broken(stage, closed)]:
            failures[number] = [closed.state, *found]
    assert not failures


def test_a_command_in_the_foreground_notices_it_while_it_waits_for_long():
    policy = replace(POLICY, poll_every_s=900.0, reboot_stragglers_after_s=5000.0)
    stage = stage_of(aps=[ap(1, hopeless=True)], policy=policy)
    lost_at: list[float] = []

    def lose_later() -> None:
        if stage.box.false_s > 30 and not lost_at:
            lose(stage, THERE)
            lost_at.append(stage.world.elapsed)

    stage.world.moved.append(lose_later)
    closed = stage.remediate()
    assert lost_at
    assert [*_late(stage, lost_at), *broken(stage, closed)] == []


def _late(stage: Stage, lost_at: list[float]) -> list[str]:
    """What was not done at once after a guardian was lost."""
    (row,) = stage.store.remediations()
    home = [e for e in stage.store.journal(row.id) if isinstance(e.event, HomeCalled)]
    if not lost_at or not home:
        return []
    called_s = (home[0].at.wall - stage.world.start).total_seconds()
    late = [] if called_s - lost_at[0] <= NOTICED_S else [f"after {called_s - lost_at[0]} s"]
    named = called_s < lost_at[0] or "host-2" in reasons(stage)[0]
    return late if named else [*late, reasons(stage)[0]]


def test_while_nobody_lives_any_reader_says_so_with_the_commands_and_the_first_back_restores():
    names = points()
    for number in range(names.index("after set-clock"), len(names), 3):
        stage = killed_at(number)
        lose(stage, HERE)
        lose(stage, THERE)
        stage.settle(7200)
        _told_as_lost(stage)
        closed = stage.restore(on_host_2(stage))  # alone: a restore needs no guardians
        assert broken(stage, closed) == []


def _told_as_lost(stage: Stage) -> None:
    (row,) = stage.store.remediations()
    if row.closed is not None:
        return
    told = told_document(on_host_2(stage).context, row.id)["remediation"]
    assert told["state"] == "needs-attention"
    assert told["mend"][0] == "aprejoin restore hq-1 -i INVENTORY"
    assert SET_CLOCK in told["mend"][1]
    assert told["mend"][2:4] == [
        "config time ntp server 1 192.0.2.1",
        "config time ntp server 2 ntp.example.net",
    ]


def test_the_commands_alone_bring_it_home_when_the_service_is_lost_for_good():
    """A person types what any reader is given; nothing of ours runs any more."""
    failures = {}
    names = points()
    for number in (n for n in effects(names) if n >= names.index("after remove-ntp")):
        stage = killed_at(number, in_flight=False)
        stage.settle(3600)
        (row,) = stage.store.remediations()
        if row.closed is not None:
            continue
        told = told_document(stage.process().context, row.id)["remediation"]
        for line in told["mend"][1:]:
            _type(stage, line.split("   !")[0])
        stage.settle(60)
        if found := stage.box.differences():
            failures[f"{number} {names[number]}"] = found
    assert not failures


def _type(stage: Stage, line: str) -> None:
    """What such a box does on a command; a person puts the time in place of the letters."""
    box = stage.box
    match line.split():
        case ["config", "time", "manual", *_]:
            box.set_clock(box.zone.local(stage.world.true_utc()), "a person")
        case ["config", "time", "ntp", "server", slot, host]:
            typed = NtpEntry("server", "server-list", host, slot=slot)
            box.set_ntp((*(e for e in box.ntp.entries if e.slot != slot), typed))
        case ["save", "config"]:
            box.save()
        case ["show", "time"]:
            pass
        case _:
            raise AssertionError(f"no such command: {line}")


def test_a_restore_that_no_clock_vouches_for_hands_out_no_time():
    """DESIGN.md, section 5: NTP is put back, no clock is set, and a person is told."""
    stage = killed_at(points().index("after set-clock"))
    lose(stage, HERE)
    stage.settle(LEASE_S)
    clock = FakeClock(stage.world, boot_id=BOOTS[THERE], off_s=-5000.0, vouches=False)
    before = len(stage.line.sent)
    closed = stage.restore(stage.process(host=THERE, clock=clock))
    assert closed is not None
    assert closed.state == "needs-attention"
    assert "set-clock" not in {change.kind for change in stage.line.sent[before:]}
    assert stage.box.ntp.same_as(SERVERS)
    assert f"{SET_CLOCK}   ! the true local time when you press enter" in closed.mend
    assert not any("26 " in line for line in closed.mend)
    again = stage.restore(on_host_2(stage))  # two sources agree now
    assert broken(stage, again) == []


@pytest.mark.parametrize("fate", ["busy", "refused", "unsent", "lost-before", "lost-after", "late"])
def test_any_change_may_meet_any_fate(fate):
    stage = stage_of()
    stage.remediate()
    failures = {}
    for number in range(len(stage.line.sent)):
        again = stage_of()
        again.line.changes[number] = fate
        closed = again.remediate()
        again.settle(200)
        if found := broken(again, closed):
            failures[number] = found
    assert not failures


# -- the start ---------------------------------------------------------------------------------


def test_nothing_begins_with_one_host():
    stage = stage_of([HERE])
    with pytest.raises(Refused, match="2 hosts have to guard, and 1 do: host-1"):
        stage.open(stage.process())
    assert stage.line.sent == []


@pytest.mark.parametrize(
    "hosts",
    [
        {"container-a": "boot-1", "container-b": "boot-1"},
        {"host-1": "boot-before-the-reboot"},
        {},
    ],
    ids=["two containers of one machine", "a host that was rebooted", "nobody"],
)
def test_whatever_may_be_one_machine_counts_once(hosts):
    stage = stage_of()
    stage.hosts.clear()
    stage.settle(61)
    stage.hosts.update(hosts)
    stage.beat()
    with pytest.raises(Refused, match="cannot restore itself"):
        stage.open(stage.process())


def test_a_host_that_was_not_heard_of_for_a_minute_guards_nothing():
    stage = stage_of()
    lose(stage, THERE)
    stage.settle(50)
    stage.open(stage.process())  # yet it counts
    other = stage_of()
    lose(other, THERE)
    other.settle(61)
    with pytest.raises(Refused, match="host-1"):
        other.open(other.process())


def test_one_that_is_lost_between_the_opening_and_the_first_change_leaves_the_box_untouched():
    stage = stage_of()
    lose(stage, THERE)
    stage.settle(55)
    process = stage.process()
    work = stage.open(process)
    stage.settle(10)
    assert work.run().phase == "forward"
    closed = stage.restore(process) if stage.kill(process) else None
    assert closed is None
    closed = stage.restore()
    assert closed is not None
    assert closed.state == "cancelled"
    assert stage.line.sent == []


# -- the risk of one ---------------------------------------------------------------------------

ALONE = replace(POLICY, aireos_guardians=1)


def test_one_guardian_alone_is_a_risk_that_the_plan_names_with_the_way_home_by_hand():
    stage = stage_of([HERE], policy=ALONE)
    planned = stage.propose(stage.process()).planned
    assert isinstance(planned, Plan)
    assert any(sentence.startswith("RISK") for sentence in planned.impact)
    assert planned.by_hand == (
        f"{SET_CLOCK}   ! the true local time (zone UTC) when you press enter",
        "config time ntp server 1 192.0.2.1",
        "config time ntp server 2 ntp.example.net",
        "show time   ! has to be true",
        "show time   ! has to be in sync",
        "save config",
    )


def test_a_box_that_restores_itself_has_no_guardians_and_needs_no_commands():
    stage = Stage()
    planned = stage.propose(stage.process()).planned
    assert isinstance(planned, Plan)
    assert planned.charter.guardians == 0
    assert planned.by_hand == ()


def test_who_accepted_the_risk_is_in_the_journal():
    stage = stage_of([HERE], policy=ALONE)
    closed = stage.remediate()
    assert closed.state == "succeeded"
    (row,) = stage.store.remediations()
    told = told_document(stage.process().context, row.id)["journal"]
    assert "approved by ann; one host alone guards it, a risk accepted" in told[0]["what"]
    assert any("a risk that ann accepted" in line["what"] for line in told)


def test_a_policy_that_asks_nobody_is_no_person_that_accepts_a_risk():
    stage = stage_of([HERE], policy=replace(ALONE, approval="none"))
    process = stage.process()
    proposal = stage.propose(process)
    service = Person("schedule nightly", at_terminal=False)
    with pytest.raises(NotApproved):
        open_remediation(process.context, proposal, service)
    assert isinstance(proposal.planned, Plan)
    approve(process.context, proposal.planned, Person("eve", at_terminal=False))
    work = open_remediation(process.context, proposal, service)
    assert work.run().charter.approved_by == "eve"


def test_two_guardians_ask_nobody_where_the_policy_does_not():
    stage = stage_of(policy=replace(POLICY, approval="none"))
    process = stage.process()
    service = Person("schedule nightly", at_terminal=False)
    work = open_remediation(process.context, stage.propose(process), service)
    assert work.run().charter.approved_by == "policy"


# -- windows -----------------------------------------------------------------------------------


def test_a_window_of_the_policy_that_closes_ends_it_without_a_switch_to_renew():
    policy = replace(POLICY, clock_windows=("* 20:00-20:20",))
    stage = stage_of(aps=[ap(1, download_s=3000)], policy=policy)
    closed = stage.remediate()
    assert "no clock window" in closed.detail
    assert stage.world.elapsed < 800
    assert broken(stage, closed) == []


# -- workers -----------------------------------------------------------------------------------

SELDOM = replace(
    POLICY,
    approval="none",
    poll_every_s=900.0,
    reboot_stragglers_after_s=5000.0,
    no_progress_s=5000.0,
)


def crew_of(**fields) -> Crew:
    stage = crew_stage(
        SELDOM, quirks=timerless(), hosts=dict(BOOTS), aps=[ap(1, hopeless=True)], **fields
    )
    return Crew(stage)


def in_the_past(crew: Crew, process) -> None:
    """Beat until the APs are waited for."""
    while crew.run() is None or crew.run().next_step(("set-clock-back",)) is not None:
        crew.beat(process)
        crew.stage.world.advance(2)
    while abs(crew.stage.box.offset_s) < 1000 or crew.due().in_s < 100:
        crew.beat(process)
        crew.stage.world.advance(2)


def test_workers_notice_a_lost_guardian_long_before_the_next_look_at_the_box():
    crew = crew_of()
    crew.ask()
    process = crew.stage.process()
    in_the_past(crew, process)
    lose(crew.stage, THERE)
    began = crew.stage.world.elapsed
    while crew.run().phase == "forward":
        crew.beat(process)
        crew.stage.world.advance(2)
    assert crew.stage.world.elapsed - began <= NOTICED_S
    assert reasons(crew.stage)[0].startswith("guardian lost: host-2")
    assert broken(crew.stage, crew.until_over(process)) == []


def test_guardians_that_were_all_gone_for_a_while_bring_it_home_when_they_are_back():
    """Both hosts lose power between two jobs: no lease is held, and both come back together."""
    crew = crew_of()
    crew.ask()
    process = crew.stage.process()
    in_the_past(crew, process)
    crew.stage.kill(process)
    hosts = dict(crew.stage.hosts)
    crew.stage.hosts.clear()
    crew.stage.world.advance(300)
    crew.stage.hosts.update(hosts)
    crew.stage.beat()
    closed = crew.until_over(crew.stage.process())
    assert reasons(crew.stage)[0].startswith("guardian lost")
    assert closed.state == "rolled-back"
    assert broken(crew.stage, closed) == []


def test_workers_wait_for_a_second_host_before_they_begin():
    crew = crew_of()
    crew.ask()
    lose(crew.stage, THERE)
    crew.stage.world.advance(61)
    process = crew.stage.process()
    crew.beat(process)
    assert crew.run() is None
    assert "2 hosts have to guard" in crew.due().why
    crew.stage.hosts[THERE] = BOOTS[THERE]
    crew.stage.world.advance(40)
    crew.beat(process)
    assert crew.run() is not None


def test_the_other_hosts_workers_bring_home_what_a_dead_host_left():
    crew = crew_of()
    crew.ask()
    process = crew.stage.process()
    in_the_past(crew, process)
    crew.stage.kill(process)
    lose(crew.stage, HERE)
    began = crew.stage.world.elapsed
    closed = crew.until_over(on_host_2(crew.stage))
    assert crew.stage.world.elapsed - began < 400
    assert broken(crew.stage, closed) == []
    (row,) = crew.stage.store.remediations()
    assert Run(crew.stage.store.journal(row.id)).charter.guardians == 2
