"""`aprejoin serve`: REST, workers and schedule in one process tree, nothing else to install.

The main thread starts the children and tends them, for they live as long as the thread that
started them; the API runs in a thread beside it.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias

import click
import uvicorn

from service.cli.edge import command_edge, inventory_option, json_option, people
from service.cli.file_server import check_certificate
from service.cli.hearing import hearing
from service.cli.listen import HostPort
from service.cli.standing import (
    opened,
    say_ready,
    say_what_is_left_out,
    say_what_waits,
    standing_settings,
    store_alone,
    told_to_stop,
)
from service.config.folder_lock import FolderLock
from service.errors import InvalidInput, Refused, StoreError
from service.identity.trust import Trust
from service.listeners.intake import Intake
from service.listeners.senders import Senders
from service.listeners.server import TCP, UDP, Listeners, Place
from service.settings import Settings
from service.supervise import EVERYBODY, TEND_EVERY_S, Supervisor, supervised
from service.usecases.admit import first_token

HOST, PORT = "127.0.0.1", 8462
READY_WITHIN_S, GRACE_S = 30.0, 10
Tls: TypeAlias = tuple[Path, Path]
"""Certificate and key."""
ASGI = "service.asgi"
"""Loaded by name, as uvicorn does: the application is made of faces, and no face imports it."""


@click.command("serve")
@inventory_option
@click.option("--host", default=HOST, show_default=True, help="Where to listen.")
@click.option(
    "--port",
    default=PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0: any free port; the ready line names it.",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path),
    help="A certificate with its chain, in PEM: then HTTPS is spoken. With --tls-key.",
)
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its key, without a password.")
@click.option(
    "--listen",
    type=HostPort(),
    help="Hear syslog there, too, over UDP and TCP; `aprejoin listen` has more.",
)
@click.option("--api-only", is_flag=True, help="Only REST: workers and beat run elsewhere.")
@json_option
@command_edge
def serve_command(
    inventory: Path | None,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    listen: tuple[str, int] | None,
    api_only: bool,
    as_json: bool,
) -> None:
    """Run REST, workers, schedule and an embedded broker, until Ctrl-C or SIGTERM.

    The first start makes an administrator's token and prints it once, on stderr; only its hash is
    kept. `aprejoin token create` makes others. With APREJOIN_BROKER_URL and APREJOIN_DATABASE_URL
    the same runs on many machines: see deploy/many-machines.md.

    \b
    Examples:
      aprejoin serve -i inventory.yaml
      aprejoin serve -i inventory.yaml --listen 0.0.0.0:5514
      aprejoin serve -i inventory.yaml --port 0 --json

    With --json one line is printed when it is ready: {"serve": {"address": ..., "token": ...}}.
    """
    settings, intake = standing_settings(inventory), Intake()
    tls = _tls(tls_cert, tls_key)
    Trust.from_environment(os.environ)  # what is wrong with it is told before anything begins
    with (
        told_to_stop() as stop,
        closing(_listener(host, port, tls)) as listener,
        closing(FolderLock(settings.state_dir / "serve.lock")) as lock,
        _hearers(listen, intake) as hearers,
    ):
        address = _address(listener, tls)
        if not api_only:
            _be_the_only_one(lock, address)
        with opened(settings) as context:
            say_what_is_left_out(context)
        crews = () if api_only else EVERYBODY
        with (
            supervised(settings, crews=crews, beat=not api_only) as children,
            hearing(settings, children.broker_url, hearers, intake) as hears,
        ):
            token = _first_token(settings)
            api = _Api(settings, listener, tls)
            try:
                api.start()
                ready: dict[str, object] = {"address": address, "token": token}
                if hearers is not None:
                    ready["listen"] = hearers.addresses
                say_ready("serve", ready, f"ready: {address}/api/v1", as_json=as_json)
                _tend(children, api, stop, hears)
            finally:
                api.stop()
    if not api_only:
        with suppress(StoreError), store_alone(settings) as context:
            say_what_waits(context)


@contextmanager
def _hearers(place: tuple[str, int] | None, intake: Intake) -> Iterator[Listeners | None]:
    """Bound where syslog is to be heard; None: nowhere. Raises Refused."""
    if place is None:
        yield None
        return
    host, port = place
    places = [Place(via, host, port) for via in (UDP, TCP)]
    with closing(Listeners(places, intake, senders=Senders())) as listeners:
        yield listeners


def _be_the_only_one(lock: FolderLock, address: str) -> None:
    """Two whole services on one state folder do no harm, but are a mistake. Raises Refused."""
    if not lock.take(f"process {os.getpid()} at {address}"):
        raise Refused(
            f"{lock.note} serves this state folder already. Beside it there may be workers "
            "(`aprejoin worker`) and more of the API (`aprejoin serve --api-only`); another "
            "service takes another APREJOIN_STATE_DIR"
        )


def _first_token(settings: Settings) -> str:
    """Where a token is to be found; the first one is shown here and never again."""
    with store_alone(settings) as context:
        clear = first_token(context)
    if clear is None:
        return "made before; aprejoin token create makes another one"
    people.print(f"admin token, shown this once: {clear}", markup=False, soft_wrap=True)
    return "printed on stderr, this once"


def _tls(cert: Path | None, key: Path | None) -> Tls | None:
    """Certificate and key; None: plain HTTP. Raises InvalidInput."""
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        missing = "--tls-cert" if cert is None else "--tls-key"
        raise InvalidInput("is missing", where=missing, expected="both or neither of them")
    check_certificate(cert, key)
    return cert, key


def _listener(host: str, port: int, tls: Tls | None) -> socket.socket:
    """The socket to listen on, bound before anything is started. Raises Refused."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server((str(address[0]), port), family=family, backlog=128)
    except OSError as err:
        raise Refused(f"cannot listen on {host} port {port}: {err.strerror or err}") from err
    if tls is None and not ip_address(str(address[0]).partition("%")[0]).is_loopback:
        people.print(
            f"{host} is reached from elsewhere, and tokens travel in clear: take --tls-cert and "
            "--tls-key, or put a proxy with TLS in front (deploy/many-machines.md)",
            style="yellow",
            markup=False,
        )
    return listener


