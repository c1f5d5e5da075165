"""The application: routes, errors, and the document that describes them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.api import guard, problems
from service.api.fleet import fleet
from service.api.front import Front
from service.api.health import health
from service.api.mending import mending
from service.api.steering import steering

OPENAPI = "/api/openapi.json"
DESCRIPTION = """\
Find access points that a certificate keeps off their Cisco controllers, and mend it, with rollback.

Work is written down, answered with 202 and `Location`, and done by workers: look there again until
its state has come to rest. Errors are problem details (RFC 9457); `type` is stable. Lists come in
pages: hand `next` back as `cursor`.
"""


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
    )
    for router in (fleet, mending, steering, health):
        app.include_router(router)
    problems.install(app)
    problems.describe(app)
    guard.install(app)
    return app


def _operation(route: APIRoute) -> str:
    """The operation's id: the name of the function, so that generated clients read well."""
    return route.name


def _version() -> str:
    try:
        return version("aprejoin")
    except PackageNotFoundError:
        return "0"
