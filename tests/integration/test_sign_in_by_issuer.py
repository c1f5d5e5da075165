"""Signing in at the page by an issuer on loopback that says no, and what becomes of each no."""

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from structlog.testing import capture_logs

from service.config.secrets import SecretResolver
from service.domain.scope import Scope
from service.errors import TokenRefused
from service.identity.asking import Asking
from service.identity.code_flow import CALLBACK, SIGN_IN, Client, CodeFlow
from service.identity.discovery import Discovery
from service.identity.oidc import GRACE_S, OidcIdentities
from service.identity.trust import Trust
from service.ports.sign_in import LASTS_S, Attempt
from service.ports.tokens import Role
from service.ports.visits import LASTS_S as SESSION_S
from tests.support.api_service import crew_service
from tests.support.certificates import for_loopback
from tests.support.issuer import CLIENT, STRANGE, issuing
from tests.support.pages import HOST, Browser, pages, text_of

HOME = f"https://{HOST}"
ROLES = {"noc": Role.VIEWER, "ops": Role.OPERATOR, "cab": Role.APPROVER}
KNOWN = "s3cret: with/odd %characters"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return for_loopback(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with crew_service(tmp_path_factory.mktemp("service")) as made:
        yield made


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def issuer_running(files):
    with issuing(files) as made:
        yield made


@pytest.fixture
def issuer(issuer_running):
    """The same one for all, as it was."""
    fresh = type(issuer_running)(url=issuer_running.url, ca=issuer_running.ca)
    issuer_running.__dict__.update(fresh.__dict__)
    issuer_running.redirect, issuer_running.home = HOME + CALLBACK, HOME + SIGN_IN
    return issuer_running


def flow_to(issuer, *, reference=None, parts=None, roles=ROLES):
    trust = Trust(issuer.url, "the API", roles, ca=str(issuer.ca), parts=parts)
    resolver = SecretResolver(issuer.ca.parent, {"PAGE_KEY": KNOWN})
    return CodeFlow(
        Client(CLIENT, "openid groups", HOME, reference),
        "the company's account",
        OidcIdentities(trust),
        Discovery(Asking(trust)),
        resolver,
    )


class Desk:
    """Browsers before pages that know an issuer."""

    def __init__(self, service, issuer, **settings) -> None:
        self.service, self.issuer, self.flow = service, issuer, flow_to(issuer, **settings)
        front = service.api.app.state.front
        self.app = pages(replace(front, sign_in=self.flow, public_url=HOME))
        self.browser = Browser(self.app, scheme="https")

    def sent(self, *, to="/", browser=None):
        """Where a browser is sent that wants to sign in."""
        answer = (browser or self.browser).get("/sign-in/issuer", next=to)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def back(self, *, to="/", browser=None):
        """... and where it is sent back to, with a code."""
        return self.issuer.goes_in(self.sent(to=to, browser=browser))

    def signs_in(self, *, to="/"):
        return self.browser.get(self.back(to=to))

    def told(self):
        """What its page says of who is there, in words; None: nobody is."""
        answer = self.browser.get("/")
        return text_of(answer) if answer.status_code == 200 else None


@pytest.fixture
def desk(service, issuer):
    return Desk(service, issuer)


# -- who comes in ------------------------------------------------------------------------------


def test_who_signs_in_at_the_issuer_is_in_with_their_role_and_where_they_wanted_to_go(desk):
    answer = desk.signs_in(to="/stuck?sure=confirmed")
    assert (answer.status_code, answer.headers["location"]) == (303, "/stuck?sure=confirmed")
    assert "ann operator" in desk.told()
    assert desk.issuer.refused == []
    kept = [line.split(";")[0] for line in answer.headers.get_list("set-cookie")]
    assert [line.split("=")[0] for line in kept] == ["__Host-aprejoin", "__Host-aprejoin-sign-in"]
    for line in answer.headers.get_list("set-cookie"):
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(line.split("; "))
    assert set(desk.browser.cookies) == {"__Host-aprejoin"}


def test_the_form_offers_the_issuer_only_where_there_is_one(service, desk):
    page = desk.browser.get("/sign-in", next="/stuck?q=a b")
    assert "Sign in with the company's account" in text_of(page)
    assert 'href="/sign-in/issuer?next=%2Fstuck%3Fq%3Da%20b"' in page.text
    without = Browser(pages(service.api.app.state.front))
    assert "Sign in with" not in text_of(without.get("/sign-in"))
    for path in ("/sign-in/issuer", "/sign-in/callback", "/signed-out"):
        assert without.get(path).status_code == 404


def test_a_session_of_the_issuer_holds_as_long_as_any_and_not_as_long_as_its_token(service, desk):
    desk.signs_in()
    world = service.crew.stage.world
    for _ in range(3):
        world.advance(1800.0)  # the ID token was good for a minute
        assert desk.told() is not None
    world.advance(SESSION_S)
    assert desk.told() is None


@pytest.mark.parametrize("methods", [["client_secret_basic"], ["client_secret_post"]])
def test_a_secret_goes_the_way_that_the_issuer_takes_it(service, issuer, methods):
    issuer.secret, issuer.methods = KNOWN, methods
    desk = Desk(service, issuer, reference="env:PAGE_KEY")
    desk.signs_in()
    assert desk.told() is not None


def test_parts_of_the_fleet_come_from_the_claim_and_who_has_none_stays_outside(service, issuer):
    parts = {"ops": (Scope(sites=("atlantis",)),), "lab": (Scope(tags=("lab",)),)}
    desk = Desk(service, issuer, parts=parts)
    issuer.claims = {"groups": ["ops", "lab"]}
    desk.signs_in()
    assert "operator · site atlantis, tag lab" in desk.told()
    other = Desk(service, issuer, parts=parts)
    issuer.claims = {"groups": ["cab"]}
    answer = other.signs_in()
    assert (answer.status_code, other.told()) == (403, None)
    assert "ann has no role here" in text_of(answer)


def test_our_address_is_the_configured_one_whatever_a_request_says(desk):
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = desk.browser.get("/sign-in/issuer", headers=hostile)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["redirect_uri"] == [HOME + CALLBACK]
    assert len({query[name][0] for name in ("state", "nonce", "code_challenge")}) == 3


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil", "x"])
def test_signing_in_leads_to_no_other_site(desk, elsewhere):
    assert desk.signs_in(to=elsewhere).headers["location"] == "/"
    secret = Attempt.new(elsewhere, now_s=0).secret
    now_s = desk.service.api.context.clock.now().wall.timestamp()
    planted = Attempt(secret, elsewhere, int(now_s))
    where = desk.issuer.goes_in(desk.flow.leads_to(planted))
    desk.browser.cookies = {"__Host-aprejoin-sign-in": planted.cookie}
    assert desk.browser.get(where).headers["location"] == "/"


# -- who does not ------------------------------------------------------------------------------


def refused(desk, answer, said, status=401):
    """An answer that let nobody in, says why, and shows nothing that the issuer gave away."""
    assert (answer.status_code, desk.told()) == (status, None), text_of(answer)
    assert said in text_of(answer)
    assert 'name="token"' in answer.text
    for secret in desk.issuer.given:
        assert secret not in answer.text
        assert secret not in str(answer.headers)


def changed(where, **fields):
    """The way back with other fields; None: without."""
    path, _, query = where.partition("?")
    found = {name: values[0] for name, values in parse_qs(query).items()} | fields
    kept = {name: value for name, value in found.items() if value is not None}
    return f"{path}?{urlencode(kept)}"


def test_an_answer_in_a_browser_that_asked_nothing_signs_nobody_in(desk):
    where = desk.back(browser=Browser(desk.app, scheme="https"))
    refused(desk, desk.browser.get(where), "That answer is to no sign-in that this browser began")


def test_an_answer_to_another_sign_in_of_this_browser_does_not_count(desk):
    first = desk.back()
    second = desk.back()
    refused(desk, desk.browser.get(first), "to no sign-in that this browser began")
    assert desk.browser.get(second).status_code == 303, "and takes nothing from the right one"


@pytest.mark.parametrize("state", [None, "", "guessed"])
def test_an_answer_without_its_state_does_not_count(desk, state):
    answer = desk.browser.get(changed(desk.back(), state=state))
    refused(desk, answer, "to no sign-in that this browser began")


def test_an_answer_that_took_too_long_does_not_count(desk):
    where = desk.back()
    desk.service.crew.stage.world.advance(LASTS_S + 1)
    refused(desk, desk.browser.get(where), "in the last ten minutes")


@pytest.mark.parametrize("code", ["guessed", "x" * 4096])
def test_a_wrong_code_is_refused_by_the_issuer(desk, code):
    answer = desk.browser.get(changed(desk.back(), code=code))
    refused(desk, answer, "The issuer does not take the code: invalid_grant")
    assert desk.issuer.refused == ["invalid_grant"]


@pytest.mark.parametrize("code", [None, "", "x" * 4097])
def test_an_answer_without_a_code_is_not_even_asked_about(desk, code):
    refused(desk, desk.browser.get(changed(desk.back(), code=code)), "brings no code")
    assert desk.issuer.refused == []


def test_a_code_counts_once_also_with_the_cookie_of_its_first_time(desk):
    where = desk.back()
    cookies = dict(desk.browser.cookies)
    assert desk.browser.get(where).status_code == 303
    assert "__Host-aprejoin-sign-in" not in desk.browser.cookies
    desk.browser.cookies = cookies
    refused(desk, desk.browser.get(where), "does not take the code: invalid_grant")


def test_a_code_that_was_given_to_somebody_else_is_refused_for_its_verifier(desk):
    stolen = parse_qs(urlsplit(desk.back(browser=Browser(desk.app))).query)["code"][0]
    where = changed(desk.back(), code=stolen)
    refused(desk, desk.browser.get(where), "does not take the code: invalid_grant")


def test_an_answer_of_another_issuer_is_refused(desk):
    for iss in ("https://evil.example", None):
        answer = desk.browser.get(changed(desk.back(), iss=iss))
        refused(desk, answer, "not of the issuer that was asked")


def now(desk):
    return int(desk.service.api.context.clock.now().wall.timestamp())


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"nonce": "another"}, "it answers another sign-in"),
        ({"nonce": None}, "it answers another sign-in"),
        ({"nonce": "\ud800"}, "it answers another sign-in"),
        ({"exp": 1_600_000_000}, "it ran out before it came"),
        ({"exp": None}, "a claim is missing"),
        ({"nbf": 4_000_000_000}, "it does not count yet"),
        ({"aud": "the API"}, "it is for another client"),
        ({"aud": [CLIENT, "another"]}, "it is for another client"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "it is for another client"),
        ({"azp": "another"}, "it is for another client"),
        ({"iss": "https://evil.example"}, "it is of another issuer"),
        ({"sub": None}, "it has no usable name in `sub`"),
        ({"sub": "a\nb"}, "it has no usable name in `sub`"),
        ({"exp": 10**30}, "it cannot be verified"),
    ],
)
def test_an_id_token_that_proves_nothing_is_told_of_by_what_is_wrong(desk, claims, said):
    desk.issuer.claims = claims
    refused(desk, desk.signs_in(), f"The issuer's answer proves nothing: {said}")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"kid": "unknown", "key": STRANGE}, "its key is none of the issuer's"),
        ({"key": STRANGE}, "its signature is not the issuer's"),
        ({"algorithm": "none"}, "it is signed by an algorithm that is not taken"),
        ({"keeps_id_token": True}, "it has no ID token"),
    ],
)
def test_an_id_token_that_is_not_the_issuers_is_refused(desk, key, said):
    vars(desk.issuer).update(key)
    refused(desk, desk.signs_in(), f"The issuer's answer proves nothing: {said}")


