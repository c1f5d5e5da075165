"""When software is installed on AireOS, by which file, and what has to be done before."""

from dataclasses import replace

import pytest

from service.domain.images import BootImages, FileLogin, Slot, Stage, Transfer
from service.domain.observation import ApState, InstallState, Topic
from service.domain.plan import Asked, Plan
from service.domain.policy import Policy
from service.domain.prevention import preventive
from service.domain.software_files import SoftwareShelf
from service.domain.strategies.fixed_software_aireos_plan import family_of, settings_for
from tests.support.builders import MAC, OTHER, affected
from tests.support.cases import catalogue
from tests.support.image_plans import APS, IMAGES, NEW, OLD, image, planned, reason, seen, shelf


def test_the_plan_holds_what_is_fetched_what_was_and_who_has_to_come_back():
    made = planned()
    assert isinstance(made, Plan), made
    job = made.charter.image
    assert (job.release, job.before, job.next_before) == (NEW, OLD, OLD)
    assert (job.settings.mode, job.settings.server, job.settings.port) == (
        "ftp",
        "192.0.2.5",
        "2121",
    )
    assert (job.settings.path, job.settings.filename) == ("wlc/", image().name)
    assert job.login == FileLogin("wlc", "env:F")
    assert job.aps == (MAC, OTHER)
    assert job.hit == (MAC,)  # Wave 2 takes any image
    assert made.charter.aps == ()
    assert made.charter.accepted_reload
    assert any("8.5.161.0) is overwritten" in line for line in made.impact)
    assert any("only if 8.10.183.0 runs" in line for line in made.by_hand)


def test_who_happens_to_be_registered_does_not_change_what_is_approved():
    fewer = planned(seen(aps=APS[:1]))
    assert fewer.charter.digest == planned().charter.digest
    other = planned(files=shelf(image(sha512="6" * 128)))
    assert other.charter.digest != planned().charter.digest


def test_a_restart_takes_a_word_of_its_own():
    assert "--accept-reload" in reason(asked=Asked())


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ({"aps": (replace(APS[0], state=ApState.DOWNLOADING), APS[1])}, "mend the stuck APs first"),
        ({"ap_downloading": 2}, "2 APs are downloading"),
        ({"aps": (replace(APS[0], predownload="pre-dwnld-in-progress"),)}, "are predownloading"),
        ({"standby": "STANDBY COLD"}, "STANDBY COLD, not hot"),
        ({"standby": "STANDBY HOT"}, "reset system both"),
        ({"unknown": {Topic.REDUNDANCY: "no table"}}, "whether there is a standby"),
        ({"images": None}, "which image runs"),
        ({"images": replace(IMAGES, active=None)}, "which image runs"),
        ({"images": replace(IMAGES, default=Slot.BACKUP)}, "another image comes up next"),
        ({"transfer": Transfer(Stage.UNDER_WAY, "writing")}, "a download is under way"),
        ({"unsaved": True}, "--save-pending"),
        ({"unsaved": None}, "whether the configuration is saved cannot be read"),
        ({"clock": None}, "clock cannot be read"),
        ({"hardware": None}, "which file fits is not known"),
        ({"hardware": "AIR-CT8540-K9"}, "AIR-CT8540-K9-8-10-183-0.aes is not in"),
    ],
)
def test_it_is_refused_with_the_way_out(view, words):
    told = reason(seen(**view))
    assert words in told
    assert "install 8.10.183.0" in told


def test_where_no_window_may_be_opened_the_stuck_aps_are_a_persons_to_mend_first():
    no_window = Policy(strategies=("fixed-software",))
    told = reason(aps=(affected(),), policy=no_window)
    assert "clock-window" in told
    assert "--contain" in told


def test_a_clock_that_is_not_true_is_repaired_first():
    wrong = seen()
    clock = replace(wrong.clock, device_time=wrong.clock.device_time.replace(year=2022))
    assert "clock-repair" in reason(replace(wrong, clock=clock))
    assert "true time is not known" in reason(true_time=None)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (SoftwareShelf(), "names no software folder"),
        (shelf(trouble="/srv/images: no such folder"), "no such folder"),
        (shelf(image("AIR-CT3504")), "(AIR-CT3504-K9-8-10-183-0.aes is for other hardware)"),
        (shelf(image(trouble="its sha512 is another one")), "its sha512 is another one"),
        (shelf(image(vouched=False)), "no published checksum"),
        (shelf(image(url=None)), "aireos_url"),
        (shelf(image(url="https://192.0.2.5/x.aes")), "not by https"),
        (shelf(image(url=f"ftp://192.0.2.5/{'deep/' * 14}x.aes")), "63 characters"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_by_name_and_reason(files, words):
    assert words in reason(files=files)


def test_software_that_would_leave_an_ap_behind_is_no_way():
    orphan = replace(APS[1], model="AIR-CAP1142N-E-K9")
    assert "no supported path" in reason(seen(aps=(APS[0], orphan)))


def test_software_that_carries_the_fix_is_left_alone():
    fixed = seen(release="8.10.185.0", install=InstallState("8.10.185.0"))
    assert "carries the fix" in reason(fixed)


def test_pending_changes_are_saved_first_where_that_is_accepted():
    made = planned(seen(unsaved=True), asked=Asked(accept_reload=True, save_pending=True))
    assert isinstance(made, Plan)
    assert any("saved before the restart" in line for line in made.impact)


@pytest.mark.parametrize(
    ("hardware", "family"),
    [
        ("AIR-CT5508-K9", "AIR-CT5500"),
        ("AIR-CT2504-K9", "AIR-CT2500"),
        ("AIR-CT8540-K9", "AIR-CT8540"),
        ("AIR-CTVM-K9", "AIR-CTVM"),
        ("AIR-WISM2-K9", "AIR-WISM2"),
        ("Cisco Controller", None),
        (None, None),
    ],
)
def test_files_are_named_by_series_for_older_models(hardware, family):
    assert family_of(hardware) == family


def test_an_older_controller_takes_the_last_release_that_it_has():
    old = "8.5.161.0"
    view = seen(
        release=old,
        hardware="AIR-CT5508-K9",
        install=InstallState(old),
        images=BootImages(old, "8.3.150.0", Slot.PRIMARY, Slot.PRIMARY),
    )
    made = planned(view, files=shelf(image("AIR-CT5500", "8.5.182.7")))
    assert isinstance(made, Plan), made
    assert made.charter.image.release == "8.5.182.7"


def test_tftp_takes_no_login():
    assert planned(files=shelf(image(url="tftp://192.0.2.5/x.aes"))).charter.image.login is None


def test_a_file_in_the_servers_own_folder_is_asked_for_there():
    assert settings_for(image(url="tftp://192.0.2.5/x.aes")).path == "./"


def test_it_is_found_ahead_of_the_trouble_only_for_aps_that_the_issue_hits():
    issues = catalogue().issues
    (found,) = preventive(seen(), issues, strategy="fixed-software")
    assert (found.issue, found.aps) == ("FN72524", ())
    assert "1 registered APs" in found.evidence[0]
    assert not list(preventive(seen(aps=APS[1:]), issues, strategy="fixed-software"))
    assert not list(preventive(seen(release="8.10.183.0"), issues, strategy="fixed-software"))
    assert not list(preventive(seen(release=None), issues, strategy="fixed-software"))
