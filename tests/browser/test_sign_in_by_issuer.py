"""Signing in at an issuer and out again in a real browser, with its policies and referrers."""

from dataclasses import replace

import pytest

from service.config.secrets import SecretResolver
from service.identity.asking import Asking
from service.identity.code_flow import CALLBACK, SIGN_IN, Client, CodeFlow
from service.identity.discovery import Discovery
from service.identity.oidc import OidcIdentities
from service.identity.trust import Trust
from service.ports.tokens import Role
from tests.browser.conftest import barriers, listening
from tests.support.api_service import crew_service
from tests.support.certificates import for_loopback
from tests.support.issuer import CLIENT, issuing
from tests.support.pages import pages
from tests.support.patience import PATIENCE_S


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    with issuing(for_loopback(tmp_path_factory.mktemp("issuer"))) as made:
        yield made


@pytest.fixture(scope="module")
def address(tmp_path_factory, issuer):
    """Where the page is served, which knows the issuer."""
    with crew_service(tmp_path_factory.mktemp("service")) as service:
        app = pages(service.api.app.state.front)
        with listening(app) as where:
            issuer.redirect, issuer.home = where + CALLBACK, where + SIGN_IN
            trust = Trust(issuer.url, "api", {"ops": Role.OPERATOR}, ca=str(issuer.ca))
            flow = CodeFlow(
                Client(CLIENT, "openid", where),
                "the company's account",
                OidcIdentities(trust),
                Discovery(Asking(trust)),
                SecretResolver(issuer.ca.parent),
            )
            app.state.front = replace(app.state.front, sign_in=flow, public_url=where)
            yield where


@pytest.fixture
def page(address, chromium):
    """A browser that takes the issuer's certificate."""
    context = chromium.new_context(base_url=address, ignore_https_errors=True)
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context.new_page()
    context.close()


def test_somebody_signs_in_at_the_issuer_and_out_again(page, issuer, address):
    complaints, asked = [], []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("request", lambda one: asked.append((one.url, one.headers.get("referer"))))
    page.goto("/stuck?sure=confirmed")
    assert barriers(page) == []
    page.get_by_role("link", name="Sign in with the company's account").click()
    page.get_by_role("link", name="Go in as ann").click()
    page.wait_for_url(f"{address}/stuck?sure=confirmed")
    page.get_by_text("operator", exact=True).wait_for()
    (cookie,) = page.context.cookies(address)
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("aprejoin", True, "Lax")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{address}/sign-in")
    assert issuer.ends == 1
    assert page.context.cookies(address) == []
    page.goto("/stuck")
    page.wait_for_url(f"{address}/sign-in?next=%2Fstuck")
    assert issuer.refused == complaints == []
    to_issuer = [came_from for url, came_from in asked if url.startswith(f"{issuer.url}/authorize")]
    assert to_issuer == [None], "the issuer does not learn where somebody wanted to go"


def test_an_answer_that_was_made_for_somebody_else_signs_nobody_in(page, issuer, chromium, address):
    other = chromium.new_context(base_url=address, ignore_https_errors=True).new_page()
    other.goto("/sign-in/issuer")
    link = other.get_by_role("link", name="Go in as ann").get_attribute("href")
    where = issuer.goes_in(link.replace("/enter?", "/authorize?"))
    other.context.close()
    page.goto(where)
    alert = page.get_by_role("alert").inner_text()
    assert "to no sign-in that this browser began" in alert
    page.goto("/")
    page.wait_for_url(f"{address}/sign-in?next=%2F")
