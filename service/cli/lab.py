"""`aprejoin lab`: a simulated fleet to try the service on, and a hand on it from another shell."""

import hashlib
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import click

from service.cli.lab_asking import (
    FAILED,
    WRONG_CALL,
    ask,
    folder_of,
    json_option,
    refusing,
    state_option,
)
from service.cli.lab_desk import desk as desk_commands
from service.lab.aireos.faults import KINDS as WLC_KINDS
from service.lab.desk.kinds import KINDS as KINDS_OF_DESK
from service.lab.desk.kinds import Kind
from service.lab.faults import KINDS as C9800_KINDS
from service.lab.fleet import load
from service.lab.images import make
from service.lab.lab import Lab

KINDS = {**WLC_KINDS, **C9800_KINDS}


@click.group(name="lab")
def lab() -> None:
    """Simulated Catalyst 9800 and AireOS controllers on this machine.

    \b
    aprejoin lab up demo                   (a fleet that comes with the lab; or FLEET.yaml)
    aprejoin sweep -i DIR/inventory.yaml   (DIR is printed by `lab up`)
    aprejoin lab dirty                     (in another shell: what is left on the boxes?)
    """  # click wants the character \b


lab.add_command(desk_commands)


@lab.command()
@click.argument("fleet")
@state_option
@click.option(
    "--modules",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of YANG modules: for releases the lab doesn't ship, and for get-schema.",
)
@click.option(
    "--desk",
    type=click.Choice(sorted(KINDS_OF_DESK)),
    is_flag=False,
    flag_value="servicenow",
    help="A desk for changes and incidents, too, as the inventory then says. Alone, put it last.",
)
@click.option("--for", "seconds", type=float, help="Stop by itself after so many seconds.")
@json_option
def up(
    fleet: str,
    state_dir: Path | None,
    modules: Path | None,
    seconds: float | None,
    desk: Kind | None,
    *,
    as_json: bool,
) -> None:
    """Start the fleet of FLEET.yaml, or a shipped one. Ctrl-C stops it.

    Shipped are demo, lookalikes, software and aireos.

    \b
    aprejoin lab up demo
    aprejoin lab up fleet.yaml --state-dir /tmp/mine --for 600
    aprejoin lab up demo --desk
    """  # click wants the character \b
    folder = folder_of(state_dir)
    with refusing(WRONG_CALL):
        wanted = load(fleet_path(fleet))
        wanted = replace(wanted, desk=desk or wanted.desk)
        running = Lab(wanted, state_dir=folder, modules=modules)
    with refusing(FAILED), running, stopped_by_signals(running):
        told = {
            "inventory": str(running.inventory_path),
            "control": running.control_url,
            "boxes": running.names,
        }
        if running.desk is not None:
            told["desk"] = running.desk.url
        click.echo(json.dumps(told) if as_json else welcome(running, folder))
        running.stopping.wait(seconds)


def fleet_path(fleet: str) -> Path:
    """A file, or the name of a shipped fleet."""
    path = Path(fleet)
    shipped = Path(__file__).parents[1] / "lab" / "fleets" / f"{fleet}.yaml"
    if not path.exists() and shipped.is_file():
        return shipped
    return path


def welcome(running: Lab, folder: Path) -> str:
    """What to do next."""
    desk = running.desk
    tickets = f"desk:      {desk.KIND} at {desk.url}: aprejoin lab desk list\n" if desk else ""
    return (
        f"{len(running.names)} simulated controllers are up: {', '.join(running.names[:8])}\n"
        f"inventory: {running.inventory_path}\n"
        f"try:       aprejoin sweep -i {running.inventory_path}\n"
        f"afterwards: aprejoin lab dirty --state-dir {folder}\n"
        f"{tickets}Ctrl-C stops them."
    )


