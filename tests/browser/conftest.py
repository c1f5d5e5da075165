"""One served instance and one Chromium for each module; pictures of pages are kept beside it."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from service.asgi import Faces
from service.domain.inventory import Freeze
from service.door.front import Front
from service.ports.webhooks import Receipt
from tests.support.api_service import Service, crew_service
from tests.support.chromium import MISSING, chromium_running
from tests.support.ears import alarm
from tests.support.hearers import BOTH, People
from tests.support.pages import pages
from tests.support.patience import PATIENCE_S
from tests.support.seeded_fleet import HOSTILE, controllers, seed

PICTURES = Path(__file__).parent / "pictures"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
CONTROLLERS = 60
JUDGED = (("desktop", "light"), ("phone", "dark"))
"""Each size and each set of colours once: judging takes longest of all."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
WAIT_MS = PATIENCE_S * 1000
expect.set_options(timeout=WAIT_MS)


@dataclass
class Served:
    """The page at an address, and the service behind it."""

    service: Service
    address: str

    def token(self, who: str) -> str:
        return self.service.api.clear[who]


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """A fleet with every trouble, one controller of it in false time, one channel that is deaf."""
    with crew_service(tmp_path_factory.mktemp("service")) as service:
        service.ann.post("/api/v1/sweeps", {})
        service.work()
        where = service.remediation()
        service.bob.approve(where)
        service.crew.until(service.worker, "wait-for-aps", where.split("/")[-1])
        unheard(service)
        front = with_fleet(service)
        faces = Faces(service.api.app, pages(front))
        service.api.app.state.front = front
        with listening(faces) as address:
            yield Served(service, address)


def with_fleet(service: Service) -> Front:
    """The service's front with more controllers than it has, as sweeps left them."""
    front: Front = service.api.app.state.front
    fleet = controllers(CONTROLLERS)
    now = front.base.clock.now().wall
    seed(front.base.store, fleet, now)
    whole = replace(
        front.base.inventory,
        controllers=(*front.base.inventory.controllers, *fleet),
        freezes=(Freeze(now, now + timedelta(days=9), sites=HOSTILE[:2], tags=HOSTILE[2:]),),
        notify=BOTH,
    )
    return replace(front, base=replace(front.base, inventory=whole), inventory=lambda: whole)


def unheard(service: Service) -> None:
    """A message that one of two channels did not take for a day."""
    people = People(service)
    people.ears.deaf["env:NOC"] = Receipt(500, HOSTILE[0])
    people.happens(alarm())
    people.tick()
    people.put_aside("noc")


class listening:  # noqa: N801 - a context
    """An application on a free port of loopback, in a thread."""

    def __init__(self, app) -> None:
        config = uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        for _ in range(int(PATIENCE_S / 0.05)):
            if self._server.started:
                break
            self._thread.join(0.05)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """Asked for last: its loop is the thread's from then on, and nothing else can run one there."""
    if shutil.which("chromium") is None:
        pytest.skip(MISSING)
    with chromium_running() as browser:
        yield browser


@pytest.fixture
def page(served, chromium) -> Iterator[Page]:
    """A browser without a session."""
    with looking(chromium, served.address, reduced_motion="reduce") as found:
        yield found


@pytest.fixture
def plain_page(served, chromium) -> Iterator[Page]:
    """The same without JavaScript."""
    with looking(chromium, served.address, java_script_enabled=False) as found:
        yield found


@contextmanager
def looking(chromium: Chromium, address: str, **settings: Any) -> Iterator[Page]:
    """A page of a browser that waits as long as everybody here."""
    context = chromium.new_context(base_url=address, **settings)
    context.set_default_timeout(WAIT_MS)
    try:
        yield context.new_page()
    finally:
        context.close()


def sign_in(page: Page, token: str) -> None:
    """Signed in, and at the page that follows: both pages have a heading, one can be left."""
    page.goto("/sign-in")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def visit(page: Page, path: str) -> None:
    """A page that has renewed itself once, if it does: nothing of it is replaced for no reason."""
    page.goto(path)
    if page.locator("body[data-live]").count():
        page.locator("body[data-state=live]").wait_for()


def barriers(page: Page) -> list[str]:
    """What axe-core finds that keeps somebody out (WCAG 2.1 A and AA): rule, element and why.

    What can be folded open is open: axe takes folded words for ones on whatever lies there then.
    """
    page.evaluate(AXE_SCRIPT)
    page.evaluate(OPEN_ALL)
    found = page.evaluate(f"axe.run({{runOnly: {json.dumps(RULES)}}})")
    return [
        f"{one['id']}: {node['target']}: {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def picture(page: Page, name: str) -> list[str]:
    """A page at both sizes, dark and light, whole; what bars people from it in each of them."""
    PICTURES.mkdir(exist_ok=True)
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=PICTURES / f"{name}-{size}-{theme}.png", full_page=True)
            if (size, theme) in JUDGED:
                found += [f"{name}, {size}, {theme}: {one}" for one in barriers(page)]
    return found
