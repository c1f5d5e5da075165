"""A storm of syslog: lines kept without loss, beside a sink that only reads the same bytes.

Printed, not judged but for this: every line that was sent over TCP is counted, once, and so few
looks were asked for as the damping promises.
"""

import socket
import threading
import time
from contextlib import closing, suppress

from service.cli.hearing import hearing
from service.config.clock import SystemClock
from service.listeners.intake import Intake
from service.listeners.server import TCP, UDP, Listeners, Place
from service.settings import Settings
from service.store.sql import SqlStore
from tests.integration.test_listening import INVENTORY, LINE

LINES = 20_000
APS = 500
SENT = "".join(
    f"{LINE.replace('87e0', f'{number % APS:04x}')}\n" for number in range(LINES)
).encode()


def sink() -> float:
    """Seconds until a bare reader has read it all."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        began = time.monotonic()
        sending = threading.Thread(target=send, args=(server.getsockname(),))
        sending.start()
        reader, _ = server.accept()
        read = 0
        with reader:
            while data := reader.recv(65536):
                read += data.count(b"\n")
        sending.join()
        assert read == LINES
        return time.monotonic() - began


def send(place) -> None:
    with socket.create_connection(place) as sender:
        sender.sendall(SENT)


def send_datagrams(place, count) -> None:
    """So many, evenly: ten thousand a minute."""
    lines, began = SENT.splitlines(), time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(count):
            sender.sendto(lines[number % APS], place)
            time.sleep(max(0.0, began + number * 0.006 - time.monotonic()))


def datagram_sink(count) -> int:
    """How many of them a bare reader gets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reader:
        reader.bind(("127.0.0.1", 0))
        reader.settimeout(1.5)
        sending = threading.Thread(target=send_datagrams, args=(reader.getsockname(), count))
        sending.start()
        read = 0
        with suppress(TimeoutError):
            while reader.recv(65536):
                read += 1
        sending.join()
        return read


def kept(store) -> int:
    return sum(one.count for one in store.events(limit=10 * APS))


def test_a_storm_over_tcp_is_kept_whole_and_is_two_looks(tmp_path, monkeypatch, figures):
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(INVENTORY)
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(inventory))
    settings, intake = Settings.from_environment(), Intake()
    floor_s = sink()
    with closing(SqlStore(settings.database_url, SystemClock())) as store:
        listeners = Listeners([Place(TCP, "127.0.0.1", 0)], intake)
        with hearing(settings, "redis://127.0.0.1:1/0", listeners, intake):
            host, _, port = listeners.addresses[TCP][0].rpartition(":")
            began = time.monotonic()
            send((host, int(port)))
            while kept(store) < LINES:
                assert time.monotonic() - began < 300, f"{kept(store)} of {LINES}"
                time.sleep(0.05)
            took_s = time.monotonic() - began
        figures(f"{LINES} lines over TCP, read and forgotten", seconds=floor_s)
        figures(f"... kept: {LINES / took_s:.0f} lines/s", seconds=took_s, ratio=took_s / floor_s)
        assert kept(store) == LINES
        assert len(store.sweeps(limit=9)) == 2


def test_ten_thousand_datagrams_a_minute_are_kept(tmp_path, monkeypatch, figures):
    """A sixth of a minute of them, evenly; what the system drops is counted, and shown."""
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(INVENTORY)
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(inventory))
    settings, intake, sent = Settings.from_environment(), Intake(), 10_000 // 6
    with closing(SqlStore(settings.database_url, SystemClock())) as store:
        listeners = Listeners([Place(UDP, "127.0.0.1", 0)], intake)
        with hearing(settings, "redis://127.0.0.1:1/0", listeners, intake):
            host, _, port = listeners.addresses[UDP][0].rpartition(":")
            began = time.monotonic()
            send_datagrams((host, int(port)), sent)
            time.sleep(1.5)
            took_s = time.monotonic() - began
        figures(f"{datagram_sink(sent)} of {sent} datagrams read and forgotten", seconds=took_s)
        figures(f"... {kept(store)} of {sent} kept", seconds=took_s)
        assert len(store.sweeps(limit=9)) <= 2
