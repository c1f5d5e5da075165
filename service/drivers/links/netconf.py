"""NETCONF over SSH: the one home of ncclient.

Its errors become ours here, and the difference that matters most is drawn here: a request that
never left, one that was refused, and one whose reply was lost. Host keys are always verified
unless the inventory says otherwise; ncclient's own `iosxe` device handler accepts every host key,
so the neutral handler is used.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import paramiko
import xmltodict
from lxml import etree
from ncclient import NCClientError
from ncclient.devices.default import DefaultDeviceHandler
from ncclient.manager import Manager
from ncclient.operations import RPCError, TimeoutExpiredError
from ncclient.transport.errors import AuthenticationError, SSHError, SSHUnknownHostError
from ncclient.transport.ssh import SSHSession

from service.drivers.links.ssh import matches_pin
from service.errors import (
    AuthenticationRefused,
    ChangeRefused,
    DeviceBusy,
    DeviceUnreachable,
    HostKeyRefused,
    OutcomeUnknown,
    ReplyMalformed,
)

NC = "urn:ietf:params:xml:ns:netconf:base:1.0"
BUSY_TAGS = frozenset({"lock-denied", "in-use", "resource-denied"})

logging.getLogger("ncclient").setLevel(logging.WARNING)  # it logs every payload at INFO
logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # its tracebacks; the error is raised too

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NetconfTarget:
    """Where and how to log in.

    Attributes:
        host_key: a known_hosts line or a `SHA256:` fingerprint; None: the user's known_hosts.
    """

    controller: str
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    host_key: str | None = None
    insecure: bool = False
    connect_timeout_s: float = 30.0


class _PinnedKeys(paramiko.HostKeys):
    """Host keys that accept one key alone, whatever name the host goes by."""

    def __init__(self, pin: str) -> None:
        super().__init__()
        self._pin = pin

    def check(self, _hostname: str, key: paramiko.PKey) -> bool:
        return matches_pin(self._pin, key)


class _Session(SSHSession):  # type: ignore[misc]  # ncclient is untyped
    """An SSH session that can be pinned to one host key."""

    pin: str | None = None

    def load_known_hosts(self, filename: str | None = None) -> None:
        if self.pin is None:
            super().load_known_hosts(filename)
        else:
            self._host_keys = _PinnedKeys(self.pin)


class RpcRefused(Exception):
    """The controller answered with an rpc-error; the driver decides what it means.

    Attributes:
        tag: error-tag; path: error-path; bad: names in bad-element; text: message with details.
    """

    def __init__(self, err: RPCError) -> None:
        self.tag: str = (err.tag or "").strip()
        self.path: str = (err.path or "").strip()
        self.bad: tuple[str, ...] = _bad_elements(err.info)
        self.text = _sentence(err)
        super().__init__(self.text)


class NetconfLink:
    """One NETCONF session. Not for sharing between threads."""

    def __init__(self, target: NetconfTarget, manager: Manager) -> None:
        self._target = target
        self._manager = manager

    @classmethod
    def open(cls, target: NetconfTarget) -> "NetconfLink":
        """Connect, verify the host key, log in once, exchange hellos.

        Raises:
            DeviceUnreachable, DeviceBusy, AuthenticationRefused, HostKeyRefused.
        """
        handler = DefaultDeviceHandler({"name": "default"})
        session = _Session(handler)
        session.pin = target.host_key
        try:
            session.connect(
                host=target.host,
                port=target.port,
                username=target.username,
                password=target.password,
                timeout=target.connect_timeout_s,
                hostkey_verify=not target.insecure,
                allow_agent=False,
                look_for_keys=False,
            )
        except (NCClientError, OSError, EOFError, paramiko.SSHException) as err:
            _close_quietly(session)
            raise _connect_error(target, err) from err
        manager = Manager(session, handler, timeout=target.connect_timeout_s)
        manager.huge_tree = True  # thousands of APs in one reply
        return cls(target, manager)

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server's hello announced."""
        return frozenset(self._manager.server_capabilities)

    @property
    def session_id(self) -> str:
        """The server's number for this session."""
        return str(self._manager.session_id)

    @property
    def alive(self) -> bool:
        """Whether the session can still be used."""
        return bool(self._manager.connected)

    def get(self, filter_: etree._Element, *, timeout_s: float) -> etree._Element:
        """The `data` element of a `get`. Raises RpcRefused, DeviceUnreachable, ReplyMalformed."""
        return self._read("get", timeout_s, lambda: self._manager.get(filter=filter_))

    def get_config(self, filter_: etree._Element, *, timeout_s: float) -> etree._Element:
        """The `data` element of a `get-config` on running; errors as `get`."""
        return self._read(
            "get-config",
            timeout_s,
            lambda: self._manager.get_config(source="running", filter=filter_),
        )

    def ask(self, operation: etree._Element, *, timeout_s: float) -> dict[str, str]:
        """The output leaves of an operation that changes nothing; errors as `get`."""
        name = etree.QName(operation)
        reply = self._asking(name.localname, timeout_s, lambda: self._manager.dispatch(operation))
        plain = {NC: None, name.namespace: None}
        output = xmltodict.parse(reply.xml, process_namespaces=True, namespaces=plain)["rpc-reply"]
        return {key: text for key, text in output.items() if isinstance(text, str)}

    def edit(self, config: etree._Element, *, target: str, timeout_s: float) -> None:
        """One edit-config, all or nothing. Errors as `perform`."""
        self._change(
            "edit-config",
            timeout_s,
            lambda: self._manager.edit_config(
                config=config,
                target=target,
                default_operation="merge",
                error_option="rollback-on-error",
            ),
        )

    def perform(self, operation: etree._Element, *, timeout_s: float) -> None:
        """An operation that changes something.

        Raises:
            DeviceUnreachable: the session was gone before it could be sent.
            DeviceBusy, ChangeRefused: refused, nothing applied.
            OutcomeUnknown: sent, and no reply was seen.
        """
        name = etree.QName(operation).localname
        self._change(name, timeout_s, lambda: self._manager.dispatch(operation))

    def commit(self, *, timeout_s: float) -> None:
        """Commit the candidate. Errors as `perform`."""
        self._change("commit", timeout_s, self._manager.commit)

    def discard(self, *, timeout_s: float) -> None:
        """Throw the candidate's changes away. Errors as `perform`."""
        self._change("discard-changes", timeout_s, self._manager.discard_changes)

    def kill(self, session: str, *, timeout_s: float) -> None:
        """Kill another session; raises RpcRefused where it is gone already."""
        self._asking("kill-session", timeout_s, lambda: self._manager.kill_session(session))

    def schema(self, name: str, *, timeout_s: float) -> str:
        """The text of a YANG module, by get-schema; errors as `get`."""
        return self._asking(name, timeout_s, lambda: str(self._manager.get_schema(name).data))

    def close(self) -> None:
        """End the session; a session that is broken already is no news."""
        _close_quietly(self._manager._session)  # noqa: SLF001

    def _read(self, operation: str, timeout_s: float, call: Callable[[], object]) -> etree._Element:
        reply = self._asking(operation, timeout_s, call)
        data: etree._Element | None = getattr(reply, "data_ele", None)
        if data is None:
            raise ReplyMalformed(
                self._target.controller, operation, "the reply has no data element"
            )
        return data

    def _asking(self, operation: str, timeout_s: float, call: Callable[[], T]) -> T:
        controller = self._target.controller
        self._manager.timeout = timeout_s
        try:
            return call()
        except RPCError as err:
            raise RpcRefused(err) from err
        except TimeoutExpiredError as err:
            self.close()  # a late reply must not be taken for the next one
            raise DeviceUnreachable(controller, operation, f"no reply in {timeout_s:g} s") from err
        except etree.XMLSyntaxError as err:
            raise ReplyMalformed(controller, operation, f"the reply is not XML: {err}") from err
        except (NCClientError, OSError, EOFError, paramiko.SSHException) as err:
            raise DeviceUnreachable(controller, operation, _words(err)) from err

    def _change(self, operation: str, timeout_s: float, call: Callable[[], object]) -> None:
        controller = self._target.controller
        if not self.alive:
            raise DeviceUnreachable(
                controller, operation, "the session is closed, nothing was sent"
            )
        self._manager.timeout = timeout_s
        try:
            call()
        except RPCError as err:
            raise _refusal(controller, operation, RpcRefused(err)) from err
        except TimeoutExpiredError as err:
            self.close()
            raise OutcomeUnknown(controller, operation, f"no reply in {timeout_s:g} s") from err
        except (
            NCClientError,
            OSError,
            EOFError,
            etree.XMLSyntaxError,
            paramiko.SSHException,
        ) as err:
            self.close()
            raise OutcomeUnknown(
                controller, operation, f"the reply was lost: {_words(err)}"
            ) from err


