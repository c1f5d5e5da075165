"""Admit: who a bearer token stands for, and what it may do. Clear text is handed out once."""

import hashlib
import secrets
import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.audit import Act, Deed, Outcome
from service.domain.documents import Document, moment
from service.domain.scope import WHOLE, Scope
from service.errors import AprejoinError, InvalidInput, KeyReused, RoleNeeded, TokenRefused
from service.ports.identities import Identities, NoIdentities
from service.ports.tokens import Answer, Role, Token
from service.usecases.audit import Acting, acting
from service.usecases.context import Context
from service.usecases.listing import Keyed, Part

PREFIX = "aprejoin_"
SECRET_BYTES = 32
"""256 random bits: guessing is hopeless, so a plain hash of it keeps it."""
LONGEST_NAME = 64
FIRST_NAME = "admin"
FIRST_START = "first start"
STRANGERS_APART_S = 10.0
ISSUED = "oidc"
"""The id of a token that is not ours."""
SCOPED = "scoped"
"""Before the clear text of a token that holds for a part of the fleet: versions that know of no
parts do not find it.
"""
USED_LATELY_S = 60.0
ANSWERS_KEPT_S = 86_400.0


def create_token(
    context: Context,
    name: str,
    role: Role,
    *,
    valid_s: float | None,
    who: str = "aprejoin",
    scope: Scope = WHOLE,
) -> tuple[Token, str]:
    """A new token with its clear text, which nobody can show again. valid_s None: for ever.

    Raises:
        InvalidInput: no usable name.
    """
    with acting(context, Act.TOKEN_CREATE, who=who) as act:
        _check_name(name)
        token, clear = _new(context, name.strip(), role, valid_s)
        token = replace(token, scope=scope)
        act.about(f"token {token.id}")
        with act.done(_told(token)):
            kept = digest_of(clear) if scope.is_whole else digest_of(f"{SCOPED} {clear}")
            context.store.add_token(token, kept)
    return token, clear


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"found {name[:20]!r}", where="name", expected=f"1 to {LONGEST_NAME} characters"
        )


def _told(token: Token) -> str:
    until = "for ever" if token.expires is None else f"until {moment(token.expires)}"
    return f"for {token.name}, {token.role.label}, {token.scope.label}, {until}"


def token_document(one: Token) -> Document:
    """A token without its clear text."""
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role.label,
        "created": moment(one.created),
        "expires": moment(one.expires),
        "revoked": moment(one.revoked),
        "last_used": moment(one.last_used),
        "sites": list(one.scope.sites),
        "tags": list(one.scope.tags),
    }


def show_tokens(context: Context, part: Part) -> list[Keyed]:
    """Tokens by when they were made."""
    found = part.of(context.store.tokens(), lambda one: (one.created.isoformat(), one.id))
    return [(key, token_document(one)) for key, one in found]


def revoke_token(context: Context, token: str, *, who: str) -> Token:
    """From now on it opens nothing. Raises NotFound."""
    with acting(context, Act.TOKEN_REVOKE, who=who, about=f"token {token}") as act, act.done():
        return context.store.revoke_token(token, at=context.clock.now().wall)


def first_token(context: Context) -> str | None:
    """The clear text of an administrator's token where there is no token yet; else None."""
    token, clear = _new(context, FIRST_NAME, Role.ADMIN, None)
    act = Acting(context, Deed(Act.TOKEN_CREATE, FIRST_START, context.caller, f"token {token.id}"))
    with context.store.together():
        context.store.hold_end()
        if not context.store.add_first_token(token, digest_of(clear)):
            return None
        act.tell(Outcome.DONE, _told(token))
    return clear


