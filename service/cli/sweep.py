"""`aprejoin sweep`: poll the fleet once, or again and again, and say what is stuck and why."""

import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
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
from service.domain.diagnosis import Diagnosis
from service.domain.documents import controller_document
from service.domain.inventory import Controller
from service.domain.polling.telling import facts_words
from service.usecases.context import Context
from service.usecases.forget_old import forget_old
from service.usecases.incidents import tell_findings
from service.usecases.poll import Polled
from service.usecases.sweep import Judged, Sweep, sweep
from service.usecases.sweep_report import sweep_document

FINDINGS, UNREACHABLE = 3, 4


@click.command("sweep")
@click.argument("names", nargs=-1, metavar="[CONTROLLER]...")
@inventory_option
@click.option("--tag", "tags", multiple=True, help="Only controllers with this tag; repeatable.")
@click.option("--watch", type=float, metavar="SECONDS", help="Sweep again after this many seconds.")
@click.option(
    "--incremental",
    is_flag=True,
    help="Ask only for what changed; what is remembered instead is shown with its age.",
)
@keep_going_option
@json_option
@command_edge
def sweep_command(
    names: tuple[str, ...],
    inventory: Path | None,
    tags: tuple[str, ...],
    watch: float | None,
    incremental: bool,
    keep_going: bool,
    as_json: bool,
) -> None:
    """Poll controllers and say which access points are stuck, and why.

    Every sweep adds one poll to the history: a loop is counted over two sweeps or more. It reads
    everything afresh; with --watch the sweeps after the first are incremental.

    \b
    Examples:
      aprejoin sweep -i inventory.yaml
      aprejoin sweep hq-1 -i inventory.yaml --watch 60
      aprejoin sweep -i inventory.yaml --tag production --json

    Exit status: 0 nothing found, 3 findings, 4 some controller unreachable.
    """
    with context_for(inventory, keep_going=keep_going) as context:
        controllers = context.inventory.chosen(names, tags)
        while True:
            result = run_sweep(context, controllers, quiet=as_json, is_thrifty=incremental)
            document = sweep_document(context, result)
            context.store.keep_sweep(result.id, document, at=result.finished)
            tell_findings(context, result)
            if as_json:
                print_json(document)
            else:
                show(context, result)
            _tidy(context)
            if watch is None:
                sys.exit(exit_status(result))
            context.clock.wait(watch)
            incremental = True


def run_sweep(
    context: Context,
    controllers: Sequence[Controller],
    *,
    quiet: bool,
    is_thrifty: bool = False,
) -> Sweep:
    """One sweep with a progress bar on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=people, transient=True, disable=quiet) as progress:
        task = progress.add_task("polling", total=len(controllers))

        def polled(_: Polled) -> None:
            progress.advance(task)

        return sweep(
            context,
            controllers,
            sweep_id=uuid.uuid4().hex,
            on_polled=polled,
            is_thrifty=is_thrifty,
        )


def _tidy(context: Context) -> None:
    """Drop what is old, once in a while, and say so."""
    forgotten = forget_old(context)
    if forgotten is not None and not forgotten.is_nothing:
        people.print(f"{forgotten.words}.")


def exit_status(result: Sweep) -> int:
    """DESIGN.md section 7: 4 some unreachable, else 3 findings, else 0."""
    if any(one.polled.view is None for one in result.controllers):
        return UNREACHABLE
    return FINDINGS if any(one.diagnosis.findings for one in result.controllers) else 0


def show(context: Context, result: Sweep) -> None:
    """Tables for people, on stderr."""
    table = Table(title=f"Sweep of {len(result.controllers)} controllers", title_justify="left")
    for heading in ("controller", "release", "APs", "registered", "downloading", "not joined"):
        table.add_column(
            heading, justify="left" if heading in ("controller", "release") else "right"
        )
    table.add_column("clock")
    table.add_column("findings")
    for one in result.controllers:
        table.add_row(*_row(one))
    people.print(table)
    for one in result.controllers:
        show_findings(one.polled.controller.name, one.diagnosis)
        _show_facts(one)
    if any(c.netconf.insecure for c in context.inventory.controllers):
        people.print("Some host keys are not verified (insecure: true).", style="yellow")


def _row(one: Judged) -> tuple[str, ...]:
    view = one.polled.view
    if view is None:
        return (
            one.polled.controller.name,
            "unreachable",
            "",
            "",
            "",
            "",
            "",
            one.polled.error or "",
        )
    counts = controller_document(
        name="", platform="", reachable=True, view=view, diagnosis=one.diagnosis
    )["aps"]
    numbers = [str(value) for value in counts.values()] if isinstance(counts, dict) else []
    offset = "" if one.clock_offset_s is None else f"{one.clock_offset_s:+.1f} s"
    issues = ", ".join(f"{f.issue} ({f.confidence})" for f in one.diagnosis.findings) or "none"
    return (one.polled.controller.name, view.release or "?", *numbers, offset, issues)


def _show_facts(one: Judged) -> None:
    """How old what was not asked for is, and what had not been noticed until now."""
    name, view = one.polled.controller.name, one.polled.view
    if view is not None and view.remembered:
        people.print(f"{name}: {facts_words(view)}", style="dim", markup=False)
    for difference in one.polled.differences:
        people.print(f"{name}: not noticed until now: {difference}", style="yellow", markup=False)


def show_findings(name: str, diagnosis: Diagnosis) -> None:
    """Findings, look-alikes and what could not be known, for people."""
    for finding in diagnosis.findings:
        people.print(f"\n{name}: {finding.issue}, {finding.confidence}", style="bold")
        for ap in finding.aps:
            told = (str(ap.name or ap.mac), ap.model or "?", ap.state, ap.confidence or "")
            people.print("  " + "  ".join(told).rstrip(), markup=False)
        for sentence in finding.evidence:
            people.print(f"  - {sentence}", markup=False)
        for sentence in finding.unknown:
            people.print(f"  ? {sentence}", markup=False)
    for other in diagnosis.explained:
        people.print(f"{name}: {other.mac} is no finding: {other.cause}", style="dim", markup=False)
    for note in diagnosis.unknown:
        people.print(f"{name}: not known: {note}", style="dim", markup=False)
