"""`aprejoin campaign`: many controllers mended by workers, one first, then in waves."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.table import Table

from service.bootstrap import open_context
from service.cli.edge import (
    at_terminal,
    command_edge,
    context_for,
    inventory_option,
    json_option,
    people,
    print_json,
    warn_of_halt,
)
from service.settings import Settings
from service.usecases.campaigns import (
    cancel_campaign,
    request_campaign,
    resume_campaign,
    show_campaign,
    show_campaigns,
)
from service.usecases.context import Context
from service.usecases.listing import TimedPart

NEWEST = 50
as_option = click.option("--as", "who", help="Who asks; else the user of this session.")


@click.group("campaign")
def campaign() -> None:
    """Mend many controllers: one first, then in waves, and none where too many failed.

    Workers carry it out: `aprejoin serve` has to run somewhere on the same database.
    """


@campaign.command("begin")
@click.argument("names", nargs=-1, metavar="[CONTROLLER]...")
@inventory_option
@click.option("--tag", "tags", multiple=True, help="Only controllers with this tag; repeatable.")
@click.option("--issue", help="Only this issue, for example FN72524.")
@as_option
@json_option
@command_edge
def begin_command(
    names: tuple[str, ...],
    inventory: Path | None,
    tags: tuple[str, ...],
    issue: str | None,
    who: str | None,
    as_json: bool,
) -> None:
    """Mend those of the controllers that the newest sweep found something on.

    Each waits for its approval, its window and the limits of its policy, as by itself.

    \b
    Examples:
      aprejoin campaign begin -i inventory.yaml --tag production
      aprejoin campaign begin hq-1 hq-2 -i inventory.yaml --issue FN72524
    """
    with context_for(inventory) as context:
        asked = request_campaign(
            context, None, who=who or getpass.getuser(), names=names, tags=tags, issue=issue
        )
        _show(context, asked.id, as_json=as_json)


@campaign.command("list")
@json_option
@command_edge
def list_command(as_json: bool) -> None:
    """List campaigns, newest first."""
    with _store() as context:
        found = [told for _, told in show_campaigns(context, TimedPart(NEWEST))]
    if as_json:
        print_json({"campaigns": found})
        return
    table = Table()
    for heading in ("id", "at", "asked_by", "state", "detail"):
        table.add_column(heading)
    for told in found:
        table.add_row(*(str(told[key]) for key in ("id", "at", "asked_by", "state", "detail")))
    people.print(table)


@campaign.command("show")
@click.argument("item", metavar="ID")
@json_option
@command_edge
def show_command(item: str, as_json: bool) -> None:
    """Show how each controller of a campaign fares."""
    with _store() as context:
        _show(context, item, as_json=as_json)


@campaign.command("resume")
@click.argument("item", metavar="ID")
@as_option
@json_option
@command_edge
def resume_command(item: str, who: str | None, as_json: bool) -> None:
    """Let a campaign that stopped go on, after you have looked at what failed."""
    with _store() as context:
        resume_campaign(context, None, item, who=who or getpass.getuser())
        _show(context, item, as_json=as_json)


@campaign.command("cancel")
@click.argument("item", metavar="ID")
@as_option
@json_option
@command_edge
def cancel_command(item: str, who: str | None, as_json: bool) -> None:
    """End a campaign: nothing more begins; what is under way goes on."""
    with _store() as context:
        cancel_campaign(context, item, who=who or getpass.getuser())
        _show(context, item, as_json=as_json)


@contextmanager
def _store() -> Iterator[Context]:
    """What needs no inventory."""
    with open_context(
        Settings.from_environment(), None, keep_going=True, caller=at_terminal()
    ) as context:
        warn_of_halt(context)
        yield context


def _show(context: Context, item: str, *, as_json: bool) -> None:
    told = show_campaign(context, item)
    if as_json:
        print_json({"campaign": told})
        return
    people.print(f"Campaign {item}: {told['state']} {told['detail']}", style="bold", markup=False)
    table = Table()
    for heading in ("controller", "wave", "state", "remediation", "detail"):
        table.add_column(heading)
    targets = told["controllers"]
    for one in targets if isinstance(targets, list) else ():
        keys = ("name", "wave", "state", "remediation", "detail")
        table.add_row(*("" if one[key] is None else str(one[key]) for key in keys))
    people.print(table)
