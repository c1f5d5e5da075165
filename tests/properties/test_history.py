"""An AP is simulated turn by turn, polls look at it whenever and see whatever they see; however
little that is, they never count more restarts than there were.
"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.domain.history import begin, extend
from service.domain.observation import ApState
from tests.support.cases import NOW, downloading, minutes, not_joined, registered

REBOOT, DOWNLOAD, REST = 2, 6, 1  # minutes of one turn: booting, downloading, rejecting
TURN = REBOOT + DOWNLOAD + REST


def looping_ap(minute):
    """What a full record shows of an AP in the loop, `minute` after its first boot."""
    turn, inside = divmod(minute, TURN)
    boot = NOW + minutes(turn * TURN)
    if inside < REBOOT:
        return not_joined(version="15.3.3.0", boot_time=boot)
    percent = min(100, int(100 * (inside - REBOOT) / DOWNLOAD))
    return downloading(
        boot_time=boot, download_started=boot + minutes(REBOOT), download_percent=percent
    )


def healthy_ap(minute):
    """The same for an AP whose first download works."""
    if minute < TURN:
        return looping_ap(minute)
    boot = NOW + minutes(TURN)
    if minute < TURN + REBOOT:
        return not_joined(version="17.9.1.8", boot_time=boot)
    return registered(boot_time=boot)


hideable = ("boot_time", "download_started", "download_percent", "version", "model", "name")
looks = st.lists(
    st.tuples(
        st.floats(0, 12 * TURN, allow_nan=False).map(lambda minute: round(minute, 1)),
        st.frozensets(st.sampled_from(hideable)),
    ),
    min_size=1,
    max_size=40,
)


def polled(ap_at, seen):
    history = None
    for minute, hidden in seen:
        sighting = replace(ap_at(minute), **dict.fromkeys(hidden))
        history = extend(history, sighting, NOW + minutes(minute))
    return history


@given(looks)
def test_restarts_counted_never_exceed_the_turns_that_were_looked_at(seen):
    seen = sorted(seen, key=lambda look: look[0])
    history = polled(looping_ap, seen)
    first, last = seen[0][0], seen[-1][0]
    assert len(history.restarts) <= last // TURN - first // TURN


@given(looks)
def test_a_download_that_works_never_shows_a_restart(seen):
    seen = sorted(seen, key=lambda look: look[0])
    assert polled(healthy_ap, seen).restarts == ()


@given(looks)
def test_polls_that_arrive_out_of_order_or_twice_add_nothing(seen):
    by_time = {minute: (minute, hidden) for minute, hidden in reversed(seen)}
    arrived = [by_time[minute] for minute, _ in seen] * 2
    newest_first = []
    for look in arrived:
        if not newest_first or look[0] > newest_first[-1][0]:
            newest_first.append(look)
    assert polled(looping_ap, arrived) == polled(looping_ap, newest_first)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30).map(sorted))
def test_a_percentage_that_only_rises_is_never_a_restart(percentages):
    history = begin(downloading(download_percent=percentages[0]), NOW)
    for index, percent in enumerate(percentages[1:], start=1):
        history = extend(history, downloading(download_percent=percent), NOW + minutes(index))
    assert history.restarts == ()
    assert (history.progress_at is not None) == (percentages[-1] > percentages[0])


@given(st.integers(3, 10), st.integers(0, TURN - 1))
def test_every_turn_of_a_loop_that_is_watched_closely_is_counted(turns, offset):
    looks_at = [(minute, frozenset()) for minute in range(offset, turns * TURN)]
    history = polled(looping_ap, looks_at)
    assert len(history.restarts) == turns - 1
    assert history.last.state is ApState.DOWNLOADING