def test_several_audiences_count_where_it_was_made_for_us(desk):
    desk.issuer.claims = {"aud": [CLIENT, "another"], "azp": CLIENT}
    desk.signs_in()
    assert desk.told() is not None


def test_who_has_no_role_is_told_so(desk):
    desk.issuer.claims = {"groups": ["guests"]}
    refused(desk, desk.signs_in(), "ann has no role here: ask an administrator.", status=403)


def test_what_the_issuer_says_went_wrong_is_shown_as_text(desk):
    said = {"error": "access_denied", "error_description": "<b>not</b> you", "code": None}
    answer = desk.browser.get(changed(desk.back(), **said))
    refused(desk, answer, "The issuer signed nobody in: access_denied")
    assert "&lt;b&gt;not&lt;/b&gt; you" in answer.text


def test_a_secret_that_the_issuer_does_not_take_or_that_is_not_there_is_told(service, issuer):
    issuer.secret = f"not {KNOWN}"
    desk = Desk(service, issuer, reference="env:PAGE_KEY")
    refused(desk, desk.signs_in(), "does not take the code: invalid_client")
    desk = Desk(service, issuer, reference="env:NOT_SET")
    answer = desk.signs_in()
    refused(desk, answer, "The client secret cannot be had: env:NOT_SET", status=503)
    assert KNOWN not in answer.text


