"""NETCONF over SSH: what can be asked of a controller, and what became of it.

ncclient's errors become ours here, and the difference that matters most is drawn here: a request
that never left, one that was refused, and one whose reply was lost. A session that has lost a
reply is closed at once, so that a late one is never taken for the next.
"""

import copy

import xmltodict
from lxml import etree
from ncclient.operations import TimeoutExpiredError
from ncclient.transport.errors import NetconfFramingError, SessionCloseError, TransportError

from service.drivers.links.netconf_connect import (
    LOST,
    NetconfTarget,
    close_quietly,
    connected,
    words,
)
from service.drivers.links.netconf_incoming import Taker
from service.drivers.links.netconf_refusal import NC, RpcRefused, has_warnings, refusal_in
from service.drivers.links.netconf_session import Reply, Request, Session, capabilities_of
from service.drivers.links.rpc import rpc
from service.errors import (
    ChangeRefused,
    DeviceBusy,
    DeviceUnreachable,
    OutcomeUnknown,
    ReplyMalformed,
)

__all__ = ["NC", "NetconfLink", "NetconfTarget", "RpcRefused", "Taker"]

MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
CAPABILITY = "urn:ietf:params:netconf:capability"
ROLLBACK_ON_ERROR = f"{CAPABILITY}:rollback-on-error:1.0"


