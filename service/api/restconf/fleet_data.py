"""Controllers and their access points, from documents to the model's names."""

from collections.abc import Mapping, Sequence
from functools import partial

from service.api.restconf.tree import Instance, Key, Rows
from service.domain.documents import Document
from service.errors import NotFound
from service.usecases.aps import show_ap_on, show_aps
from service.usecases.context import Context
from service.usecases.listing import Part
from service.usecases.show import ControllersOnly, show_controller, show_controllers

ALL_CONTROLLERS = ControllersOnly()


def controllers(context: Context) -> Rows:
    """The controllers of the inventory, by name."""

    def one(name: str) -> Instance | None:
        try:
            return _controller(context, show_controller(context, name))
        except NotFound:
            return None

    def some(limit: int, after: Key | None) -> Sequence[tuple[Key, Instance]]:
        shown = show_controllers(context, Part(limit, after), by="name", only=ALL_CONTROLLERS)
        return [(key, _controller(context, document)) for key, document in shown]

    return Rows(one, some, parts=2)


def _controller(context: Context, document: Document) -> Instance:
    name = str(document["name"])
    policy = part_of(document, "policy")
    return {
        "name": name,
        "platform": document["platform"],
        "site": document["site"],
        "tag": document["tags"],
        "mobility-group": document["mobility_group"],
        "ha-peer": document["ha_peer"],
        "unverified": document["insecure"],
        "policy": {"approval": policy.get("approval"), "on-finding": policy.get("on_finding")},
        "remediation": document["remediation"],
        "last-sweep": partial(_last_sweep, context, name),
        "access-points": {"access-point": _access_points(context, name)},
    }


def _last_sweep(context: Context, name: str) -> Instance:
    """What the newest sweep saw; looked up when it is wanted."""
    seen = part_of(show_controller(context, name), "seen")
    clock, ntp, aps = (part_of(seen, key) for key in ("clock", "ntp", "aps"))
    return {
        **{key: seen.get(key) for key in ("at", "sweep", "reachable", "error", "release")},
        "clock": {"offset": clock.get("offset_seconds"), "reference": clock.get("reference")},
        "ntp": {"server": ntp.get("servers"), "synchronised": ntp.get("synchronised")},
        "access-point-counts": {
            "total": aps.get("total"),
            "registered": aps.get("registered"),
            "downloading": aps.get("downloading"),
            "not-joined": aps.get("not_joined"),
        },
    }


def _access_points(context: Context, controller: str) -> Rows:
    def one(mac: str) -> Instance | None:
        try:
            return access_point(show_ap_on(context, controller, mac))
        except NotFound:
            return None

    def some(limit: int, after: Key | None) -> Sequence[tuple[Key, Instance]]:
        shown = show_aps(context, controller, Part(limit, after), state=None)
        return [(key, access_point(document)) for key, document in shown]

    return Rows(one, some, parts=1)


def access_point(document: Document) -> Instance:
    """An access point as polls of one controller saw it."""
    return {
        **document,
        "ethernet-mac": document["ethernet_mac"],
        "last-seen": document["seen"],
    }


def part_of(document: Mapping[str, object], name: str) -> Document:
    """An object inside a document; an empty one where there is none."""
    found = document.get(name)
    return found if isinstance(found, dict) else {}
