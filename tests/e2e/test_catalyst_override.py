"""The published remedy for certificates that ran out, by the command alone, on Catalyst 9800.

Sweep, plan, remediate, in each release's form; APs of an issuer that nobody published. 17.3 shows
no AP that has not joined: nothing is found there, and nothing is touched.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.stand import Finished, Stand, together

NTP = [{"host": "192.0.2.1"}]
OLD_APS = [{"kind": "healthy", "count": 2}, {"kind": "mic_expired", "issuer": "ACT2 SUDI CA"}]
OTHERS = [{"kind": "healthy"}, {"kind": "mic_expired"}, {"kind": "mic_expired", "issuer": "Lab CA"}]


def c9800(name: str, release: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "release": release, "ntp": NTP, "cli": True, "aps": OLD_APS, **more}


BOXES = {
    "three": c9800("three", "17.3.6"),
    "six": c9800("six", "17.6.4"),
    "nine": c9800("nine", "17.9.1"),
    "twelve": c9800("twelve", "17.12.1"),
    "in-vain": c9800("in-vain", "17.9.1", aps=OTHERS),
}
MENDED = ("six", "nine", "twelve")
FOUND = tuple(name for name in BOXES if name != "three")
WAITS = {"in-vain": {"wait_for_aps_s": 12}}


@dataclass
class Told:
    """What the commands said."""

    swept: Any
    planned: dict[str, Finished]
    mended: dict[str, Finished]
    left: dict[str, list[str]]


def work(stand: Stand) -> Told:
    here = {"inventory": stand.with_policies(WAITS)}
    swept = stand.sweep_until_sure(len(FOUND), **here)
    planned = together(
        {name: lambda n=name: stand.run("plan", n, "--json", **here) for name in MENDED}
    )
    mended = together({name: lambda n=name: mend(stand, n, here) for name in (*MENDED, "in-vain")})
    return Told(swept, planned, mended, {n: stand.left_behind(n) for n in BOXES})


def mend(stand: Stand, name: str, here: dict[str, Any]) -> Finished:
    return stand.run("remediate", name, "--yes", "--json", **here)


def plan_of(results: Told, name: str) -> Any:
    plan = results.planned[name].document["plan"]
    assert plan is not None, results.planned[name].document
    return plan


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


def test_where_aps_that_have_not_joined_cannot_be_seen_nothing_is_touched(results):
    (three,) = [one for one in results.swept["controllers"] if one["name"] == "three"]
    assert three["findings"] == []
    assert three["aps"] == {"total": 2, "registered": 2, "downloading": 0, "not_joined": 0}
    assert results.left["three"] == []
