"""What a way disturbs outside of the controller."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.domain.box_note import BoxNote
from service.domain.finding import Confidence, Finding
from service.domain.hazards import Dependent, Hazard
from service.domain.observation import Certificate, Platform, Topic
from service.domain.plan import Asked, NoPlan, Plan, Planned, Situation
from service.domain.planning import make_plan
from service.domain.surroundings import NOT_SHOWN, Disturbance, disturbed, peers_told, told
from tests.support.builders import CONTROLLER, FALSE, OPENED, affected, charter, look, sighting
from tests.support.cases import catalogue

EVERYTHING = (
    Dependent("assurance", "telemetry subscriptions", 3, "/mdt"),
    Dependent("licence", "smart licensing", 1, "/license"),
    Dependent("certificate-check", "trustpoints", 2, "/trustpoint"),
    Dependent("scheduled-job", "EEM applets that run by the clock", 1, "/event"),
    Dependent("guest-lifetime", "guest users with a lifetime", 4, "/user-name"),
)
VIEW = look(0, aps=(sighting(),), unsaved=False, hazards=(), certificates=())
SEEN = replace(VIEW, dependents=EVERYTHING)


def planned(view, issue: str = "FN72524", **fields) -> Planned:
    known = catalogue().get(issue)
    assert known is not None
    finding = Finding("hq-1", issue, Confidence.PROBABLE, (affected(),))
    situation = Situation(finding, known, CONTROLLER, view, charter().true_time, **fields)
    return make_plan(situation, Asked())


def test_a_false_date_is_seen_by_everything_that_counts_on_dates():
    assert disturbed(SEEN, Disturbance.FALSE_TIME) == tuple(one.kind for one in EVERYTHING)


def test_a_reload_disturbs_who_watches_and_no_certificate():
    assert disturbed(SEEN, Disturbance.RELOAD) == ("assurance",)
    assert disturbed(SEEN, Disturbance.NONE) == ()


def test_a_plan_tells_what_it_disturbs_how_many_and_where_that_was_read():
    made = planned(SEEN)
    assert isinstance(made, Plan)
    impact = "\n".join(made.impact)
    for one in EVERYTHING:
        assert f"{one.kind}: {one.number} {one.detail} [{one.path}]" in impact
    (way,) = [way for way in made.alternatives if way.name == "clock-window"]
    assert way.disturbs == tuple(one.kind for one in EVERYTHING)


def test_what_nobody_can_read_is_said():
    for platform in Platform:
        view = replace(VIEW, platform=platform)
        assert NOT_SHOWN[platform] in " ".join(told(view, Disturbance.FALSE_TIME))
        assert not list(told(view, Disturbance.NONE))


def test_what_could_not_be_read_is_said_with_the_reason():
    view = replace(SEEN, unknown={Topic.DEPENDENTS: "trustpoints: access denied"})
    assert "could be read: trustpoints: access denied" in " ".join(told(view, Disturbance.JUMP))


def peer(start: datetime | None, **fields) -> BoxNote:
    own = Certificate("TP", not_before=start, **fields)
    return BoxNote("hq-2", Platform.IOSXE, OPENED, "17.9.1", None, (), (own,))


def test_a_mobility_peer_with_a_younger_certificate_is_named():
    young, old = datetime(2024, 3, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)
    (sentence,) = peers_told([peer(young), peer(old)], FALSE)
    assert "hq-2: its certificate 'TP' of 2024-03-01 looks not yet valid" in sentence
    assert list(peers_told([peer(young)], None)) == []
    assert list(peers_told([peer(young, is_ca=True), peer(None)], FALSE)) == []
    (unknown,) = peers_told([replace(peer(young), certificates=None)], FALSE)
    assert "not known" in unknown


def test_a_plan_tells_its_mobility_peers():
    note = peer(datetime(2024, 3, 1, tzinfo=UTC))
    made = planned(VIEW, peers=(note,))
    assert isinstance(made, Plan)
    assert any("mobility peer hq-2" in sentence for sentence in made.impact)


def test_the_digest_does_not_change_with_what_is_outside():
    one, other = planned(VIEW), planned(SEEN)
    assert isinstance(one, Plan)
    assert isinstance(other, Plan)
    assert one.charter.digest == other.charter.digest


@pytest.mark.parametrize("issue", ["FN72524"])
def test_key_chains_with_lifetimes_are_a_reason_to_leave_the_clock_alone(issue):
    chain = Hazard("key-chain", "key chains with lifetimes are configured", "/native/key/chain")
    made = planned(replace(VIEW, hazards=(chain,)), issue)
    assert isinstance(made, NoPlan)
    (way,) = [way for way in made.alternatives if way.name == "clock-window"]
    assert "key chains with lifetimes" in way.reason
