"""device-hardware-oper: the clock, the software, high availability; openconfig's clock."""

from collections.abc import Mapping
from datetime import datetime

from service.lab.box.box import Box
from service.lab.oper.build import Value
from service.lab.time import stamp

TRAINS = {"16": "Gibraltar", "17.3": "Amsterdam", "17.6": "Bengaluru", "17.9": "Cupertino"}
HA = {"hot": "ha-role-standby", "cold": "ha-role-unknown"}


def software_version(release: str, model: str) -> str:
    """The long version text. Source: sample data-clock.xml; train names are public."""
    train = TRAINS.get(".".join(release.split(".")[:2]), "Dublin")
    family = "C9800-CL" if "-CL-" in model or model.endswith("-CL") else "C9800"
    image = "C9800-CL-K9_IOSXE" if family == "C9800-CL" else "C9800_IOSXE-K9"
    name = f"Cisco IOS Software [{train}], {family} Software ({image})"
    return f"{name}, Version {release}, RELEASE SOFTWARE (fc2)"


def device_hardware(box: Box, now: float) -> Mapping[str, Value]:
    """Content of device-hardware-data."""
    system = {
        "current-time": stamp(box.clock.utc(now)),
        "boot-time": stamp(box.boot_time),
        "software-version": software_version(box.release, box.spec.model),
        "rommon-version": "IOS-XE ROMMON",
        "last-reboot-reason": box.reboot_reason,
        "unsaved-config": box.stores.unsaved if box.tells_unsaved else None,
    }
    chassis = {
        "hw-type": "hw-type-chassis",
        "hw-dev-index": 0,
        "part-number": box.spec.model,
        "serial-number": box.spec.serial,
        "hw-description": f"Cisco {box.spec.model} chassis",
        "dev-name": "Chassis",
        "hw-class": "hw-class-physical",
    }
    return {
        "entity-information": _entities(box),
        "device-hardware": {"device-inventory": [chassis], "device-system-data": system},
    }


def _entities(box: Box) -> list[Mapping[str, Value]]:
    """Route processors. How a box fills this list is not in the facts: unverified."""
    states = ["ha-role-active"]
    if box.spec.standby:
        states.append(HA.get(box.spec.standby, "ha-role-unknown"))
    return [
        {
            "fru": "device-hardware-fru-rp",
            "slotnum": 0,
            "baynum": 0,
            "chassisnum": number,
            "physical-index": number,
            "status": "module-status-online",
            "description": box.spec.model,
            "high-availability-state": state,
            "chassis-state": state,
        }
        for number, state in enumerate(states, start=1)
    ]


def openconfig_system(box: Box, now: float) -> Mapping[str, Value]:
    """Content of openconfig's system: its date form is Cisco's own (facts, section 7)."""
    return {
        "state": {
            "hostname": box.hostname,
            "current-datetime": f"{_plain(box.clock.utc(now))}Z+00:00",
            "boot-time": None,
        }
    }


def _plain(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
