"""Names and places: lxml's notation, the instance path an <rpc-error> gives."""

from lxml import etree

from service.lab.errors import NC
from service.lab.yang.schema import Schema

Element = etree._Element  # noqa: SLF001  # lxml has no public name for it
WRAPPERS = {f"{{{NC}}}{name}" for name in ("config", "filter", "data", "rpc", "rpc-reply")} | {
    "config"  # the root of a datastore
}


def new(name: str) -> Element:
    """An element whose namespace is its default one."""
    uri = str(etree.QName(name).namespace)
    return etree.Element(name, nsmap={None: uri})  # type: ignore[dict-item]  # the stubs' gap


def elements(parent: Element) -> list[Element]:
    """Child elements; comments and processing instructions left out."""
    return list(parent.iterchildren(tag=etree.Element))


def local(element: Element) -> str:
    """The name without its namespace."""
    return str(etree.QName(element).localname)


def namespace(element: Element) -> str:
    """The namespace, empty when there is none."""
    return etree.QName(element).namespace or ""


def text_of(element: Element) -> str:
    """The text of a leaf, untrimmed."""
    return element.text or ""


def path_of(schema: Schema, element: Element) -> tuple[str, dict[str, str]]:
    """Instance path from the datastore's root, and the namespaces of its prefixes."""
    steps: list[str] = []
    prefixes: dict[str, str] = {}
    at: Element | None = element
    while at is not None and at.tag not in WRAPPERS:
        uri = namespace(at)
        module = schema.by_namespace.get(uri)
        prefix = module.prefix if module else ""
        if prefix:
            prefixes[prefix] = uri
        steps.append(f"{prefix}:{local(at)}" if prefix else local(at))
        at = at.getparent()
    return "/" + "/".join(reversed(steps)), prefixes
