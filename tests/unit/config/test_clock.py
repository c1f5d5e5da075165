import pytest

from service.config.clock import SystemClock
from service.config.kernel_clock import MOST_UNCERTAIN_S, STA_UNSYNC, TIME_ERROR, judged
from service.domain.instants import agree


def test_instants_of_one_process_compare_by_boot_time():
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.boot_id == second.boot_id
    assert second.boottime_s > first.boottime_s
    assert 0 < second.seconds_since(first) < 60
    assert first.wall.utcoffset().total_seconds() == 0


def test_the_kernel_is_asked_without_changing_anything_and_gives_a_straight_answer():
    source = SystemClock().vouch()
    assert source is None or (source.offset_s == 0 and source.uncertainty_s <= MOST_UNCERTAIN_S)


@pytest.mark.parametrize("state", range(5))
def test_a_disciplined_clock_vouches_with_the_kernels_own_uncertainty(state):
    source = judged(state, 0x2001, 12_500)
    assert source is not None
    assert (source.name, source.offset_s) == ("host clock (disciplined)", 0.0)
    assert source.uncertainty_s == pytest.approx(0.0125)


@pytest.mark.parametrize(
    ("state", "status"), [(TIME_ERROR, 0), (0, STA_UNSYNC), (0, 0x2000 | STA_UNSYNC), (-1, 0)]
)
def test_a_clock_that_the_kernel_doubts_vouches_for_nothing(state, status):
    assert judged(state, status, 0) is None


def test_a_huge_uncertainty_is_capped_so_that_agreement_keeps_its_meaning():
    source = judged(0, 0, 16_000_000)
    assert source is not None
    assert source.uncertainty_s == MOST_UNCERTAIN_S
    assert agree((source,), SystemClock().now()) is None
