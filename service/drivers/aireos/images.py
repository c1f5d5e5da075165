"""Software of one controller: what is fetched and how far it is, what boots, and the restart.

A download blocks the session that began it, so it has one of its own, which is listened to at each
look. Where that was lost, the agent's status is what is left (whether it tells of a download that
was begun at the command line is unverified). Yes is said once, and only to the file that was meant.
"""

import re
from collections.abc import Iterator

from service.domain.image_changes import (
    AbortPredownload,
    FetchImage,
    ImageChange,
    PredownloadImage,
    ResetSystem,
    SetBootImage,
    SetTransfer,
)
from service.domain.images import BootImages, Slot, Stage, Transfer, TransferSettings
from service.drivers.aireos.book import Book
from service.drivers.aireos.judging import refusal
from service.drivers.aireos.listing import Lister
from service.drivers.aireos.look import Look
from service.drivers.aireos.polling import Poller
from service.drivers.aireos.ways import Ways
from service.drivers.links.cli import CliLink
from service.drivers.links.cli_words import ERRORS, UNSAVED, Ending
from service.errors import CapabilityMissing, ChangeRefused, DeviceError, OutcomeUnknown
from service.ports.secrets import Secrets
from service.transcripts import aireos_box, aireos_transfer

WORDS = (
    ("mode", "mode"),
    ("datatype", "datatype"),
    ("serverip", "server"),
    ("port", "port"),
    ("path", "path"),
    ("filename", "filename"),
    ("username", "username"),
)
"""Words of the command line, and what each sets, in the order in which to say them."""
FORGOTTEN = "removed"
"""What is put in a password's place: it opens nothing."""
TYPEABLE = re.compile(r"[!->@-~]{1,63}")
"""Without blanks and `?`, which the command line would take for its own."""
BEGINS_S, RESTARTS_S, LISTEN_S = 1.5, 20.0, 0.5
SHOWN = "********"


