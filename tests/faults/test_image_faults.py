"""fixed-software on AireOS over the fake stage: kills at every point, lost replies, bad images."""

from dataclasses import replace

import pytest

from service.domain.image_changes import (
    AbortPredownload,
    FetchImage,
    PredownloadImage,
    ResetSystem,
    SetBootImage,
)
from service.domain.images import Slot
from service.domain.plan import Asked, NoPlan
from service.domain.remediation import Run
from tests.support.fake_driver import Killed, Trap
from tests.support.image_stage import (
    NEW,
    OLD,
    ImageStage,
    broken_image,
    image_ap,
)
from tests.support.kill_points import effects_and_sends


def bad_image() -> ImageStage:
    stage = ImageStage()
    stage.images.bad_image = True
    return stage


def away(count: int = 2, **fields) -> ImageStage:
    """APs that do not come back on the new image, which is why it does not stay."""
    return ImageStage(aps=[image_ap(n, stays_away=n <= count) for n in (1, 2, 3)], **fields)


MADE = [ImageStage, bad_image, away]


def kinds(stage) -> list[str]:
    return [change.kind for change in stage.line.sent]


def reason(stage) -> str:
    planned = stage.propose(stage.process()).planned
    assert isinstance(planned, NoPlan), planned
    return planned.reason


def test_it_is_fetched_once_loaded_by_the_aps_and_restarted_once():
    stage = ImageStage()
    closed = stage.remediate()
    assert closed.state == "succeeded", closed
    assert broken_image(stage, closed) == []
    assert [kind for kind in kinds(stage) if kind != "save-config"] == [
        "set-transfer",
        "fetch-image",
        "set-boot-image",
        "set-transfer",
        "predownload-image",
        "set-boot-image",
        "reset-system",
    ]
    assert {ap.backup for ap in stage.images.aps} == {OLD}


def test_an_image_that_lies_there_already_is_not_fetched_again():
    stage = ImageStage()
    stage.images.boot = replace(stage.images.boot, backup=NEW)
    assert any(
        "nothing is fetched" in line for line in stage.propose(stage.process()).planned.impact
    )
    closed = stage.remediate()
    assert closed.state == "succeeded", closed
    assert not {"set-transfer", "fetch-image"} & set(kinds(stage))
    assert stage.images.boot.running == stage.images.boot.next == NEW


def test_between_download_and_restart_a_crash_brings_the_old_image_up():
    stage = ImageStage()
    booted = []

    def watch(_: int, change) -> None:
        if isinstance(change, PredownloadImage):
            booted.append(stage.images.boot.next)

    stage.line.on_change = watch
    stage.remediate()
    assert booted == [OLD]


def test_an_image_that_does_not_come_up_ends_with_the_old_one_running_and_next():
    stage = bad_image()
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert f"came up on {OLD}" in closed.detail
    assert broken_image(stage, closed) == []
    assert kinds(stage).count("reset-system") == 1


def test_aps_that_stay_away_bring_the_old_image_back_by_one_restart():
    stage = away()
    closed = stage.remediate()
    assert closed.state == "rolled-back", closed
    assert kinds(stage).count("reset-system") == 2
    assert broken_image(stage, closed) == []


def test_going_back_is_left_to_a_person_where_it_would_strand_as_many():
    """What they ran before is gone from them: they have no old image to go back to."""
    aps = [image_ap(1), image_ap(2), image_ap(3, stays_away=True)]
    stage = ImageStage(aps=aps)

    def forget(_: int, change) -> None:
        if isinstance(change, ResetSystem):
            stage.images.forgets = True

    stage.line.on_change = forget
    closed = stage.remediate()
    assert closed.state == "needs-attention", closed
    assert "would strand 2" in closed.detail
    assert any("reset system" in line or "config boot" in line for line in closed.mend)
    assert kinds(stage).count("reset-system") == 1
    assert broken_image(stage, closed, loud=True) == []


def test_a_person_may_accept_that_aps_are_stranded():
    stage = ImageStage(
        aps=[image_ap(1), image_ap(2), image_ap(3, stays_away=True)],
        asked=Asked(accept_reload=True, accept_stranded=True),
    )
    stage.images.forgets = True
    closed = stage.remediate()
    assert kinds(stage).count("reset-system") == 2
    assert closed.state == "needs-attention"
    assert "APs are missing" in " ".join(closed.left)


def test_a_download_that_fails_ends_with_everything_as_it_was():
    stage = ImageStage()
    stage.images.download_fails = "File not found"
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "File not found" in closed.detail
    assert broken_image(stage, closed) == []
    assert stage.images.boot.backup != NEW


def test_a_download_that_never_ends_is_left_to_a_person_with_the_lines():
    stage = ImageStage()
    stage.images.hangs = True
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert "a download is under way" in " ".join(closed.left)
    assert any(line.startswith("config boot") for line in closed.mend)
    assert stage.images.boot.next == OLD
    assert sum(isinstance(one, FetchImage) for one in stage.line.sent) == 1


def test_a_download_that_nothing_tells_of_is_known_by_what_it_writes():
    stage = ImageStage()
    stage.images.mute = True
    closed = stage.remediate()
    assert closed.state == "succeeded", closed
    assert broken_image(stage, closed) == []


def test_a_file_that_holds_another_release_is_not_taken_for_the_one_that_was_meant():
    stage = ImageStage()
    stage.images.holds = "8.10.190.0"
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert f"{NEW} is not written" in closed.detail
    assert stage.images.boot.next == stage.images.boot.running == OLD
    assert "reset-system" not in kinds(stage)


