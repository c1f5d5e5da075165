"""What is planned for the case that a release is committed and its patch then fails."""

from dataclasses import replace

import pytest

from service.domain.install_job import Stage
from service.domain.installation import Storage, StoredFile
from service.domain.plan import Plan
from service.domain.releases import Release
from service.domain.software_changes import DeleteFile, FetchFile, InstallOrder
from service.domain.software_files import FileKind, SoftwareShelf
from tests.support.builders import CONTROLLER, POLICY
from tests.support.install_stage import IMAGE, PATCH, RUNNING, stored
from tests.unit.domain.test_planning_install import (
    BOTH,
    ROOM,
    SERVING,
    changes,
    plan,
    seen,
    why_not,
)

STAYING = replace(CONTROLLER, policy=replace(POLICY, after_base="stay"))
BEFORE = replace(stored(RUNNING, FileKind.BASE), release=Release.parse("17.3.4"))
SMU = "C9800-universalk9_wlc.17.03.04.CSCvx11111.SPA.smu.bin"
OLD_APSP = "C9800-universalk9_wlc.17.03.04.CSCvy22222.SPA.apsp.bin"


def former(made: Plan) -> tuple[Stage, ...]:
    assert made.charter.install is not None
    return made.charter.install.former


def test_the_release_of_before_is_installed_again_by_its_version_with_the_timer():
    made = plan(seen(older=True), asked=BOTH)
    (base,) = former(made)
    assert (base.name, base.release, base.url) == (RUNNING, "17.03.04.0.3000", "")
    sent = changes(made)
    (activate,) = sent["activate-former"]
    assert isinstance(activate, InstallOrder)
    assert (activate.verb, activate.version) == ("activate", "17.03.04.0.3000")
    assert activate.abort_after_min == made.charter.install.abort_after_min
    undone = {step.name: step.undo for step in made.steps}
    assert undone["commit-base"] == (activate,)
    assert undone["commit-apsp"] == ()
    names = list(sent)
    assert names.index("take-back") < names.index("add-former") < names.index("remove-base")


def test_the_plan_counts_the_reload_of_the_way_back_and_its_time_at_most():
    goes, stays = (
        next(
            way.estimate
            for way in plan(seen(older=True), asked=BOTH, controller=controller).alternatives
            if way.name == "fixed-software"
        )
        for controller in (CONTROLLER, STAYING)
    )
    assert (goes.reloads, goes.reloads_at_most) == (1, 2)
    assert (stays.reloads, stays.reloads_at_most) == (1, 1)
    assert goes.minutes_at_most > stays.minutes_at_most
    assert goes.minutes <= stays.minutes + 1  # the look at its file


def test_an_image_that_lies_in_the_folder_alone_is_fetched_before_anything_is_added():
    shelf = SoftwareShelf((PATCH, IMAGE, BEFORE), is_stated=True)
    made = plan(seen(older=True, storage=ROOM), asked=BOTH, shelf=shelf)
    sent, undone = changes(made), {step.name: step.undo for step in made.steps}
    (fetch,) = sent["fetch-former"]
    assert isinstance(fetch, FetchFile)
    assert fetch.url == BEFORE.url
    assert undone["fetch-former"] == (DeleteFile(RUNNING),)
    assert list(sent).index("check-former") < list(sent).index("add-base")


def test_without_an_image_to_return_with_there_is_no_plan_but_one_that_stays():
    bare = seen(older=True, storage=ROOM)
    told = why_not(bare, asked=BOTH)
    assert "it could not return to 17.3.4 where the patch fails" in told
    assert "`after_base: stay`" in told
    made = plan(bare, asked=BOTH, controller=STAYING)
    assert former(made) == ()
    assert any("it stays on 17.3.6" in line for line in made.impact)
    assert "add-former" not in changes(made)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (replace(BEFORE, vouched=False), "nothing vouches for it"),
        (replace(BEFORE, trouble="cut short"), "cut short"),
        (replace(BEFORE, url=None), "names no url"),
    ],
)
def test_an_image_that_cannot_be_used_is_told_with_the_reason(file, words):
    shelf = SoftwareShelf((PATCH, IMAGE, file), is_stated=True)
    told = why_not(seen(older=True, storage=ROOM), asked=BOTH, shelf=shelf)
    assert f"{RUNNING} is not on the controller" in told
    assert words in told


def test_an_image_on_the_controller_is_held_against_the_one_in_the_folder():
    shelf = SoftwareShelf((PATCH, IMAGE, BEFORE), is_stated=True)
    (base,) = former(plan(seen(older=True), asked=BOTH, shelf=shelf))
    assert (base.url, base.sha512) == ("", BEFORE.sha512)
    cut = Storage((StoredFile(RUNNING, 999),), 9_000)
    told = why_not(seen(older=True, storage=cut), asked=BOTH, shelf=shelf)
    assert "has 999 bytes on the controller, and 1000 in the software folder" in told


def test_patches_that_were_on_it_come_back_after_it_but_for_one_that_may_reload():
    storage = Storage((StoredFile(RUNNING, 1000), StoredFile(OLD_APSP, 70)), 9_000)
    made = plan(seen(older=True, install={"patches": (OLD_APSP,)}, storage=storage), asked=BOTH)
    assert [stage.role for stage in former(made)] == ["former", "former-1"]
    assert [name for name in changes(made) if name.startswith("activate-former")] == [
        "activate-former", "activate-former-1",
    ]  # fmt: skip
    told = why_not(seen(older=True, install={"patches": (SMU,)}), asked=BOTH)
    assert f"it could not return to 17.3.4 with {SMU}" in told


def test_who_strands_for_good_is_told_from_who_serves_again_after_a_return():
    serves = replace(SERVING, version="17.3.4.56")
    told = plan(seen(older=True, aps=(*seen().aps[:1], serves)), asked=BOTH).impact
    again = "1 of the AP(s) that strand in the middle hold the image of 17.3.4"
    assert any(again in line for line in told)
    assert not any("may strand for good" in line for line in told)
    unknown = plan(seen(older=True), asked=BOTH).impact
    assert any("1 AP(s) may strand for good" in line for line in unknown)


def test_a_patch_over_the_release_that_runs_has_nothing_to_return_to():
    assert former(plan()) == ()


def test_there_has_to_be_room_for_the_way_back_too():
    told = why_not(
        seen(older=True, storage=Storage((StoredFile(RUNNING, 1000),), 3_500)), asked=BOTH
    )
    assert "0 MB are free" in told
