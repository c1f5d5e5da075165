"""Leaves of IOS XE's models as values."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

NEVER_BEFORE = datetime(1970, 1, 2, tzinfo=UTC)
_MOMENT = re.compile(
    r"(?P<body>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,6})\d*)?"
    r"\s*Z?(?P<zone>[+-]\d\d:\d\d)?"
)


def moment(text: str | None) -> datetime | None:
    """A date-and-time as aware UTC; None for absent, for 1970 ("never") and for what is none."""
    match = _MOMENT.match((text or "").strip())
    if match is None:
        return None
    fraction = f"{match['fraction'] or '0':0<6}"
    try:
        parsed = datetime.fromisoformat(f"{match['body']}.{fraction}{match['zone'] or '+00:00'}")
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed > NEVER_BEFORE else None


def whole(text: str | None) -> int | None:
    """A whole number, or None where there is none."""
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,18}", text) else None


def flag(text: str | None) -> bool | None:
    """A boolean, or None where it is absent or says something else."""
    return {"true": True, "false": False}.get(text or "")


def known(says: Mapping[str, Any]) -> dict[str, Any]:
    """Only what was said."""
    return {key: value for key, value in says.items() if value is not None}
