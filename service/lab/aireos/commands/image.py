"""Software: transfer settings and start, the image that boots next, and predownload to APs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from service.lab.aireos.answers import USAGE, Answer, Ask, Context, Text, Told, dotted, is_yes
from service.lab.aireos.config import TransferConfig
from service.lab.aireos.fetch import MODES

START = "Are you sure you want to start? (y/N) "
WORDS = {"mode", "datatype", "serverip", "port", "path", "filename", "username", "password"}
BUSY = "% Error: Code file transfer failed - a transfer is under way"  # unverified wording
PAIR = "% Error: Code file transfer failed - the lab transfers nothing to a pair"
LONGEST_PATH = 63  # AIRESPACE-SWITCHING-MIB: agentTransferDownloadPath and -Filename


def setting(context: Context, args: list[str]) -> Answer:
    """`transfer download WORD VALUE`; success is silence."""
    if len(args) != 2 or args[0] not in WORDS:  # noqa: PLR2004
        return Text(USAGE)
    word, value = args
    if word == "mode" and value not in MODES:
        return Text(USAGE)
    if word == "datatype" and value not in {"code", "config", "signature", "webauthbundle"}:
        return Text(USAGE)
    if word == "port" and not value.isdigit():
        return Text(USAGE)
    if word in {"path", "filename"} and len(value) > LONGEST_PATH:
        return Text(f"Incorrect input! {word} is too long")  # unverified wording
    running = context.box.running
    changed = replace(running, transfer=_with(running.transfer, word, value))
    context.box.configure(context.now, changed, context.who)
    return Text()


def _with(transfer: TransferConfig, word: str, value: str) -> TransferConfig:
    if word == "port":
        return replace(transfer, port=int(value))
    if word == "path" and not value.endswith("/"):
        value = f"{value}/"  # a public transcript: `path .` shows as `./`
    field = {"serverip": "server"}.get(word, word)
    changes: dict[str, Any] = {field: value}
    return replace(transfer, **changes)


def start(context: Context, args: list[str]) -> Answer:
    """`transfer download start`: the settings, then a question."""
    if args:
        return Text(USAGE)
    return Ask(shown(context.box.running.transfer), START, _started)


def shown(transfer: TransferConfig) -> str:
    """As capture pyntc__transfer_download_start has it; the lines of TFTP are unverified."""
    mode = transfer.mode.upper()
    by = "TFTP" if transfer.mode == "tftp" else "FTP"
    lines = [
        dotted("Mode", f"{mode}  "),
        dotted("Data Type", f"{transfer.datatype.title()}          "),
        dotted(f"{by} Server IP", transfer.server),
    ]
    if by == "FTP":
        lines.append(dotted("FTP Server Port", transfer.port or MODES[transfer.mode]))
    elif transfer.port:
        lines.append(dotted("TFTP Server Port", transfer.port))
    lines += [dotted(f"{by} Path", transfer.path), dotted(f"{by} Filename", transfer.filename)]
    if by == "FTP":
        lines.append(dotted("FTP Username", transfer.username))
        lines.append(dotted("FTP Password", "*********"))
    else:
        lines[3:3] = [dotted("TFTP Packet Timeout", 6), dotted("TFTP Max Retries", 10)]
    return "\n".join(["", *lines, "", "This may take some time.", ""])


def _started(context: Context, typed: str) -> Answer:
    box = context.box
    if not is_yes(typed):
        return Text("\nTransfer Canceled")  # unverified wording
    if box.download.under_way:
        return Text(BUSY)
    if box.spec.redundancy is not None:
        return Text(PAIR)
    if box.running.transfer.datatype != "code":
        return Text("% Error: the lab transfers code only")
    box.download.begin(lambda: None)
    return Told(box.download.lines)


def boot(context: Context, args: list[str]) -> Answer:
    """`config boot primary|backup`: which image comes up next. Not part of the configuration."""
    if args not in (["primary"], ["backup"]):
        return Text(USAGE)
    box = context.box
    box.boot = replace(box.boot, default=args[0])
    box.log.add(context.now, "boot", f"{args[0]} ({box.boot.release(args[0])}) is next")
    return Text()


def predownload(context: Context, args: list[str]) -> Answer:
    """`config ap image predownload primary|backup all`, `... abort all`."""
    match args:
        case [("primary" | "backup") as slot, "all"]:
            context.box.aps.predownload_all(context.box.boot.release(slot), context.now)
            return Text()
        case ["abort", "all"]:
            context.box.aps.abort_predownload(context.now)
            return Text()
        case _:
            return Text(USAGE)


def swap(context: Context, args: list[str]) -> Answer:
    """`config ap image swap all`."""
    if args != ["all"]:
        return Text(USAGE)
    context.box.see_aps().swap_all(context.now)
    return Text()


COMMANDS: dict[str, Callable[[Context, list[str]], Answer]] = {
    "transfer download": setting,
    "transfer download start": start,
    "config boot": boot,
    "config ap image predownload": predownload,
    "config ap image swap": swap,
}
