"""Sessions: made by a token, ended by time, by hand and with the token; forms are of them alone."""

from dataclasses import replace

import pytest

from service.ports.tokens import Role
from service.ports.visits import IDLE_S, LASTS_S, Lasting
from service.usecases.admit import create_token, revoke_token
from service.usecases.visits import USED_LATELY_S, sign_out_everywhere
from tests.support.pages import HOST, Browser, pages, text_of


@pytest.fixture
def world(service):
    return service.crew.stage.world


def is_in(browser: Browser) -> bool:
    answer = browser.get("/")
    assert answer.status_code in (200, 303), answer.text
    return answer.status_code == 200


def test_a_stranger_is_sent_to_sign_in_and_comes_back_to_where_they_wanted_to_go(service, app):
    browser = Browser(app)
    sent = browser.get("/?q=paris&standing=stuck")
    assert sent.status_code == 303
    form = browser.get(sent.headers["location"])
    assert 'name="next" value="/?q=paris&amp;standing=stuck"' in form.text
    answer = browser.sign_in(service.api.clear["vera"], to="/?q=paris&standing=stuck")
    assert answer.headers["location"] == "/?q=paris&standing=stuck"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/a\nb"]
)
def test_signing_in_leads_to_no_other_site(service, app, elsewhere):
    answer = Browser(app).sign_in(service.api.clear["vera"], to=elsewhere)
    assert answer.headers["location"] == "/"


def test_a_token_that_opens_nothing_opens_no_session_and_is_not_shown_again(app):
    browser = Browser(app)
    answer = browser.sign_in("aprejoin_mistyped")
    assert answer.status_code == 401
    assert "mistyped" not in answer.text.replace("it is mistyped", "")
    assert browser.cookies == {}


def test_the_store_holds_no_id_that_a_cookie_could_be_made_of(service, vera):
    (key,) = vera.cookies.values()
    raw = service.store._engine.raw_connection()
    try:
        held = raw.driver_connection.serialize()
    finally:
        raw.close()
    assert b"vera" in held
    assert key.encode() not in held


def test_a_session_ends_an_hour_after_its_last_use_and_not_while_it_is_used(vera, world):
    for _ in range(3):
        world.advance(IDLE_S - USED_LATELY_S - 1)
        assert is_in(vera)
    world.advance(IDLE_S + 1)
    assert not is_in(vera)


def test_a_page_that_renews_itself_is_no_use(vera, world):
    for _ in range(2):
        world.advance(IDLE_S / 2 + 1)
        answer = vera.get("/", headers={"X-Live": "1"})
    assert answer.status_code == 401


def test_a_session_ends_after_its_time_however_much_it_is_used(vera, world):
    for _ in range(int(LASTS_S / (IDLE_S / 2)) - 1):
        world.advance(IDLE_S / 2)
        assert is_in(vera)
    world.advance(IDLE_S / 2 + 1)
    assert not is_in(vera)


def test_how_long_sessions_hold_can_be_set_also_for_those_that_began_before(service, vera, world):
    state = service.api.app.state
    state.front = replace(state.front, lasting=Lasting(idle_s=600, lasts_s=1500))
    set_so = Browser(pages(state.front), cookies=vera.cookies)
    for _ in range(2):
        world.advance(599)
        assert is_in(set_so)
    world.advance(303)
    assert is_in(vera)
    assert not is_in(set_so)
    idle = Browser(set_so.app)
    idle.sign_in(service.api.clear["vera"])
    world.advance(601)
    assert not is_in(idle)


def test_a_session_ends_with_its_token(service, app):
    context = service.api.context
    token, clear = create_token(context, "carl", Role.VIEWER, valid_s=None)
    browser = Browser(app)
    browser.sign_in(clear)
    assert is_in(browser)
    revoke_token(context, token.id, who="root")
    assert not is_in(browser)


def test_a_session_ends_when_its_token_expires(service, app, world):
    _, clear = create_token(service.api.context, "carl", Role.VIEWER, valid_s=600)
    browser = Browser(app)
    browser.sign_in(clear)
    world.advance(601)
    assert not is_in(browser)


def test_who_signs_out_is_out_also_with_the_old_cookie(vera):
    old = dict(vera.cookies)
    assert vera.post("/sign-out").status_code == 303
    assert vera.cookies == {}
    vera.cookies = old
    assert not is_in(vera)


def test_all_of_somebodys_sessions_are_ended_at_once_and_nobody_elses(service, app, vera):
    browsers = [Browser(app), Browser(app), Browser(app)]
    for browser, who in zip(browsers, ("vera", "vera", "ann"), strict=True):
        browser.sign_in(service.api.clear[who])
    assert sign_out_everywhere(service.api.context, "vera", who="root") == 3
    assert [is_in(one) for one in (vera, *browsers)] == [False, False, False, True]
    (told, *_) = service.api.as_("root").get("/api/v1/audit").json()["audit"]
    found = (told["act"], told["who"], told["about"], told["detail"])
    assert found == ("session.end", "root", "sessions of vera", "3 ended")


def test_signing_in_and_out_are_in_the_audit_trail(service, vera):
    vera.post("/sign-out")
    records = service.api.as_("root").get("/api/v1/audit").json()["audit"]
    told = [(one["act"], one["who"], one["kind"]) for one in records[:2]]
    assert told == [("session.end", "vera", "person"), ("session.begin", "vera", "person")]


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": f"http://{HOST}:8080"}, True),
        ({"Origin": "null"}, True),
        ({"Content-Type": "text/plain"}, True),
        ({}, False),
    ],
)
def test_a_form_of_another_site_or_without_its_key_does_nothing(vera, headers, key):
    answer = vera.post("/sign-out", headers=headers, with_key=key)
    assert answer.status_code == 403
    assert "Nothing was done" in text_of(answer)
    assert is_in(vera)


def test_a_form_of_another_session_does_nothing(service, app, vera):
    other = Browser(app)
    other.sign_in(service.api.clear["vera"])
    vera.form_key = other.form_key
    assert vera.post("/sign-out").status_code == 403
    assert is_in(vera)


def test_over_tls_the_cookie_is_of_this_host_and_of_tls_alone(service, app):
    safe = Browser(app, scheme="https")
    answer = safe.sign_in(service.api.clear["vera"])
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-aprejoin=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    plain = Browser(app, cookies={"aprejoin": safe.cookies["__Host-aprejoin"]}, scheme="https")
    assert not is_in(plain)


def test_every_answer_forbids_frames_foreign_code_and_keeping(service, app, vera):
    for answer in (vera.get("/"), vera.get("/nothing"), Browser(app).get("/sign-in")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


def test_dark_and_light_are_chosen_without_signing_in(app):
    browser = Browser(app)
    assert 'data-theme="auto"' in browser.get("/sign-in").text
    assert browser.post("/theme", {"theme": "dark", "next": "/sign-in"}).status_code == 303
    assert 'data-theme="dark"' in browser.get("/sign-in").text
    browser.post("/theme", {"theme": "purple\r\nx: y", "next": "//evil.example"})
    assert 'data-theme="auto"' in browser.get("/sign-in").text
