"""One box as an operation meets it, and the small things every operation reads from its request."""

from asyncio import Future
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.lab.box.box import Box
from service.lab.box.copying import Trouble
from service.lab.errors import NC, RpcRefusedError, bad_element
from service.lab.netconf.sessions import Session, Sessions
from service.lab.yang.paths import Element, elements, local, text_of

MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"


@dataclass(slots=True)
class Server:
    """One box as its NETCONF sessions see it."""

    box: Box
    sessions: Sessions
    modules: Path | None = None  # where get-schema finds the texts
    touched: Callable[[], None] = lambda: None
    trouble: Trouble | None = None  # what befalls the next copy
    copies: set[str] = field(default_factory=set)  # names of files on their way
    under_way: set[Future[Any]] = field(default_factory=set)  # what a reload ends


@dataclass(frozen=True, slots=True)
class Later:
    """A reply that comes when something is through; `work` ends in it or in RpcRefusedError."""

    work: Coroutine[Any, Any, Element]


Perform = Callable[[Server, Session, Element, Element], Element | Later]
"""..., the rpc, the operation."""


def not_simulated(request: Element) -> RpcRefusedError:
    """The refusal of an operation that a real box knows and the lab does not act on."""
    name = local(request)
    text = f"{name} is not simulated by the lab"
    return bad_element("operation-not-supported", name, text, type_="protocol")


def only_request(rpc: Element) -> Element:
    """The operation in an <rpc>.

    Raises:
        RpcRefusedError: no message-id, no operation or several.
    """
    if rpc.get("message-id") is None:
        info = [("bad-attribute", "message-id"), ("bad-element", "rpc")]
        raise RpcRefusedError("missing-attribute", type="rpc", info=info)
    inside = elements(rpc)
    if len(inside) != 1:
        raise RpcRefusedError("malformed-message", "one operation in an rpc", type="rpc")
    return inside[0]


def target_of(request: Element, role: str) -> str:
    """Name of the datastore in <target> or <source>."""
    place = request.find(f"{{{NC}}}{role}")
    inside = [] if place is None else elements(place)
    if len(inside) != 1:
        raise bad_element("missing-element", role, f"{role} names one datastore", type_="protocol")
    return local(inside[0])


def text_of_child(request: Element, name: str, default: str) -> str:
    """Trimmed text of a child of the base namespace."""
    found = request.find(f"{{{NC}}}{name}")
    return default if found is None else text_of(found).strip()


def text_of_in(request: Element, uri: str, name: str) -> str:
    """Trimmed text of a child of some namespace; empty without it."""
    found = request.find(f"{{{uri}}}{name}")
    return "" if found is None else text_of(found).strip()
