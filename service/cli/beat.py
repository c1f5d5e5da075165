"""`aprejoin beat`: the schedule alone, for many machines."""

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
from service.supervise import supervised


@click.command("beat")
@inventory_option
@json_option
@command_edge
def beat_command(inventory: Path | None, as_json: bool) -> None:
    """Send what schedules and due times ask for, until Ctrl-C or SIGTERM.

    One is enough; two do no harm. A schedule that changes in the inventory counts at once.

    \b
    Example:
      aprejoin beat -i inventory.yaml
    """
    settings = standing_settings(inventory)
    with opened(settings) as context:
        say_what_is_left_out(context)
        schedules = [schedule.name for schedule in context.inventory.schedules]
    with told_to_stop() as stop, supervised(settings, crews=()) as children:
        words = f"ready: {', '.join(schedules) or 'no schedules'}"
        say_ready("beat", {"schedules": schedules}, words, as_json=as_json)
        children.run(stop)
