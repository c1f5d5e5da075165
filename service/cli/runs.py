"""`aprejoin runs`: remediations and their journals."""

from pathlib import Path

import click
from rich.table import Table

from service.bootstrap import open_context
from service.cli.edge import (
    command_edge,
    inventory_option,
    json_option,
    people,
    print_json,
    warn_of_containments,
    warn_of_halt,
    warn_of_restores,
)
from service.domain.documents import moment
from service.domain.journal_words import entry_document
from service.domain.remediation import Run
from service.settings import Settings
from service.usecases.context import Context
from service.usecases.orphans import due
from service.usecases.report import remediations_document, told_document


@click.command("runs")
@click.argument("remediation", required=False)
@inventory_option
@json_option
@command_edge
def runs_command(remediation: str | None, inventory: Path | None, as_json: bool) -> None:
    """List remediations, newest first; with an id, tell one by its journal.

    \b
    Examples:
      aprejoin runs
      aprejoin runs 3f2a9c0d1e4b --json
    """
    with open_context(Settings.from_environment(), inventory) as context:
        warn_of_halt(context)
        warn_of_restores(context)
        if remediation is None:
            _list(context, as_json=as_json)
        else:
            _tell(context, remediation, as_json=as_json)


def _list(context: Context, *, as_json: bool) -> None:
    if as_json:
        print_json({"remediations": remediations_document(context)})
        return
    rows = context.store.remediations()
    runs = [(row.id, Run(context.store.journal(row.id))) for row in rows]
    orphans = {row.id for row in due(context)}
    table = Table()
    for heading in (
        "id",
        "controller",
        "issue",
        "strategy",
        "opened",
        "state",
        "recovered",
        "ticket",
    ):
        table.add_column(heading)
    for name, run in runs:
        closed = run.closed
        table.add_row(
            name,
            run.charter.controller,
            run.charter.issue,
            run.charter.purpose,
            moment(run.opened_at.wall),
            closed.state if closed else _unfinished(name, run, orphans),
            str(closed.recovered) if closed else "",
            _ticket(context, run),
        )
    people.print(table)
    warn_of_containments(context)


def _tell(context: Context, remediation: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told_document(context, remediation))
        return
    run = Run(context.store.journal(remediation))
    for entry in run.journal:
        told = entry_document(entry)
        people.print(f"{told['seq']:>4}  {told['at']}  {told['what']}", markup=False)
    warn_of_containments(context, run.charter.controller)


def _ticket(context: Context, run: Run) -> str:
    ticket = context.store.ticket(run.charter.ticket) if run.charter.ticket else None
    return "" if ticket is None else ticket.number


def _unfinished(remediation: str, run: Run, orphans: set[str]) -> str:
    return "needs-attention: a restore is due" if remediation in orphans else run.phase
