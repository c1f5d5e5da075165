"""What has to hold before a remediation is opened: a word, a window, fresh facts, nobody beside."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.changes import ArmGuard
from service.domain.inventory import Controller, Freeze
from service.domain.journal import Opened
from service.domain.plan import Asked, NoPlan, Plan
from service.domain.policy import Policy
from service.errors import LeaseHeld, NotApproved, PlanChanged, Refused
from service.ports.store import Approval
from service.usecases.plan import Proposal, propose
from service.usecases.remediate import Person, approve, check_digest, open_remediation
from tests.support.builders import CONTROLLER, POLICY
from tests.support.fake_clock import START
from tests.support.fake_controller import FakeController
from tests.support.fake_driver import Line
from tests.support.stage import Process, Stage, ap

ANN, BOB = Person("ann"), Person("bob")
ANN_BY_REST = Person("ann", at_terminal=False)


def ready(policy: Policy = POLICY, **fields) -> tuple[Stage, Process, Proposal]:
    stage = Stage(policy=policy, **fields)
    process = stage.process()
    return stage, process, stage.propose(process)


def plan_of(proposal: Proposal) -> Plan:
    assert isinstance(proposal.planned, Plan)
    return proposal.planned


# -- approval ----------------------------------------------------------------------------------


def test_who_runs_the_command_approves_it_where_one_word_is_enough():
    _, process, proposal = ready()
    work = open_remediation(process.context, proposal, ANN)
    assert work.run().charter.approved_by == "ann"


def test_by_rest_somebody_else_than_the_requester_has_to_approve():
    _, process, proposal = ready()
    with pytest.raises(NotApproved):
        open_remediation(process.context, proposal, ANN_BY_REST)
    approve(process.context, plan_of(proposal), ANN)
    with pytest.raises(NotApproved):
        open_remediation(process.context, proposal, ANN_BY_REST)
    approve(process.context, plan_of(proposal), BOB)
    work = open_remediation(process.context, proposal, ANN_BY_REST)
    assert work.run().charter.approved_by == "bob"


def test_four_eyes_are_four_eyes_at_a_terminal_too():
    _, process, proposal = ready(replace(POLICY, approval="four-eyes"))
    with pytest.raises(NotApproved, match="somebody else"):
        open_remediation(process.context, proposal, ANN)
    approve(process.context, plan_of(proposal), ANN)
    with pytest.raises(NotApproved):
        open_remediation(process.context, proposal, ANN)
    approve(process.context, plan_of(proposal), BOB)
    assert open_remediation(process.context, proposal, ANN).run().charter.approved_by == "bob"


def test_without_a_rule_the_policy_approves():
    _, process, proposal = ready(replace(POLICY, approval="none"))
    work = open_remediation(process.context, proposal, ANN_BY_REST)
    assert work.run().charter.approved_by == "policy"


def test_an_approval_ends_with_its_time():
    _, process, proposal = ready(replace(POLICY, approval="four-eyes"))
    plan = plan_of(proposal)
    now = process.context.clock.now().wall
    word = Approval(plan.charter.digest, "hq-1", "bob", now - timedelta(hours=1), now)
    process.context.store.approve(word)
    with pytest.raises(NotApproved):
        open_remediation(process.context, proposal, ANN)


def test_an_approval_binds_to_one_plan():
    stage, process, proposal = ready(replace(POLICY, approval="four-eyes"))
    approve(process.context, plan_of(proposal), BOB)
    stage.box.set_ntp(stage.box.ntp.entries[1:])
    stage.box.save()
    stage.box.synced = True
    with pytest.raises(NotApproved):
        open_remediation(process.context, stage.propose(process), ANN)


def test_a_digest_that_was_asked_for_has_to_be_the_plans():
    _, _, proposal = ready()
    check_digest(plan_of(proposal), None)
    check_digest(plan_of(proposal), plan_of(proposal).charter.digest)
    with pytest.raises(PlanChanged):
        check_digest(plan_of(proposal), "f" * 64)


# -- windows and freezes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "timezone", "is_open"),
    [
        ("* 20:00-20:30", "UTC", True),
        ("* 20:00-20:05", "UTC", False),  # the switch fires after ten minutes
        ("* 22-04", "UTC", False),
        ("* 20-23", "Asia/Tokyo", False),  # it is five in the morning there
        ("* 4-7", "Asia/Tokyo", True),
        ("mon-fri 20-23", "UTC", False),  # a Saturday
        ("sat 20-23", "UTC", True),
    ],
)
def test_a_window_has_to_hold_until_the_switch_fires(window, timezone, is_open):
    policy = replace(POLICY, clock_windows=(window,))
    _, process, proposal = ready(policy, timezone=timezone)
    if is_open:
        open_remediation(process.context, proposal, ANN)
        return
    with pytest.raises(Refused, match="no clock window"):
        open_remediation(process.context, proposal, ANN)
    assert process.context.store.remediations() == ()


@pytest.mark.parametrize(("first_s", "last_s"), [(-60, 60), (60, 120), (500, 9000)])
def test_a_freeze_that_touches_the_time_until_the_switch_fires_refuses(first_s, last_s):
    freeze = Freeze(START + timedelta(seconds=first_s), START + timedelta(seconds=last_s))
    _, process, proposal = ready(freezes=(freeze,))
    with pytest.raises(Refused, match="frozen"):
        open_remediation(process.context, proposal, ANN)


@pytest.mark.parametrize(("first_s", "last_s"), [(-60, -1), (700, 9000)])
def test_a_freeze_before_or_after_is_none(first_s, last_s):
    freeze = Freeze(START + timedelta(seconds=first_s), START + timedelta(seconds=last_s))
    _, process, proposal = ready(freezes=(freeze,))
    open_remediation(process.context, proposal, ANN)


def test_a_freeze_of_another_site_is_none():
    always = Freeze(START - timedelta(days=1), START + timedelta(days=1), sites=("lyon",))
    _, process, proposal = ready(freezes=(always,))
    open_remediation(process.context, proposal, ANN)


# -- beside others -----------------------------------------------------------------------------


def fleet(policy: Policy = POLICY, **fields) -> tuple[Stage, Process]:
    """hq-1 and hq-2; fields are hq-2's."""
    other = replace(CONTROLLER, name="hq-2", policy=policy, **fields)
    stage = Stage(policy=policy, fleet=(other,))
    box = FakeController(stage.world, name="hq-2", aps=[ap(9)])
    stage.more["hq-2"] = Line(box)
    return stage, stage.process()


