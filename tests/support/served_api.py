"""An application on a port of loopback, for clients that need a socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn


@contextmanager
def served(app: Any, tls: tuple[Path, Path] | None = None) -> Iterator[str]:
    """Serves it; its address. `tls`: certificate and key."""
    cert, key = (None, None) if tls is None else tls
    config = uvicorn.Config(
        app, lifespan="off", log_level="error", ssl_certfile=cert, ssl_keyfile=key
    )
    server, sock = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    scheme = "http" if tls is None else "https"
    try:
        yield f"{scheme}://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        sock.close()
