"""The command `aprejoin`: finds the command asked for, and loads that one alone.

Loading everything takes a second and a half; a command that is not asked for should cost nothing.
"""

import json
import os
import sys
from importlib import import_module

import click

from service.uncollected import uncollected

WRONG_CALL, FAILED = 2, 1
EDGE = object()
"""What a command of a process of its own is called with: that one may say where logs go."""
TOLD = "aprejoin: told on stdout"
"""A note on an error that a command has printed its one document for."""

COMMANDS = {
    "demo": ("service.cli.demo:demo_command", "Show the whole job on a simulated fleet."),
    "init": ("service.cli.init:init_command", "Write an inventory to begin with."),
    "check": ("service.cli.check:check_command", "Try everything that is read; change nothing."),
    "sweep": ("service.cli.sweep:sweep_command", "Poll the fleet: what is stuck, and why."),
    "diagnose": ("service.cli.diagnose:diagnose_command", "The same, also from saved files."),
    "forecast": ("service.cli.forecast:forecast_command", "What will fail, and on which day."),
    "plan": ("service.cli.plan:plan_command", "Show exactly what would be done."),
    "approve": ("service.cli.plan:approve_command", "Give your word for a plan."),
    "remediate": ("service.cli.remediate:remediate_command", "Carry a plan out."),
    "restore": ("service.cli.remediate:restore_command", "Finish what a dead process left."),
    "runs": ("service.cli.runs:runs_command", "List remediations, or tell one by its journal."),
    "report": ("service.cli.report:report_command", "All evidence of one, as an archive."),
    "tickets": ("service.cli.tickets:tickets_command", "List tickets at the ITSM; try again."),
    "notify": ("service.cli.notify:notify", "Who is told by mail and chat; try it out."),
    "contain": ("service.cli.contain:contain_command", "Note a block applied or lifted by hand."),
    "campaign": ("service.cli.campaign:campaign", "Mend many controllers, in waves."),
    "halt": ("service.cli.halt:halt_command", "Stop all new changes in the whole fleet."),
    "resume": ("service.cli.halt:resume_command", "Lift a halt."),
    "files": ("service.cli.files:files_command", "List software in a folder, or serve it."),
    "audit": ("service.cli.audit:audit", "Who did what; prove that nothing was changed in it."),
    "state": ("service.cli.state:state", "Save what is known into a file, and load it."),
    "serve": ("service.cli.serve:serve_command", "Run REST, workers and schedule."),
    "worker": ("service.cli.worker:worker_command", "Run workers alone."),
    "beat": ("service.cli.beat:beat_command", "Run the schedule alone."),
    "listen": ("service.cli.listen:listen_command", "Hear syslog, and look where it matters."),
    "token": ("service.cli.token:token", "Who may ask the service what."),
    "lab": ("service.cli.lab:lab", "Simulated controllers on this machine."),
    "yang": ("service.cli.check:yang", "YANG models: a controller's, and our own."),
}
"""Name -> where it is, and its line in the overview; in the order of a first day's work."""


class _Overview(click.Group):
    """A group that loads a command when it is called, and not for the overview."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        with uncollected():
            command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.command(cls=_Overview, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aprejoin", prog_name="aprejoin")
@click.pass_obj
def main(edge: object) -> None:
    """Find access points that a certificate keeps off their Cisco controllers, and mend it."""
    if edge is EDGE:
        import_module("service.telemetry.logs").logs_of_commands(os.environ)


def run() -> None:
    """The process edge: one JSON document on stdout with --json, whatever happens."""
    as_json = "--json" in sys.argv[1:]
    try:
        status = main.main(standalone_mode=False, obj=EDGE)
    except click.UsageError as err:
        err.show()
        _say(as_json, "InvalidInput", err.format_message())
        sys.exit(WRONG_CALL)
    except (click.Abort, KeyboardInterrupt) as err:
        click.echo("Aborted.", err=True)
        told = _is_told(err) or _is_told(err.__cause__)
        _say(as_json and not told, "Aborted", "interrupted before anything was done")
        sys.exit(FAILED)
    except Exception as err:
        _say(as_json and not _is_told(err), type(err).__name__, str(err))
        raise
    sys.exit(status if isinstance(status, int) else 0)


def _is_told(error: BaseException | None) -> bool:
    return TOLD in getattr(error, "__notes__", ())


def _say(as_json: bool, kind: str, detail: str) -> None:
    if as_json:
        click.echo(json.dumps({"error": {"type": kind, "detail": detail}}, ensure_ascii=False))


if __name__ == "__main__":
    run()
