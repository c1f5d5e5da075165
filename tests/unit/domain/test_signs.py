"""A poll in a few numbers: what it did not read is as it was known before."""

from datetime import timedelta

import pytest

from service.domain.signals import signs_of
from tests.support.cases import NOW, minutes, registered, view

SOON, LATER = NOW + timedelta(days=30), NOW + timedelta(days=900)


def ap_end(seen, before=None):
    return signs_of(seen, (), None, before, vouched=False).ap_end


def whole(*ends):
    return signs_of(
        view(*(registered(certificate_end=end) for end in ends)), (), None, None, vouched=False
    )


@pytest.mark.parametrize(("told", "expected"), [(None, SOON), (LATER, SOON), (NOW, NOW)])
def test_of_whoever_is_as_it_is_kept_the_first_end_is_the_one_that_was_known(told, expected):
    ap = registered(certificate_end=told)
    seen = view(ap, at=NOW + minutes(5), kept={"00:00:00:00:00:10": "="})
    assert ap_end(seen, whole(SOON, LATER)) == expected


def test_a_poll_that_read_every_access_point_goes_by_what_it_read():
    assert ap_end(view(registered(certificate_end=LATER)), whole(SOON)) == LATER
    assert ap_end(view(registered(certificate_end=None)), whole(SOON)) is None


def test_a_poll_that_read_no_access_points_knows_what_was_known():
    assert ap_end(view(aps=None), whole(SOON)) == SOON
