"""What the command line tells of the APs: tables, pages of single APs, the message log."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState, LogLine
from service.domain.wallclock import ClockZone
from service.drivers.aireos.book import Book
from service.drivers.links.cli import CliLink
from service.errors import CapabilityMissing
from service.transcripts import aireos_ap, aireos_aps, logs
from service.transcripts.identities import Identities
from service.transcripts.parts import ApPart, Part, RawLine
from service.transcripts.sessions import Line, Output

DETAILS = 25
"""APs whose join statistics are asked for one by one in a look; the longest silent ones wait."""
OLDEST_YEARS = 6


@dataclass(slots=True)
class Listing:
    """Parts of one look, and what was in doubt on the way."""

    parts: list[Part] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """Keep a part, and what it says against itself."""
        self.parts.append(part)
        if part.reason:
            self.doubts.append(f"{part.as_}: {part.reason}")


class Lister:
    """Asks one session for its tables."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def output(self, cli: CliLink, key: str, *, timeout_s: float, **names: str) -> Output:
        """What one command of the contract prints."""
        command = self._book.commands[key].command.format(**names)
        return printed(command, cli.show(command, timeout_s=timeout_s))

    def tables(self, cli: CliLink, keys: tuple[str, ...], *, timeout_s: float) -> Listing:
        """Tables of APs. One that a release does not have is left out, if the contract says so."""
        listing = Listing()
        for key in keys:
            try:
                output = self.output(cli, key, timeout_s=timeout_s)
            except CapabilityMissing:
                if not self._book.commands[key].optional:
                    raise
                continue
            found = list(aireos_aps.read(output))
            for part in found:
                listing.add(part)
            if not found:
                listing.doubts.append(f"{output.command}: no table in it")
        return listing

    def details(
        self, cli: CliLink, parts: list[ApPart], clock: datetime | None, zone: ClockZone | None,
        *, timeout_s: float,
    ) -> Iterator[ApPart]:  # fmt: skip
        """Why single APs did not join, for those whose MAC is known."""
        for one in parts[:DETAILS]:
            if one.mac is None:
                continue
            try:
                output = self.output(cli, "join_detail", timeout_s=timeout_s, mac=one.mac.value)
            except CapabilityMissing:
                return  # the release does not have it
            part = aireos_ap.join_detail(output)
            if part is None:
                continue
            says = dict(part.aps[0].says)
            for name, shown in part.aps[0].times.items():
                moment = latest(shown.wall, clock, zone)
                if moment is not None:
                    says[name] = moment
            yield replace(one, says=says)

    def pages(self, cli: CliLink, names: list[str], *, timeout_s: float) -> Iterator[ApPart]:
        """The page of each of some APs; one that is not understood is left out."""
        for name in names[:DETAILS]:
            if '"' in name or "?" in name or not name.isprintable():
                continue  # it can't be typed safely
            word = f'"{name}"' if " " in name else name
            output = self.output(cli, "ap", timeout_s=timeout_s, name=word)
            part = aireos_ap.general("\n".join(line.text for line in output.lines))
            if part is not None and part.name == name:
                yield part

    def log(
        self, cli: CliLink, clock: datetime | None, zone: ClockZone | None, *, timeout_s: float
    ) -> tuple[LogLine, ...]:
        """The message log; its times have neither year nor zone."""
        output = self.output(cli, "log", timeout_s=timeout_s)
        lines = [line for part in logs.read(output) for line in part.logs]
        return tuple(_log_line(line, clock, zone) for line in lines)


def printed(command: str, text: str) -> Output:
    """A command's output as the readers of transcripts take it."""
    lines = text.expandtabs(8).splitlines()
    return Output(command, tuple(Line(n, one.rstrip()) for n, one in enumerate(lines, start=1)))


def sightings(parts: list[ApPart]) -> tuple[ApSighting, ...]:
    """One sighting for each AP that any part speaks of, ordered by MAC; later parts overrule."""
    known = Identities.of(parts)
    said: dict[BaseRadioMac, dict[str, Any]] = {}
    for part in parts:
        told = said.setdefault(known.mac(part), {})
        told.update(part.says)
        if part.name:
            told["name"] = part.name
        if part.ethernet:
            told["ethernet_mac"] = part.ethernet
    made = [_sighting(mac, told) for mac, told in said.items()]
    return tuple(sorted(made, key=lambda ap: ap.mac))


def named_downloads(
    aps: tuple[ApSighting, ...], release: str | None, downloading: int | None
) -> tuple[ApSighting, ...]:
    """The APs, with those that must be the ones that download.

    8.5 prints how many download, never which. Joined APs on another version than the controller's
    are the only ones that can: where they are as many as that, they do; where they are more, the
    state of each is unknown, for none of them is known to serve.
    """
    named = sum(ap.state is ApState.DOWNLOADING for ap in aps)
    missing = (downloading or 0) - named
    able = {
        ap.mac
        for ap in aps
        if ap.state is ApState.REGISTERED and ap.version is not None and ap.version != release
    }
    if missing <= 0 or not able:
        return aps
    state = ApState.DOWNLOADING if len(able) == missing else ApState.UNKNOWN
    said = f"one of {len(able)} on another version, while {missing} download"
    return tuple(
        replace(ap, state=state, raw_state=said, is_joined=None) if ap.mac in able else ap
        for ap in aps
    )


def _sighting(mac: BaseRadioMac, told: dict[str, Any]) -> ApSighting:
    joined = {True: ApState.REGISTERED, False: ApState.NOT_JOINED, None: ApState.UNKNOWN}
    told.setdefault("state", joined[told.get("is_joined")])
    return ApSighting(mac=mac, **told)


def latest(wall: datetime, clock: datetime | None, zone: ClockZone | None) -> datetime | None:
    """The latest moment, not after the controller's clock, that shows a time without a year."""
    if clock is None or zone is None:
        return None
    for year in range(clock.year + 1, clock.year - OLDEST_YEARS, -1):
        try:
            moment = zone.to_utc(wall.replace(year=year))
        except ValueError:
            continue  # 29 February, or an hour that summer time skips or repeats
        if moment <= clock + timedelta(minutes=1):
            return moment.astimezone(UTC)
    return None


def _log_line(line: RawLine, clock: datetime | None, zone: ClockZone | None) -> LogLine:
    at = latest(line.wall.wall, clock, zone) if line.wall else None
    return LogLine(line.text, f"show msglog:{line.line}", at, line.mac)
