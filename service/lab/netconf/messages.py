"""Hello and replies as XML."""

import random
from collections.abc import Iterable

from lxml import etree

from service.lab.errors import NC, RpcRefusedError
from service.lab.yang.paths import Element

IA = "http://cisco.com/yang/cisco-ia"
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def hello(capabilities: Iterable[str], session: int) -> bytes:
    """The server's hello."""
    root = etree.Element(f"{{{NC}}}hello", nsmap=nsmap(NC))
    listed = etree.SubElement(root, f"{{{NC}}}capabilities")
    for capability in capabilities:
        etree.SubElement(listed, f"{{{NC}}}capability").text = capability
    etree.SubElement(root, f"{{{NC}}}session-id").text = str(session)
    return XML + etree.tostring(root)


def nsmap(uri: str) -> dict[str, str]:
    """A default namespace."""
    return {None: uri}  # type: ignore[dict-item]  # the stubs' gap


def reply(request: Element | None) -> Element:
    """An empty <rpc-reply> that carries the request's attributes (RFC 6241 section 4.2)."""
    root = etree.Element(f"{{{NC}}}rpc-reply", nsmap=nsmap(NC))
    for name, value in request.attrib.items() if request is not None else ():
        root.set(name, value)
    return root


def ok(request: Element) -> Element:
    """<ok/>."""
    root = reply(request)
    etree.SubElement(root, f"{{{NC}}}ok")
    return root


def error(request: Element | None, refused: RpcRefusedError) -> Element:
    """An <rpc-error> with what the refusal tells."""
    root = reply(request)
    found = etree.SubElement(root, f"{{{NC}}}rpc-error")
    for name, text in (
        ("error-type", refused.type),
        ("error-tag", refused.tag),
        ("error-severity", "error"),
    ):
        etree.SubElement(found, f"{{{NC}}}{name}").text = text
    if refused.path:
        path = etree.SubElement(found, f"{{{NC}}}error-path", nsmap=refused.prefixes)
        path.text = refused.path
    if refused.message:
        message = etree.SubElement(found, f"{{{NC}}}error-message")
        message.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        message.text = refused.message
    if refused.info or refused.bad_cli:
        _info(etree.SubElement(found, f"{{{NC}}}error-info"), refused)
    return root


def _info(info: Element, refused: RpcRefusedError) -> None:
    for name, text in refused.info:
        etree.SubElement(info, f"{{{NC}}}{name}").text = text
    if refused.bad_cli is None:
        return
    command, response = refused.bad_cli
    etree.SubElement(info, f"{{{IA}}}severity", nsmap=nsmap(IA)).text = "error_cli"
    detail = etree.SubElement(info, f"{{{IA}}}detail", nsmap=nsmap(IA))
    bad = etree.SubElement(detail, f"{{{IA}}}bad-cli")
    for name, text in (
        ("bad-command", command),
        ("error-location", "0"),
        ("parser-response", response),
        ("parser-context", command),
    ):
        etree.SubElement(bad, f"{{{IA}}}{name}").text = text


def written(root: Element, chance: random.Random) -> bytes:
    """Serialise; sometimes indented, as real boxes differ in their blanks."""
    return XML + etree.tostring(root, pretty_print=chance.random() < 0.5)  # noqa: PLR2004
