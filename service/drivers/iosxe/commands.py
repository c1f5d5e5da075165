"""The few show commands that stand in where no model of a release tells.

Source: IOS command reference, `show archive config differences`; wording of "no change" as printed
by IOS XE ("!No changes were found"). Anything else than that line or a difference is "unknown".
"""

import re

from service.domain.installation import Storage, StoredFile
from service.domain.inventory import Controller
from service.domain.software_changes import CheckFile
from service.drivers.iosxe.software_orders import PLACE
from service.drivers.links.ssh import SshShell, SshTarget
from service.errors import ChangeRefused, DeviceError, ReplyMalformed
from service.ports.secrets import Secrets

DIRECTORY, RELOAD = f"dir {PLACE}", "show reload"
DIFFERENCES = "show archive config differences nvram:startup-config system:running-config"
TIMEOUT_S = 60.0


_HASH = re.compile(r"=\s*([0-9A-Fa-f]{32})\s*$")
_FREE = re.compile(r"\((\d+) bytes free\)")
_FILE = re.compile(r"^\s*\d+\s+-\S+\s+(?P<size>\d+)\s+.*\s(?P<name>\S+)\s*$", re.MULTILINE)


class CommandLine:
    """Opens a session for each question: they are rare, and VTY lines are few."""

    def __init__(self, controller: Controller, secrets: Secrets) -> None:
        self._controller = controller
        self._secrets = secrets

    def unsaved(self) -> bool:
        """Whether running differs from startup.

        Raises:
            ValueError: it cannot be told; says why.
        """
        if not self._controller.ssh.stated:
            raise ValueError("the inventory names no ssh for this controller")
        try:
            text = self._show(DIFFERENCES)
        except DeviceError as err:
            raise ValueError(str(err)) from err
        return says_unsaved(text)

    def storage(self) -> Storage:
        """The files where software lies, and the room that is left.

        Raises:
            ValueError: it cannot be told; says why.
        """
        self._refuse_unnamed("files")
        try:
            return storage_in(self._show(DIRECTORY))
        except DeviceError as err:
            raise ValueError(str(err)) from err

    def scheduled_reload(self) -> str | None:
        """What is said of a reload that is scheduled; None: none is.

        Raises:
            ValueError: it cannot be told; says why.
        """
        self._refuse_unnamed("scheduled reloads")
        try:
            return reload_in(self._show(RELOAD))
        except DeviceError as err:
            raise ValueError(str(err)) from err

    def check_file(self, change: CheckFile, *, timeout_s: float) -> None:
        """Have a file's hash worked out; over a gigabyte that takes minutes on a small box.

        Raises:
            ChangeRefused: it is another one, or the controller does not work it out.
            DeviceUnreachable: no answer: ask again.
        """
        command = hash_command(change.name)
        try:
            self._refuse_unnamed("hashes")
            found = hash_in(self._show(command, timeout_s=timeout_s))
        except (ValueError, ReplyMalformed) as err:
            raise ChangeRefused(self._controller.name, command, str(err)) from err
        if found != change.md5.lower():
            why = f"the hash of {change.name} is {found}; it has to be {change.md5}"
            raise ChangeRefused(self._controller.name, command, why)

    def _refuse_unnamed(self, what: str) -> None:
        if not self._controller.ssh.stated:
            raise ValueError(
                f"no model that we know tells {what}, and the inventory names no ssh for this "
                "controller"
            )

    def _show(self, command: str, *, timeout_s: float = TIMEOUT_S) -> str:
        endpoint, login = self._controller.ssh, self._controller.credentials
        shell = SshShell.open(
            SshTarget(
                controller=self._controller.name,
                host=self._controller.host,
                port=endpoint.port,
                username=login.username,
                password=self._secrets.resolve(login.password),
                host_key=endpoint.host_key,
                insecure=endpoint.insecure,
            )
        )
        try:
            return shell.show(command, timeout_s=timeout_s)
        finally:
            shell.close()


def hash_command(name: str) -> str:
    """What works out a file's hash. Source: IOS command reference, `verify /md5`."""
    return f"verify /md5 {PLACE}{name}"


def hash_in(text: str) -> str:
    """The hash that `verify /md5` prints at its end. ValueError where there is none."""
    found = _HASH.search(text)
    if found is None:
        raise ValueError(f"no hash: {' '.join(text.split())[-120:]!r}")
    return found[1].lower()


def storage_in(text: str) -> Storage:
    """What `dir` prints. ValueError where it does not say what is free."""
    free = _FREE.search(text)
    if free is None:
        raise ValueError(f"{DIRECTORY}: {' '.join(text.split())[-120:]!r}")
    files = (StoredFile(m["name"], int(m["size"])) for m in _FILE.finditer(text))
    return Storage(tuple(files), int(free[1]))


def reload_in(text: str) -> str | None:
    """What `show reload` says; only the line for none is public. ValueError where it is empty."""
    said = " ".join(text.split())
    if not said:
        raise ValueError(f"{RELOAD}: no word")
    return None if "no reload is scheduled" in said.lower() else said[:120]


def says_unsaved(text: str) -> bool:
    """What `show archive config differences` says. ValueError where it says neither."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any("no changes were found" in line.lower() for line in lines):
        return False
    if any(line.startswith(("+", "-")) for line in lines):
        return True
    raise ValueError(f"{DIFFERENCES}: neither differences nor their absence: {text.strip()[:80]!r}")
