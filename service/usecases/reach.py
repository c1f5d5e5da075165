"""Reach: which controllers cannot be read, as far as that was told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.backoff import Failing
from service.domain.outages import Outage, outage_document, outage_from, outage_news
from service.domain.webhooks import Happening
from service.ports.requests import Look
from service.usecases.context import Context


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of controllers that fail, by their names, when telling began.

    Attributes:
        failing: by the newest polls.
        outages: as they were told of.
    """

    failing: Mapping[str, Failing]
    outages: Mapping[str, Outage]

    def news(self, context: Context, look: Look) -> tuple[Happening, ...]:
        """What a look tells of a controller's reach; it is remembered."""
        name = look.controller
        before = self.outages.get(name)
        told, now = outage_news(name, look.at, look.document, self.failing.get(name), before)
        if now != before:
            note = "" if now is None else json.dumps(outage_document(now))
            context.store.remember("reach", name, note)
        return told


def reach_of(context: Context) -> Reach:
    """As the store has it."""
    noted = context.store.remembered("reach")
    outages = {name: outage_from(json.loads(note)) for name, note in noted.items()}
    return Reach(context.store.failings(), outages)
