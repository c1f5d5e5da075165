"""The sockets that syslog comes in by, on loopback: what is sent arrives, or is counted as lost."""

import socket
import ssl
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress

import pytest

from service.errors import InvalidInput, Refused
from service.listeners.drops import dropped
from service.listeners.intake import Intake, Line
from service.listeners.senders import Senders
from service.listeners.server import SNMP, TCP, TLS, UDP, Listeners, Place, TlsFiles, bound
from tests.support.certificates import for_loopback
from tests.support.patience import PATIENCE_S


@contextmanager
def listening(via, intake=None, tls=None):
    intake = intake or Intake()
    with closing(Listeners([Place(via, "127.0.0.1", 0)], intake, tls)) as listeners:
        listeners.start()
        host, _, port = listeners.addresses[via][0].rpartition(":")
        yield intake, (host, int(port)), listeners


def taken(intake, count):
    """Lines until there are so many."""
    found, ends = [], time.monotonic() + PATIENCE_S
    while len(found) < count and time.monotonic() < ends:
        found += intake.take(most=count, within_s=0.2)
    return found


def test_a_stranger_is_not_heard_and_is_counted():
    senders = Senders()
    places = [Place(via, "127.0.0.1", 0) for via in (UDP, TCP)]
    intake = Intake()
    with closing(Listeners(places, intake, senders=senders)) as listeners:
        listeners.start()
        ((host, _, udp), (_, _, tcp)) = (
            listeners.addresses[via][0].rpartition(":") for via in (UDP, TCP)
        )
        with socket.create_connection((host, int(tcp))) as sender:
            sender.settimeout(PATIENCE_S)
            with suppress(ConnectionError):
                assert sender.recv(1) == b"", "the connection is let go"
        with socket.socket(type=socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<13>a", (host, int(udp)))
            seen, ends = Counter(), time.monotonic() + PATIENCE_S
            while sum(seen.values()) < 2 and time.monotonic() < ends:
                assert intake.take(most=9, within_s=0.1) == []
                seen.update(senders.take_strangers())
    assert seen == {"127.0.0.1": 2}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return for_loopback(tmp_path_factory.mktemp("tls"))


def test_datagrams_arrive_one_line_each():
    with listening(UDP) as (intake, place, _), socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendto(b"<13>a", place)
        assert taken(intake, 1) == [Line(b"<13>a", UDP, "127.0.0.1")]


def test_a_trap_has_a_way_back_for_its_acknowledgement():
    with listening(SNMP) as (intake, place, _), socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.settimeout(PATIENCE_S)
        sender.sendto(b"inform", place)
        (line,) = taken(intake, 1)
        line.answer(b"acknowledged")
        assert sender.recv(99) == b"acknowledged"


def test_both_framings_arrive_over_tcp_and_a_line_without_its_end():
    with listening(TCP) as (intake, place, _):
        with socket.create_connection(place) as sender:
            sender.sendall(b"5 <13>a<13>b\n")
            assert [line.data for line in taken(intake, 2)] == [b"<13>a", b"<13>b"]
            sender.sendall(b"<13>c")
        assert taken(intake, 1) == [Line(b"<13>c", TCP, "127.0.0.1")]


def is_refused(context, place):
    """Whether a line is; with TLS 1.3 that comes after the handshake."""
    try:
        with (
            socket.create_connection(place) as raw,
            context.wrap_socket(raw, server_hostname="127.0.0.1") as sender,
        ):
            sender.sendall(b"5 <13>x")
            return sender.recv(1) == b""
    except (ssl.SSLError, ConnectionError):
        return True


def test_lines_arrive_over_tls_from_senders_whose_certificate_is_vouched_for(files):
    certificate, key = files
    tls = TlsFiles(certificate, key, certificate).context()
    mine = ssl.create_default_context(cafile=str(certificate))
    with listening(TLS, tls=tls) as (intake, place, _):
        assert is_refused(mine, place)
        mine.load_cert_chain(certificate, key)
        with (
            socket.create_connection(place) as raw,
            mine.wrap_socket(raw, server_hostname="127.0.0.1") as sender,
        ):
            sender.sendall(b"5 <13>a")
            assert taken(intake, 1) == [Line(b"<13>a", TLS, "127.0.0.1")]


def test_a_stream_waits_while_the_queue_is_full_and_loses_nothing():
    intake = Intake(most_lines=1000)
    sent = [b"<13>%d" % number for number in range(5000)]
    with listening(TCP, intake) as (_, place, _):

        def send():
            with socket.create_connection(place) as sender:
                sender.sendall(b"\n".join(sent))

        sending = threading.Thread(target=send)
        sending.start()
        found = taken(intake, len(sent))
        sending.join()
    assert [line.data for line in found] == sent
    assert intake.take_lost() == {}


def test_datagrams_that_find_no_room_are_counted():
    intake = Intake(most_lines=2)
    assert [intake.put(Line(b"x", UDP, "s")) for _ in range(5)] == [True, True, False, False, False]
    assert intake.take_lost() == {UDP: 3}
    assert intake.take_lost() == {}
    assert len(intake.take(most=9, within_s=0)) == 2
    assert Intake(most_bytes=100).put(Line(b"x" * 100, UDP, "s")) is False


def test_what_the_system_drops_of_datagrams_is_known():
    with closing(bound(Place(UDP, "127.0.0.1", 0))) as made:
        if made.fileno() not in dropped([made.fileno()]):
            pytest.skip("the system does not tell")
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        with socket.socket(type=socket.SOCK_DGRAM) as sender:
            for _ in range(200):
                sender.sendto(b"x" * 1000, made.getsockname())
        assert dropped([made.fileno()])[made.fileno()] > 0


def test_a_port_in_use_and_a_bad_certificate_are_told_in_words(files, tmp_path):
    with closing(bound(Place(TCP, "127.0.0.1", 0))) as taken_already:
        port = taken_already.getsockname()[1]
        with pytest.raises(Refused, match=rf"127.0.0.1:{port} \(syslog-tcp\): Address already"):
            Listeners([Place(TCP, "127.0.0.1", port)], Intake())
    with pytest.raises(Refused, match=r"cannot listen on no\.such\.host\.invalid:5514"):
        bound(Place(UDP, "no.such.host.invalid", 5514))
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    with pytest.raises(InvalidInput, match=r"bad\.pem"):
        TlsFiles(bad, bad).context()
    with pytest.raises(InvalidInput, match=r"bad\.pem"):
        TlsFiles(*files, bad).context()


def test_a_privileged_port_is_told_with_a_way_round(monkeypatch):
    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", denied)
    with pytest.raises(Refused, match=r"below 1024 need a privilege.*5514"):
        bound(Place(UDP, "127.0.0.1", 514))
