"""Tokens of the API, made, listed and revoked by administrators of the whole fleet."""

import json
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field, StrictInt

from service.api.bodies import Name, Strict
from service.api.front import V1, Admin, AdminCall, Fronted
from service.api.pages import PageQuery, page, wanted
from service.api.problems import documented
from service.api.shapes import TokenMade, TokenOut, TokensPage
from service.domain.scope import Scope
from service.ports.tokens import Role
from service.usecases.admit import create_token, revoke_token, show_tokens, token_document
from service.usecases.context import Context

tokens = APIRouter(prefix=V1)
LONGEST_DAYS = 3650
RoleName: TypeAlias = Literal["viewer", "operator", "approver", "admin"]
Some: TypeAlias = Annotated[list[Name], Field(max_length=100)]


class TokenIn(Strict):
    """For whom a token is to be, what it may do, where and how long."""

    name: Name = Field(examples=["itsm"], description="Who asks and approves with it.")
    role: RoleName
    days: StrictInt | None = Field(
        default=365, ge=1, le=LONGEST_DAYS, description="How long it holds; null: for ever."
    )
    sites: Some = Field(default=[], description="Only for controllers of one of these sites.")
    tags: Some = Field(default=[], description="Only for controllers with one of these tags.")


class TokensQuery(PageQuery):
    """Tokens."""

    sort: Literal["created", "-created"] = "created"


@tokens.post(
    "/tokens",
    summary="Make a token; its clear text is shown this once",
    tags=["tokens"],
    status_code=201,
    response_model=TokenMade,
    responses=documented(),
)
def post_token(body: TokenIn, call: AdminCall) -> Response:
    """`clear` is null in an answer that is given again by its `Idempotency-Key`: it is not kept."""
    shown: list[str] = []

    def act(context: Context) -> JSONResponse:
        made, clear = create_token(
            context,
            body.name,
            Role[body.role.upper()],
            valid_s=None if body.days is None else timedelta(days=body.days).total_seconds(),
            who=call.who.name,
            scope=Scope(tuple(body.sites), tuple(body.tags)),
        )
        shown.append(clear)
        where = {"Location": f"{V1}/tokens/{made.id}"}
        return JSONResponse({"token": token_document(made), "clear": None}, 201, where)

    answered = call.once(body, act)
    if not shown:
        return answered
    told = json.loads(bytes(answered.body)) | {"clear": shown[0]}
    return JSONResponse(told, 201, {"Location": answered.headers["location"]})


@tokens.get(
    "/tokens",
    summary="Tokens, oldest first, never their clear text",
    tags=["tokens"],
    response_model=TokensPage,
    responses=documented(400),
)
def list_tokens(
    request: Request, front: Fronted, _: Admin, query: Annotated[TokensQuery, Query()]
) -> Response:
    """Also those that expired or were revoked. `last_used` is told to the minute."""
    paged = wanted(request, query, query.sort)
    return page(request, "tokens", show_tokens(front.context, paged.part(2)), paged)


@tokens.delete(
    "/tokens/{token}",
    summary="Let a token open nothing from now on",
    tags=["tokens"],
    response_model=TokenOut,
    responses=documented(404),
)
def delete_token(token: str, call: AdminCall) -> Response:
    """It stays listed. One that was revoked before stays as it is."""

    def act(context: Context) -> JSONResponse:
        return JSONResponse(
            {"token": token_document(revoke_token(context, token, who=call.who.name))}
        )

    return call.once(None, act)
