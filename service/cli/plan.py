"""`aprejoin plan` and `aprejoin approve`: read what would be done, and give one's word for it."""

import getpass
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import click
from rich.syntax import Syntax

from service.cli.edge import (
    command_edge,
    context_for,
    inventory_option,
    json_option,
    people,
    print_json,
)
from service.cli.ways import show_ways
from service.domain.containment import Block, Containment
from service.domain.documents import moment
from service.domain.plan import Asked, NoPlan, Plan
from service.errors import Refused
from service.usecases.plan import Proposal, contained, propose
from service.usecases.remediate import Person, approve
from service.usecases.report import contained_document, proposal_document

issue_option = click.option("--issue", help="Only this issue, for example FN72524.")
strategy_option = click.option("--strategy", help="Only this strategy, for example clock-window.")
suspected_option = click.option(
    "--accept-suspected", is_flag=True, help="Act on a finding that is only suspected; recorded."
)
save_pending_option = click.option(
    "--save-pending",
    is_flag=True,
    help="Save at the end even what was not saved before we began, or what the box can't tell.",
)
reload_option = click.option(
    "--accept-reload", is_flag=True, help="The controller may be reloaded; recorded."
)
stranded_option = click.option(
    "--accept-stranded",
    is_flag=True,
    help="APs may be left without software to fall back to, the plan names them; recorded.",
)


def accepting(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the flags of what a person accepts; it gets them as `asked`."""

    @suspected_option
    @save_pending_option
    @reload_option
    @stranded_option
    @wraps(command)
    def with_flags(
        *args: object,
        accept_suspected: bool,
        save_pending: bool,
        accept_reload: bool,
        accept_stranded: bool,
        **others: object,
    ) -> None:
        asked = Asked(
            accept_suspected=accept_suspected,
            save_pending=save_pending,
            accept_reload=accept_reload,
            accept_stranded=accept_stranded,
        )
        command(*args, asked=asked, **others)

    return with_flags


@click.command("plan")
@click.argument("controller")
@inventory_option
@issue_option
@strategy_option
@accepting
@click.option(
    "--contain",
    "is_contained",
    is_flag=True,
    help="Also work out how a person keeps the stuck APs from trying, with the undo.",
)
@json_option
@command_edge
def plan_command(
    controller: str,
    inventory: Path | None,
    issue: str | None,
    strategy: str | None,
    asked: Asked,
    is_contained: bool,
    as_json: bool,
) -> None:
    """Show exactly what would be done to one controller. Nothing is changed.

    \b
    Examples:
      aprejoin plan hq-1 -i inventory.yaml
      aprejoin plan hq-1 -i inventory.yaml --issue FN72524 --json
      aprejoin plan hq-1 -i inventory.yaml --contain

    Exit status 0, also for "nothing to do" and for a refusal: the reason is printed.
    """
    with context_for(inventory) as context:
        proposal = propose(
            context,
            controller,
            asked,
            issue=issue,
            strategy=strategy,
            with_neighbours=is_contained,
        )
    if as_json:
        beside = {"contain": contained_document(proposal)} if is_contained else {}
        print_json({**proposal_document(proposal), **beside})
    else:
        show_proposal(controller, proposal)
    if is_contained and not as_json:
        show_containment(contained(proposal))


@click.command("approve")
@click.argument("controller")
@inventory_option
@issue_option
@strategy_option
@accepting
@click.option("--as", "approver", help="Who approves; else the user of this session.")
@json_option
@command_edge
def approve_command(
    controller: str,
    inventory: Path | None,
    issue: str | None,
    strategy: str | None,
    asked: Asked,
    approver: str | None,
    as_json: bool,
) -> None:
    """Plan anew and give your word for exactly that plan.

    The approval binds to the plan's digest: it lapses when the controller or the policy changes,
    and when its time is up.

    \b
    Example:
      aprejoin approve hq-1 -i inventory.yaml
    """
    with context_for(inventory) as context:
        proposal = propose(context, controller, asked, issue=issue, strategy=strategy)
        if isinstance(proposal.planned, NoPlan):
            raise Refused(f"{controller}: there is no plan to approve: {proposal.planned.reason}")
        approval = approve(context, proposal.planned, Person(approver or getpass.getuser()))
    document = {
        "approval": {
            "controller": controller,
            "digest": approval.digest,
            "approver": approval.approver,
            "expires": moment(approval.expires),
        }
    }
    if as_json:
        print_json(document)
    else:
        people.print(
            f"{approval.approver} approved plan {approval.digest[:12]} for {controller}, "
            f"until {moment(approval.expires)}"
        )


def show_proposal(controller: str, proposal: Proposal) -> None:
    """A plan for people, payloads included, on stderr."""
    planned = proposal.planned
    if isinstance(planned, NoPlan):
        people.print(f"{controller}: no plan: {planned.reason}", style="bold yellow", markup=False)
    else:
        _show_plan(planned, proposal)
    show_ways(planned.alternatives)


def _show_plan(plan: Plan, proposal: Proposal) -> None:
    charter = plan.charter
    people.print(f"\nPlan {charter.digest[:12]} for {charter.controller}", style="bold")
    people.print(f"  {charter.purpose} for {charter.issue}, {len(charter.aps)} APs", markup=False)
    if charter.moment is not None:
        people.print(f"  the clock is set to {moment(charter.moment)}", markup=False)
    for bound in plan.window.bounds if plan.window else ():
        people.print(f"    bound: {moment(bound.moment)}  {bound.owner}", markup=False, style="dim")
    for sentence in plan.impact:
        people.print(f"  ! {sentence}", markup=False)
    _show_way_home(plan)
    for number, step in enumerate(plan.steps, start=1):
        where = f" [on {step.on}]" if step.on else ""
        title = f"\n{number}. {step.name}: {step.summary}{where}"
        people.print(title, style="bold", markup=False)
        forward, undo = proposal.payloads.get(step.name, ((), ()))
        for text in forward:
            people.print(Syntax(text, "xml", background_color="default", word_wrap=True))
        if undo:
            people.print("   undone by:", style="dim")
        for text in undo:
            people.print(Syntax(text, "xml", background_color="default", word_wrap=True))


def show_containment(made: Containment | None) -> None:
    """The blocks for a person, on stderr."""
    if made is None:
        people.print("\nNothing was found, so there is no AP to keep away.", style="bold")
        return
    people.print("\nTo keep the stuck APs from trying, by hand; one way is enough:", style="bold")
    for block in made.blocks:
        _show_block(block)
    for note in made.notes:
        people.print(f"  ! {note}", markup=False)


def _show_block(block: Block) -> None:
    people.print(f"\n{block.name}, on {block.where}", style="bold", markup=False)
    for title, lines in (("look first:", block.look), ("do:", block.do), ("undo:", block.undo)):
        people.print(f"  {title}", style="dim")
        for line in lines:
            people.print(f"    {line}", markup=False)


def _show_way_home(plan: Plan) -> None:
    """Commands for a person, where the controller cannot restore itself."""
    if plan.by_hand:
        people.print("\nThe way home by hand, should the service be lost:", style="bold")
    for line in plan.by_hand:
        people.print(f"  {line}", markup=False)
