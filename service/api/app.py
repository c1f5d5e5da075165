"""The application: routes, errors, and the document that describes them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from service.api import described, problems, restconf_errors
from service.api.aps import aps
from service.api.audit import audit
from service.api.channels import channels
from service.api.containing import containing
from service.api.events import events
from service.api.findings import findings
from service.api.fleet import fleet
from service.api.foresight import foresight
from service.api.freezes import freezes
from service.api.health import health
from service.api.importing import importing
from service.api.inventory import inventory
from service.api.live import live
from service.api.mending import mending
from service.api.metrics import metrics
from service.api.parts import parts
from service.api.readable import readable_path, readable_query
from service.api.restconf.routes import restconf
from service.api.schedules import schedules
from service.api.steering import steering
from service.api.tickets import tickets
from service.api.tokens import tokens
from service.api.webhooks import webhooks
from service.door import guard, watched
from service.door.front import Front

OPENAPI = "/api/openapi.json"
DESCRIPTION = """\
Find access points that a certificate keeps off their Cisco controllers, and mend it, with rollback.

Work is written down, answered with 202 and `Location`, and done by workers: look there again until
its state has come to rest. Errors are problem details (RFC 9457); `type` is stable. Lists come in
pages: hand `next` back as `cursor`.
"""


ROUTERS = (
    fleet,
    inventory,
    schedules,
    freezes,
    importing,
    parts,
    aps,
    findings,
    foresight,
    mending,
    live,
    steering,
    containing,
    audit,
    webhooks,
    channels,
    tokens,
    events,
    tickets,
    health,
    restconf,
    metrics,
)


def make_app(open_front: Callable[[], AbstractContextManager[Front]]) -> FastAPI:
    """The application; its front is opened when it starts and closed when it ends."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_front() as front:
            app.state.front = front
            yield

    app = FastAPI(
        title="aprejoin",
        version=_version(),
        description=DESCRIPTION,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation,
        telemetry=watched.OURS_ALONE,
        dependencies=[Depends(readable_path), Depends(readable_query)],
    )
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app)
    restconf_errors.install(app)
    problems.describe(app)
    described.install(app)
    guard.install(app)
    watched.install(app)  # the last one is the outermost
    return app


def _operation(route: APIRoute) -> str:
    """The operation's id: the name of the function, so that generated clients read well."""
    return route.name


def _version() -> str:
    try:
        return version("aprejoin")
    except PackageNotFoundError:
        return "0"
