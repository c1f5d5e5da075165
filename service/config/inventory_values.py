"""Readers of single values of an inventory: each says exactly what it would have taken."""

import ipaddress
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from service.config import host_key_text, secret_reference
from service.config.cron_text import checked_cron
from service.config.host_key_text import checked_host_key
from service.config.secret_reference import SecretReference
from service.config.yaml_places import Reader, YamlValue, nearest
from service.domain.identity import is_controller_name
from service.domain.policy import ClockWindow

L = TypeVar("L", bound=str)

_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?", re.ASCII)
_HOST_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_LONGEST_HOST = 253
_HIGHEST_PORT = 65_535
SHORT = 64
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_DURATION = re.compile(r"(?=.)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)
_UNITS_S = (86_400, 3_600, 60, 1)


def text(value: YamlValue) -> str:
    """A text on one line."""
    if value.text is None:
        raise value.refuse("text (a number or a word such as `yes` needs quotes)")
    if not value.text.strip() or not value.text.isprintable():
        raise value.refuse("text on one line, not empty")
    return value.text


def short(value: YamlValue) -> str:
    """A text that fits where it is kept and shown."""
    found = text(value)
    if len(found) > SHORT:
        raise value.refuse(f"text of at most {SHORT} characters")
    return found


def entry_name(value: YamlValue) -> str:
    """A name that can stand for an entry everywhere, addresses and file names included."""
    if value.text is None or not is_controller_name(value.text):
        raise value.refuse(
            "a name of letters, digits, '.', '_', '-'; 63 at most, in quotes if all digits"
        )
    return value.text


def choice(options: tuple[L, ...]) -> Reader[L]:
    """A reader of one word out of a few."""

    def read_choice(value: YamlValue) -> L:
        for option in options:
            if value.text == option:
                return option
        found = value.describe() + nearest(value.text or "", options)
        raise value.refuse(f"one of {', '.join(options)}", found=found)

    return read_choice


def flag(value: YamlValue) -> bool:
    """`true` or `false`, in any of YAML's spellings."""
    word = value.scalar("bool")
    if word is None:
        raise value.refuse("true or false")
    return word.lower() in {"true", "yes", "on"}


def whole(low: int, high: int | None = None) -> Reader[int]:
    """A reader of whole numbers in decimal; YAML's octal and base-60 forms are refused."""
    expected = f"a whole number {'of at least' if high is None else 'from'} {low}"
    expected += "" if high is None else f" to {high}"

    def read_whole(value: YamlValue) -> int:
        digits = value.scalar("int")
        if digits is None or not _WHOLE.fullmatch(digits):
            raise value.refuse(expected)
        number = int(digits)
        if number < low or (high is not None and number > high):
            raise value.refuse(expected)
        return number

    return read_whole


port = whole(1, _HIGHEST_PORT)


def seconds(value: YamlValue) -> float:
    """A number of seconds above zero."""
    return _seconds(value, zero_fits=False)


def seconds_or_none(value: YamlValue) -> float:
    """A number of seconds; zero means not at all."""
    return _seconds(value, zero_fits=True)


def share(value: YamlValue) -> float:
    """A part of the whole: 0 is none of it, 1 all."""
    found = _number_of(value, "a number from 0 to 1")
    if found > 1:
        raise value.refuse("a number from 0 to 1")
    return found


def host(value: YamlValue) -> str:
    """An IP address or a host name; no URL, no port."""
    name = value.text or ""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        labels = name.removesuffix(".").split(".")
        fits = len(name) <= _LONGEST_HOST and all(map(_HOST_LABEL.fullmatch, labels))
        if not fits or labels[-1].isdigit():
            raise value.refuse("an IP address or a host name, without port") from None
        return name


def address(value: YamlValue) -> str:
    """An IP address."""
    try:
        return str(ipaddress.ip_address(value.text or ""))
    except ValueError:
        raise value.refuse("an IP address") from None


def secret(value: YamlValue) -> str:
    """A reference to a secret. What stands there is never shown: it could be the secret."""
    expected = f"a reference: {secret_reference.FORMS}"
    if value.text is None:
        raise value.refuse(expected, found="something that is no text (not shown)")
    return checked(value, lambda word: str(SecretReference.parse(word)), expected)


def host_key(value: YamlValue) -> str:
    """A known_hosts line or a fingerprint."""
    return checked(value, checked_host_key, host_key_text.FORMS)


def cron(value: YamlValue) -> str:
    """Five cron fields, UTC."""
    return checked(value, checked_cron, 'five cron fields in UTC such as "*/15 6-22 * * mon-fri"')


def clock_window(value: YamlValue) -> str:
    """A window in site-local time."""
    word = text(value)
    try:
        ClockWindow.parse(word)
    except ValueError:
        raise value.refuse('a window such as "* 22-04" or "sat,sun 01:30-05:00"') from None
    return word


def timezone(value: YamlValue) -> str:
    """An IANA time zone."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder such as `Europe`
        found = f"the unknown time zone {name!r}{nearest(name, available_timezones())}"
        raise value.refuse("an IANA time zone such as Europe/Paris", found=found) from None
    return name


def moment(value: YamlValue) -> datetime:
    """An RFC 3339 time with its offset, as UTC."""
    expected = "an RFC 3339 time such as 2026-12-20T18:00:00Z"
    word = value.scalar("timestamp") or value.text or ""
    if not _MOMENT.fullmatch(word):
        raise value.refuse(expected)
    try:
        return datetime.fromisoformat(word.upper()).astimezone(UTC)
    except (ValueError, OverflowError):  # the 30th of February; the year 0
        raise value.refuse(expected) from None


def duration_s(value: YamlValue) -> float:
    """`900`, `15m`, `1h30m`, `1d`: seconds."""
    expected = "seconds above zero, or a duration such as 15m, 1h30m, 1d"
    if value.scalar("int") is not None or value.scalar("float") is not None:
        return seconds(value)
    match = _DURATION.fullmatch(value.text or "")
    if match is None:
        raise value.refuse(expected)
    total = sum(int(n or 0) * unit for n, unit in zip(match.groups(), _UNITS_S, strict=True))
    if total <= 0:
        raise value.refuse(expected)
    return float(total)


def checked(value: YamlValue, check: Callable[[str], str], expected: str) -> str:
    """What a check makes of a text; its ValueError says what was found, in words fit to show."""
    if value.text is None:
        raise value.refuse(expected)
    try:
        return check(value.text)
    except ValueError as err:
        raise value.refuse(expected, found=str(err)) from None


def _seconds(value: YamlValue, *, zero_fits: bool) -> float:
    expected = f"a number of seconds {'of at least' if zero_fits else 'above'} 0"
    number = _number_of(value, expected)
    if number == 0 and not zero_fits:
        raise value.refuse(expected)
    return number


def _number_of(value: YamlValue, expected: str) -> float:
    """A number that is not negative."""
    digits = value.scalar("int") or value.scalar("float")
    if digits is None or not _NUMBER.fullmatch(digits):
        raise value.refuse(expected)
    number = float(digits)
    if not math.isfinite(number) or number < 0:
        raise value.refuse(expected)
    return number
