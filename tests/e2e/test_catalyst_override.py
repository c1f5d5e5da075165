"""The published remedy for certificates that ran out, by the command alone, on Catalyst 9800.

Sweep, plan, remediate, in each release's form; APs of an issuer that nobody published; death in the
middle. 17.3 shows no AP that has not joined: nothing is found there, and nothing is touched.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.stand import Finished, Stand, together

NTP = [{"host": "192.0.2.1"}]
OLD_APS = [{"kind": "healthy", "count": 2}, {"kind": "mic_expired", "issuer": "ACT2 SUDI CA"}]
OTHERS = [{"kind": "healthy"}, {"kind": "mic_expired"}, {"kind": "mic_expired", "issuer": "Lab CA"}]
THEIRS = (
    '<native xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-native"><crypto>'
    '<pki xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-crypto"><certificate><pki-map><map>'
    "<tag>aprejoin-act2-sudi-ca</tag><sequence>7</sequence><subject-name><co><name>x</name></co>"
    "</subject-name></map></pki-map></certificate></pki></crypto></native>"
)


def c9800(name: str, release: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "release": release, "ntp": NTP, "cli": True, "aps": OLD_APS, **more}


BOXES = {
    "three": c9800("three", "17.3.6"),
    "six": c9800("six", "17.6.4"),
    "nine": c9800("nine", "17.9.1"),
    "twelve": c9800("twelve", "17.12.1"),
    "in-vain": c9800("in-vain", "17.9.1", aps=OTHERS),
    "killed": c9800("killed", "17.12.1", aps=OTHERS),
    "theirs": c9800("theirs", "17.12.1", running_config=THEIRS),
}
MENDED = ("six", "nine", "twelve")
PLANNED = (*MENDED, "three", "theirs")
FOUND = tuple(name for name in BOXES if name != "three")
WAITS = {"in-vain": {"wait_for_aps_s": 12}, "killed": {"wait_for_aps_s": 600}}


@dataclass
class Told:
    """What the commands said."""

    swept: Any
    planned: dict[str, Finished]
    mended: dict[str, Any]
    left: dict[str, list[str]]


def work(stand: Stand) -> Told:
    here = {"inventory": stand.with_policies(WAITS)}
    swept = surely_found(stand, here)
    planned = together(
        {name: lambda n=name: stand.run("plan", n, "--json", **here) for name in PLANNED}
    )
    jobs = {name: lambda n=name: mend(stand, n, here) for name in (*MENDED, "in-vain")}
    mended = together({**jobs, "killed": lambda: killed_and_restored(stand, here)})
    return Told(swept, planned, mended, {n: stand.left_behind(n) for n in BOXES})


def surely_found(stand: Stand, here: dict[str, Any]) -> Any:
    """Sweep until no controller's finding is only suspected."""
    for _ in range(30):
        document = stand.run("sweep", "--json", **here).document
        grades = [
            finding["confidence"] for one in document["controllers"] for finding in one["findings"]
        ]
        if len(grades) == len(FOUND) and "suspected" not in grades:
            return document
    raise AssertionError(f"still only suspected: {grades}")


def mend(stand: Stand, name: str, here: dict[str, Any]) -> Finished:
    return stand.run("remediate", name, "--yes", "--json", **here)


def killed_and_restored(stand: Stand, here: dict[str, Any]) -> tuple[list[str], Finished]:
    """kill -9 while the entries are there; what the box was left with, and after `restore`."""
    dying = stand.start("remediate", "killed", "--yes", "--json", **here)
    dying.until("1 of 2 APs registered")
    dying.kill()
    left = stand.left_behind("killed")
    return left, stand.run("restore", "killed", "--yes", "--json", **here)


def plan_of(results: Told, name: str) -> Any:
    plan = results.planned[name].document["plan"]
    assert plan is not None, results.planned[name].document
    return plan


def reason_of(finished: Finished) -> str:
    document = finished.document
    ways = {way["name"]: way for way in (document["plan"] or document)["alternatives"]}
    assert not ways["expired-cert-override"]["applicable"]
    return ways["expired-cert-override"]["reason"]


@pytest.mark.parametrize("name", BOXES)
def test_the_cause_is_found_where_the_release_shows_aps_that_have_not_joined(results, name):
    (one,) = [one for one in results.swept["controllers"] if one["name"] == name]
    assert [finding["issue"] for finding in one["findings"]] == (["FN63942"] * (name in FOUND))


@pytest.mark.parametrize("name", MENDED)
def test_the_plan_shows_both_issuers_the_documents_and_the_lines_for_a_person(results, name):
    plan = plan_of(results, name)
    assert plan["strategy"] == "expired-cert-override"
    assert plan["window"] is None
    (step,) = [step for step in plan["steps"] if step["name"] == "set-policy"]
    for issuer, payload in zip(
        ("cisco manufacturing ca", "act2 sudi ca"), step["payloads"], strict=True
    ):
        assert issuer in payload
        assert ("<pki-map>" in payload) is (name != "six")
    assert all('operation="delete"' in payload for payload in step["undo"])
    told = " ".join(plan["impact"])
    for words in ("'Cisco Manufacturing CA'", "'ACT2 SUDI CA'", "every join", "unverified"):
        assert words in told, words
    assert any("no match certificate aprejoin-" in line for line in plan["by_hand"])


@pytest.mark.parametrize("name", MENDED)
def test_the_aps_join_and_nothing_but_the_entries_is_left_and_saved(results, name):
    finished = results.mended[name]
    assert finished.code == 0, finished.err
    told = finished.document["remediation"]
    assert told["state"] == "succeeded", told
    assert (told["aps"]["recovered"], told["aps"]["remaining"]) == (1, 0)
    left = results.left[name]
    assert all(" added /native/crypto/pki/" in line for line in left), left
    running = {line.removeprefix("running:") for line in left if line.startswith("running:")}
    saved = {line.removeprefix("startup:") for line in left if line.startswith("startup:")}
    assert running == saved
    assert sum("expired-certificate" in line for line in running) == 2


def test_aps_of_an_issuer_that_nobody_named_end_it_with_everything_as_it_was(results):
    finished = results.mended["in-vain"]
    assert finished.code == 5, finished.err
    told = finished.document["remediation"]
    assert told["state"] == "rolled-back"
    assert "the override does not help" in told["detail"]
    assert results.left["in-vain"] == []


def test_a_restore_after_kill_9_takes_away_what_was_made(results):
    left, restored = results.mended["killed"]
    assert any("aprejoin-manufacturing-ca" in line for line in left), left
    assert restored.code == 5, restored.err
    assert restored.document["remediation"]["state"] == "rolled-back"
    assert results.left["killed"] == []


def test_what_stands_under_our_name_and_is_not_ours_is_not_touched(results):
    reason = reason_of(results.planned["theirs"])
    assert "something else stands under our name aprejoin-act2-sudi-ca" in reason
    assert results.left["theirs"] == []


def test_where_aps_that_have_not_joined_cannot_be_seen_nothing_is_planned(results):
    assert results.planned["three"].document["plan"] is None
    assert results.left["three"] == []
