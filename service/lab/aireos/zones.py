"""Time zones as AireOS offers them: a numbered list of places, or an offset.

The texts of numbers 6 and 8 are seen in captures; the rest of the list is unverified. Places with
summer time follow the zone database; the others are plain offsets.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from service.lab.aireos.specs import ZoneChoice

LOCATIONS: dict[int, tuple[int, str, str | None]] = {  # number: minutes, text, zone with summer
    1: (-720, "(GMT-12:00) International Date Line West", None),
    2: (-660, "(GMT-11:00) Samoa", None),
    3: (-600, "(GMT-10:00) Hawaii", None),
    4: (-540, "(GMT -9:00) Alaska", "America/Anchorage"),
    5: (-480, "(GMT -8:00) Pacific Time (US and Canada)", "America/Los_Angeles"),
    6: (-420, "(GMT -7:00) Mountain Time (US and Canada)", "America/Denver"),
    7: (-360, "(GMT -6:00) Central Time (US and Canada)", "America/Chicago"),
    8: (-300, "(GMT -5:00) Eastern Time (US and Canada)", "America/New_York"),
    9: (-240, "(GMT -4:00) Atlantic Time (Canada)", "America/Halifax"),
    10: (-180, "(GMT -3:00) Buenos Aires (Argentina)", None),
    11: (-120, "(GMT -2:00) Mid-Atlantic", None),
    12: (-60, "(GMT -1:00) Azores", "Atlantic/Azores"),
    13: (0, "(GMT) London, Lisbon, Dublin, Edinburgh", "Europe/London"),
    14: (60, "(GMT +1:00) Amsterdam, Berlin, Rome, Vienna", "Europe/Berlin"),
    15: (120, "(GMT +2:00) Jerusalem", "Asia/Jerusalem"),
    16: (180, "(GMT +3:00) Baghdad", None),
    17: (240, "(GMT +4:00) Muscat, Abu Dhabi", None),
    18: (270, "(GMT +4:30) Kabul", None),
    19: (300, "(GMT +5:00) Karachi, Islamabad, Tashkent", None),
    20: (330, "(GMT +5:30) Colombo, Kolkata, Mumbai, New Delhi", None),
    21: (345, "(GMT +5:45) Katmandu", None),
    22: (360, "(GMT +6:00) Almaty, Novosibirsk", None),
    23: (390, "(GMT +6:30) Rangoon", None),
    24: (420, "(GMT +7:00) Saigon, Hanoi, Bangkok, Jakarta", None),
    25: (480, "(GMT +8:00) Hong Kong, Beijing, Chongqing", None),
    26: (540, "(GMT +9:00) Tokyo, Osaka, Sapporo", None),
    27: (570, "(GMT +9:30) Darwin", None),
    28: (600, "(GMT+10:00) Sydney, Melbourne, Canberra", "Australia/Sydney"),
    29: (660, "(GMT+11:00) Magadan, Solomon Is., New Caledonia", None),
    30: (720, "(GMT+12:00) Kamchatka, Marshall Is., Fiji", None),
}


@dataclass(frozen=True, slots=True)
class WlcZone:
    """The zone that a box is set to."""

    choice: ZoneChoice

    @property
    def text(self) -> str:
        """The place; blank with a plain offset (seen blank in captures)."""
        location = self.choice.location
        return LOCATIONS[location][1] if location is not None else ""

    @property
    def delta(self) -> str:
        """`Timezone delta`: reads 0:0 with a place (capture show_time)."""
        return f"{self.choice.hours}:{self.choice.minutes}"

    @property
    def standard(self) -> timedelta:
        """Offset without summer time."""
        if self.choice.location is not None:
            return timedelta(minutes=LOCATIONS[self.choice.location][0])
        minutes = -self.choice.minutes if self.choice.hours < 0 else self.choice.minutes
        return timedelta(hours=self.choice.hours, minutes=minutes)

    def wall(self, utc: datetime) -> datetime:
        """The naive wall clock at a UTC moment."""
        return utc.astimezone(self._rules()).replace(tzinfo=None)

    def utc(self, wall: datetime) -> datetime:
        """The UTC moment of a naive wall time; in the doubled hour the earlier one."""
        return wall.replace(tzinfo=self._rules()).astimezone(UTC)

    def _rules(self) -> ZoneInfo | timezone:
        if self.choice.location is not None:
            summer = LOCATIONS[self.choice.location][2]
            if summer is not None:
                return ZoneInfo(summer)
        return timezone(self.standard)
