"""Who is told what by mail and chat. Addresses of channels are secrets: references alone."""

import re
from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import urlsplit

from service.config.inventory_parts import Names, secretive_section
from service.config.inventory_values import (
    choice,
    clock_window,
    duration_s,
    secret,
    short,
    text,
    timezone,
    whole,
)
from service.config.yaml_places import Reader, Section, YamlValue, each, one_of
from service.domain.notices.patience import FOR_S, POLLS, Patience
from service.domain.notices.rules import PERIOD_S, Notify, Quiet, Rule, Severity
from service.domain.policy import ClockWindow
from service.domain.webhooks import EventKind
from service.ports.notices import LONGEST_CHANNEL

KEYS = ("link", "channels", "rules")
RULE_KEYS = (
    "name",
    "to",
    "about",
    "issues",
    "states",
    "severity",
    "sites",
    "tags",
    "quiet",
    "timezone",
    "every",
    "unreachable_polls",
    "unreachable_for",
)
STATES = (
    *("suspected", "probable", "confirmed"),
    *("unreachable", "refused"),
    *("done", "failed", "called", "queued"),
    *("succeeded", "rolled-back", "needs-attention", "cancelled"),
)
Channels: TypeAlias = Mapping[str, str]
_CHANNEL = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{LONGEST_CHANNEL - 1}}}", re.ASCII)
_NONE: Channels = {}
MOST_POLLS = 1000


def notify(names: Names) -> Reader[Notify]:
    """A reader of the key `notify`."""

    def read_notify(value: YamlValue) -> Notify:
        section = Section(value, KEYS)
        channels = section.need("channels", _channels, _NONE)
        found = Notify(
            channels=channels,
            rules=section.need("rules", each(_rule(names, channels)), ()),
            link=section.get("link", _link, None),
        )
        _once(section, found.rules)
        section.settle()
        return found

    return read_notify


def _once(section: Section, rules: tuple[Rule, ...]) -> None:
    named = [rule.name for rule in rules]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        found = f"the name {twice[0]!r} again"
        again = section.entries["rules"].refuse("every name once", found=found)
        section.problems.extend(again.problems)


def _channels(value: YamlValue) -> Channels:
    section = secretive_section(value)
    found: dict[str, str] = {}
    for name, entry in section.entries.items():
        if not _CHANNEL.fullmatch(name):
            expected = f"small letters, digits, '-', '_'; {LONGEST_CHANNEL} at most"
            section.problems.extend(entry.refuse(expected, found=f"the name {name!r}").problems)
        found[name] = section.need(name, secret, "")
    section.settle()
    return found


def _rule(names: Names, channels: Channels) -> Reader[Rule]:
    def read_rule(value: YamlValue) -> Rule:
        section = Section(value, RULE_KEYS)
        zone = section.get("timezone", timezone, "UTC")
        hours = section.get("quiet", clock_window, "")
        found = Rule(
            name=section.need("name", short, ""),
            to=section.need("to", _some(one_of(channels, "channel")), ()),
            about=section.get("about", each(_kind), ()),
            issues=section.get("issues", each(text), ()),
            states=section.get("states", each(choice(STATES)), ()),
            severity=section.get("severity", _severity, Severity.INFO),
            sites=section.get("sites", each(one_of(names.sites, "site")), ()),
            tags=section.get("tags", each(text), ()),
            quiet=Quiet(ClockWindow.parse(hours), zone) if hours else None,
            period_s=section.get("every", duration_s, PERIOD_S),
            patience=Patience(
                polls=section.get("unreachable_polls", whole(1, MOST_POLLS), POLLS),
                for_s=section.get("unreachable_for", duration_s, FOR_S),
            ),
        )
        section.settle()
        return found

    return read_rule


def _some(read: Reader[str]) -> Reader[tuple[str, ...]]:
    read_all = each(read)

    def read_some(value: YamlValue) -> tuple[str, ...]:
        found = read_all(value)
        if not found:
            raise value.refuse("at least one channel", found="an empty list")
        return found

    return read_some


def _kind(value: YamlValue) -> EventKind:
    return EventKind(choice(tuple(kind.value for kind in EventKind))(value))


def _severity(value: YamlValue) -> Severity:
    return Severity[choice(tuple(one.word for one in Severity))(value).upper()]


def _link(value: YamlValue) -> str:
    expected = "http:// or https:// with a host, without user, query and fragment"
    try:
        parts = urlsplit(text(value))
    except ValueError:
        raise value.refuse(expected) from None
    is_plain = parts.username is None and not parts.query and not parts.fragment
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        raise value.refuse(expected, found="another form (not shown)")
    return text(value).rstrip("/")
