"""Secrets by reference: what resolves, and what never appears in an error."""

import traceback
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
import requests
import responses
from responses import matchers

from service.config.secrets import SecretResolver
from service.errors import InvalidInput

VALUE = "correct horse"
VAULT = {"VAULT_ADDR": "https://vault.example:8200", "VAULT_TOKEN": "token-of-mine"}
READ = "https://vault.example:8200/v1/secret/data/wlc/hq"
REFERENCE = "vault:secret/wlc/hq#password"


def resolver(**environ: str) -> SecretResolver:
    return SecretResolver(Path("/nowhere"), environ)


def refusal(secrets: SecretResolver, reference: str) -> str:
    """The whole traceback of a refusal, chained exceptions included."""
    with pytest.raises(InvalidInput) as caught:
        secrets.resolve(reference)
    return "".join(traceback.format_exception(caught.value))


class Drawer(keyring.backend.KeyringBackend):
    priority = 1

    def __init__(self, held, *, locked=False):
        super().__init__()
        self.held, self.locked = held, locked

    def get_password(self, service, username):
        if self.locked:
            raise keyring.errors.KeyringLocked(VALUE)
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        raise NotImplementedError


@pytest.fixture
def drawer():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_variable_is_read_anew_every_time():
    environ = {"HQ": VALUE}
    secrets = SecretResolver(Path("/nowhere"), environ)
    assert secrets.resolve("env:HQ") == VALUE
    environ["HQ"] = "renewed"
    assert secrets.resolve("env:HQ") == "renewed"


@pytest.mark.parametrize(("environ", "why"), [({}, "is not set"), ({"HQ": ""}, "is empty")])
def test_a_variable_that_holds_nothing_is_refused_by_name(environ, why):
    assert f"env:HQ: the variable {why}" in refusal(resolver(**environ), "env:HQ")


@pytest.mark.parametrize("reference", ["hunter2", "hunter2:x", "env:hunter 2", "vault:hunter2", ""])
def test_what_is_no_reference_is_not_shown(reference):
    message = refusal(resolver(), reference)
    assert "InvalidInput: a secret: found" in message
    assert "hunter" not in message.rpartition("InvalidInput")[2]


def test_the_environment_stays_out_of_the_resolvers_repr():
    assert VALUE not in repr(resolver(HQ=VALUE))


def test_the_keyring_is_asked_for_service_and_user(drawer):
    drawer(Drawer({("wlc/hq", "admin"): VALUE}))
    assert resolver().resolve("keyring:wlc/hq/admin") == VALUE


def test_an_absent_entry_and_a_locked_keyring_are_told_apart(drawer):
    drawer(Drawer({}))
    assert "keyring:a/b: the keyring holds none" in refusal(resolver(), "keyring:a/b")
    drawer(Drawer({}, locked=True))
    message = refusal(resolver(), "keyring:a/b")
    assert "keyring:a/b: no keyring (KeyringLocked)" in message
    assert "direct cause" not in message


@responses.activate
def test_vault_is_asked_with_the_token_and_tls_verified(monkeypatch):
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    responses.get(
        READ,
        json={"data": {"data": {"password": VALUE}}},
        match=[
            matchers.header_matcher(
                {"X-Vault-Token": "token-of-mine", "X-Vault-Namespace": "network"}
            ),
            matchers.request_kwargs_matcher({"verify": True, "timeout": (5.0, 10.0)}),
        ],
    )
    assert resolver(**VAULT, VAULT_NAMESPACE="network").resolve(REFERENCE) == VALUE


@responses.activate
def test_a_path_in_the_apis_own_form_is_kept_and_a_private_authority_used():
    responses.get(
        READ,
        json={"data": {"data": {"password": VALUE}}},
        match=[matchers.request_kwargs_matcher({"verify": "/ca.pem", "timeout": (5.0, 10.0)})],
    )
    secrets = resolver(**VAULT, VAULT_CACERT="/ca.pem")
    assert secrets.resolve("vault:secret/data/wlc/hq#password") == VALUE


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (403, {"errors": [VALUE]}, "refuses the token"),
        (404, {"errors": []}, "holds no such secret"),
        (503, {"errors": [VALUE]}, "is sealed"),
        (500, {"errors": [VALUE]}, "status 500"),
        (200, {"data": {"data": {"other": VALUE}}}, "no key 'password'"),
        (200, {"data": {"data": None, "x": VALUE}}, "no key 'password'"),
        (200, {"data": [VALUE]}, "no key 'password'"),
        (200, {"data": {"data": {"password": {"a": VALUE}}}}, "holds no text"),
        (200, {"data": {"data": {"password": ""}}}, "holds no text"),
    ],
)
@responses.activate
def test_an_answer_without_the_secret_is_refused_and_not_repeated(status, body, why):
    responses.get(READ, json=body, status=status)
    message = refusal(resolver(**VAULT), REFERENCE)
    assert why in message
    assert VALUE not in message
    assert "token-of-mine" not in message


@responses.activate
def test_an_answer_that_is_not_json_is_refused():
    responses.get(READ, body=VALUE)
    message = refusal(resolver(**VAULT), REFERENCE)
    assert "no key 'password'" in message
    assert VALUE not in message


@responses.activate
def test_the_token_does_not_follow_a_redirect():
    responses.get(READ, status=307, headers={"Location": "https://elsewhere.example/"})
    elsewhere = responses.get("https://elsewhere.example/", json={})
    assert "redirects" in refusal(resolver(**VAULT), REFERENCE)
    assert elsewhere.call_count == 0


@responses.activate
def test_a_vault_that_does_not_answer_is_named():
    responses.get(READ, body=requests.exceptions.SSLError("certificate verify failed"))
    message = refusal(resolver(**VAULT), REFERENCE)
    assert "Vault does not answer (SSLError)" in message
    assert "https://vault.example:8200" in message


@pytest.mark.parametrize("address", ["http://vault.example", "ftp://vault", "vault.example", ""])
def test_the_token_is_never_sent_in_clear(address):
    message = refusal(resolver(VAULT_ADDR=address, VAULT_TOKEN="t"), REFERENCE)  # noqa: S106
    assert "VAULT_ADDR" in message


@responses.activate
def test_a_vault_on_this_host_may_speak_http():
    responses.get(
        "http://127.0.0.1:8200/v1/secret/data/wlc/hq", json={"data": {"data": {"password": VALUE}}}
    )
    secrets = resolver(VAULT_ADDR="http://127.0.0.1:8200/", VAULT_TOKEN="t")  # noqa: S106
    assert secrets.resolve(REFERENCE) == VALUE


def test_without_a_token_nobody_is_asked():
    environ = {"VAULT_ADDR": VAULT["VAULT_ADDR"], "HOME": "/nowhere"}
    assert "no token for Vault" in refusal(resolver(**environ), REFERENCE)
