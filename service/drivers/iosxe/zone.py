"""`clock timezone` and `clock summer-time` of IOS XE become a ClockZone.

Source: yang/contract/iosxe.yaml, key `zone`; the defaults of bare `recurring` and of the offset (60
minutes) are those of the IOS command reference. The edge times are wall times: the start in
standard time, the end in summer time.
"""

from datetime import datetime
from typing import get_args

from service.domain.wallclock import (
    MONTHS,
    US_RULE,
    WEEKDAYS,
    ClockZone,
    DatedSummer,
    RecurringEdge,
    RecurringSummer,
    Week,
)
from service.drivers.iosxe.documents import Record

DEFAULT_SHIFT_MIN = 60


def zone_of(record: Record | None) -> ClockZone:
    """The zone that a box is configured with; UTC where nothing is configured.

    Raises:
        ValueError: a summer time that cannot be understood; never guessed.
    """
    if record is None:
        return ClockZone()
    hours, minutes = int(record.get("hours") or 0), int(record.get("minutes") or 0)
    offset = hours * 60 + (-minutes if hours < 0 else minutes)
    return ClockZone(offset, _summer(record), record.get("zone") or "UTC")


def _summer(record: Record) -> RecurringSummer | DatedSummer | None:
    name = record.get("summer_zone") or ""
    if "recurring" in record.values or record.get("from_week"):
        shift = int(record.get("recurring_shift") or DEFAULT_SHIFT_MIN)
        if record.get("from_week") is None:
            return RecurringSummer(US_RULE.start, US_RULE.end, shift, name)
        return RecurringSummer(_edge(record, "from"), _edge(record, "to"), shift, name)
    if "date" in record.values or record.get("start_year"):
        shift = int(record.get("offset") or DEFAULT_SHIFT_MIN)
        return DatedSummer(_date(record, "start"), _date(record, "end"), shift, name)
    if name:
        raise ValueError("summer time is configured in a form that is neither recurring nor dated")
    return None


def _edge(record: Record, side: str) -> RecurringEdge:
    week = record.get(f"{side}_week") or ""
    if week not in (known := get_args(Week)):
        raise ValueError(f"summer time week {week!r} is none of {', '.join(known)}")
    hour, minute = _hours_minutes(record.get(f"{side}_time"))
    return RecurringEdge(
        next(one for one in known if one == week),
        _index(WEEKDAYS, record.get(f"{side}_day")),
        _index(MONTHS, record.get(f"{side}_month")) + 1,
        hour,
        minute,
    )


def _date(record: Record, side: str) -> datetime:
    hour, minute = _hours_minutes(record.get(f"{side}_time"))
    return datetime(  # noqa: DTZ001 - wall time
        int(record.get(f"{side}_year") or 0),
        _index(MONTHS, record.get(f"{side}_month")) + 1,
        int(record.get(f"{side}_day") or 0),
        hour,
        minute,
    )


def _hours_minutes(text: str | None) -> tuple[int, int]:
    hours, _, minutes = (text or "").partition(":")
    return int(hours), int(minutes)


def _index(names: tuple[str, ...], text: str | None) -> int:
    short = (text or "")[:3].capitalize()
    if short not in names:
        raise ValueError(f"summer time names {text!r}, which is none of {', '.join(names)}")
    return names.index(short)
