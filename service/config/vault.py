"""Reading one key of one secret from HashiCorp Vault, KV version 2, over its HTTP API.

Redirects are not followed: the token would travel with them. TLS is always verified; `http:` is
taken for a Vault on this host only.

Source: Vault API documentation, "KV secrets engine - version 2", read secret version.
"""

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlsplit

import requests

from service.config.secret_reference import SecretReference
from service.errors import InvalidInput

CONNECT_S, READ_S = 5.0, 10.0

_MEANINGS = {
    HTTPStatus.BAD_REQUEST: "Vault does not understand the request",
    HTTPStatus.FORBIDDEN: "Vault refuses the token for this path",
    HTTPStatus.NOT_FOUND: "Vault holds no such secret",
    HTTPStatus.SERVICE_UNAVAILABLE: "Vault is sealed or down for maintenance",
}


def read_vault(reference: SecretReference, environ: Mapping[str, str]) -> str:
    """The value behind `vault:MOUNT/PATH#KEY`.

    Raises:
        InvalidInput: no address, no token, no answer or no such key; never with a value.
    """
    path, _, key = reference.target.partition("#")
    url = f"{_address(reference, environ)}/v1/{_api_path(path)}"
    headers = {"X-Vault-Token": _token(reference, environ), "X-Vault-Request": "true"}
    if namespace := environ.get("VAULT_NAMESPACE"):
        headers["X-Vault-Namespace"] = namespace
    try:
        reply = requests.get(
            url,
            headers=headers,
            timeout=(CONNECT_S, READ_S),
            allow_redirects=False,
            verify=environ.get("VAULT_CACERT") or True,
        )
    except (requests.RequestException, OSError) as err:  # OSError: no such VAULT_CACERT
        what = f"Vault does not answer ({type(err).__name__})"
        raise _refused(reference, what, f"Vault at {url}") from None
    return _value(reference, key, reply)


def _value(reference: SecretReference, key: str, reply: requests.Response) -> str:
    if reply.is_redirect:
        what = "Vault redirects elsewhere, which is not followed"
        raise _refused(reference, what, "the active node in VAULT_ADDR")
    if reply.status_code != HTTPStatus.OK:
        status = f"Vault answers with status {reply.status_code}"
        what = next((text for code, text in _MEANINGS.items() if code == reply.status_code), status)
        raise _refused(reference, what, "a secret of KV version 2 that the token may read")
    try:
        value = reply.json()["data"]["data"][key]
    except (ValueError, KeyError, TypeError):
        raise _refused(reference, f"the secret has no key {key!r}", "that key") from None
    if not isinstance(value, str) or not value:
        raise _refused(reference, f"the key {key!r} holds no text", "text, not empty")
    return value


def _address(reference: SecretReference, environ: Mapping[str, str]) -> str:
    address = environ.get("VAULT_ADDR", "").rstrip("/")
    if not address:
        raise _refused(reference, "VAULT_ADDR is not set", "the address of Vault")
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_local(parts.hostname)):
        return address
    raise _refused(reference, "VAULT_ADDR would send the token in clear", "an https: address")


def _is_local(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _token(reference: SecretReference, environ: Mapping[str, str]) -> str:
    if token := environ.get("VAULT_TOKEN"):
        return token
    home = Path(environ.get("HOME", "~")).expanduser()
    try:
        token = (home / ".vault-token").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if not token.isprintable() or not token:
        raise _refused(reference, "no token for Vault", "VAULT_TOKEN, or the file ~/.vault-token")
    return token


def _api_path(path: str) -> str:
    """`secret/wlc/hq` as the API has it: `secret/data/wlc/hq`; a path that has it is kept."""
    mount, _, rest = path.partition("/")
    return quote(path if rest.startswith("data/") else f"{mount}/data/{rest}")


def _refused(reference: SecretReference, what: str, expected: str) -> InvalidInput:
    return InvalidInput(what, where=str(reference), expected=expected)
