"""A box's time zone and summer time, from its configuration: `clock set` speaks local wall time.

Source: Cisco-IOS-XE-native, container clock (zone, hours, minutes; recurring-* and date-*).
Without start and end IOS uses the rules of the United States (documented for `clock summer-time
ZONE recurring`; not in the models).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from service.lab.yang.paths import Element, local, text_of

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
UNITED_STATES = (("2", "Sun", "Mar", "2:00"), ("1", "Sun", "Nov", "2:00"))
Rule = tuple[str, str, str, str]  # week (first, 1..4, last), day, month, HH:MM


@dataclass(frozen=True, slots=True)
class Summer:
    """Summer time, recurring by rule or once from one local moment to another."""

    name: str
    extra: timedelta
    rules: tuple[Rule, Rule] | None
    span: tuple[datetime, datetime] | None  # naive: start in standard, end in summer time

    def borders(self, year: int) -> tuple[datetime, datetime]:
        """Local start (standard time) and end (summer time) of that year."""
        if self.span is not None:
            return self.span
        start, end = self.rules or UNITED_STATES
        return _moment(start, year), _moment(end, year)

    def holds(self, standard: datetime) -> bool:
        """Is it summer at that moment, given in naive standard time?"""
        start, end = self.borders(standard.year)
        return _between(start, standard, end - self.extra)

    def holds_on_the_wall(self, wall: datetime) -> bool:
        """Would a clock showing this time be showing summer time?"""
        start, end = self.borders(wall.year)
        return _between(start, wall, end)


@dataclass(frozen=True, slots=True)
class BoxZone:
    """Zone name, offset from UTC, summer time."""

    name: str = "UTC"
    offset: timedelta = timedelta()
    summer: Summer | None = None

    def local(self, utc: datetime) -> tuple[datetime, str]:
        """The wall clock at a UTC moment, and the name of the zone it shows."""
        standard = utc.replace(tzinfo=None) + self.offset
        if self.summer is not None and self.summer.holds(standard):
            return standard + self.summer.extra, self.summer.name
        return standard, self.name

    def utc(self, wall: datetime) -> datetime:
        """The UTC moment of a wall time: what `clock set` means."""
        offset = self.offset
        if self.summer is not None and self.summer.holds_on_the_wall(wall):
            offset += self.summer.extra
        return wall.replace(tzinfo=timezone(offset)).astimezone(UTC)


def _between(start: datetime, moment: datetime, end: datetime) -> bool:
    if start <= end:
        return start <= moment < end
    return moment >= start or moment < end  # the south: summer spans the new year


def _moment(rule: Rule, year: int) -> datetime:
    week, day, month, clock = rule
    hour, _, minute = clock.partition(":")
    first = datetime(year, MONTHS.index(month) + 1, 1)  # noqa: DTZ001  # a wall time on purpose
    ahead = (DAYS.index(day) - first.weekday()) % 7
    dates = [first + timedelta(days=ahead + 7 * n) for n in range(5)]
    dates = [d for d in dates if d.month == first.month]
    number = {"first": 0, "last": -1}.get(week)
    chosen = dates[int(week) - 1 if number is None else number]
    return chosen + timedelta(hours=int(hour), minutes=int(minute.split(":")[0]))


def zone_of(clock: Element | None) -> BoxZone:
    """The zone that a native/clock container configures; UTC without one."""
    if clock is None:
        return BoxZone()
    words = _words(clock, "timezone")
    hours, minutes = int(words.get("hours", "0")), int(words.get("minutes", "0"))
    offset = timedelta(hours=hours, minutes=-minutes if hours < 0 else minutes)
    return BoxZone(words.get("zone", "UTC"), offset, _summer(_words(clock, "summer-time")))


def _words(clock: Element, name: str) -> dict[str, str]:
    for child in clock.iterchildren(f"{{*}}{name}"):
        return {local(leaf): text_of(leaf).strip() for leaf in child}
    return {}


def _summer(words: dict[str, str]) -> Summer | None:
    if "zone" not in words:
        return None
    if "date" in words or "start-year" in words:
        span = tuple(_date(words, edge) for edge in ("start", "date-end"))
        extra = timedelta(minutes=int(words.get("offset", "60")))
        return Summer(words["zone"], extra, None, (span[0], span[1]))
    extra = timedelta(minutes=int(words.get("recurring-offset", "60")))
    if "recurring-start" not in words:
        return Summer(words["zone"], extra, UNITED_STATES, None)
    return Summer(words["zone"], extra, (_rule(words, "start"), _rule(words, "end")), None)


def _rule(words: dict[str, str], edge: str) -> Rule:
    name = f"recurring-{edge}"
    return (
        words[name],
        words.get(f"{name}-day", "Sun"),
        words.get(f"{name}-month", "Jan"),
        words.get(f"{name}-time", "2:00"),
    )


def _date(words: dict[str, str], edge: str) -> datetime:
    hour, minute = (int(part) for part in words[f"{edge}-time"].split(":")[:2])
    month = MONTHS.index(words[f"{edge}-month"]) + 1
    year, day = int(words[f"{edge}-year"]), int(words[f"{edge}-day"])
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001  # a wall time on purpose
