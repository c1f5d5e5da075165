"""The C9800 driver: one NETCONF session, read and changed through the contract.

Changes go to running. The candidate datastore is used only where the controller announces it and
running is not writable; then it is locked, so that nobody else's half-done changes are committed
with ours.
"""

import re
from collections.abc import Callable

from lxml import etree

from service.domain.changes import (
    Change,
    RemoveNtp,
    ResetAp,
    SaveConfig,
    SetApHome,
    SetJoinPolicy,
)
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.join_policy import HOLDER
from service.domain.ntp import Role
from service.domain.observation import ControllerView, Topic
from service.domain.software_changes import (
    AddSite,
    ApplySites,
    CheckFile,
    ClearSites,
    DeleteFile,
    FetchFile,
    InstallOrder,
    PredownloadAll,
    StopPredownload,
)
from service.drivers.iosxe import transfers
from service.drivers.iosxe.asking import Asker
from service.drivers.iosxe.commands import CommandLine, hash_command
from service.drivers.iosxe.documents import text_of
from service.drivers.iosxe.identify import identify, says_of_itself
from service.drivers.iosxe.payloads import Payloads
from service.drivers.iosxe.reading import Reader
from service.drivers.iosxe.software_orders import HIDDEN, hiding, software_order
from service.drivers.links.netconf import NetconfLink, NetconfTarget, RpcRefused
from service.drivers.paths import contract
from service.errors import (
    AprejoinError,
    CapabilityMissing,
    ChangeRefused,
    DeviceBusy,
    DeviceError,
    DeviceUnreachable,
    OutcomeUnknown,
    ReplyMalformed,
)
from service.ports.clock import Clock
from service.ports.driver import CapabilityReport, Receipt
from service.ports.secrets import Secrets

CANDIDATE = "urn:ietf:params:netconf:capability:candidate:1.0"
WRITABLE_RUNNING = "urn:ietf:params:netconf:capability:writable-running:1.0"
NOT_SUPPORTED = "operation-not-supported"
FAILED = re.compile(r"\b(fail(ed|ure)?|error|unable|unsuccessful|denied)\b", re.IGNORECASE)
PERFORMED = (
    SaveConfig,
    ResetAp,
    SetApHome,
    InstallOrder,
    DeleteFile,
    PredownloadAll,
    StopPredownload,
    AddSite,
    ApplySites,
    ClearSites,
)
"""Changes that are RPCs of their own; all others edit the configuration."""
IDENTIFY_TIMEOUT_S = 30.0
SYNCS_BELIEVED = 15
"""How often in a row "syncing" keeps an edit back; a box that really is refuses the edit itself."""


