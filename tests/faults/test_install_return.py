"""A release is committed and its patch fails: back to the release of before, killed anywhere."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from service.domain.installation import PackageState
from service.domain.mobility import MobilityPeer
from service.domain.observation import ApState
from service.domain.releases import Release
from service.domain.software_changes import FetchFile, InstallOrder
from service.domain.software_files import FileKind
from service.usecases.remediate import carry_out
from tests.support.fake_driver import Killed, Trap
from tests.support.install_stage import (
    ACCEPTING,
    APSP,
    RUNNING,
    SHELF,
    InstallStage,
    broken_install,
    stored,
    told_twice,
)
from tests.support.stage import quiet

BEFORE = replace(stored(RUNNING, FileKind.BASE), release=Release.parse("17.3.4"))
OLD_APSP = "C9800-universalk9_wlc.17.03.04.CSCvy22222.SPA.apsp.bin"
OLDER = "17.03.04.0.3000"
VERBS = ("add", "activate", "commit")
SENDS = "before install-order"
DONE = ("after install-order", "after done")


class Failing(InstallStage):
    """The release is committed, and the patch mends nothing."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.installer.helps = False


def listed() -> InstallStage:
    return Failing(two_stages=True)


def blind() -> InstallStage:
    """17.3: no list of operations, and one word for what was added and what merely lies there."""
    return Failing(two_stages=True, lists=False)


def spoiling(stage: InstallStage, verb: str, how: str) -> Callable[[int, object], None]:
    """Let an order of the way back come to nothing: whatever follows that image's turn."""

    def spoil(_: int, change: object) -> None:
        about = getattr(change, "file", "") == RUNNING or getattr(change, "version", "") == OLDER
        back = stage.installer.running == OLDER and stage.installer.base != OLDER
        if getattr(change, "verb", "") == verb and (about or back):
            stage.installer.spoilt[verb] = how
            stage.line.on_change = lambda *_: None

    return spoil


def points(made, *, in_flight: bool) -> Iterator[tuple[int, str]]:
    """The points of the way back: from the commit of the release on."""
    stage = made()
    process = stage.process()
    stage.remediate(process)
    names, begun = process.trap.names, 0
    for number, name in enumerate(names):
        begun += name == "after install-order"
        tells = name == SENDS if in_flight else name in DONE
        if begun >= 3 and tells:
            yield number, name


@pytest.mark.parametrize(
    ("made", "in_flight"),
    [(listed, False), (listed, True), (blind, True)],
    ids=["", "in-flight", "blind-in-flight"],
)
def test_whoever_restores_after_a_kill_anywhere_on_the_way_back_ends_on_the_release_of_before(
    made, in_flight
):
    failures, tried = {}, list(points(made, in_flight=in_flight))
    assert len(tried) > len(VERBS)
    for number, name in tried:
        stage = made()
        process = stage.process(trap=Trap(number, in_flight))
        with pytest.raises(Killed):
            stage.remediate(process)
        stage.kill(process)
        closed = stage.restore()
        stage.settle(120)
        if (found := broken_install(stage, closed)) or (closed and closed.state != "rolled-back"):
            failures[f"{number} {name}"] = closed, found
    assert not failures


FATES = [
    *((listed, how, verb) for how in ("fail", "drop") for verb in VERBS),
    (listed, "ask", "activate"),
    (listed, "hang", "activate"),
    (blind, "drop", "add"),
    (blind, "fail", "activate"),
]


@pytest.mark.parametrize(("made", "how", "verb"), FATES)
def test_a_return_that_comes_to_nothing_is_a_persons_and_is_not_ordered_again(made, how, verb):
    stage = made()
    stage.line.on_change = spoiling(stage, verb, how)
    closed = stage.remediate()
    stage.settle(3 * 3600)
    assert closed.state == "needs-attention", closed
    assert (stage.box.release, stage.installer.running) == ("17.3.6", stage.installer.base)
    assert closed.left[0] == "committed, and stays: 17.3.6; not installed: APSP7 for 17.3.6"
    assert "former" in closed.detail
    assert told_twice(stage) == []
    assert stage.installer.packages == {}


def test_and_a_person_who_has_it_restored_is_taken_back_then():
    stage = listed()
    stage.line.on_change = spoiling(stage, "activate", "fail")
    assert stage.remediate().state == "needs-attention"
    closed = stage.restore()
    assert closed is not None
    assert closed.state == "rolled-back"
    assert stage.installer.state == stage.installer.began_with


def killed_once(stage: InstallStage, reached: Callable[[], bool]) -> None:
    """Work until something is reached on the box, and die there."""
    process = stage.process()

    def gone() -> str | None:
        if reached():
            raise Killed
        return None

    with pytest.raises(Killed):
        carry_out(stage.open(process, ACCEPTING), interrupted=gone, on_progress=quiet)
    stage.kill(process)


def returning(stage: InstallStage) -> bool:
    """Whether the release of before runs, and the one that it is to leave is committed."""
    return stage.installer.running == OLDER and stage.installer.base != OLDER


def by_its_timer(stage: InstallStage) -> None:
    stage.settle(24 * 3600)
    assert "auto-abort" in stage.box.log


def by_a_power_cycle(stage: InstallStage) -> None:
    stage.installer.take_back()  # what is not committed does not outlive it (unverified)
    stage.settle(600)


