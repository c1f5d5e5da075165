"""`aprejoin check` and `aprejoin yang check`: does everything answer, and offer what we need?"""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table

from service.cli.edge import (
    command_edge,
    context_for,
    inventory_option,
    json_option,
    keep_going_option,
    people,
    print_json,
)
from service.cli.own_model import print_command
from service.cli.sweep import UNREACHABLE
from service.domain.documents import Document
from service.usecases.check import Checked, check_controllers

MARKS = {"works": "green", "fallback": "yellow", "missing": "red"}


@click.command("check")
@click.argument("names", nargs=-1, metavar="[CONTROLLER]...")
@inventory_option
@click.option("--tag", "tags", multiple=True, help="Only controllers with this tag; repeatable.")
@keep_going_option
@json_option
@command_edge
def check_command(
    names: tuple[str, ...],
    inventory: Path | None,
    tags: tuple[str, ...],
    keep_going: bool,
    as_json: bool,
) -> None:
    """Log in to each controller and try everything that aprejoin reads. Changes nothing.

    \b
    Example:
      aprejoin check -i inventory.yaml

    Exit status: 0 all answer, 4 some controller unreachable.
    """
    with context_for(inventory, keep_going=keep_going) as context:
        controllers = context.inventory.chosen(names, tags)
        with people.status(f"checking {len(controllers)} controllers"):
            checked = check_controllers(context, controllers)
    _answer(checked, as_json=as_json)


@click.group("yang")
def yang() -> None:
    """What a controller's own YANG models offer, and the model that the service has of itself."""


yang.add_command(print_command)


@yang.command("check")
@click.argument("controller")
@inventory_option
@json_option
@command_edge
def yang_check_command(controller: str, inventory: Path | None, as_json: bool) -> None:
    """Fetch a controller's own YANG modules and look up every path that aprejoin uses.

    Takes half a minute: hundreds of modules are fetched by get-schema. A controller that serves
    none is judged by reading.

    \b
    Example:
      aprejoin yang check hq-1 -i inventory.yaml --json

    Exit status: 0 checked, 4 unreachable.
    """
    with context_for(inventory) as context:
        controllers = context.inventory.chosen((controller,), ())
        with people.status(f"{controller}: reading") as status:
            checked = check_controllers(
                context,
                controllers,
                deep=True,
                on_module=lambda name: status.update(f"{controller}: fetching {name}"),
            )
    _answer(checked, as_json=as_json)


def _answer(checked: Sequence[Checked], *, as_json: bool) -> None:
    if as_json:
        print_json({"controllers": [checked_document(one) for one in checked]})
    else:
        _show(checked)
    sys.exit(UNREACHABLE if any(one.error for one in checked) else 0)


def checked_document(one: Checked) -> Document:
    """One controller's capabilities."""
    return {
        "name": one.controller.name,
        "platform": one.controller.platform.value,
        "release": one.release,
        "reachable": one.error is None,
        "error": one.error,
        "host_key_verified": not one.controller.netconf.insecure,
        "capabilities": [
            {"name": report.key, "verdict": report.verdict, "detail": report.detail}
            for report in one.reports
        ],
    }


def _show(checked: Sequence[Checked]) -> None:
    for one in checked:
        insecure = ", host key NOT verified" if one.controller.netconf.insecure else ""
        title = f"{one.controller.name}: {one.error or f'release {one.release}{insecure}'}"
        table = Table(title=title, title_justify="left", show_header=False, box=None)
        for report in one.reports:
            style = MARKS[report.verdict]
            table.add_row(f"[{style}]{report.verdict}[/{style}]", report.key, report.detail)
        people.print(table)
