from dataclasses import replace

import pytest

from service.domain.history import KEEP_VERSIONS, begin, extend, extend_all, is_failing
from service.domain.observation import ApState, JoinPhase
from service.domain.restarts import KEEP_RESTARTS
from tests.support.cases import MAC, NOW, OTHER, downloading, minutes, not_joined, registered


def grown(*sightings):
    history = None
    for index, ap in enumerate(sightings):
        history = extend(history, ap, NOW + minutes(5 * index))
    return history


def test_a_download_start_that_moved_is_a_restart_with_both_times_named():
    later = downloading(download_started=NOW + minutes(4), download_percent=60)
    (restart,) = grown(downloading(), later).restarts
    assert "19:57:00Z" in restart.sign
    assert "20:04:00Z" in restart.sign


def test_a_percentage_that_fell_is_a_restart():
    history = grown(downloading(download_percent=100), downloading(download_percent=3))
    assert [one.sign for one in history.restarts] == ["percentage fell from 100 to 3"]


def test_a_reboot_while_downloading_is_a_restart():
    again = downloading(boot_time=NOW + minutes(2), download_started=None)
    assert "rebooted" in grown(downloading(), again).restarts[0].sign


def test_one_turn_of_the_loop_counts_once_however_many_signs_it_shows():
    off = not_joined(version="15.3.3.0", boot_time=NOW + minutes(4))
    back = downloading(
        boot_time=NOW + minutes(4), download_started=NOW + minutes(8), download_percent=1
    )
    assert len(grown(downloading(), off, back).restarts) == 1


def test_a_start_time_that_shows_late_is_not_a_second_restart():
    fell = downloading(download_percent=5, download_started=None, boot_time=None)
    late = downloading(download_percent=9, download_started=NOW, boot_time=NOW - minutes(1))
    assert len(grown(downloading(), fell, late).restarts) == 1


def test_progress_is_no_restart_and_is_remembered():
    history = grown(downloading(), downloading(download_percent=80))
    assert history.restarts == ()
    assert history.progress_at == NOW + minutes(5)


def test_a_download_that_stands_still_makes_no_progress():
    history = grown(downloading(download_percent=100), downloading(download_percent=100))
    assert history.progress_at is None
    assert history.last_movement == NOW


def test_rounding_of_the_start_time_is_no_restart():
    nudged = downloading(download_started=NOW - minutes(3) + minutes(1) / 60)
    assert grown(downloading(), nudged).restarts == ()


def test_the_same_poll_twice_tells_nothing_new():
    history = grown(downloading())
    assert extend(history, downloading(download_percent=1), NOW) is history


def test_an_older_poll_is_ignored():
    history = grown(downloading(), downloading(download_percent=90))
    assert extend(history, downloading(download_percent=1), NOW + minutes(2)) is history


@pytest.mark.parametrize(
    "arrived",
    [
        registered(),
        registered(state=ApState.PREDOWNLOADING),
        downloading(version="17.9.1.8", download_percent=0),
        registered(state=ApState.UNKNOWN, raw_state="ap-up"),
    ],
    ids=["registered", "pre-downloading", "new version", "joined in an unknown state"],
)
def test_an_ap_that_got_somewhere_begins_a_new_streak(arrived):
    looped = grown(downloading(), downloading(download_percent=1))
    history = extend(looped, arrived, NOW + minutes(30))
    assert looped.restarts
    assert history.restarts == ()


def test_a_reboot_for_the_new_image_is_no_restart_before_the_version_shows():
    off = not_joined(boot_time=NOW + minutes(4))
    history = grown(downloading(download_percent=100), off, registered())
    assert grown(downloading(download_percent=100), off).restarts == ()
    assert history.restarts == ()


def test_reboots_of_an_ap_that_does_not_download_are_no_restarts():
    seen = [not_joined(version="15.3.3.0", boot_time=NOW + minutes(n)) for n in range(5)]
    assert grown(*seen).restarts == ()


def test_the_first_restart_is_kept_since_the_spread_counts_from_it():
    seen = [downloading(download_started=NOW + minutes(5 * n)) for n in range(60)]
    history = grown(*seen)
    assert len(history.restarts) == KEEP_RESTARTS
    assert history.loop_spread_s == 58 * 300


def test_one_restart_has_no_spread():
    assert grown(downloading(), downloading(download_percent=1)).loop_spread_s == 0.0


def test_a_shorter_record_keeps_what_was_known():
    before = downloading(serial="FCW1933N0AB", address="192.0.2.21")
    history = grown(before, not_joined(name=None))
    assert history.last.state is ApState.NOT_JOINED
    assert (history.last.name, history.last.serial) == ("AP2702E", "FCW1933N0AB")
    assert history.last.address == "192.0.2.21"


def test_two_changes_among_two_versions_are_a_bounce_and_survive_registering():
    seen = [registered(version=version) for version in ("17.3.6.76", "17.9.1.8", "17.3.6.76")]
    assert grown(*seen).bounces == 2
    assert grown(*seen[:2]).bounces == 0


def test_upgrades_through_three_versions_are_no_bounce():
    seen = [registered(version=version) for version in ("17.3.6", "17.6.4", "17.9.1")]
    assert grown(*seen).bounces == 0


def test_versions_remembered_are_bounded():
    seen = [registered(version=f"17.9.{n}") for n in range(40)]
    assert len(grown(*seen).versions) == KEEP_VERSIONS


def test_polls_with_the_same_phase_of_failure_are_counted_in_a_row():
    dtls = not_joined(failure_phase=JoinPhase.DTLS)
    assert grown(dtls, dtls, dtls).phase_polls == 3
    assert grown(dtls, dtls, not_joined(failure_phase=JoinPhase.JOIN)).phase_polls == 1
    assert grown(dtls, registered(), dtls).phase_polls == 1
    assert grown(dtls, downloading(), dtls).failing_polls == 1


def test_counters_that_move_show_that_the_ap_still_tries_even_when_they_wrap():
    history = grown(not_joined(discovery_requests=65535), not_joined(discovery_requests=2))
    assert history.attempt_at == NOW + minutes(5)
    assert history.counted_since == NOW + minutes(5)


def test_counters_that_stand_still_show_since_when():
    still = not_joined(discovery_requests=7, join_requests=0)
    history = grown(still, still, still)
    assert history.attempt_at is None
    assert history.counted_since == NOW


def test_a_controller_that_counts_nothing_shows_no_silence():
    assert grown(not_joined(), not_joined()).counted_since is None


@pytest.mark.parametrize(
    ("ap", "failing"),
    [
        (not_joined(), True),
        (not_joined(state=ApState.UNREGISTERED, is_joined=None), True),
        (not_joined(state=ApState.DOWN), True),
        (not_joined(state=ApState.DOWN, is_joined=True), False),
        (not_joined(state=ApState.UNKNOWN, is_joined=None), False),
        (not_joined(state=ApState.UNKNOWN), True),
        (registered(), False),
        (downloading(is_joined=False), False),
    ],
)
def test_only_an_ap_that_is_known_not_to_have_joined_is_failing(ap, failing):
    assert is_failing(ap) is failing


def test_every_ap_of_a_poll_is_added_and_absent_ones_are_kept():
    other = replace(downloading(), mac=OTHER)
    first = extend_all({}, [downloading(), other], NOW)
    second = extend_all(first, [other], NOW + minutes(5))
    assert second[MAC] is first[MAC]
    assert second[OTHER].polls == 2


def test_the_first_poll_begins_the_history():
    history = begin(downloading(), NOW)
    assert (history.polls, history.downloading_since, history.restarts) == (1, NOW, ())
