"""`aprejoin demo`: a simulated fleet, and the whole job on it, from sweep to verified result."""

import sys
import tempfile
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import click
import yaml

from service.bootstrap import open_context
from service.cli.edge import FAILED, command_edge, json_option, people, print_json
from service.cli.plan import show_proposal
from service.cli.remediate import Interrupt, follow, interrupts
from service.cli.sweep import exit_status, run_sweep, show
from service.domain.documents import Document, remediation_document
from service.domain.finding import Confidence
from service.domain.journal import Closed
from service.domain.plan import Asked, Plan
from service.errors import Refused
from service.lab.fleet import load
from service.lab.handle import BoxHandle
from service.lab.lab import Lab
from service.settings import Settings
from service.usecases.context import Context
from service.usecases.plan import Proposal, propose
from service.usecases.remediate import Person, open_remediation
from service.usecases.report import proposal_document, sweep_document
from service.usecases.sweep import Sweep

CONTROLLER = "hq-1"
SHORT_WAITS = {
    "loop_after_s": 3,
    "poll_every_s": 2,
    "wait_for_aps_s": 90,
    "dead_man_after_s": 90,
    "reboot_stragglers_after_s": 8,
    "no_progress_s": 6,
    "ntp_sync_s": 60,
    "stay_registered_s": 6,
}
SWEEPS_AT_LEAST, SWEEPS_AT_MOST, BETWEEN_SWEEPS_S = 5, 10, 3.0
"""At least so many, so that the access point that hangs is seen to hang, too."""
CLOCK_LIMIT_S = 2.0


@click.command("demo")
@click.option(
    "--modules", type=click.Path(path_type=Path, file_okay=False, exists=True), hidden=True
)
@json_option
@command_edge
def demo_command(modules: Path | None, as_json: bool) -> None:
    """Show the whole job on a simulated fleet that speaks NETCONF over SSH. Touches nothing else.

    Three controllers come up on this machine; one of them has three access points that loop in
    image download. They are found, explained, and mended; then the simulated controller itself is
    asked whether anything was left behind.

    Exit status 0 only if the access points are back and everything is as it was.
    """
    with tempfile.TemporaryDirectory(prefix="aprejoin-demo-") as folder, interrupts() as interrupt:
        state = Path(folder)
        with as_file(files("service") / "lab" / "fleets" / "demo.yaml") as fleet:
            lab = Lab(load(fleet), state_dir=state / "lab", modules=modules)
        people.rule("[bold]A simulated fleet, speaking NETCONF over SSH on this machine")
        with lab:
            inventory = _with_short_waits(lab.inventory_path)
            settings = Settings.from_environment({"APREJOIN_STATE_DIR": str(state / "state")})
            with open_context(settings, inventory) as context:
                document, ok = _show(context, lab.box(CONTROLLER), interrupt)
    if as_json:
        print_json(document)
    sys.exit(0 if ok else FAILED)


def _show(context: Context, box: BoxHandle, interrupt: Interrupt) -> tuple[Document, bool]:
    """Sweep, plan, remediate, verify; True if all of it is true."""
    swept = _sweep_until_probable(context, interrupt)
    people.rule("[bold]What is stuck, and why")
    show(context, swept)
    people.rule("[bold]The plan, with every payload; nothing has been changed yet")
    proposal = propose(context, CONTROLLER, Asked())
    show_proposal(CONTROLLER, proposal)
    if not isinstance(proposal.planned, Plan):
        raise Refused(f"{CONTROLLER}: the demonstration found no plan: {proposal.planned.reason}")
    people.rule("[bold]Carrying it out")
    people.print("Waits are shortened for the demonstration: " + str(SHORT_WAITS), style="dim")
    work = open_remediation(context, proposal, Person("demo"))
    closed = follow(work, interrupt, as_json=True, quiet=True)
    checks = _verify(box, proposal, closed)
    people.rule("[bold]The result, as the simulated controller itself sees it")
    for name, (true, shown) in checks.items():
        people.print(f"  {'yes' if true else 'NO '}  {name}: {shown}", markup=False)
    return {
        **sweep_document(context, swept),
        **proposal_document(proposal),
        "remediation": remediation_document(work.remediation, work.run()),
        "verified": {name: {"true": true, "seen": shown} for name, (true, shown) in checks.items()},
    }, all(true for true, _ in checks.values())


def _sweep_until_probable(context: Context, interrupt: Callable[[], str | None]) -> Sweep:
    """Loops are counted over sweeps: sweep until the finding is more than a suspicion."""
    for number in range(1, SWEEPS_AT_MOST + 1):
        swept = run_sweep(context, context.inventory.controllers, quiet=False)
        grades = [
            finding.confidence
            for one in swept.controllers
            for finding in one.diagnosis.findings
            if one.polled.controller.name == CONTROLLER
        ]
        grade = max(grades, key=lambda confidence: confidence.rank, default=None)
        people.print(f"  sweep {number}: {CONTROLLER}: {grade or 'nothing found'}", markup=False)
        sure = exit_status(swept) and grade in (Confidence.PROBABLE, Confidence.CONFIRMED)
        if sure and number >= SWEEPS_AT_LEAST:
            return swept
        if interrupt() is not None:
            raise Refused("interrupted")
        context.clock.wait(BETWEEN_SWEEPS_S)
    raise Refused(f"{CONTROLLER}: no loop was counted in {SWEEPS_AT_MOST} sweeps")


def _verify(box: BoxHandle, proposal: Proposal, closed: Closed) -> dict[str, tuple[bool, str]]:
    """Every claim of the demonstration, asked of the simulated controller, not of ourselves."""
    left = box.left_dirty()
    offset_s = box.clock_offset_s
    false_s = box.seconds_of_false_time
    aps = box.aps()
    stuck = (
        {str(ap.mac) for ap in proposal.planned.charter.aps}
        if isinstance(proposal.planned, Plan)
        else set()
    )
    registered = sum(ap["phase"] == "registered" for ap in aps if ap["mac"] in stuck)
    return {
        "the remediation": (closed.state == "succeeded", closed.state),
        "APs recovered": (registered == len(stuck) > 0, f"{registered} of {len(stuck)}"),
        "seconds of false time": (false_s > 0, f"{false_s:.0f} s"),
        "NTP identical": (not any("ntp" in line.lower() for line in left), "as captured"),
        "clock offset": (abs(offset_s) <= CLOCK_LIMIT_S, f"{offset_s:+.2f} s"),
        "nothing left behind": (not left, "; ".join(left) or "nothing"),
    }


def _with_short_waits(inventory: Path) -> Path:
    """The lab's inventory with the demonstration's own policy."""
    document = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    document["policy"] = {**document.get("policy", {}), **SHORT_WAITS}
    path = inventory.with_name("demo-inventory.yaml")
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path
