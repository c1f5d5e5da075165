"""A controller's document in a line, and its stuck access points one by one."""

from datetime import UTC, datetime

import pytest

from service.domain.finding import Confidence
from service.domain.gist import gist_of, stuck_aps
from tests.support.seeded_fleet import finding, mac_of, word

AT = datetime(2026, 11, 21, 20, tzinfo=UTC)


def graded(*own: str | None) -> dict[str, object]:
    """A confirmed finding whose access points say this of themselves; None: nothing."""
    names = [f"ap-{at}" for at in range(len(own))]
    made = finding("hq-1", "FN72524", aps=names, confidence="confirmed")
    for ap, sure in zip(made["aps"], own, strict=True):
        if sure is not None:
            ap["confidence"] = sure
    return word("hq-1", findings=[made])


def test_each_is_as_sure_as_its_own_evidence_and_the_line_as_the_surest_finding():
    said = graded("suspected", "probable", "confirmed")
    assert [one.confidence for one in stuck_aps("hq-1", said, at=AT)] == list(Confidence)
    assert gist_of("hq-1", said, sweep="s1", at=AT).surest is Confidence.CONFIRMED


@pytest.mark.parametrize("own", [None, "luck"])
def test_one_that_says_nothing_of_itself_is_as_sure_as_its_finding(own):
    (one,) = stuck_aps("hq-1", graded(own), at=AT)
    assert one.confidence is Confidence.CONFIRMED


def test_one_that_something_else_explains_has_none():
    off = [{"mac": mac_of("x"), "cause": "ap-limit", "evidence": []}]
    (one,) = stuck_aps("hq-1", word("hq-1", explained=off), at=AT)
    assert (one.confidence, one.finding, one.cause) == (None, None, "ap-limit")
