"""`aprejoin remediate` and `aprejoin restore`: carry a plan out, finish what a dead one left."""

import getpass
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from service.cli.edge import (
    command_edge,
    context_for,
    inventory_option,
    json_option,
    people,
    print_json,
    warn_of_containments,
)
from service.cli.plan import accepting, issue_option, show_proposal, strategy_option
from service.domain.documents import Document
from service.domain.journal import Closed
from service.domain.plan import Asked, NoPlan
from service.errors import NotApproved
from service.usecases.plan import Proposal, propose, refreshed
from service.usecases.progress import Progress
from service.usecases.recover import take_up
from service.usecases.remediate import Person, carry_out, check_digest, open_remediation
from service.usecases.report import demanding_document
from service.usecases.work import Work

EXITS = {"succeeded": 0, "rolled-back": 5, "cancelled": 5, "needs-attention": 6}
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a stop, a closed terminal: everything is put back before the command leaves."""
yes_option = click.option("--yes", is_flag=True, help="Do not ask; needs no terminal.")


class Interrupt:
    """Remembers a signal to stop; the work is undone before the command leaves."""

    def __init__(self) -> None:
        self.reason: str | None = None

    def __call__(self) -> str | None:
        """The reason to go home, or None."""
        return self.reason

    def note(self, number: int, _frame: FrameType | None) -> None:
        """A signal arrived."""
        name = signal.Signals(number).name
        if self.reason is None:
            people.print(f"\n{name}: putting everything back before leaving", style="bold yellow")
        else:
            people.print("already putting everything back; please wait", style="yellow")
        self.reason = f"interrupted by {name}"


@contextmanager
def interrupts() -> Iterator[Interrupt]:
    """Catch what would stop us for the length of a remediation."""
    interrupt = Interrupt()
    before = {number: signal.getsignal(number) for number in STOPPING}
    for number in before:
        signal.signal(number, interrupt.note)
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.command("remediate")
@click.argument("controller")
@inventory_option
@issue_option
@strategy_option
@accepting
@click.option("--digest", help="Carry out only the plan with this digest.")
@yes_option
@json_option
@command_edge
def remediate_command(
    controller: str,
    inventory: Path | None,
    issue: str | None,
    strategy: str | None,
    asked: Asked,
    digest: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Plan anew, ask, and carry the plan out in the foreground.

    Ctrl-C puts everything back before it leaves. If this process is killed, the controller restores
    itself when its dead-man's switch fires, and `aprejoin restore` finishes the rest at once.

    \b
    Examples:
      aprejoin remediate hq-1 -i inventory.yaml
      aprejoin remediate hq-1 -i inventory.yaml --yes --json

    Exit status: 0 succeeded, 5 rolled-back or cancelled (or refused: nothing was written),
    6 needs-attention.
    """
    with context_for(inventory) as context, interrupts() as interrupt:
        proposal = propose(context, controller, asked, issue=issue, strategy=strategy)
        if isinstance(proposal.planned, NoPlan):
            _refuse(controller, proposal, proposal.planned.reason, as_json=as_json)
            sys.exit(EXITS["cancelled"])
        check_digest(proposal.planned, digest)
        if not as_json:
            show_proposal(controller, proposal)
        if not yes:
            _ask(controller)
            proposal = refreshed(context, proposal, asked, issue=issue, strategy=strategy)
        if interrupt() is not None:
            _refuse(controller, proposal, "interrupted before anything was done", as_json=as_json)
            sys.exit(EXITS["cancelled"])
        work = open_remediation(context, proposal, Person(getpass.getuser()))
        closed = follow(work, interrupt, as_json=as_json)
    sys.exit(EXITS[closed.state])


@click.command("restore")
@click.argument("controller")
@inventory_option
@yes_option
@json_option
@command_edge
def restore_command(
    controller: str,
    inventory: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Finish what a dead process left on a controller: read the journal, look, put back.

    Starts at once where the process that held the controller is dead on this host.

    \b
    Example:
      aprejoin restore hq-1 -i inventory.yaml --yes

    Exit status: 0 nothing was left or all is well, 5 all put back but the goal was missed,
    6 needs-attention.
    """
    with context_for(inventory, warn=False) as context, interrupts() as interrupt:
        context.controller(controller)
        if not yes:
            _ask(controller)
        work = take_up(context, controller, who=getpass.getuser())
        if work is None:
            if as_json:
                print_json({"remediation": None})
            else:
                people.print(f"{controller}: nothing was left to restore")
            return
        interrupt.reason = None
        closed = follow(work, interrupt, as_json=as_json)
    sys.exit(EXITS[closed.state])


def follow(work: Work, interrupt: Interrupt, *, as_json: bool, quiet: bool = False) -> Closed:
    """Carry out with a live display on stderr, and print the result unless `quiet`."""
    name = work.run().charter.controller
    shown = ""

    with people.status(f"{name}: starting") as status:

        def on_progress(progress: Progress) -> None:
            nonlocal shown
            line = f"{progress.step}: {progress.text}"
            status.update(f"{name}: {line}")
            if line != shown:
                people.print(f"  {line}", markup=False)
            shown = line

        closed = carry_out(work, interrupted=interrupt, on_progress=on_progress)
    run = work.run()
    if as_json and not quiet:
        told = demanding_document(work.context, work.remediation, run)
        print_json({"remediation": told})
    elif not quiet:
        show_closed(name, closed)
    warn_of_containments(work.context, name)
    return closed


def show_closed(name: str, closed: Closed) -> None:
    """The end, for people."""
    style = "bold green" if closed.state == "succeeded" else "bold yellow"
    if closed.state == "needs-attention":
        style = "bold white on red"
    people.print(f"{name}: {closed.state}: {closed.detail}", style=style, markup=False)
    people.print(f"  APs recovered: {closed.recovered}, remaining: {closed.remaining}")
    for difference in closed.left:
        people.print(f"  still different: {difference}", style="bold red", markup=False)
    for command in closed.mend:
        people.print(f"  to mend it:      {command}", markup=False)


def _ask(controller: str) -> None:
    if not sys.stdin.isatty():
        raise NotApproved(f"{controller}: there is no terminal to ask at: say --yes")
    if not click.confirm(f"Change {controller} now?", err=True):
        raise NotApproved(f"{controller}: not approved, nothing was done")


def _refuse(controller: str, proposal: Proposal, reason: str, *, as_json: bool) -> None:
    """Nothing was written: the document says so in the form of a cancelled remediation."""
    finding = proposal.finding
    document: Document = {
        "remediation": {
            "id": None,
            "controller": controller,
            "issue": finding.issue if finding else None,
            "strategy": None,
            "state": "cancelled",
            "steps": [],
            "aps": {"recovered": 0, "remaining": len(finding.aps) if finding else 0},
            "left": [],
            "mend": [],
            "lift": [],
        },
        "reason": reason,
    }
    if as_json:
        print_json(document)
    people.print(f"{controller}: nothing was done: {reason}", style="bold yellow", markup=False)
