"""What access points are told about their images: predownload, its end, and the swap of slots.

An OK says no more than that the command was taken. Source: facts section 11;
bforejt/nautobot-upgrades, docs/internals.md (9800-CL, 17.15 and 17.18): a predownload that makes no
sense is refused as "malformed-message", the uuid is told nowhere, and a second one after the first
is no mistake.
"""

from collections.abc import Iterable

from service.lab.aps.state import ApState
from service.lab.errors import RpcRefusedError
from service.lab.netconf import messages
from service.lab.netconf.context import Perform, Server
from service.lab.netconf.sessions import Session
from service.lab.netconf.vendor import AP_RPC, ap_named
from service.lab.yang.paths import Element


def _one(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    state = ap_named(server, request)
    _begin(server, [state])
    return messages.ok(rpc)


def _all(server: Server, _: Session, rpc: Element, __: Element) -> Element:
    _begin(server, server.box.see_aps().states.values())
    return messages.ok(rpc)


def _begin(server: Server, states: Iterable[ApState]) -> None:
    aps, now = server.box.see_aps(), server.box.advance()
    if server.box.software.prepared() is None:
        raise RpcRefusedError("malformed-message", "Resource temporarily unavailable")
    for state in states:
        if state.fetched_at is None and state.predownload != "unsupported":
            aps.predownload(state, now)


def _abort(server: Server, _: Session, rpc: Element, __: Element) -> Element:
    aps = server.box.see_aps()
    for state in aps.states.values():
        aps.stop_predownload(state)
    return messages.ok(rpc)


def _swap(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    state = ap_named(server, request)
    server.box.see_aps().swap(state, server.box.advance())
    return messages.ok(rpc)


def _clear(server: Server, _: Session, rpc: Element, __: Element) -> Element:
    for state in server.box.see_aps().states.values():
        if state.fetched_at is None:
            state.predownload = None
    return messages.ok(rpc)


IMAGES: dict[str, Perform] = {
    f"{{{AP_RPC}}}set-ap-predownload": _one,
    f"{{{AP_RPC}}}set-rad-predownload-all": _all,
    f"{{{AP_RPC}}}ap-image-predownload-abort": _abort,
    f"{{{AP_RPC}}}swap-ap-image": _swap,
    f"{{{AP_RPC}}}clear-ap-predownload-statistics": _clear,
}
