"""The operations a box answers. Everything else that its models know is "not supported" here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from service.lab.box.box import Box
from service.lab.box.eem_read import applets_of
from service.lab.errors import NC, RpcRefusedError, bad_element
from service.lab.netconf import messages, reading
from service.lab.netconf.messages import IA, nsmap
from service.lab.netconf.sessions import Session, Sessions
from service.lab.time import stamp
from service.lab.yang import judge
from service.lab.yang.check import OPERATION
from service.lab.yang.paths import Element, elements, local, text_of

MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
WITH_DEFAULTS = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"
AP_RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-cmd-rpc"
UNSIMULATED = {  # advertised capabilities whose modules are not in the closures
    "urn:ietf:params:xml:ns:netconf:notification:1.0",
    "urn:ietf:params:xml:ns:netconf:partial-lock:1.0",
}


@dataclass(slots=True)
class Server:
    """One box as its NETCONF sessions see it."""

    box: Box
    sessions: Sessions
    modules: Path | None = None  # where get-schema finds the texts

    def answer(self, session: Session, rpc: Element) -> Element:
        """Carry out one <rpc> and give the <rpc-reply>; refusals become <rpc-error>."""
        session.in_rpcs += 1
        try:
            return self._perform(session, rpc, only_request(rpc))
        except RpcRefusedError as refused:
            session.bad_rpcs += 1
            session.out_errors += 1
            return messages.error(rpc, refused)

    def _perform(self, session: Session, rpc: Element, request: Element) -> Element:
        reading_ = request.tag in {f"{{{NC}}}get", f"{{{NC}}}get-config"}
        checker = self.box.stores.editor.checker
        if reading_:
            reading.check_filter(self.box, request)
            bare = etree.fromstring(etree.tostring(request, with_tail=False), judge.PARSER)
            for filter_ in bare.findall(f"{{{NC}}}filter"):
                if filter_.get("type", "subtree") == "subtree":
                    filter_[:] = []
            judge.operation(checker, bare)
        elif etree.QName(request).namespace in UNSIMULATED:
            raise _not_simulated(request)
        else:
            judge.operation(checker, request)
        perform = OPERATIONS.get(request.tag)
        if perform is None:
            raise _not_simulated(request)
        return perform(self, session, rpc, request)


def _not_simulated(request: Element) -> RpcRefusedError:
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


def _get(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    _explicit_only(request)
    found = reading.read(server.box, server.sessions, request, source="running", state=True)
    return _data(rpc, found)


def _get_config(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    _explicit_only(request)
    source = target_of(request, "source")
    found = reading.read(server.box, server.sessions, request, source=source, state=False)
    return _data(rpc, found)


def _explicit_only(request: Element) -> None:
    """The other modes are advertised, as boxes do, but the lab doesn't work them out."""
    mode = text_of_in(request, WITH_DEFAULTS, "with-defaults")
    if mode not in {"", "explicit"}:
        raise bad_element(
            "operation-not-supported", "with-defaults", f"{mode} is not simulated by the lab"
        )


def _data(rpc: Element, found: list[Element]) -> Element:
    root = messages.reply(rpc)
    data = etree.SubElement(root, f"{{{NC}}}data")
    data.extend(found)
    return root


def _edit_config(server: Server, session: Session, rpc: Element, request: Element) -> Element:
    box, now = server.box, server.box.advance()
    target = target_of(request, "target")
    _may_write(server, session, target, now)
    default = text_of_child(request, "default-operation", "merge")
    test = text_of_child(request, "test-option", "test-then-set")
    config = request.find(f"{{{NC}}}config")
    if config is None:
        raise bad_element("missing-element", "config", "config is missing", type_="protocol")
    tree = box.stores.edited(target, config, default)
    if test != "test-only":
        if target == "running":
            equal = _equal_applets(box, config, tree)
            box.commit(now, tree, f"session {session.number}")
            box.eem.rearm(now, equal, tree)
        else:
            box.stores.store(target, tree)
    return messages.ok(rpc)


def _equal_applets(box: Box, config: Element, tree: Element) -> set[str]:
    """Applets that the edit replaces by their equals: no difference would show that."""
    before, after = applets_of(box.stores.running), applets_of(tree)
    replaced = {
        text_of(name).strip()
        for applet in config.iter("{*}applet")
        if applet.get(OPERATION) == "replace"
        for name in applet.iterchildren("{*}name")
    }
    both = replaced & before.keys() & after.keys()
    return {name for name in both if before[name].written == after[name].written}


