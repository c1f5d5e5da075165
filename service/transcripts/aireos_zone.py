"""The time zone that AireOS names in words: its offset, and the summer time of the place.

A box is given one of some thirty places, and follows the place's summer time by itself: a real box
in "Pacific Time" shows an hour more than its standard time in June. Which dates it goes by is
unverified: today's rules of the place are taken.
Source: FACTS for AireOS, sections 2 and 3 (`show time`, clsTimeZoneDescription).
"""

import re

from service.domain.wallclock import US_RULE, ClockZone, RecurringEdge, RecurringSummer

_PLACE = re.compile(r"\(GMT\s*(?:(?P<sign>[+-])\s*(?P<h>\d{1,2}):(?P<m>\d\d))?\s*\)\s*(?P<name>.*)")
_DELTA = re.compile(r"(?P<sign>[+-]?)(?P<h>\d{1,2}):(?P<m>-?\d{1,2})")
SUNDAY = 6


def europe(offset_min: int) -> RecurringSummer:
    """The last Sundays of March and October at 01:00 UTC, in local time."""
    start, end = divmod(60 + offset_min, 60), divmod(120 + offset_min, 60)
    return RecurringSummer(
        RecurringEdge("last", SUNDAY, 3, *start), RecurringEdge("last", SUNDAY, 10, *end)
    )


AUSTRALIA = RecurringSummer(
    RecurringEdge("first", SUNDAY, 10, 2, 0), RecurringEdge("first", SUNDAY, 4, 3, 0)
)
NEW_ZEALAND = RecurringSummer(
    RecurringEdge("last", SUNDAY, 9, 2, 0), RecurringEdge("first", SUNDAY, 4, 3, 0)
)
_AMERICA = re.compile(r"US and Canada|Alaska|Atlantic Time|Newfoundland", re.IGNORECASE)
_EUROPE = re.compile(
    r"London|Lisbon|Dublin|Edinburgh|Amsterdam|Berlin|Rome|Vienna|Azores|Brussels|Paris|Madrid"
    r"|Athens|Helsinki",
    re.IGNORECASE,
)


def zone_of(place: str, delta: str) -> ClockZone | None:
    """The zone of a box.

    Args:
        place: such as `(GMT -5:00) Eastern Time (US and Canada)`; blank: none was chosen.
        delta: hours and minutes, which count where no place was chosen.

    Returns:
        None where neither can be read.
    """
    found = _PLACE.fullmatch(place.strip())
    if found is not None:
        offset = _minutes(found["sign"], found["h"] or "0", found["m"] or "0")
        return ClockZone(offset, _summer(found["name"], offset), found["name"].strip() or "GMT")
    if place.strip():
        return None
    told = _DELTA.fullmatch(delta.strip())
    if told is None:
        return None
    offset = _minutes(told["sign"], told["h"], told["m"].lstrip("-"))
    return ClockZone(offset, None, "UTC" if offset == 0 else f"UTC{offset / 60:+g}")


def _minutes(sign: str | None, hours: str, minutes: str) -> int:
    return (-1 if sign == "-" else 1) * (int(hours) * 60 + int(minutes))


def _summer(name: str, offset_min: int) -> RecurringSummer | None:
    if _AMERICA.search(name):
        return US_RULE
    if _EUROPE.search(name):
        return europe(offset_min)
    if re.search(r"Sydney|Melbourne|Canberra|Hobart", name):
        return AUSTRALIA
    return NEW_ZEALAND if re.search(r"Auckland|Wellington", name) else None
