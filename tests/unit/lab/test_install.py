"""The installer of a Catalyst 9800: what it does, what it takes back, and what it refuses."""

import pytest

from service.lab.dirty import left_dirty
from service.lab.oper.install import install_oper
from tests.unit.lab.installing import APSP, NEXT, OTHER_TRAIN, Installing

STARTED = "C9800-L-universalk9_wlc.17.09.02.SPA.bin"
PATCHED = "17.9.2 + CSCwd87612"


def states(bench: Installing) -> dict[str, str]:
    """State of every patch that install-oper tells of."""
    (place,) = install_oper(bench.box, bench.box.advance())["install-location-information"]
    return {
        package["pkg-name"]: package["package-state"]
        for version in place["install-version-info"]
        for package in version["install-package-state-info"]
    }


def versions(bench: Installing) -> dict[str, str]:
    (place,) = install_oper(bench.box, bench.box.advance())["install-location-information"]
    return {version["version"]: version["current"] for version in place["install-version-info"]}


def timer(bench: Installing) -> str:
    (place,) = install_oper(bench.box, bench.box.advance())["install-location-information"]
    return str(place["oper-state"]["auto-abort-timer"]["state"])


def test_a_patch_is_added_activated_with_the_timer_running_and_committed():
    bench = Installing(APSP)
    assert bench.done("install", path=f"bootflash:{APSP}") == "succ"
    assert states(bench) == {APSP: "install-state-added"}
    assert bench.done("activate", path=f"bootflash:{APSP}", timer_min=60) == "succ"
    assert states(bench) == {APSP: "install-state-act-uncommitted"}
    assert timer(bench) == "install-timer-state-active"
    assert (bench.running, bench.committed) == (PATCHED, "17.9.2")
    assert bench.done("install-commit") == "succ"
    assert states(bench) == {APSP: "install-state-committed"}
    assert timer(bench) == "install-timer-state-inactive"
    assert bench.committed == PATCHED
    assert bench.said("reload") == []


def test_what_nobody_commits_is_taken_back_when_the_timer_runs_out():
    bench = Installing(APSP)
    bench.activated(APSP, timer_min=60)
    bench.wait(61)
    assert (bench.running, bench.committed) == ("17.9.2", "17.9.2")
    assert states(bench) == {APSP: "install-state-added"}
    assert "auto-abort" in bench.said("install")


def test_a_base_image_reloads_the_box_and_the_way_back_does_so_again():
    bench = Installing(NEXT)
    bench.activated(NEXT, timer_min=60)
    assert bench.said("reload") == ["Image Install"]
    assert bench.box.release == "17.9.4a"
    assert versions(bench) == {
        "17.09.04a.0.3895": "install-version-state-provisioned-uncommitted",
        "17.09.02.0.3895": "install-version-state-present",
    }
    bench.wait(61)
    bench.wait(5)
    assert bench.said("reload") == ["Image Install"] * 2
    assert bench.box.release == "17.9.2"


def test_a_committed_base_image_stays_over_a_reload():
    bench = Installing(NEXT)
    bench.activated(NEXT)
    assert bench.done("install-commit") == "succ"
    bench.box.reload(bench.box.advance(), "test")
    bench.wait(5)
    assert (bench.running, bench.committed) == ("17.9.4a", "17.9.4a")


def test_an_uncommitted_one_does_not_outlive_another_reload():
    bench = Installing(NEXT)
    bench.activated(NEXT)
    bench.box.reload(bench.box.advance(), "test")
    bench.wait(5)
    assert bench.running == "17.9.2"
    assert timer(bench) == "install-timer-state-inactive"


def test_on_another_box_it_may():
    bench = Installing(NEXT, quirks={"outlives_reload": True})
    bench.activated(NEXT, timer_min=100)
    bench.box.reload(bench.box.advance(), "test")
    bench.wait(5)
    assert (bench.running, timer(bench)) == ("17.9.4a", "install-timer-state-active")


