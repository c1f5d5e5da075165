"""Small look-ups in a running configuration; namespaces don't matter there."""

from service.lab.yang.paths import Element, local, text_of


def at(tree: Element | None, path: str) -> Element | None:
    """The first element at a path of local names, such as 'native/ntp/server'."""
    for name in path.split("/"):
        if tree is None:
            return None
        tree = next(tree.iterchildren(f"{{*}}{name}"), None)
    return tree


def every(tree: Element | None, name: str) -> list[Element]:
    """Children of that local name."""
    return [] if tree is None else list(tree.iterchildren(f"{{*}}{name}"))


def word(tree: Element | None, path: str, default: str = "") -> str:
    """The text at a path, trimmed; an empty leaf gives its default too."""
    found = at(tree, path)
    return default if found is None else text_of(found).strip() or default


def names(tree: Element | None) -> set[str]:
    """Local names of the children."""
    return set() if tree is None else {local(child) for child in tree}
