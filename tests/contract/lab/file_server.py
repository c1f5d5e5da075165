"""An HTTP server on loopback that behaves as well or as badly as a test wants."""

import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOGIN = "Basic " + base64.b64encode(b"mover:s3cret").decode()


class Files(BaseHTTPRequestHandler):
    """/NAME gives a file; /short/NAME half of it; /closed/NAME asks for a login."""

    files: dict[str, bytes]

    def do_GET(self):
        *way, name = self.path.strip("/").split("/")
        data = self.files.get(name)
        if data is None:
            self.send_error(404)
            return
        if way == ["closed"] and self.headers.get("Authorization") != LOGIN:
            self.send_error(401)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if way == ["short"] else data)

    def log_message(self, format, *args):  # noqa: A002  # the base's name
        """Quiet."""


@contextmanager
def serving(files: dict[str, bytes], certificate: tuple[Path, Path] | None = None) -> Iterator[str]:
    """The server's address, such as 127.0.0.1:12345."""
    handler = type("Here", (Files,), {"files": files})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # clients that hang up are no news
    if certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
