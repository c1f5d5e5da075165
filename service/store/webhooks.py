"""Webhooks: who is told, and who of us is telling them right now."""

import json

from sqlalchemy import Engine, Row, delete, insert, select, update

from service.domain.webhooks import EventKind, Interest
from service.ports.webhooks import Webhook
from service.store.codec import document_text, moment_of, moment_text
from service.store.deliveries import is_sendable
from service.store.keepers import NOBODY, claim, kept, offer, rest
from service.store.times import Mark, StoreTime
from service.store.transactions import reading, transaction
from service.store.webhook_tables import deliveries, webhooks


class WebhookTable:
    """Webhooks; one at a time sends to each."""

    _engine: Engine
    _time: StoreTime

    def add_webhook(self, webhook: Webhook) -> None:
        """Keep one."""
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            connection.execute(insert(webhooks).values(**_row(webhook, now)))

    def webhook(self, item: str) -> Webhook | None:
        """One, or None."""
        with reading(self._engine) as connection:
            row = connection.execute(select(webhooks).where(webhooks.c.id == item)).first()
        return None if row is None else _webhook(row)

    def webhooks(self) -> tuple[Webhook, ...]:
        """All, oldest first."""
        query = select(webhooks).order_by(webhooks.c.created, webhooks.c.id)
        with reading(self._engine) as connection:
            return tuple(_webhook(row) for row in connection.execute(query))

    def change_webhook(self, webhook: Webhook) -> None:
        """What may be changed of one."""
        with transaction(self._engine) as connection:
            row = _row(webhook, self._time.now(connection))
            said = {key: row[key] for key in ("name", "url", "interest")}
            this = webhooks.c.id == webhook.id
            connection.execute(update(webhooks).where(this).values(**said))

    def remove_webhook(self, item: str) -> bool:
        """Forget it, with every delivery."""
        with transaction(self._engine) as connection:
            found = connection.execute(delete(webhooks).where(webhooks.c.id == item)).rowcount
            connection.execute(delete(deliveries).where(deliveries.c.webhook == item))
        return found == 1

    def offer_webhooks(self, *, again_after_s: float) -> tuple[str, ...]:
        """Those that have something to be sent now, and that nobody is sending to."""
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            has_one = select(deliveries.c.number).where(
                deliveries.c.webhook == webhooks.c.id, is_sendable(now)
            )
            return offer(connection, webhooks.c.id, has_one.exists(), now, now.after(again_after_s))

    def claim_webhook(self, item: str, by: str, *, for_s: float) -> bool:
        """Be the only one who sends to it for a while."""
        with transaction(self._engine) as connection:
            return claim(connection, webhooks.c.id, item, by, time=self._time, for_s=for_s)

    def rest_webhook(self, item: str, by: str, *, for_s: float) -> None:
        """Give it back."""
        with transaction(self._engine) as connection:
            rest(connection, webhooks.c.id, item, by, self._time.now(connection).after(for_s))


def _row(webhook: Webhook, now: Mark) -> dict[str, object]:
    interest = webhook.interest
    wanted = {"kinds": interest.kinds, "sites": interest.sites, "tags": interest.tags}
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "interest": document_text(wanted),
        "key_id": webhook.key_id,
        "sealed": webhook.sealed,
        "created": moment_text(webhook.created),
        "created_by": webhook.created_by,
        **kept(NOBODY, now),
    }


def _webhook(row: Row[tuple[object, ...]]) -> Webhook:
    wanted = json.loads(row.interest)
    known = {kind.value for kind in EventKind}
    return Webhook(
        id=row.id,
        name=row.name,
        url=row.url,
        interest=Interest(
            kinds=tuple(EventKind(kind) for kind in wanted["kinds"] if kind in known),
            sites=tuple(wanted["sites"]),
            tags=tuple(wanted["tags"]),
        ),
        key_id=row.key_id,
        sealed=row.sealed,
        created=moment_of(row.created),
        created_by=row.created_by,
    )
