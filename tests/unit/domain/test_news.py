"""What is told of findings and journals: every change once, nothing that is not known."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.domain.journal import Closed, Entry, HomeCalled, Observed, Opened, StepDone, StepFailed
from service.domain.news import finding_news, gists_of, journal_news
from service.domain.webhooks import EventKind
from tests.support.builders import OPENED, charter, instant

APS = st.lists(st.sampled_from(["aa", "bb", "cc"]), unique=True)
FINDINGS = st.dictionaries(
    st.sampled_from(["f1", "f2", "f3"]),
    st.tuples(st.sampled_from(["suspected", "probable"]), APS),
)


def document(found, *, reachable=True):
    return {
        "reachable": reachable,
        "findings": [
            {"id": name, "issue": "FN72524", "confidence": sure, "aps": [{"mac": m} for m in macs]}
            for name, (sure, macs) in found.items()
        ],
    }


def news(before, after, sweep="s2", **fields):
    known = gists_of(document(before))
    return finding_news("hq-1", sweep, OPENED, document(after, **fields), known)


@given(FINDINGS, FINDINGS)
def test_each_finding_is_told_once_by_what_became_of_it(before, after):
    told, known = news(before, after)
    kinds = {one.subject.removeprefix("finding/"): one.kind for one in told}
    assert len(kinds) == len(told)
    for name in {*before, *after}:
        same = name in before and name in after and _same(before[name], after[name])
        expected = {
            (False, True): EventKind.FINDING_OPENED,
            (True, False): EventKind.FINDING_GONE,
            (True, True): None if same else EventKind.FINDING_CHANGED,
        }[name in before, name in after]
        assert kinds.get(name) == expected
    assert known == gists_of(document(after))


def _same(one, other):
    return one[0] == other[0] and sorted(one[1]) == sorted(other[1])


@given(FINDINGS, FINDINGS)
def test_of_a_controller_that_was_not_read_nothing_is_told_and_nothing_forgotten(before, after):
    assert news(before, after, reachable=False) == ((), gists_of(document(before)))


@given(FINDINGS, FINDINGS)
def test_the_same_change_is_the_same_event_and_that_of_another_sweep_is_not(before, after):
    first, _ = news(before, after)
    assert news(before, after)[0] == first
    other, _ = news(before, after, sweep="s3")
    assert {one.id for one in first}.isdisjoint(one.id for one in other)


def test_a_document_of_another_form_tells_nothing():
    for odd in ({}, {"findings": None}, {"findings": [1, {}]}, {"findings": {"id": "f"}}):
        assert finding_news("hq-1", "s", OPENED, odd, {}) == ((), {})


# -- journals ----------------------------------------------------------------------------------

ENDED = Closed("needs-attention", "the clock is false", 0, 2, ("clock",), ("clock set",))
EVENTS = [
    Opened(charter()),
    Observed("ntp.remove", {"a": "b"}),
    StepDone("ntp.remove", "0 servers"),
    StepFailed("clock.set", "refused"),
    HomeCalled("a step failed"),
    ENDED,
]
SHOWN = {"controller": "hq-1", "issue": "FN72524", "strategy": "clock-window", "state": "running"}


def journal(events=EVENTS):
    return [Entry(seq, instant(seq), event) for seq, event in enumerate(events, 1)]


def told(events=EVENTS, after=0):
    return journal_news("r1", journal(events), after=after, document=SHOWN)


def test_a_journal_tells_of_ends_of_steps_of_the_way_home_and_of_its_end():
    kinds = [one.kind.value for one in told()]
    assert kinds == [*["remediation.step"] * 4, "remediation.ended", "needs-attention"]
    steps = [one.data["remediation"] for one in told()[:4]]
    assert [(one["seq"], one["step"], one["state"]) for one in steps] == [
        (1, "capture", "done"),
        (3, "ntp.remove", "done"),
        (4, "clock.set", "failed"),
        (5, "home", "called"),
    ]
    assert told()[-1].data["remediation"]["state"] == "needs-attention"


def test_an_end_that_is_well_needs_no_attention():
    well = replace(ENDED, state="succeeded", left=(), mend=())
    assert [one.kind.value for one in told([well])] == ["remediation.ended"]


@given(st.integers(0, len(EVENTS)))
def test_told_in_two_parts_a_journal_tells_the_same(seq):
    first = journal_news("r1", journal()[:seq], after=0, document=SHOWN)
    assert first + told(after=seq) == told()
    assert len({one.id for one in told()}) == len(told())
