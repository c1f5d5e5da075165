"""Subtree filters: RFC 6241 section 6, on data that is already built."""

import copy

from service.lab.yang.paths import Element, elements, local, new, text_of
from service.lab.yang.schema import Node, Schema


def select(schema: Schema, filter_: Element, data: list[Element]) -> list[Element]:
    """What the filter selects of some top-level elements.

    An empty filter selects nothing (section 6.4.2); filters of the same name are united.
    """
    chosen = []
    for top in data:
        wanted = [f for f in elements(filter_) if f.tag == top.tag]
        found = _united(schema.data[top.tag], wanted, top)
        if found is not None:
            chosen.append(found)
    return chosen


def _united(node: Node, filters: list[Element], data: Element) -> Element | None:
    """The union of what several filter elements select of one element."""
    found = [_selected(node, f, data) for f in filters]
    chosen = [f for f in found if f is not None]
    if not chosen:
        return None
    if any(_whole(f) for f, c in zip(filters, found, strict=True) if c is not None):
        return copy.deepcopy(data)
    return chosen[0] if len(chosen) == 1 else _merged(node, filters, data)


def _whole(filter_: Element) -> bool:
    return not elements(filter_)


def _merged(node: Node, filters: list[Element], data: Element) -> Element | None:
    """Union of filters that each passed their own content matches, child by child."""
    passing = [f for f in filters if _selected(node, f, data) is not None]
    out = new(node.qname)
    for child in elements(data):
        below = node.children[child.tag]
        united = _united(below, [x for f in passing for x in _for_child(f, child)], child)
        if united is not None:
            out.append(united)
    _add_keys(node, out, data)
    return out


def _for_child(filter_: Element, child: Element) -> list[Element]:
    """The filter elements that concern a child; a filter of matches alone takes every child."""
    if _only_matches(filter_):
        return [new(str(child.tag))]
    same = [f for f in elements(filter_) if f.tag == child.tag]
    return [f for f in same if not _is_match(f) or text_of(f).strip() == text_of(child).strip()]


def _is_match(filter_: Element) -> bool:
    return not elements(filter_) and bool(text_of(filter_).strip())


def _only_matches(filter_: Element) -> bool:
    return all(_is_match(f) for f in elements(filter_))


def _selected(node: Node, filter_: Element, data: Element) -> Element | None:
    """What one filter element selects of one element of its name; None: nothing."""
    inside = elements(filter_)
    if node.is_leaf or node.is_open:
        matches = not text_of(filter_).strip() or text_of(filter_).strip() == text_of(data).strip()
        return copy.deepcopy(data) if matches else None
    if not inside:
        return copy.deepcopy(data)
    if not _matches(filter_, data):
        return None
    if _only_matches(filter_):
        return copy.deepcopy(data)
    return _contained(node, filter_, data)


def _matches(filter_: Element, data: Element) -> bool:
    """Section 6.2.5: every content match node has to have its value in the data."""
    return all(
        any(text_of(leaf).strip() == text_of(f).strip() for leaf in data.iterchildren(f.tag))
        for f in elements(filter_)
        if _is_match(f)
    )


def _contained(node: Node, filter_: Element, data: Element) -> Element | None:
    out = new(node.qname)
    by_name: dict[str, list[Element]] = {}
    for wanted in elements(filter_):
        by_name.setdefault(str(wanted.tag), []).append(wanted)
    for child in elements(data):
        wanted_here = by_name.get(str(child.tag))
        if wanted_here:
            found = _united(node.children[child.tag], wanted_here, child)
            if found is not None:
                out.append(found)
    if not len(out):
        return None
    _add_keys(node, out, data)
    return out


def _add_keys(node: Node, out: Element, data: Element) -> None:
    """Keys go along, in front (section 6.2.5, last example; servers may add them)."""
    present = {local(child) for child in out}
    missing = [
        copy.deepcopy(child)
        for child in elements(data)
        if local(child) in node.keys and local(child) not in present
    ]
    for place, key in enumerate(missing):
        out.insert(place, key)
