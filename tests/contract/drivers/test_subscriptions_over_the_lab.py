"""Subscriptions over real sessions: asked for as the box takes them, told, refused, ended, cut."""

import time
from contextlib import closing, contextmanager

import pytest

from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.events.pushing import JOIN, STATE, PushEnded
from service.drivers.iosxe.subscribing import IosXePushSession
from service.errors import CapabilityMissing, DeviceBusy, DeviceUnreachable
from service.lab.fleet import from_mapping
from service.lab.lab import Lab

PATIENCE_S = 240.0
PUSH = {"netconf": "on-change", "period_s": 1}
SLOW = {"boot_s": 0.1, "download_s": 3600.0, "retry_s": 0.5}
APS = [
    {"kind": "healthy", "name": "lobby"},
    {"kind": "mic_expired"},
    {"kind": "looping", "name": "new", "unplugged": True},
]


def box(name, release, events=PUSH, **settings):
    return {"name": name, "release": release, "aps": APS, "events": events, **settings}


FLEET = {
    "lab": {"timings": SLOW},
    "controllers": [
        box("new", "17.9.1"),
        box("old", "17.3.1"),
        box("by-time", "17.12.1", events={**PUSH, "netconf": "periodic"}),
        box("cannot", "17.9.1", quirks={"on_change": "none", "push_refusal": "result"}),
        box("never", "17.9.1", quirks={"subscriptions": "no"}),
    ],
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pushes")
    with Lab(from_mapping(FLEET), state_dir=folder) as running:
        yield running


@contextmanager
def subscribed(lab, name):
    controller = load_inventory(lab.inventory_path).get(name)
    secrets = SecretResolver(lab.inventory_path.parent)
    with closing(IosXePushSession.open(controller, secrets)) as session:
        yield session


def until(session, condition):
    """The first thing told that fits."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        found = session.take(within_s=0.5)
        if found is not None and condition(found):
            return found
    raise AssertionError("nothing of the kind was told")


def is_whole(about):
    return lambda found: found.about == about and found.is_whole


@pytest.mark.parametrize(
    ("name", "ways", "silence_s"),
    [
        ("new", ("ap-state on change", "ap-join every 1 s"), 33.0),
        ("old", ("ap-state on change",), None),
        ("by-time", ("ap-state every 1 s", "ap-join every 1 s"), 33.0),
        ("cannot", ("ap-state every 1 s", "ap-join every 1 s"), 33.0),
    ],
)
def test_each_is_subscribed_to_as_it_takes_it_and_tells_how_things_are(lab, name, ways, silence_s):
    with subscribed(lab, name) as session:
        assert (tuple(session.ways), session.longest_silence_s) == (ways, silence_s)
        told = until(session, is_whole(STATE))
        assert {"registered"} <= {row["state"] for row in told.rows.values()}
        session.ask(timeout_s=PATIENCE_S)
        if len(ways) > 1:
            joins = until(session, is_whole(JOIN))
            assert "ap-con-failure-dtls" in {row["error"] for row in joins.rows.values()}


def test_an_access_point_that_comes_is_told_on_change_and_the_end_of_it_all_too(lab):
    with subscribed(lab, "old") as session:
        until(session, is_whole(STATE))
        lab.box("old").plug_in("new")
        told = until(session, lambda found: not found.is_whole)
        assert [row["state"] for row in told.rows.values()] == ["downloading"]
        lab.box("old").fault("push_end", now=True)
        ended = until(session, lambda found: isinstance(found, PushEnded))
        assert ended == PushEnded(STATE, "internal-error")
        lab.box("old").fault("cut", now=True)
        with pytest.raises(DeviceUnreachable, match="the session is over"):
            until(session, lambda _: False)


def test_a_box_that_takes_no_subscription_says_why_and_keeps_no_session(lab):
    refused = r"never: establish-subscription: ap-state refused: operation-not-supported"
    with pytest.raises(CapabilityMissing, match=refused), subscribed(lab, "never"):
        pass
    ends = time.monotonic() + PATIENCE_S
    while lab.box("never").sessions and time.monotonic() < ends:
        time.sleep(0.05)  # noqa: TID251 - the lab lives in real time
    assert lab.box("never").sessions == 0


def test_a_box_without_room_is_busy(lab):
    full = {"rpc": "establish-subscription", "tag": "resource-denied", "message": "no more"}
    lab.box("never").fault("refuse", **full)
    with pytest.raises(DeviceBusy, match="resource-denied no more"), subscribed(lab, "never"):
        pass
