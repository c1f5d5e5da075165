"""Leaves as values: moments, numbers, booleans, MACs; what cannot be read is None, no error."""

import re
from datetime import UTC, datetime

from service.domain.identity import BaseRadioMac, EthernetMac, canonical_mac

EPOCH = datetime(1970, 1, 2, tzinfo=UTC)
USUAL_MARKS = "2026-11-02T03:10:11+00:00"[4::3]
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?\s*(Z|[+-]\d\d:\d\d|Z[+-]\d\d:\d\d)?"
)
_usual_mac = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}").fullmatch
_WHOLE = re.compile(r"-?\d+")
_FLAGS: dict[str | None, bool] = {"true": True, "false": False}


def moment(text: str | None) -> datetime | None:
    """A date-and-time; None for absent, 1970 ("never") and what cannot be read."""
    if text is not None and text[4::3] == USUAL_MARKS and text[19:] == "+00:00":
        try:
            usual = datetime.fromisoformat(text)
        except ValueError:
            return None  # a day that no calendar has
        return usual if usual > EPOCH else None
    match = _MOMENT.match((text or "").strip())
    if match is None:
        return None
    body, fraction, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z") else zone.removeprefix("Z")
    try:
        parsed = datetime.fromisoformat(f"{body}.{(fraction or '0'):0<6}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):  # a day that no calendar has
        return None
    return parsed if parsed > EPOCH else None


def whole(text: str | None) -> int | None:
    """A whole number, or None where there is none."""
    if text is None:
        return None
    plain = text.isdigit() and text.isascii()  # by far the most are
    return int(text) if plain or _WHOLE.fullmatch(text) else None


def flag(text: str | None) -> bool | None:
    """A boolean leaf, or None where it is absent or says something else."""
    return _FLAGS.get(text)


def mac_text(text: str | None) -> str | None:
    """A MAC as it is always written, or None where it is none."""
    if text is not None and _usual_mac(text) is not None:
        return text
    try:
        return canonical_mac(text) if text else None
    except ValueError:
        return None


def radio_mac(text: str | None) -> BaseRadioMac | None:
    """A base radio MAC, or None where it is none."""
    mac = mac_text(text)
    return None if mac is None else BaseRadioMac(mac)


def ethernet_mac(text: str | None) -> EthernetMac | None:
    """An Ethernet MAC, or None where it is none."""
    mac = mac_text(text)
    return None if mac is None else EthernetMac(mac)
