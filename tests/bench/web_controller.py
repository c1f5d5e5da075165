"""A RESTCONF server with very many access points and canned answers, in a process of its own.

    python -m tests.bench.web_controller narrow|wide FOLDER

prints one line of JSON (port, ca) and serves until its input ends.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from service.lab.restconf.tls import server_context
from tests.bench.many_aps import KEYS
from tests.bench.many_aps_json import body, resource

PIECE = 16_000  # a proxy in front of a box sends such chunks


def chunked(text: bytes) -> bytes:
    """A body as it goes over the wire."""
    pieces = (text[at : at + PIECE] for at in range(0, len(text), PIECE))
    return b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"


def serve(width: str, folder: Path) -> None:
    """Until the input ends."""
    wide = width == "wide"
    canned = {resource(key): chunked(body(key, wide=wide and key == "aps")) for key in KEYS}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            place = self.path.partition("?")[0].removeprefix("/restconf/data/")
            self.send_response(200)
            self.send_header("Content-Type", "application/yang-data+json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(canned[place])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    context, ca = server_context(folder, "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(json.dumps({"port": server.server_address[1], "ca": str(ca)}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))
