"""What an install operation goes through, in order: its share of the whole, and the sub-states.

Names are those of Cisco-IOS-XE-install-event-types and -oper-types; which of them a real box shows,
in what order and how long each takes is unverified.
"""

from dataclasses import dataclass, replace
from enum import Enum


class Command(Enum):
    """The simulated operations of Cisco-IOS-XE-install-rpc; the value is the rpc's name."""

    ADD = "install"
    ACTIVATE = "activate"
    COMMIT = "install-commit"
    ABORT = "abort"
    DEACTIVATE = "deactivate"
    REMOVE = "remove"
    ROLLBACK = "rollback"
    STOP_TIMER = "auto-abort-timer"
    DOWNLOAD = "xcopy"  # of another model, but an operation of the installer all the same


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of an operation."""

    percent: int
    transaction: str  # install-txn-*
    sub_state: str  # install-*
    do: str = ""  # what the box does at it: a key of `Install`'s deeds


@dataclass(frozen=True, slots=True)
class Request:
    """What an rpc asks for."""

    command: Command
    uuid: str
    path: str = ""  # of a file
    version: str = ""
    inactive: bool = False
    one_shot: bool = False
    timer_min: int | None = None
    rollback: str = ""  # base | committed | id | label


def steps_of(command: Command, *, is_base: bool, reloads: bool) -> list[Step]:
    """The steps of an operation on a base image or a patch."""
    scripts = {
        Command.ADD: _add(is_base=is_base),
        Command.ACTIVATE: _activate(is_base=is_base),
        Command.DEACTIVATE: _plain("deact", "pkg-deact", "smu-act", "deactivate"),
        Command.COMMIT: _plain("commit", "commit", _kind("commit", base=is_base), "commit"),
        Command.ABORT: _home("cancel", _kind("cncl", base=reloads), "abort", reloads=reloads),
        Command.ROLLBACK: _home("rbk", _kind("rbk", base=reloads), "rollback", reloads=reloads),
        Command.REMOVE: [
            Step(10, "remove-prechk", "oper-invoked", "may remove"),
            Step(100, "remove", "inprogress", "remove"),
        ],
        Command.STOP_TIMER: [Step(100, "unknown", "inprogress", "stop timer")],
    }
    return scripts[command]


def in_a_row(scripts: list[list[Step]]) -> list[Step]:
    """Several scripts as one, each with its share of the percentages."""
    count = len(scripts)
    return [
        replace(step, percent=int((100 * number + step.percent) / count))
        for number, script in enumerate(scripts)
        for step in script
    ]


def _kind(what: str, *, base: bool) -> str:
    return f"img-{what}" if base else f"smu-{what}"


def _add(*, is_base: bool) -> list[Step]:
    start = [
        Step(5, "add-prechk", "add-prechk-start"),
        Step(10, "add-prechk", "add-prechk-done", "may add"),
        Step(20, "verify", "verify-pkg-start"),
        Step(40, "verify", "verify-pkg-done", "verify"),
    ]
    if is_base:
        return [
            *start,
            Step(50, "extract", "pkg-extract-start", "room"),
            Step(80, "extract", "pkg-extract-done"),
            Step(90, "pkg-add", "pkg-add-start"),
            Step(100, "pkg-add", "pkg-add-done", "add"),
        ]
    return [
        *start,
        Step(50, "smu-add", "smu-add-start", "room"),
        Step(60, "smu-add", "add-wlc-query-start"),
        Step(70, "smu-add", "add-mount-ap-img-done"),
        Step(80, "smu-add", "add-wlc-ntfy-done"),
        Step(100, "smu-add", "smu-add-done", "add"),
    ]


def _activate(*, is_base: bool) -> list[Step]:
    start = [
        Step(5, "act-prechk", "act-prechk-start", "confirm"),
        Step(20, "act-prechk", "act-prechk-done", "may activate"),
    ]
    if is_base:
        return [
            *start,
            Step(30, "img-act", "img-act-start"),
            Step(60, "img-act", "boot-param-update-done"),
            Step(70, "reload", "img-act-done", "activate and reload"),
            Step(90, "act-postchk", "act-postchk-start"),
            Step(100, "act-postchk", "act-postchk-done"),
        ]
    return [
        *start,
        Step(40, "smu-act", "smu-act-start"),
        Step(80, "smu-act", "smu-act-done", "activate"),
        Step(100, "act-postchk", "act-postchk-done"),
    ]


def _plain(check: str, transaction: str, sub: str, deed: str) -> list[Step]:
    return [
        Step(10, f"{check}-prechk", "oper-invoked", f"may {deed}"),
        Step(40, transaction, f"{sub}-start"),
        Step(100, transaction, f"{sub}-done", deed),
    ]


def _home(check: str, sub: str, deed: str, *, reloads: bool) -> list[Step]:
    transaction = "cancel" if check == "cancel" else "rollback"
    steps = [
        Step(10, f"{check}-prechk", "oper-invoked", f"may {deed}"),
        Step(40, transaction, f"{sub}-start"),
    ]
    if reloads:
        steps.append(Step(70, "reload", f"{sub}-done", "home and reload"))
        return [*steps, Step(100, f"{check}-postchk", "oper-invoked")]
    return [*steps, Step(100, transaction, f"{sub}-done", "home")]
