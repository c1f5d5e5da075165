"""`aprejoin demo`: a simulated fleet, and the whole job on it, from sweep to verified result."""

import sys
import tempfile
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import TypeAlias

import click
import yaml

from service.bootstrap import open_context
from service.cli.edge import FAILED, command_edge, json_option, people, print_json
from service.cli.plan import show_proposal
from service.cli.remediate import Interrupt, follow, interrupts
from service.cli.sweep import run_sweep, show
from service.domain.documents import Document
from service.domain.finding import Confidence
from service.domain.journal import Closed
from service.domain.plan import Asked, Plan
from service.domain.remediation_document import remediation_document
from service.errors import Refused
from service.lab.aireos.handle import WlcHandle
from service.lab.fleet import load
from service.lab.handle import BoxHandle
from service.lab.lab import Lab
from service.settings import Settings
from service.usecases.context import Context
from service.usecases.plan import propose
from service.usecases.remediate import Person, open_remediation
from service.usecases.report import proposal_document
from service.usecases.sweep import Sweep
from service.usecases.sweep_report import sweep_document

STUCK = {"hq-1": 3, "wlc-1": 2}
"""How many access points are stuck on a Catalyst 9800, and on one that runs AireOS."""
DEMO_POLICY = {
    "loop_after_s": 3,
    "poll_every_s": 2,
    "wait_for_aps_s": 90,
    "dead_man_after_s": 90,
    "reboot_stragglers_after_s": 8,
    "no_progress_s": 6,
    "ntp_sync_s": 60,
    "stay_registered_s": 6,
    "aireos_guardians": 1,  # a risk that a person accepts; by default two hosts have to guard
}
SWEEPS_AT_LEAST, SWEEPS_AT_MOST, BETWEEN_SWEEPS_S = 5, 15, 3.0
"""At least so many, so that the access point that hangs is seen to hang, too."""
SURE = (Confidence.PROBABLE, Confidence.CONFIRMED)
CLOCK_LIMIT_S = 2.0

Box: TypeAlias = BoxHandle | WlcHandle


@click.command("demo")
@click.option(
    "--modules", type=click.Path(path_type=Path, file_okay=False, exists=True), hidden=True
)
@json_option
@command_edge
def demo_command(modules: Path | None, as_json: bool) -> None:
    """Show the whole job on a simulated fleet that speaks the real protocols, and on nothing else.

    Four controllers come up on this machine: Catalyst 9800s (NETCONF) and one that runs AireOS
    (SSH and SNMP). Two of them have access points that loop in image download. They are found,
    explained, and mended; then the simulated controllers themselves are asked whether anything was
    left behind.

    Exit status 0 only if the access points are back and everything is as it was.
    """
    with tempfile.TemporaryDirectory(prefix="aprejoin-demo-") as folder, interrupts() as interrupt:
        state = Path(folder)
        with as_file(files("service") / "lab" / "fleets" / "demo.yaml") as fleet:
            lab = Lab(load(fleet), state_dir=state / "lab", modules=modules)
        people.rule("[bold]A simulated fleet on this machine: NETCONF, SSH and SNMP")
        with lab:
            inventory = _with_demo_policy(lab.inventory_path)
            settings = Settings.from_environment({"APREJOIN_STATE_DIR": str(state / "state")})
            with open_context(settings, inventory) as context:
                document, ok = _show(context, lab, interrupt)
    if as_json:
        print_json(document)
    sys.exit(0 if ok else FAILED)


def _show(context: Context, lab: Lab, interrupt: Interrupt) -> tuple[Document, bool]:
    """Sweep, then mend what is stuck; True if all that is claimed is true."""
    swept = _sweep_until_probable(context, interrupt)
    people.rule("[bold]What is stuck, and why")
    show(context, swept)
    boxes: dict[str, Box] = {"hq-1": lab.box("hq-1"), "wlc-1": lab.wlc("wlc-1")}
    shown = [_mend(context, name, box, interrupt) for name, box in boxes.items()]
    document = {**sweep_document(context, swept), "jobs": [job for job, _ in shown]}
    return document, all(ok for _, ok in shown)


