"""install-oper: committed software, an APSP, the abort timer, boot mode (facts, section 4)."""

from collections.abc import Mapping
from datetime import timedelta

from service.lab.box.box import Box
from service.lab.oper.build import Value
from service.lab.time import stamp

COMMITTED = "install-version-state-provisioned-committed"
UNCOMMITTED = "install-version-state-provisioned-uncommitted"


def install_oper(box: Box, now: float) -> Mapping[str, Value]:
    """Content of install-oper-data."""
    install = box.spec.install
    timer: dict[str, Value] = {"state": "install-timer-state-inactive"}
    if install.abort_timer:
        end = box.clock.utc(now) + timedelta(hours=6)
        timer = {"state": "install-timer-state-active", "end-time": stamp(end)}
    activity = "install-install-in-progress" if install.in_progress else "install-no-activity"
    location = {
        "fru": "fru-rp",
        "slot": 0,
        "bay": 0,
        "chassis": 1,
        "install-version-info": [_version(box)],
        "oper-state": {
            "auto-abort-timer": timer,
            "boot-mode": f"install-boot-mode-{install.boot_mode}",
            "sys-activity": activity,
            "sso-state": box.spec.standby == "hot",
        },
    }
    return {"install-location-information": [location]}


def _version(box: Box) -> Mapping[str, Value]:
    install = box.spec.install
    parts = box.spec.release.split(".")
    padded = [part.zfill(2) for part in [*parts, "0"][:3]]
    state = "committed" if install.apsp_committed else "act-uncommitted"
    package = {
        "package-type": "install-pkg-apsp",
        "pkg-dir": "/bootflash",
        "pkg-name": install.apsp,
        "package-state": f"install-state-{state}",
    }
    return {
        "version": f"{'.'.join(padded)}.0.3895",
        "version-extension": "1662570270",
        "is-default": True,
        "current": COMMITTED if install.committed else UNCOMMITTED,
        "src-filename": f"bootflash:C9800-universalk9_wlc.{'.'.join(padded)}.SPA.bin",
        "install-package-state-info": [package] if install.apsp else [],
    }
