"""How old each fact of a look is, for documents and people."""

from collections.abc import Iterable
from datetime import UTC, datetime

from service.domain.observation import ControllerView

Document = dict[str, object]


def facts_document(view: ControllerView | None, differences: Iterable[str] = ()) -> Document | None:
    """What a look asked for, what it remembered and since when; None where there was no look.

    Ages are seconds before the look itself; topics that are not listed were asked for. How busy the
    processor was is null where the controller did not tell.
    """
    if view is None:
        return None
    aged = [ap.details_at for ap in view.aps or () if ap.details_at is not None]
    return {
        "whole": not view.remembered,
        "age_seconds": {
            topic.value: _age_s(view, at) for topic, at in sorted(view.remembered.items())
        },
        "aps": {
            "asked": len(view.aps or ()) - len(aged),
            "remembered": len(aged),
            "oldest_seconds": max((_age_s(view, at) for at in aged), default=0),
        },
        "load_percent": view.load_percent,
        "differences": list(differences),
    }


def facts_words(view: ControllerView) -> str:
    """The same in one sentence."""
    aged = [ap.details_at for ap in view.aps or () if ap.details_at is not None]
    oldest = min((*view.remembered.values(), *aged), default=view.read_at)
    return (
        f"{len(view.aps or ()) - len(aged)} access point(s) asked, {len(aged)} remembered; "
        f"the oldest fact is of {oldest.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    )


def why_stale(view: ControllerView) -> str | None:
    """Why nothing may be written on the strength of a look; None: all of it was asked for."""
    if not view.remembered:
        return None
    topics = ", ".join(sorted(topic.value for topic in view.remembered))
    return f"a poll remembered some of its facts ({topics}): ask for all of them again first"


def _age_s(view: ControllerView, at: datetime) -> int:
    return max(0, round((view.read_at - at).total_seconds()))
