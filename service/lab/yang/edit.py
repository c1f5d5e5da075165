"""edit-config on a configuration tree: RFC 6241 section 7.2 and RFC 7950 sections 7.x.9.

Works on a copy, so an edit that fails halfway leaves nothing: the boxes promise rollback-on-error.
"""

import copy
from dataclasses import dataclass

from lxml import etree

from service.lab.yang.check import GONE, OPERATION, YANG, Checker, Kind, keys_of
from service.lab.yang.constraints import hold
from service.lab.yang.paths import Element, elements, local, new, text_of
from service.lab.yang.schema import Node, Schema


@dataclass(frozen=True, slots=True)
class Editor:
    """Applies edits that were checked against the schema."""

    checker: Checker
    check_must: bool = True

    def apply(self, target: Element, config: Element, default: str = "merge") -> Element:
        """A new configuration tree: the target with the edit applied.

        Raises:
            RpcRefusedError: refused; the target is as it was.
        """
        self.checker.tops(config, self.checker.schema.data, Kind.EDIT)
        edited = copy.deepcopy(target)
        if default == "replace":
            edited[:] = []
        for top in elements(config):
            node = self.checker.schema.data[top.tag]
            self._edit(node, edited, top, default)
        self._settle(edited)
        return edited

    def _settle(self, edited: Element) -> None:
        for top in elements(edited):
            node = self.checker.schema.data[top.tag]
            _prune(node, top)
            if self.check_must:
                hold(self.checker, node, top, edited)
        for top in elements(edited):
            if not len(top):
                edited.remove(top)

    def _edit(self, node: Node, parent: Element, wanted: Element, inherited: str) -> None:
        operation = str(wanted.get(OPERATION, inherited))
        found = find(node, parent, wanted)
        self._may(operation, found, wanted)
        if operation in GONE:
            if found is not None:
                parent.remove(found)
            return
        if found is not None and operation == "replace":
            place = parent.index(found)
            parent.remove(found)
            found = self._create(node, parent, wanted, place)
        elif found is None:
            found = self._create(node, parent, wanted, None)
        self._fill(node, found, wanted, operation)

    def _may(self, operation: str, found: Element | None, wanted: Element) -> None:
        if operation == "create" and found is not None:
            raise self.checker.refusal("data-exists", wanted, "exists already")
        if operation in {"delete", "none"} and found is None:
            raise self.checker.refusal("data-missing", wanted, "does not exist")

    def _fill(self, node: Node, found: Element, wanted: Element, operation: str) -> None:
        if node.is_leaf:
            if operation != "none":
                found.text = _normal(node, text_of(wanted)) or None
            return
        for child in elements(wanted):
            below = node.children[child.tag]
            if node.is_list and below.name in node.keys:
                continue
            self._edit(below, found, child, operation)

    def _create(self, node: Node, parent: Element, wanted: Element, place: int | None) -> Element:
        self._leave_other_cases(node, parent)
        made = new(node.qname)
        if node.is_list:
            for key in keys_of(node, wanted):
                leaf = etree.SubElement(made, key.tag)
                leaf.text = _normal(node.children[key.tag], text_of(key))
        elif node.kind == "m":
            made.text = _normal(node, text_of(wanted))
        if place is None:
            place = self._place(node, parent, wanted)
        parent.insert(place, made)
        return made

    def _place(self, node: Node, parent: Element, wanted: Element) -> int:
        """Where a new element goes: beside its kind; `insert` decides in user-ordered lists."""
        same = [number for number, child in enumerate(parent) if child.tag == node.qname]
        where = wanted.get(f"{{{YANG}}}insert", "last") if "u" in node.facts else "last"
        if where == "first" and same:
            return same[0]
        if where in {"before", "after"}:
            return self._beside(node, parent, wanted) + (where == "after")
        return same[-1] + 1 if same else len(parent)

    def _beside(self, node: Node, parent: Element, wanted: Element) -> int:
        anchor = str(wanted.get(f"{{{YANG}}}key", "") or wanted.get(f"{{{YANG}}}value", ""))
        for number, child in enumerate(parent):
            if child.tag == node.qname and any(
                f"'{text_of(key)}'" in anchor or f'"{text_of(key)}"' in anchor
                for key in keys_of(node, child) or [child]
            ):
                return number
        refusal = self.checker.refusal("bad-attribute", wanted, "no such entry to insert beside")
        refusal.info.insert(0, ("bad-attribute", "key"))
        raise refusal

    def _leave_other_cases(self, node: Node, parent: Element) -> None:
        """A node of one case drives out the nodes of the others."""
        for choice, branch in node.cases:
            for sibling in elements(parent):
                other = self._node_of(sibling)
                if any(c == choice and b != branch for c, b in other):
                    parent.remove(sibling)

    def _node_of(self, element: Element) -> tuple[tuple[int, int], ...]:
        parent = element.getparent()
        chain: list[Element] = [element]
        while parent is not None and parent.getparent() is not None:
            chain.append(parent)
            parent = parent.getparent()
        node = self.checker.schema.data[chain[-1].tag]
        for step in reversed(chain[:-1]):
            node = node.children[step.tag]
        return node.cases


def find(node: Node, parent: Element, wanted: Element) -> Element | None:
    """The element of the tree that a document's element means."""
    for child in parent.iterchildren(node.qname):
        if node.is_list:
            ours = [text_of(key).strip() for key in keys_of(node, child)]
            if ours == [text_of(key).strip() for key in keys_of(node, wanted)]:
                return child
        elif node.kind != "m" or text_of(child) == _normal(node, text_of(wanted)):
            return child
    return None


def _normal(node: Node, text: str) -> str:
    """Values as the datastore keeps them: only strings keep their blanks."""
    return text if node.type["b"] in {"string", "union"} else text.strip()


def _prune(node: Node, element: Element) -> None:
    """Containers without presence exist only as long as something is in them."""
    for child in elements(element):
        below = node.children[child.tag]
        if below.is_leaf or below.is_open:
            continue
        _prune(below, child)
        if below.kind == "c" and not below.presence and not len(child):
            element.remove(child)


def leaves(schema: Schema, tree: Element) -> dict[str, str]:
    """A tree as instance path -> value; presence containers count with an empty value."""
    found: dict[str, str] = {}
    for top in elements(tree):
        _leaves(schema.data[top.tag], top, "", found)
    return found


def _leaves(node: Node, element: Element, prefix: str, found: dict[str, str]) -> None:
    keys = ",".join(f"{local(key)}={text_of(key)}" for key in keys_of(node, element))
    path = f"{prefix}/{node.name}" + (f"[{keys}]" if node.is_list else "")
    if node.kind == "m":
        path += f"[{text_of(element)}]"
    if node.is_leaf or node.presence or (node.is_list and len(element) == len(node.keys)):
        found[path] = text_of(element).strip() if node.is_leaf else ""
    for child in elements(element):
        below = node.children[child.tag]
        if not (node.is_list and below.name in node.keys):
            _leaves(below, child, path, found)


def canonical(tree: Element) -> bytes:
    """The same bytes for the same configuration."""
    return etree.tostring(tree, method="c14n")
