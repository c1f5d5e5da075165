"""get-schema, cisco-ia, and the one AP command that is simulated."""

from lxml import etree

from service.lab.errors import RpcRefusedError
from service.lab.netconf import messages
from service.lab.netconf.context import MONITORING, Perform, Server, text_of_in
from service.lab.netconf.messages import IA, nsmap
from service.lab.netconf.sessions import Session
from service.lab.time import stamp
from service.lab.yang.paths import Element

AP_RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-cmd-rpc"


def _get_schema(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    def word(name: str) -> str:
        return text_of_in(request, MONITORING, name)

    name, version = word("identifier"), word("version")
    module = server.box.schema.by_module.get(name)
    if module is None or version not in {"", module.revision}:
        raise RpcRefusedError("invalid-value", "no such schema", type="application")
    path = server.modules / f"{name}.yang" if server.modules else None
    if path is None or not path.is_file():
        raise RpcRefusedError(
            "operation-not-supported", "the lab was started without this release's modules"
        )
    root = messages.reply(rpc)
    data = etree.SubElement(root, f"{{{MONITORING}}}data", nsmap=nsmap(MONITORING))
    data.text = path.read_text(encoding="utf-8", errors="replace")
    return root


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
    aps, now = server.box.see_aps(), server.box.advance()
    name, mac = text_of_in(request, AP_RPC, "ap-name"), text_of_in(request, AP_RPC, "mac-addr")
    for state in aps.states.values():
        if state.present and (state.spec.name == name or state.spec.mac == mac.lower()):
            aps.reset(state, now)
            return messages.ok(rpc)
    raise RpcRefusedError("invalid-value", "AP not found", type="application")


VENDOR: dict[str, Perform] = {
    f"{{{MONITORING}}}get-schema": _get_schema,
    f"{{{IA}}}save-config": _save,
    f"{{{IA}}}is-syncing": _is_syncing,
    f"{{{IA}}}current-time": _current_time,
    f"{{{IA}}}netconf-session-id": _session_id,
    f"{{{AP_RPC}}}ap-reset": _ap_reset,
}