def test_an_added_base_image_rests_marked_and_one_that_was_left_does_not():
    bench = Installing(NEXT)
    bench.done("install", path=f"bootflash:{NEXT}")
    assert versions(bench)["17.09.04a.0.3895"] == "install-version-state-in-progress"
    bench.done("activate", path=f"bootflash:{NEXT}")
    bench.done("install-commit")
    assert versions(bench)["17.09.02.0.3895"] == "install-version-state-present"


def test_a_base_image_that_another_was_committed_over_is_activated_only_once_it_was_added_again():
    bench = Installing(STARTED, NEXT)
    assert bench.activated(NEXT) == "succ"
    assert bench.done("install-commit") == "succ"
    version = "17.09.02.0.3895"
    assert versions(bench)[version] == "install-version-state-present"
    assert bench.done("activate", version=version) == "fail: img-not-added"
    assert bench.done("install", path=f"bootflash:{STARTED}") == "succ"
    assert versions(bench)[version] == "install-version-state-in-progress"
    assert bench.done("install", path=f"bootflash:{STARTED}") == "fail: earlier-added-image-present"
    assert bench.done("activate", version=version) == "succ"
    assert bench.done("install-commit") == "succ"
    assert bench.committed == "17.9.2"


def test_a_base_image_that_is_unpacked_is_in_the_books_as_invalid():
    bench = Installing(NEXT)
    bench.ask("install", path=f"bootflash:{NEXT}")
    bench.wait(6)
    assert versions(bench)["17.09.04a.0.3895"] == "install-version-state-invalid"


def test_the_books_may_lag_behind_the_end_of_an_operation():
    bench = Installing(APSP, timings={"books_lag_s": 5})
    uuid = bench.ask("install", path=f"bootflash:{APSP}")
    bench.wait(12)
    assert (bench.end_of(uuid), states(bench)) == ("succ", {})
    bench.wait(5)
    assert states(bench) == {APSP: "install-state-added"}


def test_a_switchover_ends_what_was_under_way():
    bench = Installing(APSP, standby="hot")
    uuid = bench.ask("install", path=f"bootflash:{APSP}")
    bench.wait(5)
    bench.box.switchover(bench.box.advance())
    bench.wait(20)
    assert bench.end_of(uuid).startswith("fail")


def test_a_base_image_is_activated_by_its_version_too():
    bench = Installing(NEXT)
    bench.done("install", path=f"bootflash:{NEXT}")
    assert bench.done("activate", version="17.09.04a.0.3895") == "succ"
    assert bench.running == "17.9.4a"


def test_a_base_of_another_train_brings_its_models_with_it():
    bench = Installing(OTHER_TRAIN)
    assert "install-txn-sum-op-hist" not in str(bench.box.schema.names)
    bench.activated(OTHER_TRAIN)
    assert bench.box.schema.release == "17.12"
    assert bench.done("abort") == "succ"
    assert bench.box.schema.release.startswith("17.9")


def test_an_abort_takes_an_activation_back():
    bench = Installing(APSP)
    bench.activated(APSP)
    assert bench.done("abort") == "succ"
    assert (bench.running, timer(bench)) == ("17.9.2", "install-timer-state-inactive")


def test_a_rollback_to_what_is_committed_does_the_same():
    bench = Installing(APSP)
    bench.activated(APSP)
    assert bench.done("rollback", rollback="committed") == "succ"
    assert bench.running == "17.9.2"


def test_a_deactivated_patch_comes_back_unless_that_is_committed():
    bench = Installing(APSP)
    bench.activated(APSP)
    bench.done("install-commit")
    assert bench.done("deactivate", path=f"bootflash:{APSP}", timer_min=60) == "succ"
    assert states(bench) == {APSP: "install-state-dact-uncommitted"}
    bench.wait(61)
    assert states(bench) == {APSP: "install-state-committed"}


def test_a_removed_patch_is_gone_from_the_books_and_from_bootflash():
    bench = Installing(APSP)
    bench.done("install", path=f"bootflash:{APSP}")
    assert bench.done("remove", inactive=True) == "succ"
    assert (states(bench), bench.box.flash.files) == ({}, {})


