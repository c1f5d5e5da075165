"""When a clock must not be touched: the plan says why, and nothing is sent."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.e2e.stand import STUCK, Finished, Stand, box, together

NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
NTP = "http://cisco.com/ns/yang/Cisco-IOS-XE-ntp"
CRYPTO = "http://cisco.com/ns/yang/Cisco-IOS-XE-crypto"
EEM = "http://cisco.com/ns/yang/Cisco-IOS-XE-eem"


def native(inside: str) -> dict[str, str]:
    return {"running_config": f'<native xmlns="{NATIVE}">{inside}</native>'}


LISTENER = native(
    "<interface><GigabitEthernet><name>1</name>"
    f'<ntp xmlns="{NTP}"><broadcast-option><broadcast><client>true</client></broadcast>'
    "</broadcast-option></ntp></GigabitEthernet></interface>"
)
AUTHORITY = native(f'<crypto><pki xmlns="{CRYPTO}"><server><name>CA</name></server></pki></crypto>')
RANGE = native("<time-range><word>nights</word></time-range>")
CLAIMED = native(
    f'<event><manager xmlns="{EEM}"><applet><name>aprejoin-guard-b</name>'
    "<description>aprejoin of somebody else</description></applet></manager></event>"
)
YOUNG = {"start": "2024-01-10T10:00:00Z", "end": "2034-01-10T10:00:00Z", "kind": "ssc"}
LOADING = {"kind": "healthy", "name": "loading", "predownload": "in-progress"}
YOUNG_AP = {"kind": "healthy", "name": "young", "cert_start": "2024-01-01T00:00:00Z"}


@dataclass(frozen=True)
class Refusal:
    """A box, and words that have to stand in the reason."""

    words: str
    settings: dict[str, Any] = field(default_factory=dict)


REFUSALS = {
    "ntp-master": Refusal("ntp master", {"ntp_globals": ["master"]}),
    "ntp-listener": Refusal("broadcast client", LISTENER),
    "authority": Refusal("pki server", AUTHORITY),
    "time-range": Refusal("time-range", RANGE),
    "uncommitted": Refusal("not committed", {"install": {"committed": False}}),
    "uncommitted-apsp": Refusal(
        "not committed", {"install": {"apsp": "x.apsp.bin", "apsp_committed": False}}
    ),
    "counting-down": Refusal("auto-abort timer", {"install": {"abort_timer": True}}),
    "installing": Refusal("under way", {"install": {"in_progress": True}, "release": "17.12.1"}),
    "predownload": Refusal("predownloading", {"aps": [*STUCK, LOADING]}),
    "unsaved": Refusal("--save-pending", {"startup_differs": True, "cli": True}),
    "unsaved-leaf": Refusal("--save-pending", {"startup_differs": True, "release": "17.12.1"}),
    "claimed": Refusal("aprejoin-guard-b", CLAIMED),
    "no-time": Refusal(
        "true time is not known", {"ntp": [{"host": "192.0.2.1", "reachable": False}]}
    ),
    "young-controller": Refusal("certificate", {"certificate": YOUNG}),
    "young-ap": Refusal("max_at_risk_aps", {"aps": [*STUCK, YOUNG_AP]}),
}
BOXES = {name: box(name, **{"release": "17.6.4", **one.settings}) for name, one in REFUSALS.items()}


def work(stand: Stand) -> dict[str, tuple[Finished, Finished]]:
    stand.sweep_until_probable(*BOXES)

    def asked(name: str) -> tuple[Finished, Finished]:
        return stand.run("plan", name, "--json"), stand.run("remediate", name, "--yes", "--json")

    return together({name: lambda n=name: asked(n) for name in BOXES})


@pytest.mark.parametrize("name", list(REFUSALS))
def test_a_plan_is_refused_with_the_reason(results, name):
    planned, _ = results[name]
    assert planned.code == 0, planned.err
    assert planned.document["plan"] is None
    assert REFUSALS[name].words in planned.document["reason"]
    assert planned.document["alternatives"]


@pytest.mark.parametrize("name", list(REFUSALS))
def test_a_remediation_that_is_refused_sends_nothing(stand, results, name):
    _, refused = results[name]
    assert refused.code == 5, refused.err
    assert refused.document["remediation"]["state"] == "cancelled"
    assert REFUSALS[name].words in refused.document["reason"]
    events = stand.box(name).log
    assert not [event for event in events if event.kind in ("edit", "save")]
    sent = {event.what for event in events if event.kind == "rpc"}
    assert sent <= {"get", "get-config", "is-syncing", "close-session"}


def test_pending_changes_are_saved_where_that_is_accepted(stand, results):
    assert results["unsaved-leaf"]
    accepted = stand.run("plan", "unsaved-leaf", "--save-pending", "--json")
    assert accepted.document["plan"] is not None, accepted.document
