"""`aprejoin contain`: note what keeps access points away by hand, and demand its lifting."""

import getpass
from collections.abc import Iterable
from pathlib import Path

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
from service.domain.contained import Contained
from service.domain.documents import moment
from service.errors import InvalidInput
from service.usecases.contain import containments_document, note_applied, note_lifted

KIND = "KIND[:WHERE]"
ALL = "all"


@click.command("contain")
@click.argument("controller")
@inventory_option
@click.option("--applied", metavar=KIND, help="It was put in force, for example switch-port:...")
@click.option(
    "--lifted",
    metavar=KIND,
    help=f"It was taken back; `{ALL}`: everything that stands on this controller.",
)
@click.option("--note", default="", help="Anything worth knowing, kept with --applied.")
@click.option("--as", "who", help="Who did it; else the user of this session.")
@json_option
@command_edge
def contain_command(
    controller: str,
    inventory: Path | None,
    applied: str | None,
    lifted: str | None,
    note: str,
    who: str | None,
    as_json: bool,
) -> None:
    """Note that a block was put in force or lifted by hand; without either, list them.

    Kinds are the blocks that `aprejoin plan CONTROLLER --contain` works out: capwap-filter,
    capwap-filter-v6, switch-port. WHERE says on which box and interface. No controller is asked,
    and nothing is sent: until it is noted as lifted, plans, runs and reports demand its lifting.

    \b
    Examples:
      aprejoin contain hq-1 -i inventory.yaml --applied "switch-port:access-1 Gi1/0/7"
      aprejoin contain hq-1 -i inventory.yaml --lifted all
    """
    if applied and lifted:
        raise InvalidInput("both are given", where="--applied, --lifted", expected="one of them")
    name = who or getpass.getuser()
    with context_for(inventory, warn=False) as context:
        context.controller(controller)
        if applied:
            note_applied(context, controller, applied, who=name, note=note)
        elif lifted:
            note_lifted(context, controller, None if lifted == ALL else lifted, who=name)
        found = context.store.containments(controller)
        if as_json:
            print_json({"containments": containments_document(found)})
            return
        _show(found)
        warn_of_containments(context, controller)


def _show(found: Iterable[Contained]) -> None:
    every = tuple(found)
    if not every:
        people.print("No containment was noted.")
    for one in every:
        end = "stands" if one.stands else f"lifted {moment(one.lifted)} by {one.lifted_by}"
        note = f" ({one.note})" if one.note else ""
        people.print(f"{moment(one.at)}  {one.label}, by {one.by}{note}: {end}", markup=False)
