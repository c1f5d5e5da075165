"""Is the process alive, and can it do its work: for load balancers and supervisors."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from service.api.front import Fronted

health = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: str = "ok"


class Ready(BaseModel):
    """What readiness hangs on, each by name; of those that failed also why."""

    ready: bool
    checks: dict[str, bool]
    reasons: dict[str, str]


@health.get("/healthz", summary="Whether the process answers")
def healthz() -> Alive:
    """Says nothing of the database or the workers."""
    return Alive()


@health.get(
    "/readyz",
    summary="Whether everything is there that the service needs, and why not",
    response_model=Ready,
    responses={503: {"model": Ready, "description": "Something does not answer"}},
)
def readyz(front: Fronted) -> Response:
    """A canary is sent through each lane of the queue and has to come back.

    The others: the database answers, its tables are those of this version, the broker takes
    messages, and the state folder has room.
    """
    found = front.checks()
    reasons = {name: why for name, why in found.items() if why}
    checks = {name: not why for name, why in found.items()}
    said = {"ready": not reasons, "checks": checks, "reasons": reasons}
    return JSONResponse(said, 503 if reasons else 200)