class NetconfLink:
    """One NETCONF session. Not for sharing between threads."""

    def __init__(self, target: NetconfTarget, session: Session) -> None:
        self._target = target
        self._session = session
        self.capabilities = capabilities_of(session.server_capabilities)

    @classmethod
    def open(cls, target: NetconfTarget) -> "NetconfLink":
        """Connect, verify the host key, log in once, exchange hellos.

        Raises:
            DeviceUnreachable, AuthenticationRefused, HostKeyRefused.
        """
        return cls(target, connected(target))

    @property
    def session_id(self) -> str:
        """The server's number for this session."""
        return str(self._session.id)

    @property
    def alive(self) -> bool:
        """Whether the session can still be used."""
        return bool(self._session.connected)

    def get(
        self, filter_: etree._Element, *, timeout_s: float, taker: Taker | None = None
    ) -> etree._Element:
        """The `data` element of a `get`, without what `taker` takes out of it as it comes.

        Raises:
            RpcRefused: the controller says no.
            DeviceUnreachable: no reply, or the session ended.
            ReplyMalformed: the reply is not of the promised form.
        """
        request = _nc("get")
        request.append(copy.deepcopy(filter_))
        return self._data(request, filter_, timeout_s, taker)

    def get_config(
        self, filter_: etree._Element, *, timeout_s: float, taker: Taker | None = None
    ) -> etree._Element:
        """The `data` element of a `get-config` on running; taker and errors as `get`."""
        request = _nc("get-config")
        _sub(_sub(request, "source"), "running")
        request.append(copy.deepcopy(filter_))
        return self._data(request, filter_, timeout_s, taker)

    def ask(self, operation: etree._Element, *, timeout_s: float) -> dict[str, str]:
        """The output leaves of an operation that changes nothing; errors as `get`."""
        name = etree.QName(operation)
        reply = self._asking(operation, timeout_s)
        plain = {NC: None, name.namespace: None}
        output = xmltodict.parse(reply.xml, process_namespaces=True, namespaces=plain)["rpc-reply"]
        texts = {key: _text_of(value) for key, value in output.items() if key[0] != "@"}
        return {key: text for key, text in texts.items() if text is not None}

    def schema(self, name: str, *, timeout_s: float) -> str:
        """The text of a YANG module, by get-schema; errors as `get`."""
        request = etree.Element(f"{{{MONITORING}}}get-schema")
        etree.SubElement(request, f"{{{MONITORING}}}identifier").text = name
        data = self._asking(request, timeout_s).root.find(f"{{{MONITORING}}}data")
        if data is None:
            raise ReplyMalformed(self._target.controller, "get-schema", "the reply has no data")
        return "".join(str(text) for text in data.itertext())

    def heard(self, *, within_s: float) -> etree._Element | None:
        """The event of the next notification; None: none came, and the session still stands.

        Raises:
            DeviceUnreachable: the session is over, and everything that it brought was taken.
        """
        found = self._session.take_notification(block=within_s > 0, timeout=within_s)
        if found is None and not self.alive:
            raise DeviceUnreachable(self._target.controller, "notification", "the session is over")
        return None if found is None else event_in(found.notification_ele)

    def kill(self, session: str, *, timeout_s: float) -> None:
        """Kill another session; raises RpcRefused where it is gone already."""
        request = _nc("kill-session")
        _sub(request, "session-id").text = session
        self._asking(request, timeout_s)

    def edit(self, config: etree._Element, *, target: str, timeout_s: float) -> None:
        """One edit-config, all or nothing. Errors as `perform`."""
        request = _nc("edit-config")
        _sub(_sub(request, "target"), target)
        _sub(request, "default-operation").text = "merge"
        if ROLLBACK_ON_ERROR in self.capabilities:
            _sub(request, "error-option").text = "rollback-on-error"
        request.append(copy.deepcopy(config))
        self.perform(request, timeout_s=timeout_s)

    def lock(self, target: str, *, timeout_s: float) -> None:
        """Lock a datastore. Errors as `perform`."""
        self._on(target, "lock", timeout_s)

    def unlock(self, target: str, *, timeout_s: float) -> None:
        """Give the lock back. Errors as `perform`."""
        self._on(target, "unlock", timeout_s)

    def commit(self, *, timeout_s: float) -> None:
        """Commit the candidate. Errors as `perform`."""
        self.perform(_nc("commit"), timeout_s=timeout_s)

    def discard(self, *, timeout_s: float) -> None:
        """Throw the candidate's changes away. Errors as `perform`."""
        self.perform(_nc("discard-changes"), timeout_s=timeout_s)

    def perform(self, operation: etree._Element, *, timeout_s: float) -> etree._Element:
        """An operation that changes something, sent once; the reply's element.

        Raises:
            DeviceUnreachable: the session was gone before it could be sent.
            DeviceBusy, ChangeRefused: refused, nothing applied.
            OutcomeUnknown: sent, and no reply was seen; the session is closed.
        """
        controller, name = self._target.controller, etree.QName(operation).localname
        if not self.alive:
            raise DeviceUnreachable(controller, name, "the session is closed, nothing was sent")
        try:
            with rpc(controller, "netconf", name, changes=True):
                reply = self._send(copy.deepcopy(operation), timeout_s)
        except LOST as err:
            self.close()
            if type(err) is TransportError:  # ncclient: not connected, refused to take it
                raise DeviceUnreachable(controller, name, "closed before it was sent") from err
            raise OutcomeUnknown(controller, name, _loss(err, timeout_s)) from err
        refused = refusal_in(reply.root)
        if refused is None:
            return reply.root
        if refused.busy:
            raise DeviceBusy(controller, name, refused.text) from refused
        raise ChangeRefused(controller, name, refused.text, error_tag=refused.tag) from refused

    def close(self) -> None:
        """End the session; a session that is broken already is no news."""
        close_quietly(self._session)

    def _on(self, target: str, operation: str, timeout_s: float) -> None:
        request = _nc(operation)
        _sub(_sub(request, "target"), target)
        self.perform(request, timeout_s=timeout_s)

    def _data(
        self,
        request: etree._Element,
        filter_: etree._Element,
        timeout_s: float,
        taker: Taker | None,
    ) -> etree._Element:
        reply = self._asking(request, timeout_s, taker)
        operation = etree.QName(request).localname
        data: etree._Element | None = reply.root.find(f"{{{NC}}}data")
        if data is None:
            found = "warnings alone" if has_warnings(reply.root) else "no data element"
            raise ReplyMalformed(
                self._target.controller, operation, f"the reply has {found}; expected data"
            )
        self._check_namespaces(operation, data, filter_)
        return data

    def _check_namespaces(
        self, operation: str, data: etree._Element, filter_: etree._Element
    ) -> None:
        """Refuse a reply that holds something, and nothing of what was asked for."""
        asked = [child.tag for child in filter_.iterchildren(etree.Element)]
        found = [child.tag for child in data.iterchildren(etree.Element)]
        if found and asked and not set(found) & set(asked):
            raise ReplyMalformed(
                self._target.controller,
                operation,
                f"the reply holds {found[0]}; expected {' or '.join(map(str, asked))}",
            )

    def _asking(
        self, operation: etree._Element, timeout_s: float, taker: Taker | None = None
    ) -> Reply:
        controller, name = self._target.controller, etree.QName(operation).localname
        try:
            with rpc(controller, "netconf", name):
                reply = self._send(operation, timeout_s, taker)
        except (etree.XMLSyntaxError, NetconfFramingError) as err:
            self.close()
            raise ReplyMalformed(controller, name, f"no NETCONF reply: {words(err)}") from err
        except LOST as err:
            self.close()  # a late reply must not be taken for the next one
            raise DeviceUnreachable(controller, name, _loss(err, timeout_s)) from err
        refused = refusal_in(reply.root)
        if refused is not None:
            raise refused
        return reply

    def _send(
        self, operation: etree._Element, timeout_s: float, taker: Taker | None = None
    ) -> Reply:
        return Request(self._session, timeout_s).request(operation, taker)


def event_in(notification: etree._Element) -> etree._Element | None:
    """What a notification tells; None: nothing but its time."""
    children = notification.iterchildren(etree.Element)
    return next((one for one in children if etree.QName(one).localname != "eventTime"), None)


def _nc(name: str) -> etree._Element:
    return etree.Element(f"{{{NC}}}{name}")


def _sub(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{NC}}}{name}")


def _text_of(value: object) -> str | None:
    """A leaf's text; xmltodict makes a dictionary of a leaf that declares its namespace itself."""
    text = value.get("#text") if isinstance(value, dict) else value
    return text if isinstance(text, str) else None


def _loss(err: Exception, timeout_s: float) -> str:
    """How a reply was lost, without what arrived of it: that may hold anything."""
    if isinstance(err, TimeoutExpiredError):
        return f"no reply in {timeout_s:g} s"
    if isinstance(err, SessionCloseError):
        return "the controller closed the session before its reply was complete"
    return f"the reply was lost: {words(err)}"