def _may_write(server: Server, session: Session, target: str, now: float) -> None:
    box = server.box
    box.stores.tree(target)
    without = box.spec.quirks.running_writable == "without-candidate"
    if target == "running" and box.spec.candidate and without:
        raise RpcRefusedError("operation-not-supported", "running is not writable")
    box.stores.may_write(target, session.number)
    box.refuse_if_syncing(now)


def text_of_child(request: Element, name: str, default: str) -> str:
    """Trimmed text of a child of the base namespace."""
    found = request.find(f"{{{NC}}}{name}")
    return default if found is None else text_of(found).strip()


def _lock(server: Server, session: Session, rpc: Element, request: Element) -> Element:
    now = server.box.advance()
    if server.box.is_syncing(now):
        raise RpcRefusedError("lock-denied", "the datastore is syncing", type="protocol")
    server.box.stores.lock(target_of(request, "target"), session.number)
    return messages.ok(rpc)


def _unlock(server: Server, session: Session, rpc: Element, request: Element) -> Element:
    server.box.stores.unlock(target_of(request, "target"), session.number)
    return messages.ok(rpc)


def _validate(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    source = request.find(f"{{{NC}}}source")
    config = None if source is None else source.find(f"{{{NC}}}config")
    if config is not None:
        server.box.stores.edited("running", config, "merge")
    else:
        server.box.stores.tree(target_of(request, "source"))
    return messages.ok(rpc)


def _commit(server: Server, session: Session, rpc: Element, _: Element) -> Element:
    box, now = server.box, server.box.advance()
    if box.stores.candidate is None:
        raise _no_candidate()
    box.stores.may_write("running", session.number)
    box.stores.may_write("candidate", session.number)
    box.refuse_if_syncing(now)
    box.commit(now, box.stores.candidate, f"session {session.number}")
    box.stores.discard()
    return messages.ok(rpc)


def _discard(server: Server, session: Session, rpc: Element, _: Element) -> Element:
    if server.box.stores.candidate is None:
        raise _no_candidate()
    server.box.stores.may_write("candidate", session.number)
    server.box.stores.discard()
    return messages.ok(rpc)


def _no_candidate() -> RpcRefusedError:
    return RpcRefusedError(
        "operation-not-supported", "no candidate datastore on this device", type="protocol"
    )


def _kill(server: Server, session: Session, rpc: Element, request: Element) -> Element:
    number = int(text_of_child(request, "session-id", "0"))
    victim = server.sessions.open.get(number)
    if victim is None or victim is session:
        info = [("bad-element", "session-id")]
        raise RpcRefusedError("invalid-value", "no such session", type="protocol", info=info)
    victim.drop("killed")
    return messages.ok(rpc)


def _close(_: Server, __: Session, rpc: Element, ___: Element) -> Element:
    return messages.ok(rpc)


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


def text_of_in(request: Element, uri: str, name: str) -> str:
    """Trimmed text of a child of some namespace; empty without it."""
    found = request.find(f"{{{uri}}}{name}")
    return "" if found is None else text_of(found).strip()


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


Perform = Callable[[Server, Session, Element, Element], Element]
OPERATIONS: dict[str, Perform] = {
    f"{{{NC}}}get": _get,
    f"{{{NC}}}get-config": _get_config,
    f"{{{NC}}}edit-config": _edit_config,
    f"{{{NC}}}lock": _lock,
    f"{{{NC}}}unlock": _unlock,
    f"{{{NC}}}validate": _validate,
    f"{{{NC}}}commit": _commit,
    f"{{{NC}}}discard-changes": _discard,
    f"{{{NC}}}kill-session": _kill,
    f"{{{NC}}}close-session": _close,
    f"{{{MONITORING}}}get-schema": _get_schema,
    f"{{{IA}}}save-config": _save,
    f"{{{IA}}}is-syncing": _is_syncing,
    f"{{{IA}}}current-time": _current_time,
    f"{{{IA}}}netconf-session-id": _session_id,
    f"{{{AP_RPC}}}ap-reset": _ap_reset,
}
