"""The operations of RFC 6241."""

from lxml import etree

from service.lab.box.box import Box
from service.lab.box.eem_read import applets_of
from service.lab.errors import NC, RpcRefusedError, bad_element
from service.lab.netconf import messages, reading
from service.lab.netconf.context import Perform, Server, target_of, text_of_child, text_of_in
from service.lab.netconf.sessions import Session
from service.lab.yang.check import OPERATION
from service.lab.yang.paths import Element, text_of

WITH_DEFAULTS = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"


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


STANDARD: dict[str, Perform] = {
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
}