def test_on_another_box_the_file_stays():
    bench = Installing(APSP, quirks={"remove_keeps_file": True})
    bench.done("install", path=f"bootflash:{APSP}")
    assert bench.done("remove", path=f"bootflash:{APSP}") == "succ"
    assert (states(bench), list(bench.box.flash.files)) == ({}, [APSP])


def test_the_timer_can_be_stopped():
    bench = Installing(APSP)
    bench.activated(APSP, timer_min=60)
    assert bench.done("auto-abort-timer") == "succ"
    bench.wait(100)
    assert bench.running == PATCHED


def test_an_operation_is_found_again_by_its_uuid():
    bench = Installing(APSP)
    uuid = bench.ask("install", path=f"bootflash:{APSP}")
    bench.wait(6)
    found = install_oper(bench.box, bench.box.advance())
    assert [row["op-uuid"] for row in found["install-oper"]] == [uuid]
    assert found["install-oper"][0]["op-status"] == "install-op-in-progress"
    bench.wait(6)
    found = install_oper(bench.box, bench.box.advance())
    assert found["install-oper"] == []
    assert [row["op-status"] for row in found["install-oper-hist"]] == ["install-op-succ"]


def test_one_shot_leaves_nothing_to_commit():
    bench = Installing(APSP)
    assert bench.done("install", path=f"bootflash:{APSP}", one_shot=True) == "succ"
    assert bench.committed == PATCHED
    assert timer(bench) == "install-timer-state-inactive"


def test_a_second_operation_is_accepted_and_dropped_while_one_runs():
    bench = Installing(APSP)
    bench.ask("install", path=f"bootflash:{APSP}")
    uuid = bench.ask("activate", path=f"bootflash:{APSP}")
    bench.wait(50)
    assert uuid not in str(install_oper(bench.box, bench.box.advance())["install-oper-hist"])
    assert bench.running == "17.9.2"


def test_a_box_may_also_refuse_it():
    bench = Installing(APSP, quirks={"install_busy": "refuse"})
    bench.ask("install", path=f"bootflash:{APSP}")
    assert bench.refuses("install-commit") == "operation-failed"


def test_a_uuid_is_good_for_one_operation():
    bench = Installing(APSP)
    uuid = bench.ask("install", path=f"bootflash:{APSP}")
    bench.wait(20)
    bench._numbers = iter([int(uuid[-12:])])
    assert bench.refuses("install-commit") == "invalid-value"


def spoiled(trouble: str) -> dict[str, str]:
    return {"name": APSP, "trouble": trouble}


REFUSED_AT_ADD = {
    "a file that is not there": ([], {}, "inv-path-err"),
    "a file that is no image": ([spoiled("no image")], {}, "status-invalid-image-file"),
    "a truncated file": ([spoiled("truncated")], {}, "verify-pkg-fail"),
    "a corrupt file": ([spoiled("corrupt")], {}, "verify-pkg-fail"),
    "an image for another platform": (
        [{"name": APSP, "is": "C9800-80-universalk9_wlc.17.09.04.SPA.bin"}],
        {},
        "plat-precheck-fail",
    ),
    "a patch for another base": ([APSP], {"release": "17.9.3"}, "smu-add-fail"),
    "bundle mode": ([APSP], {"install": {"boot_mode": "bundle"}}, "rej-in-bundle-mode"),
    "what is added already": ([APSP], {"install": {"apsp": APSP}}, "same-smu-install"),
}


@pytest.mark.parametrize("name", REFUSED_AT_ADD)
def test_it_can_say_no_to(name):
    files, settings, why = REFUSED_AT_ADD[name]
    bench = Installing(*files, **settings)
    before = str(bench.box.software.known)
    assert bench.done("install", path=f"bootflash:{APSP}") == f"fail: {why}"
    assert str(bench.box.software.known) == before


