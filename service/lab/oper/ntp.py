"""ntp-oper: no leaf says "synchronised"; readers derive it from stratum, refid and the peers.

Source: facts section 6, capture bforejt_iosxe_ntp_oper_lab.json (shape of a synchronised box).
"""

from collections.abc import Mapping
from ipaddress import ip_address

from service.lab.box.box import Box
from service.lab.box.ntp import Association, key_is_good
from service.lab.oper.build import Value
from service.lab.time import EPOCH

POLL_S = 64
UNSYNCED = 16
INIT = {"kod-data": {"kod-type": "ntp-ref-init"}}


def ntp_oper(box: Box, now: float) -> Mapping[str, Value]:
    """Content of ntp-oper-data."""
    peer = box.ntp.system_peer
    rows = [_association(box, a, number, now) for number, a in enumerate(box.ntp.configured)]
    synced = peer is not None
    status: dict[str, Value] = {
        "refid": {"ip-addr": _address(peer.host)} if peer is not None else INIT,
        "reftime": _precise(box, now) if synced else EPOCH.isoformat(),
        "sys-poll": 6,
        "stratum": 3 if synced else UNSYNCED,
        "root-delay": "23.0" if synced else "0.0",
        "root-disp": "14.46" if synced else "0.0",
        "offset": "0.42" if synced else "0.0",
        "ntp-associations": rows,
        "freq-drift-ppm": "0.0",
    }
    return {"ntp-status-info": status}


def _association(box: Box, entry: Association, number: int, now: float) -> Mapping[str, Value]:
    usable = entry in box.ntp.usable
    heard = usable and box.ntp.synced_since is not None
    since = box.ntp.known_since.get(entry.identity, now)
    reach = _reach(now - since) if usable else 0
    return {
        "assoc-id": 21330 + number,
        "peer-reach": reach if not heard else max(reach, 1),
        "peer-stratum": 2 if heard else UNSYNCED,
        "refid": {"ip-addr": "198.51.100.1"} if heard else INIT,
        "reftime": _precise(box, now) if heard else EPOCH.isoformat(),
        "last-poll-time": int((now - since) % POLL_S),
        "poll": 6,
        "delay": "23.0" if heard else "0.0",
        "offset": "0.42" if heard else "0.0",
        "jitter": "3.08" if heard else "0.0",
        "ntp-address": {"ip-addr": _address(entry.host), "vrf-name": entry.vrf or "default"},
        "num-events": 1,
        "last-peer-event": "ntp-peer-event-mobilize",
        "peer-selection-status": _selection(box, entry, heard=heard),
        "peer-authentication-status": _authentication(box, entry),
        "serv-type": f"ntp-{entry.kind}",
        "psw-crypto": "crypto-flag-sig",
    }


def _selection(box: Box, entry: Association, *, heard: bool) -> str:
    if entry == box.ntp.system_peer:
        return "ntp-peer-sys-peer"
    return "ntp-peer-candidate" if heard else "ntp-peer-rejected"


def _authentication(box: Box, entry: Association) -> str:
    if entry.key is None:
        return "ntp-auth-none"
    return "ntp-auth-ok" if key_is_good(box.stores.running, entry.key) else "ntp-auth-bad-auth"


def _reach(known_s: float) -> int:
    """An eight-bit shift register: one more bit each poll. The first answers come in a burst."""
    return int(2 ** min(8, 1 + int(known_s)) - 1)


def _address(host: str) -> str | None:
    """The address of a server; a name has been resolved, to what the facts don't tell."""
    try:
        return str(ip_address(host))
    except ValueError:
        return f"192.0.2.{sum(host.encode()) % 250 + 1}"


def _precise(box: Box, now: float) -> str:
    return box.clock.utc(now).isoformat()
