"""`aprejoin report`: all evidence of one remediation as an archive; and the check of such a one."""

import hashlib
import sys
from pathlib import Path

import click

from service.bootstrap import open_context
from service.cli.edge import command_edge, inventory_option, json_option, people, print_json
from service.cli.trail_file import trail_of
from service.config.new_files import new_file
from service.domain.documents import Document
from service.domain.evidence.archive import LARGEST_BYTES
from service.domain.evidence.check import Finding, check
from service.errors import InvalidInput
from service.settings import Settings
from service.usecases.compare import Compared, compare
from service.usecases.evidence import make_bundle

CHANGED = 1
VERIFY = "verify"


@click.command("report")
@click.argument("remediation", metavar="REMEDIATION|verify")
@click.argument("bundle", required=False, type=click.Path(path_type=Path), metavar="[BUNDLE]")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write; a new file.")
@click.option(
    "--audit",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With verify: an exported audit trail that has to vouch for the bundle.",
)
@inventory_option
@json_option
@command_edge
def report_command(
    remediation: str,
    bundle: Path | None,
    output: Path | None,
    audit: Path | None,
    inventory: Path | None,
    as_json: bool,
) -> None:
    """Write all evidence of a remediation into one archive; or verify one, with nothing but it.

    In it: what was found and planned, the state before and after, the journal, what was sent, the
    clock's offset from true time, each access point's way, who did what, and a page to read first
    (index.html). No secret is in it. One that has not ended is told as of now.

    \b
    Examples:
      aprejoin report 3f2a9c0d1e4b -o bundle.zip
      aprejoin report verify bundle.zip
      aprejoin report verify bundle.zip --audit audit.jsonl

    Exit status of verify: 0 nothing was changed, and the trail of --audit vouches for it; 1 else:
    it says what; 2 a file cannot be read.
    """
    if remediation == VERIFY:
        _verify(bundle, output, audit, as_json=as_json)
        return
    if audit is not None:
        raise InvalidInput("nothing to compare", where="--audit", expected="verify BUNDLE")
    if bundle is not None:
        raise InvalidInput("one word too many", where=str(bundle), expected="-o BUNDLE")
    _write(remediation, output or Path(f"aprejoin-{remediation}.zip"), inventory, as_json=as_json)


def _write(remediation: str, output: Path, inventory: Path | None, *, as_json: bool) -> None:
    with open_context(Settings.from_environment(), inventory, keep_going=True) as context:
        made = make_bundle(context, remediation)
    with new_file(output) as file:
        file.write(made.archive)
    digest = hashlib.sha256(made.archive).hexdigest()
    if as_json:
        told = {"remediation": remediation, "state": made.state, "is_open": made.is_open}
        print_json({"report": {**told, "file": str(output), "sha256": digest}})
        return
    as_of = ", as of now: it has not ended" if made.is_open else ""
    people.print(f"{output}: {made.state}{as_of}\nsha256 {digest}", markup=False, soft_wrap=True)


def _verify(bundle: Path | None, output: Path | None, audit: Path | None, *, as_json: bool) -> None:
    if bundle is None or output is not None:
        raise InvalidInput("no bundle", where=VERIFY, expected="aprejoin report verify BUNDLE")
    archive = _read(bundle)
    found = check(archive)
    trail = None if audit is None or found.problems else compare(archive, trail_of(audit))
    if as_json:
        print_json({"report": _document(found, trail)})
    else:
        _show(bundle, found)
        _show_trail(audit, trail)
    sys.exit(CHANGED if found.problems or (trail is not None and trail.differences) else 0)


def _document(found: Finding, trail: Compared | None) -> Document:
    """A verdict; `in_trail` is null where nothing was compared."""
    problems = found.problems if trail is None else trail.differences
    return {
        **found.about,
        "whole": not found.problems,
        "problems": list(problems),
        "vouched_by_audit": found.vouched,
        "in_trail": None if trail is None else not trail.differences,
    }


def _show(bundle: Path, found: Finding) -> None:
    for problem in found.problems:
        _alarm(f"{bundle}: CHANGED: {problem}")
    if found.problems:
        return
    about = found.about
    open_ = ", as of then: it had not ended" if about.get("is_open") else ""
    words = f"{bundle}: nothing was changed: remediation {about['remediation']} on "
    words += f"{about.get('controller')}, {about.get('state')}, {about.get('as_of')}{open_}"
    people.print(words, style="bold green", markup=False, soft_wrap=True)
    if found.vouched is None:
        people.print("No record of an end vouches for its journal.", style="yellow")


def _show_trail(audit: Path | None, trail: Compared | None) -> None:
    if trail is None:
        return
    for difference in trail.differences:
        _alarm(f"NOT WHAT THE TRAIL {audit} SAYS: {difference}")
    if not trail.differences:
        words = f"The trail vouches for it: {audit}, head {trail.head.seq}:{trail.head.hash}"
        people.print(words, style="bold green", markup=False, soft_wrap=True)


def _alarm(words: str) -> None:
    people.print(words, style="bold white on red", markup=False, soft_wrap=True)


def _read(bundle: Path) -> bytes:
    expected = f"an archive of `aprejoin report`, up to {LARGEST_BYTES} bytes"
    try:
        if bundle.stat().st_size > LARGEST_BYTES:
            raise InvalidInput("it is too large", where=str(bundle), expected=expected)
        return bundle.read_bytes()
    except (OSError, ValueError) as err:
        raise InvalidInput(str(err), where=str(bundle), expected=expected) from err
