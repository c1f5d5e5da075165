"""Tokens by the hash of their clear text, and answers kept by their idempotency key."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, Row, delete, func, insert, select, update

from service.errors import NotFound
from service.ports.tokens import Answer, Role, Token
from service.store.codec import moment_of, moment_text
from service.store.tables import answers, tokens
from service.store.transactions import alone, inserted, transaction


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
        with transaction(self._engine) as connection:
            row = connection.execute(select(tokens).where(tokens.c.digest == digest)).first()
        return None if row is None else _token(row)

    def tokens(self) -> tuple[Token, ...]:
        """Every token, oldest first."""
        with transaction(self._engine) as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.created, tokens.c.id)).all()
        return tuple(_token(row) for row in rows)

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
    """Answers by idempotency key."""

    _engine: Engine

    def begin_answer(
        self, who: str, key: str, fingerprint: str, *, now: datetime, kept_s: float, stale_s: float
    ) -> Answer | None:
        """Take a key for oneself, or get what was answered, or is being answered, under it."""
        old, stale = now - timedelta(seconds=kept_s), now - timedelta(seconds=stale_s)
        row = {"who": who, "key": key, "at": moment_text(now), "fingerprint": fingerprint}
        mine = insert(answers).values(**row, status=None, location="", body="")
        this = (answers.c.who == who, answers.c.key == key)
        with transaction(self._engine) as connection:
            connection.execute(delete(answers).where(answers.c.at <= moment_text(old)))
            given_up = (answers.c.status.is_(None), answers.c.at <= moment_text(stale))
            connection.execute(delete(answers).where(*this, *given_up))
        if inserted(self._engine, mine):
            return None
        with transaction(self._engine) as connection:
            found = connection.execute(select(answers).where(*this)).first()
        if found is None:  # it was given up this very moment
            return Answer(fingerprint)
        return Answer(found.fingerprint, found.status, found.location, found.body)

    def end_answer(self, who: str, key: str, answer: Answer | None) -> None:
        """Keep what was answered, or free the key."""
        this = (answers.c.who == who, answers.c.key == key)
        with transaction(self._engine) as connection:
            if answer is None:
                connection.execute(delete(answers).where(*this))
            else:
                said = {"status": answer.status, "location": answer.location, "body": answer.body}
                connection.execute(update(answers).where(*this).values(**said))


def _token_row(token: Token, digest: str) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "role": int(token.role),
        "digest": digest,
        "created": moment_text(token.created),
        "expires": None if token.expires is None else moment_text(token.expires),
        "revoked": None if token.revoked is None else moment_text(token.revoked),
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
    )
