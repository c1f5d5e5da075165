"""What is called: RPCs below `operations`, actions on data (RFC 8040 section 3.6)."""

from http import HTTPStatus
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from service.api.entries import Said
from service.api.front import LONGEST_KEY, Call, Fronted
from service.api.restconf.accepting import check_data
from service.api.restconf.admission import admitted
from service.api.restconf.data import all_data
from service.api.restconf.operations import OPERATIONS, Asked, Operation
from service.api.restconf.query import Query
from service.api.restconf.reading import base_of, tag_of
from service.api.restconf.received import input_of
from service.api.restconf.render import rendered
from service.api.restconf.schema import Kind, Node, schema
from service.api.restconf.target import Step, sent_after, steps_of
from service.api.restconf.tree import found
from service.api.restconf_errors import (
    READ,
    ROOT,
    YANG_JSON,
    Refusal,
    YangJson,
    bad_value,
    not_supported,
    unknown_place,
)
from service.door.front import Front
from service.errors import MatchFailed
from service.ports.tokens import Role
from service.usecases.context import Context
from service.usecases.held_jobs import HeldJobs

calling = APIRouter(include_in_schema=False)
KEY = "idempotency-key"


async def sent_body(request: Request) -> bytes:
    """What was sent; Guard bounds it."""
    return await request.body()


Sent: TypeAlias = Annotated[bytes, Depends(sent_body)]


@calling.post(f"{ROOT}/operations/{{name}}")
def call_rpc(name: str, request: Request, front: Fronted, body: Sent) -> Response:
    """Call an RPC."""
    node = schema().top.get(name)
    if node is None or node.kind is not Kind.RPC:
        admitted(request, front, Role.VIEWER)
        raise unknown_place("no such operation: GET /restconf/operations lists them")
    return _called(request, front, (Step(node),), body)


@calling.post(f"{ROOT}/data")
@calling.post(f"{ROOT}/data/{{address:path}}")
def call_action(request: Request, front: Fronted, body: Sent) -> Response:
    """Call an action on an entry. The inventory is not edited here."""
    try:
        steps = steps_of(sent_after(request, f"{ROOT}/data"), schema())
    except Refusal:
        admitted(request, front, Role.VIEWER)
        raise
    if not steps or steps[-1].node.kind is not Kind.ACTION:
        admitted(request, front, Role.VIEWER)
        raise not_supported("data is not edited here: only actions are called", READ)
    return _called(request, front, steps, body)


def _called(request: Request, front: Front, steps: tuple[Step, ...], body: bytes) -> Response:
    """Call what the last step is, on the entry that is before it."""
    node, operation = steps[-1].node, OPERATIONS["/".join(one.node.name for one in steps)]
    who = admitted(request, front, operation.role)
    _check_sent(request, body)
    if "output" in node.children:
        check_data(request.headers.get("accept", ""))
    said = input_of(node, body)
    call = Call(request, front, who, request.headers.get(KEY), HeldJobs(front.queue))

    def act(context: Context) -> JSONResponse:
        _check_match(request, steps, context)
        key = (steps[-2].keys or ("",))[0] if len(steps) > 1 else ""
        return _told(node, operation, Asked(context, call.queue, who.name, key, said))

    response = call.once(Said(said=said), act)
    response.headers["Content-Type"] = YANG_JSON
    return response


def _told(node: Node, operation: Operation, asked: Asked) -> JSONResponse:
    output = operation.act(asked)
    if output is None:
        return YangJson(None, HTTPStatus.NO_CONTENT)
    inside = rendered(node.children["output"], output, Query())
    return YangJson({f"{node.module}:output": inside})


def _check_sent(request: Request, body: bytes) -> None:
    """Raises Refusal."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body.strip() and kind not in (YANG_JSON, "application/json"):
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "invalid-value",
            f"a body is {YANG_JSON}, and Content-Type says so",
        )
    if request.query_params:
        raise bad_value("an operation takes no query")
    if not 1 <= len(request.headers.get(KEY, "x")) <= LONGEST_KEY:
        raise bad_value(f"Idempotency-Key: expected 1 to {LONGEST_KEY} characters")


def _check_match(request: Request, steps: tuple[Step, ...], context: Context) -> None:
    """See that the entry is still what the caller read, where they say so. Raises MatchFailed."""
    given = request.headers.get("if-match", "*").strip()
    if given == "*":
        return
    node, value = Node("", "", Kind.CONTAINER), None
    if len(steps) > 1:
        node = steps[-2].node
        value = found(steps[:-1], all_data(context, base_of(request)))
    tag = tag_of(YangJson({node.label: rendered(node, value, Query())}))
    if tag not in {one.strip() for one in given.split(",")}:
        raise MatchFailed
