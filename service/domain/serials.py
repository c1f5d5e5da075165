"""What a Cisco serial number says of an age: `LLLYYWWSSSS`, year 1996 + YY, week WW.

A device's own certificate is made with the device, so this bounds the certificate's start where no
date can be read. Source: shared facts for AireOS, section 2 (community knowledge: evidence).
"""

import re
from datetime import UTC, datetime

_SERIAL = re.compile(r"[A-Z]{3}(\d\d)(\d\d)[0-9A-Z]{4}")
FIRST_YEAR = 1996
WEEKS = 53


def made(serial: str | None) -> datetime | None:
    """The last day of the week a device was made in; None where the serial does not tell."""
    match = _SERIAL.fullmatch((serial or "").strip().upper())
    if match is None:
        return None
    year, week = FIRST_YEAR + int(match.group(1)), int(match.group(2))
    if week > WEEKS:
        return None
    try:
        return datetime.fromisocalendar(year, min(max(week, 1), 52), 7).replace(tzinfo=UTC)
    except ValueError:
        return None
