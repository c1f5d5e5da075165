"""install-oper: versions and packages, the abort timer, boot mode, and from 17.9 the operations.

Source: facts section 4, captures bforejt_iosxe_install_location_information_lab.json and
genie_ShowInstallVersionSummary__g.txt; bforejt/nautobot-upgrades, jobs/install_engine.py (17.15):
an added version rests as "in-progress", and the packages list files as soon as they are copied.
Unverified: what other releases show there, and which leaves of an operation a box fills.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from service.lab.box.box import Box
from service.lab.box.install_operation import Operation
from service.lab.box.install_scripts import Command
from service.lab.box.software import SoftwareSet
from service.lab.images import Image, StoredFile
from service.lab.oper.build import Value
from service.lab.time import stamp

STATE = "install-version-state"
EXTENSION = "1662570270"
PLACE = {"fru": "fru-rp", "slotnum": 0, "baynum": 0, "chassisnum": 1, "txn-id": 1}
PARAMETERS = {
    Command.ADD: "add-param",
    Command.ACTIVATE: "act-param",
    Command.DEACTIVATE: "deact-param",
    Command.COMMIT: "commit-param",
    Command.REMOVE: "remove-param",
    Command.ROLLBACK: "rollback-param",
    Command.ABORT: "cancel-param",
}


def install_oper(box: Box, now: float) -> Mapping[str, Value]:
    """Content of install-oper-data."""
    installer = box.installer
    location = {
        "fru": "fru-rp",
        "slot": 0,
        "bay": 0,
        "chassis": 1,
        "install-packages": [_package(f, f.image) for f in box.flash.files.values() if f.image],
        "install-version-info": list(_versions(box)),
        "install-version-state-info": list(_version_states(box)),
        "oper-state": {
            "auto-abort-timer": _timer(box, now),
            "boot-mode": f"install-boot-mode-{box.spec.install.boot_mode}",
            "sys-activity": _activity(box),
            "sso-state": box.spec.standby == "hot",
        },
    }
    return {
        "install-oper": [_operation(box, installer.now)] if installer.now else [],
        "install-oper-hist": [_operation(box, op) for op in installer.history],
        "install-location-information": [location],
    }


def _timer(box: Box, now: float) -> Mapping[str, Value]:
    timer = box.installer.timer.countdown
    if timer is None:
        return {"state": "install-timer-state-inactive"}
    return {
        "state": "install-timer-state-active",
        "end-time": stamp(box.clock.utc(max(now, timer.ends))),
    }


def _activity(box: Box) -> str:
    busy = box.spec.install.in_progress or box.installer.now is not None
    return "install-install-in-progress" if busy else "install-no-activity"


def _bases(box: Box) -> list[Image]:
    """Every base image in the books, the running one first."""
    software = box.software
    known = [image for image in software.known.values() if image.kind == "img"]
    both = (software.running.base, software.committed.base)
    return list({image.version: image for image in (*both, *known)}.values())


def _versions(box: Box) -> Iterator[Mapping[str, Value]]:
    software = box.software
    if (image := _extracted(box)) is not None:
        yield {
            "version": image.version,
            "version-extension": EXTENSION,
            "current": f"{STATE}-invalid",
            "src-filename": f"bootflash:{image.name}",
        }
    for base in _bases(box):
        runs = base == software.running.base
        yield {
            "version": base.version,
            "version-extension": EXTENSION,
            "is-default": True,  # facts, section 4: unreliable
            "current": f"{STATE}-{_state(box, base)}",
            "src-filename": f"bootflash:{base.name}",
            "install-package-state-info": list(_patches(box)) if runs else [],
            "commit-type": _commit_type(box, base),
        }


def _extracted(box: Box) -> Image | None:
    """A base image that is being added: the books have it before it is whole."""
    op = box.installer.now
    if op is None or op.request.command is not Command.ADD or op.transaction != "extract":
        return None
    return op.image


def _state(box: Box, base: Image) -> str:
    software = box.software
    if base == software.running.base:
        same = base == software.committed.base
        return "provisioned-committed" if same else "provisioned-uncommitted"
    added = base != software.committed.base and base not in box.installer.left
    return "in-progress" if added else "present"


def _commit_type(box: Box, base: Image) -> str:
    return "install-commit-user" if base == box.software.committed.base else "install-commit-pend"


def _version_states(box: Box) -> Iterator[Mapping[str, Value]]:
    software = box.software
    rows = {"provisioned-committed": software.committed.base}
    if software.running.base != software.committed.base:
        rows["provisioned-uncommitted"] = software.running.base
    for state, base in rows.items():
        yield {
            "version-state": f"{STATE}-{state}",
            "version": base.version,
            "version-extension": EXTENSION,
        }


def _patches(box: Box) -> Iterator[Mapping[str, Value]]:
    """Patches known for the running base; those of another one are not told."""
    software = box.software
    sets: tuple[SoftwareSet, ...] = (software.running, software.committed)
    found = {p.name: p for p in software.known.values() if p.kind != "img"}
    found |= {p.name: p for one in sets for p in one.patches}
    for image in found.values():
        if image.release == software.running.base.release:
            yield {
                "package-type": f"install-pkg-{image.kind}",
                "pkg-dir": "/bootflash",
                "pkg-name": image.name,
                "package-state": f"install-state-{software.patch_state(image.name)}",
            }


def _package(file: StoredFile, image: Image) -> Mapping[str, Value]:
    return {
        "pkg-dir": "/bootflash",
        "pkg-name": file.name,
        "ios-dir": "bootflash:",
        "pkg-data": {
            "pkg-name": file.name,
            "version": image.version,
            "pkg-size": file.size,
            "verify-status": f"install-package-verify-{'fail' if file.trouble else 'ok'}",
        },
    }


def _operation(box: Box, op: Operation) -> Mapping[str, Value]:
    done = "op-reverted" if op.reverted else "op-complete" if op.over else "op-not-complete"
    row: dict[str, Value] = {
        "start-time": stamp(op.start),
        "op-uuid": op.request.uuid,
        "op-id": op.number,
        "end-time": stamp(op.end) if op.end else None,
        "op-status": f"install-op-{op.status}",
        "op-done": done,
        "pkg-type": f"install-pkg-{op.image.kind if op.image else 'unknown'}",
        "op-intf": "op-intf-ipc",
    }
    if list_ := _list(box, op):
        row[list_] = [_transaction(op)]
    if name := PARAMETERS.get(op.request.command):
        row[name] = _parameters(op)
    return row


def _list(box: Box, op: Operation) -> str | None:
    """Where the transaction stands: later models have another list for what is through."""
    module = box.schema.namespace("Cisco-IOS-XE-install-oper")
    parted = (module, "install-txn-sum-op-hist") in box.schema.names
    if not op.over or not parted:
        return "install-txn-summary-op"
    return None if op.reverted else "install-txn-sum-op-hist"


def _transaction(op: Operation) -> Mapping[str, Value]:
    states = {"in-progress": "in-progress", "succ": "succ", "pend-usr-cnfrm": "pend-usr-cnfrm"}
    ends = {"timeout": "timeout", "sts-cancel": "cancel"}
    log: dict[str, str] = {_precise(at): name for at, name in op.sub_states}
    return PLACE | {
        "start-time": stamp(op.start),
        "end-time": stamp(op.end) if op.end else None,
        "txn-cmd": f"install-txn-{op.transaction}",
        "txn-status": f"install-txn-sts-{(states | ends).get(op.status, 'fail')}",
        "txn-sub-state": f"install-{op.sub_states[-1][1]}" if op.sub_states else "none",
        "install-txn-sub-sts-log": [
            {"timestamp": at, "txn-sub-state": f"install-{name}"} for at, name in log.items()
        ],
    }


def _parameters(op: Operation) -> Mapping[str, Value]:
    request = op.request
    return {
        "src-filename": request.path or None,
        "abort-timer": request.timer_min,
        "inactive": request.inactive or None,
        "version": request.version or None,
        "create-chkpt": False if request.command is Command.COMMIT else None,
    }


def _precise(moment: datetime) -> str:
    """The log's key: two sub-states in one second need more than seconds."""
    return moment.isoformat(timespec="microseconds")
