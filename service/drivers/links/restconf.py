"""RESTCONF over HTTPS: what can be read of a controller, and why it could not be read.

For reading alone: changes go over NETCONF. One connection is kept and used again. TLS is verified
with each request unless the inventory says otherwise, proxies and login files of the environment
are left aside, redirects are never followed (credentials would travel with them), and a body is
read up to a limit. A login that is refused is never tried again.
"""

import base64
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
import requests
import urllib3
from lxml import etree
from requests.auth import AuthBase

from service.drivers.links.json_rows import NoList, Taker, hand_out
from service.drivers.links.restconf_refusal import RestconfRefused, refused_by
from service.drivers.links.rpc import rpc
from service.drivers.links.tls_trust import TrustAdapter, trust
from service.errors import (
    AuthenticationRefused,
    DeviceBusy,
    DeviceError,
    DeviceUnreachable,
    HostKeyRefused,
    ReplyMalformed,
)

__all__ = ["RestconfLink", "RestconfRefused", "RestconfTarget"]

CONNECT_S = 6.1
YANG_JSON = "application/yang-data+json"
JSON_TYPES = frozenset({YANG_JSON, "application/json"})
HOST_META = "/.well-known/host-meta"
XRD = "{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link"
LONGEST_BYTES = 256_000_000
"""Of one reply: 6,000 access points with every leaf are 50 MB."""
SMALL_BYTES = 1_000_000
READ_BYTES = 1 << 16
_OK, _SERVER_FAULT = range(200, 300), 500


