"""The pages as one application, mounted beside the API; the ports come from its front."""

from fastapi import APIRouter, FastAPI

from service.door import guard, watched
from service.web import troubles
from service.web.assets import assets
from service.web.audit import audit
from service.web.by_issuer import by_issuer
from service.web.channels import channels
from service.web.controllers import controllers
from service.web.fleet import fleet
from service.web.live import live
from service.web.plans import plans
from service.web.remediations import remediations
from service.web.schedules import schedules
from service.web.sign_in import signing
from service.web.stuck import stuck

ROUTERS: tuple[APIRouter, ...] = (
    assets,
    signing,
    by_issuer,
    live,
    fleet,
    stuck,
    controllers,
    plans,
    remediations,
    schedules,
    audit,
    channels,
)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Files of ours and nothing else: no inline script or style, no other host, no frame around us."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}


def make_pages() -> FastAPI:
    """The application; whoever mounts it sets `state.front`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, telemetry=watched.OURS_ALONE)
    for router in ROUTERS:
        app.include_router(router)
    troubles.install(app)
    guard.install(app, HEADERS)
    watched.install(app)  # the last one is the outermost
    return app
