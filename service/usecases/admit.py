"""Admit: who a bearer token stands for, and what it may do. Clear text is handed out once."""

import hashlib
import secrets
import uuid
from datetime import timedelta

from service.errors import InvalidInput, KeyReused, Refused, RoleNeeded, TokenRefused
from service.ports.tokens import Answer, Role, Token
from service.usecases.context import Context

PREFIX = "aprejoin_"
SECRET_BYTES = 32
"""256 random bits: guessing is hopeless, so a plain hash of it keeps it."""
LONGEST_NAME = 64
FIRST_NAME = "admin"
ANSWERS_KEPT_S, ANSWER_STALE_S = 86_400.0, 60.0


def create_token(
    context: Context, name: str, role: Role, *, valid_s: float | None
) -> tuple[Token, str]:
    """A new token with its clear text, which nobody can show again. valid_s None: for ever.

    Raises:
        InvalidInput: no usable name.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"found {name[:20]!r}", where="name", expected=f"1 to {LONGEST_NAME} characters"
        )
    token, clear = _new(context, name.strip(), role, valid_s)
    context.store.add_token(token, digest_of(clear))
    return token, clear


def first_token(context: Context) -> str | None:
    """The clear text of an administrator's token where there is no token yet; else None."""
    token, clear = _new(context, FIRST_NAME, Role.ADMIN, None)
    return clear if context.store.add_first_token(token, digest_of(clear)) else None


def _new(context: Context, name: str, role: Role, valid_s: float | None) -> tuple[Token, str]:
    now = context.clock.now().wall
    expires = None if valid_s is None else now + timedelta(seconds=valid_s)
    token = Token(uuid.uuid4().hex[:12], name, role, now, expires)
    return token, PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def admit(context: Context, clear: str, needed: Role) -> Token:
    """The token behind a clear text.

    Raises:
        TokenRefused: there is none, or it expired or was revoked: which of these is not said.
        RoleNeeded: it is good, but not for this.
    """
    token = context.store.token_with(digest_of(clear)) if clear else None
    now = context.clock.now().wall
    if token is None or token.revoked is not None or (token.expires and token.expires <= now):
        raise TokenRefused("a valid bearer token is needed")
    if token.role < needed:
        raise RoleNeeded(needed=needed.label, has=token.role.label)
    return token


def answered_before(context: Context, who: Token, key: str, fingerprint: str) -> Answer | None:
    """What was answered to this very request, or None: it is ours to answer.

    Raises:
        KeyReused: the key came with another request before.
        Refused: the same request is being answered right now.
    """
    given = context.store.begin_answer(
        who.name,
        key,
        fingerprint,
        now=context.clock.now().wall,
        kept_s=ANSWERS_KEPT_S,
        stale_s=ANSWER_STALE_S,
    )
    if given is None:
        return None
    if given.fingerprint != fingerprint:
        raise KeyReused("this Idempotency-Key came with another request in the last 24 hours")
    if given.status is None:
        raise Refused("a request with this Idempotency-Key is being answered right now")
    return given


def digest_of(clear: str) -> str:
    """How a token's clear text, or a request, is kept."""
    return hashlib.sha256(clear.encode()).hexdigest()
