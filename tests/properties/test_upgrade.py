"""Whatever the matrix and the fleet: forward only, nobody orphaned, the same answer twice."""

import re

from hypothesis import given
from hypothesis import strategies as st

from service.domain.catalogue import Cause, Fixed, FixedRelease, Issue
from service.domain.observation import Platform
from service.domain.releases import Release
from service.domain.software import (
    ApFamily,
    Claim,
    Detour,
    Patch,
    SoftwareMatrix,
    Support,
    Target,
    Trouble,
)
from service.domain.upgrade import NoWay, UpgradePath, shortest_path
from service.domain.upgrade_ground import Installed
from service.domain.upgrade_words import told
from tests.support.cases import catalogue

XE = Platform.IOSXE
MODELS = ("A1", "B2", "C3")
RELEASES = tuple(Release(17, minor, number) for minor in (3, 6, 9) for number in (1, 2, 3))
RULES = st.one_of(
    st.sampled_from([f"=={release}" for release in RELEASES]),
    st.sampled_from([f">={release}" for release in RELEASES]),
    st.sampled_from(["~17.3", "~17.6", "~17.9"]),
)
CLAIMS = st.lists(st.builds(Claim, RULES, st.just("x"), st.booleans()), max_size=2).map(tuple)


def some(*values: str) -> st.SearchStrategy[tuple[re.Pattern[str], ...]]:
    return st.sampled_from([(re.compile(value),) for value in values])


FAMILIES = st.builds(
    ApFamily, st.text("fgh", min_size=1), st.just(XE), some(*MODELS), CLAIMS, CLAIMS
)
PATCHES = st.sampled_from([(), (Patch("P1", "CSC1", ("CSC1",), "x"),)])
TARGETS = st.builds(Target, st.just(XE), st.sampled_from(RELEASES), st.just("x"), PATCHES)
TROUBLES = st.builds(
    Trouble, st.just("T"), st.just("t"), st.just(XE), some(*MODELS), st.tuples(RULES),
    st.just("mind"), st.just("x"), st.sampled_from([(), ("CSC1",)]),
)  # fmt: skip
DETOURS = st.builds(Detour, st.just(XE), RULES, RULES, some(*MODELS), st.just("x"))
MATRICES = st.builds(
    SoftwareMatrix,
    st.lists(TARGETS, max_size=7, unique_by=lambda one: one.release).map(tuple),
    st.lists(FAMILIES, max_size=5).map(tuple),
    st.lists(TROUBLES, max_size=2).map(tuple),
    st.lists(DETOURS, max_size=2).map(tuple),
)
FIXED = st.builds(
    FixedRelease, st.just(XE), RULES, st.sampled_from([(), ("CSC1",)]),
    st.sampled_from([None, "A1"]), st.booleans(),
)  # fmt: skip
ISSUES = st.builds(
    lambda lines: Issue(
        "ISSUE", "x", Cause.IMAGE_CERTIFICATE, frozenset({XE}),
        models=(re.compile("A1|B2"),), fixed=tuple(lines),
    ),
    st.lists(FIXED, max_size=3),
)  # fmt: skip
STARTS = st.builds(
    Installed,
    st.just(XE),
    st.sampled_from(RELEASES),
    st.sampled_from([(), ("x.CSC1.bin",)]),
    st.frozensets(st.sampled_from([*MODELS, "Z9", None]), min_size=1),
)


def walk(start: Installed, path: UpgradePath) -> list[Installed]:
    """The software after each step."""
    places, at = [], start
    for step in path.steps:
        patches = (*at.patches, step.patch.file) if step.patch else ()
        at = Installed(at.platform, step.release, patches, start.models)
        places.append(at)
    return places


