"""The first page with 500 controllers and 200,000 access points stored, beside an empty page.

The empty page is the sign-in form of the same server. Asked one after the other, as one person
does; in Chromium also until something is painted, where it is installed. The bar is a second.
"""

import http.client
import shutil
import time
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from service.bootstrap import open_context
from service.domain.identity import BaseRadioMac
from service.ports.tokens import Role
from service.settings import Settings
from service.usecases.admit import create_token
from tests.bench.test_api_load import processor_s, started
from tests.e2e.stand import COMMAND
from tests.support.builders import look, sighting
from tests.support.chromium import chromium_at
from tests.support.seeded_fleet import finding, word

CONTROLLERS, APS_EACH, STUCK_EACH = 500, 400, 10
TIMES = 30
FORM = "application/x-www-form-urlencoded"
PAINTED = """() => new Promise((done) => {
  const look = () => {
    const [one] = performance.getEntriesByName("first-contentful-paint");
    if (one) done(one.startTime);
    else setTimeout(look, 20);
  };
  look();
})"""
"""When something was first seen, in ms; a page may be loaded before it is painted."""


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A service's state with the fleet; an operator's token."""
    folder = tmp_path_factory.mktemp("fleet")
    names = [f"wlc-{number:03d}" for number in range(CONTROLLERS)]
    inventory = folder / "inventory.yaml"
    inventory.write_text(inventory_of(names))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("APREJOIN_STATE_DIR", str(folder / "state"))
        patched.setenv("APREJOIN_INVENTORY", str(inventory))
        patched.setenv("APREJOIN_REQUESTS_PER_S", "100000")
        with open_context(Settings.from_environment(), inventory) as context:
            for number, name in enumerate(names):
                fill(context, name, number)
            yield create_token(context, "bench", Role.OPERATOR, valid_s=None)[1]


def inventory_of(names):
    each = "platform: iosxe, host: 192.0.2.10, credentials: hq"
    lines = [f"  - {{name: {name}, {each}, site: s{at % 40}}}" for at, name in enumerate(names)]
    logins = 'credentials: {hq: {username: admin, password: "env:HQ"}}'
    sites = "sites: {" + ", ".join(f"s{at}: {{timezone: UTC}}" for at in range(40)) + "}"
    return "\n".join(["controllers:", *lines, logins, sites, ""])


def fill(context, name, number):
    """One controller's access points, and what a sweep says of them."""
    macs = (
        BaseRadioMac.parse(f"84:3d:{number >> 8:02x}:{number & 255:02x}:{n >> 8:02x}:{n & 255:02x}")
        for n in range(APS_EACH)
    )
    aps = tuple(replace(sighting(mac), name=f"ap-{mac}") for mac in macs)
    context.store.add_poll(replace(look(aps=aps), controller=name))
    stuck = [f"{name}-{n}" for n in range(STUCK_EACH)] if number % 2 else []
    found = [finding(name, "FN72524", aps=stuck)] if stuck else []
    said = word(name, aps=APS_EACH, findings=found)
    context.store.keep_looks(f"sweep-{name}", [said], at=context.clock.now().wall)


def asked(port, path, cookie):
    """How long each of some requests took, and how much came; sorted."""
    took, size = [], 0
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for _ in range(TIMES):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        size = len(answer.read())
        took.append(time.perf_counter() - began)
        assert answer.status == 200, path
    connection.close()
    return sorted(took), size


def signed_in(port, token):
    headers = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": FORM}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("POST", "/sign-in", urlencode({"token": token}), headers)
        answer = connection.getresponse()
        assert answer.status == 303, answer.read()
        return answer.headers["set-cookie"].partition(";")[0]


def test_the_first_page_of_a_large_fleet_beside_an_empty_one(token, figures):
    with started([COMMAND, "serve", "--api-only", "--port"]) as (port, pid):
        cookie = signed_in(port, token)
        floor_s = 0.0
        for path in ("/sign-in", "/", "/stuck", "/?q=wlc-49", "/stuck?q=wlc-49"):
            asked(port, path, cookie)
            used_s = processor_s(pid)
            took, size = asked(port, path, cookie)
            each_s = (processor_s(pid) - used_s) / TIMES
            floor_s = floor_s or took[TIMES // 2]
            figures(f"{path}, {size // 1000} kB: p50", seconds=took[TIMES // 2],
                    ratio=took[TIMES // 2] / floor_s)  # fmt: skip
            figures(f"... p95; processor {1000 * each_s:.0f} ms each", seconds=took[-2])
        if shutil.which("chromium"):
            painted(f"http://127.0.0.1:{port}", token, figures)


def painted(address, token, figures):
    """Until a browser shows something, its caches empty but for the sign-in page's."""
    with chromium_at(address) as page:
        page.goto("/sign-in")
        floor_ms = page.evaluate(PAINTED)
        figures("Chromium paints /sign-in", seconds=floor_ms / 1000)
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", level=1, name="Fleet").wait_for()
        page.goto("/")
        found_ms = page.evaluate(PAINTED)
        figures("Chromium paints /", seconds=found_ms / 1000, ratio=found_ms / floor_ms)