def _mend(context: Context, name: str, box: Box, interrupt: Interrupt) -> tuple[Document, bool]:
    """Plan, remediate, verify one controller."""
    people.rule(f"[bold]{name}: the plan, with every payload; nothing has been changed yet")
    proposal = propose(context, name, Asked())
    show_proposal(name, proposal)
    if not isinstance(proposal.planned, Plan):
        raise Refused(f"{name}: the demonstration found no plan: {proposal.planned.reason}")
    people.rule(f"[bold]{name}: carrying it out")
    people.print(f"The demonstration's own policy shortens the waits: {DEMO_POLICY}", style="dim")
    work = open_remediation(context, proposal, Person("demo"))
    closed = follow(work, interrupt, as_json=True, quiet=True)
    checks = _verify(box, proposal.planned, closed, STUCK[name])
    people.rule(f"[bold]{name}: the result, as the simulated controller itself sees it")
    for claim, (true, seen) in checks.items():
        people.print(f"  {'yes' if true else 'NO '}  {claim}: {seen}", markup=False)
    return {
        **proposal_document(proposal),
        "remediation": remediation_document(work.remediation, work.run()),
        "verified": {claim: {"true": true, "seen": seen} for claim, (true, seen) in checks.items()},
    }, all(true for true, _ in checks.values())


def _sweep_until_probable(context: Context, interrupt: Callable[[], str | None]) -> Sweep:
    """Loops are counted over sweeps: sweep until all that is stuck is more than a suspicion."""
    for number in range(1, SWEEPS_AT_MOST + 1):
        swept = run_sweep(context, context.inventory.controllers, quiet=False)
        found = {name: _surely_stuck(swept, name) for name in STUCK}
        told = "; ".join(f"{name}: {found[name]} of {STUCK[name]} APs" for name in STUCK)
        people.print(f"  sweep {number}: surely stuck: {told}", markup=False)
        if number >= SWEEPS_AT_LEAST and found == STUCK:
            return swept
        if interrupt() is not None:
            raise Refused("interrupted")
        context.clock.wait(BETWEEN_SWEEPS_S)
    raise Refused(f"too few loops were counted in {SWEEPS_AT_MOST} sweeps")


def _surely_stuck(swept: Sweep, name: str) -> int:
    """How many APs of a controller have a finding that is more than a suspicion."""
    return sum(
        len(finding.aps)
        for one in swept.controllers
        for finding in one.diagnosis.findings
        if one.polled.controller.name == name and finding.confidence in SURE
    )


def _verify(box: Box, plan: Plan, closed: Closed, count: int) -> dict[str, tuple[bool, str]]:
    """Every claim of the demonstration, asked of the simulated controller, not of ourselves."""
    left = box.left_dirty()
    ntp = [line for line in left if "ntp" in line.lower()]
    offset_s, false_s = box.clock_offset_s, box.seconds_of_false_time
    stuck = {str(ap.mac) for ap in plan.charter.aps}
    registered = sum(ap["phase"] == "registered" for ap in box.aps() if ap["mac"] in stuck)
    return {
        "the remediation": (closed.state == "succeeded", closed.state),
        "APs recovered": (registered == count, f"{registered} of {count}"),
        "seconds of false time": (false_s > 0, f"{false_s:.0f} s"),
        "NTP identical": (not ntp, "; ".join(ntp) or "as captured"),
        "clock offset": (abs(offset_s) <= CLOCK_LIMIT_S, f"{offset_s:+.2f} s"),
        "nothing left behind": (not left, "; ".join(left) or "nothing"),
    }


def _with_demo_policy(inventory: Path) -> Path:
    """The lab's inventory with the demonstration's own policy."""
    document = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    document["policy"] = {**document.get("policy", {}), **DEMO_POLICY}
    path = inventory.with_name("demo-inventory.yaml")
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path
