from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.diagnosis import DiagnosisContext, Explained
from service.domain.finding import Confidence
from service.domain.history import extend_all
from service.domain.observation import ApState, InstallState, JoinPhase, Platform, Topic
from service.domain.policy import Policy
from tests.support.cases import (
    MAC,
    NOW,
    OTHER,
    causes,
    downloading,
    finding,
    judged,
    log,
    mentions,
    minutes,
    not_joined,
    polls,
    registered,
    view,
    with_clock,
)

SHA1 = (
    "*Dec 6 21:35:24.327: %PKI-3-CERTIFICATE_INVALID_EXPIRED: Certificate chain validation has "
    "failed. The certificate (SN: XX) has expired. Validity period ended on 21:37:36 UTC Dec 4 2022"
)
SHA2 = SHA1.replace("21:37:36", "21:43:46")


def turn(number, **fields):
    """The AP as a poll sees it in one turn of the loop, ten minutes each."""
    began = NOW + minutes(10 * number)
    return began + minutes(3), downloading(
        boot_time=began, download_started=began + minutes(2), download_percent=20, **fields
    )


def looped(turns, **fields):
    return polls(*[turn(number, **fields) for number in range(turns)])


def at_turn(number, **fields):
    moment, ap = turn(number)
    return view(ap, at=moment, **fields)


def fn72524(diagnosis):
    return finding(diagnosis, "FN72524")


# -- grades ------------------------------------------------------------------------------------


def test_an_affected_ap_that_downloads_after_the_end_is_suspected():
    found = fn72524(judged(view(downloading())))
    assert found.confidence is Confidence.SUSPECTED
    assert [ap.mac for ap in found.aps] == [MAC]
    assert mentions(found.evidence, "AIR-CAP2702E-E-K9", "downloading", "2026-11-21T20:00:00Z")


def test_evidence_carries_the_device_path_it_was_read_from():
    origins = {"aps": "/access-point-oper-data/capwap-data", "clock": "/device-hardware-data"}
    found = fn72524(judged(view(downloading(), origins=origins)))
    assert mentions(found.evidence, "/access-point-oper-data/capwap-data")
    assert mentions(found.evidence, "/device-hardware-data", "past the end")


def test_two_restarts_spread_widely_enough_are_probable():
    found = fn72524(judged(at_turn(4), looped(4)))
    assert found.confidence is Confidence.PROBABLE
    assert mentions(found.evidence, "restarted 4 time(s)", "unchanged")


def test_two_restarts_close_together_stay_a_suspicion():
    assert fn72524(judged(at_turn(2), looped(2))).confidence is Confidence.SUSPECTED


def test_the_policy_says_how_long_a_loop_must_last():
    context = DiagnosisContext(Policy(loop_after_s=300))
    found = fn72524(judged(at_turn(2), looped(2), context))
    assert found.confidence is Confidence.PROBABLE


def test_a_history_that_holds_the_view_already_gives_the_same():
    assert judged(at_turn(4), looped(5)) == judged(at_turn(4), looped(4))


@pytest.mark.parametrize("line", [SHA1, SHA2, "Image signing certificate validation failed (1A)."])
def test_a_log_line_that_names_the_certificate_confirms_it(line):
    found = fn72524(judged(view(downloading(), logs=(log(line, MAC.value),))))
    assert found.confidence is Confidence.CONFIRMED
    assert found.aps[0].confidence is Confidence.CONFIRMED
    assert mentions(found.evidence, "ap.log:1")


def test_a_log_line_that_only_names_a_bad_image_confirms_nothing():
    line = "AP image integrity check FAILED"
    found = fn72524(judged(view(downloading(), logs=(log(line, MAC.value),))))
    assert found.confidence is Confidence.SUSPECTED


def test_another_certificate_that_expired_does_not_confirm_it():
    line = SHA1.replace("21:37:36 UTC Dec 4 2022", "03:08:22 UTC May 10 2023")
    found = fn72524(judged(view(downloading(), logs=(log(line, MAC.value),))))
    assert found.confidence is Confidence.SUSPECTED


