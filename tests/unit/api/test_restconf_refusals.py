"""Whatever RESTCONF refuses it refuses in its own form, and says what an address does take."""

import pytest

from tests.unit.api.test_restconf_reads import DATA, FLEET, error_of

ROOT = "/restconf"
READ, CALLED = "GET, HEAD, OPTIONS", "POST, OPTIONS"
TAKES = {
    ROOT: READ,
    DATA: READ,
    FLEET: READ,
    f"{FLEET}/controller=hq-1/name": READ,
    f"{ROOT}/operations": READ,
    f"{ROOT}/yang-library-version": READ,
    f"{ROOT}/operations/aprejoin:start-sweep": CALLED,
    f"{FLEET}/controller=hq-1/start-sweep": CALLED,
}
NOWHERE = (
    f"{ROOT}/nothing",
    f"{ROOT}/nothing/more",
    f"{ROOT}/ds/ietf-datastores:running",
    f"{ROOT}/operations/aprejoin:explode",
    f"{ROOT}/operations/aprejoin:controllers",
    f"{ROOT}/modules/aprejoin@1999-01-01",
    f"{DATA}/aprejoin:nothing",
    "/streams/nothing",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
XML = "application/yang-data+xml"


@pytest.fixture(scope="module")
def ask(told):
    def ask(method, path, who="root", **headers):
        return told[0].api.as_(who).request(method, path, headers=headers)

    return ask


@pytest.mark.parametrize("path", TAKES)
def test_a_method_that_does_not_go_is_405_and_told_which_do(ask, path):
    assert ask("OPTIONS", path).headers["allow"] == TAKES[path]
    for method in set(METHODS) - set(TAKES[path].split(", ")):
        answered = ask(method, path)
        assert (answered.status_code, answered.headers["allow"]) == (405, TAKES[path]), method
        if method != "HEAD":
            assert error_of(answered)["error-tag"] == "operation-not-supported"


@pytest.mark.parametrize("path", NOWHERE)
def test_where_nothing_is_every_method_is_404(ask, path):
    answers = {method: ask(method, path, Accept=XML) for method in METHODS}
    assert {method: one.status_code for method, one in answers.items()} == dict.fromkeys(
        METHODS, 404
    )
    for method in set(METHODS) - {"HEAD"}:
        assert error_of(answers[method])["error-tag"] == "invalid-value", method


@pytest.mark.parametrize("path", [one for one, takes in TAKES.items() if takes == READ])
def test_who_takes_xml_alone_is_told_that_there_is_json(ask, path):
    for accept in (XML, "application/xml", "text/html"):
        answered = ask("GET", path, Accept=accept)
        assert answered.status_code == 406
        error = error_of(answered)
        assert (error["error-type"], error["error-tag"]) == ("protocol", "invalid-value")
        assert "application/yang-data+json" in error["error-message"]


@pytest.mark.parametrize("path", [*TAKES, *NOWHERE])
def test_who_shows_no_token_learns_nothing_of_what_is_there(ask, path):
    for method in (*METHODS, "OPTIONS"):
        answered = ask(method, path, who=None)
        if path.startswith("/streams"):
            assert answered.status_code == 404  # no such route, and no data
            continue
        assert answered.status_code == 401, method
        if method != "HEAD":
            assert error_of(answered)["error-tag"] == "access-denied"


def test_an_address_that_only_begins_alike_is_not_restconf(ask):
    for method in ("GET", "OPTIONS"):
        answered = ask(method, "/restconfigured")
        assert answered.status_code == 404
        assert answered.headers["content-type"] == "application/problem+json"
