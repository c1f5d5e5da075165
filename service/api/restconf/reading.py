"""What is read: discovery, the API resource, data and modules (RFC 8040 sections 3.1 to 3.7)."""

import hashlib
from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.api.front import Fronted
from service.api.pages import PageQuery, wanted
from service.api.restconf.accepting import check_data
from service.api.restconf.admission import Reader
from service.api.restconf.data import all_data
from service.api.restconf.query import Query, query_of
from service.api.restconf.render import rendered
from service.api.restconf.schema import NO_DATA, OPERATIONS, Kind, Node, Schema, schema
from service.api.restconf.target import Step, sent_after, steps_of
from service.api.restconf.tree import Rows, found
from service.api.restconf_errors import (
    CALLED,
    ROOT,
    YANG_JSON,
    YangJson,
    bad_value,
    not_supported,
    unknown_place,
)
from service.door.cursors import cursor_of
from service.door.front import Front
from service.ports.tokens import Token
from service.usecases.inventory_notes import inventory_since

reading = APIRouter(include_in_schema=False)
READS = ["GET", "HEAD"]
LIBRARY = "2019-01-04"
HOST_META = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
    f'<Link rel="restconf" href="{ROOT}"/></XRD>\n'
)


@reading.api_route("/.well-known/host-meta", methods=READS)
def host_meta() -> Response:
    """Where RESTCONF is; everybody may know."""
    return Response(HOST_META, media_type="application/xrd+xml")


@reading.api_route(ROOT, methods=READS)
def api_resource(request: Request, _: Reader) -> Response:
    """What there is below."""
    told = {"data": {}, "operations": {}, "yang-library-version": LIBRARY}
    return _answer(request, {"ietf-restconf:restconf": told})


@reading.api_route(f"{ROOT}/yang-library-version", methods=READS)
def library_version(request: Request, _: Reader) -> Response:
    """The revision of ietf-yang-library that is served."""
    return _answer(request, {"ietf-restconf:yang-library-version": LIBRARY})


@reading.api_route(f"{ROOT}/operations", methods=READS)
def operations(request: Request, _: Reader) -> Response:
    """What can be asked for; roles decide who may."""
    named = {label: [None] for label, one in schema().top.items() if one.kind is Kind.RPC}
    return _answer(request, {"ietf-restconf:operations": named})


@reading.api_route(f"{ROOT}/modules/{{module}}@{{revision}}", methods=READS)
def module_text(module: str, revision: str, _: Reader) -> Response:
    """The text of a module."""
    one = schema().modules.get(module)
    if one is None or one.revision != revision:
        raise unknown_place("no such module here: ietf-yang-library lists them")
    return Response(one.path.read_text(encoding="utf-8"), media_type="application/yang")


@reading.api_route(f"{ROOT}/data", methods=READS)
@reading.api_route(f"{ROOT}/data/{{address:path}}", methods=READS)
def data(request: Request, front: Fronted, who: Reader) -> Response:
    """Data of the model: a container, a list, an entry or a leaf."""
    query = query_of(_sent(request))
    steps = steps_of(sent_after(request, f"{ROOT}/data"), schema())
    if steps and steps[-1].node.kind in OPERATIONS:
        raise not_supported("an action is called by POST", CALLED)
    if not steps:
        response = _answer(request, _everything(request, front, who, query))
        changed = inventory_since(front.context)  # RFC 8040, 3.4.1.1: of configuration alone
        response.headers["Last-Modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
        return response
    node = steps[-1].node
    if query.content == "config" and not node.config:
        raise unknown_place("no configuration is there", f"/{node.label}")
    value = found(steps, all_data(front.context_of(who), base_of(request)))
    if query.limit is not None or query.cursor is not None:
        return _page(request, steps[-1], value, query)
    return _answer(request, {node.label: rendered(node, value, query)})


def _everything(request: Request, front: Front, who: Token, query: Query) -> Mapping[str, object]:
    if query.limit is not None or query.cursor is not None:
        raise bad_value("limit and cursor go with a list")
    root = _root(schema())
    instance = all_data(front.context_of(who), base_of(request))
    return {root.label: rendered(root, instance, query)}


def _root(of: Schema) -> Node:
    """All data as one container."""
    tops = {label: one for label, one in of.top.items() if one.kind not in NO_DATA}
    return Node("ietf-restconf", "data", Kind.CONTAINER, children=tops)


def _page(request: Request, step: Step, value: object, query: Query) -> Response:
    """A part of a list, and where the next one begins."""
    if not isinstance(value, Rows) or step.keys is not None:
        raise bad_value("limit and cursor go with a list that the store has in pages")
    asked = PageQuery(limit=query.limit or PageQuery().limit, cursor=query.cursor)
    paged = wanted(request, asked, "")
    part = paged.part(value.parts)
    entries = value.some(part.limit, part.after)
    instances = [one for _, one in entries]
    response = _answer(request, {step.node.label: rendered(step.node, instances, query)})
    if len(entries) >= part.limit:
        url = request.url.include_query_params(cursor=cursor_of(paged.list, entries[-1][0]))
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    return response


def _answer(request: Request, document: Mapping[str, Any]) -> Response:
    """A document with its entity tag, or that it is still the one that was read."""
    check_data(request.headers.get("accept", ""))
    response: Response = YangJson(document)
    tag = tag_of(response)
    if tag in {one.strip() for one in request.headers.get("if-none-match", "").split(",")}:
        response = Response(status_code=304)
    elif request.method == "HEAD":
        response = Response(headers={"Content-Length": str(len(response.body))})
        response.headers["Content-Type"] = YANG_JSON
    response.headers["ETag"] = tag
    return response


def tag_of(response: Response) -> str:
    """The entity tag of an answer."""
    return f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'


def _sent(request: Request) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        sent.setdefault(name, []).append(value)
    return sent


def base_of(request: Request) -> str:
    """Scheme, host and port as the caller knows them."""
    return str(request.base_url).rstrip("/")
