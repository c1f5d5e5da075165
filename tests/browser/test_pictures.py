"""Each page as people see it: pictures to be looked at, and nothing that bars anybody."""

from playwright.sync_api import Page

from tests.browser.conftest import PICTURES, barriers, picture, sign_in, visit


def test_no_page_bars_anybody_at_any_size_dark_or_light(page, served):
    page.goto("/")
    found = picture(page, "sign-in")
    sign_in(page, served.token("ann"))
    for name, path in (
        ("fleet", "/?rows=12"),
        ("stuck", "/stuck?rows=20"),
        ("stuck-hostile", "/stuck?sure=confirmed"),
        ("nothing-there", "/nothing-there"),
    ):
        visit(page, path)
        found += picture(page, name)
    assert found == []


def test_who_judges_sees_what_bars_people(page):
    page.goto("/sign-in")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert {one.partition(":")[0] for one in barriers(page)} == {"image-alt", "label"}


def test_no_page_is_wider_than_a_phone(page, served):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, served.token("ann"))
    for path in ("/", "/stuck", "/stuck?sure=confirmed"):
        visit(page, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def style(page: Page, what: str, name: str) -> str:
    """One value as the browser works it out, of the first that fits."""
    ask = "([what, name]) => getComputedStyle(document.querySelector(what))[name]"
    return str(page.evaluate(ask, [what, name]))


def test_paper_is_light_and_has_what_is_read_whatever_the_screen_has(page, served):
    sign_in(page, served.token("ann"))
    page.get_by_role("button", name="Dark").click()
    page.locator("html[data-theme=dark]").wait_for()
    for name, path in (("fleet", "/?rows=12"), ("controller", "/controllers/hq-1")):
        visit(page, path)
        page.emulate_media(media="print", color_scheme="dark")
        page.screenshot(path=PICTURES / f"{name}-print.png", full_page=True)
        assert style(page, "body", "color") == "rgb(0, 0, 0)"
        assert style(page, ".top", "display") == "none"
        assert style(page, ".cards thead", "display") == "table-header-group", "no cards"
        assert page.locator("main button:visible, main input:visible").count() == 0
        page.emulate_media(media="screen")


def test_who_wants_more_contrast_has_words_and_lines_as_dark_as_the_text(page, served):
    sign_in(page, served.token("ann"))
    visit(page, "/stuck")
    page.emulate_media(contrast="more", color_scheme="light")
    assert style(page, ".fresh", "color") == style(page, "body", "color")
    assert style(page, ".chip", "borderTopWidth") == "1px"


def test_every_place_of_the_navigation_is_seen_on_a_phone(page, served):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, served.token("root"))
    boxes = [link.bounding_box() for link in page.locator(".nav a").all()]
    assert len(boxes) > 4
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes)
