"""Reads the access points of one C9800: where they stand, what they hang on, whom they serve."""

from collections.abc import Mapping
from dataclasses import replace

from service.domain.observation import Topic
from service.drivers.iosxe import ap_rows, normalize, pulses
from service.drivers.iosxe.look import Look, Step


def pulse(look: Look) -> None:
    """The little of each AP that every poll asks for."""
    table = look.rows("ap-pulse", pulses.joined)
    has_statistics = look.asker.offers("ap-join-pulse")
    statistics = look.rows("ap-join-pulse", pulses.counted) if has_statistics else []
    look.view = replace(look.view, pulses=pulses.pulses(table, statistics))


def predownloads(look: Look) -> None:
    """Before the other tables, that each sighting is made with it."""
    look.aps.take_predownloads(look.records("predownload"))


def joined(look: Look) -> None:
    """The join table."""
    rows = look.rows("aps", ap_rows.join_row)
    look.miss(Topic.AP_JOIN, len(rows) - look.aps.take_joined(rows))


def join_statistics(look: Look) -> None:
    """The statistics; behind the join table, which says of most APs where they stand."""
    if not look.asker.offers("ap-join-stats"):
        since = look.asker.contract.reads["ap-join-stats"].since
        raise ValueError(
            f"release {look.asker.release} has no join statistics (they came with {since}): "
            "an AP that is not joined cannot be seen"
        )
    seen = look.rows("ap-join-stats", look.aps.seen)
    look.aps.take_seen(seen)
    look.miss(Topic.AP_JOIN_STATS, seen.count(None))


def neighbours(look: Look) -> None:
    """Switch and port of each AP, by CDP and LLDP."""
    told = {"CDP": "neighbours", "LLDP": "lldp-neighbours"}
    offered = {by: key for by, key in told.items() if look.asker.offers(key)}
    if not offered:
        raise ValueError(f"release {look.asker.release} shows no switch ports in any model")
    found = {by: look.records(key) for by, key in offered.items()}
    heard = [one for by, rows in found.items() for one in normalize.neighbours(rows, by)]
    look.view = replace(look.view, neighbours=tuple(heard))


def homes(look: Look) -> None:
    """Which controllers APs are told to join, and what this one calls itself."""
    rows = look.records("ap-homes")
    named = look.records("hostname")
    look.view = replace(
        look.view,
        homes=normalize.ap_homes(rows),
        system_name=named[0].get("name") if named else None,
    )


def clients(look: Look) -> None:
    """How many are served."""
    if look.asker.offers("clients"):
        look.view = replace(look.view, clients=normalize.clients(look.records("clients")))


STEPS: Mapping[Topic, Step] = {
    Topic.AP_PULSE: pulse,
    Topic.AP_PREDOWNLOAD: predownloads,
    Topic.AP_JOIN: joined,
    Topic.AP_JOIN_STATS: join_statistics,
    Topic.NEIGHBOURS: neighbours,
    Topic.CLIENTS: clients,
    Topic.AP_HOMES: homes,
}
"""In the order of reading."""
