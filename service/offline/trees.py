"""Saved XML and JSON as one kind of tree, so that a reply reads the same over either transport.

A reply may still wear what a session wrapped it in: an envelope, end-of-message marks, chunk sizes,
a line of shell before it. A broken document is refused with the place where it breaks.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from lxml import etree

_CHUNK = re.compile(r"^#(?:\d+|#)\s*$", re.MULTILINE)
_END = "]]>]]>"
_JSON_START = re.compile(r"\{\s*[\"}]|\[\s*[\"{\[\]]")
_XML_START = re.compile(r"<(?:\?xml|!--|[A-Za-z][\w.-]*(?::[\w.-]+)?[\s/>])")
_ROOT = re.compile(r"<\?xml|<(?:[\w.-]+:)?(?:rpc-reply|data|notification)[\s>]")
_QNAME = re.compile(r"(?:(?P<module>[A-Za-z_][\w.-]*):)?(?P<name>[A-Za-z_][\w.-]*)")


class Unreadable(Exception):
    """A document that is XML or JSON and can't be read; the message says why and where."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element or member.

    Attributes:
        module: the YANG module that its namespace or prefix names; empty: none is given.
    """

    name: str
    module: str = ""
    text: str = ""
    children: tuple["Node", ...] = field(default=(), repr=False)

    def each(self, name: str) -> tuple["Node", ...]:
        """The children of that name."""
        return tuple(child for child in self.children if child.name == name)

    def get(self, *path: str) -> str | None:
        """The text of the first leaf at a path; None where there is none, or it is blank."""
        node = self
        for name in path:
            inner = next((child for child in node.children if child.name == name), None)
            if inner is None:
                return None
            node = inner
        return node.text.strip() or None

    def upper(self, levels: int) -> Iterator["Node"]:
        """This node and those at most some levels below it, in document order."""
        yield self
        if levels:
            for child in self.children:
                yield from child.upper(levels - 1)


def parse(text: str) -> tuple[Node, ...] | None:
    """The documents that a text holds; None where it is neither XML nor JSON.

    Raises:
        Unreadable: it begins as one and does not end as one.
    """
    stripped = text.lstrip("\ufeff \t\r\n")
    try:
        if _JSON_START.match(stripped):
            return _json(stripped)
        document = _CHUNK.sub("", text).lstrip("\ufeff \t\r\n")
        if _XML_START.match(document):
            return _xml(document)
        root = _ROOT.search(document)
        return _xml(document[root.start() :]) if root else None
    except RecursionError:
        raise Unreadable("nested too deeply to be a reply of a device") from None


def _xml(text: str) -> tuple[Node, ...]:
    documents = [part[part.index("<") :].strip() for part in text.split(_END) if "<" in part]
    return tuple(_from_element(_element(document)) for document in documents)


def _element(document: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(document.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as err:
        raise Unreadable(_xml_reason(document, str(err))) from None


def _xml_reason(document: str, message: str) -> str:
    """Cut off, if its root is never closed; else plainly wrong."""
    root = re.search(r"<([A-Za-z][\w.:-]*)", document)
    whole = root is not None and re.search(rf"</{re.escape(root[1])}\s*>\s*$", document)
    broken = "not XML" if whole else "XML that ends before it is complete"
    return f"{broken}: {message.splitlines()[0][:160]}"


def _from_element(element: etree._Element) -> Node:
    name = etree.QName(element)
    children = tuple(_from_element(child) for child in element.iterchildren("*"))
    return Node(name.localname, _module(name.namespace or ""), element.text or "", children)


@cache
def _module(namespace: str) -> str:
    """The module of a namespace: its last part, as Cisco's and OpenConfig's have it."""
    return re.split(r"[/:]", namespace)[-1] if namespace else ""


def _json(text: str) -> tuple[Node, ...]:
    try:
        value = json.loads(text)
    except ValueError as err:
        raise Unreadable(f"not valid JSON: {err}") from None
    inside = tuple(_from_json("item", value)) if isinstance(value, list) else _members(value)
    return (Node("data", children=inside),)


def _members(value: object) -> tuple[Node, ...]:
    if not isinstance(value, dict):
        return ()
    return tuple(node for key, inner in value.items() for node in _from_json(str(key), inner))


def _from_json(key: str, value: object) -> Iterator[Node]:
    if isinstance(value, list):
        for item in value:
            yield from _from_json(key, item)
        return
    match = _QNAME.fullmatch(key)
    name, module = (match["name"], match["module"] or "") if match else (key, "")
    if isinstance(value, dict):
        yield Node(name, module, "", _members(value))
    else:
        yield Node(name, module, _scalar(value))


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
