"""Changes, as lines of the command line: each sent once, each answer judged.

Success is silence. What is refused is refused before the first line; a change of which some lines
were taken and one was not is an open outcome.
"""

from collections.abc import Callable

from service.domain.changes import (
    AddNtp,
    Change,
    RemoveNtp,
    ResetAp,
    SaveConfig,
    SetApHome,
    SetClock,
    SetJoinPolicy,
)
from service.domain.identity import BaseRadioMac
from service.domain.image_changes import ImageChange, SetTransfer
from service.domain.join_policy import Switch
from service.domain.releases import Release
from service.drivers.aireos.ap_homes import home_line
from service.drivers.aireos.book import Book, Line
from service.drivers.aireos.images import Images
from service.drivers.aireos.judging import refusal
from service.drivers.aireos.listing import Lister
from service.drivers.aireos.ntp_lines import NtpLines
from service.drivers.aireos.policies import PolicyReader
from service.drivers.aireos.polling import text
from service.drivers.aireos.rights import denials
from service.drivers.aireos.ways import Ways
from service.drivers.links.cli import CliLink
from service.errors import (
    CapabilityMissing,
    ChangeRefused,
    DeviceError,
    DeviceUnreachable,
    OutcomeUnknown,
)
from service.ports.driver import Receipt
from service.transcripts import aireos_aps

WALL = "%m/%d/%y %H:%M:%S"
CENTURY = range(2000, 2069)
"""Years that two digits tell: AireOS takes no more, and from 69 on may mean the last century."""
LOOK_S = 30.0


class Changer:
    """Changes one controller."""

    def __init__(
        self,
        controller: str,
        ways: Ways,
        book: Book,
        release: Release | None = None,
        *,
        images: Images,
    ) -> None:
        self._controller = controller
        self._ways = ways
        self._book = book
        self._lister = Lister(book)
        self._ntp = NtpLines(controller, book)
        self._policies = PolicyReader(book, release)
        self._may_write = False
        self._images = images

    def render(self, change: Change) -> tuple[str, ...]:  # noqa: PLR0911 - an arm for each
        """The lines that `change` would send. Sends nothing that changes anything.

        Raises:
            CapabilityMissing: AireOS cannot be asked that, or no safe way is known.
        """
        if isinstance(change, ImageChange):
            return self._images.render(change)
        lines = self._book.changes
        match change:
            case RemoveNtp() | AddNtp():
                return self._ntp.render(change)
            case SetClock() as clock if not clock.countdown_s:
                self._ensure_century(clock)
                return (lines["set_clock"].line.format(wall=clock.wall.strftime(WALL)),)
            case SaveConfig():
                return (lines["save"].line,)
            case ResetAp(mac):
                name = self._quoted(self._name_of(mac))
                return (lines["reset_ap"].line.format(name=name),)
            case SetApHome(mac, ap):
                name = self._quoted(ap or self._name_of(mac), change.kind)
                return (home_line(self._book, self._controller, name, change),)
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
        proofs: tuple[str, ...] = ()
        if isinstance(change, RemoveNtp | AddNtp):
            proofs, lines = self._ntp.prepare(cli, change, timeout_s=timeout_s)
        self._ensure_policy(cli, change, timeout_s)
        if isinstance(change, ImageChange):
            self._images.change(change, timeout_s=timeout_s)
            return Receipt(lines)
        kind = {"save-config": "save", "reset-ap": "reset_ap"}.get(change.kind)
        entry = self._book.changes[kind] if kind else None
        for done, line in enumerate(lines):
            self._send(cli, line, entry, done=done, timeout_s=timeout_s)
        return Receipt((*proofs, *lines))

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
        why = refusal(answer, entry, asks=asks)
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

    def _ensure_century(self, clock: SetClock) -> None:
        if clock.wall.year not in CENTURY:
            raise CapabilityMissing(
                self._controller, "set-clock", f"the year {clock.wall.year} does not fit two digits"
            )

    def _ensure_rights(self, cli: CliLink, change: Change, timeout_s: float) -> None:
        """Before the first change of the way out; never on the way home, which only tries."""
        if self._may_write or not isinstance(change, RemoveNtp | SetJoinPolicy | SetTransfer):
            return
        denied = list(denials(self._book, cli, timeout_s=timeout_s))
        if denied:
            raise ChangeRefused(
                self._controller,
                "the account's rights",
                f"it may not do all that has to be done: {'; '.join(denied)}",
            )
        self._may_write = True

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

    def _quoted(self, name: str, what: str = "reset-ap") -> str:
        """A name as one word of a command; blanks take quotes (unverified but for `grep`)."""
        if '"' in name or "?" in name or not name.isprintable():
            raise CapabilityMissing(
                self._controller, what, f"the AP's name {name!r} cannot be typed safely: rename it"
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
