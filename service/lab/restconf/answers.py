"""From a request to its answer: what a box's RESTCONF serves, and how it says no.

Reading alone. Facts, section 12: codes and the form of errors; section 3: what is empty or absent.
"""

from http import HTTPStatus

import orjson

from service.lab.box.box import Box
from service.lab.errors import RpcRefusedError
from service.lab.netconf import reading
from service.lab.netconf.sessions import Sessions
from service.lab.restconf.address import NOT_FOUND, Place, place_of
from service.lab.restconf.http import Answer, Request, segments
from service.lab.restconf.jsonform import member, value
from service.lab.yang.paths import Element

HOST_META = [".well-known", "host-meta"]
XRD = (
    b'<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
    b'    <Link rel="restconf" href="/restconf"/>\n</XRD>\n'
)
STATUS = {
    "invalid-value": HTTPStatus.BAD_REQUEST,
    "malformed-message": HTTPStatus.BAD_REQUEST,
    "unknown-element": HTTPStatus.BAD_REQUEST,
    "unknown-namespace": HTTPStatus.BAD_REQUEST,
    "access-denied": HTTPStatus.FORBIDDEN,
    "lock-denied": HTTPStatus.CONFLICT,
    "in-use": HTTPStatus.CONFLICT,
    "resource-denied": HTTPStatus.CONFLICT,
    "data-missing": HTTPStatus.CONFLICT,
    "operation-not-supported": HTTPStatus.METHOD_NOT_ALLOWED,
}
"""Source: RFC 8040 section 7; any other tag is 500."""


def refusal(err: RpcRefusedError, status: int | None = None) -> Answer:
    """An error as boxes write one."""
    if status is None:
        status = HTTPStatus.NOT_FOUND if err.message == NOT_FOUND else STATUS.get(err.tag, 500)
    told = {"error-type": err.type, "error-tag": err.tag, "error-message": err.message}
    if err.path:
        told["error-path"] = err.path
    document = {"ietf-restconf:errors": {"error": [told]}}
    return Answer(status, orjson.dumps(document))


def answer(box: Box, sessions: Sessions, request: Request) -> Answer:
    """What the box says to a request that has logged in."""
    parts = segments(request.target)
    if parts == HOST_META:
        return Answer(HTTPStatus.OK, XRD, "application/xrd+xml")
    if request.method != "GET":
        refused = RpcRefusedError("operation-not-supported", "the lab's RESTCONF is for reading")
        return refusal(refused)
    if parts[:2] != ["restconf", "data"] or len(parts) < 3:  # noqa: PLR2004
        return refusal(RpcRefusedError("invalid-value", NOT_FOUND))
    try:
        return _data(box, sessions, parts[2:], dict(request.query))
    except RpcRefusedError as err:
        return refusal(err)


def _data(box: Box, sessions: Sessions, parts: list[str], query: dict[str, str]) -> Answer:
    fields = query.pop("fields", None)
    if query or (fields is not None and box.spec.quirks.restconf_fields == "refuse"):
        raise RpcRefusedError("invalid-value", "query parameter not allowed", type="protocol")
    place = place_of(box.schema, parts, fields)
    tops = reading.read(box, sessions, place.request, source="running", state=True)
    found = _descended(place, tops)
    if not found:
        return _nothing(box, place)
    return Answer(HTTPStatus.OK, _document(box, place, found))


def _descended(place: Place, tops: list[Element]) -> list[Element]:
    found = [top for top in tops if top.tag == place.nodes[0].qname]
    for node in place.nodes[1:]:
        found = [child for one in found for child in one.iterchildren(node.qname)]
    return found


def _nothing(box: Box, place: Place) -> Answer:
    if place.keyed:
        return refusal(RpcRefusedError("invalid-value", NOT_FOUND))
    if box.spec.quirks.restconf_empty == "braces":
        return Answer(HTTPStatus.OK, b"{}")
    return Answer(HTTPStatus.NO_CONTENT)


def _document(box: Box, place: Place, found: list[Element]) -> bytes:
    node = place.nodes[-1]
    values = [value(box.schema, node, element) for element in found]
    return orjson.dumps({member(node, None): values if node.many else values[0]})
