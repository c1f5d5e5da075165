"""The two ways to one controller: SNMP, and the command line over SSH. Each is opened when needed.

Either may fail while the other works. A way that failed is not tried again within one look; a login
that was refused is never tried again at all.
"""

from dataclasses import replace

from service.domain.inventory import Controller
from service.drivers.links.cli import CliLink
from service.drivers.links.snmp import SnmpLink
from service.drivers.links.snmp_session import SnmpTarget
from service.drivers.links.ssh import SshTarget
from service.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    DeviceBusy,
    DeviceError,
    DeviceUnreachable,
    HostKeyRefused,
)
from service.ports.secrets import Secrets

FOR_GOOD = (AuthenticationRefused, HostKeyRefused, CapabilityMissing)
TRANSIENT = (DeviceUnreachable, DeviceBusy)


class Ways:
    """Both ways, as far as they are open."""

    def __init__(self, controller: Controller, secrets: Secrets) -> None:
        self._controller = controller
        self._secrets = secrets
        self._snmp: SnmpLink | None = None
        self._cli: CliLink | None = None
        self.snmp_error: DeviceError | None = None
        self.cli_error: DeviceError | None = None

    @property
    def alive(self) -> bool:
        """Whether anything is open."""
        return self._snmp is not None or (self._cli is not None and self._cli.alive)

    @property
    def has_session(self) -> bool:
        """Whether a session on the command line is open, as far as this end knows."""
        return self._cli is not None and self._cli.alive

    def begin(self) -> None:
        """A new look: what failed for a passing reason may be tried again."""
        if isinstance(self.snmp_error, TRANSIENT):
            self.snmp_error = None
        if isinstance(self.cli_error, TRANSIENT):
            self.cli_error = None
        if self._cli is not None and not (self._cli.alive and self._cli.responds()):
            self._cli = None  # idle for too long: the controller ended it

    def snmp(self) -> SnmpLink:
        """The SNMP link. Raises DeviceError, the same one within one look."""
        if self.snmp_error is not None:
            raise self.snmp_error
        if self._snmp is None:
            try:
                self._snmp = SnmpLink.open(self._snmp_target())
            except DeviceError as err:
                self.snmp_error = err
                raise
        return self._snmp

    def cli(self) -> CliLink:
        """A session on the command line. Raises DeviceError, the same one within one look."""
        if self.cli_error is not None:
            raise self.cli_error
        if self._cli is None or not self._cli.alive:
            endpoint = self._controller.ssh
            try:
                self._cli = CliLink.open(self._ssh_target(), legacy=endpoint.legacy_algorithms)
            except DeviceError as err:
                self._cli = None
                self.cli_error = err
                raise
        return self._cli

    def another(self) -> CliLink:
        """A further session, which is the caller's to close. Raises DeviceError."""
        endpoint = self._controller.ssh
        return CliLink.open(self._ssh_target(), legacy=endpoint.legacy_algorithms)

    def lost_snmp(self, error: DeviceError) -> None:
        """The agent fell silent: nothing more is asked of it in this look."""
        self.snmp_error = error
        if self._snmp is not None:
            self._snmp.close()
            self._snmp = None

    def lost_cli(self, error: DeviceError) -> None:
        """The command line failed: nothing more is asked of it in this look."""
        self.cli_error = error
        if self._cli is not None:
            self._cli.close()
            self._cli = None

    def close(self) -> None:
        """Log out and give everything back. Never raises."""
        if self._cli is not None:
            self._cli.close()
        if self._snmp is not None:
            self._snmp.close()
        self._cli = self._snmp = None

    def _snmp_target(self) -> SnmpTarget:
        controller, login = self._controller, self._controller.credentials
        plain = SnmpTarget(controller.name, controller.host, controller.snmp.port)
        if controller.snmp.version == "3":
            return replace(
                plain,
                user=login.snmp_user or "",
                auth=self._secret(login.snmp_auth),
                priv=self._secret(login.snmp_priv),
            )
        if login.snmp_community is None:
            raise CapabilityMissing(
                controller.name, "SNMP", "the credentials name no snmp_community"
            )
        return replace(plain, community=self._secret(login.snmp_community))

    def _ssh_target(self) -> SshTarget:
        controller, login = self._controller, self._controller.credentials
        return SshTarget(
            controller=controller.name,
            host=controller.host,
            port=controller.ssh.port,
            username=login.username,
            password=self._secrets.resolve(login.password),
            host_key=controller.ssh.host_key,
            insecure=controller.ssh.insecure,
        )

    def _secret(self, reference: str | None) -> str:
        return "" if reference is None else self._secrets.resolve(reference)
