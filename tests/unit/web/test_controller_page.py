"""One controller, and one access point, as pages show them."""

from datetime import timedelta

import pytest

from tests.support.pages import text_of
from tests.support.seeded_fleet import finding, word

NAME = "/controllers/hq-1"


def test_a_controller_that_was_never_swept_says_so(house):
    text = house.browser("vera").get(NAME).text
    assert "Never swept" in text
    assert "nothing to show yet" in text
    assert "No sweep has looked at it yet" in text


def test_a_sweep_fills_the_page_and_its_polls(house):
    house.sweep()
    text = house.browser("vera").get(NAME).text
    assert "FN72524" in text
    assert "AIR-CAP2702E-E-K9" in text
    assert 'id="clock-table"' in text
    assert "signs AP images" in text
    assert "Work out a plan" not in text, "a viewer asks for nothing"


@pytest.mark.parametrize(
    ("own", "shown"), [("suspected", "AP-1 (suspected)"), ("probable", "AP-1"), (None, "AP-1")]
)
def test_an_access_point_that_is_less_sure_than_its_finding_says_so(house, own, shown):
    found = finding("hq-1", "FN72524", aps=["AP-1"], own=own)
    now = house.service.api.context.clock.now().wall
    house.service.store.keep_looks("s1", [word("hq-1", findings=[found])], at=now)
    told = text_of(house.browser("vera").get(NAME))
    assert f"1 access point: {shown} Evidence (1)" in told


def test_an_operator_asks_for_a_plan_beside_the_finding(house):
    house.sweep()
    ann = house.browser("ann")
    assert "Work out a plan" in ann.get(NAME).text
    asked = ann.post("/plans", {"controller": "hq-1", "issue": "FN72524", "strategy": ""})
    assert asked.status_code == 303
    assert "A worker reads the controller" in ann.get(asked.headers["location"]).text
    house.service.work()
    assert "clock-window for FN72524" in ann.get(asked.headers["location"]).text


def test_an_operator_has_it_swept_now(house):
    ann = house.browser("ann")
    ann.get(NAME)
    assert ann.post(f"{NAME}/sweep").headers["location"] == NAME
    house.service.work()
    assert "Newest word" in ann.get(NAME).text


def test_access_points_are_filtered_and_come_in_pages(house):
    house.sweep()
    vera = house.browser("vera")
    first = vera.get(NAME, rows=1).text
    assert "Next page" in first
    downloading = vera.get(NAME, state="downloading").text
    registered = vera.get(NAME, state="registered").text
    assert "84:3d:c6:00:00:01" in downloading
    assert "No access point fits" in registered
    assert vera.get(NAME, state="odd").status_code == 400
    assert vera.get(NAME, cursor="odd").status_code == 400


def test_an_access_point_has_a_page_with_its_restarts_and_versions(house):
    house.sweep()
    text = house.browser("vera").get("/aps/84:3d:c6:00:00:01").text
    assert "Restarts of the download" in text
    assert "Stuck since" in text
    assert "States before" in text
    assert "15.3.3.0" in text
    assert NAME in text


def test_what_nobody_knows_is_not_found(house):
    vera = house.browser("vera")
    assert vera.get("/controllers/br-9").status_code == 404
    assert vera.get("/aps/00:00:00:00:00:09").status_code == 404
    assert vera.get("/aps/odd").status_code == 400 or vera.get("/aps/odd").status_code == 422


def test_the_mark_moves_with_every_sweep_and_plan(house):
    before = house.mark("controller", "hq-1")
    assert house.mark("controller", "hq-1") == before
    house.sweep()
    swept = house.mark("controller", "hq-1")
    house.service.crew.stage.world.advance(timedelta(seconds=1).total_seconds())
    house.service.planned()
    assert len({before, swept, house.mark("controller", "hq-1")}) == 3