def _refusal(controller: str, operation: str, refused: RpcRefused) -> DeviceBusy | ChangeRefused:
    if refused.tag in BUSY_TAGS:
        return DeviceBusy(controller, operation, refused.text)
    return ChangeRefused(controller, operation, refused.text, error_tag=refused.tag)


def _connect_error(
    target: NetconfTarget, err: Exception
) -> AuthenticationRefused | HostKeyRefused | DeviceUnreachable:
    where = f"NETCONF login at {target.host}:{target.port}"
    if isinstance(err, SSHUnknownHostError):
        wanted = target.host_key or "a key in the user's known_hosts"
        return HostKeyRefused(
            target.controller, where, f"the host key is not the expected one ({wanted[:60]})"
        )
    if isinstance(err, AuthenticationError) and "AuthenticationException" in str(err):
        return AuthenticationRefused(target.controller, where, f"refused for {target.username!r}")
    if isinstance(err, SSHError) and "Negotiation failed" in str(err):
        return DeviceUnreachable(target.controller, where, f"no SSH to be had: {err}")
    return DeviceUnreachable(target.controller, where, _words(err))


def _close_quietly(session: SSHSession) -> None:
    try:
        session.close()
    except (NCClientError, OSError, EOFError, AttributeError, paramiko.SSHException):
        logging.getLogger(__name__).debug("session was broken before it was closed")


def _bad_elements(info: str | None) -> tuple[str, ...]:
    if not info:
        return ()
    try:
        tree = etree.fromstring(info.encode())
    except etree.XMLSyntaxError:
        return ()
    named = tree.iter(etree.Element)
    return tuple(
        (e.text or "").strip().rpartition(":")[2]
        for e in named
        if etree.QName(e).localname == "bad-element" and e.text
    )


def _sentence(err: RPCError) -> str:
    """error-tag, message, path and the parser's own words, in one line."""
    parts = [err.tag or "rpc-error", (err.message or "").strip()]
    if err.path:
        parts.append(f"at {err.path.strip()}")
    if err.info:
        text = " ".join("".join(_texts(err.info)).split())
        if text:
            parts.append(f"({text[:300]})")
    return " ".join(part for part in parts if part)


def _texts(xml: str) -> list[str]:
    try:
        return [f"{text!s} " for text in etree.fromstring(xml.encode()).itertext()]
    except etree.XMLSyntaxError:
        return [xml]


def _words(err: Exception) -> str:
    return str(err) or type(err).__name__
