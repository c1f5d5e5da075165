"""The ASGI application of the API processes: `uvicorn --factory service.asgi:application`.

Everything comes from the environment (service.settings); the inventory is read anew when it
changes, for the workers do so too.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.app import make_app
from service.bootstrap import open_context
from service.config.disk import disk_trouble
from service.config.latest_inventory import LatestInventory
from service.config.registers.asking import AskedRegisters
from service.config.secrets import SecretResolver
from service.domain.inventory import Inventory
from service.door.front import Front
from service.door.limits import Rate
from service.errors import InvalidInput, StoreError
from service.identity.asking import Asking
from service.identity.code_flow import Client, CodeFlow
from service.identity.discovery import Discovery
from service.identity.oidc import OidcIdentities
from service.identity.trust import Trust
from service.listeners.names import Names
from service.ports.identities import Identities, NoIdentities
from service.ports.jobs import Lane
from service.ports.secrets import Secrets
from service.ports.sign_in import SignIn
from service.ports.signals import CANARIES, FleetSignals, Sum
from service.ports.visits import Lasting
from service.queue.broker_address import embedded_url
from service.queue.canary import Canary
from service.queue.celery_queue import CeleryQueue
from service.queue.depths import depths
from service.settings import PUBLIC_URL, Settings
from service.telemetry.logs import configure_logs
from service.telemetry.metrics.exposition import Exposition, ServiceCollector
from service.telemetry.metrics.requests import Requests
from service.telemetry.readiness import Readiness
from service.telemetry.traces import configure_traces
from service.usecases.context import Context
from service.usecases.signals import fleet_signals
from service.web.app import make_pages

CANARY_WITHIN_S = 3.0
API_ROOTS = ("/api", "/healthz", "/readyz", "/metrics", "/restconf", "/.well-known")
CHECKED_LANES = (Lane.POLL, Lane.REMEDIATE)


def application(settings: Settings | None = None) -> ASGIApp:
    """The application of these settings, else of the environment.

    Raises:
        InvalidInput: a bad setting.
    """
    settings = settings or Settings.from_environment()
    configure_logs(level=settings.log_level, form=settings.log_format)
    configure_traces(settings.traces)
    return Faces(make_app(partial(open_front, settings)), make_pages())


class Faces:
    """One application of two: what is under the API's paths is the API's, the rest are pages.

    Errors of the API are documents whatever somebody asks for there, so no page stands below it.
    """

    def __init__(self, api: FastAPI, pages: FastAPI) -> None:
        self.api, self.pages = api, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to whose it is; the API opens and closes what both reach."""
        if scope["type"] != "http" or is_for_api(scope["path"]):
            await self.api(scope, receive, send)
            return
        self.pages.state.front = self.api.state.front
        await self.pages(scope, receive, send)


def is_for_api(path: str) -> bool:
    """Whether a path is the API's."""
    return any(path == root or path.startswith(f"{root}/") for root in API_ROOTS)


@contextmanager
def open_front(settings: Settings) -> Iterator[Front]:
    """The ports of an API process.

    Raises:
        InvalidInput: the inventory or a setting is bad. StoreError: the store cannot be opened.
    """
    broker_url = settings.broker_url or embedded_url(settings.state_dir)
    queue = CeleryQueue.at(broker_url, visibility_timeout_s=settings.visibility_timeout_s)
    inventory = LatestInventory(settings.inventory)
    with open_context(settings, settings.inventory, fleet=inventory()) as context:
        try:
            clock = context.clock
            rate = Rate(lambda: clock.now().boottime_s, settings.requests_per_s)
            needs = Needs(context, Canary(broker_url), settings.state_dir, settings.min_free_mb)
            checks = Readiness(needs.missing, clock)
            secrets = SecretResolver(_folder(settings))
            issuer, sign_in = trusted(os.environ, settings, secrets)
            yield Front(
                context,
                queue,
                inventory,
                checks,
                rate,
                identities=issuer,
                secrets=secrets,
                places=Names().places,
                registers=AskedRegisters(secrets, settings.own_references),
                watched=Watching.over(context, inventory, broker_url),
                sign_in=sign_in,
                public_url=settings.public_url,
                lasting=Lasting(settings.session_idle_s, settings.session_lasts_s),
            )
        finally:
            queue.close()