def test_a_base_image_needs_room_to_be_unpacked():
    bench = Installing({"name": NEXT, "size": 1000}, flash={"free_bytes": 999})
    assert bench.done("install", path=f"bootflash:{NEXT}") == "fail: status-no-disk-space"


@pytest.mark.parametrize(
    ("command", "settings", "why"),
    [
        ("activate", {"path": f"bootflash:{APSP}"}, "smu-not-added"),
        ("activate", {"path": f"bootflash:{NEXT}"}, "img-not-added"),
        ("activate", {"path": "bootflash:nothing.bin"}, "activate-trigg-without-add"),
        ("install-commit", {}, "status-no-trans-to-commit"),
        ("abort", {}, "status-no-trans-to-abort"),
        ("rollback", {"rollback": "committed"}, "status-nothing-to-rollback"),
        ("rollback", {"rollback": "base"}, "status-already-at-base"),
        ("rollback", {"rollback": "id"}, "invalid-rbk-id"),
        ("deactivate", {"path": f"bootflash:{APSP}"}, "nothing-to-deactivate"),
    ],
)
def test_without_what_goes_before_an_operation_fails(command, settings, why):
    assert Installing(APSP, NEXT).done(command, **settings) == f"fail: {why}"


def test_while_something_is_uncommitted_nothing_else_is_added_or_activated():
    bench = Installing(APSP, NEXT)
    bench.activated(APSP)
    assert bench.done("install", path=NEXT) == "fail: status-activate-pend-commit"


def test_what_is_active_is_not_removed():
    bench = Installing(APSP)
    bench.activated(APSP)
    path = f"bootflash:{APSP}"
    assert bench.done("remove", path=path) == "fail: rem-of-activated-img-reject"


def test_with_unsaved_changes_an_activation_waits_for_a_person():
    bench = Installing(APSP, startup_differs=True)
    bench.done("install", path=f"bootflash:{APSP}")
    uuid = bench.ask("activate", path=f"bootflash:{APSP}")
    bench.wait(100)
    (row,) = install_oper(bench.box, bench.box.advance())["install-oper"]
    assert row["op-status"] == "install-op-pend-usr-cnfrm"
    assert bench.running == "17.9.2"
    bench.installer.confirm(bench.box.advance(), proceed=True)
    bench.wait(20)
    assert bench.end_of(uuid) == "succ"


def test_and_an_abort_ends_the_waiting():
    bench = Installing(APSP, startup_differs=True)
    bench.done("install", path=f"bootflash:{APSP}")
    uuid = bench.ask("activate", path=f"bootflash:{APSP}")
    bench.wait(20)
    abort = bench.ask("abort")
    assert bench.end_of(uuid) == "sts-cancel: unsaved-cfg-chg"
    assert bench.end_of(abort) == "succ"
    assert bench.running == "17.9.2"


def test_a_reload_ends_what_was_under_way():
    bench = Installing(APSP)
    uuid = bench.ask("install", path=f"bootflash:{APSP}")
    bench.wait(5)
    bench.box.reload(bench.box.advance(), "test")
    bench.wait(5)
    assert bench.end_of(uuid).startswith("fail")


def test_a_box_may_fail_an_activation_that_names_its_timer():
    bench = Installing(APSP, quirks={"abort_timer_leaf": "issu-check"})
    assert bench.activated(APSP, timer_min=60) == "fail: issu-incomp-ver"
    assert bench.done("activate", path=f"bootflash:{APSP}") == "succ"


def test_every_difference_is_told_and_a_box_that_went_home_is_clean():
    bench = Installing(APSP)
    bench.activated(APSP)
    assert left_dirty(bench.box) == [
        f"software: {PATCHED} runs and is not committed",
        "software: the auto-abort timer runs",
    ]
    bench.done("abort")
    assert left_dirty(bench.box) == [f"software: {APSP} is added and not active"]
    bench.done("remove", path=APSP)
    assert left_dirty(bench.box) == [f"bootflash: missing {APSP}"]
