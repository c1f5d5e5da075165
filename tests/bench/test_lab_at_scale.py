"""Fifty controllers of two hundred access points, and one of six thousand: figures, no verdict."""

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
MANY = 50


def count(lab, name: str) -> int:
    with client(lab, name, timeout=60) as session:
        reply = session.get(filter=("subtree", STATES))
    return sum(1 for _ in reply.data_ele.iter(f"{{{APO}}}capwap-data"))


def test_many_controllers_start_and_are_polled(tmp_path, figures):
    box = {"name": "wlc-{n}", "count": MANY, "release": "17.12.1", "ntp": NTP, "aps": MIXED}
    began = time.monotonic()
    with started(tmp_path, {"controllers": [box]}) as lab:
        up = time.monotonic() - began
        began = time.monotonic()
        assert count(lab, lab.names[0]) >= 190
        one = time.monotonic() - began
        began = time.monotonic()
        with ThreadPoolExecutor(20) as pool:
            assert min(pool.map(lambda name: count(lab, name), lab.names)) >= 190
        polled = time.monotonic() - began
    figures("lab: 50 x 200 APs up", seconds=up)
    figures("lab: one of them polled over SSH", seconds=one)
    figures("lab: all of them polled over SSH", seconds=polled, ratio=polled / (MANY * one))


def test_six_thousand_access_points_on_one_controller(tmp_path, figures):
    aps = [{"kind": "healthy", "count": 5900}, {"kind": "looping", "count": 100}]
    fleet = {
        "lab": {"timings": FAST},
        "controllers": [{"name": "hq-1", "release": "17.9.1", "ntp": NTP, "aps": aps}],
    }
    with started(tmp_path, fleet) as lab:
        began = time.monotonic()
        assert 5900 <= count(lab, "hq-1") <= 6000
        narrow = time.monotonic() - began
        began = time.monotonic()
        with client(lab, timeout=60) as session:
            size = len(session.get(filter=("subtree", WHOLE)).xml)
        wide = time.monotonic() - began
    figures("lab: states of 6,000 APs", seconds=narrow)
    figures(f"lab: all {size / 1e6:.1f} MB of them", seconds=wide, ratio=wide / narrow)


WHOLE = f'<access-point-oper-data xmlns="{APO}"><capwap-data/></access-point-oper-data>'
