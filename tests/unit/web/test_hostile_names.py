"""Whatever devices and people call things, pages show it as words."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.documents import Document
from service.domain.identity import BaseRadioMac
from tests.support.builders import sighting
from tests.support.cases import view
from tests.support.seeded_fleet import HOSTILE

RUNS = ("<img src=x", "<script>document", "<svg/onload", "\u202e", "\u2066", "\x07")
MAC = "84:3d:c6:00:00:01"


def poisoned(document: Document, name: str) -> Document:
    """A document in which one access point has another name wherever it is named."""
    return json.loads(json.dumps(document).replace('"AP1', json.dumps(name)[:-1]))


def called(house, name: str) -> None:
    """The access point is seen once more, and says that it is called so."""
    at = house.service.api.context.clock.now().wall + timedelta(seconds=60)
    seen = view(sighting(BaseRadioMac.parse(MAC), name=name), at=at)
    house.service.store.add_poll(replace(seen, controller="hq-1"))


@pytest.fixture(params=HOSTILE, ids=["markup", "turned round", "long", "attribute"])
def hostile(request, house) -> str:
    """A sweep and a plan in which one access point is called so; the plan's id."""
    house.sweep()
    store = house.service.store
    (look,) = store.looks()
    store.keep_looks(look.sweep, [poisoned(look.document, request.param)], at=look.at)
    asked = store.plan_asked(house.service.planned()["id"])
    told = replace(asked.answer, document=poisoned(asked.answer.document, request.param))
    store.answer_plan(asked.id, told)
    called(house, request.param)
    return asked.id


def test_no_page_runs_turns_or_hides_anything_for_a_name(house, hostile):
    bob = house.browser("bob")
    for path in ("/controllers/hq-1", f"/plans/{hostile}", "/plans", "/audit", f"/aps/{MAC}"):
        answer = bob.get(path)
        assert answer.status_code == 200, path
        assert [one for one in RUNS if one in answer.text] == [], path


def test_a_reason_of_markup_is_shown_to_the_letter(house):
    plan = house.service.planned()
    said = {"reason": HOSTILE[0]}
    path = f"/api/v1/plans/{plan['digest']}/reject"
    assert house.service.bob.post(path, said).status_code == 200
    for page in (f"/plans/{plan['id']}", "/audit"):
        text = house.browser("bob").get(page).text
        assert "&lt;img src=x onerror=alert(1)&gt;" in text
        assert "<img src=x" not in text
