"""The pages about one controller, plan or remediation, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PICTURES, SIZES, Served, barriers, picture, sign_in, visit

LOOKED_AT_LONG = ("controller", "plan", "remediation")


def glance(page: Page, name: str) -> list[str]:
    """A page at a desk in the light and on a phone in the dark, and what bars people from it."""
    found = []
    for size, theme in (("desktop", "light"), ("phone", "dark")):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=PICTURES / f"{name}-{size}-{theme}.png", full_page=True)
        found += [f"{name}, {size}, {theme}: {one}" for one in barriers(page)]
    return found


@pytest.fixture(scope="module")
def addresses(served: Served) -> dict[str, str]:
    """Every page of ours by name; the remediation is under way, its controller in false time."""
    item = served.service.newest()
    plan = served.service.store.remediation_asked(item).plan
    return {
        "controller": "/controllers/hq-1",
        "controller-hostile": "/controllers/rome-001",
        "ap": "/aps/84:3d:c6:00:00:01",
        "plan": f"/plans/{plan}",
        "plans": "/plans",
        "remediation": f"/remediations/{item}",
        "remediations": "/remediations",
        "stop": f"/remediations/{item}/stop",
        "schedules": "/schedules",
        "channels": "/channels",
        "audit": "/audit",
        "verification": "/audit/verification",
    }


@pytest.fixture
def told(page) -> list[str]:
    """Whatever the browser complains of, or is made to say."""
    found: list[str] = []
    page.on("console", lambda one: found.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: found.append(str(one)))
    page.on("dialog", lambda one: (found.append(one.message), one.dismiss()))
    return found


def test_no_page_of_work_bars_anybody_at_any_size_dark_or_light(page, served, addresses, told):
    sign_in(page, served.token("root"))
    found = []
    for name, path in addresses.items():
        visit(page, path)
        if name in ("plan", "remediation", "controller"):
            page.locator("summary").last.click()
        found += picture(page, name) if name in LOOKED_AT_LONG else glance(page, name)
    assert found == []
    assert told == []


def test_of_a_message_that_was_put_aside_one_reads_why_and_sends_it_again(page, served):
    sign_in(page, served.token("root"))
    visit(page, "/channels")
    page.get_by_text("<img src=x onerror=alert(1)>").first.wait_for()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("button", name="Send again")).to_have_count(0)
    expect(page.locator("td[data-label=State]")).to_contain_text("To send")


def test_no_page_of_work_is_wider_than_a_phone(page, served, addresses):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, served.token("root"))
    for path in addresses.values():
        visit(page, path)
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_without_javascript_a_remediation_is_stopped_after_a_second_look(
    plain_page, served, addresses
):
    page = plain_page
    sign_in(page, served.token("ann"))
    page.goto(addresses["remediation"])
    page.get_by_role("link", name="Stop and restore").click()
    page.get_by_role("button", name="Yes, stop and restore").click()
    page.get_by_text("ann wants it back").wait_for()
