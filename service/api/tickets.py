"""Words on changes, told by the other side of a ticket pair."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field, model_validator

from service.api.bodies import PRINTED, Document, Moment, Strict
from service.api.front import V1, Call, Fronted, Key, called, caller_of
from service.api.problems import documented
from service.api.signatures import body_bytes, signed_of
from service.domain.events.signing import Signed
from service.errors import TokenRefused
from service.ports.tokens import Token
from service.usecases.admit import digest_of
from service.usecases.context import Context
from service.usecases.held_jobs import HeldJobs
from service.usecases.ticket_words import Word, admit_word, take_word

tickets = APIRouter(prefix=V1)

EARLIEST, LATEST = 2000, 2200


def _sane(value: datetime) -> datetime:
    if not EARLIEST <= value.year <= LATEST:
        raise ValueError(f"expected a year from {EARLIEST} to {LATEST}")
    return value.astimezone(UTC)


class WordIn(Strict):
    """What is said of a change, whole; said again at least every 60 s while it is to count."""

    correlation: str = Field(
        max_length=100,
        pattern=r"^[0-9a-f]{1,64}(\.[0-9]{1,9})?$",
        examples=["9c41d2f0a7b3"],
        description="As the change was opened with.",
    )
    standing: Literal["waiting", "approved", "withdrawn", "over"] = Field(
        description="`waiting`: not approved yet, or on hold; `over`: closed."
    )
    opens: Moment | None = Field(default=None, description="Where its planned window begins.")
    closes: Moment | None = Field(default=None, description="Where it ends.")
    state: str = Field(default="", max_length=200, pattern=PRINTED, examples=["Scheduled"])
    number: str = Field(default="", max_length=64, pattern=PRINTED, examples=["CHG-17"])

    @model_validator(mode="after")
    def _has_its_window(self) -> Self:
        if self.opens is not None:
            self.opens = _sane(self.opens)
        if self.closes is not None:
            self.closes = _sane(self.closes)
        if self.opens is None or self.closes is None:
            if self.standing == "approved" or self.opens != self.closes:
                raise ValueError("expected opens and closes, both, of what is approved")
        elif self.closes <= self.opens:
            raise ValueError("expected closes after opens")
        return self

    def word(self) -> Word:
        """The same, for the use case."""
        return Word(**self.model_dump())


@dataclass(frozen=True, slots=True)
class Telling:
    """One signed call."""

    call: Call
    at: int


def _who(
    request: Request,
    front: Fronted,
    signed: Annotated[Signed | None, Depends(signed_of)],
    body: Annotated[bytes, Depends(body_bytes)],
) -> Token:
    """Who tells. Raises TokenRefused."""
    if signed is None:
        raise TokenRefused("a valid signature is needed")
    if front.rate is not None:
        front.rate.take(digest_of(f"key {signed.key}"))
    context = replace(front.context, caller=caller_of(request, None))
    return admit_word(context, front.secrets, signed, body, call=called(request))


def _telling(
    request: Request,
    front: Fronted,
    who: Annotated[Token, Depends(_who)],
    signed: Annotated[Signed, Depends(signed_of)],
    key: Key = None,
) -> Telling:
    # a word that is signed anew is another request, though its body and its key are the same
    own = None if key is None else digest_of(f"{key} {signed.at}")
    return Telling(Call(request, front, who, own, HeldJobs(front.queue)), int(signed.at))


@tickets.post(
    "/tickets/words",
    summary="Tell what a change says, as the other side of a ticket pair",
    tags=["tickets"],
    response_model=Document,
    responses=documented(404, 409),
)
def post_word(telling: Annotated[Telling, Depends(_telling)], body: WordIn) -> Response:
    """Signed with `their_secret` of the inventory's `itsm`; no token opens this.

    It is durable when this is answered, and counts for 60 s from the second of its signature. The
    same call again changes nothing; one that was signed before the last word is refused.
    """
    call = telling.call

    def act(context: Context) -> JSONResponse:
        return JSONResponse(
            {"ticket": take_word(context, body.word(), at=telling.at, who=call.who.name)}
        )

    return call.once(body, act)
