"""`aprejoin tickets`: tickets at the ITSM, what they are still to be told, and another try."""

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
)
from service.errors import InvalidInput, NotFound
from service.settings import Settings
from service.usecases.context import Context
from service.usecases.tend import tend_now
from service.usecases.ticket_show import tickets_document

ALL = "all"


@click.command("tickets")
@inventory_option
@click.option("--retry", metavar="NUMBER|all", help="Let dead messages be tried again.")
@click.option("--send", is_flag=True, help="Send what waits now, from here, without workers.")
@json_option
@command_edge
def tickets_command(inventory: Path | None, retry: str | None, send: bool, as_json: bool) -> None:
    """List tickets at the ITSM, newest first, and the messages that it refused.

    \b
    Examples:
      aprejoin tickets
      aprejoin tickets -i inventory.yaml --retry 17 --send
    """
    with open_context(Settings.from_environment(), inventory) as context:
        if retry is not None:
            _retry(context, retry)
        if send:
            for ticket in context.store.tickets():
                tend_now(context, ticket.id)
        document = tickets_document(context)
        if as_json:
            print_json(document)
        else:
            _show(document)


def _retry(context: Context, what: str) -> None:
    if what != ALL and not what.isdecimal():
        raise InvalidInput(
            f"found {what!r}", where="--retry", expected="a message's number, or all"
        )
    tried = context.store.revive(None if what == ALL else int(what))
    if not tried and what != ALL:
        raise NotFound("dead message", what)
    people.print(f"{tried} message(s) will be tried again.")


def _show(document: dict[str, object]) -> None:
    table = Table()
    columns = ("number", "kind", "controller", "subject", "says", "waiting", "remediation")
    for heading in columns:
        table.add_column(heading)
    for ticket in _listed(document, "tickets"):
        table.add_row(*(str(ticket.get(key) or "") for key in columns))
    people.print(table)
    for dead in _listed(document, "dead"):
        people.print(
            f"message {dead['number']} ({dead['verb']}, {dead['ticket']}) was put aside after "
            f"{dead['tries']} tries: {dead['trouble']}",
            style="bold yellow",
            markup=False,
        )


def _listed(document: dict[str, object], key: str) -> list[dict[str, object]]:
    found = document[key]
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
