"""Reads one C9800 itself: identity, clock and zone, NTP, certificates, policies, neighbours."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from lxml import etree

from service.domain.hazards import Timer
from service.domain.observation import ClockReading, Topic
from service.drivers.iosxe import grants, leaf_values, normalize
from service.drivers.iosxe.asking import Asking
from service.drivers.iosxe.documents import WrongNamespaceError, path_text
from service.drivers.iosxe.hazards import hazards
from service.drivers.iosxe.look import Look, Step, Told
from service.drivers.iosxe.ntp_entries import ntp_config
from service.drivers.iosxe.surroundings import dependents
from service.drivers.iosxe.zone import zone_of
from service.drivers.links.netconf import RpcRefused
from service.ports.clock import Clock

CLOCK_RESOLUTION_S = 1.0  # current-time is printed in whole seconds


def asked(look: Look, key: str, clock: Clock) -> Told:
    """Ask for something that tells the box's clock, between two looks at this host's."""
    before = clock.now()
    found = look.records(key)
    return Told(before, clock.now().seconds_since(before), found)


def clock_reading(look: Look, clock: Clock) -> None:
    """The box's clock; what the box said of itself tells it, too."""
    before, round_trip, found = look.told or asked(look, "clock", clock)
    shown = leaf_values.moment(found[0].get("clock")) if found else None
    if shown is None:
        look.unknown[Topic.CLOCK] = "the controller shows no current time"
        return
    half = timedelta(seconds=CLOCK_RESOLUTION_S / 2)
    middle = before.later(round_trip / 2)
    look.view = replace(
        look.view,
        clock=ClockReading(
            device_time=shown + half,  # printed truncated: true to half a second either way
            host_time=middle.wall,
            uncertainty_s=round_trip / 2 + CLOCK_RESOLUTION_S / 2,
            instant=middle,
        ),
    )


def load(look: Look) -> None:
    """How busy its processor was in the last minute, our own login and requests among the rest.

    It is asked for out of politeness alone: whatever is wrong with the answer fails no look.
    """
    try:
        found = look.records("load")
    except (RpcRefused, WrongNamespaceError) as err:
        raise ValueError(str(err)) from err
    percent = leaf_values.whole(found[0].get("percent")) if found else None
    if percent is None:
        raise ValueError("the controller does not tell how busy its processor is")
    look.view = replace(look.view, load_percent=percent)


def identity(look: Look) -> None:
    """What runs, and since when."""
    found = look.told.records if look.told else look.records("system")
    if not found:
        raise ValueError("the controller shows no system data")
    look.view = replace(
        look.view,
        hardware=found[0].get("software"),
        boot_time=leaf_values.moment(found[0].get("boot_time")),
    )


def zone(look: Look) -> None:
    """The zone that its command line reads times in."""
    found = look.records("zone")
    look.view = replace(look.view, zone=zone_of(found[0] if found else None))


def ntp_entries(look: Look) -> None:
    """Servers and peers, as they are configured."""
    data = ntp_data(look.asker, look.timeout_s)
    look.origins["ntp"] = path_text(look.asker.shape("ntp-servers").steps)
    look.view = replace(look.view, ntp=ntp_config(look.asker.contract, data))


def ntp_data(asker: Asking, timeout_s: float) -> etree._Element:
    """What is configured below `ntp server` and `ntp peer`."""
    return asker.tree(("ntp-servers", "ntp-peers"), timeout_s=timeout_s)


def ntp_state(look: Look) -> None:
    """Whether the clock follows NTP."""
    found = look.records("ntp-state")
    look.view = replace(look.view, ntp_state=normalize.ntp_state(found[0] if found else None))


def join_policies(look: Look) -> None:
    """What decides which APs may join."""
    asker = look.asker
    data = policy_data(asker, look.timeout_s)
    found = grants.join_policies(asker.contract, asker.release, data)
    look.view = replace(look.view, policies=found)
    look.origins["policies"] = path_text(asker.shape(grants.READS[0]).steps)
    look.partly(Topic.JOIN_POLICY, [f"{read}: {why}" for read, why in found.unread])


def policy_data(asker: Asking, timeout_s: float) -> etree._Element:
    """What is configured of everything that `grants` reads."""
    keys = [key for key in grants.READS if asker.offers(key)]
    return asker.tree(keys, timeout_s=timeout_s)


def certificates(look: Look) -> None:
    """The identity certificates, and which of them APs are shown."""
    bundles = look.offered(
        "certificates", f"release {look.asker.release} shows no certificate dates in any model"
    )
    if not any(bundle.entries("certificate") for bundle in bundles):
        raise ValueError("the controller lists no certificate with dates")
    found = normalize.certificates(bundles, _trustpoint(look))
    look.view = replace(look.view, certificates=found)


def _trustpoint(look: Look) -> str | None:
    """The trustpoint that APs are shown; "" for the built-in one, None where nothing says."""
    if look.asker.offers("trustpoint"):
        try:
            found = look.records("trustpoint")
        except RpcRefused:
            found = []
        if found:
            there = leaf_values.flag(found[0].get("available"))
            keyed = leaf_values.flag(found[0].get("key"))
            usable = None if there is None else there and keyed is not False
            look.view = replace(look.view, has_join_certificate=usable)
        if found and found[0].get("name"):
            return found[0].get("name")
    try:
        configured = look.records("management")
    except RpcRefused:
        return None
    return (configured[0].get("trustpoint") or "") if configured else ""


def dangers(look: Look) -> None:
    """What a false date would break."""
    found, problems = hazards(look.session(), timeout_s=look.timeout_s)
    look.partly(Topic.HAZARDS, problems)
    look.view = replace(look.view, hazards=found)


def mobility(look: Look) -> None:
    """The peers of its mobility group."""
    found = normalize.mobility_peers(look.records("mobility-peers"))
    look.view = replace(look.view, peers=found)


def who_depends(look: Look) -> None:
    """Who goes by this box's time."""
    found, problems = dependents(look.session(), timeout_s=look.timeout_s)
    look.partly(Topic.DEPENDENTS, problems)
    look.view = replace(look.view, dependents=found)


def timers(look: Look) -> None:
    """The applets that are registered."""
    found = look.records("timers")
    look.view = replace(
        look.view,
        timers=tuple(Timer(r.get("name") or "", r.get("description") or "") for r in found),
    )


def redundancy(look: Look) -> None:
    """Whether there is a standby; no model of the contract says whether it is hot."""
    look.view = replace(look.view, standby=normalize.standby(look.records("inventory")))


STEPS: Mapping[Topic, Step] = {
    Topic.LOAD: load,
    Topic.IDENTITY: identity,
    Topic.CLOCK_ZONE: zone,
    Topic.NTP_CONFIG: ntp_entries,
    Topic.NTP_STATE: ntp_state,
    Topic.CERTIFICATES: certificates,
    Topic.HAZARDS: dangers,
    Topic.TIMERS: timers,
    Topic.REDUNDANCY: redundancy,
    Topic.JOIN_POLICY: join_policies,
    Topic.DEPENDENTS: who_depends,
    Topic.MOBILITY: mobility,
}
"""All but the clock, which is read first, beside this host's."""
