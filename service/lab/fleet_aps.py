"""Access points of a fleet file, turned into the frozen values that the physics run on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from service.lab.aps.kinds import runs_ios
from service.lab.fleet_parts import ApIn, RoamingIn, TimingsIn
from service.lab.specs import Ap, Roaming, Timings

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


def roaming_of(given: RoamingIn, number: int) -> Roaming:
    """What a box is to APs of others; addresses are unique over a fleet."""
    address = given.ap_address or f"198.18.{number // 250}.{number % 250 + 1}"
    return Roaming(given.staging, address, given.max_aps, given.refuses, given.deaf)


def timings_of(base: Timings, given: TimingsIn) -> Timings:
    """What is given, over what was."""
    return replace(base, **given.model_dump(exclude_none=True))


def aps_of(groups: Sequence[ApIn], box: int, timings: Timings) -> Iterator[Ap]:
    """Every AP of these groups; `box` makes addresses unique over a fleet."""
    number = 0
    for group in groups:
        slower = {"download_s": timings.download_s * SLOWER} if group.kind == "slow" else {}
        own = timings_of(replace(timings, **slower), group.timings)
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
    options = {
        "version": group.version,
        "backup": group.backup,
        "site_tag": group.site_tag,
        "reach": group.reach,
        "issuer": group.issuer,
        "homes": dict(group.homes) or None,
        "fallback": None if group.fallback else False,
        "lost": group.lost or None,
        "unplugged": group.unplugged or None,
    }
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
