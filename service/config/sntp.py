"""Asking one NTP server for the time, strictly: a second opinion on true time.

A client of one question. What is not an answer to it (another origin timestamp) is passed over as
spoofed or late; an answer that says it is not fit (unsynchronised, kiss-o'-death) is an error. The
packet carries a random number where the local time would stand, so it tells nothing and cannot be
guessed. Differences are reckoned modulo 2^64, so the turn of the era in 2036 does not matter while
host and server are less than 68 years apart.

Source: RFC 4330 section 5, RFC 5905 sections 6-8, RFC 9109 for the random number.
"""

import secrets
import socket
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.config.clock import SystemClock
from service.domain.instants import Instant, TimeSource
from service.errors import CapabilityMissing, DeviceBusy, DeviceUnreachable, ReplyMalformed
from service.ports.clock import Clock

NTP_PORT = 123
MOST_DISTANT_S = 1.5
"""A root distance above this makes the answer unfit (RFC 5905, MAXDIST with its usual slack)."""

_PACKET = struct.Struct("!BBbb II 4s QQQQ")
_CLIENT_V4 = 0x23  # leap 0, version 4, mode 3
_VERSIONS = frozenset({3, 4})
_SERVER_MODE, _ALARM, _HIGHEST_STRATUM = 4, 3, 15
_NTP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_SHORT, _LONG, _ERA = 2**16, 2**32, 2**64
_CLOCK_STEP_S = 0.001
_OPERATION = "SNTP"


@dataclass(frozen=True, slots=True)
class _Answer:
    leap: int
    version: int
    mode: int
    stratum: int
    root_delay_s: float
    root_dispersion_s: float
    reference_id: bytes
    origin: int
    received: int
    sent: int


def ask(
    host: str, port: int = NTP_PORT, timeout_s: float = 2.0, *, clock: Clock | None = None
) -> TimeSource:
    """What one server says that the host's wall clock should be corrected by.

    Addresses of a name are tried in turn, each with its own deadline.

    Raises:
        DeviceUnreachable: no answer to our question in time.
        DeviceBusy: the server asks for a slower pace; leave it alone for a while.
        CapabilityMissing: the server refuses us (kiss-o'-death); asking again changes nothing.
        ReplyMalformed: an answer that is not fit: unsynchronised, or with impossible times.
    """
    reading = clock or SystemClock()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as err:
        raise DeviceUnreachable(host, _OPERATION, f"name not resolved ({err})") from err
    failure: DeviceUnreachable | None = None
    for family, kind, protocol, _, address in found:
        try:
            with socket.socket(family, kind, protocol) as link:
                link.connect(address)  # the kernel now drops what others send
                return _question(host, link, timeout_s, reading)
        except DeviceUnreachable as err:
            failure = err
        except OSError as err:
            failure = DeviceUnreachable(host, _OPERATION, str(err))
    raise failure or DeviceUnreachable(host, _OPERATION, "no address")


def _question(host: str, link: socket.socket, timeout_s: float, clock: Clock) -> TimeSource:
    nonce = secrets.randbits(64) or 1
    asked = clock.now()
    link.send(_PACKET.pack(_CLIENT_V4, 0, 0, 0, 0, 0, bytes(4), 0, 0, 0, nonce))
    answer, answered = _await_answer(
        host, link, nonce=nonce, asked=asked, timeout_s=timeout_s, clock=clock
    )
    _check_fit(host, answer)
    return _reckon(host, answer, asked, answered.seconds_since(asked))


def _await_answer(
    host: str, link: socket.socket, *, nonce: int, asked: Instant, timeout_s: float, clock: Clock
) -> tuple[_Answer, Instant]:
    """The first packet that answers our question, with the moment it came."""
    while True:
        left_s = timeout_s - clock.now().seconds_since(asked)
        if left_s <= 0:
            raise DeviceUnreachable(host, _OPERATION, f"no answer within {timeout_s:g} s")
        link.settimeout(left_s)
        try:
            data = link.recv(1024)
        except TimeoutError:
            continue
        answered = clock.now()
        answer = _unpack(data)
        if answer is not None and answer.origin == nonce:
            return answer, answered


def _unpack(data: bytes) -> _Answer | None:
    """The header of a packet; None for what is too short to be one."""
    if len(data) < _PACKET.size:
        return None
    first, stratum, _, _, delay, dispersion, ref, _, origin, received, sent = _PACKET.unpack_from(
        data
    )
    return _Answer(
        leap=first >> 6,
        version=first >> 3 & 0b111,
        mode=first & 0b111,
        stratum=stratum,
        root_delay_s=delay / _SHORT,
        root_dispersion_s=dispersion / _SHORT,
        reference_id=ref,
        origin=origin,
        received=received,
        sent=sent,
    )


def _check_fit(host: str, answer: _Answer) -> None:
    if answer.mode != _SERVER_MODE or answer.version not in _VERSIONS:
        what = f"mode {answer.mode}, version {answer.version}: not a server's answer"
        raise ReplyMalformed(host, _OPERATION, what)
    if answer.stratum == 0:
        raise _kissed(host, answer.reference_id)
    if answer.leap == _ALARM or answer.stratum > _HIGHEST_STRATUM:
        what = f"the server is not synchronised (stratum {answer.stratum})"
        raise ReplyMalformed(host, _OPERATION, what)
    if not answer.received or not answer.sent:
        raise ReplyMalformed(host, _OPERATION, "an answer without times")


def _kissed(host: str, code: bytes) -> DeviceBusy | CapabilityMissing | ReplyMalformed:
    """The error for a kiss-o'-death (RFC 5905, 7.4)."""
    word = code.rstrip(b"\0").decode("ascii", "replace")
    what = f"kiss-o'-death {word!r}"
    match word:
        case "RATE":
            return DeviceBusy(host, _OPERATION, f"{what}: asked too often")
        case "DENY" | "RSTR":
            return CapabilityMissing(host, _OPERATION, f"{what}: the server refuses this client")
        case _:
            return ReplyMalformed(host, _OPERATION, what)


def _reckon(host: str, answer: _Answer, asked: Instant, elapsed_s: float) -> TimeSource:
    """Offset and uncertainty; the host's own end is its wall clock carried on monotonically."""
    asked_ntp = _to_ntp(asked.wall)
    outward_s = _difference_s(answer.received, asked_ntp)
    held_s = _difference_s(answer.sent, answer.received)
    delay_s = elapsed_s - held_s
    if held_s < 0 or delay_s < -_CLOCK_STEP_S:
        raise ReplyMalformed(host, _OPERATION, "an answer with impossible times")
    homeward_s = _difference_s(answer.sent, asked_ntp) - elapsed_s
    distance_s = max(delay_s, 0.0) / 2 + answer.root_delay_s / 2 + answer.root_dispersion_s
    if distance_s > MOST_DISTANT_S:
        what = f"the server is {distance_s:.1f} s unsure of its time"
        raise ReplyMalformed(host, _OPERATION, what)
    return TimeSource(f"SNTP {host}", (outward_s + homeward_s) / 2, distance_s)


def _to_ntp(moment: datetime) -> int:
    """NTP's 64-bit form of a moment, of whatever era."""
    microseconds = (moment - _NTP_EPOCH) // timedelta(microseconds=1)
    return microseconds * _LONG // 1_000_000 % _ERA


def _difference_s(later: int, earlier: int) -> float:
    """Seconds from one NTP timestamp to another, the nearer way around the era."""
    return ((later - earlier + _ERA // 2) % _ERA - _ERA // 2) / _LONG
