"""Where webhooks may go: what a URL has to look like, and which addresses are never called.

A webhook makes this service call an address that somebody else chose, from inside of the network.
So addresses are judged, not names: a name may mean another address a second later. An IPv6 address
that carries an IPv4 one is judged by both.

Source: IANA's special-purpose address registries (RFC 6890), as `ipaddress` knows them; RFC 6052
(64:ff9b::/96); the addresses of clouds' metadata services are from their own manuals.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from service.errors import InvalidInput

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST_URL = 2048
PORTS = {"https": 443, "http": 80}
METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google, Oracle, DigitalOcean
        "169.254.170.2",  # AWS ECS
        "fd00:ec2::254",  # AWS
        "fd20:ce::254",  # Google
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's wire server
        "192.0.0.192",  # Oracle, older
    )
)
"""They hand out credentials to whoever asks from inside: called only where a setting names the very
address (/32 or /128); a network that has it among others does not allow it."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
COMPATIBLE = ipaddress.IPv6Network("::/96")
_LOW_32 = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, taken apart.

    Attributes:
        host: a name or an address without brackets.
        path: with the query; never empty.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_tls(self) -> bool:
        """Whether the receiver's certificate is checked."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Take a URL apart.

    Raises:
        InvalidInput: it is none that a webhook could go to. The URL itself may hold a secret and is
            not repeated.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise _refused(f"a text that is no URL of at most {LONGEST_URL} ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("a malformed URL") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise _refused("no https:// or http:// URL with a host")
    if parts.username is not None or parts.password is not None:
        raise _refused("a URL with a user or password in it")
    if parts.fragment:
        raise _refused("a URL with a fragment")
    if port == 0:
        raise _refused("port 0")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], path)


def why_refused(target: Target, address: Address, allowed: tuple[Network, ...]) -> str:
    """Why this address may not be called; empty: it may.

    Args:
        target: what was asked for.
        address: what its name resolved to just now.
        allowed: networks whose private or loopback addresses may be called, also without TLS; and
            link-local ones where the network is of nothing else.
    """
    faces = tuple(_faces(address))
    for one in faces:
        if (sort := _never(one)) and not _is_named(one, allowed):
            return f"{address} is {sort}"
    strangers = [one for one in faces if not _is_listed(one, allowed)]
    if strangers and not target.is_tls:
        return f"{address} is called with https only"
    if any(not one.is_global for one in strangers):
        return f"{address} is no public address and in no network that a setting allows"
    return ""


def _is_listed(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(one.version == address.version and address in one for one in networks)


def _is_named(address: Address, networks: tuple[Network, ...]) -> bool:
    """Whether a setting means this address, of those that no wide network allows."""
    alone = tuple(one for one in networks if one.num_addresses == 1)
    if address in METADATA:
        return _is_listed(address, alone)
    local = tuple(one for one in networks if one.is_link_local)
    return address.is_link_local and _is_listed(address, local)


def _never(address: Address) -> str:
    """What kind of address this is that is not called, unless it is named; empty: none."""
    if address in METADATA:
        return "a metadata service"
    sorts = {
        "a multicast address": address.is_multicast,
        "a link-local address": address.is_link_local,
        "an unspecified address": address.is_unspecified,
        "a reserved address": address.is_reserved and not _is_nat64(address),
        "a site-local address": getattr(address, "is_site_local", False),
    }
    return next((sort for sort, holds in sorts.items() if holds and not address.is_loopback), "")


def _is_nat64(address: Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and address in NAT64


def _faces(address: Address) -> Iterator[Address]:
    """The address itself, unless it only wraps another, and every IPv4 address inside of it."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    plain = ipaddress.IPv6Address(int(address))  # without a zone
    wrapped = plain.ipv4_mapped or (_low(plain) if plain in NAT64 else None)
    if wrapped is not None:
        yield wrapped
        return
    yield plain
    if plain.sixtofour is not None:
        yield plain.sixtofour
    if plain.teredo is not None:
        yield from plain.teredo
    if plain in COMPATIBLE and int(plain) > 1:
        yield _low(plain)


def _low(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int(address) & _LOW_32)


def _refused(what: str) -> InvalidInput:
    return InvalidInput(f"found {what}", where="url", expected="https://host/path")