def _new(context: Context, name: str, role: Role, valid_s: float | None) -> tuple[Token, str]:
    now = context.clock.now().wall
    expires = None if valid_s is None else now + timedelta(seconds=valid_s)
    token = Token(uuid.uuid4().hex[:12], name, role, now, expires)
    return token, PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def admit_to_change(
    context: Context, clear: str, needed: Role, identities: Identities, *, call: str
) -> Token:
    """As `admit`, for what changes something: a refusal is told to the audit trail.

    Those that no token vouches for are told once in a while: nobody can fill it without one.
    """
    try:
        return admit(context, clear, needed, identities)
    except RoleNeeded as err:
        _tell_refusal(context, err.who, call, str(err))
        raise
    except TokenRefused as err:
        tell_stranger(context, call, err)
        raise


def tell_stranger(context: Context, call: str, err: TokenRefused) -> None:
    """Tell the audit trail once in a while of calls that nobody vouches for."""
    if context.store.take_tick("audit.token-refused", apart_s=STRANGERS_APART_S):
        _tell_refusal(context, "", call, f"{err}; others like it are not recorded for a while")


def tell_call_refused(context: Context, who: str, call: str, err: AprejoinError) -> None:
    """Tell the audit trail of a call that became no act."""
    _tell_refusal(context, who, call, str(err))


def _tell_refusal(context: Context, who: str, call: str, why: str) -> None:
    act = Acting(context, Deed(Act.CALL_REFUSED, who or "unknown", context.caller, call))
    act.tell(Outcome.REFUSED, why)


def admit(
    context: Context, clear: str, needed: Role, identities: Identities | None = None
) -> Token:
    """The token behind a clear text: one of ours, else one of an issuer that is trusted.

    Raises:
        TokenRefused: there is none, or it expired or was revoked: which of these is not said.
        RoleNeeded: it is good, but not for this.
        IssuerAway: it may be the issuer's, which cannot be asked.
    """
    token = _ours(context, clear) if clear else None
    if token is None and clear:
        token = _vouched(identities or NoIdentities(), clear, needed)
    now = context.clock.now().wall
    if token is None or not _holds(token, now):
        raise TokenRefused("a valid bearer token is needed")
    if token.role < needed:
        raise RoleNeeded(needed=needed.label, has=token.role.label, who=token.name)
    if token.id != ISSUED and not _used_lately(token, now):
        context.store.note_use(token.id, at=now)
    return token


def _ours(context: Context, clear: str) -> Token | None:
    kept = context.store.token_with
    return kept(digest_of(clear)) or kept(digest_of(f"{SCOPED} {clear}"))


def _used_lately(token: Token, now: datetime) -> bool:
    used = token.last_used
    return used is not None and abs((now - used).total_seconds()) < USED_LATELY_S


def still_good(context: Context, who: Token) -> None:
    """See whether a token still opens something. Raises TokenRefused."""
    token = who if who.id == ISSUED else context.store.token(who.id)
    if token is None or not _holds(token, context.clock.now().wall):
        raise TokenRefused("the token expired or was revoked")


def _holds(token: Token, now: datetime) -> bool:
    return token.revoked is None and (token.expires is None or now < token.expires)


def _vouched(identities: Identities, clear: str, needed: Role) -> Token | None:
    """An issuer's token as one of ours, for as long as it lasts."""
    found = identities.who(clear)
    if found is None:
        return None
    if found.role is None:
        raise RoleNeeded(needed=needed.label, has="none", who=found.name)
    return Token(ISSUED, found.name, found.role, found.issued, found.expires, scope=found.scope)


def answered_before(context: Context, who: Token, key: str, fingerprint: str) -> Answer | None:
    """What was answered to this very request, or None: it is ours to answer.

    Raises:
        KeyReused: the key came with another request before.
        KeyInUse: the same request is being answered right now.
    """
    now = context.clock.now().wall
    given = context.store.answer_given(who.name, key, now=now, kept_s=ANSWERS_KEPT_S)
    if given is not None and given.fingerprint != fingerprint:
        raise KeyReused("this Idempotency-Key came with another request in the last 24 hours")
    return given


def digest_of(clear: str) -> str:
    """How a token's clear text, or a request, is kept."""
    return hashlib.sha256(clear.encode()).hexdigest()
