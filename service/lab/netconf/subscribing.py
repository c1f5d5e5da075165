"""establish-subscription, delete-subscription, kill-subscription: judged, and kept with a session.

What is judged comes from the modules and their deviations (the schema holds them), from the list of
nodes that 17.1.1 pushes on change (ON_CHANGE_MODELS.MD), and from IOS XE taking one plain path for
a filter. How a real box words a refusal is unverified; both ways that the model has are here.
"""

import re

from lxml import etree

from service.lab.box.box import Box
from service.lab.errors import RpcRefusedError, bad_element
from service.lab.netconf import messages
from service.lab.netconf.context import Perform, Server, text_of_in
from service.lab.netconf.messages import nsmap
from service.lab.netconf.pushing import EN, YP, Push
from service.lab.netconf.sessions import Session
from service.lab.yang.paths import Element, new
from service.lab.yang.schema import Node

FIRST = 2147483648
CENTISECONDS = 100
SHORTEST = 100
"""Centiseconds; shorter periods are refused here. The least of a real box is unverified."""
ON_CHANGE = {"Cisco-IOS-XE-wireless-access-point-oper", "Cisco-IOS-XE-wireless-ap-cfg"}
PLAIN = re.compile(r"(?:/[A-Za-z_][\w.-]*:[A-Za-z_][\w.-]*)+")


def _establish(server: Server, session: Session, rpc: Element, request: Element) -> Element:
    if server.box.spec.quirks.subscriptions == "no":
        text = "subscriptions are not offered"
        raise bad_element("operation-not-supported", "establish-subscription", text)
    if _qualified(request, f"{{{EN}}}stream") != f"{{{YP}}}yang-push":
        raise bad_element("operation-not-supported", "stream", "this stream is not simulated")
    number = FIRST + server.sessions.pushes
    try:
        push = _of_data(server.box, request, number)
    except RpcRefusedError:
        if server.box.spec.quirks.push_refusal == "rpc-error":
            raise
        return _result(rpc, "error-no-such-option", None)
    server.sessions.pushes += 1
    session.pushes[push.number] = push
    return _result(rpc, "ok", push.number)


def _of_data(box: Box, request: Element, number: int) -> Push:
    steps = _steps(request)
    push = Push(number, _filter(box, steps))
    period, on_change = (text_of_in(request, YP, n) for n in ("period", "dampening-period"))
    if period:
        if int(period) < SHORTEST:
            raise bad_element("invalid-value", "period", f"at least {SHORTEST}")
        push.period_s = int(period) / CENTISECONDS
        return push
    if not on_change:
        raise bad_element("missing-element", "period", "period or dampening-period")
    module = box.schema.by_namespace[etree.QName(steps[0]).namespace or ""].name
    takes = box.spec.quirks.on_change
    if takes == "none" or (takes == "aps" and module not in ON_CHANGE):
        raise bad_element("operation-not-supported", "dampening-period", "not pushed on change")
    return push


def _steps(request: Element) -> list[str]:
    leaf = request.find(f"{{{YP}}}xpath-filter")
    text = "" if leaf is None else (leaf.text or "").strip()
    if leaf is None or not PLAIN.fullmatch(text):
        raise bad_element("invalid-value", "xpath-filter", "one plain path with prefixes")
    named = [part.split(":") for part in text.strip("/").split("/")]
    return [f"{{{leaf.nsmap.get(prefix, '')}}}{name}" for prefix, name in named]


def _filter(box: Box, steps: list[str]) -> Element:
    root = new(f"{{{EN}}}filter")
    at, known = root, box.schema.data
    for step in steps:
        node: Node | None = known.get(step)
        if node is None:
            name = etree.QName(step).localname
            raise bad_element("unknown-element", name, f"no node {name} in this release")
        at, known = etree.SubElement(at, step), node.children
    return root


def _qualified(request: Element, name: str) -> str:
    leaf = request.find(name)
    prefix, _, word = ("" if leaf is None else (leaf.text or "").strip()).rpartition(":")
    space = "" if leaf is None else leaf.nsmap.get(prefix or None, "")
    return f"{{{space}}}{word}"


def _result(rpc: Element, word: str, number: int | None) -> Element:
    root = messages.reply(rpc)
    prefixes = {**nsmap(EN), "notif-bis": EN}
    etree.SubElement(
        root, f"{{{EN}}}subscription-result", nsmap=prefixes
    ).text = f"notif-bis:{word}"
    if number is not None:
        etree.SubElement(root, f"{{{EN}}}subscription-id", nsmap=nsmap(EN)).text = str(number)
    return root


def _delete(_: Server, session: Session, rpc: Element, request: Element) -> Element:
    number = int(text_of_in(request, EN, "subscription-id"))
    if session.pushes.pop(number, None) is None:
        return _result(rpc, "error-no-such-subscription", None)
    return _result(rpc, "ok", None)


def _kill(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    number = int(text_of_in(request, EN, "identifier"))
    for session in server.sessions.open.values():
        if number in session.pushes:
            session.pushes[number].ends = "subscription-deleted"
            return _result(rpc, "ok", None)
    return _result(rpc, "error-no-such-subscription", None)


SUBSCRIBING: dict[str, Perform] = {
    f"{{{EN}}}establish-subscription": _establish,
    f"{{{EN}}}delete-subscription": _delete,
    f"{{{EN}}}kill-subscription": _kill,
}
