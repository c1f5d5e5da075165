"""The whole story at the page: a stuck access point is seen, planned for, approved and mended.

`aprejoin serve` as a process, a simulated controller over SSH, and two people with a browser each.
What ann sees while workers go on, she sees without loading the page again. What they press is what
the tutorial tells a newcomer to press.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.browser.conftest import PICTURES, looking, sign_in
from tests.e2e.stand import box, standing
from tests.integration.served import Service
from tests.support.facts import ROOT
from tests.support.patience import PATIENCE_S

NAME = "hq-1"
HOSTILE = '"><img src=x onerror=alert(1)>\u202eevil'
PATIENT = {"no_progress_s": 3600, "reboot_stragglers_after_s": 3600, "wait_for_aps_s": 3600}
"""The window stands open for as long as the access point is held: nothing in it passes by."""
BRIEFLY_AWAY = {"boot_s": 0.1, "retry_s": 0.1, "download_s": 2.5}
APS = [
    {"kind": "healthy", "count": 2},
    {"kind": "looping", "name": HOSTILE, "timings": BRIEFLY_AWAY},
]
APART_MS = 3000.0
"""Between two sweeps of the story: a loop is seen by its restarts."""
SWEEP, PLAN, ASK = "Sweep it now", "Work out a plan", "Ask to carry it out"
APPROVE = "Approve this digest"
FALSE_TIME = "False time, right now"
TUTORIAL = ROOT / "docs" / "tutorial.md"


@dataclass
class Stage:
    """The service, and a page of each person."""

    service: Service
    ann: Page
    bob: Page


@pytest.fixture
def stage(chromium: Chromium, tmp_path: Path) -> Iterator[Stage]:
    with standing(tmp_path, box(NAME, "17.9.1", aps=APS), policy=PATIENT) as stand:
        service = Service(stand, "page")
        address = service.start().address
        with (
            looking(chromium, address, reduced_motion="reduce") as ann,
            looking(chromium, address, reduced_motion="reduce") as bob,
        ):
            for page, token in ((ann, service.ann.token), (bob, service.bob.token)):
                page.on("dialog", lambda dialog: pytest.fail(f"a name ran: {dialog.message}"))
                sign_in(page, token)
            yield Stage(service, ann, bob)


def test_the_tutorial_names_what_the_story_presses():
    _, _, chapter = TUTORIAL.read_text().partition("## 8. The same in the browser")
    named = re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", chapter)
    assert named == [SWEEP, "probable", PLAN, ASK, APPROVE, "succeeded"]


def test_a_stuck_access_point_is_seen_planned_for_approved_and_mended(stage):
    remediation, box = asked_for(stage.ann), stage.service.stand.lab.box(NAME)
    box.hold_downloads(held=True)
    approved(stage.bob, remediation)
    in_window(stage.ann)
    box.hold_downloads(held=False)
    mended(stage.ann)
    proved(stage.ann, stage.service, remediation)


def kept(page: Page, name: str) -> None:
    """A picture of how it stood then."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def asked_for(page: Page) -> str:
    """From the overview to a remediation that waits for somebody's word; its address."""
    page.goto("/")
    page.get_by_role("region", name="Controllers").get_by_role("link", name=NAME).first.click()
    page.get_by_role("heading", level=1, name=NAME).wait_for()
    swept(page)
    expect(page.get_by_role("heading", name="FN72524")).to_be_visible()
    expect(page.locator("#aps")).to_contain_text("onerror=alert(1)")
    kept(page, "story-1-finding")
    page.get_by_role("button", name=PLAN).click()
    digest = page.locator("dd.digest")  # it comes by itself, once a worker has read the controller
    expect(digest).to_have_text(re.compile("^[0-9a-f]{64}$"))
    page.get_by_text("Sends exactly this").first.click()
    kept(page, "story-2-plan")
    page.get_by_role("button", name=ASK).click()
    expect(page.get_by_text("It waits for somebody's word")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    return page.url


def swept(page: Page) -> None:
    """Until the access point was seen to begin its download anew."""
    ends = time.monotonic() + PATIENCE_S
    sure = page.locator("#findings").get_by_text("Probable")
    while not sure.first.is_visible() and time.monotonic() < ends:
        page.get_by_role("button", name=SWEEP).click()
        page.wait_for_timeout(APART_MS)
    expect(sure.first).to_be_visible()


def approved(page: Page, remediation: str) -> None:
    """Somebody else reads the plan, and gives their word for what they read."""
    page.goto(remediation)
    page.get_by_role("link", name="Read the plan").click()
    expect(page.get_by_role("heading", name="Blast radius")).to_be_visible()
    kept(page, "story-3-review")
    page.get_by_role("button", name=APPROVE).click()
    expect(page.locator("#standing")).to_contain_text("Approved")


def in_window(page: Page) -> None:
    """The controller is in false time and waits; nobody loads the page again."""
    page.evaluate("window.neverLoadedAgain = true")
    expect(page.get_by_role("heading", name=FALSE_TIME)).to_be_visible()
    expect(page.locator("time[data-until]")).to_be_visible()
    expect(page.get_by_role("link", name="Stop and restore")).to_be_visible()
    kept(page, "story-4-window")


def mended(page: Page) -> None:
    """It comes home, and nobody loaded the page again."""
    expect(page.get_by_role("status")).to_contain_text("Succeeded")
    expect(page.get_by_role("heading", name=FALSE_TIME)).to_have_count(0)
    expect(page.locator("#joined")).to_contain_text("1 of 1 access points registered")
    assert page.evaluate("window.neverLoadedAgain")
    kept(page, "story-5-mended")


def proved(page: Page, service: Service, remediation: str) -> None:
    """The controller agrees, and so does whoever was not there."""
    assert service.stand.left_behind(NAME) == []
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Evidence (zip)").click()
    verified = service.stand.run("report", "verify", str(fetched.value.path()), "--json")
    assert verified.code == 0, verified.out
    item = remediation.rsplit("/", maxsplit=1)[-1]
    assert verified.document["report"]["remediation"] == item
    service.sweep([NAME])
    page.goto("/")
    kept(page, "story-6-overview")
    page.goto(f"/controllers/{NAME}")
    expect(page.locator("#findings")).to_contain_text("found nothing wrong")
    kept(page, "story-7-controller")
