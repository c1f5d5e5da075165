"""Changes, as lines of the command line: each sent once, each answer judged.

Success is silence. Before NTP servers are touched, the table is read afresh: AireOS names an entry
by its index alone, so a line that was meant for one server would take away another one. An entry
with a key is refused: how its key is put back is not verified anywhere.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address

from service.domain.changes import (
    AddNtp,
    Change,
    RemoveNtp,
    ResetAp,
    SaveConfig,
    SetClock,
    SetJoinPolicy,
)
from service.domain.identity import BaseRadioMac
from service.domain.join_policy import Switch
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.releases import Release
from service.drivers.aireos.book import Book, Line
from service.drivers.aireos.listing import Lister
from service.drivers.aireos.policies import PolicyReader
from service.drivers.aireos.polling import text
from service.drivers.aireos.rights import denials
from service.drivers.aireos.ways import Ways
from service.drivers.links.cli import Answer, CliLink
from service.errors import (
    CapabilityMissing,
    ChangeRefused,
    DeviceError,
    DeviceUnreachable,
    OutcomeUnknown,
)
from service.ports.driver import Receipt
from service.transcripts import aireos_aps, aireos_box

WALL = "%m/%d/%y %H:%M:%S"
CENTURY = range(2000, 2069)
"""Years that two digits tell: AireOS takes no more, and from 69 on may mean the last century."""
ALREADY = re.compile(r"already|exist|in use", re.IGNORECASE)
LOOK_S = 30.0


class Changer:
    """Changes one controller."""

    def __init__(
        self, controller: str, ways: Ways, book: Book, release: Release | None = None
    ) -> None:
        self._controller = controller
        self._ways = ways
        self._book = book
        self._lister = Lister(book)
        self._policies = PolicyReader(book, release)
        self._may_write = False

    def render(self, change: Change) -> tuple[str, ...]:
        """The lines that `change` would send. Sends nothing that changes anything.

        Raises:
            CapabilityMissing: AireOS cannot be asked that, or no safe way is known.
        """
        lines = self._book.changes
        match change:
            case RemoveNtp(entries):
                self._ensure_plain(entries)
                slots = sorted((entry.slot for entry in entries.entries), key=int, reverse=True)
                deletes = (lines["delete_ntp"].line.format(index=slot) for slot in slots)
                return (*self._proofs(entries), *deletes)
            case AddNtp(entries):
                self._ensure_plain(entries)
                line = lines["add_ntp"].line
                return tuple(line.format(index=e.slot, host=e.host) for e in entries.entries)
            case SetClock() as clock if not clock.countdown_s:
                self._ensure_century(clock)
                return (lines["set_clock"].line.format(wall=clock.wall.strftime(WALL)),)
            case SaveConfig():
                return (lines["save"].line,)
            case ResetAp(mac):
                name = self._quoted(self._name_of(mac))
                return (lines["reset_ap"].line.format(name=name),)
            case SetJoinPolicy() as turn:
                return (self._policies.line(Switch(turn.rule, turn.after)),)
            case _:
                raise CapabilityMissing(
                    self._controller, change.kind, "AireOS has no timers that could do this"
                )

    def change(self, change: Change, *, timeout_s: float) -> Receipt:
        """Send one change, once.

        Raises:
            DeviceUnreachable, DeviceBusy, ChangeRefused, CapabilityMissing: nothing was applied.
            OutcomeUnknown: it, or part of it, may have been.
        """
        self._ways.begin()
        lines = self.render(change)
        cli = self._ways.cli()
        self._ensure_rights(cli, change, timeout_s)
        self._ensure_table(cli, change, timeout_s)
        proofs = self._proofs(change.entries) if isinstance(change, RemoveNtp) else ()
        self._ensure_names(cli, proofs, timeout_s)
        self._ensure_policy(cli, change, timeout_s)
        kind = {"save-config": "save", "reset-ap": "reset_ap"}.get(change.kind)
        entry = self._book.changes[kind] if kind else None
        for done, line in enumerate(lines[len(proofs) :]):
            self._send(cli, line, entry, done=done, timeout_s=timeout_s)
        return Receipt(lines)

    # -- one line --------------------------------------------------------------------------

    def _send(
        self, cli: CliLink, line: str, entry: Line | None, *, done: int, timeout_s: float
    ) -> None:
        """Send one line and judge its answer; `done` lines of the same change went before."""
        asks = entry is not None and entry.asks
        try:
            answer = cli.configure(line, timeout_s=timeout_s, yes=asks)
        except DeviceUnreachable as err:
            if done:
                raise OutcomeUnknown(self._controller, line, self._partly(done)) from err
            raise
        why = _refusal(answer, entry, asks=asks)
        if why is None:
            return
        if done:
            raise OutcomeUnknown(self._controller, line, f"{why}; {self._partly(done)}")
        if answer.refusal or (answer.asked and not asks):
            raise ChangeRefused(self._controller, line, why)
        raise OutcomeUnknown(self._controller, line, why)  # words that nobody foresaw

    def _partly(self, done: int) -> str:
        return f"{done} line(s) of this change were taken before"

    # -- before anything is sent -----------------------------------------------------------

    def _ensure_plain(self, entries: NtpConfig) -> None:
        """Entries that could be put back as they were: an index, and no key."""
        for entry in entries.entries:
            if not entry.slot.isdigit():
                raise CapabilityMissing(
                    self._controller, "NTP", f"{entry.label} has no index on this controller"
                )
            if entry.leaves:
                what = ", ".join(f"{name} {value}" for name, value in entry.leaves)
                raise CapabilityMissing(
                    self._controller,
                    "NTP",
                    f"{entry.label} is authenticated ({what}): how AireOS takes a key back is not "
                    "verified, so it is not taken away",
                )

    def _ensure_century(self, clock: SetClock) -> None:
        if clock.wall.year not in CENTURY:
            raise CapabilityMissing(
                self._controller, "set-clock", f"the year {clock.wall.year} does not fit two digits"
            )

    def _ensure_rights(self, cli: CliLink, change: Change, timeout_s: float) -> None:
        """Before the first change of the way out; never on the way home, which only tries."""
        if self._may_write or not isinstance(change, RemoveNtp | SetJoinPolicy):
            return
        denied = list(denials(self._book, cli, timeout_s=timeout_s))
        if denied:
            raise ChangeRefused(
                self._controller,
                "the account's rights",
                f"it may not do all that has to be done: {'; '.join(denied)}",
            )
        self._may_write = True

    def _ensure_table(self, cli: CliLink, change: Change, timeout_s: float) -> None:
        """Refuse a change of NTP as a whole where the table is not as the change takes it to be."""
        if not isinstance(change, RemoveNtp | AddNtp):
            return
        output = self._lister.output(cli, "time", timeout_s=timeout_s)
        part = next((p for p in aireos_box.read(output) if p.as_ == "show time"), None)
        if part is None or part.reason:
            why = part.reason if part is not None else "no time in it"
            raise DeviceUnreachable(self._controller, "show time", why or "")
        there: NtpConfig = part.says["ntp"]
        tell = _missing if isinstance(change, RemoveNtp) else _taken
        odd = [entry.label for entry in change.entries.entries if tell(entry, there)]
        if odd:
            what = "no longer there as it was" if isinstance(change, RemoveNtp) else "taken already"
            raise ChangeRefused(self._controller, change.kind, f"{', '.join(odd)}: {what}")

    def _ensure_policy(self, cli: CliLink, change: Change, timeout_s: float) -> None:
        """Refuse to turn a switch that is not as the change takes it to be."""
        if not isinstance(change, SetJoinPolicy):
            return
        now = self._policies.read(cli, timeout_s=timeout_s)
        if now.of(change.rule) is None:
            raise CapabilityMissing(self._controller, change.rule, now.why_unread(change.rule))
        if now.of(change.rule) is not change.before:
            raise ChangeRefused(
                self._controller, change.rule, f"it is {'off' if change.before else 'on'} already"
            )

    def _proofs(self, entries: NtpConfig) -> tuple[str, ...]:
        """The lines of servers that go by a name, as they stand."""
        line = self._book.changes["add_ntp"].line
        named = (entry for entry in entries.entries if not is_address(entry.host))
        return tuple(line.format(index=entry.slot, host=entry.host) for entry in named)

    def _ensure_names(self, cli: CliLink, proofs: tuple[str, ...], timeout_s: float) -> None:
        """A server's name that the controller cannot resolve now could not be put back later.

        The entry's own line, sent once more, changes nothing, and is refused for such a name
        (unverified on real boxes).
        """
        for line in proofs:
            refusal = cli.configure(line, timeout_s=timeout_s).refusal
            if refusal and not ALREADY.search(refusal):
                raise ChangeRefused(self._controller, line, refusal)

    def _quoted(self, name: str) -> str:
        """A name as one word of a command; blanks take quotes (unverified but for `grep`)."""
        if '"' in name or "?" in name or not name.isprintable():
            raise CapabilityMissing(
                self._controller, "reset-ap", f"the name {name!r} cannot be typed safely"
            )
        return f'"{name}"' if " " in name else name

    def _name_of(self, mac: BaseRadioMac) -> str:
        """The name of an AP, which AireOS resets it by."""
        ask: tuple[Callable[[BaseRadioMac], str | None], ...] = (self._by_snmp, self._by_statistics)
        for way in ask:
            try:
                name = way(mac)
            except DeviceError:
                continue
            if name:
                return name
        raise CapabilityMissing(self._controller, "reset-ap", f"no name is known for AP {mac}")

    def _by_snmp(self, mac: BaseRadioMac) -> str | None:
        oid = self._book.tables["aps"].oid_of("name")
        index = ".".join(str(octet) for octet in bytes.fromhex(mac.value.replace(":", "")))
        found = self._ways.snmp().get([f"{oid}.{index}"], timeout_s=LOOK_S)
        return next((text(value) for value in found.values()), None)

    def _by_statistics(self, mac: BaseRadioMac) -> str | None:
        output = self._lister.output(self._ways.cli(), "joins", timeout_s=LOOK_S)
        aps = (ap for part in aireos_aps.read(output) for ap in part.aps)
        return next((ap.name for ap in aps if ap.mac == mac), None)


def is_address(host: str) -> bool:
    """Whether this is an address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _refusal(answer: Answer, entry: Line | None, *, asks: bool) -> str | None:
    """Why a line was not taken, or may not have been; None where all is well."""
    if answer.refusal:
        return answer.refusal
    if answer.asked and not asks:
        return f"the controller asked {answer.asked!r} and was told no"
    success = entry.success if entry is not None else None
    said = answer.text.strip()
    if success is not None:
        return None if success in said else f"it did not say {success!r} but {said[-120:]!r}"
    silent = not said.replace(answer.asked, "").strip(" yY\n")
    return None if silent or asks else f"it said {said[:120]!r}"


def _missing(entry: NtpEntry, there: NtpConfig) -> bool:
    return not any(entry.same_as(other) for other in there.entries)


def _taken(entry: NtpEntry, there: NtpConfig) -> bool:
    return any(entry.slot == other.slot or entry.host == other.host for other in there.entries)
