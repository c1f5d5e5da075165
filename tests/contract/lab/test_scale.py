"""Fifty controllers of two hundred access points, and one of six thousand: figures, no verdict."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.contract.lab.support import APO, FAST, client, started

STATES = (
    f'<access-point-oper-data xmlns="{APO}"><capwap-data><wtp-mac/><name/><ap-state>'
    "<ap-operation-state/></ap-state><image-size-percentage/></capwap-data>"
    "</access-point-oper-data>"
)
NTP = [{"host": "192.0.2.1"}]
MIXED = [{"kind": "healthy", "count": 190}, {"kind": "looping", "count": 10}]


def count(lab, name: str) -> int:
    with client(lab, name, timeout=60) as session:
        reply = session.get(filter=("subtree", STATES))
    return sum(1 for _ in reply.data_ele.iter(f"{{{APO}}}capwap-data"))


def test_fifty_controllers_start_and_are_polled(tmp_path, capsys):
    box = {"name": "wlc-{n}", "count": 50, "release": "17.12.1", "ntp": NTP, "aps": MIXED}
    began = time.monotonic()
    with started(tmp_path, {"controllers": [box]}) as lab:
        up = time.monotonic() - began
        began = time.monotonic()
        with ThreadPoolExecutor(20) as pool:
            found = list(pool.map(lambda name: count(lab, name), lab.names))
        polled = time.monotonic() - began
    assert len(found) == 50
    assert min(found) >= 190
    with capsys.disabled():
        sys.stdout.write(
            f"\nlab: 50 x 200 APs up in {up:.2f} s, all polled over SSH in {polled:.2f} s\n"
        )


def test_six_thousand_access_points_on_one_controller(tmp_path, capsys):
    aps = [{"kind": "healthy", "count": 5900}, {"kind": "looping", "count": 100}]
    fleet = {
        "lab": {"timings": FAST},
        "controllers": [{"name": "hq-1", "release": "17.9.1", "ntp": NTP, "aps": aps}],
    }
    with started(tmp_path, fleet) as lab:
        began = time.monotonic()
        found = count(lab, "hq-1")
        narrow = time.monotonic() - began
        began = time.monotonic()
        with client(lab, timeout=60) as session:
            whole = len(session.get(filter=("subtree", WHOLE)).xml)
        wide = time.monotonic() - began
    assert 5900 <= found <= 6000
    with capsys.disabled():
        sys.stdout.write(
            f"\nlab: 6000 APs: state in {narrow:.2f} s, {whole / 1e6:.1f} MB in {wide:.2f} s\n"
        )


WHOLE = f'<access-point-oper-data xmlns="{APO}"><capwap-data/></access-point-oper-data>'
