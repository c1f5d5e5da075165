import pytest

from service.domain.waves import Begin, Fate, Hold, Limits, Member, Over, Stop, next_wave

LIMITS = Limits((1, 5, 20), 0.2)
NAMES = tuple(f"c{number}" for number in range(9))


def members(*fates: tuple[Fate, int]) -> list[Member]:
    rest = [(Fate.WAITING, 0)] * (len(NAMES) - len(fates))
    return [Member(n, *fate) for n, fate in zip(NAMES, [*fates, *rest], strict=True)]


def test_the_canary_goes_alone():
    assert next_wave(members(), LIMITS) == Begin(1, ("c0",))
    assert next_wave(members((Fate.BEGUN, 1)), LIMITS) == Hold(1)


def test_a_wave_of_five_follows_a_canary_that_succeeded():
    assert next_wave(members((Fate.SUCCEEDED, 1)), LIMITS) == Begin(2, NAMES[1:6])


def test_another_canary_follows_one_on_which_nothing_was_done():
    assert next_wave(members((Fate.PASSED_OVER, 1)), LIMITS) == Begin(2, ("c1",))


def test_a_canary_that_fails_stops_everything_and_is_named():
    stop = next_wave(members((Fate.FAILED, 1)), LIMITS)
    assert stop == Stop(1, "wave 1: the canary failed (c0); the limit is 20%")


@pytest.mark.parametrize(("failed", "stops"), [(1, False), (2, True)])
def test_a_wave_stops_as_soon_as_its_failures_pass_the_share(failed, stops):
    wave = [(Fate.FAILED, 2)] * failed + [(Fate.BEGUN, 2)] * (5 - failed)
    found = next_wave(members((Fate.SUCCEEDED, 1), *wave), LIMITS)
    assert isinstance(found, Stop) == stops
    assert stops or found == Hold(2)


def test_those_passed_over_do_not_dilute_the_share():
    wave = [(Fate.FAILED, 2), (Fate.SUCCEEDED, 2), *[(Fate.PASSED_OVER, 2)] * 3]
    assert next_wave(members((Fate.SUCCEEDED, 1), *wave), LIMITS) == Stop(
        2, "wave 2: 1 of 2 failed (c1); the limit is 20%"
    )


def test_a_person_who_has_looked_lets_it_go_on_with_another_canary():
    looked = Limits((1, 5, 20), 0.2, forgiven=1)
    assert next_wave(members((Fate.FAILED, 1)), looked) == Begin(2, ("c1",))


def test_after_a_stop_the_waves_begin_small_again():
    fates = [(Fate.SUCCEEDED, 1), (Fate.SUCCEEDED, 2), (Fate.FAILED, 2), (Fate.FAILED, 2)]
    assert isinstance(next_wave(members(*fates), LIMITS), Stop)
    assert next_wave(members(*fates), Limits((1, 5, 20), 0.2, forgiven=2)) == Begin(3, ("c4",))


def test_it_is_over_when_nobody_waits():
    assert next_wave([Member("c0", Fate.SUCCEEDED, 1)], LIMITS) == Over()
    assert next_wave([], LIMITS) == Over()
