"""Opening a NETCONF session, and why one could not be opened.

One login, never a second: a refused password that is tried again locks accounts. Host keys are
verified unless the inventory says otherwise.
"""

import base64
import hashlib
from dataclasses import dataclass, field

import paramiko
from lxml import etree
from ncclient import NCClientError
from ncclient.transport.errors import AuthenticationError, SessionCloseError, SSHUnknownHostError

from service.drivers.links.netconf_session import Session
from service.drivers.links.rpc import rpc
from service.errors import AuthenticationRefused, DeviceUnreachable, HostKeyRefused

LOST = (NCClientError, OSError, EOFError, etree.XMLSyntaxError, paramiko.SSHException)
"""Whatever the libraries raise where a session fails."""
LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class NetconfTarget:
    """Where and how to log in.

    Attributes:
        host_key: a known_hosts line or a `SHA256:` fingerprint; None: the user's known_hosts.
        connect_timeout_s: for everything up to and with the hello.
    """

    controller: str
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    host_key: str | None = None
    insecure: bool = False
    connect_timeout_s: float = 30.0


def connected(target: NetconfTarget) -> Session:
    """A session that has said and heard hello.

    Raises:
        DeviceUnreachable, AuthenticationRefused, HostKeyRefused.
    """
    session = Session(target.host_key)
    try:
        with rpc(target.controller, "netconf", "connect"):
            session.open(
                within_s=target.connect_timeout_s,
                host=target.host,
                port=target.port,
                username=target.username,
                password=target.password,
                hostkey_verify=not target.insecure,
            )
    except (*LOST, ValueError) as err:
        error = _connect_error(target, session, err)
        close_quietly(session)
        raise error from err
    return session


def close_quietly(session: Session) -> None:
    """End a session; one that is broken already is no news."""
    try:
        session.close()
    except (AttributeError, *LOST):
        return  # it was broken before it was closed, which is all that was wanted


def words(err: Exception) -> str:
    """What a library says, or at least its kind of error; never much."""
    return (str(err) or type(err).__name__)[:LONGEST_WORDS]


def _connect_error(
    target: NetconfTarget, session: Session, err: Exception
) -> AuthenticationRefused | HostKeyRefused | DeviceUnreachable:
    controller, where = target.controller, f"NETCONF login at {target.host}:{target.port}"
    if session.overdue:
        return DeviceUnreachable(
            controller, where, f"no NETCONF session within {target.connect_timeout_s:g} s"
        )
    if isinstance(err, SSHUnknownHostError):
        wanted = target.host_key or "a key in the user's known_hosts"
        found = f"found {_fingerprint(session)}; expected {wanted[:70]}"
        return HostKeyRefused(controller, where, f"the host key is not the expected one: {found}")
    if isinstance(err, AuthenticationError) and _was_refused(str(err)):
        return AuthenticationRefused(controller, where, f"refused for {target.username!r}")
    if isinstance(err, SessionCloseError):
        return DeviceUnreachable(controller, where, "the session was closed before its hello")
    return DeviceUnreachable(controller, where, f"no NETCONF session to be had: {words(err)}")


def _was_refused(why: str) -> bool:
    """Whether a login failed because it was refused, not because the connection was lost.

    ncclient hands on the text of paramiko's error alone.
    """
    lost = ("transport shut down", "Authentication timeout")
    refused = "AuthenticationException" in why or "BadAuthenticationType" in why
    return refused and not any(words in why for words in lost)


def _fingerprint(session: Session) -> str:
    try:
        key = session.transport.get_remote_server_key()
    except (AttributeError, paramiko.SSHException):
        return "another"
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
    return f"{key.get_name()} SHA256:{digest.rstrip('=')}"
