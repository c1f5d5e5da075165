"""Which kinds of answers a caller takes (RFC 9110, section 12.5.1), and which are served."""

from collections.abc import Iterator

from service.api.restconf_errors import YANG_JSON, not_acceptable
from service.door.streams import EVENTS

DATA = frozenset({"*/*", "application/*", YANG_JSON, "application/json"})
STREAM = frozenset({"*/*", "text/*", EVENTS})


def check_data(accept: str) -> None:
    """Whether somebody takes data as it is served; who says nothing does. Raises Refusal."""
    if accept.strip() and DATA.isdisjoint(_kinds(accept)):
        raise not_acceptable(f"only {YANG_JSON} is served")


def check_stream(accept: str) -> None:
    """Whether somebody takes an event stream; who says nothing does. Raises Refusal."""
    if accept.strip() and STREAM.isdisjoint(_kinds(accept)):
        raise not_acceptable(f"a stream is {EVENTS}")


def _kinds(accept: str) -> Iterator[str]:
    """What is taken; a kind of weight 0 is not."""
    for one in accept.split(","):
        kind, *parameters = (part.strip().lower() for part in one.split(";"))
        weights = [part[2:].strip() for part in parameters if part.startswith("q=")]
        if not (weights and weights[0].strip("0") in {"", "."}):
            yield kind
