"""Events as documents, and who may bring them by signature."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.documents import Document, moment
from service.domain.events.signing import Signed, why_refused
from service.errors import InvalidInput, NotFound, Refused, TokenRefused
from service.ports.events import HeardEvent
from service.ports.requests import Place
from service.ports.secrets import Secrets
from service.ports.tokens import Answer, Role, Token
from service.usecases.admit import ANSWERS_KEPT_S, tell_stranger
from service.usecases.context import Context
from service.usecases.listing import TimedPart
from service.usecases.show import Placed

SIGNATURES = "signatures of "


@dataclass(frozen=True, slots=True)
class EventsOnly:
    """Which events are wanted; None: any."""

    controller: str | None = None
    sense: str | None = None
    via: str | None = None


def show_events(context: Context, part: TimedPart, only: EventsOnly) -> list[Placed]:
    """Events by when they first came; of controllers that may be seen."""

    def some(after: Place | None) -> list[tuple[Place, Document | None]]:
        found = context.store.events(
            limit=part.limit,
            after=after,
            controller=only.controller,
            sense=only.sense,
            via=only.via,
            oldest_first=part.oldest_first,
        )
        return [
            (
                Place(one.first, one.id),
                event_document(one) if context.sees(one.controller) else None,
            )
            for one in found
        ]

    return part.gone_through(some)


def show_event(context: Context, event: str) -> Document:
    """One event, with the look that answers it and what that found. Raises NotFound."""
    found = context.store.event(event)
    if found is None or not context.sees(found.controller):
        raise NotFound("event", event)
    asked = context.store.sweep_asked(found.sweep)
    look = next((one for one in context.store.looks() if one.sweep == found.sweep), None)
    return {
        **event_document(found),
        "look": None if asked is None else {"id": asked.id, "state": asked.state},
        "findings": None if look is None else look.document.get("findings"),
    }


def event_document(event: HeardEvent) -> Document:
    """One event as listed."""
    return {
        "id": event.id,
        "controller": event.controller,
        "sense": event.sense,
        "message": event.message,
        "via": event.via,
        "source": event.source,
        "tied_by": event.tied_by,
        "ap": {"mac": event.mac or None, "name": event.ap_name or None},
        "said_at": event.said_at or None,
        "text": event.text,
        "first": moment(event.first),
        "last": moment(event.last),
        "count": event.count,
        "sweep": event.sweep,
    }


def admit_signed(
    context: Context, secrets: Secrets, signed: Signed, body: bytes, *, call: str
) -> Token:
    """Who signed a call, as a caller who may bring events. Raises as `admit_by_key`."""
    keys = context.inventory.event_keys
    return admit_by_key(context, secrets, signed, body, call=call, keys=keys)


def admit_by_key(
    context: Context,
    secrets: Secrets,
    signed: Signed,
    body: bytes,
    *,
    call: str,
    keys: Mapping[str, str],
) -> Token:
    """Who signed a call with one of the keys; a refusal is told to the audit trail.

    Args:
        context: the ports.
        secrets: behind the references.
        signed: what the call says of its sender.
        body: its bytes.
        call: what it asks for, for the trail.
        keys: name -> reference of the secret.

    Raises:
        TokenRefused: which of its reasons it is, is not told.
    """
    reference = keys.get(signed.key)
    try:
        key = None if reference is None else secrets.resolve(reference)
    except InvalidInput:
        key = None
    now = context.clock.now().wall
    if why_refused(signed, key, body, now.timestamp()) is not None:
        refused = TokenRefused("a valid signature or bearer token is needed")
        tell_stranger(context, call, refused)
        raise refused
    return Token("", f"key {signed.key}", Role.OPERATOR, now)


def take_signature(context: Context, who: Token, signed: Signed) -> None:
    """Let a signed call count once. Belongs into the transaction of what it brings.

    Raises:
        Refused: this very call came before.
    """
    now, owner = context.clock.now().wall, f"{SIGNATURES}{who.name}"
    given = context.store.answer_given(owner, signed.signature, now=now, kept_s=ANSWERS_KEPT_S)
    if given is not None:
        raise Refused("this very call came before: sign it anew")
    context.store.keep_answer(owner, signed.signature, Answer("", 202), at=now)
