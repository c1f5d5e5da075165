"""The page in a real browser: live, harmless, usable by keyboard, and without JavaScript."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from service.ports.tokens import Role
from service.usecases.admit import create_token, revoke_token
from tests.browser.conftest import sign_in, visit
from tests.support.seeded_fleet import HOSTILE, finding, word

CHANGED = "was => document.querySelector('time[data-until]').textContent !== was"


@pytest.fixture
def told(page) -> list[str]:
    """Whatever the browser complains of, asks for elsewhere, or is made to say."""
    found: list[str] = []
    page.on("console", lambda one: found.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: found.append(str(one)))
    page.on("dialog", lambda one: (found.append(one.message), one.dismiss()))
    page.on("request", lambda one: None if "127.0.0.1" in one.url else found.append(one.url))
    return found


def test_hostile_names_do_nothing_and_nothing_is_asked_of_others(page, served, told):
    sign_in(page, served.token("vera"))
    for path in ("/", "/stuck?sure=confirmed", f"/stuck?q={HOSTILE[3]}", "/?q=%3Cscript%3E"):
        visit(page, path)
        page.get_by_role("heading", level=1).wait_for()
        assert page.title().endswith("aprejoin")
    assert told == []
    visit(page, "/stuck?sure=confirmed")
    expect(page.get_by_text(HOSTILE[0])).to_be_visible()


def test_a_sweep_shows_by_itself_and_what_was_typed_stays(page, served):
    sign_in(page, served.token("vera"))
    page.locator("body[data-state=live]").wait_for()
    page.get_by_label("Search").fill("half a wor")
    store, now = served.service.store, served.service.api.context.clock.now().wall
    new = finding("oslo-010", "FN72524", aps=["just-stuck"], confidence="suspected")
    store.keep_looks("sweep-new", [word("oslo-010", findings=[new])], at=now + timedelta(seconds=1))
    row = page.get_by_role("row").filter(has_text="oslo-010").filter(has_text="APs stuck")
    row.wait_for()
    assert page.get_by_label("Search").input_value() == "half a wor"


def test_a_countdown_counts_down(page, served):
    sign_in(page, served.token("vera"))
    shown = page.locator("time[data-until]").first
    before = shown.inner_text()
    page.wait_for_function(CHANGED, arg=before)
    assert "min" in before


KEPT_STREAM = """
const Real = EventSource;
window.EventSource = class extends Real {
  constructor(...all) { super(...all); window.stream = this; }
};
"""
HELD_ANSWERS = """
const part = document.querySelector("[data-part]").id;
stream.close();  // what happens from here on is told by the test alone
window.held = [];
window.happen = () => stream.dispatchEvent(new MessageEvent("changed"));
window.fetch = (_, { signal }) => new Promise((done, fail) => {
  signal.addEventListener("abort", () => fail(signal.reason));
  held.push((word) => done(new Response(`<div id="${part}"><p>${word}</p></div>`)));
});
AbortSignal.timeout = () => {
  const control = new AbortController();
  window.lose = () => control.abort(new DOMException("nobody answers", "TimeoutError"));
  return control.signal;
};
"""


@pytest.fixture
def held(page, served):
    """A page whose answers wait: `happen` tells it of a change, `held` answers what it asked."""
    page.add_init_script(KEPT_STREAM)
    sign_in(page, served.token("vera"))
    visit(page, "/stuck")
    page.evaluate(HELD_ANSWERS)
    return page


def test_what_changes_while_an_answer_is_awaited_is_asked_for_after_it(held):
    assert held.evaluate("happen(), happen(), happen(), held.length") == 1  # none can overtake it
    held.evaluate("held[0]('as it was')")
    held.wait_for_function("held.length === 2")
    expect(held.get_by_text("as it was")).to_be_visible()
    held.evaluate("held[1]('as it is')")
    expect(held.get_by_text("as it is")).to_be_visible()
    expect(held.get_by_text("as it was")).to_have_count(0)
    assert held.evaluate("held.length") == 2


def test_an_answer_that_is_lost_keeps_no_later_one_away(held):
    assert held.evaluate("happen(), held.length") == 1
    held.evaluate("lose()")
    held.wait_for_function("happen(), held.length === 2")
    held.evaluate("held[0]('too late'), held[1]('as it is')")
    expect(held.get_by_text("as it is")).to_be_visible()
    expect(held.get_by_text("too late")).to_have_count(0)


def test_a_token_that_is_revoked_shows_nothing_more(page, served):
    context = served.service.api.context
    token, clear = create_token(context, "carl", Role.VIEWER, valid_s=None)
    sign_in(page, clear)
    page.locator("body[data-state=live]").wait_for()
    revoke_token(context, token.id, who="root")
    other = page.context.new_page()  # the first may be leaving by itself: it renews what it shows
    other.goto("/stuck")
    other.get_by_role("heading", name="Sign in").wait_for()


def test_by_keyboard_one_comes_to_the_content_and_to_a_filtered_list(page, served):
    sign_in(page, served.token("vera"))
    visit(page, "/stuck")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("hostname-of-nobody")
    page.keyboard.press("Enter")
    page.get_by_text("No stuck access point fits.").wait_for()
    assert page.url.endswith("/stuck?q=hostname-of-nobody")


def test_without_javascript_all_of_it_works(plain_page, served):
    page = plain_page
    sign_in(page, served.token("vera"))
    page.goto("/stuck?rows=50")
    page.get_by_role("link", name="Next page").click()
    page.get_by_role("link", name="First page").wait_for()
    page.get_by_label("Cause").select_option("ap-limit")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row")).to_have_count(10)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
