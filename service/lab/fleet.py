"""A fleet file turned into the frozen values that boxes are built of.

Addresses, serials and names are made up from the seed and the place in the file, so that the same
file always gives the same fleet.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from service.lab.aps.kinds import runs_ios
from service.lab.errors import LabError
from service.lab.fleet_file import ApIn, ControllerIn, FleetIn, TimingsIn, ZoneIn, checked, read
from service.lab.specs import (
    Ap,
    Certificate,
    Controller,
    Fleet,
    Install,
    NtpEntry,
    Quirks,
    Timings,
    Zone,
)

IOS, COS = "AIR-CAP2702E-E-K9", "C9130AXI-E"
MODELS = {
    "looping": IOS,
    "straggler": IOS,
    "mic_expired": "AIR-CAP2602I-E-K9",
    "flash_corrupt": "AIR-CAP3702I-E-K9",
    "unsupported_model": "AIR-CAP1142N-E-K9",
    "bounce": "AIR-AP2802I-E-K9",
}
CERT_START = datetime(2015, 6, 1, 12, tzinfo=UTC)
CERT_END = {True: datetime(2035, 6, 1, 12, tzinfo=UTC), False: datetime(2037, 11, 12, tzinfo=UTC)}
MIC_EXPIRED = (datetime(2012, 3, 1, tzinfo=UTC), datetime(2022, 3, 1, tzinfo=UTC))
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SLOWER = 15  # a `slow` download takes that many times as long as the others


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
    return Fleet(tuple(boxes), fleet.lab.host, fleet.lab.seed, fleet.policy)


def _boxes(fleet: FleetIn) -> Iterator[Controller]:
    number = 0
    for given in fleet.controllers:
        timings = _timings(_timings(Timings(), fleet.lab.timings), given.timings)
        for n in range(1, given.count + 1):
            number += 1
            pattern = given.name if given.count == 1 or "{n}" in given.name else given.name + "-{n}"
            yield _box(given, pattern.replace("{n}", str(n)), number, timings, fleet.lab.seed)


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
        aps=tuple(_aps(given.aps, number, timings)),
        quirks=Quirks(**given.quirks.model_dump()),
        timings=timings,
        seed=seed + number,
        install=Install(**given.install.model_dump()),
        ntp_keys=tuple(given.ntp_keys),
        ntp_globals=tuple(given.ntp_globals),
        clock_offset_s=given.clock_offset_s,
        candidate=given.candidate,
        cli=given.cli,
        standby=given.standby,
        running_config=given.running_config,
        startup_differs=given.startup_differs,
        reload_scheduled=given.reload_scheduled,
        unreachable_ntp=(*given.unreachable_ntp, *unreachable),
        site=given.site,
        tags=tuple(given.tags),
    )


def _zone(given: ZoneIn | None) -> Zone:
    if given is None:
        return Zone()
    summer = given.summer
    start, end = (summer.start, summer.end) if summer else ("", "")
    name = summer.name if summer else None
    return Zone(given.name, given.hours, given.minutes, name, start, end)


def _timings(base: Timings, given: TimingsIn) -> Timings:
    return replace(base, **given.model_dump(exclude_none=True))


def _aps(groups: list[ApIn], box: int, timings: Timings) -> Iterator[Ap]:
    number = 0
    for group in groups:
        slower = {"download_s": timings.download_s * SLOWER} if group.kind == "slow" else {}
        own = _timings(replace(timings, **slower), group.timings)
        for n in range(1, group.count + 1):
            number += 1
            yield _ap(group, n, number, box, own)


def _ap(group: ApIn, n: int, number: int, box: int, timings: Timings) -> Ap:
    model = group.model or MODELS.get(group.kind, COS)
    pattern = group.name or f"{group.kind.replace('_', '-')}-{{n}}"
    name = pattern.replace("{n}", str(n))
    if group.name and group.count > 1 and "{n}" not in group.name:
        name = f"{name}-{n}"
    first, last = _certificate(group, model)
    high, low = number // 256, number % 256
    options = {"version": group.version, "reach": group.reach}
    return Ap(
        kind=group.kind,
        name=name,
        model=model,
        mac=f"70:6d:{box % 256:02x}:{high:02x}:{low:02x}:00",
        ethernet_mac=f"70:6e:{box % 256:02x}:{high:02x}:{low:02x}:01",
        ip=f"10.{box % 256}.{high}.{low}",
        serial=serial("FCW", first, box * 6_000 + number),
        cert_start=first,
        cert_end=last,
        signature=_signature(group, model),
        timings=timings,
        predownload=group.predownload,
        options={key: value for key, value in options.items() if value is not None},
    )


def serial(plant: str, made: datetime, number: int) -> str:
    """A serial number as Cisco's plants write them: years since 1996, week, four characters."""
    letters = ""
    for _ in range(4):
        number, digit = divmod(number, len(ALPHABET))
        letters = ALPHABET[digit] + letters
    year, week, _ = made.isocalendar()
    return f"{plant}{year - 1996:02d}{week:02d}{letters}"


def _certificate(group: ApIn, model: str) -> tuple[datetime, datetime]:
    first, last = CERT_START, CERT_END[runs_ios(model)]
    if group.kind == "mic_expired":
        first, last = MIC_EXPIRED
    return group.cert_start or first, group.cert_end or last


def _signature(group: ApIn, model: str) -> str | None:
    """The image of an IOS AP is signed by the certificate that ran out, unless said otherwise."""
    if group.signature == "valid" or (group.signature is None and not runs_ios(model)):
        return None
    return group.signature or "sha1"
