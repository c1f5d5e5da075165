"""fixed-software in memory: kills at every point, lost replies, an installer that fails."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from service.domain.installation import PackageState
from service.domain.inventory import Controller
from service.domain.mobility import MobilityPeer
from service.domain.observation import ApState
from service.domain.plan import Asked, NoPlan, Plan
from service.domain.remediation import Run
from service.domain.software_changes import AddSite, FetchFile, InstallOrder
from service.errors import NotApproved, Refused
from service.usecases.remediate import carry_out
from tests.support.fake_driver import Killed, Trap
from tests.support.fake_installer import Turn
from tests.support.install_stage import ACCEPTING, APSP, BASE, InstallStage, broken_install
from tests.support.stage import quiet

SENDS = ("before fetch-file", "before install-order", "before add-site", "before clear-sites")
AROUND = (
    "after install-order", "after add-site", "after apply-sites", "after clear-sites", "after home",
)  # fmt: skip


def listed() -> InstallStage:
    return InstallStage()


def blind() -> InstallStage:
    """17.3: no list of operations, nothing that says what is under way."""
    return InstallStage(lists=False)


class WithACommandLine(InstallStage):
    """Where hashes can be asked for."""

    @property
    def controller(self) -> Controller:
        one = super().controller
        return replace(one, ssh=replace(one.ssh, stated=True))


def in_two_stages() -> InstallStage:
    return InstallStage(two_stages=True)


def by_sites() -> InstallStage:
    """17.9: the patch reaches some sites before the others."""
    return InstallStage(by_sites=True)


def points(made, *, in_flight: bool) -> Iterator[tuple[int, str]]:
    """The points after which something is other than before; in flight: before a change is sent.

    All of them in one case; in the others those after orders, which differ.
    """
    stage = made()
    process = stage.process()
    stage.remediate(process)
    for number, name in enumerate(process.trap.names):
        tells = name.startswith("after ") and (made is listed or name in AROUND)
        if name in SENDS if in_flight else tells:
            yield number, name


@pytest.mark.parametrize("made", [listed, blind])
def test_the_patch_is_fetched_added_activated_proven_and_committed_each_once(made):
    stage = made()
    closed = stage.remediate()
    assert (closed.state, closed.recovered, closed.remaining) == ("succeeded", 2, 0)
    assert stage.installer.packages == {APSP: PackageState.COMMITTED}
    orders = [c for c in stage.line.sent if isinstance(c, FetchFile | InstallOrder)]
    assert [getattr(c, "verb", "fetch") for c in orders] == ["fetch", "add", "activate", "commit"]
    assert broken_install(stage, closed) == []


def test_a_release_comes_first_where_the_patch_needs_one_and_both_are_committed():
    stage = in_two_stages()
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert stage.box.release == "17.3.6"
    assert broken_install(stage, closed) == []


def test_a_patch_reaches_the_site_of_a_stuck_ap_first_then_a_few_then_all():
    stage, mended = by_sites(), []
    stage.line.on_change = lambda *_: mended.append(stage.box.aps[1].state is ApState.REGISTERED)
    closed = stage.remediate()
    assert (closed.state, closed.recovered) == ("succeeded", 2)
    assert broken_install(stage, closed) == []
    told = [getattr(c, "site", getattr(c, "verb", c.kind)) for c in stage.line.sent]
    assert told == [
        "fetch-file", "add", "predownload-all", "north", "activate",
        "south", "east", "apply-sites", "clear-sites", "commit",
    ]  # fmt: skip
    assert mended[told.index("south")] is False  # its site has not been reached
    assert mended[told.index("clear-sites")] is True


def test_a_first_site_that_is_not_well_is_the_last_one_that_it_reaches():
    stage = by_sites()
    stage.installer.helps = False
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "health-1: it does not help" in closed.detail
    sites = [c.site for c in stage.line.sent if isinstance(c, AddSite)]
    assert sites == ["north"]
    assert broken_install(stage, closed) == []


@pytest.mark.parametrize("made", [listed, blind, in_two_stages, by_sites])
@pytest.mark.parametrize("in_flight", [False, True], ids=["", "in-flight"])
def test_whoever_restores_after_a_kill_anywhere_leaves_it_committed_or_as_it_was(made, in_flight):
    failures = {}
    for number, name in points(made, in_flight=in_flight):
        stage = made()
        process = stage.process(trap=Trap(number, in_flight))
        with pytest.raises(Killed):
            stage.remediate(process)
        stage.kill(process)
        closed = stage.restore()
        stage.settle(120)
        if found := broken_install(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


FATES = [
    *(
        (listed, how, verb)
        for how in ("fail", "drop", "ask")
        for verb in ("add", "activate", "commit")
    ),
    (blind, "fail", "activate"),
    (blind, "drop", "activate"),
    (blind, "drop", "commit"),
]


@pytest.mark.parametrize(("made", "how", "verb"), FATES)
def test_an_order_that_comes_to_nothing_is_not_repeated_and_everything_goes_back(made, how, verb):
    stage = made()
    stage.installer.spoilt[verb] = how
    closed = stage.remediate()
    stage.settle(120)
    assert closed.state == "rolled-back", closed
    assert broken_install(stage, closed) == []


def test_what_was_seen_to_begin_is_not_told_to_have_never_begun():
    stage = listed()
    shows = stage.installer.show

    def without_a_list() -> None:  # 17.6: whether it works is told, operations are not
        shows()
        stage.box.operations = None

    stage.installer.show = without_a_list
    stage.installer.spoilt["add"] = "fail"
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "add came to nothing: the installer was at work (" in closed.detail
    assert broken_install(stage, closed) == []


@pytest.mark.parametrize("verb", ["add", "activate"])
def test_an_installer_that_never_comes_to_rest_is_a_persons(verb):
    stage = listed()
    stage.installer.spoilt[verb] = "hang"
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert "the installer is at work and does not come to rest: runs" in closed.left
    assert "show install summary" in closed.mend
    assert PackageState.ACTIVATED not in stage.installer.packages.values()


@pytest.mark.parametrize("verb", ["abort", "remove"])
def test_what_cannot_be_taken_back_is_told_with_the_commands(verb):
    stage = listed()
    stage.installer.helps = False
    stage.installer.spoilt[verb] = "fail"
    closed = stage.remediate()
    stage.settle(120)
    if verb == "abort":  # then it goes back to the committed
        assert closed.state == "rolled-back", closed
        assert broken_install(stage, closed) == []
        return
    assert closed.state == "needs-attention"
    assert closed.left == ("APSP7 for 17.3.6 is added",)
    assert f"install remove file bootflash:{APSP}" in closed.mend[0]


def test_a_patch_that_does_not_help_is_taken_back():
    stage = listed()
    stage.installer.helps = False
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "it does not help" in closed.detail
    assert broken_install(stage, closed) == []
    again = stage.propose(stage.process()).planned
    assert isinstance(again, NoPlan)
    assert "it did not help these APs: remediation" in again.reason


def test_software_on_which_aps_that_served_stay_away_is_taken_back():
    stage = listed()
    stage.installer.breaks_aps = True
    closed = stage.remediate()
    stage.settle(120)
    assert closed.state == "rolled-back"
    assert "0 of 4 APs that served are back" in closed.detail
    assert all(ap.state is ApState.REGISTERED for ap in stage.box.aps if not ap.stuck)
    assert broken_install(stage, closed) == []


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [(50, 0, "rolled-back"), (50, 1, "succeeded"), (19, 0, "succeeded")],
)
def test_aps_that_serve_nobody_any_more_where_there_were_many_are_not_well(before, after, state):
    stage = listed()
    stage.box.clients = before

    def gone(_: int, change: object) -> None:
        if isinstance(change, InstallOrder) and change.verb == "activate":
            stage.box.clients = after

    stage.line.on_change = gone
    closed = stage.remediate()
    assert closed.state == state
    assert broken_install(stage, closed) == []


UP, DOWN = (MobilityPeer("192.0.2.7", is_up=is_up) for is_up in (True, False))
OTHER, SILENT = MobilityPeer("192.0.2.8", is_up=False), None


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ((UP, OTHER), (UP, OTHER), "succeeded"),
        ((UP, OTHER), (DOWN, OTHER), "rolled-back"),
        ((UP, OTHER), (), "rolled-back"),  # it is listed no more
        ((UP,), (MobilityPeer("192.0.2.7", None),), "rolled-back"),  # nobody knows: not up
        ((DOWN, OTHER), (DOWN, OTHER), "succeeded"),
        ((DOWN,), (UP,), "succeeded"),
        ((UP,), SILENT, "succeeded"),
        (SILENT, (DOWN,), "succeeded"),
    ],
)
def test_a_tunnel_that_was_up_has_to_be_up_again_where_anybody_tells(before, after, state):
    stage = listed()
    stage.box.peers = before

    def gone(_: int, change: object) -> None:
        if isinstance(change, InstallOrder) and change.verb == "activate":
            stage.box.peers = after

    stage.line.on_change = gone
    closed = stage.remediate()
    assert closed.state == state
    assert ("mobility tunnels down: 192.0.2.7" in closed.detail) == (state == "rolled-back")
    assert broken_install(stage, closed) == []


def test_a_tunnel_that_is_late_is_waited_for_like_an_access_point():
    stage = listed()
    stage.box.peers = (UP, OTHER)

    def late(_: int, change: object) -> None:
        if isinstance(change, InstallOrder) and change.verb == "activate":
            stage.box.peers = (DOWN, OTHER)
            stage.box.later(300.0, lambda: setattr(stage.box, "peers", (UP, OTHER)))

    stage.line.on_change = late
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert stage.box.peers == (UP, OTHER)
    assert broken_install(stage, closed) == []


def test_the_plan_tells_how_many_tunnels_are_up_or_that_nobody_knows():
    for peers, words in (
        ((UP, OTHER), "mobility peers: 1 up"),
        (None, "mobility peers: not known"),
    ):
        stage = listed()
        stage.box.peers = peers
        planned = stage.propose(stage.process()).planned
        assert isinstance(planned, Plan)
        assert any(line.startswith(words) for line in planned.impact)


def test_an_ap_that_never_comes_keeps_nobody_from_the_fix_and_is_told():
    stage = listed()
    stage.box.aps[0].hopeless = True
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert (closed.recovered, closed.remaining) == (1, 1)
    assert closed.left == ("committed, and stays: APSP7 for 17.3.6",)
    assert stage.installer.packages == {APSP: PackageState.COMMITTED}


@pytest.mark.parametrize("name", [APSP, BASE])
def test_a_file_that_arrives_cut_short_is_deleted_and_nothing_else_was_done(name):
    stage = in_two_stages()
    stage.installer.cut.add(name)
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "no more came" in closed.detail
    assert not any(isinstance(change, InstallOrder) for change in stage.line.sent)
    assert broken_install(stage, closed) == []


def test_a_server_that_says_no_ends_it_before_anything_is_there():
    stage = listed()
    stage.installer.spoilt[APSP] = "%Error opening http://192.0.2.5 (Not Found)"
    closed = stage.remediate()
    assert closed.state == "cancelled"
    assert "Not Found" in closed.detail
    assert broken_install(stage, closed) == []


@pytest.mark.parametrize(("before", "state"), [(True, "cancelled"), (False, "rolled-back")])
def test_a_file_with_another_hash_is_ours_to_delete_only_where_we_brought_it(before, state):
    stage = WithACommandLine()
    stage.installer.corrupt.add(APSP)
    if before:
        stage.installer.files[APSP] = 1000
    stage.installer.show()
    stage.installer.began_with = stage.installer.state
    closed = stage.remediate()
    assert closed.state == state
    assert (f"delete {APSP} there, and plan anew" in closed.detail) is before
    assert (APSP in stage.installer.files) is before
    assert broken_install(stage, closed) == []


def test_what_a_copy_that_broke_off_left_behind_is_deleted():
    stage = listed()
    stage.installer.spoilt[APSP] = "%Error opening http://192.0.2.5 (I/O error)"

    def half_of_it(_: int, change: object) -> None:
        if isinstance(change, FetchFile):
            stage.installer.files[change.name] = change.size_bytes // 2

    stage.line.on_change = half_of_it
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "I/O error" in closed.detail
    assert broken_install(stage, closed) == []


def test_the_controllers_own_timer_takes_it_back_while_nobody_lives():
    stage = listed()
    process = stage.process()
    work = stage.open(process, ACCEPTING)

    def gone() -> str | None:
        if PackageState.ACTIVATED in stage.installer.packages.values():
            raise Killed
        return None

    with pytest.raises(Killed):
        carry_out(work, interrupted=gone, on_progress=quiet)
    stage.kill(process)
    stage.settle(24 * 3600)
    assert "auto-abort" in stage.box.log
    assert stage.installer.packages == {APSP: PackageState.ADDED}
    closed = stage.restore()
    assert closed is not None
    assert closed.state == "rolled-back"
    assert broken_install(stage, closed) == []


def test_four_fifths_of_the_controllers_timer_are_an_alarm_and_the_way_home():
    stage = listed()
    stage.policy = replace(stage.policy, wait_for_aps_s=90_000.0, poll_every_s=900.0)
    stage.box.aps[0].hopeless = True
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "80% of the 1200 min are over" in closed.detail
    assert "auto-abort" not in stage.box.log  # it was taken back in time
    assert broken_install(stage, closed) == []


def within(window: str) -> InstallStage:
    """It is 20:00; the timer runs for 50 minutes, and APs have to stay for 10 before the commit."""
    stage = listed()
    stage.policy = replace(stage.policy, clock_windows=(window,), stay_registered_s=600.0)
    return stage


def test_nothing_begins_that_the_timer_could_take_back_outside_of_the_policys_windows():
    stage = within("* 20:00-20:45")
    with pytest.raises(Refused, match=r"until the timer takes software back \(50 min\)"):
        stage.remediate()
    assert stage.line.sent == []


def test_what_was_activated_in_the_window_is_committed_though_another_timer_would_not_fit():
    stage = within("* 20:00-20:58")
    closed = stage.remediate()
    assert closed.state == "succeeded", closed
    assert broken_install(stage, closed) == []


def test_whoever_lacks_somebodys_word_is_told_the_command_that_gives_it_to_this_very_plan():
    stage = in_two_stages()
    stage.policy = replace(stage.policy, approval="four-eyes")
    with pytest.raises(NotApproved) as missing:
        stage.remediate()
    flags = "--accept-reload --accept-stranded"
    for words in (
        "aprejoin approve hq-1 -i INVENTORY --issue",
        "--strategy fixed-software",
        flags,
    ):
        assert words in str(missing.value)


def test_a_file_that_goes_with_what_was_added_and_was_not_ours_is_told():
    stage = listed()
    stage.installer.helps = False
    stage.installer.files[APSP] = 1000

    def goes_with_it(_: int, change: object) -> None:  # unverified, the lab does so
        if isinstance(change, InstallOrder) and change.verb == "remove":
            stage.installer.files.pop(APSP)

    stage.line.on_change = goes_with_it
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert closed.left == (f"{APSP} was there before, and went with what was removed",)
    assert closed.mend == (f"bring {APSP} back from the software folder, if it is wanted",)


def test_an_interrupt_takes_everything_back():
    stage = listed()
    stopped = {"yes": False}

    def stop() -> str | None:
        if PackageState.ACTIVATED in stage.installer.packages.values():
            stopped["yes"] = True
        return "interrupted" if stopped["yes"] else None

    closed = stage.remediate(interrupted=stop)
    assert closed.state == "rolled-back"
    assert broken_install(stage, closed) == []


@pytest.mark.parametrize("fate", ["refused", "unsent", "lost-before", "lost-after", "late", "busy"])
@pytest.mark.parametrize("made", [listed, blind])
def test_a_change_that_goes_wrong_once_is_looked_at_before_anything_else_is_told(made, fate):
    undisturbed = made()
    undisturbed.remediate()
    failures = {}
    for number, change in enumerate(undisturbed.line.sent):
        stage = made()
        stage.line.changes[number] = fate
        closed = stage.remediate()
        stage.settle(120)
        if found := broken_install(stage, closed):
            failures[f"{number} {change.kind}"] = (closed, found)
    assert not failures


def test_somebody_elses_operation_is_waited_for_and_not_touched():
    stage = listed()
    theirs = Turn(InstallOrder("remove", "theirs", "x.smu.bin"))

    def begins(number: int, change: object) -> None:
        if isinstance(change, FetchFile) and theirs not in stage.installer.turns:
            stage.installer.turns.append(theirs)
            stage.box.later(60, lambda: stage.installer._end(theirs, "fail"))

    stage.line.on_change = begins
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert broken_install(stage, closed) == []


def test_a_controller_that_stays_away_after_its_reload_is_a_persons():
    stage, down = in_two_stages(), []

    def break_down() -> None:
        if down or stage.installer.running != stage.installer.base:
            down.append("for good")
            stage.box.unreachable = True

    stage.world.moved.append(break_down)
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert "no answer" in closed.detail
    assert "show install summary" in closed.mend[0]


def test_what_was_accepted_is_in_the_journal():
    stage = in_two_stages()
    stage.remediate(asked=Asked(accept_reload=True, accept_stranded=True))
    (row,) = stage.store.remediations()
    charter = Run(stage.store.journal(row.id)).charter
    assert (charter.accepted_reload, charter.accepted_stranded) == (True, True)
