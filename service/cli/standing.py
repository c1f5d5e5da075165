"""Commands that run until they are told to stop: the parent of child processes, and their edge."""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click

from service.bootstrap import open_context
from service.cli.edge import at_terminal, people, warn_of_halt, warn_of_restores, warn_of_stop
from service.domain.documents import moment
from service.errors import InvalidInput
from service.ports.jobs import STEP_GRACE_S
from service.settings import Settings
from service.telemetry.logs import configure_logs
from service.usecases.context import Context

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def standing_settings(inventory: Path | None) -> Settings:
    """The settings of this process and of its children, the inventory among them.

    Raises:
        InvalidInput: a bad setting, or no inventory.
    """
    settings = Settings.from_environment()
    if inventory is not None:
        settings = replace(settings, inventory=inventory.absolute())
    if settings.inventory is None:
        raise InvalidInput(
            "no inventory was given", where="-i/--inventory", expected="a file: aprejoin init"
        )
    settings.ensure_state_dir()
    configure_logs(level=settings.log_level, form=settings.log_format)
    return settings


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """An event that is set by Ctrl-C, a stop or a closed terminal."""
    stop = threading.Event()

    def note(number: int, _frame: FrameType | None) -> None:
        if not stop.is_set():
            name = signal.Signals(number).name
            words = (
                f"{name}: stopping; steps under way are finished first ({STEP_GRACE_S:g} s at most)"
            )
            people.print(words, style="yellow")
        stop.set()

    before = {number: signal.signal(number, note) for number in STOPPING}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def opened(settings: Settings) -> Iterator[Context]:
    """The ports for a moment, with what is good of the inventory."""
    with open_context(settings, settings.inventory, keep_going=True) as context:
        yield context


@contextmanager
def store_alone(settings: Settings) -> Iterator[Context]:
    """The ports for what needs no inventory: a bad one is no hindrance."""
    alone = replace(settings, inventory=None)
    with open_context(alone, None, caller=at_terminal()) as context:
        yield context


def say_what_is_left_out(context: Context) -> None:
    """Entries of the inventory that are bad, and controllers that wait for a restore."""
    for name, reason in context.inventory.rejected.items():
        people.print(f"left out: {name}: {reason}", style="yellow", markup=False)
    warn_of_halt(context)
    warn_of_stop(context)
    warn_of_restores(context)


def say_what_waits(context: Context) -> None:
    """Remediations that nobody carries on while the workers are away."""
    for row in context.store.remediations(unfinished=True):
        seconds = row.charter.policy.dead_man_after_s
        alone = (
            "it does not restore itself"
            if row.charter.guardians
            else f"it restores itself within {seconds:.0f} s"
        )
        people.print(
            f"remediation {row.id} on {row.controller} is under way (since {moment(row.opened)}): "
            f"workers go on with it when they are back. If nobody comes, {alone}. "
            f"To put everything back at once: aprejoin restore {row.controller} -i INVENTORY",
            style="bold yellow",
            markup=False,
        )


def say_ready(name: str, document: dict[str, object], words: str, *, as_json: bool) -> None:
    """One line on stdout for machines, one on stderr for people."""
    if as_json:
        click.echo(json.dumps({name: document}, ensure_ascii=False))
    people.print(words, style="bold green", markup=False)