def test_a_log_without_an_ap_confirms_the_finding_and_leaves_its_ap_suspected():
    found = fn72524(judged(view(downloading(), logs=(log(SHA1),))))
    assert found.confidence is Confidence.CONFIRMED
    assert found.aps[0].confidence is Confidence.SUSPECTED
    assert "which APs wrote the log lines" in found.unknown


def test_a_log_alone_is_enough_where_no_ap_was_read():
    seen = view(aps=None, logs=(log(SHA1),))
    found = fn72524(judged(seen))
    assert (found.confidence, found.aps) == (Confidence.CONFIRMED, ())


def test_a_log_names_the_past_once_every_affected_ap_serves():
    assert fn72524(judged(view(registered(), logs=(log(SHA1),)))) is None


def test_a_finding_is_as_sure_as_its_surest_ap():
    other = replace(downloading(), mac=OTHER, name="AP1702I", model="AIR-CAP1702I-E-K9")
    moment, ap = turn(4)
    found = fn72524(judged(view(ap, other, at=moment), looped(4)))
    assert found.confidence is Confidence.PROBABLE
    assert [ap.confidence for ap in found.aps] == [Confidence.PROBABLE, Confidence.SUSPECTED]


# -- what is no finding ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        "AIR-AP2802E-D-K9",
        "AIR-AP3802E-D-K9",
        "AIR-AP1815I-A-K9",
        "AIR-AP1562E-E-K9",
        "C9120AXE-D",
        "9130AXI",
        "CW9166I-E",
        "IW-6300H-AC-E-K9",
    ],
)
def test_ap_cos_models_never_are_hit_however_often_they_loop(model):
    diagnosis = judged(at_turn(4), looped(4, model=model))
    seen = judged(view(turn(4, model=model)[1], at=turn(4)[0]), looped(4, model=model))
    assert fn72524(seen) is None
    assert causes(seen) == [Explained.UNAFFECTED_MODEL]
    assert fn72524(diagnosis) is not None  # the same history with an affected model


@pytest.mark.parametrize("ap", [registered(), registered(state=ApState.PREDOWNLOADING)])
def test_an_ap_that_serves_is_never_part_of_a_finding(ap):
    assert fn72524(judged(view(ap, at=turn(4)[0]), looped(4))) is None


def test_a_history_from_the_future_accuses_nobody_who_serves_now():
    assert fn72524(judged(view(registered(), at=NOW - minutes(5)), looped(4))) is None


def test_a_download_that_gets_further_is_explained_not_suspected():
    history = polls((NOW - minutes(1), downloading(download_percent=20)))
    diagnosis = judged(view(downloading(download_percent=45)), history)
    assert diagnosis.findings == ()
    assert causes(diagnosis) == [Explained.PROGRESSING]


def test_a_download_that_stalls_is_suspected_again():
    history = polls(
        (NOW - minutes(40), downloading(download_percent=20)),
        (NOW - minutes(39), downloading(download_percent=45)),
    )
    found = fn72524(judged(view(downloading(download_percent=45)), history))
    assert found.confidence is Confidence.SUSPECTED


def test_a_restart_ends_the_trust_in_progress():
    history = polls(
        (NOW - minutes(3), downloading(download_percent=20)),
        (NOW - minutes(2), downloading(download_percent=45)),
        (NOW - minutes(1), downloading(download_percent=2)),
    )
    found = fn72524(judged(view(downloading(download_percent=30)), history))
    assert found.confidence is Confidence.SUSPECTED


def test_an_ap_registered_elsewhere_in_the_fleet_is_no_finding():
    context = DiagnosisContext(elsewhere=frozenset({MAC}))
    diagnosis = judged(at_turn(4), looped(4), context)
    assert diagnosis.findings == ()
    assert causes(diagnosis) == [Explained.ELSEWHERE]


@pytest.mark.parametrize(
    ("release", "patches"),
    [
        ("17.3.6", ("C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin",)),
        ("17.3.6", ("C9800-universalk9_wlc.17.03.06.CSCwd83653.SPA.apsp.bin",)),
    ],
)
def test_a_running_release_with_the_patch_rules_it_out(release, patches):
    fixed = InstallState(release, patches=patches)
    diagnosis = judged(at_turn(4, release=release, install=fixed), looped(4))
    assert diagnosis.findings == ()
    assert causes(diagnosis) == [Explained.RELEASE_FIXED]


