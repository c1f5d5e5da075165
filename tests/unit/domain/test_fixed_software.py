"""The path to fixed software, as `aprejoin plan` gives it among the ways that it passes over."""

from dataclasses import replace

import pytest

from service.domain.finding import Confidence, Finding
from service.domain.observation import ApState, ControllerView, InstallState
from service.domain.plan import Asked, NoPlan, Situation
from service.domain.planning import make_plan
from tests.support.builders import CONTROLLER, MAC, OTHER, POLICY, affected, charter, look, sighting
from tests.support.cases import catalogue

NEW = sighting(OTHER, ApState.REGISTERED, name="AP9120", model="C9120AXI-E", serial="FJC2201X0AB")


def seen(*aps, release: str = "17.3.4", **fields) -> ControllerView:
    view = look(0, aps=(sighting(), *aps), unsaved=False, hazards=(), certificates=())
    return replace(view, release=release, install=InstallState(release, **fields))


def reason(view: ControllerView, *, asked_for: bool = False) -> str:
    """The reason among the alternatives, or where it is the only way asked for."""
    issue = catalogue().get("FN72524")
    assert issue is not None
    finding = Finding("hq-1", issue.name, Confidence.PROBABLE, (affected(),))
    situation = Situation(
        finding, issue, CONTROLLER, view, charter().true_time, software=catalogue().software
    )
    made = make_plan(situation, Asked(), strategy="fixed-software" if asked_for else None)
    if asked_for:
        assert isinstance(made, NoPlan)
        return made.reason
    (way,) = (one for one in made.alternatives if one.name == "fixed-software")
    assert not way.applicable
    return way.reason


def test_the_reason_tells_the_path_step_by_step():
    told = reason(seen())
    assert told.startswith("by hand: install 17.3.6")
    assert "then APSP7 for 17.3.6" in told
    assert told in reason(seen(), asked_for=True)


def test_every_ap_that_is_there_counts_whether_it_serves_or_not():
    down = replace(NEW, model="AIR-CAP2602I-E-K9", state=ApState.DOWN)
    told = reason(seen(NEW, down))
    assert "no supported path" in told
    assert "no support for AP models AIR-CAP2602I-E-K9" in told


def test_committed_patches_count():
    told = reason(seen(release="17.3.6", patches=("x.CSCwe10047.SPA.apsp.bin",)))
    assert "the running software carries the fix" in told


def test_an_ap_in_the_table_without_a_model_bars_every_release():
    assert "the model of some AP is not known" in reason(seen(replace(NEW, model=None)))


def test_an_ap_that_the_join_statistics_alone_remember_bars_none_and_is_named():
    memory = replace(NEW, model=None, state=ApState.NOT_JOINED)
    told = reason(seen(memory))
    assert "install 17.3.6" in told
    assert "1 AP(s) that the join statistics alone know" in told


def test_bundle_mode_is_told_where_the_path_has_a_patch():
    mode = "install-boot-mode-bundle"
    assert "bundle mode" in reason(seen(boot_mode=mode))
    assert "bundle mode" not in reason(seen(release="17.9.1", boot_mode=mode))


@pytest.mark.parametrize("release", ["", "unknown"])
def test_without_a_release_no_path_can_be_told(release):
    assert "no path can be told" in reason(replace(seen(), release=release or None))


def test_a_policy_that_forbids_it_is_reason_enough():
    issue = catalogue().get("FN72524")
    assert issue is not None
    barred = replace(CONTROLLER, policy=replace(POLICY, strategies=("clock-window",)))
    finding = Finding("hq-1", issue.name, Confidence.PROBABLE, (affected(MAC),))
    made = make_plan(Situation(finding, issue, barred, seen(), charter().true_time), Asked())
    (way,) = (one for one in made.alternatives if one.name == "fixed-software")
    assert way.reason == "the policy does not allow it"
