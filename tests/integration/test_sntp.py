"""The SNTP client against a loopback server that answers right, wrong, late or not at all."""

import socket
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from service.config.clock import SystemClock
from service.config.sntp import ask
from service.domain.instants import Instant
from service.errors import CapabilityMissing, DeviceBusy, DeviceUnreachable, ReplyMalformed
from tests.support.patience import REPLY_S

EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
PACKET = struct.Struct("!BBbb II 4s QQQQ")


def ntp(moment):
    return int((moment - EPOCH) / timedelta(seconds=1) * 2**32) % 2**64


def reply(question, now, **changes):
    """A good answer of a stratum 2 server at a moment, with some of its fields changed."""
    fields = {
        "leap": 0,
        "version": 4,
        "mode": 4,
        "stratum": 2,
        "root_delay": 0x0000_1000,
        "root_dispersion": 0x0000_1000,
        "reference": b"\x7f\x00\x00\x01",
        "origin": PACKET.unpack(question)[-1],
        "received": ntp(now),
        "sent": ntp(now),
    } | changes
    first = fields["leap"] << 6 | fields["version"] << 3 | fields["mode"]
    return PACKET.pack(
        first,
        fields["stratum"],
        6,
        -20,
        fields["root_delay"],
        fields["root_dispersion"],
        fields["reference"],
        ntp(now),
        fields["origin"],
        fields["received"],
        fields["sent"],
    )


@contextmanager
def server(answers):
    """A server that sends, for one question, every packet that `answers(question)` gives."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", 0))
        link.settimeout(REPLY_S)

        def serve():
            question, client = link.recvfrom(1024)
            for packet in answers(question):
                link.sendto(packet, client)

        thread = threading.Thread(target=serve)
        thread.start()
        yield link.getsockname()[1]
        thread.join()


def answer_of(answers, timeout_s=REPLY_S, clock=None):
    with server(answers) as port:
        return ask("127.0.0.1", port, timeout_s, clock=clock)


def now(offset_s=0.0):
    return SystemClock().now().wall + timedelta(seconds=offset_s)


@pytest.mark.parametrize("offset_s", [0.0, -3.5, 86_400.0, -15_000_000.0])
def test_the_offset_is_what_the_host_is_wrong_by(offset_s):
    source = answer_of(lambda q: [reply(q, now(offset_s))])
    assert source.name == "SNTP 127.0.0.1"
    assert source.offset_s == pytest.approx(offset_s, abs=source.uncertainty_s)
    assert source.uncertainty_s >= 0x1800 / 2**16


def test_the_time_that_the_server_holds_a_question_is_not_counted_as_travel():
    def slow(question):
        first = now()
        return [reply(question, first, received=ntp(first), sent=ntp(first) + 1)]

    found = answer_of(slow)
    assert abs(found.offset_s) <= found.uncertainty_s


def test_the_question_tells_nothing_about_us_and_is_never_the_same():
    seen = []
    for _ in range(2):
        answer_of(lambda q: [seen.append(PACKET.unpack(q)) or reply(q, now())])
    assert seen[0][:-1] == seen[1][:-1] == (0x23, 0, 0, 0, 0, 0, bytes(4), 0, 0, 0)
    assert seen[0][-1] != seen[1][-1]


@dataclass
class Frozen:
    """A clock of a host that lives at another time; its boot time passes."""

    wall: datetime

    def now(self):
        return Instant(self.wall, SystemClock().now().boottime_s, "boot")


@pytest.mark.parametrize("host_s", [-10, 10])
def test_the_turn_of_the_era_in_2036_is_nothing_special(host_s):
    turn = EPOCH + timedelta(seconds=2**32)
    clock = Frozen(turn + timedelta(seconds=host_s))
    source = answer_of(lambda q: [reply(q, turn + timedelta(seconds=-host_s))], clock=clock)
    assert source.offset_s == pytest.approx(-2 * host_s, abs=source.uncertainty_s)


def test_what_does_not_answer_our_question_is_passed_over():
    def noisy(question):
        yield b"short"
        yield reply(question, now(999), origin=0)
        yield reply(question, now(999), origin=1, stratum=0, reference=b"DENY")
        yield reply(question, now())

    found = answer_of(noisy)
    assert abs(found.offset_s) <= found.uncertainty_s


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(lambda _: [], id="silent"),
        pytest.param(lambda q: [reply(q, now(), origin=7)], id="spoofed"),
        pytest.param(lambda _: [b"", b"\x24" * 47], id="short"),
    ],
)
def test_no_answer_to_our_question_is_no_answer(answers):
    with pytest.raises(DeviceUnreachable, match=r"no answer within 0\.1 s"):
        answer_of(answers, timeout_s=0.1)


def test_an_answer_that_comes_too_late_is_no_answer():
    asked_again = threading.Event()

    def late(question):
        asked_again.wait(REPLY_S)
        return [reply(question, now())]

    with server(late) as port:
        with pytest.raises(DeviceUnreachable):
            ask("127.0.0.1", port, 0.1)
        asked_again.set()


def test_a_closed_port_and_an_unknown_name_are_unreachable():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", 0))
        port = link.getsockname()[1]
    with pytest.raises(DeviceUnreachable):
        ask("127.0.0.1", port, 0.5)
    with pytest.raises(DeviceUnreachable, match="name not resolved"):
        ask("..", port, 0.5)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"leap": 3}, ReplyMalformed),
        ({"stratum": 16}, ReplyMalformed),
        ({"mode": 3}, ReplyMalformed),
        ({"mode": 5}, ReplyMalformed),
        ({"version": 2}, ReplyMalformed),
        ({"received": 0}, ReplyMalformed),
        ({"sent": 0}, ReplyMalformed),
        ({"root_dispersion": 2 << 16}, ReplyMalformed),
        ({"root_delay": 4 << 16}, ReplyMalformed),
        ({"stratum": 0, "reference": b"RATE"}, DeviceBusy),
        ({"stratum": 0, "reference": b"DENY"}, CapabilityMissing),
        ({"stratum": 0, "reference": b"RSTR"}, CapabilityMissing),
        ({"stratum": 0, "reference": b"INIT"}, ReplyMalformed),
        ({"stratum": 0, "reference": b"\xff\0\0\0"}, ReplyMalformed),
    ],
)
def test_an_answer_that_is_not_fit_is_an_error(changes, error):
    with pytest.raises(error):
        answer_of(lambda q: [reply(q, now(), **changes)])


@pytest.mark.parametrize("held_s", [-5, 5])
def test_times_that_cannot_be_are_an_error(held_s):
    def impossible(question):
        first = now()
        return [reply(question, first, sent=ntp(first + timedelta(seconds=held_s)))]

    with pytest.raises(ReplyMalformed, match="impossible times"):
        answer_of(impossible)
