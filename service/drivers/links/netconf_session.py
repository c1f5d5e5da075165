"""One NETCONF session of ncclient, with what its own lacks.

The host key is checked against a pin, opening has one deadline over all of its phases, blanks in
the hello do not matter, messages are cut out of the stream by `netconf_incoming`, a request leaves
when it is made (ncclient's thread looks for one every 0.1 s), and a reply is handed over, but for
what its taker took: what its rpc-errors mean is not decided here. Nothing is ever sent twice.
tests/contract/drivers/test_ncclient.py fails where a release of ncclient changes what this goes by.
"""

import logging
import selectors
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import paramiko
from lxml import etree
from ncclient.devices.default import DefaultDeviceHandler
from ncclient.operations.rpc import RPC, RaiseMode, RPCReply
from ncclient.transport.errors import NetconfFramingError
from ncclient.transport.ssh import SSHSession

from service.drivers.links.netconf_incoming import NC, REPLY, WAKE, Incoming, Taker
from service.drivers.links.ssh import matches_pin

HELLO = f"{{{NC}}}hello"
BASE_1_1 = "urn:ietf:params:netconf:base:1.1"
READ_BYTES = 65536
RSA_BY_SHA2 = ("rsa-sha2-512", "rsa-sha2-256")

logging.getLogger("ncclient").setLevel(logging.WARNING)  # it logs every payload at INFO
logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # its tracebacks; the error is raised too


class Handler(DefaultDeviceHandler):  # type: ignore[misc]  # ncclient is untyped
    """ncclient's neutral device handler, but for the parser (docs/decisions/0002)."""

    def __init__(self) -> None:
        super().__init__({"name": "default"})

    def get_xml_parser(self, session: "Session") -> Incoming:
        """The one that the session has had from the start."""
        return session.parser


class HostKeys(paramiko.HostKeys):
    """The user's known hosts, or one pinned key whatever name the host goes by."""

    def __init__(self, pin: str | None) -> None:
        super().__init__()
        self._pin = pin
        named = (pin or "").split()
        self._types = [word for word in named if word.startswith(("ssh-", "ecdsa-"))]

    def __len__(self) -> int:
        """Whether there is anything to negotiate by; ncclient asks."""
        return len(self._types) or super().__len__()

    def check(self, hostname: str, key: paramiko.PKey) -> bool:
        """Whether a key is the expected one."""
        return super().check(hostname, key) if self._pin is None else matches_pin(self._pin, key)

    def lookup(self, hostname: str) -> Any:  # noqa: ANN401  # paramiko's own, or a plain dictionary
        """The keys to negotiate for a host, by type; a known RSA key also signs with SHA-2."""
        found = super().lookup(hostname) if self._pin is None else dict.fromkeys(self._types)
        if not found or "ssh-rsa" not in found:
            return found
        return {**dict.fromkeys(RSA_BY_SHA2, found["ssh-rsa"]), **found}


class Session(SSHSession):  # type: ignore[misc]  # ncclient is untyped
    """One session; its requests come from one thread."""

    def __init__(self, pin: str | None) -> None:
        self.handler = Handler()
        super().__init__(self.handler)
        self.taker: Taker | None = None  # of the reply that is waited for
        self.parser = Incoming(lambda: self.taker, self.take)
        self._host_keys = HostKeys(pin)
        self._pinned = pin is not None
        self.overdue = False
        self._woken, self._waker = socket.socketpair()

    def load_known_hosts(self, filename: str | None = None) -> None:
        """The user's known hosts, where no key is pinned."""
        if not self._pinned:
            super().load_known_hosts(filename)

    def open(
        self,
        *,
        within_s: float,
        host: str,
        port: int,
        **settings: Any,  # noqa: ANN401  # ncclient's own
    ) -> None:
        """Connect, log in, exchange hellos; `overdue` tells whether the time was up."""
        watchdog = threading.Timer(within_s, self._cut)
        watchdog.daemon = True
        watchdog.start()
        wire: socket.socket | None = None
        try:
            wire = socket.create_connection((host, port), timeout=within_s)
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # 0.04 s a small message
            self.connect(
                host=host,
                port=port,
                sock=wire,
                timeout=2 * within_s,  # of the hello alone; the watchdog comes first, and says so
                allow_agent=False,
                look_for_keys=False,
                **settings,
            )
        finally:
            watchdog.cancel()
            if wire is not None and self._transport is None:
                wire.close()  # nobody took it

    def take(self, tag: str, message: str) -> None:
        """One message arrived; runs in the session's thread.

        Raises:
            NetconfFramingError: it is none of NETCONF's.
        """
        if tag == HELLO:
            message = _tidied(message)
            if BASE_1_1 in message:
                self.parser.deframer.chunked = True
        elif tag != REPLY and etree.QName(tag).localname != "notification":
            raise NetconfFramingError(f"the message is {tag}; expected {REPLY}")
        self._dispatch_message(message)

    def send(self, message: str) -> None:
        """Queue a message and wake the session's thread for it."""
        super().send(message)
        with suppress(OSError):  # it is ending: ncclient tells the request so
            self._waker.send(b"!")

    def close(self) -> None:
        """End the session and its thread."""
        try:
            super().close()
        finally:
            self._woken.close()
            self._waker.close()

    def _transport_register(self, selector: selectors.BaseSelector, event: int) -> None:
        super()._transport_register(selector, event)
        self._woken.settimeout(0)
        selector.register(self._woken, event)

    def _transport_read(self) -> bytes:
        with suppress(BlockingIOError):
            if self._woken.recv(READ_BYTES):
                return WAKE
        return bytes(self._channel.recv(READ_BYTES))

    def _cut(self) -> None:
        self.overdue = True
        if self._transport is not None:
            self._transport.close()


class Reply(RPCReply):  # type: ignore[misc]  # ncclient is untyped
    """One rpc-reply; `root` is its element, without comments."""

    root: etree._Element

    def _parsing_hook(self, root: etree._Element) -> None:
        etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
        self.root = root


class Request(RPC):  # type: ignore[misc]  # ncclient is untyped
    """One operation, sent once."""

    REPLY_CLS = Reply

    def __init__(self, session: Session, timeout_s: float) -> None:
        super().__init__(
            session,
            session.handler,
            timeout=timeout_s,
            raise_mode=RaiseMode.NONE,
            huge_tree=True,  # thousands of APs in one reply
        )

    def request(self, operation: etree._Element, taker: Taker | None = None) -> Reply:
        """Send and wait for the reply, which comes without what `taker` takes out of it."""
        self._session.taker = taker
        try:
            reply: Reply = self._request(operation)
        finally:
            self._session.taker = None
        return reply


def capabilities_of(announced: Iterable[str]) -> frozenset[str]:
    """Capabilities as announced, blanks aside."""
    return frozenset(" ".join(uri.split()) for uri in announced)


def _tidied(hello: str) -> str:
    """A hello whose texts have no blanks and no comments around them."""
    root = etree.fromstring(hello.encode(), etree.XMLParser(remove_comments=True, remove_pis=True))
    for leaf in root.iter("{*}capability", "{*}session-id"):
        leaf.text = "".join((leaf.text or "").split())
    return etree.tostring(root, encoding="unicode")
