"""access-point-oper: one row per AP that the controller has a session with, and its maps."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from service.lab.aps.kinds import image_family, issuer_cn
from service.lab.aps.state import ApState, Phase
from service.lab.box.aps import site_of
from service.lab.box.box import Box
from service.lab.oper import ap_images
from service.lab.oper.ap_homes import ap_homes
from service.lab.oper.build import Value, Want
from service.lab.oper.cdp import cdp_cache, lldp_neighbours
from service.lab.oper.pki import tp_cert_info
from service.lab.time import NEVER, stamp

STATES = {
    Phase.DOWNLOADING: "downloading",
    Phase.STUCK: "downloading",
    Phase.REGISTERED: "registered",
}
TICKS = 100  # image-size-eta is in timeticks


def access_points(box: Box, want: Want, now: float) -> Mapping[str, Value]:
    """Content of access-point-oper-data: only lists that were asked for are built."""
    parts: dict[str, Any] = {
        "cdp-cache-data": lambda _: cdp_cache(box),
        "lldp-neigh": lambda _: lldp_neighbours(box),
        "oper-data": lambda inside: ap_homes(box, inside),
        "capwap-data": lambda inside: _capwap(box, inside, now),
        "ap-name-mac-map": lambda inside: _names(box, inside),
        "ethernet-mac-wtp-mac-map": lambda inside: _ethernet(box, inside),
        "ewlc-wncd-stats": lambda _: _totals(box, now),
        "predownload-data": lambda inside: _predownload(box, inside, now),
        "tp-cert-info": lambda _: tp_cert_info(box),
        "site-ap-image-map": lambda _: ap_images.site_map(box),
        "ap-image-prepare-location": lambda _: ap_images.prepared(box),
        "ap-image-active-location": lambda _: ap_images.active(box),
    }
    found: dict[str, Value] = {}
    for name, build in parts.items():
        inside = want.of(name)
        if inside is not None:
            found[name] = build(inside)
    return found


def _present(box: Box) -> Iterator[ApState]:
    return (state for state in box.aps.states.values() if state.present)


def _capwap(box: Box, want: Want, now: float) -> Iterator[Mapping[str, Value]]:
    for state in _present(box):
        spec = state.spec
        if want.excludes("wtp-mac", spec.mac) or want.excludes("name", spec.name):
            continue
        yield _row(state, now)


def _row(state: ApState, now: float) -> Mapping[str, Value]:
    spec = state.spec
    registered = state.phase is Phase.REGISTERED
    return {
        "wtp-mac": spec.mac,
        "ip-addr": spec.ip,
        "name": spec.name,
        "device-detail": _device(state),
        "ap-location": {"floor": 0, "location": "default location"},
        "tag-info": _tags(site_of(spec)),
        "ap-state": {
            "ap-admin-state": "adminstate-enabled",
            "ap-operation-state": STATES[state.phase],
        },
        "ap-mode-data": {"wtp-mode": "local-mode"},
        "ap-time-info": {
            "boot-time": _stamp(state.boot_time),
            "join-time": _stamp(state.join_time),
            "join-time-taken": 140,
        },
        "country-code": "GB " if registered else "   ",
        "ap-security-data": {
            "cert-type": "wireless-cert-lsc" if spec.kind == "lsc_expired" else "wireless-cert-mic",
            "ap-cert-policy": "ap-cert-policy-default",
            "ap-cert-expiry-time": stamp(spec.cert_end),
            "ap-cert-issuer-cn": issuer_cn(spec),
        },
        "num-radio-slots": 2,
        "reboot-stats": {
            "reboot-reason": state.reboot,
            "reboot-type": "ap-reboot-spam-initiated",
        },
        "image-size-eta": _eta(state, now),
        "image-size-start-time": _stamp(state.download_start),
        "image-size-percentage": state.percent(now),
        "disconnect-detail": {"disconnect-reason": state.disconnect},
        "wtp-ip": spec.ip,
        "reg-domain": "-E",
    }


def _eta(state: ApState, now: float) -> int:
    if state.phase is not Phase.DOWNLOADING or state.until is None:
        return 0
    return max(0, int((state.until - now) * TICKS))


def _device(state: ApState) -> Mapping[str, Value]:
    spec = state.spec
    return {
        "static-info": {
            "board-data": {"wtp-serial-num": spec.serial, "wtp-enet-mac": spec.ethernet_mac},
            "ap-models": {"model": spec.model},
            "num-slots": 2,
            "ap-image-name": image_family(spec.model),
        },
        "wtp-version": {
            "backup-sw-version": numbers(state.backup),
            "sw-ver": numbers(state.version),
            "sw-version": state.version,
        },
    }


def numbers(version: str) -> Mapping[str, Value]:
    """A version as four bytes; a build that doesn't fit is cut, which is why sw-version exists."""
    parts = [int("".join(c for c in part if c.isdigit()) or 0) for part in version.split(".")]
    padded = [*parts, 0, 0, 0, 0][:4]
    names = ("version", "release", "maint", "build")
    return dict(zip(names, (part % 256 for part in padded), strict=True))


def _tags(site: str) -> Mapping[str, Value]:
    return {
        "tag-source": "tag-source-static",
        "is-ap-misconfigured": False,
        "resolved-tag-info": {
            "resolved-policy-tag": "PT-Office",
            "resolved-site-tag": site,
            "resolved-rf-tag": "RF-Typical",
        },
        "policy-tag-info": {"policy-tag-name": "PT-Office"},
        "site-tag": {"site-tag-name": site},
        "rf-tag": {"rf-tag-name": "RF-Typical"},
    }


def _names(box: Box, want: Want) -> Iterator[Mapping[str, Value]]:
    for state in _present(box):
        spec = state.spec
        if not want.excludes("wtp-name", spec.name):
            yield {"wtp-name": spec.name, "wtp-mac": spec.mac, "eth-mac": spec.ethernet_mac}


def _ethernet(box: Box, want: Want) -> Iterator[Mapping[str, Value]]:
    for state in _present(box):
        spec = state.spec
        if not want.excludes("ethernet-mac", spec.ethernet_mac):
            yield {"ethernet-mac": spec.ethernet_mac, "wtp-mac": spec.mac}


def _predownload(box: Box, want: Want, now: float) -> Iterator[Mapping[str, Value]]:
    for state in box.aps.states.values():
        status = state.predownload_state(now)
        if status and not want.excludes("wtp-mac", state.spec.mac):
            yield {
                "wtp-mac": state.spec.mac,
                "predownload-version": numbers(state.fetching or box.image),
                "max-retry": 3,
                "delay-time": 0,
                "pred-status": f"pre-dwnld-{status}",
            }


def _totals(box: Box, now: float) -> Mapping[str, Value]:
    states = list(box.aps.states.values())
    found = [state.predownload_state(now) for state in states]
    count = {name: found.count(name) for name in PREDOWNLOAD}
    return {
        "predownload-stats": {
            **{f"num-{name}": number for name, number in count.items()},
            "is-predownload-in-progress": count["in-progress"] + count["initiated"] > 0,
            "num-total": sum(count.values()),
        },
        "downloads-in-progress": sum(s.phase is Phase.DOWNLOADING for s in states),
        "downloads-complete": sum(s.counters.downloads for s in states if s.present),
    }


PREDOWNLOAD = ("initiated", "in-progress", "complete", "unsupported", "failed")


def _stamp(moment: datetime | None) -> str:
    return NEVER if moment is None else stamp(moment)
