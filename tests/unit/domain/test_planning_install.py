"""fixed-software on a Catalyst 9800 as planned: which files, in which order, and when not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.finding import Confidence, Finding
from service.domain.history import as_last_told, extend_all
from service.domain.identity import BaseRadioMac
from service.domain.install_job import Wave
from service.domain.installation import (
    Fate,
    InstalledVersion,
    Operation,
    Package,
    PackageState,
    Storage,
    StoredFile,
    VersionState,
)
from service.domain.ntp import NtpState
from service.domain.observation import ApState, ControllerView, InstallState, Topic
from service.domain.plan import Asked, NoPlan, Plan, Planned, Situation
from service.domain.planning import make_plan
from service.domain.releases import Release
from service.domain.software_changes import (
    CheckFile,
    DeleteFile,
    FetchFile,
    InstallOrder,
    PredownloadAll,
)
from service.domain.software_files import FileKind, SoftwareShelf
from service.domain.strategies.fixed_software_stages import MOST_WAVES, waves_of
from service.domain.strategies.fixed_software_xe_plan import abort_after_min
from tests.support.builders import CONTROLLER, OTHER, POLICY, affected, charter, look, sighting
from tests.support.cases import NOW, catalogue
from tests.support.install_stage import APSP, BASE, IMAGE, PATCH, RUNNING, stored

SERVING = sighting(OTHER, ApState.REGISTERED, name="AP2", model="AIR-CAP3702I-E-K9", version="1")
ROOM = Storage((), 10_000)
WITH_IMAGE = Storage((StoredFile(RUNNING, 1000),), 9_000)
BOTH = Asked(accept_reload=True, accept_stranded=True)
HERE = InstalledVersion("17.03.06.0.3895", VersionState.COMMITTED, BASE)
OLDER = InstalledVersion("17.03.04.0.3000", VersionState.COMMITTED, RUNNING)
ALL = SoftwareShelf((PATCH, IMAGE), is_stated=True)


def seen(*, older: bool = False, install: dict | None = None, **fields) -> ControllerView:
    version = OLDER if older else HERE
    state = InstallState(
        version.version,
        **{"boot_mode": "install-boot-mode-install", "versions": (version,), **(install or {})},
    )
    given = {
        "aps": (sighting(), SERVING),
        "unsaved": False,
        "hazards": (),
        "certificates": (),
        "install": state,
        "storage": WITH_IMAGE if older else ROOM,
        "release": "17.3.4" if older else "17.3.6",
        **fields,
    }
    return look(0, **given)


def planned(
    view: ControllerView | None = None,
    *,
    asked: Asked | None = None,
    shelf: SoftwareShelf = ALL,
    controller=CONTROLLER,
    truth: bool = True,
    model: str = "AIR-CAP2702E-E-K9",
) -> Planned:
    issue = catalogue().get("FN72524")
    assert issue is not None
    stuck = replace(affected(), model=model)
    finding = Finding("hq-1", issue.name, Confidence.PROBABLE, (stuck,))
    situation = Situation(
        finding, issue, controller, view or seen(), charter().true_time if truth else None,
        software=catalogue().software, shelf=shelf,
    )  # fmt: skip
    return make_plan(situation, asked or Asked(), strategy="fixed-software")


def plan(*args, **fields) -> Plan:
    made = planned(*args, **fields)
    assert isinstance(made, Plan), made.reason
    assert made.charter.strategy == "fixed-software"
    return made


def why_not(*args, **fields) -> str:
    made = planned(*args, **fields)
    assert isinstance(made, NoPlan)
    return made.reason


def changes(made: Plan) -> dict[str, tuple]:
    return {step.name: step.changes for step in made.steps}


def test_the_patch_is_brought_added_activated_with_a_timer_and_committed():
    made = plan()
    sent = changes(made)
    assert [name for name in sent if name.endswith("apsp")] == [
        "fetch-apsp", "check-apsp", "add-apsp", "activate-apsp", "health-apsp", "commit-apsp",
    ]  # fmt: skip
    ((fetch,), (activate,)) = sent["fetch-apsp"], sent["activate-apsp"]
    assert isinstance(fetch, FetchFile)
    assert fetch.url == PATCH.url
    assert isinstance(activate, InstallOrder)
    assert (activate.verb, activate.file) == ("activate", APSP)
    assert activate.abort_after_min == abort_after_min_of(made)
    undone = {step.name: step.undo for step in made.steps}
    assert undone["fetch-apsp"] == (DeleteFile(APSP),)
    assert [order.verb for order in undone["activate-apsp"]] == ["abort"]
    assert undone["commit-apsp"] == ()  # a commit is not undone


def abort_after_min_of(made: Plan) -> int:
    assert made.charter.install is not None
    return made.charter.install.abort_after_min


def test_equal_input_gives_an_equal_plan():
    assert plan() == plan()


@given(st.permutations(range(5)), st.booleans())
def test_the_order_in_which_aps_are_listed_changes_no_plan(order, older):
    aps = tuple(
        replace(SERVING, mac=BaseRadioMac.parse(f"84:3d:c6:00:00:{n:02x}"), site=str(n % 2))
        for n in range(5)
    )
    first = plan(seen(older=older, aps=(sighting(), *aps)), asked=BOTH)
    again = plan(seen(older=older, aps=(*(aps[n] for n in order), sighting())), asked=BOTH)
    assert again.charter.digest == first.charter.digest
    assert again.steps == first.steps


def test_a_patch_reloads_nothing_and_needs_no_word_for_it():
    made = plan(asked=BOTH)
    assert made.charter.install is not None
    assert not made.charter.install.reloads
    assert not made.charter.accepted_reload
    assert made.charter.digest == plan().charter.digest


def test_a_release_that_has_to_come_first_needs_a_word_for_the_reload_and_for_who_strands():
    without = why_not(seen(older=True))
    assert "the controller reloads for 17.3.6: accept it with --accept-reload" in without
    assert "1 AP(s) will strand" in without
    assert "AP2" in without
    assert "--accept-stranded" in without
    made = plan(seen(older=True), asked=BOTH)
    job = made.charter.install
    assert job is not None
    assert [stage.kind for stage in job.stages] == [FileKind.BASE, FileKind.APSP]
    assert job.stranded == (OTHER,)
    assert job.stages[0].leaves_out == (OTHER,)  # it cannot load what is not mended
    names = [step.name for step in made.steps]
    assert names.index("fetch-apsp") < names.index("add-base")  # every file before any change
    assert names.index("commit-base") < names.index("add-apsp")
    assert any("the controller reloads for 17.3.6" in line for line in made.impact)


def test_an_ap_that_does_not_load_images_by_that_certificate_strands_nowhere():
    newer = replace(SERVING, model="C9120AXI-E")
    made = plan(seen(older=True, aps=(sighting(), newer)), asked=Asked(accept_reload=True))
    assert made.charter.install is not None
    assert made.charter.install.stranded == ()


def test_from_17_6_on_aps_load_a_release_beforehand():
    source = "C9800-L-universalk9_wlc.17.06.02.SPA.bin"
    version = InstalledVersion("17.06.02.0.1", VersionState.COMMITTED, source)
    model = "IW3702-2E-UXK9"
    view = seen(
        install={"versions": (version,)},
        release="17.6.2",
        storage=Storage((StoredFile(source, 1000),), 9_000),
        aps=(sighting(model=model), replace(SERVING, model="C9120AXI-E")),
    )
    view = replace(view, install=replace(view.install, version=version.version))
    release, name = Release.parse("17.6.4"), "C9800-L-universalk9_wlc.17.06.04.SPA.bin"
    patch = "C9800-universalk9_wlc.17.06.04.CSCwd87305.SPA.apsp.bin"
    files = (
        replace(stored(name, FileKind.BASE), release=release),
        replace(stored(patch, FileKind.APSP, patch="CSCwd87305"), release=release),
    )
    made = plan(view, shelf=SoftwareShelf(files, is_stated=True), asked=BOTH, model=model)
    (sent,) = changes(made)["predownload-base"]
    assert isinstance(sent, PredownloadAll)


def test_a_file_that_lies_there_already_is_not_fetched_and_stays():
    made = plan(seen(storage=Storage((StoredFile(APSP, 1000),), 0)))
    assert changes(made)["fetch-apsp"] == ()
    assert made.charter.install is not None
    assert made.charter.install.stages[0].url == ""


def test_what_somebody_added_before_is_not_removed():
    books = {"packages": (Package(APSP, PackageState.ADDED),)}
    made = plan(seen(install=books))
    undone = {step.name: step.undo for step in made.steps}
    assert undone["add-apsp"] == ()


def test_the_hash_is_asked_for_where_the_inventory_names_a_command_line():
    assert changes(plan())["check-apsp"] == ()
    assert any("names no ssh" in line for line in plan().impact)
    controller = replace(CONTROLLER, ssh=replace(CONTROLLER.ssh, stated=True))
    (check,) = changes(plan(controller=controller))["check-apsp"]
    assert check == CheckFile(APSP, PATCH.sha512, PATCH.md5)


@pytest.mark.parametrize(
    ("shelf", "words"),
    [
        (SoftwareShelf(), "once the inventory names a `software` folder"),
        (SoftwareShelf((), is_stated=True), "no file with CSCwe10047 in its name is in the"),
        (SoftwareShelf((), trouble="gone", is_stated=True), "cannot be read: gone"),
        (SoftwareShelf((replace(PATCH, vouched=False),), is_stated=True), f"{APSP}.sha512"),
        (SoftwareShelf((replace(PATCH, trouble="cut"),), is_stated=True), f"{APSP}: cut"),
        (SoftwareShelf((replace(PATCH, url=None),), is_stated=True), "names no url that"),
    ],
)
def test_a_file_that_cannot_be_had_or_trusted_is_told_with_the_way_out(shelf, words):
    assert words in why_not(shelf=shelf)


def test_a_release_for_other_hardware_is_named_and_not_taken():
    other = replace(IMAGE, family="C9800-80", name=BASE.replace("C9800-L", "C9800-80"))
    shelf = SoftwareShelf((PATCH, other), is_stated=True)
    told = why_not(seen(older=True), shelf=shelf, asked=BOTH)
    assert "no file of family C9800-L" in told
    assert f"{other.name} is for other hardware" in told


def by_sites(
    *sites: str | None, release: str = "17.9.2", state: ApState = ApState.DOWNLOADING
) -> tuple[Wave, ...]:
    """The waves where APs are at these sites, the first of them stuck."""
    stuck = affected()
    aps = tuple(
        sighting(BaseRadioMac.parse(f"84:3d:c6:00:00:{n:02x}"), site=site, state=ApState.REGISTERED)
        for n, site in enumerate(sites[1:])
    )
    view = seen(aps=(sighting(stuck.mac, state, site=sites[0]), *aps), release=release)
    issue = catalogue().get("FN72524")
    assert issue is not None
    finding = Finding("hq-1", issue.name, Confidence.PROBABLE, (stuck,))
    controller = replace(CONTROLLER, policy=replace(POLICY, waves=(1, 2, 3)))
    return waves_of(Situation(finding, issue, controller, view, charter().true_time))


def test_a_patch_reaches_the_smallest_site_with_a_stuck_ap_first():
    waves = by_sites("big", "big", "small", "a", "b", "c")
    assert [wave.sites for wave in waves] == [("big",), ("a", "b")]
    assert [wave.aps for wave in waves] == [(affected().mac,), ()]


def test_the_waves_are_the_same_while_a_stuck_ap_restarts():
    """At that moment it shows no site: the newest that it showed counts, also some polls later."""
    here = by_sites("small", "big", "big", "other")
    known = extend_all({}, [sighting(site="small")], NOW)
    gone = sighting(state=ApState.NOT_JOINED)
    known = extend_all(known, [gone], NOW + timedelta(seconds=9))
    (again,) = as_last_told([gone], known)
    assert again.state is ApState.NOT_JOINED
    assert again.site == "small"
    assert here == by_sites("small", "big", "big", "other", state=ApState.NOT_JOINED)


def test_an_ap_that_a_look_half_missed_is_what_it_was():
    """Its row went away between two columns of a walk: its age is not unknown for that."""
    known = extend_all({}, [sighting(serial="FTX1512E0AB", model="AIR-CAP3702I-E-K9")], NOW)
    half = sighting(serial=None, model=None)
    known = extend_all(known, [half], NOW + timedelta(seconds=9))
    (again,) = as_last_told([half], known)
    assert (again.serial, again.model) == ("FTX1512E0AB", "AIR-CAP3702I-E-K9")
    (other,) = as_last_told([sighting(serial="FTX9999E0AB")], known)
    assert other.serial == "FTX9999E0AB"


def test_there_are_no_waves_where_all_are_at_one_site_or_the_release_has_none():
    assert by_sites("here", "here", "here") == ()
    assert by_sites(None, None) == ()
    assert by_sites("a", "b", "c", release="17.6.4") == ()


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e", None]), min_size=1, max_size=12))
def test_no_site_is_in_two_waves_and_something_is_left_for_the_end(sites):
    waves = by_sites(*sites)
    named = [site for wave in waves for site in wave.sites]
    assert len(named) == len(set(named))
    assert not waves or set(sites) - {None} > set(named)
    assert len(waves) <= MOST_WAVES


BUNDLE = {"boot_mode": "install-boot-mode-bundle"}
ASKS = (Operation("u", Fate.ASKS, "pend-usr-cnfrm"),)
REFUSED = [
    ({"install": BUNDLE}, "bundle mode, which the installer refuses: bring it to install mode"),
    ({"install": {"uncommitted": ("x.bin",)}}, "an installation is not committed: x.bin"),
    ({"install": {"abort_timer_active": True}}, "auto-abort timer is running"),
    ({"install": {"activity": "install-in-progress"}}, "an installation is under way"),
    ({"operations": ASKS}, "waits for an answer on the console"),
    ({"aps": (sighting(predownload="pre-dwnld-in-progress"),)}, "1 APs are predownloading"),
    ({"standby": "standby, state not modelled"}, "see show redundancy states"),
    ({"unknown": {Topic.REDUNDANCY: "no"}}, "whether there is a standby is not known: no"),
    ({"reload": "Reload scheduled for 03:00"}, "scheduled for 03:00): take it off (reload cancel)"),
    ({"unsaved": True}, "save or discard them, or accept it with --save-pending"),
    ({"storage": None, "unknown": {Topic.STORAGE: "no ssh"}}, "storage cannot be read: no ssh"),
    ({"storage": Storage((), 999)}, "install remove inactive"),
    ({"storage": Storage((StoredFile(APSP, 7),), 9999)}, "another file"),
    ({"ntp_state": NtpState(synchronised=False)}, "NTP is not in sync: repair it first"),
    ({"off_s": 60.0}, "+60 s from true time: repair it first"),
]


@pytest.mark.parametrize(("fields", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_it_is_refused_with_the_way_out(fields, words):
    assert words in why_not(seen(**fields))


def test_without_a_named_file_a_patch_is_taken_and_a_release_is_not():
    nameless = {"versions": (replace(HERE, source=""),)}
    plan(seen(install=nameless))
    older = {"versions": (replace(OLDER, source=""),)}
    told = why_not(seen(older=True, install=older), asked=BOTH)
    assert "names no file of its running release: see show version" in told
    by_word = "Cisco IOS Software, C9800-L Software (C9800-L_IOSXE-K9), Version 17.3.4"
    plan(seen(older=True, install=older, hardware=by_word), asked=BOTH)


def test_a_virtual_controller_takes_no_patch_for_hardware():
    cloud = "Cisco IOS Software, C9800-CL Software (C9800-CL-K9_IOSXE), Version 17.3.6"
    nameless = {"versions": (replace(HERE, source=""),)}
    assert "no file with CSCwe10047" in why_not(seen(install=nameless, hardware=cloud))


def test_every_reason_is_told_at_once_and_the_way_stays_readable():
    told = why_not(seen(unsaved=True, install={"abort_timer_active": True}))
    assert "auto-abort timer" in told
    assert "--save-pending" in told
    assert "the way is: by hand: install APSP7 for 17.3.6" in told


def test_a_hot_standby_is_no_reason_against_it():
    plan(seen(standby="standby, state not modelled", install={"standby_hot": True}))


def test_without_true_time_nothing_is_installed():
    assert "true time is not known" in why_not(truth=False)


def test_what_is_not_saved_is_saved_first_where_a_person_accepts_it():
    made = plan(seen(unsaved=True), asked=Asked(save_pending=True))
    assert [step.name for step in made.steps][1] == "save"


def test_a_reload_is_refused_where_the_box_cannot_tell_whether_it_is_saved():
    view = seen(older=True, unsaved=None)
    assert "its reload would lose what is not" in why_not(view, asked=BOTH)
    plan(view, asked=replace(BOTH, save_pending=True))
    plan(seen(unsaved=None))  # a patch reloads nothing


@given(wait_s=st.floats(0, 1e6), stay_s=st.floats(0, 1e5))
def test_the_timer_is_always_one_that_the_installer_takes(wait_s, stay_s):
    policy = replace(POLICY, wait_for_aps_s=wait_s, stay_registered_s=stay_s)
    issue = catalogue().get("FN72524")
    assert issue is not None
    finding = Finding("hq-1", issue.name, Confidence.PROBABLE, ())
    controller = replace(CONTROLLER, policy=policy)
    situation = Situation(finding, issue, controller, seen(), charter().true_time)
    assert 30 <= abort_after_min(situation) <= 1200
