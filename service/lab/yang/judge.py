"""One verdict on a whole document: the entry that `samples/README.md` is tested against.

The kinds are those of the facts' `validate`: get-filter, data, edit, rpc, reply, notif.
"""

from lxml import etree

from service.lab.errors import NC, RpcRefusedError, bad_element
from service.lab.yang.check import Checker, Kind
from service.lab.yang.constraints import hold
from service.lab.yang.paths import Element, elements, local, text_of
from service.lab.yang.schema import Node
from service.lab.yang.values import fault

NOTIFICATION = "urn:ietf:params:xml:ns:netconf:notification:1.0"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def parse(data: bytes) -> Element:
    """XML without entities or network.

    Raises:
        etree.XMLSyntaxError: not well-formed.
    """
    return etree.fromstring(data, PARSER)


def judge(checker: Checker, kind: str, root: Element, request: Element | None = None) -> None:
    """Accept a document silently or raise what a box would answer.

    Raises:
        RpcRefusedError: the document doesn't fit this release.
    """
    match kind:
        case "get-filter":
            filtered(checker, root)
        case "data":
            checker.tops(root, checker.schema.data, Kind.DATA)
        case "edit":
            checker.tops(root, checker.schema.data, Kind.EDIT)
        case "rpc":
            operation(checker, elements(root)[0])
        case "notif":
            notification(checker, root)
        case "reply" if request is not None:
            output(checker, root, elements(request)[0])
        case _:
            raise ValueError(kind)


def filtered(checker: Checker, root: Element) -> None:
    """Check the content of a subtree filter: names, and text only where a leaf stands."""
    for top in elements(root):
        _selects(checker, checker.lookup(checker.schema.data, top), top)


def _selects(checker: Checker, node: Node, element: Element) -> None:
    inside = elements(element)
    if node.is_leaf and inside:
        raise checker.refusal("unknown-element", inside[0], f"{node.name} has nothing below it")
    if not node.is_leaf and not inside and text_of(element).strip():
        raise checker.refusal("bad-element", element, f"{node.name} has no value to match")
    if not node.is_open:
        for child in inside:
            _selects(checker, checker.lookup(node.children, child), child)


def operation(checker: Checker, element: Element) -> Node:
    """Check an operation with its input; return its schema node."""
    known = checker.schema.rpcs.get(element.tag)
    if known is None:
        raise bad_element("unknown-element", local(element), "unknown operation", type_="rpc")
    inputs = known.named("input")
    if inputs is not None:
        _part(checker, inputs, element)
    elif elements(element):
        raise checker.refusal("unknown-element", elements(element)[0], "no input is taken")
    _payloads(checker, element)
    return known


def _part(checker: Checker, part: Node, element: Element) -> None:
    for child in elements(element):
        checker.lookup(part.children, child)
    bare = etree.Element(element.tag)
    bare.extend([_copy(child) for child in elements(element)])
    checker.element(part, bare, Kind.INPUT)
    hold(checker, part, bare, bare)


def _copy(element: Element) -> Element:
    """A copy without the attributes that <filter> may carry: they are no data."""
    copied = etree.fromstring(etree.tostring(element, with_tail=False), PARSER)
    if copied.tag == f"{{{NC}}}filter":
        copied.attrib.clear()
    return copied


def _payloads(checker: Checker, element: Element) -> None:
    for child in element.iterfind(f"{{{NC}}}config"):
        checker.tops(child, checker.schema.data, Kind.EDIT)
    for child in element.iterfind(f"{{{NC}}}filter"):
        kind = child.get("type", "subtree")
        if kind == "xpath":
            _select(checker, child)
        elif kind == "subtree":
            filtered(checker, child)
        else:
            raise bad_element("bad-attribute", "filter", f'no filter type "{kind}"', type_="rpc")


def _select(checker: Checker, element: Element) -> None:
    kind = {"b": "string", "x": 1}
    found = fault(checker.schema, kind, str(element.get("select", "")), dict(element.nsmap))
    if found:
        raise bad_element("invalid-value", "filter", found, type_="rpc")


def output(checker: Checker, root: Element, request: Element) -> None:
    """Check the reply of an operation against its output."""
    known = checker.schema.rpcs.get(request.tag)
    if known is None:
        raise bad_element("unknown-element", local(request), "unknown operation", type_="rpc")
    outputs = known.named("output")
    if outputs is None:
        raise bad_element("unknown-element", local(request), "has no output")
    bare = etree.Element(root.tag)
    bare.extend([_copy(child) for child in elements(root)])
    checker.element(outputs, bare, Kind.INPUT)


def notification(checker: Checker, root: Element) -> None:
    """Check a <notification>: one eventTime, one known event."""
    events = [e for e in elements(root) if e.tag != f"{{{NOTIFICATION}}}eventTime"]
    if len(events) != 1 or len(elements(root)) != 2:  # noqa: PLR2004
        raise RpcRefusedError("malformed-message", "a notification is eventTime and one event")
    node = checker.lookup(checker.schema.notifications, events[0])
    checker.element(node, events[0], Kind.INPUT)
