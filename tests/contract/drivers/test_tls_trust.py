"""What vouches for a controller over RESTCONF, and how often is connected: real TLS on loopback."""

import shutil
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from service.drivers.links.restconf import RestconfLink, RestconfTarget
from service.drivers.links.tls_trust import trust
from service.errors import DeviceUnreachable, HostKeyRefused
from service.lab.restconf.tls import server_context
from tests.support.patience import REPLY_S

ROWS = b'{"m:list": [{"name": "one"}]}'
ANSWERS = {"/restconf/data/m:top/list": (200, ROWS), "/restconf/data/m:top/none": (204, b"")}


class Kept:
    """A taker that keeps everything."""

    def __init__(self):
        self.entries = []

    def take_known(self, _text, at):
        return at

    def take(self, entry, _text):
        self.entries.append(entry)


class Box(ThreadingHTTPServer):
    """Answers over TLS, and counts who connects."""

    daemon_threads = True

    def __init__(self, context):
        self.connected = 0
        super().__init__(("127.0.0.1", 0), Answering)
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def handle_error(self, request, client_address):
        """A client that does not trust us hangs up: that is what is tested."""


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        self.request.do_handshake()
        self.server.connected += 1
        super().setup()

    def do_GET(self):
        status, body = ANSWERS.get(self.path, (404, b"{}"))
        self.send_response(status)
        self.send_header("Content-Type", "application/yang-data+json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        """Nothing: a test's output is its own."""


@contextmanager
def box(folder):
    """A box with a certificate of its own, and the file by which one can tell it."""
    context, ca = server_context(folder, "127.0.0.1")
    with Box(context) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server, ca
        finally:
            server.shutdown()
            thread.join(REPLY_S)


@contextmanager
def link(server, ca, **more):
    target = RestconfTarget(
        "hq-1", "127.0.0.1", server.server_address[1], "ann", "canary", str(ca), **more
    )
    found = RestconfLink(target)
    try:
        yield found
    finally:
        found.close()


def entries(found, name="list"):
    taker = Kept()
    found.read(f"m:top/{name}", f"m:{name}", taker, fields=None, timeout_s=REPLY_S)
    return taker.entries


def test_one_connection_serves_all_requests_those_without_an_answer_among_them(tmp_path):
    with box(tmp_path) as (server, ca), link(server, ca) as found:
        told = [entries(found, name) for name in ("none", "list", "none", "none", "list")]
        assert told == [[], [{"name": "one"}], [], [], [{"name": "one"}]]
        assert server.connected == 1


def test_a_file_is_loaded_once_and_again_when_it_was_renewed(tmp_path):
    with box(tmp_path / "a") as (server, ca), box(tmp_path / "b") as (_, other):
        used = tmp_path / "used.pem"
        shutil.copy(other, used)
        with link(server, used) as found:
            with pytest.raises(HostKeyRefused, match="not trusted"):
                entries(found)
            assert trust(str(used), insecure=False) is trust(str(used), insecure=False)
            before = trust(str(used), insecure=False)
            fresh = tmp_path / "fresh.pem"
            shutil.copy(ca, fresh)
            fresh.replace(used)
            assert trust(str(used), insecure=False) is not before
            assert entries(found) == [{"name": "one"}]


def test_who_takes_any_certificate_shares_nothing_with_who_does_not(tmp_path):
    with box(tmp_path / "a") as (server, _), box(tmp_path / "b") as (_, other):
        with link(server, other, insecure=True) as found:
            assert entries(found) == [{"name": "one"}]
        with link(server, other) as found, pytest.raises(HostKeyRefused):
            entries(found)
        assert trust(str(other), insecure=False).verify_mode is ssl.CERT_REQUIRED
        assert trust(str(other), insecure=True).verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_file_that_vouches_for_nobody_is_told(tmp_path, content):
    with box(tmp_path / "a") as (server, _):
        empty = tmp_path / "empty.pem"
        if content is not None:
            empty.write_bytes(content)
        with link(server, empty) as found, pytest.raises(DeviceUnreachable, match="hq-1: RESTCONF"):
            entries(found)
        assert server.connected == 0
