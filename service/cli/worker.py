"""`aprejoin worker`: workers alone, for many machines."""

import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import click

from service.cli.edge import command_edge, inventory_option, json_option
from service.cli.standing import (
    opened,
    say_ready,
    say_what_is_left_out,
    standing_settings,
    told_to_stop,
)
from service.errors import StoreError
from service.ports.jobs import Lane, NudgeRemediations
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from service.supervise import EVERYBODY, TEND_EVERY_S, Crew, Supervisor, supervised

NUDGE_EVERY_S = 10.0
"""Beat nudges more often; without it, or with a wrong clock beside ours, this one still does."""


class Queues(click.ParamType[tuple[Lane, ...]]):
    """A list of queues with commas."""

    name = "QUEUE,..."

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Lane, ...]:
        """The lanes, each once."""
        names = str(value).split(",") if not isinstance(value, tuple) else list(value)
        try:
            return tuple(dict.fromkeys(Lane(str(name).strip()) for name in names))
        except ValueError:
            self.fail(f"{value!r}: any of {','.join(Lane)}, with commas", param, ctx)


@click.command("worker")
@inventory_option
@click.option(
    "--queues",
    type=Queues(),
    default=",".join(Lane),
    show_default=True,
    help="What to take on: poll reads, remediate changes, notify tells.",
)
@json_option
@command_edge
def worker_command(inventory: Path | None, queues: tuple[Lane, ...], as_json: bool) -> None:
    """Run workers until Ctrl-C or SIGTERM. `serve` runs them by itself; this is for more of them.

    They meet the others at APREJOIN_BROKER_URL and APREJOIN_DATABASE_URL; without these, at the
    embedded broker and the database of the state folder. Steps under way are finished first.

    \b
    Examples:
      aprejoin worker -i inventory.yaml
      aprejoin worker -i inventory.yaml --queues remediate,notify
    """
    settings = standing_settings(inventory)
    with opened(settings) as context:
        say_what_is_left_out(context)
    with told_to_stop() as stop, supervised(settings, crews=crews_of(queues), beat=False) as found:
        names = [str(lane) for lane in queues]
        say_ready("worker", {"queues": names}, f"ready: {', '.join(names)}", as_json=as_json)
        _tend(found, settings, stop, nudging=Lane.REMEDIATE in queues)


def crews_of(lanes: tuple[Lane, ...]) -> tuple[Crew, ...]:
    """Which worker processes take these lanes: what waits for others in threads, changes apart."""
    shares = ((crew, tuple(lane for lane in lanes if lane in crew.lanes)) for crew in EVERYBODY)
    return tuple(replace(crew, lanes=share) for crew, share in shares if share)


def _tend(found: Supervisor, settings: Settings, stop: threading.Event, *, nudging: bool) -> None:
    """Look after the children, and nudge what is due from here, too."""
    queue = CeleryQueue.at(found.broker_url, visibility_timeout_s=settings.visibility_timeout_s)
    next_nudge_s = time.monotonic()
    with closing(queue):
        while not stop.wait(TEND_EVERY_S):
            found.tend()
            if nudging and time.monotonic() >= next_nudge_s:
                next_nudge_s = time.monotonic() + NUDGE_EVERY_S
                with suppress(StoreError):  # the broker is away: the next round
                    queue.enqueue(NudgeRemediations())