def test_a_patch_that_is_not_committed_rules_nothing_out():
    pending = InstallState("17.3.6", uncommitted=("C9800.17.03.06.CSCwe10047.SPA.apsp.bin",))
    seen = at_turn(4, release="17.3.6", install=pending)
    assert fn72524(judged(seen, looped(4))).confidence is Confidence.PROBABLE


def test_the_patch_for_iw3702_helps_no_other_model():
    fixed = InstallState("17.9.2", patches=("C9800.17.09.02.CSCwd87612.SPA.apsp.bin",))
    seen = {"release": "17.9.2", "install": fixed}
    assert fn72524(judged(view(downloading(), **seen))) is not None
    assert fn72524(judged(view(downloading(model="IW3702-4E-E-K9"), **seen))) is None


@pytest.mark.parametrize(
    ("release", "fixed"),
    [
        ("8.10.183.0", True),
        ("8.10.185.0", True),
        ("8.10.182.0", False),
        ("8.5.182.7", True),
        ("8.5.182.0", False),
        ("8.5.182.104", False),
        ("8.5.182.105", True),
        ("8.8.130.0", False),
    ],
)
def test_aireos_releases_carry_the_fix_from_the_documented_builds_on(release, fixed):
    seen = view(downloading(), platform=Platform.AIREOS, release=release)
    assert (fn72524(judged(seen)) is None) is fixed


def test_a_fix_that_nobody_verified_rules_nothing_out_but_is_told():
    found = fn72524(judged(at_turn(4, release="17.15.3"), looped(4)))
    assert found.confidence is Confidence.PROBABLE
    assert mentions(found.unknown, "17.15.3 may carry the fix")


def test_a_clock_inside_the_validity_makes_no_new_suspicion():
    set_back = with_clock(datetime(2022, 12, 2, tzinfo=UTC))
    diagnosis = judged(view(downloading(), clock=set_back))
    assert fn72524(diagnosis) is None
    assert mentions(diagnosis.unknown, "AP2702E", "before the end")


def test_proof_in_a_log_outweighs_a_clock_that_was_set_back():
    set_back = with_clock(datetime(2022, 12, 2, tzinfo=UTC))
    found = fn72524(judged(view(downloading(), clock=set_back, logs=(log(SHA2),))))
    assert found.confidence is Confidence.CONFIRMED
    assert [ap.mac for ap in found.aps] == [MAC]


@pytest.mark.parametrize(
    ("shown", "hit"),
    [("2022-12-04T21:37:35Z", False), ("2022-12-04T21:37:37Z", True)],
)
def test_trouble_begins_with_the_first_certificate_to_end(shown, hit):
    clock = with_clock(datetime.fromisoformat(shown))
    assert (fn72524(judged(view(downloading(), clock=clock))) is not None) is hit


# -- between two downloads ---------------------------------------------------------------------


def test_an_ap_seen_between_two_turns_stays_in_the_finding():
    moment = turn(4)[0] + minutes(2)
    found = fn72524(judged(view(not_joined(), at=moment), looped(5)))
    assert found.confidence is Confidence.PROBABLE


def test_an_ap_that_loops_is_not_accused_of_its_old_certificate_too():
    moment = turn(4)[0] + minutes(2)
    off = not_joined(certificate_end=NOW - timedelta(days=400))
    found = judged(view(off, at=moment), looped(5)).findings
    assert [one.issue for one in found] == ["FN72524"]


def test_an_ap_in_no_table_between_two_turns_stays_in_the_finding():
    found = fn72524(judged(view(at=turn(4)[0] + minutes(2)), looped(5)))
    assert [ap.mac for ap in found.aps] == [MAC]


FAILED = not_joined(failure_phase=JoinPhase.IMAGE)


@pytest.mark.parametrize("before", [downloading(), registered()])
def test_an_ap_away_after_a_failed_download_is_suspected_by_what_was_known_of_it(before):
    found = fn72524(judged(view(FAILED), polls((NOW - minutes(1), before))))
    assert [(ap.mac, ap.confidence) for ap in found.aps] == [(MAC, Confidence.SUSPECTED)]
    assert mentions(found.evidence, "AIR-CAP2702E-E-K9 away", "image download", "unchanged")