# -- while the issuer is away ------------------------------------------------------------------


def test_while_the_issuer_is_away_the_page_says_so_and_tokens_open_it(service, files):
    with issuing(files) as gone:
        gone.redirect, gone.home = HOME + CALLBACK, HOME + SIGN_IN
        desk = Desk(service, gone)
    answer = desk.browser.get("/sign-in/issuer", next="/stuck")
    refused(desk, answer, "cannot be asked", status=503)
    assert "A token opens this page all the same." in text_of(answer)
    assert 'name="next" value="/stuck"' in answer.text
    assert desk.browser.sign_in(service.api.clear["vera"], to="/stuck").status_code == 303
    assert "vera viewer" in desk.told()


def test_an_issuer_that_goes_away_meanwhile_is_told(service, files):
    with issuing(files) as leaving:
        leaving.redirect = HOME + CALLBACK
        desk = Desk(service, leaving)
        where = desk.back()
    refused(desk, desk.browser.get(where), "cannot be asked", status=503)


@pytest.mark.parametrize(
    ("tells", "said"),
    [
        ({"issuer": "https://evil.example"}, "of another issuer"),
        ({"authorization_endpoint": None}, "names no authorization_endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "is no https: address"),
        ({"authorization_endpoint": "http://127.0.0.1/"}, "is no https: address"),
    ],
)
def test_a_discovery_that_leads_elsewhere_is_not_followed(desk, tells, said):
    desk.issuer.tells = tells
    answer = desk.browser.get("/sign-in/issuer")
    refused(desk, answer, said, status=503)


# -- out again ---------------------------------------------------------------------------------


def test_who_signs_out_is_led_to_the_issuer_to_sign_out_there_and_no_token_goes_along(desk):
    desk.signs_in()
    desk.browser.get("/")
    answer = desk.browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")
    assert desk.told() is None
    page = desk.browser.get("/signed-out")
    where = desk.flow.leaves_by()
    query = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
    assert where.startswith(f"{desk.issuer.url}/logout?")
    assert query == {"client_id": CLIENT, "post_logout_redirect_uri": HOME + SIGN_IN}
    assert f'content="0;url={where.replace("&", "&amp;")}"' in page.text


def test_where_the_issuer_has_no_place_to_sign_out_at_the_page_says_what_is_left(desk):
    desk.issuer.tells = {"end_session_endpoint": None}
    page = desk.browser.get("/signed-out")
    assert "http-equiv" not in page.text
    assert "You may still be signed in at the company's account" in text_of(page)


def test_who_came_by_a_token_is_not_sent_to_the_issuer(desk):
    desk.browser.sign_in(desk.service.api.clear["vera"])
    assert desk.browser.post("/sign-out").headers["location"] == "/sign-in"


# -- what is left behind -----------------------------------------------------------------------


def test_nothing_that_opens_anything_is_in_the_log_the_audit_trail_or_the_store(desk):
    with capture_logs() as lines:
        desk.signs_in()
        desk.issuer.claims = {"nonce": "another"}
        desk.signs_in()
        desk.browser.get(changed(desk.back(), code="guessed"))
    trail = desk.service.api.as_("root").get("/api/v1/audit").json()["audit"]
    raw = desk.service.store._engine.raw_connection()
    try:
        held = raw.driver_connection.serialize()
    finally:
        raw.close()
    assert next(one["act"] for one in trail if one["who"] == "ann") == "session.begin"
    assert len(desk.issuer.given) >= 4
    for secret in desk.issuer.given:
        assert secret not in json.dumps([lines, trail], default=str)
        assert secret.encode() not in held


def test_what_is_wrong_with_a_verifier_is_the_issuers_word(issuer):
    flow = flow_to(issuer)
    first, second = (Attempt.new("/", now_s=0) for _ in range(2))
    back = parse_qs(urlsplit(issuer.goes_in(flow.leads_to(first))).query)
    with pytest.raises(TokenRefused, match="invalid_grant"):
        flow.redeem(second, back["code"][0], issuer=issuer.url)
    assert issuer.refused == ["invalid_grant"]
    assert GRACE_S < LASTS_S
