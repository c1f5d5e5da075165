"""Each page as people see it: pictures to be looked at, and nothing that bars anybody."""

from tests.browser.conftest import barriers, picture, sign_in, visit


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
