"""Tokens by the hash of their clear text, and answers kept by their idempotency key."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Engine, Row, delete, func, insert, select, update

from service.domain.scope import WHOLE, Scope
from service.errors import KeyInUse, NotFound
from service.ports.tokens import Answer, Role, Token
from service.store.codec import moment_of, moment_text
from service.store.tables import answers, tokens
from service.store.transactions import alone, alone_at_once, put, reading, together, transaction


class TokenTable:
    """Bearer tokens."""

    _engine: Engine

    def add_token(self, token: Token, digest: str) -> None:
        """Keep a token."""
        with transaction(self._engine) as connection:
            connection.execute(insert(tokens).values(**_token_row(token, digest)))

    def add_first_token(self, token: Token, digest: str) -> bool:
        """Keep a token where there is none yet."""
        with transaction(self._engine) as connection:
            alone(connection, "the first token")
            if connection.scalar(select(func.count()).select_from(tokens)):
                return False
            connection.execute(insert(tokens).values(**_token_row(token, digest)))
        return True

    def token_with(self, digest: str) -> Token | None:
        """The token of a hash."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tokens).where(tokens.c.digest == digest)).first()
        return None if row is None else _token(row)

    def token(self, item: str) -> Token | None:
        """The token of an id."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tokens).where(tokens.c.id == item)).first()
        return None if row is None else _token(row)

    def tokens(self) -> tuple[Token, ...]:
        """Every token, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.created, tokens.c.id)).all()
        return tuple(_token(row) for row in rows)

    def note_use(self, token: str, *, at: datetime) -> None:
        """It was used just now."""
        used = update(tokens).where(tokens.c.id == token).values(last_used=moment_text(at))
        with transaction(self._engine) as connection:
            connection.execute(used)

    def revoke_token(self, token: str, *, at: datetime) -> Token:
        """From now on it opens nothing; one that was revoked before stays so."""
        this = tokens.c.id == token
        with transaction(self._engine) as connection:
            connection.execute(
                update(tokens)
                .where(this, tokens.c.revoked.is_(None))
                .values(revoked=moment_text(at))
            )
            row = connection.execute(select(tokens).where(this)).first()
        if row is None:
            raise NotFound("token", token)
        return _token(row)


class AnswerTable:
    """Answers by idempotency key; a key is taken by the transaction that answers under it.

    So a process that dies leaves neither a key that nobody can use nor work without its answer.
    """

    _engine: Engine

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make what is told inside of it one transaction."""
        with together(self._engine):
            yield

    def answer_given(self, who: str, key: str, *, now: datetime, kept_s: float) -> Answer | None:
        """What was answered under a key, or None."""
        old = moment_text(now - timedelta(seconds=kept_s))
        this = (answers.c.who == who, answers.c.key == key, answers.c.status.is_not(None))
        with transaction(self._engine) as connection:
            connection.execute(delete(answers).where(answers.c.at <= old))
            if not alone_at_once(connection, f"answer {len(who)} {who} {key}"):
                raise KeyInUse("a request with this Idempotency-Key is being answered right now")
            row = connection.execute(select(answers).where(*this)).first()
        if row is None:
            return None
        return Answer(row.fingerprint, row.status, row.location, row.body)

    def keep_answer(self, who: str, key: str, answer: Answer, *, at: datetime) -> None:
        """Keep what was answered."""
        row = {
            "who": who,
            "key": key,
            "at": moment_text(at),
            "fingerprint": answer.fingerprint,
            "status": answer.status,
            "location": answer.location,
            "body": answer.body,
        }
        with transaction(self._engine) as connection:
            put(connection, answers, row)


def _token_row(token: Token, digest: str) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "role": int(token.role),
        "digest": digest,
        "created": moment_text(token.created),
        "expires": None if token.expires is None else moment_text(token.expires),
        "revoked": None if token.revoked is None else moment_text(token.revoked),
        "scope": None if token.scope.is_whole else json.dumps(asdict(token.scope)),
        "last_used": None if token.last_used is None else moment_text(token.last_used),
    }


def _token(row: Row[tuple[object, ...]]) -> Token:
    def moment(text: str | None) -> datetime | None:
        return None if text is None else moment_of(text)

    return Token(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        created=moment_of(row.created),
        expires=moment(row.expires),
        revoked=moment(row.revoked),
        scope=scope_of(row.scope),
        last_used=moment(row.last_used),
    )


def scope_of(text: str | None) -> Scope:
    """A scope from its column."""
    if text is None:
        return WHOLE
    said = json.loads(text)
    return Scope(tuple(said["sites"]), tuple(said["tags"]))
