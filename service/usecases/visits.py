"""Visits: people at the page. A token that is shown once becomes a session, and its cookie the key.

What the session may do is looked up at every request: a token that was revoked, or expired, ends
its sessions at once, whatever their own end is; so do lengths that were set shorter meanwhile.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from service.domain.audit import Act
from service.errors import RoleNeeded, TokenRefused
from service.ports.identities import Identities, Identity
from service.ports.tokens import Role, Token
from service.ports.visits import LASTING, Lasting, Visit
from service.usecases.admit import ISSUED, admit, digest_of, tell_stranger
from service.usecases.audit import acting
from service.usecases.context import Context

ID_BYTES = 32
USED_LATELY_S = 60.0
LONGEST_ID = 128


def sign_in(
    context: Context, clear: str, identities: Identities, *, lasting: Lasting = LASTING
) -> str:
    """The clear text of a new session's id, for the cookie; nobody can show it again.

    Raises:
        TokenRefused: nobody stands behind it; told to the audit trail once in a while.
        RoleNeeded: an issuer vouches for somebody who has no role here.
        IssuerAway: the issuer cannot be asked.
    """
    try:
        token = admit(context, clear, Role.VIEWER, identities)
    except TokenRefused as err:
        tell_refused(context, err)
        raise
    return _begin(context, token, lasting)


def sign_in_at(context: Context, found: Identity, *, lasting: Lasting = LASTING) -> str:
    """The same for somebody whom an issuer vouches for, and has just signed in.

    Its ID token is good for minutes and proves that alone: how long the session holds is ours.

    Raises:
        RoleNeeded: they have no role here, or for no part of the fleet.
    """
    if found.role is None:
        raise RoleNeeded(needed=Role.VIEWER.label, has="none", who=found.name)
    token = Token(ISSUED, found.name, found.role, found.issued, scope=found.scope)
    return _begin(context, token, lasting)


def tell_refused(context: Context, err: TokenRefused) -> None:
    """Tell the audit trail, once in a while, of a sign-in that came to nothing."""
    tell_stranger(context, "sign-in", err)


def _begin(context: Context, token: Token, lasting: Lasting) -> str:
    now = context.clock.now().wall
    ends = now + timedelta(seconds=lasting.lasts_s)
    visit = Visit(token, now, now, ends if token.expires is None else min(ends, token.expires))
    key = secrets.token_urlsafe(ID_BYTES)
    about = f"session of token {token.id}"
    with acting(context, Act.SESSION_BEGIN, who=token.name, about=about) as act, act.done():
        context.store.open_visit(digest_of(key), visit)
    return key


def visitor(
    context: Context,
    key: str,
    needed: Role,
    *,
    lasting: Lasting = LASTING,
    touches: bool = True,
) -> Token:
    """Who a session's id stands for, with the role and the scope that the token has now.

    Args:
        context: the ports.
        key: the id in clear.
        needed: the role that it takes.
        lasting: how long sessions hold.
        touches: somebody is there: pages that renew themselves are no sign of that.

    Raises:
        TokenRefused: there is none, or it is over: which of these is not said.
        RoleNeeded: it is good, but not for this.
    """
    digest = digest_of(key)
    visit = context.store.visit(digest) if 0 < len(key) <= LONGEST_ID else None
    now = context.clock.now().wall
    token = None if visit is None else _token(context, visit, now, lasting)
    if visit is None or token is None:
        raise TokenRefused("please sign in")
    if token.role < needed:
        raise RoleNeeded(needed=needed.label, has=token.role.label, who=token.name)
    if touches and abs((now - visit.seen).total_seconds()) >= USED_LATELY_S:
        context.store.note_visit(digest, at=now)
    return token


def sign_out(context: Context, key: str, who: Token) -> None:
    """End a session."""
    about = f"session of token {who.id}"
    with acting(context, Act.SESSION_END, who=who.name, about=about) as act, act.done():
        context.store.close_visit(digest_of(key))


def sign_out_everywhere(context: Context, name: str, *, who: str) -> int:
    """End every session of a name, at whatever browser; how many were kept.

    For people of an issuer: what they lose there ends no session here.
    """
    with acting(context, Act.SESSION_END, who=who, about=f"sessions of {name}") as act, act.done():
        ended = context.store.close_visits_of(name)
        act.about(detail=f"{ended} ended")
    return ended


def form_key(key: str) -> str:
    """What every form of a session carries: nobody knows it who does not have the cookie."""
    return hmac.new(key.encode(), b"forms of this session", hashlib.sha256).hexdigest()


def is_form_key(key: str, given: str) -> bool:
    """Whether a form is of that session; compared in constant time."""
    return hmac.compare_digest(form_key(key).encode(), given.encode())


def _token(context: Context, visit: Visit, now: datetime, lasting: Lasting) -> Token | None:
    """The token as it counts now; None: it does not, or the session is over."""
    idle_s = abs((now - visit.seen).total_seconds())
    ends = min(visit.ends, visit.began + timedelta(seconds=lasting.lasts_s))
    if not visit.began <= now + timedelta(seconds=USED_LATELY_S) or now >= ends:
        return None
    if idle_s >= lasting.idle_s:
        return None
    token = visit.token
    if token.id != ISSUED:
        known = context.store.token(token.id)
        if known is None or known.revoked is not None:
            return None
        token = known
    return token if token.expires is None or now < token.expires else None
