"""One request to a controller, as logs and traces see it: what, to whom, how long, how it ended.

Never what was sent or answered: of a command line the first two words are told, for passwords come
later in some. Where traces are off the span costs next to nothing and goes nowhere.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

import structlog
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

Protocol: TypeAlias = Literal["netconf", "restconf", "cli", "snmp"]
CHANGING = ("config ", "transfer ", "save ", "reset ", "clear ")
log = structlog.get_logger(__name__)


@contextmanager
def rpc(
    controller: str, protocol: Protocol, operation: str, *, changes: bool = False
) -> Iterator[None]:
    """The request is under way while the block runs; an error that leaves it is how it ended.

    Args:
        controller: to whom.
        protocol: how.
        operation: an operation's name, a path, the beginning of a command.
        changes: whether it may change something; logged as info then, else for debugging only.
    """
    tell = log.info if changes else log.debug
    began_s, outcome = time.monotonic(), "answered"
    attributes = {"controller": controller, "protocol": protocol, "operation": operation}
    tracer = trace.get_tracer("aprejoin.drivers")
    span = tracer.start_span(f"{protocol} {operation}", kind=SpanKind.CLIENT, attributes=attributes)
    try:
        yield
    except Exception as err:  # told, never with its text, which may quote the controller
        outcome = type(err).__name__
        span.set_status(StatusCode.ERROR, outcome)
        raise
    finally:
        span.end()
        elapsed_s = round(time.monotonic() - began_s, 3)
        tell("device.rpc", outcome=outcome, elapsed_s=elapsed_s, **attributes)


def may_change(line: str) -> bool:
    """Whether a command of AireOS may change something that lasts."""
    return line.startswith(CHANGING) and not line.startswith("config paging")


def gist(line: str) -> str:
    """The first two words of a command."""
    return " ".join(line.split()[:2])
