"""What polls saw of access points, one by one, from the store alone."""

from service.domain.documents import Document, moment
from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.spells import ABSENT, spell_after
from service.errors import InvalidInput, NotFound
from service.usecases.context import Context
from service.usecases.listing import Keyed, Part

MOST_STATES = 50


def show_aps(context: Context, controller: str, part: Part, *, state: str | None) -> list[Keyed]:
    """The access points that polls of a controller saw, by base radio MAC. Raises NotFound."""
    name = context.controller(controller).name
    found: list[Keyed] = []
    after = None if part.after is None else part.after[0]
    while len(found) < part.limit:
        some = context.store.history_page(
            name, limit=part.limit, after=after, backwards=part.backwards
        )
        found += [
            ((str(one.mac),), ap_gist(one)) for one in some if state in (None, one.last.state)
        ]
        if len(some) < part.limit:
            break
        after = str(some[-1].mac)
    return found[: part.limit]


def show_ap(context: Context, mac: str) -> list[Document]:
    """What polls of each controller of the inventory saw of one access point, by controller.

    Raises:
        InvalidInput: no MAC address. NotFound: nobody saw it.
    """
    try:
        wanted = BaseRadioMac.parse(mac)
    except ValueError:
        raise InvalidInput(
            f"found {mac[:40]!r}", where="mac", expected="a base radio MAC: aa:bb:cc:dd:ee:ff"
        ) from None
    found = [
        {**ap_document(name, history), **_states(context, history, name)}
        for name in sorted(context.inventory.names)
        for history in context.store.sightings([wanted], on=[name])
    ]
    if not found:
        raise NotFound("access point", str(wanted))
    return found


def show_ap_on(context: Context, controller: str, mac: str) -> Document:
    """One access point as polls of one controller saw it. Raises NotFound."""
    name = context.controller(controller).name
    try:
        wanted = BaseRadioMac.parse(mac)
    except ValueError:
        raise NotFound("access point", mac[:40]) from None
    for history in context.store.sightings([wanted], on=[name]):
        return ap_gist(history)
    raise NotFound("access point", str(wanted))


def _states(context: Context, history: ApHistory, name: str) -> Document:
    """Since when an access point is in its state and away, and the states before, newest first.

    Where no poll noted that since an older version: as far back as its history tells.
    """
    mac = history.mac
    now = context.store.spell(mac, on=name) or spell_after(None, history, history.last_seen)
    past = context.store.past_spells(mac, on=name, limit=MOST_STATES)
    return {
        "state_since": moment(now.since),
        "stuck_since": None if now.state == ABSENT else moment(now.away_since),
        "absent": now.state == ABSENT,
        "states": [
            {
                "state": one.spell.state,
                "since": moment(one.spell.since),
                "until": moment(one.until),
                "changes": one.changes,
            }
            for one in past
        ],
    }


def ap_gist(history: ApHistory) -> Document:
    """One access point as listed."""
    last = history.last
    return {
        "mac": str(history.mac),
        "ethernet_mac": None if last.ethernet_mac is None else str(last.ethernet_mac),
        "name": last.name,
        "model": last.model,
        "serial": last.serial,
        "address": last.address,
        "site": last.site,
        "state": last.state.value,
        "version": last.version,
        "seen": moment(history.last_seen),
        "polls": history.polls,
        "restarts": len(history.restarts),
    }


def ap_document(controller: str, history: ApHistory) -> Document:
    """One access point on one controller, with what was counted over its polls."""
    last = history.last
    return {
        "controller": controller,
        **ap_gist(history),
        "restarts": [{"seen": moment(one.seen_at), "sign": one.sign} for one in history.restarts],
        "versions": [
            {"version": one.version, "seen": moment(one.seen_at)} for one in history.versions
        ],
        "download_percent": last.download_percent,
        "downloading_since": moment(history.downloading_since),
        "last_movement": moment(history.last_movement),
        "failing_polls": history.failing_polls,
        "failing_since": moment(history.failing_since),
        "failure": last.failure_reason,
        "joined": moment(last.join_time),
        "certificate_end": moment(last.certificate_end),
    }
