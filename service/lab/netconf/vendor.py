"""get-schema, cisco-ia, and the one AP command that is simulated."""

from pathlib import Path

from lxml import etree

from service.lab.aps.state import ApState
from service.lab.errors import RpcRefusedError
from service.lab.netconf import messages
from service.lab.netconf.ap_homes import CFG_RPC, set_ap_controller
from service.lab.netconf.context import MONITORING, Perform, Server, text_of_in
from service.lab.netconf.messages import IA, nsmap
from service.lab.netconf.sessions import Session
from service.lab.time import stamp
from service.lab.yang import published
from service.lab.yang.paths import Element

AP_RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-cmd-rpc"


def _get_schema(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    def word(name: str) -> str:
        return text_of_in(request, MONITORING, name)

    name, version = word("identifier"), word("version")
    module = server.box.schema.by_module.get(name)
    if module is None or version not in {"", module.revision}:
        raise RpcRefusedError("invalid-value", "no such schema", type="application")
    text = None if server.modules is None else _text_of(server.modules, name)
    if text is None:
        raise RpcRefusedError(
            "operation-not-supported", "the lab was started without this release's modules"
        )
    root = messages.reply(rpc)
    data = etree.SubElement(root, f"{{{MONITORING}}}data", nsmap=nsmap(MONITORING))
    data.text = text
    return root


def _text_of(modules: Path, name: str) -> str | None:
    """A module's text: of those that were given, or as it is abridged here."""
    path = modules / f"{name}.yang"
    given = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
    return published.text_of(name) if given is None else given


def _result(rpc: Element, text: str) -> Element:
    root = messages.reply(rpc)
    etree.SubElement(root, f"{{{IA}}}result", nsmap=nsmap(IA)).text = text
    return root


def _save(server: Server, session: Session, rpc: Element, _: Element) -> Element:
    now = server.box.advance()
    server.box.save(now, f"session {session.number}")
    return _result(rpc, "Save running-config successful")


def _is_syncing(server: Server, _: Session, rpc: Element, __: Element) -> Element:
    """The first text is what a public client looks for; the second is unverified."""
    syncing = server.box.is_syncing(server.box.advance())
    return _result(rpc, "Sync in progress" if syncing else "No sync in progress")


def _current_time(server: Server, _: Session, rpc: Element, __: Element) -> Element:
    """The form of the text is unverified (sample reply-ia-current-time.xml)."""
    return _result(rpc, stamp(server.box.clock.utc(server.box.advance())))


def _session_id(_: Server, session: Session, rpc: Element, __: Element) -> Element:
    return _result(rpc, str(session.number))


def _ap_reset(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    state = ap_named(server, request)
    server.box.see_aps().reset(state, server.box.advance())
    return messages.ok(rpc)


def ap_named(server: Server, request: Element) -> ApState:
    """The AP that a command names by name or base radio MAC.

    Raises:
        RpcRefusedError: none of them is here.
    """
    name, mac = text_of_in(request, AP_RPC, "ap-name"), text_of_in(request, AP_RPC, "mac-addr")
    for state in server.box.see_aps().states.values():
        if state.present and (state.spec.name == name or state.spec.mac == mac.lower()):
            return state
    raise RpcRefusedError("invalid-value", "AP not found", type="application")


VENDOR: dict[str, Perform] = {
    f"{{{MONITORING}}}get-schema": _get_schema,
    f"{{{IA}}}save-config": _save,
    f"{{{IA}}}is-syncing": _is_syncing,
    f"{{{IA}}}current-time": _current_time,
    f"{{{IA}}}netconf-session-id": _session_id,
    f"{{{AP_RPC}}}ap-reset": _ap_reset,
    f"{{{CFG_RPC}}}set-ap-controller": set_ap_controller,
}
