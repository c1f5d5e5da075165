"""NTP servers as lines of the command line.

Before servers are touched, the table is read afresh: AireOS names an entry by its index alone, so a
line that was meant for one server would take away another one. What puts a key or a name back is
sent once while the entry still stands: it changes nothing, and a controller that would refuse it
later refuses it then. A server's line may take its key off (unverified), so the key's follows it.
"""

import re
from ipaddress import ip_address

from service.domain.changes import AddNtp, RemoveNtp
from service.domain.ntp import NtpConfig, NtpEntry
from service.drivers.aireos.book import Book
from service.drivers.aireos.judging import refusal
from service.drivers.aireos.listing import Lister
from service.drivers.links.cli import CliLink
from service.errors import CapabilityMissing, ChangeRefused, DeviceUnreachable, OutcomeUnknown
from service.transcripts import aireos_box

ALREADY = re.compile(r"already|exist|in use", re.IGNORECASE)


class NtpLines:
    """Works out the lines of one controller's changes of NTP, and whether they may be sent."""

    def __init__(self, controller: str, book: Book) -> None:
        self._controller = controller
        self._lines = book.changes
        self._lister = Lister(book)

    def render(self, change: RemoveNtp | AddNtp) -> tuple[str, ...]:
        """Every line that a change may send.

        Raises:
            CapabilityMissing: it holds an entry that could not be put back as it was.
        """
        self._ensure_known(change.entries)
        entries = change.entries.entries
        if isinstance(change, RemoveNtp):
            return (*self._proofs(entries), *self._deletions(entries))
        return tuple(line for entry in entries for line in self._entry_lines(entry))

    def prepare(
        self, cli: CliLink, change: RemoveNtp | AddNtp, *, timeout_s: float
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Make sure that a change may be sent: (the proofs that were sent, the lines to send).

        Raises:
            ChangeRefused: the table is not as the change takes it to be, or something could not be
                put back; nothing was changed.
            OutcomeUnknown: the table changed under what should not have changed it.
        """
        there = self._matching_table(cli, change, timeout_s)
        entries = change.entries.entries
        if isinstance(change, AddNtp):
            return (), tuple(line for e in entries for line in self._missing_lines(e, there))
        if proofs := self._proofs(entries):
            self._prove(cli, change, proofs, timeout_s)
        return proofs, self._deletions(entries)

    # -- lines -----------------------------------------------------------------------------

    def _deletions(self, entries: tuple[NtpEntry, ...]) -> tuple[str, ...]:
        slots = sorted((entry.slot for entry in entries), key=int, reverse=True)
        return tuple(self._lines["delete_ntp"].line.format(index=slot) for slot in slots)

    def _entry_lines(self, entry: NtpEntry) -> tuple[str, ...]:
        return (self._server_line(entry), *self._key_lines(entry))

    def _missing_lines(self, entry: NtpEntry, there: NtpConfig) -> tuple[str, ...]:
        """An entry that stands without its key is given that alone."""
        is_half = any(entry.is_all_but_options_of(other) for other in there.entries)
        return self._key_lines(entry) if is_half else self._entry_lines(entry)

    def _server_line(self, entry: NtpEntry) -> str:
        return self._lines["add_ntp"].line.format(index=entry.slot, host=entry.host)

    def _key_lines(self, entry: NtpEntry) -> tuple[str, ...]:
        keys = [value for name, value in entry.leaves if name == "key"]
        line = self._lines["key_ntp"].line
        return tuple(line.format(index=entry.slot, key=key) for key in keys)

    def _proofs(self, entries: tuple[NtpEntry, ...]) -> tuple[str, ...]:
        """The lines of what might not be taken later, as they stand: of keys and of names."""
        proofs: list[str] = []
        for entry in entries:
            proofs += self._key_lines(entry)
            if not is_address(entry.host):
                proofs += self._entry_lines(entry)
        return tuple(proofs)

    # -- before anything is sent -----------------------------------------------------------

    def _ensure_known(self, entries: NtpConfig) -> None:
        """Entries that could be put back as they were: an index, and no more than a key."""
        for entry in entries.entries:
            odd = ", ".join(f"{name} {value}" for name, value in entry.leaves if name != "key")
            why = None
            if not entry.slot.isdigit():
                why = f"{entry.label} has no index on this controller"
            elif odd:
                why = f"{entry.label} has {odd}: what puts that back is not known"
            if why is not None:
                raise CapabilityMissing(self._controller, "NTP", why)

    def _matching_table(
        self, cli: CliLink, change: RemoveNtp | AddNtp, timeout_s: float
    ) -> NtpConfig:
        """The table as it stands; a change that takes it to be otherwise is refused as a whole."""
        output = self._lister.output(cli, "time", timeout_s=timeout_s)
        part = next((p for p in aireos_box.read(output) if p.as_ == "show time"), None)
        if part is None or part.reason:
            why = part.reason if part is not None else "no time in it"
            raise DeviceUnreachable(self._controller, "show time", why or "")
        there: NtpConfig = part.says["ntp"]
        is_removal = isinstance(change, RemoveNtp)
        is_odd = _is_missing if is_removal else _is_taken
        odd = [entry.label for entry in change.entries.entries if is_odd(entry, there)]
        if odd:
            what = "no longer there as it was" if is_removal else "taken already"
            raise ChangeRefused(self._controller, change.kind, f"{', '.join(odd)}: {what}")
        return there

    def _prove(
        self, cli: CliLink, change: RemoveNtp, proofs: tuple[str, ...], timeout_s: float
    ) -> None:
        """A name that the controller cannot resolve now, or a key, could not be put back later.

        The entry's own line, sent once more, changes nothing, and is refused where it would be
        refused later (unverified on real boxes).
        """
        for done, line in enumerate(proofs):
            try:
                why = refusal(cli.configure(line, timeout_s=timeout_s))
            except DeviceUnreachable as err:
                if not done:
                    raise
                before = f"{done} line(s) that prove it were taken before"
                raise OutcomeUnknown(self._controller, line, before) from err
            if why and not ALREADY.search(why):
                self._ensure_unchanged(cli, change, why, timeout_s)
                raise ChangeRefused(self._controller, line, why)
        self._ensure_unchanged(cli, change, "entries were sent once more", timeout_s)

    def _ensure_unchanged(
        self, cli: CliLink, change: RemoveNtp, what: str, timeout_s: float
    ) -> None:
        """After proofs: a table that is another now, or cannot be read, has to be looked at."""
        try:
            self._matching_table(cli, change, timeout_s)
        except (ChangeRefused, DeviceUnreachable) as err:
            why = f"{what}; looked at afterwards: {err.detail}"
            raise OutcomeUnknown(self._controller, change.kind, why) from err


def is_address(host: str) -> bool:
    """Whether this is an address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_missing(entry: NtpEntry, there: NtpConfig) -> bool:
    return not any(entry.same_as(other) for other in there.entries)


def _is_taken(entry: NtpEntry, there: NtpConfig) -> bool:
    return any(
        (entry.slot == other.slot or entry.host == other.host)
        and not entry.is_all_but_options_of(other)
        for other in there.entries
    )
