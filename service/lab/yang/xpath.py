"""XPath filters: the selected nodes, the way down to them, and the keys on that way."""

import copy
import re

from lxml import etree

from service.lab.errors import bad_element
from service.lab.yang.paths import Element, elements, local
from service.lab.yang.schema import Node, Schema

STEP = re.compile(r"([A-Za-z_][\w.-]*):([A-Za-z_][\w.-]*)")


def mentioned(schema: Schema, text: str, prefixes: dict[str, str]) -> set[str] | None:
    """Top-level nodes an expression can reach; None: it could be any."""
    if "//" in text or "*" in text or "::" in text:
        return None
    names = {f"{{{prefixes.get(p, '')}}}{n}" for p, n in STEP.findall(text)}
    return names & schema.data.keys()


def refuse_unknown(schema: Schema, text: str, prefixes: dict[str, str]) -> None:
    """Refuse an expression that names a node which no module of the release has.

    Raises:
        RpcRefusedError: unknown-element with the name.
    """
    for prefix, name in STEP.findall(text):
        if (prefixes.get(prefix, ""), name) not in schema.names:
            raise bad_element("unknown-element", name, f"select: unknown element {prefix}:{name}")


def select(
    schema: Schema, text: str, prefixes: dict[str, str], data: list[Element]
) -> list[Element]:
    """What the expression selects of some top-level elements.

    Raises:
        RpcRefusedError: it doesn't evaluate, or not to elements.
    """
    chosen = []
    for top in data:
        nodes = _evaluated(text, prefixes, top)
        if nodes:
            found = _kept(schema.data[top.tag], top, nodes)
            if found is not None:
                chosen.append(found)
    return chosen


def _evaluated(text: str, prefixes: dict[str, str], top: Element) -> set[Element]:
    try:
        found = etree.XPath(text, namespaces=prefixes)(etree.ElementTree(top))
    except etree.XPathError as err:
        raise bad_element("invalid-value", "filter", f"select: {err}", type_="rpc") from err
    if not isinstance(found, list) or not all(isinstance(n, etree._Element) for n in found):  # noqa: SLF001  # no public name
        raise bad_element("invalid-value", "filter", "select: no node-set", type_="rpc")
    return {node for node in found if isinstance(node, etree._Element)}  # noqa: SLF001


def _kept(node: Node, element: Element, chosen: set[Element]) -> Element | None:
    if element in chosen:
        return copy.deepcopy(element)
    kept = []
    for child in elements(element):
        below = node.children.get(child.tag)
        if below is not None:
            found = _kept(below, child, chosen)
            if found is not None:
                kept.append(found)
    if not kept:
        return None
    out = etree.Element(element.tag, nsmap=element.nsmap)  # type: ignore[arg-type]
    present = {local(child) for child in kept}
    out.extend(
        [
            copy.deepcopy(child)
            for child in elements(element)
            if local(child) in node.keys and local(child) not in present
        ]
    )
    out.extend(kept)
    return out
