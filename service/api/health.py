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
    """What readiness hangs on, each by name."""

    ready: bool
    checks: dict[str, bool]


@health.get("/healthz", summary="Whether the process answers")
def healthz() -> Alive:
    """Says nothing of the database or the workers."""
    return Alive()


@health.get(
    "/readyz",
    summary="Whether database and workers answer",
    response_model=Ready,
    responses={503: {"model": Ready, "description": "Something does not answer"}},
)
def readyz(front: Fronted) -> Response:
    """A canary is sent through each lane of the queue and has to come back."""
    checks = dict(front.checks())
    ready = all(checks.values())
    return JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)