@dataclass(frozen=True, slots=True)
class RestconfTarget:
    """Where and how to log in.

    Attributes:
        ca: a file of certificates that vouch for the controller; None: those of the system.
        insecure: take any certificate.
    """

    controller: str
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    ca: str | None = None
    insecure: bool = False

    @property
    def base(self) -> str:
        """Scheme, host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class _Basic(AuthBase):
    """Sets the header last, so that no login file replaces it."""

    header: str = field(repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self.header
        return request


class RestconfLink:
    """One controller's RESTCONF. Not for sharing between threads."""

    def __init__(self, target: RestconfTarget, root: str = "/restconf") -> None:
        self._target, self.root = target, root
        login = f"{target.username}:{target.password}".encode()
        self._auth = _Basic("Basic " + base64.b64encode(login).decode())
        self._session = requests.Session()
        self._session.trust_env = False
        self._adapter: TrustAdapter | None = None
        if target.insecure:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def discover(self, *, timeout_s: float) -> str | None:
        """The root of RESTCONF, by RFC 8040 section 3.1; None where there is none.

        Raises:
            AuthenticationRefused, HostKeyRefused, DeviceUnreachable, DeviceBusy.
        """
        try:
            with self._reply(HOST_META, {}, "*/*", timeout_s) as (reply, until):
                body = b"".join(self._body(reply, until, HOST_META, SMALL_BYTES))
        except RestconfRefused:
            return None
        try:
            links = etree.fromstring(body, _parser()).iter(XRD)
        except etree.XMLSyntaxError:
            return None
        roots = (str(link.get("href", "")) for link in links if link.get("rel") == "restconf")
        self.root = next((root for root in roots if root.startswith("/")), "")
        return self.root or None

    def read(
        self, path: str, member: str, taker: Taker, *, fields: str | None, timeout_s: float
    ) -> None:
        """Hand the entries of a resource below `data` to a taker; a container is one entry.

        Args:
            path: `module:top/inner`.
            member: what the answer calls it.
            taker: what has it.
            fields: what of it; None: all.
            timeout_s: for the whole answer.

        Raises:
            RestconfRefused: the controller says no.
            DeviceUnreachable, DeviceBusy, AuthenticationRefused, HostKeyRefused, ReplyMalformed:
                the last also where it answers about something else, which must not pass for empty.
        """
        try:
            hand_out(self._chunks(path, fields, timeout_s), member, taker)
        except NoList as other:
            for entry in self._alone(path, member, other.body):
                taker.take(entry, "")
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as err:
            raise self._malformed(path, f"no JSON: {err}") from err

    def _alone(self, path: str, member: str, body: str) -> list[Any]:
        """What a document holds that is no list; empty where it holds nothing."""
        if not body.strip():
            return []
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError as err:
            raise self._malformed(path, f"no JSON: {err}") from err
        if document == {}:
            return []
        if not isinstance(document, dict) or member not in document:
            found = next(iter(document)) if isinstance(document, dict) else document
            raise self._malformed(path, f"the reply holds {str(found)[:80]}; expected {member}")
        value = document[member]
        return value if isinstance(value, list) else [value]

    def _chunks(self, path: str, fields: str | None, timeout_s: float) -> Iterator[bytes]:
        """An answer as it arrives; nothing where it is empty."""
        query = {} if fields is None else {"fields": fields}
        place = f"{self.root}/data/{path}"
        with self._reply(place, query, YANG_JSON, timeout_s) as (reply, until):
            if reply.status_code == HTTPStatus.NO_CONTENT:
                reply.raw.drain_conn()  # a connection is used again only where its answer was read
                return
            self._refuse_type(reply, place)
            yield from self._body(reply, until, place, LONGEST_BYTES)

    def close(self) -> None:
        """End the connection."""
        self._session.close()

    @contextmanager
    def _reply(
        self, place: str, query: Mapping[str, str], accept: str, timeout_s: float
    ) -> Iterator[tuple[requests.Response, float]]:
        """An answer that says yes, its body still to come, and when it has to be there."""
        until = time.monotonic() + timeout_s
        try:
            self._go_by_what_is_trusted_now()
            with (
                rpc(self._target.controller, "restconf", f"GET {place}"),
                self._session.get(
                    self._target.base + place + _query(query),
                    headers={"Accept": accept, "Accept-Encoding": "identity"},
                    auth=self._auth,
                    timeout=(min(CONNECT_S, timeout_s), timeout_s),
                    allow_redirects=False,
                    verify=not self._target.insecure,
                    stream=True,
                ) as reply,
            ):
                self._refuse_status(reply, place, until)
                yield reply, until
        except requests.exceptions.SSLError as err:
            raise self._unsafe(place, timeout_s, err) from err
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
            raise self._lost(place, timeout_s, err) from err

    def _go_by_what_is_trusted_now(self) -> None:
        """Connect anew where the certificates that vouch for the controller were renewed."""
        context = trust(self._target.ca, insecure=self._target.insecure)
        if self._adapter is None or self._adapter.context is not context:
            self._session.close()
            self._adapter = TrustAdapter(context)
            self._session.mount("https://", self._adapter)

    def _refuse_status(self, reply: requests.Response, place: str, until: float) -> None:
        status = reply.status_code
        if status in _OK:
            return
        controller, where = self._target.controller, self._where(place)
        if status == HTTPStatus.UNAUTHORIZED:
            raise AuthenticationRefused(controller, where, f"refused for {self._target.username!r}")
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise DeviceBusy(controller, where, "HTTP 429, too many requests")
        if status >= _SERVER_FAULT:
            raise DeviceUnreachable(controller, where, f"HTTP {status} {reply.reason}")
        if status < HTTPStatus.BAD_REQUEST:
            raise self._malformed(place, f"HTTP {status}; expected an answer, no redirect")
        body = b"".join(self._body(reply, until, place, SMALL_BYTES))
        raise refused_by(status, body)

    def _refuse_type(self, reply: requests.Response, place: str) -> None:
        found = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if found and found not in JSON_TYPES:
            raise self._malformed(place, f"content type {found[:60]}; expected {YANG_JSON}")

    def _body(
        self, reply: requests.Response, until: float, place: str, most: int
    ) -> Iterator[bytes]:
        size = 0
        for chunk in reply.raw.stream(READ_BYTES, decode_content=True):
            size += len(chunk)
            if size > most:
                raise self._malformed(place, f"more than {most} bytes")
            if time.monotonic() > until:
                raise self._lost(place, 0.0, TimeoutError("it took too long"))
            yield chunk

    def _unsafe(self, place: str, timeout_s: float, err: Exception) -> DeviceError:
        """TLS failed: because of the certificate, or because nobody spoke TLS."""
        if not isinstance(_innermost(err), ssl.SSLCertVerificationError):
            return self._lost(place, timeout_s, err)
        told = f"the TLS certificate is not trusted: {_words(err)}"
        return HostKeyRefused(self._target.controller, self._where(place), told)

    def _lost(self, place: str, timeout_s: float, err: Exception) -> DeviceError:
        slow = (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError)
        timed_out = isinstance(err, slow)
        said = f"no answer in {timeout_s:g} s" if timed_out else _words(err)
        return DeviceUnreachable(self._target.controller, self._where(place), said)

    def _malformed(self, place: str, why: str) -> ReplyMalformed:
        return ReplyMalformed(self._target.controller, self._where(place), why)

    def _where(self, place: str) -> str:
        return f"RESTCONF {place.removeprefix(self.root + '/data/')}"


def _query(query: Mapping[str, str]) -> str:
    """A query as boxes take it: what separates fields is not quoted (RFC 8040 section 4.8.3)."""
    return "".join(f"?{name}={value}" for name, value in query.items())


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


def _innermost(err: BaseException) -> BaseException:
    inner = err.__cause__ or err.__context__
    return err if inner is None else _innermost(inner)


def _words(err: Exception) -> str:
    """What the innermost error says; never an address with what was asked, never much."""
    inner = _innermost(err)
    return (str(inner) or type(inner).__name__)[:200]
