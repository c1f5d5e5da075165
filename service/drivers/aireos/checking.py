"""Tries every read of the contract once, and finds out what the account may do."""

from collections.abc import Iterator

from service.drivers.aireos.book import Book
from service.drivers.aireos.identify import Identity
from service.drivers.aireos.rights import denials
from service.drivers.aireos.ways import Ways
from service.errors import CapabilityMissing, DeviceError
from service.ports.driver import CapabilityReport

TIMEOUT_S = 60.0
LOSSES = {
    "time": "clock, zone and NTP servers are not known: no clock window can be planned",
    "joins": "an AP that is not joined cannot be seen",
    "downloads": "downloads are counted, and named by SNMP alone",
    "log": "failed handshakes are not seen",
    "certificates": "certificate dates are not known",
    "boot": "which image boots next is not known",
}
SINGLE = frozenset({"join_detail", "inventory", "ap"})
"""Commands on one AP: tried when one is of interest."""


class Checker:
    """Checks one controller over the ways that are open."""

    def __init__(self, ways: Ways, book: Book, identity: Identity) -> None:
        self._ways = ways
        self._book = book
        self._identity = identity

    def reports(self) -> Iterator[CapabilityReport]:
        """Both ways, every table and command, and the right to configure."""
        self._ways.begin()
        yield from self._snmp()
        yield from self._commands()

    def _snmp(self) -> Iterator[CapabilityReport]:
        try:
            link = self._ways.snmp()
        except DeviceError as err:
            lost = "the state of each AP is known by the command line only"
            yield CapabilityReport("SNMP", "fallback", f"{lost} ({err.detail})")
            return
        yield CapabilityReport("SNMP", "works", f"proven by {link.level}")
        for name, table in self._book.tables.items():
            column = next(iter(table.columns))
            try:
                rows = link.walk([table.oid_of(column)], timeout_s=TIMEOUT_S)
            except DeviceError as err:
                yield CapabilityReport(f"table {name}", "missing", err.detail)
                continue
            count = len(next(iter(rows.values())))
            verdict = "works" if count else "fallback"
            yield CapabilityReport(f"table {name}", verdict, f"{count} row(s) at {table.oid}")

    def _commands(self) -> Iterator[CapabilityReport]:
        try:
            self._ways.cli()
        except DeviceError as err:
            lost = "no change can be made, and only what SNMP tells is known"
            yield CapabilityReport("command line", "missing", f"{lost} ({err.detail})")
            return
        for key, command in self._book.commands.items():
            if key not in SINGLE:
                yield self._command(key, command.command)
        yield self._rights()

    def _command(self, key: str, command: str) -> CapabilityReport:
        try:
            said = self._ways.cli().show(command, timeout_s=TIMEOUT_S)
        except CapabilityMissing as err:
            verdict = "fallback" if self._book.commands[key].optional else "missing"
            detail = LOSSES.get(key, "this release does not have it")
            return CapabilityReport(command, verdict, f"{detail} ({err.detail})")
        except DeviceError as err:
            self._ways.lost_cli(err)
            return CapabilityReport(command, "missing", err.detail)
        return CapabilityReport(command, "works", f"{len(said.splitlines())} line(s)")

    def _rights(self) -> CapabilityReport:
        try:
            denied = list(denials(self._book, self._ways.cli(), timeout_s=TIMEOUT_S))
        except DeviceError as err:
            return CapabilityReport("right to configure", "missing", err.detail)
        if not denied:
            told = "delete, set and save were not denied"
            return CapabilityReport("right to configure", "works", told)
        lost = f"what is found can be reported, and not mended ({'; '.join(denied)})"
        return CapabilityReport("right to configure", "missing", lost)