class IosXeDriver:
    """One open session to one C9800."""

    def __init__(
        self,
        controller: Controller,
        link: NetconfLink,
        secrets: Secrets,
        clock: Clock,
        because: str | None = None,
    ) -> None:
        self.controller = controller.name
        self._link = link
        paths = contract("iosxe")
        told = says_of_itself(link, paths, clock, timeout_s=IDENTIFY_TIMEOUT_S)
        self._identity = identify(
            controller.name, link, paths, timeout_s=IDENTIFY_TIMEOUT_S, told=told
        )
        release = self._identity.release
        self._entry, self._secrets = controller, secrets
        self._commands = commands = CommandLine(controller, secrets)
        self._asker = asker = Asker(link, paths, release)
        self._reader = Reader(
            controller, asker, clock=clock, commands=commands, because=because, told=told
        )
        self._payloads = Payloads(paths, release)
        self._because = because
        self._said_syncing = 0  # times in a row

    @classmethod
    def open(
        cls,
        controller: Controller,
        secrets: Secrets,
        clock: Clock,
        *,
        because: str | None = None,
    ) -> "IosXeDriver":
        """Connect, log in once, learn the release; see the driver port for errors.

        `because`: why it is not read over RESTCONF.
        """
        link = NetconfLink.open(target_of(controller, secrets))
        try:
            return cls(controller, link, secrets, clock, because)
        except (AprejoinError, RpcRefused):
            link.close()
            raise

    @property
    def session(self) -> str:
        """The controller's number for this session."""
        return self._link.session_id

    @property
    def release(self) -> str:
        """The running release."""
        return str(self._identity.release)

    @property
    def alive(self) -> bool:
        """Whether the session can still be used."""
        return self._link.alive

    @property
    def refused(self) -> frozenset[str]:
        """Contract keys that this controller refused in this session."""
        return frozenset(self._asker.refused)

    def read(
        self,
        topics: frozenset[Topic],
        *,
        timeout_s: float,
        aps: frozenset[BaseRadioMac] | None = None,
    ) -> ControllerView:
        """Look at some topics; see the driver port."""
        return self._reader.read(topics, timeout_s=timeout_s, aps=aps)

    def render(self, change: Change) -> tuple[str, ...]:
        """The payload that `change` would send, and the one that may tidy up after it."""
        if isinstance(change, CheckFile):
            return (hash_command(change.name),)
        payload = text_of(self._payload(change))
        held = _vrfs(change)
        return (payload, text_of(self._payloads.without_vrfs(held))) if held else (payload,)

    def change(self, change: Change, *, timeout_s: float) -> Receipt:
        """Send one change, once; see the driver port."""
        self._reader.forget()
        if isinstance(change, CheckFile):
            self._commands.check_file(change, timeout_s=timeout_s)
            return Receipt(self.render(change), self.session)
        payload = self._payload(change)
        if isinstance(change, FetchFile):
            self._fetch(change, timeout_s)
        elif isinstance(change, PERFORMED):
            self._perform(payload, timeout_s)
        else:
            self._refuse_while_syncing(timeout_s)
            self._refuse_to_take_along(change, timeout_s)
            self._edit(payload, timeout_s)
        tidied = self._tidy(_vrfs(change), timeout_s)
        return Receipt((text_of(payload), *tidied), self.session)

    def end_session(self, session: str) -> None:
        """Kill a session that a dead process left."""
        self._reader.forget()  # its last deed may have come after what was told
        try:
            self._link.kill(session, timeout_s=IDENTIFY_TIMEOUT_S)
        except RpcRefused:
            return  # it is gone, which is what was wanted

    def check(
        self, *, deep: bool, on_module: Callable[[str], None] = lambda _: None
    ) -> tuple[CapabilityReport, ...]:
        """Hold the contract against what this controller offers; see the driver port."""
        from service.drivers.iosxe.checking import Checker  # noqa: PLC0415 - pyang is slow to load

        checker = Checker(self._link, contract("iosxe"), self._identity.release)
        told = tuple(checker.deep(on_module) if deep else checker.quick())
        if self._because is None:
            return told
        return (CapabilityReport("restconf", "fallback", f"NETCONF: {self._because}"), *told)

    def close(self) -> None:
        """End the session."""
        self._link.close()

    def _payload(self, change: Change) -> etree._Element:
        try:
            return self._payloads.of(change)
        except ValueError as err:
            raise CapabilityMissing(self.controller, "payload", str(err)) from err

    def _tidy(self, held: tuple[tuple[Role, str], ...], timeout_s: float) -> tuple[str, ...]:
        """Take off what a removal of entries left: VRFs without any. Not needed, so never insisted.

        A VRF that stays would come before the other entries when they are put back.

        Raises:
            OutcomeUnknown: it may still be carried out, and would then take off what was put back
                meanwhile: whoever hears of it kills the session before anything else is decided.
        """
        if not held:
            return ()
        try:
            empty = [one for one in self._reader.empty_vrfs(timeout_s=timeout_s) if one in held]
            if not empty:
                return ()
            config = self._payloads.without_vrfs(empty)
            self._edit(config, timeout_s)
        except OutcomeUnknown:
            raise
        except (DeviceError, RpcRefused, ValueError):
            return ()  # the entries are off, which is what was asked for
        return (text_of(config),)

    def _perform(self, operation: etree._Element, timeout_s: float) -> None:
        """An RPC that answers in words: a failure among them is a refusal.

        Only the words of success are known (FACTS, section 7); those of failure are unverified.
        """
        reply = self._link.perform(operation, timeout_s=timeout_s)
        self._refuse_failure(operation, reply)

    def _refuse_failure(
        self, operation: etree._Element, reply: etree._Element, *, hidden: str = HIDDEN
    ) -> None:
        said = " ".join(" ".join(str(text) for text in reply.itertext()).split())
        if FAILED.search(said):
            told = hiding(said, hidden)[:200]
            raise ChangeRefused(self.controller, etree.QName(operation).localname, told)

    def _fetch(self, change: FetchFile, timeout_s: float) -> None:
        """Begin to fetch a file; what does not fail at once is under way."""
        password = self._secrets.resolve(change.secret) if change.secret else HIDDEN
        order = software_order(contract("iosxe"), self._identity.release, change, password=password)
        try:
            reply = transfers.begin(
                lambda: NetconfLink.open(target_of(self._entry, self._secrets)),
                order,
                answer_within_s=timeout_s,
            )
        except ChangeRefused as err:
            detail = hiding(err.detail, password)
            raise ChangeRefused(err.controller, err.operation, detail) from None
        if reply is not None:
            self._refuse_failure(order, reply, hidden=password)

    def _refuse_while_syncing(self, timeout_s: float) -> None:
        """Keep an edit back that a syncing box would refuse; not for ever, it may be wrong."""
        try:
            syncing = self._reader.is_syncing(timeout_s=timeout_s)
        except (RpcRefused, ReplyMalformed):
            return  # a box that does not say refuses the edit itself when it is busy
        self._said_syncing = self._said_syncing + 1 if syncing else 0
        if 0 < self._said_syncing <= SYNCS_BELIEVED:
            raise DeviceBusy(self.controller, "edit-config", "the controller is syncing its models")

    def _refuse_to_take_along(self, change: Change, timeout_s: float) -> None:
        """Keep a deletion back that would take what is not ours with it."""
        if not isinstance(change, SetJoinPolicy) or change.rule is not HOLDER or change.after:
            return
        try:
            full = self._reader.trustpool_policy_holds_anything(timeout_s=timeout_s)
        except (RpcRefused, ValueError) as err:
            raise ChangeRefused(self.controller, "edit-config", str(err)) from err
        if full:
            raise ChangeRefused(self.controller, "edit-config", "others keep something in it")

    def _edit(self, config: etree._Element, timeout_s: float) -> None:
        announced = self._link.capabilities
        if WRITABLE_RUNNING not in announced and CANDIDATE in announced:
            self._edit_candidate(config, timeout_s)
            return
        try:
            self._link.edit(config, target="running", timeout_s=timeout_s)
        except ChangeRefused as err:
            if err.error_tag != NOT_SUPPORTED or CANDIDATE not in announced:
                raise
            self._edit_candidate(config, timeout_s)  # running is not writable after all

    def _edit_candidate(self, config: etree._Element, timeout_s: float) -> None:
        """Lock, edit, commit, unlock. A session that ends gives up lock and changes by itself.

        Only the commit changes the controller: what is lost before it was never applied.
        """
        try:
            self._link.lock("candidate", timeout_s=timeout_s)  # denied over pending changes
            self._fill_candidate(config, timeout_s)
        except OutcomeUnknown as err:
            raise DeviceUnreachable(self.controller, err.operation, err.detail) from err
        try:
            self._link.commit(timeout_s=timeout_s)
        except (ChangeRefused, DeviceBusy):
            self._leave_candidate(timeout_s, discard=True)
            raise
        self._leave_candidate(timeout_s, discard=False)

    def _fill_candidate(self, config: etree._Element, timeout_s: float) -> None:
        try:
            self._link.edit(config, target="candidate", timeout_s=timeout_s)
        except (ChangeRefused, DeviceBusy):
            self._leave_candidate(timeout_s, discard=True)
            raise

    def _leave_candidate(self, timeout_s: float, *, discard: bool) -> None:
        """Discard and unlock; what became of the change is known already."""
        try:
            if discard:
                self._link.discard(timeout_s=timeout_s)
            self._link.unlock("candidate", timeout_s=timeout_s)
        except DeviceError:
            self._link.close()  # the end of the session does both


def _vrfs(change: Change) -> tuple[tuple[Role, str], ...]:
    """The VRFs that a removal of NTP entries may leave empty, in order."""
    if not isinstance(change, RemoveNtp):
        return ()
    held = ((entry.role, entry.vrf) for entry in change.entries.entries if entry.vrf is not None)
    return tuple(dict.fromkeys(held))


def target_of(controller: Controller, secrets: Secrets) -> NetconfTarget:
    """Where and how to log in."""
    endpoint = controller.netconf
    return NetconfTarget(
        controller=controller.name,
        host=controller.host,
        port=endpoint.port,
        username=controller.credentials.username,
        password=secrets.resolve(controller.credentials.password),
        host_key=endpoint.host_key,
        insecure=endpoint.insecure,
    )
