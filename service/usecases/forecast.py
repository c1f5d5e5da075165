"""Forecast: what will fail and when, from what polls saw; on request after polling once more."""

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.domain.box_note import BoxNote
from service.domain.catalogue import Cause
from service.domain.coming import Coming, Failing, Known
from service.domain.documents import Document, moment
from service.domain.forecast import Forecast, forecast
from service.domain.inventory import Controller
from service.domain.releases import Release
from service.domain.upgrade import shortest_path
from service.domain.upgrade_ground import Installed
from service.domain.upgrade_words import told
from service.usecases.context import Context
from service.usecases.poll import Polled
from service.usecases.sweep import sweep


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast of some controllers.

    Attributes:
        fleet: what is known of each of them, by name.
        ways: of those with APs that cannot load their image, the way to fixed software.
    """

    forecast: Forecast
    fleet: tuple[Known, ...]
    ways: dict[str, str]


def look_ahead(
    context: Context,
    controllers: Sequence[Controller],
    *,
    fresh: bool = False,
    within: timedelta | None = None,
    on_polled: Callable[[Polled], None] = lambda _: None,
) -> Outlook:
    """What is coming on some controllers; all of the inventory counts as where APs may move.

    Args:
        context: the ports.
        controllers: whose forecast to make.
        fresh: poll them first; else what was kept is all there is.
        within: leave out what comes later than that from now; None: nothing.
        on_polled: told of each that was polled.
    """
    troubles: dict[str, str] = {}
    if fresh:
        swept = sweep(context, controllers, sweep_id=uuid.uuid4().hex, on_polled=on_polled)
        polled = (one.polled for one in swept.controllers)
        troubles = {p.controller.name: p.error or "no answer" for p in polled if p.view is None}
    notes = {note.controller: note for note in context.store.boxes()}
    fleet = [_known(context, one, notes, troubles) for one in context.inventory.controllers]
    now = context.clock.now().wall
    whole = forecast(fleet, context.catalogue, now)
    chosen = {one.name for one in controllers}
    coming = tuple(
        one
        for one in whole.coming
        if one.controller in chosen and (within is None or one.at <= now + within)
    )
    unknown = tuple(one for one in whole.unknown if one.partition(":")[0] in chosen)
    mine = tuple(sorted((k for k in fleet if k.controller in chosen), key=lambda k: k.controller))
    return Outlook(Forecast(now, coming, unknown), mine, _ways(context, mine, coming))


def _known(
    context: Context,
    controller: Controller,
    notes: dict[str, BoxNote],
    troubles: dict[str, str],
) -> Known:
    name = controller.name
    return Known(
        controller=name,
        site=controller.site or "",
        platform=controller.platform,
        note=notes.get(name),
        histories=tuple(context.store.histories(name).values()),
        trouble=troubles.get(name, ""),
    )


def _ways(context: Context, fleet: Sequence[Known], coming: Sequence[Coming]) -> dict[str, str]:
    """The way to fixed software of each controller whose own image some AP cannot load."""
    stuck = {one.controller for one in coming if "replacement" in one.fails_at}
    issue = next(
        (one for one in context.catalogue.issues if one.cause is Cause.IMAGE_CERTIFICATE), None
    )
    ways: dict[str, str] = {}
    for known in fleet:
        note, release = known.note, known.release
        if issue is None or known.controller not in stuck or note is None or release is None:
            continue
        start = _installed(known, note, release)
        ways[known.controller] = told(
            shortest_path(context.catalogue.software, issue, start), known.platform
        )
    return ways


def _installed(known: Known, note: BoxNote, release: Release) -> Installed:
    models = frozenset(past.last.model for past in known.histories if past.last.model)
    return Installed(known.platform, release, note.patches or (), models, note.hardware)


# -- documents ---------------------------------------------------------------------------------


def outlook_document(outlook: Outlook) -> Document:
    """The one document of `aprejoin forecast --json`; REST gives the same."""
    made = outlook.forecast
    return {
        "forecast": {
            "at": moment(made.made),
            "entries": [entry_document(one) for one in made.coming],
            "sites": _sites(outlook),
            "unknown": list(made.unknown),
        }
    }


def entry_document(one: Coming) -> Document:
    """One thing that is coming."""
    ap = one.ap
    return {
        "at": moment(one.at),
        "estimated": one.estimated,
        "kind": one.kind.value,
        "issue": one.issue or None,
        "site": one.site or None,
        "controller": one.controller,
        "what": one.what,
        "ap": None
        if ap is None
        else {"mac": ap.mac, "name": ap.name, "model": ap.model, "serial": ap.serial},
        "fails_at": list(one.fails_at),
        "basis": one.basis,
        "effect": one.effect,
    }


def _sites(outlook: Outlook) -> list[Document]:
    """Every site with its controllers, by name; what comes first, and how much of each kind."""
    names = sorted({known.site for known in outlook.fleet})
    return [
        {
            "site": site or None,
            **_gist([one for one in outlook.forecast.coming if one.site == site]),
            "controllers": [
                _controller(outlook, known) for known in outlook.fleet if known.site == site
            ],
        }
        for site in names
    ]


def _controller(outlook: Outlook, known: Known) -> Document:
    note = known.note
    mine = [one for one in outlook.forecast.coming if one.controller == known.controller]
    return {
        "name": known.controller,
        "release": note.release if note else None,
        "seen": moment(note.seen_at) if note else None,
        **_gist(mine),
        "fixed_software": outlook.ways.get(known.controller),
    }


def _gist(coming: Sequence[Coming]) -> Document:
    counted = Counter(one.kind for one in coming)
    return {
        "first": moment(coming[0].at) if coming else None,
        "count": {kind.value: counted[kind] for kind in Failing},
    }
