"""The operations image-site-filter-* of 17.9 and later: a patch for some sites first."""

from service.lab.box.flash import name_in
from service.lab.errors import RpcRefusedError
from service.lab.netconf import messages
from service.lab.netconf.context import Perform, Server, text_of_in
from service.lab.netconf.sessions import Session
from service.lab.netconf.vendor import AP_RPC
from service.lab.yang.paths import Element


def _image(server: Server, request: Element) -> str:
    """The patch that a request names.

    Raises:
        RpcRefusedError: none of that name was added; the tag is unverified.
    """
    name = name_in(text_of_in(request, AP_RPC, "image-name")) or ""
    image = server.box.software.known.get(name)
    if image is None or image.kind == "img":
        raise RpcRefusedError("invalid-value", "no such image was added", type="application")
    return name


def _add(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    site = text_of_in(request, AP_RPC, "site-name")
    server.box.software.filters.add(_image(server, request), site)
    return messages.ok(rpc)


def _remove(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    site = text_of_in(request, AP_RPC, "site-name")
    if not server.box.software.filters.remove(_image(server, request), site):
        raise RpcRefusedError("invalid-value", "the site is not waiting", type="application")
    return messages.ok(rpc)


def _apply(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    """Only a patch that runs reaches anybody; before, its activation does this."""
    name, box = _image(server, request), server.box
    if box.software.running.holds(name):
        now = box.advance()
        aps = box.see_aps()
        box.software.filters.reach(name)
        aps.image_changed(now)
    return messages.ok(rpc)


def _clear(server: Server, _: Session, rpc: Element, request: Element) -> Element:
    name, box = _image(server, request), server.box
    now = box.advance()
    aps = box.see_aps()
    box.software.filters.clear(name)
    aps.image_changed(now)
    return messages.ok(rpc)


SITE_FILTERS: dict[str, Perform] = {
    f"{{{AP_RPC}}}image-site-filter-add": _add,
    f"{{{AP_RPC}}}image-site-filter-remove": _remove,
    f"{{{AP_RPC}}}image-site-filter-apply": _apply,
    f"{{{AP_RPC}}}image-site-filter-clear": _clear,
}
