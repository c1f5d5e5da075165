"""The few show commands that stand in where no model of a release tells.

Source: IOS command reference, `show archive config differences`; wording of "no change" as printed
by IOS XE ("!No changes were found"). Anything else than that line or a difference is "unknown".
"""

from service.domain.inventory import Controller
from service.drivers.links.ssh import SshShell, SshTarget
from service.errors import DeviceError
from service.ports.secrets import Secrets

DIFFERENCES = "show archive config differences nvram:startup-config system:running-config"
TIMEOUT_S = 60.0


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

    def _show(self, command: str) -> str:
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
            return shell.show(command, timeout_s=TIMEOUT_S)
        finally:
            shell.close()


def says_unsaved(text: str) -> bool:
    """What `show archive config differences` says. ValueError where it says neither."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any("no changes were found" in line.lower() for line in lines):
        return False
    if any(line.startswith(("+", "-")) for line in lines):
        return True
    raise ValueError(f"{DIFFERENCES}: neither differences nor their absence: {text.strip()[:80]!r}")
