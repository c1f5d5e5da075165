"""`aprejoin notify`: channels to people, a try-out of each, and what could not be told."""

import sys
from pathlib import Path

import click
from rich.table import Table

from service.cli.edge import (
    command_edge,
    context_for,
    inventory_option,
    json_option,
    people,
    print_json,
)
from service.usecases.channels import (
    channels_document,
    channels_of,
    send_now,
    try_again,
    try_out,
)

FAILED = 1


@click.group("notify")
def notify() -> None:
    """Who is told by mail and chat: the key `notify` of the inventory."""


@notify.command("test")
@click.argument("channels", nargs=-1, metavar="[CHANNEL]...")
@inventory_option
@json_option
@command_edge
def test_command(channels: tuple[str, ...], inventory: Path | None, as_json: bool) -> None:
    """Send one message to each channel, or to those named; exit status 1: one was not taken.

    \b
    Examples:
      aprejoin notify test -i inventory.yaml
      aprejoin notify test oncall
    """
    with context_for(inventory, warn=False) as context:
        tried = [try_out(context, *one) for one in channels_of(context, channels).items()]
    told = [
        {
            "channel": one.channel,
            "service": one.service or None,
            "taken": one.receipt.is_taken,
            "detail": one.receipt.detail,
        }
        for one in tried
    ]
    if as_json:
        print_json({"tried": told})
    for one in told:
        said = f"taken by {one['service']}" if one["taken"] else f"NOT taken: {one['detail']}"
        people.print(f"{one['channel']}: {said}", markup=False)
    if not all(one["taken"] for one in told):
        sys.exit(FAILED)


@notify.command("list")
@inventory_option
@json_option
@command_edge
def list_command(inventory: Path | None, as_json: bool) -> None:
    """List channels: how much waits for a digest, and what could not be told."""
    with context_for(inventory, warn=False) as context:
        document = channels_document(context)
    if as_json:
        print_json(document)
        return
    table = Table()
    for heading in ("channel", "rules", "waiting", "unsent", "dead"):
        table.add_column(heading)
    listed = document["channels"]
    for one in listed if isinstance(listed, list) else ():
        counts = (str(one["waiting"]), str(len(one["unsent"])), str(len(one["dead"])))
        table.add_row(one["name"], ", ".join(one["rules"]), *counts)
        for dead in (*one["unsent"], *one["dead"]):
            if dead["detail"]:
                people.print(f"{one['name']}: {dead['kind']}: {dead['detail']}", markup=False)
    people.print(table)


@notify.command("send")
@click.argument("channels", nargs=-1, metavar="[CHANNEL]...")
@click.option("--retry", is_flag=True, help="Also what was put aside after a day of tries.")
@inventory_option
@command_edge
def send_command(channels: tuple[str, ...], retry: bool, inventory: Path | None) -> None:
    """Send what is due now, from here, without workers.

    \b
    Example:
      aprejoin notify send --retry noc
    """
    with context_for(inventory, warn=False) as context:
        for name in channels_of(context, channels):
            again = try_again(context, name) if retry else 0
            sent = send_now(context, name)
            people.print(
                f"{name}: {sent.taken} sent, {sent.failed} failed"
                + (f"; {again} tried again" if retry else "")
                + (f": {sent.reason}" if sent.reason else ""),
                markup=False,
            )
