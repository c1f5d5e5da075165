"""When a device was made, by its serial number: evidence for the age of its certificate, no proof.

Cisco serials read LLLYYWWSSSS: the place, the year since 1996, the week, a number.
"""

import re
from datetime import UTC, datetime, timedelta

_SERIAL = re.compile(r"[A-Z]{3}(\d{2})(\d{2})[0-9A-Z]{4}")
FIRST_YEAR = 1996
WEEKS = 53


def made_in_week_of(serial: str | None) -> datetime | None:
    """The first day (a Monday, UTC) of the week of manufacture; None if the serial tells none."""
    match = _SERIAL.fullmatch((serial or "").strip().upper())
    if match is None:
        return None
    year, week = FIRST_YEAR + int(match[1]), int(match[2])
    if not 1 <= week <= WEEKS:
        return None
    first = datetime(year, 1, 4, tzinfo=UTC)  # always in week 1
    return first - timedelta(days=first.weekday()) + timedelta(weeks=week - 1)