def test_a_single_look_between_two_downloads_tells_whom_it_could_not_judge():
    diagnosis = judged(view(FAILED))
    assert diagnosis.findings == ()
    assert mentions(diagnosis.unknown, "FN72524", "AP2702E", "look again")


def test_a_log_without_an_ap_may_speak_of_one_that_is_away():
    assert fn72524(judged(view(FAILED, logs=(log(SHA1),)))).confidence is Confidence.CONFIRMED


@pytest.mark.parametrize(
    "off",
    [not_joined(), *(not_joined(failure_phase=p) for p in JoinPhase if p != "image-download")],
)
def test_an_ap_away_for_another_reason_is_not_suspected(off):
    known = polls((NOW - minutes(1), registered()))
    diagnosis = judged(view(off), known)
    assert fn72524(diagnosis) is None
    assert not mentions(diagnosis.unknown, "look again")


def test_an_ap_that_got_further_may_be_away_to_start_its_new_image():
    known = polls(
        (NOW - minutes(3), downloading(download_percent=20)),
        (NOW - minutes(2), downloading(download_percent=45)),
    )
    diagnosis = judged(view(FAILED), known)
    assert fn72524(diagnosis) is None
    assert mentions(diagnosis.unknown, "AP2702E", "look again")


def test_an_ap_that_is_away_for_days_is_told_not_found():
    known = polls((NOW - timedelta(days=3), registered()), (NOW - timedelta(days=2), FAILED))
    diagnosis = judged(view(FAILED), known)
    assert fn72524(diagnosis) is None
    assert mentions(diagnosis.unknown, "AP2702E", "look again")


def test_a_policy_for_the_impatient_does_not_end_the_loop_between_two_turns():
    context = DiagnosisContext(Policy(loop_after_s=2, no_progress_s=2))
    moment = turn(4)[0] + minutes(4)
    off = extend_all(looped(5), [not_joined()], turn(4)[0] + minutes(2))
    found = fn72524(judged(view(not_joined(), at=moment), off, context))
    assert found.confidence is Confidence.PROBABLE


def test_an_ap_that_stopped_downloading_long_ago_is_told_not_found():
    diagnosis = judged(view(at=turn(4)[0] + timedelta(days=2)), looped(5))
    assert diagnosis.findings == ()
    assert mentions(diagnosis.unknown, "no longer seen to download")


# -- what is not known -------------------------------------------------------------------------


def test_an_unknown_model_is_named_as_unknown():
    diagnosis = judged(view(downloading(model=None)))
    assert diagnosis.findings == ()
    assert mentions(diagnosis.unknown, "FN72524", "model not known", "AP2702E")


@pytest.mark.parametrize("release", [None, "Amsterdam"])
def test_an_unknown_release_is_said_to_be_unknown(release):
    found = fn72524(judged(view(downloading(), release=release)))
    assert mentions(found.unknown, "it may carry the fix")


def test_patches_are_missed_only_on_the_platform_that_has_them():
    seen = {"install": None, "release": "17.9.1"}
    assert mentions(fn72524(judged(view(downloading(), **seen))).unknown, "patches")
    aireos = {"install": None, "release": "8.5.182.0", "platform": Platform.AIREOS}
    assert not mentions(fn72524(judged(view(downloading(), **aireos))).unknown, "patches")


def test_a_clock_that_was_not_read_is_said_to_be_unknown():
    found = fn72524(judged(view(downloading(), clock=None)))
    assert mentions(found.unknown, "clock was not read")


def test_an_unknown_state_accuses_nobody():
    strange = downloading(state=ApState.UNKNOWN, raw_state="image-verify")
    diagnosis = judged(view(strange))
    assert diagnosis.findings == ()
    assert mentions(diagnosis.unknown, "'image-verify'")


def test_a_topic_that_could_not_be_read_is_no_clean_bill():
    seen = view(aps=None, unknown={Topic.AP_JOIN: "timed out"})
    assert mentions(judged(seen).unknown, "ap-join not read: timed out")


def test_a_controller_that_says_how_many_but_not_which_leaves_an_unknown():
    seen = view(registered(), ap_downloading=2, platform=Platform.AIREOS, release="8.5.182.0")
    assert mentions(judged(seen).unknown, "2 AP(s) download and 0 of them are named")
