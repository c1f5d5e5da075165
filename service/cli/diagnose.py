"""`aprejoin diagnose`: the same verdicts, from controllers or from a folder of saved outputs."""

import sys
import uuid
from pathlib import Path

import click
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
from service.cli.sweep import FINDINGS, exit_status, run_sweep, show, show_findings
from service.config.catalogue import load_catalogue
from service.config.clock import SystemClock
from service.domain.catalogue import Catalogue
from service.domain.diagnosis import Diagnosis, DiagnosisContext, diagnose
from service.domain.documents import Document, controller_document, moment
from service.domain.policy import Policy
from service.domain.ways import strategies_for
from service.errors import InvalidInput
from service.offline.folder import OfflineController, read_folder
from service.settings import Settings
from service.usecases.sweep_report import sweep_document


@click.command("diagnose")
@click.argument("names", nargs=-1, metavar="[CONTROLLER]...")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    help="A folder of saved replies, outputs and logs: of one controller, or one sub-folder each.",
)
@inventory_option
@keep_going_option
@json_option
@command_edge
def diagnose_command(
    names: tuple[str, ...],
    folder: Path | None,
    inventory: Path | None,
    keep_going: bool,
    as_json: bool,
) -> None:
    """Say what is stuck and why: on controllers, or offline from saved files.

    With --from no device is touched: NETCONF and RESTCONF replies, show outputs of IOS XE and
    AireOS, and logs of access points and controllers are recognized by their content. An optional
    about.yaml in the folder says name, platform, collected_at and timezone.

    \b
    Examples:
      aprejoin diagnose --from ./case-4711
      aprejoin diagnose hq-1 -i inventory.yaml --json

    Exit status: 0 nothing found, 3 findings, 4 some controller unreachable.
    """
    if folder is not None:
        if names:
            raise InvalidInput(
                "controllers were named too", where="--from", expected="a folder alone"
            )
        _offline(folder, as_json=as_json)
    with context_for(inventory, keep_going=keep_going) as context:
        result = run_sweep(context, context.inventory.chosen(names, ()), quiet=as_json)
        if as_json:
            print_json(sweep_document(context, result))
        else:
            show(context, result)
    sys.exit(exit_status(result))


def _offline(folder: Path, *, as_json: bool) -> None:
    catalogue = load_catalogue(Settings.from_environment().catalogue)
    read = read_folder(folder)
    diagnoses = [
        diagnose(one.view, one.history, catalogue, DiagnosisContext(policy=Policy()))
        for one in read
    ]
    if as_json:
        print_json(offline_document(catalogue, read, diagnoses))
    else:
        _show(read, diagnoses)
    sys.exit(FINDINGS if any(diagnosis.findings for diagnosis in diagnoses) else 0)


def offline_document(
    catalogue: Catalogue, read: tuple[OfflineController, ...], diagnoses: list[Diagnosis]
) -> Document:
    """The document of a sweep, with the files that it was made from."""
    now = moment(SystemClock().now().wall)
    return {
        "sweep": {"id": uuid.uuid4().hex, "started": now, "finished": now},
        "controllers": [
            _controller(catalogue, one, diagnosis)
            for one, diagnosis in zip(read, diagnoses, strict=True)
        ],
        "files": [
            {"file": file.file, "as": file.as_, "rows": file.rows, "reason": file.reason}
            for one in read
            for file in one.files
        ],
    }


def _controller(catalogue: Catalogue, one: OfflineController, diagnosis: Diagnosis) -> Document:
    issues = {issue.name: issue for issue in catalogue.issues}
    clock = one.view.clock
    return controller_document(
        name=one.view.controller,
        platform=one.view.platform.value,
        reachable=None,
        error=one.error,
        view=one.view,
        diagnosis=diagnosis,
        clock=(None, None) if clock is None else (clock.offset_s, "the time of collection"),
        strategies={
            finding.issue: list(strategies_for(issues[finding.issue], Policy()))
            for finding in diagnosis.findings
        },
    )


def _show(read: tuple[OfflineController, ...], diagnoses: list[Diagnosis]) -> None:
    table = Table(title="Files", title_justify="left")
    for heading in ("file", "taken as", "rows", "why not"):
        table.add_column(heading)
    for one in read:
        for file in one.files:
            table.add_row(file.file, file.as_ or "-", str(file.rows), file.reason or "")
    people.print(table)
    for one, diagnosis in zip(read, diagnoses, strict=True):
        if one.error:
            people.print(f"{one.view.controller}: {one.error}", style="yellow", markup=False)
        show_findings(one.view.controller, diagnosis)
        if not diagnosis.findings:
            people.print(f"{one.view.controller}: nothing found")
