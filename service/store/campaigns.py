"""Campaigns: many controllers that are mended in waves; one campaign at a time."""

import json
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from service.domain.waves import Fate, Limits
from service.ports.requests import ALL, AskedPlan, AskedRemediation, Kind, Only, Place
from service.ports.steering import ENDED, Campaign, CampaignState, Target
from service.store.codec import document_text, moment_of, moment_text
from service.store.dues import put_due
from service.store.lists import matching, part
from service.store.plans import plan_of, remediation_of
from service.store.steering_tables import campaigns, targets
from service.store.tables import asked_plans, asked_remediations, remediations
from service.store.times import StoreTime
from service.store.transactions import add_if_missing, reading, transaction

OPEN = 1


class CampaignTables:
    """Campaigns and their controllers."""

    _engine: Engine
    _time: StoreTime

    def open_campaign(self, campaign: Campaign, targets_: tuple[Target, ...]) -> bool:
        """Keep it, unless another one has not ended."""
        with transaction(self._engine) as connection:
            if not add_if_missing(connection, campaigns, _row(campaign)):
                return False
            rows = [
                _target_row(campaign.id, target) | {"place": place}
                for place, target in enumerate(targets_)
            ]
            connection.execute(insert(targets), rows)
            now = self._time.now(connection)
            put_due(connection, Kind.CAMPAIGN, campaign.id, now, f"asked by {campaign.asked_by}")
        return True

    def campaign(self, item: str) -> Campaign | None:
        """One campaign."""
        with reading(self._engine) as connection:
            row = connection.execute(select(campaigns).where(campaigns.c.id == item)).first()
        return None if row is None else _campaign(row)

    def open_one(self) -> Campaign | None:
        """The campaign that has not ended."""
        with reading(self._engine) as connection:
            row = connection.execute(select(campaigns).where(campaigns.c.open == OPEN)).first()
        return None if row is None else _campaign(row)

    def campaigns(
        self,
        *,
        limit: int,
        after: Place | None = None,
        only: Only = ALL,
        oldest_first: bool = False,
    ) -> tuple[Campaign, ...]:
        """Campaigns, by time."""
        query = select(campaigns).where(*matching(campaigns, only))
        cut = part(query, campaigns, limit=limit, after=after, oldest_first=oldest_first)
        with reading(self._engine) as connection:
            return tuple(_campaign(row) for row in connection.execute(cut))

    def targets(self, campaign: str) -> tuple[Target, ...]:
        """Its controllers, in line."""
        query = select(targets).where(targets.c.campaign == campaign).order_by(targets.c.place)
        with reading(self._engine) as connection:
            return tuple(_target(row) for row in connection.execute(query))

    def put_target(self, campaign: str, target: Target) -> None:
        """Say how far one controller is."""
        this = (targets.c.campaign == campaign, targets.c.controller == target.controller)
        with transaction(self._engine) as connection:
            row = _target_row(campaign, target)
            connection.execute(update(targets).where(*this).values(**row))

    def mark_campaign(
        self, campaign: str, state: CampaignState, detail: str, *, forgiven: int | None = None
    ) -> None:
        """Say how far it is."""
        values: dict[str, object] = {"state": state, "detail": detail}
        values |= {"open": None} if state in ENDED else {}
        values |= {} if forgiven is None else {"forgiven": forgiven}
        with transaction(self._engine) as connection:
            marked = update(campaigns).where(campaigns.c.id == campaign)
            connection.execute(marked.values(**values))

    def newest_plan(self, controller: str) -> AskedPlan | None:
        """The plan for a controller that was asked for last."""
        query = select(asked_plans).where(asked_plans.c.controller == controller)
        order = (asked_plans.c.at.desc(), asked_plans.c.id.desc())
        with reading(self._engine) as connection:
            row = connection.execute(query.order_by(*order).limit(1)).first()
        return None if row is None else plan_of(row)

    def waiting_to_begin(self, controller: str | None = None) -> tuple[AskedRemediation, ...]:
        """Remediations that are neither opened nor refused."""
        query = select(asked_remediations).where(
            asked_remediations.c.refused == "",
            asked_remediations.c.id.not_in(select(remediations.c.id)),
        )
        if controller is not None:
            query = query.where(asked_remediations.c.controller == controller)
        with reading(self._engine) as connection:
            return tuple(remediation_of(row) for row in connection.execute(query))


def _row(campaign: Campaign) -> dict[str, object]:
    return {
        "id": campaign.id,
        "at": moment_text(campaign.at),
        "asked_by": campaign.asked_by,
        "sizes": document_text(campaign.limits.sizes),
        "stop_at": campaign.limits.stop_at,
        "forgiven": campaign.limits.forgiven,
        "state": campaign.state,
        "detail": campaign.detail,
        "open": None if campaign.state in ENDED else OPEN,
    }


def _campaign(row: Row[Any]) -> Campaign:
    limits = Limits(tuple(json.loads(row.sizes)), row.stop_at, row.forgiven)
    return Campaign(row.id, moment_of(row.at), row.asked_by, limits, row.state, row.detail)


def _target_row(campaign: str, target: Target) -> dict[str, object]:
    return {
        "campaign": campaign,
        "controller": target.controller,
        "issue": target.issue,
        "fate": target.fate.value,
        "wave": target.wave,
        "plan": target.plan,
        "remediation": target.remediation,
        "detail": target.detail,
    }


def _target(row: Row[Any]) -> Target:
    return Target(
        row.controller,
        row.issue,
        Fate(row.fate),
        row.wave,
        row.plan,
        row.remediation,
        row.detail,
    )
