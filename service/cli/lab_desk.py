"""`aprejoin lab desk`: the people at the lab's desk, who approve changes and take them back."""

import json
from pathlib import Path
from typing import Any

import click

from service.cli.lab_asking import FAILED, ask, json_option, refusing, state_option

LONGEST_HOURS = 24 * 365


@click.group(name="desk")
def desk() -> None:
    """The change manager of a lab that has a desk (`aprejoin lab up FLEET --desk`).

    \b
    aprejoin lab desk list
    aprejoin lab desk approve CHG0030000
    aprejoin lab desk withdraw CHG0030000
    """  # click wants the character \b


@desk.command(name="list")
@state_option
@json_option
def list_(state_dir: Path | None, *, as_json: bool) -> None:
    """Show the changes and incidents of the desk, and how often each was written to.

    \b
    aprejoin lab desk list --json     (with every note)
    """  # click wants the character \b
    with refusing(FAILED):
        found = ask(state_dir, "/desk")
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"{found['kind']} at {found['url']}: {len(found['tickets'])} tickets")
    for row in found["tickets"]:
        click.echo(line_of(row))


@desk.command()
@click.argument("number")
@click.option(
    "--hours",
    type=click.FloatRange(0, LONGEST_HOURS, min_open=True),
    help="Its window begins now and lasts so long. Default: as it was planned.",
)
@state_option
@json_option
def approve(number: str, hours: float | None, state_dir: Path | None, *, as_json: bool) -> None:
    """Approve a change.

    \b
    aprejoin lab desk approve CHG0030000 --hours 4
    """  # click wants the character \b
    decide("approve", {"number": number, "hours": hours}, state_dir, as_json=as_json)


@desk.command()
@click.argument("number")
@state_option
@json_option
def withdraw(number: str, state_dir: Path | None, *, as_json: bool) -> None:
    """Take a change back, approved or not.

    \b
    aprejoin lab desk withdraw CHG0030000
    """  # click wants the character \b
    decide("withdraw", {"number": number}, state_dir, as_json=as_json)


def decide(verb: str, body: dict[str, Any], state_dir: Path | None, *, as_json: bool) -> None:
    """Let the desk do that, and show the change as it is then."""
    with refusing(FAILED):
        row = ask(state_dir, f"/desk/{verb}", body)["answer"]
    click.echo(json.dumps(row) if as_json else line_of(row))


def line_of(row: dict[str, Any]) -> str:
    """One ticket in one line."""
    window = f"  {row['opens']} to {row['closes']}" if row["opens"] else ""
    approval = f", {row['approval']}" if row["approval"] else ""
    told = f"{len(row['notes'])} notes, {len(row['files'])} files"
    return f"{row['number']}  {row['state']}{approval}{window}  {told}  {row['title']}"