class Images:
    """As long-lived as its driver."""

    def __init__(self, controller: str, ways: Ways, book: Book, secrets: Secrets) -> None:
        self._controller, self._ways, self._book = controller, ways, book
        self._secrets = secrets
        self._poller, self._lister = Poller(controller, book), Lister(book)
        self._download: CliLink | None = None

    # -- reading ---------------------------------------------------------------------------

    def transfer(self, look: Look) -> None:
        """How far the newest download is."""
        look.says(transfer=self._heard() or self._by_snmp(look))

    def settings(self, look: Look) -> None:
        """What the next download would fetch."""
        look.says(transfer_settings=self._settings(look.ways.cli(), look.timeout_s))
        look.origins["transfer_settings"] = self._book.changes["fetch_image"].line

    def _heard(self) -> Transfer | None:
        """By the session that began it; None: there is none, or it was lost."""
        if self._download is None:
            return None
        said, ending = self._download.more(timeout_s=LISTEN_S)
        if ending is Ending.GOES_ON:
            return aireos_transfer.progress(said, ended=False)
        self._download.close()
        self._download = None
        return None if ending is Ending.CLOSED else aireos_transfer.progress(said, ended=True)

    def _by_snmp(self, look: Look) -> Transfer:
        try:
            told = self._poller.scalars(look.ways.snmp(), ("transfer",), timeout_s=look.timeout_s)
        except DeviceError as err:
            return Transfer(Stage.UNKNOWN, err.detail)
        number = int(told["transfer"]) if told.get("transfer", "").isdigit() else None
        stage = self._book.word("transfer", number)
        if stage not in tuple(Stage):
            return Transfer(Stage.UNKNOWN, "the agent does not say")
        return Transfer(Stage(stage), self._book.word("transfer_word", number) or "")

    def _settings(self, cli: CliLink, timeout_s: float) -> TransferSettings:
        line = self._book.changes["fetch_image"].line
        said, ending = cli.converse(line, lambda _: False, timeout_s=timeout_s)
        found = aireos_transfer.settings(said)
        if found is None or ending is not Ending.PROMPT:
            raise CapabilityMissing(self._controller, line, f"no settings in {said[-80:]!r}")
        return found

    def _boot(self, cli: CliLink, timeout_s: float) -> BootImages:
        output = self._lister.output(cli, "boot", timeout_s=timeout_s)
        for part in aireos_box.read(output):
            if part.as_ == "show boot":
                images: BootImages = part.says["images"]
                return images
        raise CapabilityMissing(self._controller, "show boot", "no image that is known")

    # -- changing --------------------------------------------------------------------------

    def render(self, change: ImageChange) -> tuple[str, ...]:
        """The lines that a change sends; a password is not among them."""
        lines = self._book.changes
        match change:
            case SetTransfer():
                return tuple(self._transfer_lines(change, SHOWN))
            case FetchImage():
                return (lines["fetch_image"].line,)
            case SetBootImage(slot):
                return (lines["set_boot_image"].line.format(slot=slot),)
            case PredownloadImage(slot):
                return (lines["predownload"].line.format(slot=slot),)
            case AbortPredownload():
                return (lines["end_predownload"].line,)
            case ResetSystem():
                return (lines["restart"].line,)

    def change(self, change: ImageChange, *, timeout_s: float) -> None:
        """Send one change, once; errors as in the driver port."""
        cli = self._ways.cli()
        match change:
            case SetTransfer(_, login):
                password = self._secrets.resolve(login.password) if login else FORGOTTEN
                self._say(cli, self._transfer_lines(change, password), timeout_s)
            case FetchImage(settings):
                self._fetch(settings, timeout_s)
            case SetBootImage(slot, release) | PredownloadImage(slot, release):
                self._ensure_in(cli, slot, release, timeout_s)
                self._say(cli, self.render(change), timeout_s)
            case AbortPredownload():
                self._say(cli, self.render(change), timeout_s)
            case ResetSystem(release):
                self._restart(cli, release, timeout_s)

    def close(self) -> None:
        """Listen no longer. Never raises."""
        self._hang_up()

    def _transfer_lines(self, change: SetTransfer, password: str) -> Iterator[str]:
        form = self._book.changes["set_transfer"].line
        for word, name in WORDS:
            value = change.login.username if change.login and name == "username" else ""
            value = value or getattr(change.settings, name)
            if value:
                yield form.format(word=word, value=self._typed(word, value))
        if change.login is not None or change.forget:
            yield form.format(word="password", value=self._typed("password", password))

    def _typed(self, word: str, value: str) -> str:
        if not TYPEABLE.fullmatch(value):
            shown = "the secret" if word == "password" else repr(value)
            raise CapabilityMissing(
                self._controller, f"transfer download {word}", f"{shown} cannot be typed safely"
            )
        return value

    def _say(
        self, cli: CliLink, lines: "Iterator[str] | tuple[str, ...]", timeout_s: float
    ) -> None:
        """Lines whose success is silence. The value of a password stands in no error."""
        for done, line in enumerate(tuple(lines)):
            named = line.rpartition(" ")[0] if "download password" in line else line
            try:
                answer = cli.configure(line, timeout_s=timeout_s)
            except OutcomeUnknown as err:
                raise OutcomeUnknown(self._controller, named, err.detail) from None
            why = refusal(answer)
            if why is None:
                continue
            if answer.refusal and not done:
                raise ChangeRefused(self._controller, named, why)
            raise OutcomeUnknown(
                self._controller, named, f"{why}; {done} line(s) were taken before"
            )

    def _ensure_in(self, cli: CliLink, slot: Slot, release: str, timeout_s: float) -> None:
        held = self._boot(cli, timeout_s).release_in(slot)
        if held != release:
            raise ChangeRefused(
                self._controller, f"the {slot} image", f"it is {held}, not {release}"
            )

    def _fetch(self, wanted: TransferSettings, timeout_s: float) -> None:
        """Begin the download, over a session of its own, if it is the one that was meant."""
        self._hang_up()
        link, line = self._ways.another(), self._book.changes["fetch_image"].line
        meant: list[str] = []

        def is_meant(shown: str) -> bool:
            why = _another(wanted, aireos_transfer.settings(shown))
            meant.extend([why] if why else [])
            return not why

        said, ending = link.converse(line, is_meant, timeout_s=min(BEGINS_S, timeout_s))
        refused = meant or [found.strip() for found in ERRORS.findall(said)]
        if refused and ending is not Ending.GOES_ON:
            link.close()
            raise ChangeRefused(self._controller, line, refused[0])
        if ending is Ending.CLOSED:
            raise OutcomeUnknown(self._controller, line, "the session ended as it began")
        if ending is Ending.GOES_ON:
            self._download = link
            return
        link.close()  # a small file on a quick controller: it was written while we listened
        told = aireos_transfer.progress(said, ended=True)
        if told.stage is not Stage.DONE:
            raise ChangeRefused(self._controller, line, told.detail)

    def _restart(self, cli: CliLink, release: str, timeout_s: float) -> None:
        """Only on to the release that was meant, and only where no edit would be lost by it."""
        images = self._boot(cli, timeout_s)
        line = self._book.changes["restart"].line
        if images.next != release:
            raise ChangeRefused(
                self._controller, line, f"{images.next} would come up, not {release}"
            )
        unsaved: list[str] = []

        def reply(shown: str) -> bool:
            """No to saving, and then no to restarting: there is something of somebody's."""
            if UNSAVED.search(shown):
                unsaved.append("somebody has changes that are not saved")
            return not unsaved

        said, ending = cli.converse(line, reply, timeout_s=min(RESTARTS_S, timeout_s))
        success = self._book.changes["restart"].success or ""
        if unsaved:
            raise ChangeRefused(self._controller, line, unsaved[0])
        if success not in said and ending is Ending.PROMPT:
            raise ChangeRefused(self._controller, line, f"it said {said[-120:]!r}")
        self._ways.close()
        if success not in said:
            raise OutcomeUnknown(self._controller, line, "the session ended without a word")

    def _hang_up(self) -> None:
        if self._download is not None:
            self._download.drop()
            self._download = None


def _another(wanted: TransferSettings, shown: TransferSettings | None) -> str:
    """What of the settings is not as meant; empty: nothing that is shown."""
    if shown is None:
        return "it shows no settings"
    for word, name in WORDS:
        meant, found = getattr(wanted, name), getattr(shown, name)
        if meant and found and meant.strip("./") != found.strip("./"):
            return f"{word} is {found!r}, not {meant!r}: somebody else set it"
    return ""
