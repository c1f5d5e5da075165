"""Each trouble that looks like FN72524 shows its own leaves, and no window cures it."""

from pathlib import Path

import pytest

from service.lab.fleet import load
from service.lab.lab import Lab
from tests.contract.lab.support import APO, GO, client

FLEET = Path(__file__).parents[3] / "service" / "lab" / "fleets" / "lookalikes.yaml"
JOIN = f'<ap-global-oper-data xmlns="{GO}"><ap-join-stats/></ap-global-oper-data>'
SESSIONS = f'<access-point-oper-data xmlns="{APO}"><capwap-data/></access-point-oper-data>'
SIGNATURES = {
    "mic-expired-1": {
        "last-error-type": "ap-con-failure-dtls",
        "ctrl-dtls-failure-type": "dtls-hs-cert-auth",
        "ap-disconnect-reason": "Certificate verify failed",
    },
    "ssc-policy-1": {"last-join-failure-type": "jf-ap-auth-failure"},
    "unsupported-model-1": {"last-join-failure-type": "jf-reqrej-unsupportedwtp"},
    "lsc-expired-1": {"ctrl-dtls-failure-type": "dtls-hs-cert-auth"},
    "ap-limit-1": {"last-disc-failure-type": "disc-fail-req-max-wtp-joined"},
    "country-mismatch-1": {"last-config-failure-type": "cf-reqrej-reg-domain-check"},
    "unreachable-1": {"num-discovery-req-recvd": "0"},
    "healthy-1": {"is-joined": "true", "last-error-type": "ap-con-failure-run"},
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with Lab(load(FLEET), state_dir=tmp_path_factory.mktemp("lab")) as running:
        yield running


def rows(lab, box: str, wanted: str, name: str) -> dict[str, dict[str, str]]:
    """Rows of a list as name of the AP -> every leaf below."""
    with client(lab, box) as session:
        reply = session.get(filter=("subtree", wanted))
    listed = reply.data_ele.iter(f"{{*}}{name}")
    found = [{leaf.tag.split("}")[1]: leaf.text or "" for leaf in row.iter()} for row in listed]
    return {row.get("ap-name") or row["name"]: row for row in found}


def test_join_statistics_tell_the_troubles_apart(lab):
    statistics = rows(lab, "look-17-12", JOIN, "ap-join-stats")
    for ap, leaves in SIGNATURES.items():
        shown = {name: statistics[ap][name] for name in leaves}
        assert shown == leaves, ap


def test_who_has_no_session_is_not_in_capwap_data_but_stays_in_join_statistics(lab):
    statistics = rows(lab, "look-17-9", JOIN, "ap-join-stats")
    sessions = rows(lab, "look-17-9", SESSIONS, "capwap-data")
    assert statistics.keys() >= sessions.keys()
    gone = statistics.keys() - sessions.keys()
    assert {"mic-expired-1", "unreachable-1", "ap-limit-1"} <= gone
    assert {"healthy-1", "slow-1"} <= sessions.keys()


def test_17_9_has_only_the_few_leaves_of_its_model(lab):
    row = rows(lab, "look-17-9", JOIN, "ap-join-stats")["mic-expired-1"]
    assert "ctrl-dtls-failure-type" not in row
    assert row["last-error-type"] == "ap-con-failure-dtls"


def test_17_3_has_no_join_statistics_at_all(lab):
    with client(lab, "look-17-3") as session:
        capabilities = list(session.server_capabilities)
    assert not any("ap-global-oper" in c for c in capabilities)


def test_a_controller_without_certificate_lets_nobody_in_and_says_so(lab):
    statistics = rows(lab, "no-chain", JOIN, "ap-join-stats")
    assert {row["ctrl-dtls-failure-type"] for row in statistics.values()} == {
        "dtls-hs-config-not-done"
    }
    trust = f'<access-point-oper-data xmlns="{APO}"><tp-cert-info/></access-point-oper-data>'
    with client(lab, "no-chain") as session:
        reply = session.get(filter=("subtree", trust))
    assert [e.text for e in reply.data_ele.iter("{*}is-cert-available")] == ["false"]


def test_a_box_with_a_wrong_clock_and_no_answering_server_stays_wrong(lab):
    assert lab.box("skewed").clock_offset_s < -6e7
    assert lab.box("skewed").left_dirty() == []
    assert not lab.box("skewed").summary()["ntp_synchronised"]
