"""`aprejoin halt` and `aprejoin resume`: one switch for the whole fleet."""

import getpass

import click

from service.bootstrap import open_context
from service.cli.edge import at_terminal, command_edge, json_option, people, print_json
from service.settings import Settings
from service.usecases.halt import halt, halt_document, resume, told

as_option = click.option("--as", "who", help="Who does it; else the user of this session.")


@click.command("halt")
@click.argument("reason")
@as_option
@json_option
@command_edge
def halt_command(reason: str, who: str | None, as_json: bool) -> None:
    """Stop all new changes in the whole fleet, at once; REASON is shown wherever it holds.

    No remediation begins, and those that are under way put everything back. Restores go on, and
    plans and sweeps are made. It holds for every command, worker and service on the same database.

    \b
    Example:
      aprejoin halt "no changes until the Paris outage is understood"
    """
    with open_context(Settings.from_environment(), None, caller=at_terminal()) as context:
        holds = halt(context, who=who or getpass.getuser(), reason=reason)
    if as_json:
        print_json({"halt": halt_document(holds)})
    else:
        people.print(f"Everything is {told(holds)}", style="bold white on red", markup=False)


@click.command("resume")
@as_option
@json_option
@command_edge
def resume_command(who: str | None, as_json: bool) -> None:
    """Lift a halt: what waits to begin goes on by itself.

    \b
    Example:
      aprejoin resume
    """
    with open_context(Settings.from_environment(), None, caller=at_terminal()) as context:
        lifted = resume(context, who=who or getpass.getuser())
    if as_json:
        print_json({"halt": None, "lifted": halt_document(lifted)})
    else:
        people.print(f"Lifted: {told(lifted)}", markup=False)
