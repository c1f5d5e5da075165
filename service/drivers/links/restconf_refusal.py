"""What a controller says when it refuses over RESTCONF: as NETCONF's rpc-error, with the status.

Source: RFC 8040 sections 3.9 and 7.1; FACTS section 12: the envelope is `ietf-restconf:errors`, on
some releases `errors` alone.
"""

from typing import Any

import orjson

from service.drivers.links.netconf_refusal import BUSY_TAGS, LONGEST, SHOWN, RpcRefused

ENVELOPES = ("ietf-restconf:errors", "errors")
CONFLICT = 409


class RestconfRefused(RpcRefused):
    """The controller answered 4xx; the attributes are those of its NETCONF kin.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, status: int, errors: list[dict[str, Any]]) -> None:
        Exception.__init__(self)
        tags = [str(error.get("error-tag", "")) for error in errors]
        self.status = status
        self.tag = tags[0] if tags else ""
        self.busy = status == CONFLICT or any(tag in BUSY_TAGS for tag in tags)
        self.bad = ()
        more = f"; and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
        told = "; ".join(_sentence(error) for error in errors[:SHOWN]) + more
        self.text = f"HTTP {status} {told}".strip()
        self.args = (self.text,)


def refused_by(status: int, body: bytes) -> RestconfRefused:
    """The refusal that an answer carries, whatever its body is."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return RestconfRefused(status, [])
    envelope = {} if not isinstance(document, dict) else document
    inside: object = next((envelope[name] for name in ENVELOPES if name in envelope), {})
    errors = inside.get("error", []) if isinstance(inside, dict) else []
    listed = errors if isinstance(errors, list) else [errors]
    return RestconfRefused(status, [error for error in listed if isinstance(error, dict)])


def _sentence(error: dict[str, Any]) -> str:
    path = error.get("error-path")
    message = " ".join(str(error.get("error-message", "")).split())[:LONGEST]
    parts = (str(error.get("error-tag", "")), message, f"at {path}" if path else "")
    return " ".join(part for part in parts if part)
