"""From an <rpc> to its <rpc-reply>: checked by the schema, then carried out, or refused.

What the models know and the lab doesn't act on is "not supported" here, and says so.
"""

from lxml import etree

from service.lab.errors import NC, RpcRefusedError
from service.lab.netconf import messages, reading
from service.lab.netconf.context import Later, Server, not_simulated, only_request
from service.lab.netconf.files import FILES
from service.lab.netconf.images import IMAGES
from service.lab.netconf.installing import INSTALLING
from service.lab.netconf.sessions import Session
from service.lab.netconf.site_filters import SITE_FILTERS
from service.lab.netconf.standard import STANDARD
from service.lab.netconf.subscribing import SUBSCRIBING
from service.lab.netconf.vendor import VENDOR
from service.lab.netconf.xcopy import COPIES
from service.lab.yang import judge
from service.lab.yang.check import Checker
from service.lab.yang.paths import Element

OPERATIONS = STANDARD | VENDOR | INSTALLING | FILES | IMAGES | SITE_FILTERS | COPIES | SUBSCRIBING
UNSIMULATED = {  # advertised capabilities whose modules are not in the closures
    "urn:ietf:params:xml:ns:netconf:notification:1.0",
    "urn:ietf:params:xml:ns:netconf:partial-lock:1.0",
}


def answer(server: Server, session: Session, rpc: Element) -> Element | Later:
    """Carry out one <rpc> and give the <rpc-reply>; refusals become <rpc-error>."""
    session.in_rpcs += 1
    try:
        return _perform(server, session, rpc, only_request(rpc))
    except RpcRefusedError as refused:
        return refusal(session, rpc, refused)


def refusal(session: Session, rpc: Element, refused: RpcRefusedError) -> Element:
    """The <rpc-error> of a refusal, which is counted."""
    session.bad_rpcs += 1
    session.out_errors += 1
    return messages.error(rpc, refused)


def _perform(server: Server, session: Session, rpc: Element, request: Element) -> Element | Later:
    if etree.QName(request).namespace in UNSIMULATED:
        raise not_simulated(request)
    checker = server.box.stores.editor.checker
    if request.tag in {f"{{{NC}}}get", f"{{{NC}}}get-config"}:
        reading.check_filter(server.box, request)
        _check_reading(checker, request)
    else:
        judge.operation(checker, request)
    perform = OPERATIONS.get(request.tag)
    if perform is None:
        raise not_simulated(request)
    return perform(server, session, rpc, request)


def _check_reading(checker: Checker, request: Element) -> None:
    """Check a read without its subtree filter: that one was judged as the box's quirks want."""
    bare = etree.fromstring(etree.tostring(request, with_tail=False), judge.PARSER)
    for filter_ in bare.findall(f"{{{NC}}}filter"):
        if filter_.get("type", "subtree") == "subtree":
            filter_[:] = []
    judge.operation(checker, bare)
