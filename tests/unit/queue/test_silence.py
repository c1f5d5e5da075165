import pytest

from service.queue.silence import DEAF_AFTER_S, LOOK_S, STARTING_S, Heard, Hears, Silence, Word

LONGEST_JOB_S = 900.0
IDLE, HALF, FULL = Word(0, 4), Word(3, 4), Word(4, 4)


def silence(*, started: bool = False) -> Silence:
    found = Silence(deaf_after_s=DEAF_AFTER_S, longest_job_s=LONGEST_JOB_S)
    if started:
        found.begin()
    return found


def deaf_after_s(
    found: Silence, heard: Heard | None, *, every_s: float = 1.0, from_s: float = 0.0
) -> float | None:
    """Look again and again; after how long the worker counts as deaf, None: not in two hours."""
    after_s = 0.0
    while after_s < 7200.0:
        if found.note(heard, from_s + after_s) is Hears.NO:
            return after_s
        after_s += every_s
    return None


@pytest.mark.parametrize("word", [IDLE, HALF, None], ids=["idle", "with room", "says nothing"])
def test_a_worker_that_could_hear_and_does_not_is_deaf_after_a_minute(word):
    assert deaf_after_s(silence(), Heard(sang=False, waiting=3, word=word)) == DEAF_AFTER_S + 1


def test_a_worker_whose_pool_is_full_is_deaf_only_after_any_job_would_have_ended():
    found = deaf_after_s(silence(), Heard(sang=False, waiting=3, word=FULL))
    assert found == LONGEST_JOB_S + DEAF_AFTER_S + 1


def test_a_worker_that_sings_now_and_then_is_never_deaf():
    found = silence()
    for now_s in range(7200):
        sang = now_s % int(DEAF_AFTER_S) == 0
        assert found.note(Heard(sang, word=IDLE), float(now_s)) is not Hears.NO


def test_nobody_is_deaf_while_the_broker_is_away_and_has_a_minute_when_it_is_back():
    found = silence()
    for now_s in range(50):
        found.note(Heard(sang=False, word=IDLE), float(now_s))
    assert deaf_after_s(found, None, from_s=50.0) is None
    assert deaf_after_s(found, Heard(sang=False, word=IDLE), from_s=7250.0) >= DEAF_AFTER_S


def test_a_machine_that_stood_still_for_a_night_made_nobody_deaf():
    found = silence()
    found.note(Heard(sang=False, word=IDLE), 0.0)
    assert found.note(Heard(sang=False, word=IDLE), 30000.0) is Hears.PERHAPS
    assert found.idle_s == LOOK_S


def test_on_a_machine_that_is_busy_looks_come_late_and_patience_grows():
    found = deaf_after_s(silence(), Heard(sang=False, word=IDLE), every_s=10.0)
    assert found >= DEAF_AFTER_S / LOOK_S * 10.0


def test_being_full_in_between_begins_the_count_anew():
    found = silence()
    for now_s in range(50):
        found.note(Heard(sang=False, word=IDLE), float(now_s))
    found.note(Heard(sang=False, word=FULL), 50.0)
    assert found.idle_s == 0.0


@pytest.mark.parametrize("first", [FULL, None])
def test_a_worker_that_was_just_started_has_time_to_start(first):
    found = silence(started=True)
    found.note(Heard(sang=False, word=first), 0.0)
    found.note(None, 1.0)
    assert deaf_after_s(found, Heard(sang=False), from_s=2.0) >= DEAF_AFTER_S + STARTING_S - 1


def test_what_was_under_way_when_it_last_spoke_counts_as_under_way():
    found = silence()
    assert not found.has_work
    found.note(Heard(sang=True, word=HALF), 0.0)
    found.note(Heard(sang=False, word=None), 1.0)
    assert found.has_work
    found.begin()
    assert not found.has_work
