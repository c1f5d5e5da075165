"""A fleet file turned into the frozen values that boxes are built of.

Addresses, serials and names are made up from the seed and the place in the file, so that the same
file always gives the same fleet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.lab.aireos.fleet import WlcIn, wlc_of
from service.lab.aireos.specs import Wlc
from service.lab.desk.kinds import Kind
from service.lab.errors import LabError
from service.lab.faults import Fault
from service.lab.fleet_aps import CERT_START, aps_of, roaming_of, serial, timings_of
from service.lab.fleet_file import ControllerIn, FleetIn, ZoneIn, checked, read
from service.lab.fleet_flash import flash_of
from service.lab.specs import (
    Certificate,
    Controller,
    Install,
    NtpEntry,
    Peer,
    Quirks,
    Timings,
    Zone,
)

__all__ = ["CERT_START", "Fleet", "build", "from_mapping", "load", "serial"]


@dataclass(frozen=True, slots=True)
class Fleet:
    """A whole lab."""

    controllers: tuple[Controller | Wlc, ...]
    host: str = "127.0.0.1"
    seed: int = 7
    policy: dict[str, Any] = field(default_factory=dict)  # handed on to the inventory
    desk: Kind | None = None


def load(path: Path) -> Fleet:
    """The fleet of a file.

    Raises:
        LabError: see `fleet_file.read`; two boxes of one name.
    """
    return build(read(path))


def from_mapping(plain: Mapping[str, object]) -> Fleet:
    """The fleet of a mapping, as tests like to write it.

    Raises:
        LabError: see `fleet_file.checked`.
    """
    return build(checked(plain, "fleet"))


def build(fleet: FleetIn) -> Fleet:
    """Expand counts and fill in what the file leaves open.

    Raises:
        LabError: two boxes of one name.
    """
    boxes = list(_boxes(fleet))
    names = [box.name for box in boxes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LabError(f"controllers: {', '.join(twice)} stands twice; {{n}} in a name counts")
    return Fleet(tuple(boxes), fleet.lab.host, fleet.lab.seed, fleet.policy, fleet.desk)


def _boxes(fleet: FleetIn) -> Iterator[Controller | Wlc]:
    number, seed = 0, fleet.lab.seed
    for given in fleet.controllers:
        timings = timings_of(timings_of(Timings(), fleet.lab.timings), given.timings)
        for n in range(1, given.count + 1):
            number += 1
            pattern = given.name if given.count == 1 or "{n}" in given.name else given.name + "-{n}"
            name = pattern.replace("{n}", str(n))
            if isinstance(given, WlcIn):
                yield wlc_of(given, name, number, timings, seed)
            else:
                yield _box(given, name, number, timings, seed)


def _box(given: ControllerIn, name: str, number: int, timings: Timings, seed: int) -> Controller:
    unreachable = [entry.host for entry in given.ntp if not entry.reachable]
    return Controller(
        name=name,
        serial=serial("FCL", given.certificate.start, number),
        release=given.release,
        model=given.model,
        zone=_zone(given.timezone),
        ntp=tuple(NtpEntry(**entry.model_dump()) for entry in given.ntp),
        certificate=Certificate(**given.certificate.model_dump()),
        aps=tuple(aps_of(given.aps, number, timings)),
        quirks=Quirks(**given.quirks.model_dump()),
        timings=timings,
        seed=seed + number,
        install=Install(**given.install.model_dump()),
        flash=flash_of(given.flash),
        faults=tuple(Fault(**fault.model_dump()) for fault in given.faults),
        ntp_keys=tuple(given.ntp_keys),
        ntp_globals=tuple(given.ntp_globals),
        clock_offset_s=given.clock_offset_s,
        candidate=given.candidate,
        cli=given.cli,
        restconf=given.restconf,
        standby=given.standby,
        running_config=given.running_config,
        startup_differs=given.startup_differs,
        reload_scheduled=given.reload_scheduled,
        unreachable_ntp=(*given.unreachable_ntp, *unreachable),
        site=given.site,
        tags=tuple(given.tags),
        roaming=roaming_of(given.roaming, number),
        mobility=tuple(Peer(**peer.model_dump()) for peer in given.mobility),
        events=dict(given.events),
    )


def _zone(given: ZoneIn | None) -> Zone:
    if given is None:
        return Zone()
    summer = given.summer
    start, end = (summer.start, summer.end) if summer else ("", "")
    name = summer.name if summer else None
    return Zone(given.name, given.hours, given.minutes, name, start, end)