@dataclass(frozen=True, slots=True)
class Watching:
    """What this process counts and tells."""

    requests: Requests
    exposition: Exposition

    @classmethod
    def over(
        cls, context: Context, inventory: Callable[[], Inventory], broker_url: str
    ) -> "Watching":
        """Over a store and a broker; nothing is read yet."""

        def read() -> FleetSignals:
            return fleet_signals(replace(context, inventory=inventory()))

        requests = Requests()
        service = ServiceCollector(read, partial(depths, broker_url), context.clock)
        return cls(requests, Exposition(service, requests))

    def expose(self, accept: str) -> tuple[bytes, str]:
        """The answer to a scrape, and its media type."""
        return self.exposition(accept)

    def note(self, method: str, route: str, status: int, took_s: float) -> None:
        """Count one request."""
        self.requests.note(method, route, status, took_s)


def trusted(
    environ: Mapping[str, str], settings: Settings, secrets: Secrets
) -> tuple[Identities, SignIn | None]:
    """Who vouches for callers beside our own tokens, and where people sign in; None: nowhere.

    Raises:
        InvalidInput: a setting is bad, or the one that it needs is missing.
    """
    trust = Trust.from_environment(environ)
    client = None if trust is None else trust.client
    if trust is None or client is None:
        return NoIdentities() if trust is None else OidcIdentities(trust), None
    if settings.public_url is None:
        raise InvalidInput("found nothing", where=PUBLIC_URL, expected="the address of the page")
    identities = OidcIdentities(trust)
    at = Client(client, trust.scope, settings.public_url, settings.oidc_client_secret)
    return identities, CodeFlow(at, trust.label, identities, Discovery(Asking(trust)), secrets)


def _folder(settings: Settings) -> Path:
    """Where references of the inventory to files begin."""
    return Path.cwd() if settings.inventory is None else settings.inventory.parent


@dataclass(frozen=True, slots=True)
class Needs:
    """What an API process needs to do its work, each looked at in earnest."""

    context: Context
    canary: Canary
    state_dir: Path
    min_free_mb: int

    def missing(self) -> Mapping[str, str]:
        """By the name of each check why it failed; empty: it did not."""
        sent = {lane: self._sent(lane) for lane in CHECKED_LANES}
        broker = "" if any(sent.values()) else "the broker does not answer"
        database = _why(self._read)
        unknown = "not known: the database does not answer"
        return {
            "database": database,
            "migrations": unknown if database else _why(self.context.store.outdated),
            "broker": broker,
            **{f"workers-{lane}": broker or self._silent(lane, sent[lane]) for lane in sent},
            "disk": disk_trouble(self.state_dir, min_free_mb=self.min_free_mb),
        }

    def _read(self) -> str:
        self.context.store.clocks()
        return ""

    def _sent(self, lane: Lane) -> str | None:
        try:
            return self.canary.send(lane)
        except StoreError:
            return None

    def _silent(self, lane: Lane, token: str | None) -> str:
        """Why no worker is there: our canary did not come back; and when beat's did last."""
        if token is not None and self.canary.heard(token, within_s=CANARY_WITHIN_S):
            return ""
        ages = {one.labels: one.ago_s for one in _sums(self.context) if one.name == CANARIES}
        age_s = ages.get((lane.value,))
        last = "none of beat's ever" if age_s is None else f"the last of beat's {age_s:.0f} s ago"
        within = f"answered a canary within {CANARY_WITHIN_S:g} s"
        return f"no worker of the lane {lane.value} {within}; {last}"


def _sums(context: Context) -> tuple[Sum, ...]:
    try:
        return context.store.sums()
    except StoreError:
        return ()


def _why(ask: Callable[[], object]) -> str:
    """What a check says is wrong; a store that fails says so itself."""
    try:
        return str(ask() or "")
    except StoreError as err:
        return str(err)
