"""What a box pushes of its data: whole at first and every period, or what changed since.

The form of a change is that of a capture of a Catalyst 9800 (fsedano/nmsp-subscription-example):
RFC 8072's edits, each value the whole target. That an entry which is gone is told as `delete` of
the entry is unverified.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from lxml import etree

from service.lab.netconf.messages import nsmap
from service.lab.yang.paths import Element, elements, local, text_of
from service.lab.yang.schema import Node, Schema

YP = "urn:ietf:params:xml:ns:yang:ietf-yang-push"
EN = "urn:ietf:params:xml:ns:yang:ietf-event-notifications"
PATCH = "urn:ietf:params:xml:ns:yang:ietf-yang-patch"
NOTIFICATION = "urn:ietf:params:xml:ns:netconf:notification:1.0"
TERMINATED = f"{{{EN}}}subscription-terminated"
Entries = Mapping[str, Element]
"""Target path -> the element there."""
Edit = tuple[str, str, Element | None]
"""Operation, target, value."""


@dataclass(slots=True)
class Push:
    """One subscription of one session.

    Attributes:
        filter: a <filter> with the subtree that is subscribed to.
        period_s: None: on change.
        due: when the next whole update is to be sent; 0: at once.
        sent: what the client was told last, on change.
        ends: why it is about to be terminated.
    """

    number: int
    filter: Element
    period_s: float | None = None
    due: float = 0.0
    sent: Mapping[str, bytes] | None = None
    ends: str = ""


def entries(schema: Schema, tops: list[Element]) -> Entries:
    """Every list entry that has nothing but leaves and containers below, by its path."""
    found: dict[str, Element] = {}
    for top in tops:
        node = schema.data[str(top.tag)]
        found.update(_entries(node, top, f"/{local(top)}"))
    return found


def _entries(node: Node, element: Element, path: str) -> Iterator[tuple[str, Element]]:
    below = [(node.children[str(child.tag)], child) for child in elements(element)]
    lists = [(inner, child) for inner, child in below if inner.is_list]
    if not lists:
        yield path, copy.deepcopy(element)
    for inner, child in lists:
        keys = ",".join(quote(_key(child, name), safe="") for name in inner.keys)
        yield from _entries(inner, child, f"{path}/{inner.name}={keys}")


def _key(element: Element, name: str) -> str:
    return next((text_of(c).strip() for c in elements(element) if local(c) == name), "")


def texts(found: Entries) -> Mapping[str, bytes]:
    """The same, to compare with later."""
    return {path: etree.tostring(element) for path, element in found.items()}


def changed(before: Mapping[str, bytes], after: Entries) -> list[Edit]:
    """Everything that is not as it was."""
    now = texts(after)
    found: list[Edit] = [
        ("merge", path, after[path]) for path, text in now.items() if before.get(path) != text
    ]
    return found + [("delete", path, None) for path in before.keys() - now.keys()]


def whole(number: int, tops: list[Element], *, name: str) -> Element:
    """A push-update; `name`: of the leaf that holds the data, which releases call differently."""
    event = _event("push-update", number)
    contents = etree.SubElement(event, f"{{{YP}}}{name}")
    contents.extend(tops)
    return event


def patch(number: int, edits: list[Edit], *, name: str) -> Element:
    """A push-change-update."""
    event = _event("push-change-update", number)
    changes = etree.SubElement(event, f"{{{YP}}}{name}")
    root = etree.SubElement(changes, f"{{{PATCH}}}yang-patch", nsmap=nsmap(PATCH))
    etree.SubElement(root, f"{{{PATCH}}}patch-id").text = "null"
    for place, (operation, target, value) in enumerate(edits, start=1):
        edit = etree.SubElement(root, f"{{{PATCH}}}edit")
        for leaf, text in (("edit-id", f"edit{place}"), ("operation", operation)):
            etree.SubElement(edit, f"{{{PATCH}}}{leaf}").text = text
        etree.SubElement(edit, f"{{{PATCH}}}target").text = target
        if value is not None:
            etree.SubElement(edit, f"{{{PATCH}}}value").append(value)
    return event


def terminated(number: int, reason: str) -> Element:
    """Nothing more comes of this subscription."""
    event = etree.Element(TERMINATED, nsmap=nsmap(EN))
    etree.SubElement(event, f"{{{EN}}}subscription-id").text = str(number)
    etree.SubElement(event, f"{{{EN}}}reason").text = reason
    return event


def notification(event: Element, at: str) -> Element:
    """An event as it goes out."""
    root = etree.Element(f"{{{NOTIFICATION}}}notification", nsmap=nsmap(NOTIFICATION))
    etree.SubElement(root, f"{{{NOTIFICATION}}}eventTime").text = at
    root.append(event)
    return root


def _event(name: str, number: int) -> Element:
    event = etree.Element(f"{{{YP}}}{name}", nsmap=nsmap(YP))
    etree.SubElement(event, f"{{{YP}}}subscription-id").text = str(number)
    return event
