"""Subtree filters: RFC 6241 section 6, on data that is already built."""

from service.lab.yang.paths import Element, elements, local, new, text_of
from service.lab.yang.schema import Node, Schema


def select(schema: Schema, filter_: Element, data: list[Element]) -> list[Element]:
    """What the filter selects of some top-level elements.

    An empty filter selects nothing (section 6.4.2); filters of the same name are united. The data
    is used up: what is selected is moved, not copied.
    """
    chosen = []
    for top in data:
        wanted = [f for f in elements(filter_) if f.tag == top.tag]
        found = _united(schema.data[top.tag], wanted, top)
        if found is not None:
            chosen.append(found)
    return chosen


def _united(node: Node, filters: list[Element], data: Element) -> Element | None:
    """The union of what several filter elements of its name select of one element."""
    passing = [f for f in filters if _passes(node, f, data)]
    if not passing:
        return None
    if node.is_leaf or node.is_open or any(_only_matches(f) for f in passing):
        return data
    return _contained(node, passing, data)


def _passes(node: Node, filter_: Element, data: Element) -> bool:
    """Does the element fit what the filter says of values? Section 6.2.5: all of them."""
    if node.is_leaf:
        wanted = text_of(filter_).strip()
        return not wanted or wanted == text_of(data).strip()
    return all(
        any(text_of(leaf).strip() == text_of(f).strip() for leaf in data.iterchildren(f.tag))
        for f in elements(filter_)
        if _is_match(f)
    )


def _contained(node: Node, filters: list[Element], data: Element) -> Element | None:
    """The children that some filter selects, with the keys of the entry they stand in."""
    by_name: dict[str, list[Element]] = {}
    for wanted in (child for f in filters for child in elements(f)):
        by_name.setdefault(str(wanted.tag), []).append(wanted)
    out = new(node.qname)
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


def _is_match(filter_: Element) -> bool:
    return not elements(filter_) and bool(text_of(filter_).strip())


def _only_matches(filter_: Element) -> bool:
    """No selection and no containment inside: the element is taken whole."""
    return all(_is_match(f) for f in elements(filter_))


def _add_keys(node: Node, out: Element, data: Element) -> None:
    """Keys go along, in front (section 6.2.5, last example; servers may add them)."""
    present = {local(child) for child in out}
    missing = [
        child
        for child in elements(data)
        if local(child) in node.keys and local(child) not in present
    ]
    for place, key in enumerate(missing):
        out.insert(place, key)
