"""Wall times of a device become moments: by the zone that it prints, else by `about.yaml`."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from service.transcripts.parts import WallTime

# Names that mean one offset wherever they are used; IST, CST, CDT, BST and AST mean several.
HOURS = {
    0: ("UTC", "GMT", "Z", "WET"),
    1: ("CET", "WEST"),
    2: ("CEST", "EET"),
    3: ("EEST", "MSK"),
    9: ("JST", "KST"),
    10: ("AEST",),
    11: ("AEDT",),
    12: ("NZST",),
    13: ("NZDT",),
    -5: ("EST",),
    -4: ("EDT",),
    -7: ("MST", "PDT"),
    -6: ("MDT",),
    -8: ("PST",),
}
KNOWN = {name: timezone(timedelta(hours=hours)) for hours, names in HOURS.items() for name in names}
EARLIEST = 1990


@dataclass(slots=True)
class Zones:
    """The zone of one controller.

    Attributes:
        strangers: names of zones that were taken for the controller's without knowing them.
    """

    own: ZoneInfo
    strangers: set[str] = field(default_factory=set)

    def moment(self, time: WallTime) -> datetime:
        """The moment that a wall time with a year names."""
        return time.wall.replace(tzinfo=self._zone(time.zone)).astimezone(UTC)

    def moment_before(self, time: WallTime, limit: datetime) -> datetime | None:
        """The same; a time without a year takes the latest year not after the limit."""
        if time.has_year:
            return self.moment(time)
        for year in range(limit.year + 1, EARLIEST, -1):
            try:
                found = self.moment(WallTime(time.wall.replace(year=year), time.zone))
            except ValueError:
                continue  # 29 February
            if found <= limit:
                return found
        return None

    def _zone(self, name: str | None) -> tzinfo:
        if name is None:
            return self.own
        if name in KNOWN:
            return KNOWN[name]
        if name not in _names_of(self.own):
            self.strangers.add(name)
        return self.own


def _names_of(zone: ZoneInfo) -> set[str | None]:
    """The abbreviations that a zone goes by over a year."""
    return {zone.tzname(datetime(2020, month, 1)) for month in (1, 7)}  # noqa: DTZ001 - wall time
