"""`config time ...`. Success prints nothing; texts marked unverified were not found anywhere."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from service.lab.aireos.answers import USAGE, Answer, Context, Text
from service.lab.aireos.specs import NtpServer, ZoneChoice
from service.lab.aireos.zones import LOCATIONS

INDEXES = range(1, 4)  # AIRESPACE-SWITCHING-MIB: agentNtpServerIndex 1..3
INTERVALS = range(3600, 604_801)  # the same: agentNtpPollingInterval
DATE = re.compile(r"(\d{2})/(\d{2})/(\d{2})$")
CLOCK = re.compile(r"(\d{2}):(\d{2}):(\d{2})$")
MANUAL_USE = "Incorrect input! Use 'config time manual <MM/DD/YY> <HH:MM:SS>'"  # unverified
DELETE_USE = "Incorrect input! Use 'config time ntp delete <index>'"  # unicon mock data
NO_INDEX = "Error! Server Index is invalid"  # unicon mock data
NO_NAME = "Error! Unable to resolve the NTP server name."  # unverified
NO_KEY = "Error! Key Index is invalid"  # unverified
NO_INTERVAL = "Error! NTP polling interval is invalid"  # unverified


def manual(context: Context, args: list[str]) -> Answer:
    """Set the clock: to local or to GMT time, as the box's quirk says; which is contested."""
    if len(args) != 2:  # noqa: PLR2004  # date and time
        return Text(MANUAL_USE)
    wanted = _moment(*args)
    if wanted is None:
        return Text(MANUAL_USE)
    box = context.box
    in_gmt = box.spec.quirks.manual_time == "gmt"
    utc = wanted.replace(tzinfo=UTC) if in_gmt else box.zone.utc(wanted)
    box.set_clock(context.now, utc, context.who)
    return Text()


def _moment(date: str, clock: str) -> datetime | None:
    day, hour = DATE.match(date), CLOCK.match(clock)
    if day is None or hour is None:
        return None
    month, day_of_month, year = (int(part) for part in day.groups())
    at_hour, minute, second = (int(part) for part in hour.groups())
    try:
        return datetime(2000 + year, month, day_of_month, at_hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None


def ntp_server(context: Context, args: list[str]) -> Answer:
    """Put a server at an index; a name must resolve. What was there is replaced (unverified)."""
    if len(args) != 2:  # noqa: PLR2004  # index and server
        return Text(USAGE)
    index, host = args
    if not index.isdigit() or int(index) not in INDEXES:
        return Text(NO_INDEX)
    if host in context.box.unresolvable:
        return Text(NO_NAME)
    running = context.box.running.with_server(NtpServer(int(index), host))
    context.box.configure(context.now, running, context.who)
    return Text()


def ntp_delete(context: Context, args: list[str]) -> Answer:
    """Take a server off; with the last one the box may forget how often it asked (unverified)."""
    if len(args) != 1 or not args[0].isdigit():
        return Text(DELETE_USE)
    running = context.box.running
    if running.server(int(args[0])) is None:
        return Text(NO_INDEX)
    left = running.without_server(int(args[0]))
    if not left.ntp and context.box.spec.quirks.forgets_interval:
        left = replace(left, ntp_interval=INTERVALS[0])
    context.box.configure(context.now, left, context.who)
    return Text()


def ntp_interval(context: Context, args: list[str]) -> Answer:
    """Set the polling interval."""
    if len(args) != 1 or not args[0].isdigit() or int(args[0]) not in INTERVALS:
        return Text(NO_INTERVAL if len(args) == 1 else USAGE)
    running = replace(context.box.running, ntp_interval=int(args[0]))
    context.box.configure(context.now, running, context.who)
    return Text()


def ntp_auth(context: Context, args: list[str]) -> Answer:
    """`auth enable INDEX KEY`, `auth disable INDEX [KEY]` (exact form unverified)."""
    match args:
        case ["enable", index, key]:
            wanted: int | None = int(key) if key.isdigit() else 0
        case ["disable", index] | ["disable", index, _]:
            wanted = None
        case _:
            return Text(USAGE)
    running = context.box.running
    server = running.server(int(index)) if index.isdigit() else None
    if server is None:
        return Text(NO_INDEX)
    if wanted is not None and wanted not in {k for k, _ in running.ntp_keys}:
        return Text(NO_KEY)
    changed = running.with_server(replace(server, key=wanted))
    context.box.configure(context.now, changed, context.who)
    return Text()


def ntp_keys(context: Context, args: list[str]) -> Answer:
    """`key-auth add KEY md5 {ascii|hex} SECRET`, `key-auth delete KEY` (exact form unverified)."""
    running = context.box.running
    match args:
        case ["add", key, "md5", "ascii" | "hex", secret] if key.isdigit() and int(key) > 0:
            keys = dict(running.ntp_keys) | {int(key): f"encrypted-{len(secret)}-{key}"}
        case ["delete", key] if key.isdigit() and int(key) in dict(running.ntp_keys):
            keys = {k: s for k, s in running.ntp_keys if k != int(key)}
        case ["delete", _]:
            return Text(NO_KEY)
        case _:
            return Text(USAGE)
    changed = replace(running, ntp_keys=tuple(sorted(keys.items())))
    context.box.configure(context.now, changed, context.who)
    return Text()


def timezone(context: Context, args: list[str]) -> Answer:
    """`timezone location N`, `timezone HOURS MINUTES`."""
    match args:
        case ["location", number] if number.isdigit() and int(number) in LOCATIONS:
            choice = ZoneChoice(location=int(number))
        case [hours, minutes] if _is_offset(hours, minutes):
            choice = ZoneChoice(hours=int(hours), minutes=int(minutes))
        case _:
            return Text(USAGE)
    changed = replace(context.box.running, zone=choice)
    context.box.configure(context.now, changed, context.who)
    return Text()


def _is_offset(hours: str, minutes: str) -> bool:
    whole = hours.removeprefix("-")
    return whole.isdigit() and int(whole) <= 13 and minutes.isdigit() and int(minutes) < 60  # noqa: PLR2004


COMMANDS: dict[str, Callable[[Context, list[str]], Answer]] = {
    "config time manual": manual,
    "config time ntp server": ntp_server,
    "config time ntp delete": ntp_delete,
    "config time ntp interval": ntp_interval,
    "config time ntp auth": ntp_auth,
    "config time ntp key-auth": ntp_keys,
    "config time timezone": timezone,
}
