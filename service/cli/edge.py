"""The edge of every command: documents to stdout, words to stderr, errors to exit statuses.

Exit statuses: 2 the call or the inventory was wrong, 1 failed; what else a command may answer is in
DESIGN.md section 7.
"""

import functools
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from rich.console import Console

from service.bootstrap import open_context
from service.cli.main import TOLD
from service.domain.audit import Caller
from service.domain.contained import demand
from service.errors import AprejoinError, InvalidInput, NotFound
from service.settings import Settings
from service.usecases.context import Context
from service.usecases.halt import why_halted
from service.usecases.orphans import due

WRONG_CALL, FAILED = 2, 1

P = ParamSpec("P")
T = TypeVar("T")

people = Console(stderr=True, highlight=False)
"""Where tables, progress and warnings for people go."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document on stdout and nothing else."
)
inventory_option = click.option(
    "-i",
    "--inventory",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The inventory file; else the environment's APREJOIN_INVENTORY.",
)
keep_going_option = click.option(
    "--keep-going", is_flag=True, help="Leave out controllers whose entry is bad; load the rest."
)


def command_edge(function: Callable[P, T]) -> Callable[P, T]:
    """Turn our errors into a sentence and an exit status. The function takes `as_json`.

    An error that nobody expected is passed on, after the one document that was promised.
    """

    @functools.wraps(function)
    def edge(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except AprejoinError as err:
            if kwargs.get("as_json"):
                print_json({"error": {"type": type(err).__name__, "detail": str(err)}})
            people.print(f"aprejoin: {err}", style="bold red", markup=False)
            sys.exit(WRONG_CALL if isinstance(err, InvalidInput | NotFound) else FAILED)
        except click.UsageError:
            raise  # told at the process edge, with the usage
        except (Exception, KeyboardInterrupt) as err:
            if kwargs.get("as_json"):
                print_json({"error": {"type": type(err).__name__, "detail": str(err)}})
                err.add_note(TOLD)
            raise

    return edge


def at_terminal() -> Caller:
    """Whoever runs this command: the account and the host, whatever name they give."""
    uid = os.getuid() if hasattr(os, "getuid") else "unknown"
    return Caller("person", f"command line, uid {uid} on {socket.gethostname()}")


def print_json(document: object) -> None:
    """The one document of a command, on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


@contextmanager
def context_for(
    inventory: Path | None, *, keep_going: bool = False, warn: bool = True
) -> Iterator[Context]:
    """A context; warns loudly where a restore is due."""
    settings = Settings.from_environment()
    if inventory is None and settings.inventory is None:
        raise InvalidInput(
            "no inventory was given", where="-i/--inventory", expected="a file: aprejoin init"
        )
    with open_context(settings, inventory, keep_going=keep_going, caller=at_terminal()) as context:
        for name, reason in context.inventory.rejected.items():
            people.print(f"left out: {name}: {reason}", style="yellow", markup=False)
        warn_of_halt(context)
        warn_of_stop(context)
        if warn:
            warn_of_restores(context)
        yield context


def warn_of_halt(context: Context) -> None:
    """Say loudly that nothing new is changed, by whose word and why."""
    why = why_halted(context)
    if why is not None:
        people.print(
            f"ALL NEW CHANGES ARE {why.upper()[:6]}{why[6:]}. To go on: aprejoin resume",
            style="bold white on red",
            markup=False,
        )


def warn_of_stop(context: Context) -> None:
    """Say loudly that a campaign waits for a person."""
    campaign = context.store.open_one()
    if campaign is not None and campaign.state == "stopped":
        people.print(
            f"A CAMPAIGN HAS STOPPED: {campaign.detail}. Look: aprejoin campaign show "
            f"{campaign.id}; then: aprejoin campaign resume {campaign.id}, or cancel",
            style="bold white on red",
            markup=False,
        )


def warn_of_containments(context: Context, controller: str | None = None) -> None:
    """Say loudly what a person keeps away by hand: on one controller, or on all."""
    standing = context.store.containments(controller, standing=True)
    for one in reversed(standing):
        people.print(f"{one.controller}: {demand(one)}", style="bold white on red", markup=False)


def warn_of_restores(context: Context) -> None:
    """Say loudly that a controller may be left in the past."""
    for row in due(context):
        people.print(
            f"A RESTORE IS DUE: {row.controller} was being changed (remediation {row.id}) by a "
            f"process that is gone. Run: aprejoin restore {row.controller} -i INVENTORY",
            style="bold white on red",
            markup=False,
        )