def under_way(stage: Stage, process: Process, name: str = "hq-2") -> None:
    """A remediation that is not finished, of another process."""
    holder = stage.process().holder
    charter = plan_of(stage.propose(process)).charter
    now = process.context.clock.now()
    lease = stage.store.acquire(name, holder, ttl_s=120)
    opened = Opened(replace(charter, controller=name))
    stage.store.open_remediation(f"of-{name}", opened, at=now, lease=lease)


def test_two_that_have_nothing_in_common_may_run_at_once():
    stage, process = fleet()
    under_way(stage, process)
    open_remediation(process.context, stage.propose(process), ANN)


def test_no_more_run_at_once_than_the_policy_allows():
    stage, process = fleet(replace(POLICY, max_parallel_remediations=1))
    under_way(stage, process)
    with pytest.raises(Refused, match="the policy allows 1"):
        open_remediation(process.context, stage.propose(process), ANN)


def test_one_of_a_mobility_group_at_a_time():
    stage, process = fleet(mobility_group="emea")
    stage.policy = POLICY
    context = _with_group(process, "emea")
    under_way(stage, process)
    with pytest.raises(Refused, match="mobility_group"):
        open_remediation(context, stage.propose(process), ANN)
    lax = _with_group(process, "emea", replace(POLICY, one_at_a_time=()))
    open_remediation(lax, stage.propose(process), ANN)


def test_two_without_a_mobility_group_share_none():
    stage, process = fleet(mobility_group=None)
    under_way(stage, process)
    open_remediation(process.context, stage.propose(process), ANN)


def test_one_of_a_pair_at_a_time_whichever_names_the_other():
    stage, process = fleet(ha_peer="hq-1")
    under_way(stage, process)
    with pytest.raises(Refused, match="ha_peer"):
        open_remediation(process.context, stage.propose(process), ANN)


def _with_group(process: Process, group: str, policy: Policy = POLICY):
    def grouped(controller: Controller) -> Controller:
        return replace(controller, mobility_group=group, policy=policy)

    inventory = process.context.inventory
    controllers = tuple(grouped(controller) for controller in inventory.controllers)
    return replace(process.context, inventory=replace(inventory, controllers=controllers))


def test_two_that_open_at_the_same_time_see_each_other_and_the_later_one_gives_way():
    stage, process = fleet(ha_peer="hq-1")
    proposal = stage.propose(process)
    store = process.context.store

    class Meanwhile:
        """The other one opens between our check and our journal."""

        def __getattr__(self, name: str):
            if name == "open_remediation" and not stage.store.remediations(controller="hq-2"):
                under_way(stage, process)
            return getattr(store, name)

    context = replace(process.context, store=Meanwhile())
    with pytest.raises(Refused, match="ha_peer"):
        open_remediation(context, proposal, ANN)
    (ours,) = stage.store.remediations(controller="hq-1")
    assert ours.closed is not None
    assert ours.closed.state == "cancelled"
    assert ours.lease is None
    assert stage.line.sent == []


