"""Wall times: what a device prints, before anybody knows its zone."""

from datetime import datetime


def wall(text: str) -> datetime:
    """A naive moment, as `2022-12-02 00:00:02`."""
    return datetime.fromisoformat(text)
