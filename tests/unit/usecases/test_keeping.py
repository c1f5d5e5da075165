"""The lease while a request takes longer than it lasts."""

from threading import Event, active_count
from typing import cast

from service.errors import LeaseLost
from service.usecases.keeping import lease_kept
from service.usecases.orphans import LEASE_TTL_S
from service.usecases.work import Work

LONG_S = 10 * LEASE_TTL_S


class Renewing:
    """Counts renewals; says when the third came."""

    def __init__(self, *, lost: bool = False) -> None:
        self.renewed, self.third, self.lost = 0, Event(), lost

    def renew(self) -> None:
        self.renewed += 1
        if self.renewed == 3:
            self.third.set()
        if self.lost:
            raise LeaseLost

    @property
    def work(self) -> Work:
        return cast(Work, self)


def test_it_is_renewed_again_and_again_until_the_request_is_over():
    holder, threads = Renewing(), active_count()
    with lease_kept(holder.work, LONG_S, every_s=0.001):
        assert holder.third.wait(30)
    assert active_count() == threads


def test_a_request_that_the_lease_outlasts_needs_nobody():
    holder, threads = Renewing(), active_count()
    with lease_kept(holder.work, LEASE_TTL_S / 3, every_s=0.001):
        assert active_count() == threads
    assert holder.renewed == 0


def test_it_is_not_kept_beyond_the_time_that_the_request_has():
    holder = Renewing()
    with lease_kept(holder.work, LEASE_TTL_S, every_s=LEASE_TTL_S / 2.5):
        pass
    assert holder.renewed == 0


def test_a_lease_that_is_lost_is_no_error_of_the_keeper():
    holder = Renewing(lost=True)
    with lease_kept(holder.work, LONG_S, every_s=0.001):
        assert holder.third.wait(30)