@contextmanager
def stopped_by_signals(running: Lab) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the lab the quiet way."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        running.stopping.set()

    before = {s: signal.signal(s, stop) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@lab.command()
@state_option
@json_option
def status(state_dir: Path | None, *, as_json: bool) -> None:
    """Show every box: clock, NTP, access points, what differs from the start.

    \b
    aprejoin lab status --json
    """  # click wants the character \b
    with refusing(FAILED):
        boxes = ask(state_dir, "/boxes")
    click.echo(json.dumps({"boxes": boxes}) if as_json else "\n".join(map(line_of, boxes)))


def line_of(box: dict[str, Any]) -> str:
    """One box in one line."""
    aps = " ".join(f"{phase}={count}" for phase, count in box["aps"].items())
    clean = "clean" if not box["left_dirty"] else f"{len(box['left_dirty'])} differences"
    ntp = "synchronised" if box["ntp_synchronised"] else "NOT synchronised"
    offset = f"{box['clock_offset_s']:+.1f} s"
    return f"{box['name']}  {box['release']}  clock {offset}  ntp {ntp}  {aps}  {clean}"


@lab.command()
@click.argument("name", required=False)
@state_option
@json_option
def dirty(name: str | None, state_dir: Path | None, *, as_json: bool) -> None:
    """Show what differs from how the boxes began; exit status 3 if anything does.

    \b
    aprejoin lab dirty hq-1
    """  # click wants the character \b
    with refusing(FAILED):
        names = [name] if name else [box["name"] for box in ask(state_dir, "/boxes")]
        found = {n: ask(state_dir, f"/boxes/{n}/left_dirty") for n in names}
    if as_json:
        click.echo(json.dumps({"left_dirty": found}))
    else:
        for box, lines in found.items():
            click.echo(f"{box}: {'clean' if not lines else ''}")
            for text in lines:
                click.echo(f"  {text}")
    if any(found.values()):
        raise click.exceptions.Exit(3)


@lab.command()
@click.argument("name")
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.option("--rpc", default="*", help="Operation it happens on, such as edit-config.")
@click.option("--nth", default=1, help="On the nth such operation.")
@click.option("--times", default=1, help="How often.")
@click.option("--element", default="", help="Only if this element stands in the request.")
@click.option("--seconds", default=1.0, help="For hang, latency, lock, box_down.")
@click.option("--percent", type=int, help="For op_... and transfer_...: how far it comes.")
@click.option("--tag", default="operation-failed", help="For refuse: the error-tag.")
@click.option("--message", default="refused by a fault of the lab", help="For refuse.")
@click.option("--xml", default="", help="For foreign_edit: what is edited.")
@click.option("--now", is_flag=True, help="At once, without waiting for an operation.")
@state_option
@json_option
def fault(
    name: str, kind: str, state_dir: Path | None, *, as_json: bool, **settings: object
) -> None:
    """Let something go wrong on a box.

    \b
    aprejoin lab fault hq-1 drop_after --rpc edit-config --nth 2
    aprejoin lab fault hq-1 lock --seconds 30 --now
    aprejoin lab fault hq-1 foreign_save --now
    aprejoin lab fault hq-1 op_fail --rpc activate --percent 60
    """  # click wants the character \b
    given = {key: value for key, value in settings.items() if value is not None}
    with refusing(FAILED):
        ask(state_dir, f"/boxes/{name}/fault", {"kind": kind, **given})
    click.echo(json.dumps({"planned": kind}) if as_json else f"{name}: {kind}: {KINDS[kind]}")


@lab.command()
@click.argument("name")
@state_option
@json_option
def reload(name: str, state_dir: Path | None, *, as_json: bool) -> None:
    """Reload a box: it comes back with its startup configuration.

    \b
    aprejoin lab reload hq-1
    """  # click wants the character \b
    with refusing(FAILED):
        ask(state_dir, f"/boxes/{name}/reload", {})
    click.echo(json.dumps({"reloading": name}) if as_json else f"{name} reloads")


@lab.command()
@click.argument("name")
@state_option
@json_option
def software(name: str, state_dir: Path | None, *, as_json: bool) -> None:
    """Show what is installed on a Catalyst 9800, and what lies on its bootflash.

    \b
    aprejoin lab software hq-1
    """  # click wants the character \b
    with refusing(FAILED):
        found = ask(state_dir, f"/boxes/{name}/software")
    lines = [f"{key}: {value}" for key, value in found.items()]
    click.echo(json.dumps(found) if as_json else "\n".join(lines))


@lab.command()
@click.argument("name")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--mends/--no-mends", default=None, help="Default: what the name says.")
@json_option
def image(name: str, folder: Path, *, mends: bool | None, as_json: bool) -> None:
    """Write a software file that the lab's Catalysts can install, with its checksum beside it.

    \b
    aprejoin lab image C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin images/
    """  # click wants the character \b
    with refusing(WRONG_CALL):
        data = make(name, mends=mends)
    digest = hashlib.sha512(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    (folder / f"{name}.sha512").write_text(f"{digest}  {name}\n", encoding="utf-8")
    told = {"file": str(folder / name), "sha512": digest}
    click.echo(json.dumps(told) if as_json else told["file"])
