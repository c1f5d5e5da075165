"""The published remedy for certificates that ran out, by the command alone, on AireOS over SSH.

Sweep, plan, remediate; APs that do not come; somebody else at the keyboard; death in the middle.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from service.lab.aireos.handle import WlcHandle
from tests.e2e.stand import Finished, Stand, together

OLD_APS = [{"kind": "healthy", "count": 2}, {"kind": "mic_expired"}]
ENDED = {"start": "2012-03-10T10:00:00Z", "end": "2022-03-10T10:00:00Z"}
DEAF = [{"kind": "mic_expired", "strict": True}]
"""An AP that joins no controller whose certificate has ended, unless it learned to before."""
TURNED = "ap cert-expiry-ignore mic enable"
KEPT = [f"running: added {TURNED}", f"saved: added {TURNED}"]
POLICIES = {
    "in-vain": {"wait_for_aps_s": 12},
    "foreign": {"wait_for_aps_s": 600},
    "killed": {"wait_for_aps_s": 600},
    "already": {"aireos_guardians": 1},
}


def wlc(name: str, release: str = "8.10.151.0", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "platform": "aireos",
        "model": "3504" if release.startswith("8.10") else "5508",
        "release": release,
        "ntp": [{"host": "192.0.2.1"}, {"host": "192.0.2.2"}],
        "aps": OLD_APS,
        **more,
    }


def deaf(name: str, **more: Any) -> dict[str, Any]:
    return wlc(name, "8.5.161.0", certificate=ENDED, aps=DEAF, **more)


BOXES = {
    "old-aps": wlc("old-aps"),
    "own-ended": wlc("own-ended", "8.5.161.0", certificate=ENDED),
    "in-vain": deaf("in-vain"),
    "foreign": deaf("foreign"),
    "killed": deaf("killed"),
    "read-only": wlc("read-only", login={"access": "read-only"}),
    "older": wlc("older", "8.5.161.0", quirks={"expiry_spelling": "lifetime-check"}),
    "pending": wlc("pending", startup_differs=True),
    "already": wlc("already", settings=["config ap cert-expiry-ignore mic enable"], aps=DEAF,
                   certificate=ENDED),
}  # fmt: skip
BOXES["self-signed"] = wlc(
    "self-signed",
    aps=[{"kind": "ssc_expired"}],
    settings=["config ap cert-expiry-ignore ssc enable", "config auth-list ap-policy ssc enable"],
)
MENDED = ("old-aps", "own-ended")


@dataclass
class Told:
    """What the commands said."""

    swept: Any
    planned: dict[str, Finished]
    mended: dict[str, Any]
    again: Finished
    left: dict[str, list[str]]


def work(stand: Stand) -> Told:
    here = {"inventory": stand.with_policies(POLICIES)}
    stand.run(
        "sweep", "--json", **here
    )  # while its AP is there, which tells its certificate's kind
    keep_self_signed_off(stand.lab.wlc("self-signed"))
    swept = stand.sweep_until_sure(len(BOXES), **here)
    planned = together(
        {name: lambda n=name: stand.run("plan", n, "--json", **here) for name in BOXES}
    )
    jobs = {
        name: lambda n=name: mend(stand, n, here)
        for name in (*MENDED, "self-signed", "in-vain", "already", "read-only")
    }
    mended = together(
        {
            **jobs,
            "foreign": lambda: with_a_foreign_hand(stand, here),
            "killed": lambda: killed_and_restored(stand, here),
        }
    )
    again = stand.run("plan", "in-vain", "--json", **here)
    left = {name: stand.lab.wlc(name).left_dirty() for name in BOXES}
    return Told(swept, planned, mended, again, left)


def keep_self_signed_off(wlc: WlcHandle) -> None:
    """Somebody turned the switch off, and the AP rebooted since."""
    wlc.cli("config ap cert-expiry-ignore ssc disable")
    wlc.cli("save config")
    wlc.cli(f"config ap reset {wlc.aps()[0]['name']}")


def mend(stand: Stand, name: str, here: dict[str, Any]) -> Finished:
    return stand.run("remediate", name, "--yes", "--json", **here)


def with_a_foreign_hand(stand: Stand, here: dict[str, Any]) -> Finished:
    """Somebody turns the switch back while the APs are waited for."""
    running = stand.start("remediate", "foreign", "--yes", "--json", **here)
    running.until("0 of 1 APs registered")
    stand.lab.wlc("foreign").foreign_edit("config ap cert-expiry-ignore mic disable")
    return running.finish()


def killed_and_restored(stand: Stand, here: dict[str, Any]) -> tuple[list[str], Finished]:
    """kill -9 while the switch is on; what the box was left with, and what `restore` made of it."""
    dying = stand.start("remediate", "killed", "--yes", "--json", **here)
    dying.until("0 of 1 APs registered")
    dying.kill()
    left = stand.lab.wlc("killed").left_dirty()
    return left, stand.run("restore", "killed", "--yes", "--json", **here)


def plan_of(results, name):
    plan = results.planned[name].document["plan"]
    assert plan is not None, results.planned[name].document
    return plan


def reason_of(finished):
    assert finished.code == 0, finished.err
    assert finished.document["plan"] is None, finished.document
    return finished.document["reason"]


@pytest.mark.parametrize("name", BOXES)
def test_the_cause_is_found_by_sweeping(results, name):
    (one,) = [one for one in results.swept["controllers"] if one["name"] == name]
    assert [finding["issue"] for finding in one["findings"]] == ["FN63942"]


@pytest.mark.parametrize("name", MENDED)
def test_the_plan_shows_the_lines_and_what_they_cost(results, name):
    plan = plan_of(results, name)
    assert plan["strategy"] == "expired-cert-override"
    assert plan["window"] is None
    sent = {step["name"]: (step["payloads"], step["undo"]) for step in plan["steps"]}
    assert sent["set-policy"] == (
        ["config ap cert-expiry-ignore mic enable"],
        ["config ap cert-expiry-ignore mic disable"],
    )
    told = " ".join(plan["impact"])
    assert "need it at every rejoin" in told
    assert "CSCvb93909" in told
    assert "CSCvs22835" in told
    assert "no guardian" in told
    assert "never turned by itself: validate-ssc-hash" in told


def test_a_self_signed_certificate_takes_the_switch_of_its_kind(results):
    plan = plan_of(results, "self-signed")
    (step,) = [step for step in plan["steps"] if step["name"] == "set-policy"]
    assert step["payloads"] == ["config ap cert-expiry-ignore ssc enable"]
    finished = results.mended["self-signed"]
    assert finished.document["remediation"]["state"] == "succeeded", finished.document
    assert results.left["self-signed"] == []  # the switch is on again, as at the start


def test_a_clock_window_is_named_as_what_comes_second_where_the_controllers_own_has_ended(results):
    ways = {way["name"]: way["reason"] for way in plan_of(results, "own-ended")["alternatives"]}
    assert "comes second" in ways["clock-window"]


@pytest.mark.parametrize("name", MENDED)
def test_the_aps_join_and_nothing_but_the_override_is_left_and_saved(results, name):
    finished = results.mended[name]
    assert finished.code == 0, finished.err
    told = finished.document["remediation"]
    assert told["state"] == "succeeded", told
    assert (told["aps"]["recovered"], told["aps"]["remaining"]) == (1, 0)
    assert results.left[name] == KEPT


def test_aps_that_still_do_not_join_end_it_rolled_back_with_the_policy_as_captured(results):
    finished = results.mended["in-vain"]
    assert finished.code == 5, finished.err
    told = finished.document["remediation"]
    assert told["state"] == "rolled-back"
    assert "the override does not help" in told["detail"]
    assert results.left["in-vain"] == []


def test_it_is_not_proposed_again_and_the_next_way_is(results):
    document = results.again.document
    ways = {way["name"]: way for way in (document["plan"] or document)["alternatives"]}
    assert "did not help these APs" in ways["expired-cert-override"]["reason"]
    assert document["plan"] is not None, document
    assert document["plan"]["strategy"] == "clock-window"
    assert any("turn it on by hand before" in line for line in document["plan"]["impact"])


def test_a_foreign_hand_is_respected_and_a_person_is_told(results):
    finished = results.mended["foreign"]
    assert finished.code == 6, finished.err
    told = finished.document["remediation"]
    assert any("changed by others" in line for line in told["left"]), told
    assert told["mend"]
    assert results.left["foreign"] == []


def test_a_restore_after_kill_9_puts_back_what_was_turned(results):
    left, restored = results.mended["killed"]
    assert left == [f"running: added {TURNED}", "unsaved changes: yes, unlike before"]
    assert restored.code == 5, restored.err
    assert restored.document["remediation"]["state"] == "rolled-back"
    assert results.left["killed"] == []


def test_an_account_that_may_only_read_is_refused_before_the_first_change(results):
    finished = results.mended["read-only"]
    assert finished.code == 5, finished.err
    assert finished.document["remediation"]["state"] == "cancelled"
    assert results.left["read-only"] == []


def test_a_spelling_that_nobody_verified_is_not_used(results):
    why = reason_of(results.planned["older"])
    assert "lifetime-check" in why
    assert results.left["older"] == []


def test_unsaved_changes_of_others_are_not_saved_along(results):
    assert "--save-pending" in reason_of(results.planned["pending"])


def test_with_the_switch_on_a_clock_window_teaches_the_aps_and_all_else_is_put_back(stand, results):
    finished = results.mended["already"]
    assert finished.code == 0, finished.err
    assert finished.document["remediation"]["strategy"] == "clock-window"
    assert results.left["already"] == []
    assert [ap["ignores_expiry"] for ap in stand.lab.wlc("already").aps()] == [True]


def test_a_switch_that_is_on_already_is_not_what_keeps_them_off(results):
    ways = {way["name"]: way for way in plan_of(results, "already")["alternatives"]}
    assert "ignore-mic-expiry on already" in ways["expired-cert-override"]["reason"]
    assert plan_of(results, "already")["strategy"] == "clock-window"