def test_a_predownload_that_fails_on_aps_of_the_issue_stops_before_the_restart():
    stage = ImageStage(aps=[image_ap(1), image_ap(2, fails=True), image_ap(3)])
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "failed on APs that the issue hits" in closed.detail
    assert "reset-system" not in kinds(stage)
    assert broken_image(stage, closed) == []


def test_an_ap_that_holds_one_image_only_loads_it_after_the_restart():
    stage = ImageStage(aps=[image_ap(1), image_ap(2, cannot=True), image_ap(3)])
    closed = stage.remediate()
    assert closed.state == "succeeded", closed
    assert broken_image(stage, closed) == []


def test_a_controller_that_does_not_restart_is_told_so_once():
    stage = ImageStage()
    stage.images.deaf = True
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "did not restart" in closed.detail
    assert kinds(stage).count("reset-system") == 1
    assert broken_image(stage, closed) == []


def test_changes_that_somebody_left_unsaved_before_the_restart_are_not_lost():
    stage = ImageStage()

    def edit(_: int, change) -> None:
        if isinstance(change, SetBootImage) and change.release == NEW:
            stage.images.unsaved_by_others = True

    stage.line.on_change = edit
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "not saved" in closed.detail
    assert "reset-system" not in [one.kind for one in stage.images.begun]


def test_somebody_elses_transfer_settings_are_not_overwritten_and_a_person_is_told():
    stage = ImageStage()

    def edit(_: int, change) -> None:
        if isinstance(change, SetBootImage):
            stage.images.settings = replace(stage.images.settings, filename="theirs.cfg")

    stage.line.on_change = edit
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert "somebody else set filename" in closed.detail
    assert closed.mend
    assert stage.images.settings.filename == "theirs.cfg"
    assert stage.images.boot.next == OLD


@pytest.mark.parametrize("kind", [FetchImage, ResetSystem, PredownloadImage])
@pytest.mark.parametrize("fate", ["lost-before", "lost-after", "refused", "late"])
def test_whatever_becomes_of_an_order_it_is_given_once(kind, fate):
    stage = ImageStage()
    fated = []

    def doom(number: int, change) -> None:
        if isinstance(change, kind) and not fated:
            fated.append(change)
            stage.line.changes[number] = fate

    stage.line.on_change = doom
    closed = stage.remediate()
    stage.settle(120)
    assert closed.state in {"succeeded", "rolled-back"}
    assert sum(isinstance(one, kind) for one in stage.line.sent) == 1
    assert broken_image(stage, closed) == []


def points(made) -> list[str]:
    stage = made()
    process = stage.process()
    stage.remediate(process)
    return process.trap.names


def worth(names: list[str], made) -> list[int]:
    """Points to die at. Until the restart all of these stages go the same way."""
    restart = names.index("before reset-system")
    first = 0 if made is ImageStage else restart
    return [number for number in effects_and_sends(names) if number >= first]


@pytest.mark.parametrize("made", MADE)
def test_whoever_restores_after_a_kill_anywhere_leaves_the_old_or_the_new_image(made):
    failures, names, calling = {}, points(made), 0
    for number in worth(names, made):
        stage = made()
        process = stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            stage.remediate(process)
        stage.kill(process)
        closed = stage.restore()
        stage.settle(900)
        if found := broken_image(stage, closed, loud=True):
            failures[f"{number} {names[number]}"] = found
        calling += closed is not None and closed.state == "needs-attention"
    assert not failures
    assert calling <= 1  # a restart that was meant, and of which nobody knows, is not repeated


def test_a_journal_of_it_holds_no_password_and_no_more_than_the_reference():
    stage = ImageStage()
    stage.remediate()
    (row,) = stage.store.remediations()
    told = repr(Run(stage.store.journal(row.id)).entries)
    assert "env:FILES" in told
    assert stage.images.boot == replace(stage.images.boot, active=Slot.PRIMARY)


def test_without_the_persons_word_nothing_is_planned():
    assert "--accept-reload" in reason(ImageStage(asked=Asked()))


def test_an_abort_is_sent_where_aps_still_load_on_the_way_home():
    stage = ImageStage()
    process = stage.process()
    closed = stage.remediate(
        process,
        interrupted=lambda: "enough" if any(ap.predownload for ap in stage.images.aps) else None,
    )
    assert closed.state == "rolled-back"
    assert any(isinstance(one, AbortPredownload) for one in stage.line.sent)
    assert broken_image(stage, closed) == []


def loses_the_time(stage: ImageStage, *, for_s: float | None) -> None:
    """It comes up years behind, and NTP catches up with it after a while, or never."""

    def forget(_: int, change) -> None:
        if isinstance(change, ResetSystem):
            stage.box.offset_s, stage.box.synced = -4e7, False
            if for_s is not None:
                stage.box.later(for_s, stage.box.ntp_moved)

    stage.line.on_change = forget


def test_a_clock_that_ntp_sets_right_after_the_restart_is_waited_for():
    stage = ImageStage()
    loses_the_time(stage, for_s=120)
    closed = stage.remediate()
    assert closed.state == "succeeded", closed
    assert stage.box.differences() == []


def test_a_clock_that_stays_wrong_after_the_restart_is_a_persons_with_the_lines():
    stage = ImageStage()
    loses_the_time(stage, for_s=None)
    closed = stage.remediate()
    assert closed.state == "needs-attention", closed
    assert "the clock is -4000000" in " ".join(closed.left)
    assert "the controller does not follow NTP" in closed.left
    assert any(line.startswith("config time manual") for line in closed.mend)
    assert stage.images.boot.running == NEW