def _address(listener: socket.socket, tls: Tls | None) -> str:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'http' if tls is None else 'https'}://{shown}:{port}"


class _Api(threading.Thread):
    """The API server beside the main thread."""

    def __init__(self, settings: Settings, listener: socket.socket, tls: Tls | None) -> None:
        super().__init__(name="api", daemon=True)
        self._settings = settings
        self._listener = listener
        self._tls = tls or (None, None)
        self._server: uvicorn.Server | None = None
        self._ended = threading.Event()

    def start(self) -> None:
        """Start it and wait until it answers. Raises StoreError where it does not."""
        config = uvicorn.Config(
            import_module(ASGI).application(self._settings),
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
            ssl_certfile=self._tls[0],
            ssl_keyfile=self._tls[1],
        )
        self._server = uvicorn.Server(config)
        super().start()
        for _ in range(int(READY_WITHIN_S / 0.05)):
            if self._server.started or self._ended.wait(0.05):
                break
        if not self._server.started:
            raise StoreError("the API did not start; its log says why")

    def run(self) -> None:
        """Serve until told to end."""
        try:
            if self._server is not None:
                self._server.run(sockets=[self._listener])
        finally:
            self._ended.set()

    def stop(self) -> None:
        """End it; requests under way are answered first."""
        if self._server is not None and self.is_alive():
            self._server.should_exit = True
            self.join(GRACE_S * 2)


def _tend(
    children: Supervisor, api: _Api, stop: threading.Event, hears: Callable[[], bool]
) -> None:
    """Look after the children until told to stop, or until the API has ended by itself."""
    while not stop.wait(TEND_EVERY_S):
        if not api.is_alive():
            raise StoreError("the API ended by itself; its log says why")
        if not hears():
            raise StoreError("the listener ended by itself; its log says why")
        children.tend()