def check(matrix: SoftwareMatrix, issue: Issue, start: Installed, path: UpgradePath) -> None:
    allowed = {Support.YES} if path.is_sure else {Support.YES, Support.MAYBE}
    before = start
    for place, step in zip(walk(start, path), path.steps, strict=True):
        if step.patch:
            assert place.release == before.release
            assert step.patch.file not in " ".join(before.patches)
        else:
            assert place.release > before.release
        if place.release != start.release:
            assert {matrix.support(XE, place.release, m) for m in start.models} <= allowed
        models = [m for m in start.models if m]
        assert not any(
            d.forbids(before.release, place.release, models) and not step.patch
            for d in matrix.detours
        )
        before = place
    said = {
        issue.fix_in(XE, before.release, before.patches, model)
        for model in start.models
        if model and issue.affects(model)
    }
    assert said <= ({Fixed.YES} if path.is_sure else {Fixed.YES, Fixed.MAYBE})
    assert said


@given(MATRICES, ISSUES, STARTS)
def test_a_path_goes_forward_orphans_nobody_and_ends_on_the_fix(matrix, issue, start):
    found = shortest_path(matrix, issue, start)
    assert found == shortest_path(matrix, issue, start)
    assert told(found, XE)
    if isinstance(found, NoWay):
        assert found.reasons
        return
    check(matrix, issue, start, found)
    if found.instead is not None:
        assert found.is_sure
        check(matrix, issue, start, found.instead)


@given(MATRICES, ISSUES, STARTS)
def test_the_order_of_the_data_does_not_count(matrix, issue, start):
    turned = SoftwareMatrix(
        matrix.targets[::-1], matrix.families[::-1], matrix.troubles, matrix.detours[::-1]
    )
    assert shortest_path(turned, issue, start) == shortest_path(matrix, issue, start)


@given(MATRICES, ISSUES, STARTS)
def test_a_controller_that_has_the_fix_gets_an_empty_path(matrix, issue, start):
    affected = [m for m in start.models if m and issue.affects(m)]
    said = {issue.fix_in(XE, start.release, start.patches, model) for model in affected}
    found = shortest_path(matrix, issue, start)
    assert (found == UpgradePath(())) is (said == {Fixed.YES})


@given(MATRICES, ISSUES, STARTS)
def test_no_sure_path_is_missed(matrix, issue, start):
    """Every order of steps is tried by hand: where one of them is sure, a sure path was found."""
    found = shortest_path(matrix, issue, start)
    is_sure = isinstance(found, UpgradePath) and found.is_sure
    ends = list(every_end(matrix, start))
    affected = [m for m in start.models if m and issue.affects(m)]
    reachable = bool(affected) and any(
        all(issue.fix_in(XE, end.release, end.patches, m) is Fixed.YES for m in affected)
        for end in ends
    )
    assert is_sure is reachable


def every_end(matrix: SoftwareMatrix, at: Installed):
    yield at
    for target in matrix.targets:
        models = [m for m in at.models if m]
        if target.release == at.release:
            for patch in target.patches:
                if patch.file not in " ".join(at.patches):
                    yield from every_end(
                        matrix, Installed(XE, at.release, (*at.patches, patch.file), at.models)
                    )
        elif target.release > at.release:
            is_barred = any(d.forbids(at.release, target.release, models) for d in matrix.detours)
            takes = {matrix.support(XE, target.release, m) for m in at.models}
            if not is_barred and takes == {Support.YES}:
                yield from every_end(matrix, Installed(XE, target.release, (), at.models))


SHIPPED = catalogue()
REAL_MODELS = ("AIR-CAP2702E-E-K9", "IW3702-2E-E-K9", "AIR-CAP2602I-E-K9", "C9120AXI-E", "C9136I-B",
               "AIR-AP1832I-E-K9", "CW9166I", "AIR-CAP1532I-E-K9", "unheard-of")  # fmt: skip


@given(
    st.tuples(st.sampled_from([3, 6, 9, 12]), st.integers(1, 8)),
    st.frozensets(st.sampled_from(REAL_MODELS), min_size=1),
)
def test_the_shipped_matrix_keeps_the_same_promises(numbers, models):
    issue = SHIPPED.get("FN72524")
    assert issue is not None
    start = Installed(XE, Release(17, *numbers), (), models)
    found = shortest_path(SHIPPED.software, issue, start)
    if isinstance(found, UpgradePath):
        check(SHIPPED.software, issue, start, found)
