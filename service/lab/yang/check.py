"""Does a document fit the schema? The refusals a server owes for what it can't parse.

RFC 7950 section 8.3.1 gives the error tags. Constraints between nodes are `constraints`' business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lxml import etree

from service.lab.errors import NC, RpcRefusedError
from service.lab.yang import values
from service.lab.yang.paths import Element, elements, local, namespace, path_of, text_of
from service.lab.yang.schema import Node, Schema

OPERATION = f"{{{NC}}}operation"
YANG = "urn:ietf:params:xml:ns:yang:1"
ATTRIBUTES = {OPERATION, f"{{{YANG}}}insert", f"{{{YANG}}}key", f"{{{YANG}}}value"}
OPERATIONS = {"merge", "replace", "create", "delete", "remove"}
GONE = {"delete", "remove"}


class Kind(Enum):
    """What the document is for; it decides what may stand in it."""

    EDIT = "edit"  # configuration only, operation attributes allowed
    DATA = "data"  # configuration and state, as a reply carries them
    INPUT = "input"  # operation input, output or notification: mandatory nodes must be there


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks documents against one schema.

    `refuse_obsolete` treats nodes marked obsolete as absent; published boxes differ there.
    """

    schema: Schema
    refuse_obsolete: bool = False

    def tops(self, parent: Element, known: Mapping[str, Node], kind: Kind) -> None:
        """Check the children of a wrapper such as <config> or <data>.

        Raises:
            RpcRefusedError: at the first thing that doesn't fit.
        """
        for child in elements(parent):
            self.element(self.lookup(known, child), child, kind)

    def lookup(self, known: Mapping[str, Node], element: Element) -> Node:
        """The schema node of an element.

        Raises:
            RpcRefusedError: no such element, or one that exists but isn't simulated.
        """
        node = known.get(element.tag)
        if node is None or (self.refuse_obsolete and node.obsolete):
            raise self._unknown(element)
        if node.pruned:
            raise self.refusal(
                "operation-not-supported",
                element,
                f"{local(element)} exists on the device but the lab does not simulate it",
            )
        return node

    def element(self, node: Node, element: Element, kind: Kind) -> None:
        """Check one element with everything below it."""
        operation = self._attributes(element, kind)
        if kind is Kind.EDIT and not node.config:
            raise self.refusal("unknown-element", element, f"{node.name} is state: read only")
        if node.is_leaf:
            if operation not in GONE or text_of(element).strip():
                self._value(node, element)
            return
        if not node.is_open:
            self._inside(node, element, kind)

    def _inside(self, node: Node, element: Element, kind: Kind) -> None:
        if text_of(element).strip():
            raise self.refusal("bad-element", element, f"{node.name} takes elements, no text")
        seen: dict[tuple[str, ...], Element] = {}
        branches: dict[int, int] = {}
        for child in elements(element):
            found = self.lookup(node.children, child)
            self._once(found, child, seen)
            self._branch(found, child, branches)
            self.element(found, child, kind)
        self._keys(node, element)
        if kind is Kind.INPUT:
            self._mandatory(node, element, branches)

    def _once(self, node: Node, element: Element, seen: dict[tuple[str, ...], Element]) -> None:
        identity: tuple[str, ...] = (node.qname,)
        if node.is_list and node.keys:
            identity = (node.qname, *(child.text or "" for child in keys_of(node, element)))
        elif node.is_list:
            return
        elif node.many:
            identity = (node.qname, text_of(element))
        if identity in seen:
            raise self.refusal("bad-element", element, f"{node.name} stands twice")
        seen[identity] = element

    def _branch(self, node: Node, element: Element, branches: dict[int, int]) -> None:
        for choice, branch in node.cases:
            if branches.setdefault(choice, branch) != branch:
                raise self.refusal(
                    "bad-element", element, f"{node.name} excludes what stands before it"
                )

    def _keys(self, node: Node, element: Element) -> None:
        if not node.is_list:
            return
        present = {local(child) for child in elements(element)}
        for key in node.keys:
            if key not in present:
                refusal = self.refusal("missing-element", element, f"key {key} is missing")
                refusal.info = [("bad-element", key)]
                raise refusal

    def _mandatory(self, node: Node, element: Element, branches: dict[int, int]) -> None:
        present = {child.tag for child in elements(element)}
        for child in node.children.values():
            chosen = all(branches.get(choice) == branch for choice, branch in child.cases)
            if child.facts.get("M") and chosen and child.qname not in present:
                refusal = self.refusal("missing-element", element, f"{child.name} is missing")
                refusal.info = [("bad-element", child.name)]
                raise refusal
        for number, name in node.needed_choices.items():
            if number not in branches:
                refusal = self.refusal("missing-element", element, f"one of {name} is missing")
                refusal.info = [("bad-element", name)]
                raise refusal

    def _value(self, node: Node, element: Element) -> None:
        if elements(element):
            raise self.refusal("bad-element", element, f"{node.name} takes a value, no elements")
        prefixes = dict(element.nsmap)
        found = values.fault(self.schema, node.type, text_of(element), prefixes)
        if found:
            raise self.refusal("invalid-value", element, f"invalid value for {node.name}: {found}")

    def _attributes(self, element: Element, kind: Kind) -> str:
        for name in map(str, element.attrib):
            if kind is not Kind.EDIT or name not in ATTRIBUTES:
                refusal = self.refusal("unknown-attribute", element, f"unknown attribute {name}")
                plain = str(etree.QName(name).localname)
                refusal.info = [("bad-attribute", plain), ("bad-element", local(element))]
                raise refusal
        operation = str(element.get(OPERATION, ""))
        if operation and operation not in OPERATIONS:
            refusal = self.refusal("bad-attribute", element, f'no operation "{operation}"')
            refusal.info = [("bad-attribute", "operation"), ("bad-element", local(element))]
            raise refusal
        return operation

    def _unknown(self, element: Element) -> RpcRefusedError:
        uri = namespace(element)
        if uri in self.schema.by_namespace or uri == NC:
            return self.refusal("unknown-element", element, f"unknown element: {local(element)}")
        refusal = self.refusal("unknown-namespace", element, f"unknown namespace: {uri}")
        refusal.info.append(("bad-namespace", uri))
        return refusal

    def refusal(self, tag: str, element: Element, message: str) -> RpcRefusedError:
        """A refusal with place and name of the offending element."""
        path, prefixes = path_of(self.schema, element)
        return RpcRefusedError(
            tag,
            message,
            path=path,
            prefixes=prefixes,
            info=[("bad-element", local(element))],
        )


def keys_of(node: Node, element: Element) -> list[Element]:
    """The key leaves of a list entry, in the schema's order; those that are there."""
    by_name = {local(child): child for child in elements(element)}
    return [by_name[key] for key in node.keys if key in by_name]