# -- leases ------------------------------------------------------------------------------------


def test_a_controller_that_is_held_by_somebody_alive_is_refused():
    stage, process, proposal = ready()
    other = stage.process()
    stage.store.acquire("hq-1", other.holder, ttl_s=120)
    with pytest.raises(LeaseHeld):
        open_remediation(process.context, proposal, ANN)


def test_one_process_opens_one_remediation_of_a_controller():
    stage, process, proposal = ready()
    stage.store.acquire("hq-1", process.holder, ttl_s=120)
    with pytest.raises(LeaseHeld, match="this very process"):
        open_remediation(process.context, proposal, ANN)


def test_a_dead_holder_that_opened_nothing_hinders_nobody():
    stage, process, proposal = ready()
    other = stage.process()
    stage.store.acquire("hq-1", other.holder, ttl_s=120)
    stage.kill(other)
    open_remediation(process.context, proposal, ANN)


def test_a_refusal_leaves_no_lease_behind():
    stage, process, proposal = ready()
    dead = stage.process()
    stage.open(dead)
    stage.kill(dead)
    with pytest.raises(Refused, match="not finished"):
        open_remediation(process.context, proposal, ANN)
    lease = stage.store.lease_of("hq-1")
    assert lease is None or lease.holder == dead.holder


def test_a_store_that_fails_while_opening_gives_the_lease_back():
    stage, process, proposal = ready()

    def fail(name: str) -> None:
        if name == "opened":
            raise OSError("disk full")

    process.context.store.fail = fail  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="disk full"):
        open_remediation(process.context, proposal, ANN)
    assert stage.store.lease_of("hq-1") is None


# -- fresh facts -------------------------------------------------------------------------------


def looped() -> tuple[Stage, Process]:
    """A stage whose APs were seen to loop for half an hour."""
    stage = Stage()
    process = stage.process()
    for _ in range(60):
        process.context.store.add_poll(stage.look(process))
        stage.settle(30)
    return stage, process


def test_a_plan_that_was_read_for_long_is_worked_out_anew():
    stage, process = looped()
    proposal = propose(process.context, "hq-1", Asked())
    digest = plan_of(proposal).charter.digest
    stage.settle(600)
    work = open_remediation(process.context, proposal, ANN)
    charter = work.run().charter
    assert charter.digest == digest
    assert process.context.clock.now().seconds_since(charter.true_time.instant) < 5


def test_a_plan_that_changed_while_it_was_read_is_not_carried_out():
    stage, process = looped()
    proposal = propose(process.context, "hq-1", Asked())
    stage.settle(600)
    stage.box.set_ntp(stage.box.ntp.entries[1:])
    stage.box.save()
    stage.settle(20)
    with pytest.raises(PlanChanged):
        open_remediation(process.context, proposal, ANN)
    assert stage.store.remediations() == ()


def test_a_plan_that_is_refused_by_now_is_not_carried_out():
    stage, process = looped()
    proposal = propose(process.context, "hq-1", Asked())
    stage.settle(600)
    stage.box.create("aprejoin-guard-a", "aprejoin another", 1800)
    with pytest.raises(Refused, match="another clock window"):
        open_remediation(process.context, proposal, ANN)


def test_a_fresh_plan_is_not_asked_for_again():
    stage, process = looped()
    proposal = propose(process.context, "hq-1", Asked())
    before = stage.line.reads_done
    stage.settle(50)
    open_remediation(process.context, proposal, ANN)
    assert stage.line.reads_done == before


def test_no_plan_opens_nothing():
    _, process, proposal = ready()
    with pytest.raises(Refused, match="nothing to do"):
        open_remediation(process.context, replace(proposal, planned=NoPlan("nothing to do")), ANN)


def test_what_was_accepted_is_accepted_again_when_the_plan_is_worked_out_anew():
    stage, process = looped()
    stage.box.create("foreign", "", 90_000)
    proposal = propose(process.context, "hq-1", Asked(save_pending=True))
    assert plan_of(proposal).charter.unsaved is True
    stage.settle(600)
    work = open_remediation(process.context, proposal, ANN)
    assert work.run().charter.save_pending


def test_the_switch_that_a_plan_shows_is_the_one_that_would_be_armed():
    _, _, proposal = ready()
    plan = plan_of(proposal)
    (armed,) = next(step.changes for step in plan.steps if step.name == "arm-dead-man")
    assert isinstance(armed, ArmGuard)
    assert armed.ntp == plan.charter.ntp
