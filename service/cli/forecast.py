"""`aprejoin forecast`: what will fail, and on which day."""

from collections.abc import Sequence
from datetime import timedelta
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
from service.domain.coming import Coming
from service.usecases.forecast import Outlook, look_ahead, outlook_document

SHOWN = 40


@click.command("forecast")
@click.argument("names", nargs=-1, metavar="[CONTROLLER]...")
@inventory_option
@click.option("--tag", "tags", multiple=True, help="Only controllers with this tag; repeatable.")
@click.option("--fresh", is_flag=True, help="Poll first; else from what earlier polls kept.")
@click.option("--within", type=click.IntRange(min=0), metavar="DAYS", help="Nothing later.")
@click.option("--all", "is_whole", is_flag=True, help=f"Every line, not only the first {SHOWN}.")
@keep_going_option
@json_option
@command_edge
def forecast_command(
    names: tuple[str, ...],
    inventory: Path | None,
    tags: tuple[str, ...],
    fresh: bool,
    within: int | None,
    is_whole: bool,
    keep_going: bool,
    as_json: bool,
) -> None:
    """Say which access points will fail at their next download, and when certificates end.

    Sorted by date. A date with ~ is an estimate from a serial number. Nothing is changed, and
    without --fresh no controller is asked.

    \b
    Examples:
      aprejoin forecast -i inventory.yaml
      aprejoin forecast -i inventory.yaml --fresh --within 365 --json

    Exit status 0; what is not known is told.
    """
    with context_for(inventory, keep_going=keep_going) as context:
        controllers = context.inventory.chosen(names, tags)
        limit = None if within is None else timedelta(days=within)
        outlook = look_ahead(context, controllers, fresh=fresh, within=limit)
    if as_json:
        print_json(outlook_document(outlook))
    else:
        _show(outlook, shown=None if is_whole else SHOWN)


def _show(outlook: Outlook, *, shown: int | None) -> None:
    coming = outlook.forecast.coming
    people.print(_table(coming[:shown]))
    if shown is not None and len(coming) > shown:
        people.print(f"and {len(coming) - shown} more: --all, or --json", style="dim")
    for effect in dict.fromkeys(one.effect for one in coming[:shown]):
        people.print(f"  ! {effect}", markup=False)
    for name, way in outlook.ways.items():
        people.print(f"  {name}: fixed software: {way}", markup=False)
    for sentence in outlook.forecast.unknown:
        people.print(f"  not known: {sentence}", style="yellow", markup=False)


def _table(coming: Sequence[Coming]) -> Table:
    table = Table("date", "site", "controller", "what fails", "which", "model", "at its next")
    for one in coming:
        table.add_row(
            f"{'~' if one.estimated else ''}{one.at:%Y-%m-%d}",
            one.site,
            one.controller,
            one.kind.value,
            one.what,
            (one.ap.model if one.ap else None) or "",
            ", ".join(one.fails_at),
        )
    return table