@pytest.mark.parametrize("taken_back", [by_its_timer, by_a_power_cycle])
def test_what_the_box_takes_back_in_the_middle_of_a_return_is_returned_once_more(taken_back):
    stage = listed()
    killed_once(stage, lambda: returning(stage))
    taken_back(stage)
    assert stage.box.release == "17.3.6"
    closed = stage.restore()
    assert closed is not None
    assert closed.state == "rolled-back"
    assert stage.installer.state == stage.installer.began_with
    activated = [turn.order.version for turn in stage.installer.turns if turn.order.version]
    assert activated.count(OLDER) == 2


def test_a_return_that_the_box_takes_back_twice_is_not_tried_a_third_time():
    stage = listed()
    killed_once(stage, lambda: returning(stage))
    for _ in range(3):
        by_a_power_cycle(stage)
        process = stage.process()

        def gone() -> str | None:
            if returning(stage):
                raise Killed
            return None

        with suppress(Killed):
            closed = stage.restore(process, interrupted=gone)
        stage.kill(process)
    assert closed.state == "needs-attention"
    assert "it was activated 2 times, and did not stay" in closed.detail


def test_where_the_policy_says_so_it_stays_on_the_release_and_a_person_decides():
    stage = listed()
    stage.policy = replace(stage.policy, after_base="stay")
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert closed.left == ("committed, and stays: 17.3.6; not installed: APSP7 for 17.3.6",)
    assert broken_install(stage, closed) == []


def test_an_image_that_was_fetched_to_return_with_is_gone_afterwards():
    stage = listed()
    stage.shelf = replace(SHELF, files=(*SHELF.files, BEFORE))
    stage.installer.files.clear()
    stage.installer.show()
    stage.installer.began_with = stage.installer.state
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert broken_install(stage, closed) == []
    assert [c.name for c in stage.line.sent if isinstance(c, FetchFile)][-1] == RUNNING


def test_patches_that_were_on_the_release_of_before_are_committed_on_it_again():
    stage = listed()
    stage.installer.files[OLD_APSP] = 70
    stage.installer.packages[OLD_APSP] = PackageState.COMMITTED
    stage.installer.show()
    stage.installer.began_with = stage.installer.state
    closed = stage.remediate()
    assert closed.state == "rolled-back", closed
    assert stage.installer.state == stage.installer.began_with
    assert stage.installer.faults == []


def break_on_return(stage: InstallStage) -> None:
    def breaks(_: int, change: object) -> None:
        if getattr(change, "version", "") == OLDER:
            stage.installer.breaks_aps = True

    stage.line.on_change = breaks


def test_a_release_of_before_on_which_aps_do_not_serve_is_not_committed():
    stage = listed()
    for one in stage.box.aps[2:]:
        one.model = "C9120AXI-E"
    break_on_return(stage)
    closed = stage.remediate()
    stage.settle(600)
    assert closed.state == "needs-attention"
    assert "health-former: after 900 s 0 of 4 APs that served are back" in closed.detail
    assert stage.box.release == "17.3.6"
    assert all(ap.state is ApState.REGISTERED for ap in stage.box.aps if not ap.stuck)


def test_a_tunnel_that_was_up_has_to_be_up_again_on_the_release_of_before():
    stage, up = listed(), MobilityPeer("192.0.2.7", is_up=True)
    stage.box.peers = (up,)

    def breaks(_: int, change: object) -> None:
        if getattr(change, "version", "") == OLDER:
            stage.box.peers = (replace(up, is_up=False),)

    stage.line.on_change = breaks
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert "mobility tunnels down: 192.0.2.7" in closed.detail
    assert stage.box.release == "17.3.6"


def test_aps_that_had_no_image_on_the_release_keep_nobody_there_and_are_told_where_they_stay_away():
    stage = listed()
    break_on_return(stage)
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert stage.installer.state == stage.installer.began_with
    assert closed.left[0].startswith("4 AP(s) that served before are away: ")


def test_what_somebody_committed_meanwhile_is_not_left_again():
    stage = listed()
    killed_once(stage, lambda: stage.installer.base != OLDER)
    stage.installer.packages[APSP] = PackageState.COMMITTED
    stage.restore()
    assert stage.box.release == "17.3.6"
    assert stage.installer.packages == {APSP: PackageState.COMMITTED}
    assert not any(turn.order.version == OLDER for turn in stage.installer.turns)


def test_what_somebody_activated_meanwhile_bars_the_return_and_stays():
    stage = listed()
    killed_once(stage, lambda: stage.installer.base != OLDER)
    stage.installer.packages["theirs.smu.bin"] = PackageState.ACTIVATED
    closed = stage.restore()
    assert closed is not None
    assert closed.state == "needs-attention"
    assert "theirs.smu.bin is active and not committed, and bars it" in closed.detail
    assert stage.installer.packages == {"theirs.smu.bin": PackageState.ACTIVATED}
    for line in ("install add file", "install activate auto-abort-timer 39", "install commit"):
        assert any(mend.startswith(line) for mend in closed.mend)


@pytest.mark.parametrize("fate", ["refused", "lost-after", "late"])
def test_a_change_of_the_way_back_that_goes_wrong_once_is_looked_at_before_anything_else(fate):
    undisturbed = listed()
    undisturbed.remediate()
    sent = list(enumerate(undisturbed.line.sent))
    orders = [number for number, change in sent if isinstance(change, InstallOrder)]
    failures = {}
    for number in orders[-5:]:
        stage = listed()
        stage.line.changes[number] = fate
        closed = stage.remediate()
        stage.settle(120)
        told = told_twice(stage)
        ended = broken_install(stage, closed)
        if told or (ended and closed.state != "needs-attention"):
            failures[number] = closed, ended
    assert not failures
