"""HTTP and JSON on loopback, so that another process can look at a lab and stir it.

GET /boxes, /boxes/NAME, /boxes/NAME/left_dirty, /boxes/NAME/log, /boxes/NAME/aps, of a C9800
/boxes/NAME/software; POST /boxes/NAME/fault, /foreign_edit, /reload, /cli, /ntp, /faults_clear, of
a C9800 /confirm_install; POST /stop. Of the desk, where there is one: GET /desk, POST
/desk/approve, /desk/withdraw.
The address is in STATE_DIR/control.json. Whoever may use the host's loopback may use it: it is a
simulator and holds no secret.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

from service.lab.aireos.handle import WlcHandle
from service.lab.desk.desk import Desk
from service.lab.errors import LabError, RpcRefusedError
from service.lab.handle import BoxHandle

Answer = tuple[int, object]


class Labs(Protocol):
    """What the channel needs of a lab."""

    stopping: threading.Event
    desk: Desk | None

    @property
    def names(self) -> list[str]:
        """Names of the boxes."""

    def any_box(self, name: str) -> BoxHandle | WlcHandle:
        """A handle."""


class Control:
    """The channel's server."""

    def __init__(self, lab: Labs) -> None:
        self._lab = lab
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._file: Path | None = None
        self.url = ""

    def start(self, state_dir: Path) -> None:
        """Listen, and write control.json."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="aprejoin-lab-control", daemon=True
        )
        self._thread.start()
        self._file = state_dir / "control.json"
        self._file.write_text(json.dumps({"url": self.url}), encoding="utf-8")

    def stop(self) -> None:
        """Stop listening; control.json goes too."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = None
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def get(self, path: list[str]) -> Answer:
        """Answer a GET."""
        match path:
            case ["boxes"]:
                return 200, [self._lab.any_box(name).summary() for name in self._lab.names]
            case ["boxes", name]:
                return 200, self._lab.any_box(name).summary()
            case ["boxes", name, "software"]:
                return 200, self._c9800(name).software()
            case ["boxes", name, page] if page in PAGES:
                return 200, PAGES[page](self._lab.any_box(name))
            case ["desk"]:
                desk = self._desk()
                return 200, {"kind": desk.KIND, "url": desk.url, "tickets": desk.listed()}
            case _:
                return 404, {"error": "no such page"}

    def _desk(self) -> Desk:
        if self._lab.desk is None:
            raise LabError("this lab has no desk: start it with `aprejoin lab up FLEET --desk`")
        return self._lab.desk

    def _c9800(self, name: str) -> BoxHandle:
        box = self._lab.any_box(name)
        if isinstance(box, BoxHandle):
            return box
        raise LabError(f"{name} is no Catalyst 9800")

    def post(self, path: list[str], body: dict[str, Any]) -> Answer:
        """Carry out a POST."""
        match path:
            case ["stop"]:
                self._lab.stopping.set()
                return 200, {}
            case ["boxes", name, "confirm_install"]:
                self._c9800(name).confirm_install(proceed=body["proceed"])
                return 200, {}
            case ["desk", verb] if verb in DECISIONS:
                return 200, {"answer": DECISIONS[verb](self._desk(), body)}
            case ["boxes", name, action] if action in ACTIONS:
                return 200, {"answer": ACTIONS[action](self._lab.any_box(name), body)}
            case _:
                return 404, {"error": "no such page"}


PAGES: dict[str, Callable[[BoxHandle | WlcHandle], object]] = {
    "left_dirty": lambda box: box.left_dirty(),
    "aps": lambda box: box.aps(),
    "log": lambda box: [asdict(event) for event in box.log],
}
ACTIONS: dict[str, Callable[[BoxHandle | WlcHandle, dict[str, Any]], object]] = {
    "fault": lambda box, body: box.fault(**body),
    "faults_clear": lambda box, _: box.faults_clear(),
    "foreign_edit": lambda box, body: box.foreign_edit(str(body["xml"])),
    "reload": lambda box, _: box.reload(),
    "cli": lambda box, body: box.cli(str(body["line"])),
    "ntp": lambda box, body: box.reachable_ntp(str(body["host"]), reachable=body["reachable"]),
}
DECISIONS: dict[str, Callable[[Desk, dict[str, Any]], object]] = {
    "approve": lambda desk, body: desk.approve_number(body["number"], body.get("hours")),
    "withdraw": lambda desk, body: desk.withdraw_number(body["number"]),
}


def _handler(control: Control) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._guarded(control.get)

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(size)
            self._guarded(lambda path: control.post(path, json.loads(text or b"{}")))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
            """Quiet: the boxes keep the log."""

        def _guarded(self, action: Callable[[list[str]], Answer]) -> None:
            try:
                status, document = action([p for p in self.path.split("/") if p])
            except (LabError, RpcRefusedError, KeyError, TypeError, ValueError) as err:
                status, document = 400, {"error": str(err)}
            self._give(status, document)

        def _give(self, status: int, document: object) -> None:
            text = json.dumps(document, default=str).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    return Handler
