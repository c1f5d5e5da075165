"""The command line that applets, the lab's own `cli` and the SSH port share.

It knows a handful of commands and refuses everything else the way IOS does. Exec commands don't
work in configuration mode and privileged ones not before `enable`.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from lxml import etree

from service.lab.box.clock import BoxClock
from service.lab.box.config_text import running_lines
from service.lab.box.datastore import Datastores
from service.lab.box.ntp import Ntp
from service.lab.box.ntp_lines import SyntaxRefusedError, edit_of
from service.lab.box.zone import MONTHS, BoxZone
from service.lab.errors import NC, RpcRefusedError
from service.lab.log import Log
from service.lab.yang.judge import parse
from service.lab.yang.paths import Element
from service.lab.yang.schema import Schema

INVALID = "% Invalid input detected at '^' marker."
CLOCK = re.compile(
    r"clock set (\d{1,2}):(\d{2}):(\d{2})"
    r" (?:(\d{1,2}) ([A-Za-z]+)|([A-Za-z]+) (\d{1,2})) (\d{4})"
)
YEARS = (1993, 2035)  # what IOS takes


class CliWorld(Protocol):
    """What commands act on."""

    log: Log
    clock: BoxClock
    stores: Datastores
    ntp: Ntp

    @property
    def schema(self) -> Schema:
        """The release's models."""

    @property
    def zone(self) -> BoxZone:
        """Time zone in force."""

    @property
    def hostname(self) -> str:
        """For the prompt."""

    def set_clock(self, now: float, utc: datetime, who: str) -> None:
        """`clock set`."""

    def change_by_cli(self, now: float, config: Element, who: str) -> None:
        """A configuration command."""

    def save(self, now: float, who: str) -> None:
        """`write memory`."""


Show = Callable[[float], str]  # what a show command prints at a moment


class CliSession:
    """One session: its mode, and what it answers."""

    def __init__(self, world: CliWorld, who: str, *, privileged: bool) -> None:
        self._world = world
        self._who = who
        self.mode = "exec" if privileged else "user"
        self.shows: dict[str, Show] = {}
        self.others: Callable[[str, float], str | None] = lambda _, __: None
        self.closed = False

    @property
    def prompt(self) -> str:
        """What a terminal shows before the next command."""
        sign = {"user": ">", "exec": "#", "config": "(config)#"}[self.mode]
        return f"{self._world.hostname}{sign}"

    def run(self, now: float, line: str) -> str:
        """Run one line; what it prints."""
        words = " ".join(line.split())
        answer = self._config(now, words) if self.mode == "config" else self._exec(now, words)
        self._world.log.add(now, "cli", words, who=self._who, answer=answer)
        return answer

    def _exec(self, now: float, words: str) -> str:
        if words in {"enable", "en", "disable"}:
            self.mode = "user" if words == "disable" else "exec"
            return ""
        if words in {"exit", "logout", "quit", ""} or words.startswith("terminal "):
            self.closed = words in {"exit", "logout", "quit"}
            return ""
        if words == "show clock":
            return show_clock(self._world, now)
        if self.mode != "exec":
            return INVALID
        return self._privileged(now, words)

    def _privileged(self, now: float, words: str) -> str:
        if words in {"configure terminal", "conf t", "config t"}:
            self.mode = "config"
            return "Enter configuration commands, one per line.  End with CNTL/Z."
        if words.startswith("clock set "):
            return self._clock(now, words)
        if words in {"write memory", "wr mem", "write", "copy running-config startup-config"}:
            self._world.save(now, self._who)
            return "Building configuration...\n[OK]"
        if words.startswith(("show running-config", "show startup-config")):
            return self._configured(words)
        show = self.shows.get(words)
        if show is not None:
            return show(now)
        answer = self.others(words, now)
        return INVALID if answer is None else answer

    def _configured(self, words: str) -> str:
        """A configuration's lines. Startup has those of running: written by a save alone."""
        stores = self._world.stores
        command, pipe, tail = words.partition(" | include ")
        shown = {"show running-config": stores.running, "show startup-config": stores.startup}
        if command not in shown:
            return INVALID
        lines = running_lines(self._world.schema, shown[command])
        if not pipe:
            return "\n".join(lines)
        return "\n".join(line for line in lines if re.search(tail.strip('"'), line))

    def _clock(self, now: float, words: str) -> str:
        wall = clock_words(words)
        if wall is None:
            return INVALID
        self._world.set_clock(now, self._world.zone.utc(wall), self._who)
        return ""

    def _config(self, now: float, words: str) -> str:
        if words in {"end", "exit"}:
            self.mode = "exec"
            return ""
        try:
            config = self._change(words)
            self._world.change_by_cli(now, config, self._who)
        except (SyntaxRefusedError, RpcRefusedError):
            return INVALID
        return ""

    def _change(self, words: str) -> Element:
        """The edit that a configuration line stands for."""
        if re.match(r"(no )?ntp (server|peer) ", words):
            return edit_of(words, self._world.schema)
        if found := re.fullmatch(r"no event manager applet (\S+)", words):
            return self._manager(f'<applet nc:operation="remove"><name>{found[1]}</name></applet>')
        if found := re.fullmatch(r"event manager environment (\S+) (.+)", words):
            name, value = found[1], etree.Element("v")
            value.text = found[2].strip('"')
            text = etree.tostring(value, encoding="unicode")[3:-4]
            return self._manager(
                f"<environment><name>{name}</name><value>{text}</value></environment>"
            )
        raise SyntaxRefusedError(words)

    def _manager(self, inside: str) -> Element:
        native = self._world.schema.namespace("Cisco-IOS-XE-native")
        eem = self._world.schema.namespace("Cisco-IOS-XE-eem")
        return parse(
            f'<config xmlns:nc="{NC}"><native xmlns="{native}"><event>'
            f'<manager xmlns="{eem}">{inside}</manager></event></native></config>'.encode()
        )


def clock_words(words: str) -> datetime | None:
    """The wall time of a `clock set` line; None when IOS would refuse it."""
    found = CLOCK.fullmatch(words)
    if found is None:
        return None
    month = (found[5] or found[6]).capitalize()[:3]
    day, year = int(found[4] or found[7]), int(found[8])
    if month not in MONTHS or not YEARS[0] <= year <= YEARS[1]:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3])
    try:
        return datetime(year, MONTHS.index(month) + 1, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None


def show_clock(world: CliWorld, now: float) -> str:
    """`show clock`. Source: captures genie_ShowClock; the mark before a time nobody vouches for."""
    wall, name = world.zone.local(world.clock.utc(now))
    mark = "" if world.ntp.synced_since is not None else "*"
    clock = f"{wall:%H:%M:%S}.{wall.microsecond // 1000:03d}"
    return f"{mark}{clock} {name} {wall:%a} {wall:%b} {wall.day} {wall.year}"
