"""ap-global-oper: join statistics of every AP ever heard, joined or not (facts, section 2)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from service.lab.aps.kinds import Refusal
from service.lab.aps.state import ApState, Phase
from service.lab.box.box import Box
from service.lab.oper.build import Value, Want
from service.lab.time import NEVER, stamp

CLIENTS = 6
FINE = Refusal("ap-con-failure-unknown", "")


def ap_global(box: Box, want: Want) -> Mapping[str, Value]:
    """Content of ap-global-oper-data."""
    parts: dict[str, Any] = {
        "ap-join-stats": lambda inside: _statistics(box, inside),
        "ap-history": lambda inside: _history(box, inside),
        "emltd-join-count-stat": lambda _: _totals(box),
        "ap-location-stats": lambda _: _locations(box),
    }
    found: dict[str, Value] = {}
    for name, build in parts.items():
        inside = want.of(name)
        if inside is not None:
            found[name] = build(inside)
    return found


def _locations(box: Box) -> Iterator[Mapping[str, Value]]:
    """Every AP is where it was put out of its box, with six clients while it serves."""
    serving = sum(state.phase is Phase.REGISTERED for state in box.aps.states.values())
    yield {
        "location": "default location",
        "clients-joined": CLIENTS * serving,
        "aps-joined": serving,
    }


def _statistics(box: Box, want: Want) -> Iterator[Mapping[str, Value]]:
    for state in box.aps.states.values():
        if not want.excludes("wtp-mac", state.spec.mac):
            yield _row(state)


def _row(state: ApState) -> Mapping[str, Value]:
    return {
        "wtp-mac": state.spec.mac,
        "ap-join-info": _join(state),
        "ap-discovery-info": _discovery(state),
        "dtls-sess-info": _dtls(state),
        "ap-disconnect-reason": state.text or None,
        "reboot-reason": state.reboot,
        "disconnect-reason": state.disconnect,
    }


def _join(state: ApState) -> Mapping[str, Value]:
    spec, counters, why = state.spec, state.counters, state.refusal or FINE
    return {
        "ap-ip-addr": spec.ip,
        "ap-ethernet-mac": spec.ethernet_mac,
        "ap-name": spec.name,
        "is-joined": state.phase is Phase.REGISTERED,
        "num-join-req-recvd": counters.joins,
        "num-config-req-recvd": counters.joins_ok,
        "last-join-failure-type": why.join,
        "last-config-failure-type": why.config,
        "last-error-type": state.last_error,
        "last-error-time": _stamp(state.error_time),
        "num-succ-join-resp-sent": counters.joins_ok,
        "num-unsucc-join-req-procn": counters.joins - min(counters.joins, counters.joins_ok),
        "num-succ-conf-resp-sent": counters.joins_ok,
        "num-unsucc-conf-req-procn": 0,
        "last-succ-join-atmpt-time": _stamp(state.ok_time),
        "last-fail-join-atmpt-time": _stamp(state.fail_time),
        "last-succ-conf-atmpt-time": _stamp(state.ok_time),
        "last-fail-conf-atmpt-time": NEVER,
    }


def _discovery(state: ApState) -> Mapping[str, Value]:
    spec, counters, why = state.spec, state.counters, state.refusal or FINE
    failed = why.discovery != FINE.discovery
    return {
        "wtp-mac": spec.mac,
        "ethernet-mac": spec.ethernet_mac,
        "ap-ip-address": spec.ip,
        "num-discovery-req-recvd": counters.discoveries,
        "num-succ-disc-resp-sent": 0 if failed else counters.discoveries,
        "num-err-disc-req": counters.discoveries if failed else 0,
        "last-disc-failure-type": why.discovery,
        "last-success-disc-time": _stamp(None if failed else state.discovery_time),
        "last-failed-disc-time": _stamp(state.discovery_time if failed else None),
    }


def _dtls(state: ApState) -> Mapping[str, Value]:
    counters, why = state.counters, state.refusal or FINE
    return {
        "mac-addr": state.spec.mac,
        "data-dtls-setup-req": 0,
        "data-dtls-success": 0,
        "data-dtls-failure": 0,
        "ctrl-dtls-setup-req": counters.dtls,
        "ctrl-dtls-success": counters.dtls - min(counters.dtls, counters.dtls_failed),
        "ctrl-dtls-failure": counters.dtls_failed,
        "data-dtls-failure-type": "dtls-hs-success",
        "ctrl-dtls-failure-type": why.dtls,
        "data-dtls-failure-time": NEVER,
        "data-dtls-success-time": NEVER,
        "ctrl-dtls-failure-time": _stamp(state.dtls_fail_time),
        "ctrl-dtls-success-time": _stamp(state.ok_time),
    }


def _history(box: Box, want: Want) -> Iterator[Mapping[str, Value]]:
    for state in box.aps.states.values():
        spec = state.spec
        if want.excludes("ethernet-mac", spec.ethernet_mac):
            continue
        joined = state.phase is Phase.REGISTERED
        yield {
            "ap-name": spec.name,
            "ethernet-mac": spec.ethernet_mac,
            "wtp-mac": spec.mac,
            "ewlc-ap-state-ptr": [
                {
                    "is-ap-joined": joined,
                    "timestamp": _stamp(state.join_time if joined else state.disconnect_time),
                    "last-disconnect-timestamp": _stamp(state.disconnect_time),
                    "disconnects": state.counters.disconnects,
                    "ap-disconnect-reason-str": state.text or "NA",
                }
            ],
        }


def _totals(box: Box) -> Mapping[str, Value]:
    joined = sum(s.phase is Phase.REGISTERED for s in box.aps.states.values())
    return {"joined-aps-count": joined}


def _stamp(moment: datetime | None) -> str:
    return NEVER if moment is None else stamp(moment)
