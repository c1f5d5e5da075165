"""What the guides show of bodies and filters is what the service takes and what it sends.

Of docs/itsm.md, docs/polling.md, docs/rest.md, docs/restconf.md and docs/webhooks.md.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from service.api.health import Ready
from service.api.restconf.filters import filter_of
from service.api.tickets import WordIn
from service.domain.observation import Topic
from service.domain.polling.telling import facts_document
from service.domain.webhooks import EventKind, Happening, body_of
from tests.support.builders import look, sighting
from tests.support.guide_table import blocks_of
from tests.support.guides import ROOT

THIS = str(Path(__file__).relative_to(ROOT))


def text_of(name: str) -> str:
    """The block of a document."""
    (found,) = [one for one in blocks_of(THIS) if one.place.startswith(f"docs/{name}.md:")]
    return found.text


def of_document(name: str) -> Any:
    return json.loads(text_of(name))


def test_the_word_of_a_desk_is_taken_as_it_stands():
    word = WordIn.model_validate(of_document("itsm")).word()
    assert (word.standing, word.number) == ("approved", "CHG-17")


def test_an_answer_of_readiness_has_the_form_that_is_answered():
    shown = of_document("rest")
    answered = Ready.model_validate(shown, strict=True)
    assert answered.model_dump() == shown
    assert answered.reasons.keys() == {name for name, ok in answered.checks.items() if not ok}


def test_a_delivery_has_the_form_that_is_sent():
    shown = of_document("webhooks")
    happening = Happening(
        id=shown["event"],
        kind=EventKind(shown["type"]),
        at=datetime.fromisoformat(shown["at"]),
        controller=shown["controller"],
        subject=shown["subject"],
        data=shown["data"],
    )
    assert json.loads(body_of(happening, shown["delivery"])) == shown


def test_the_age_of_facts_has_the_form_that_is_answered():
    shown = of_document("polling")
    view = look(load_percent=shown["load_percent"])
    aged = view.read_at - timedelta(seconds=shown["aps"]["oldest_seconds"])
    view = replace(
        view,
        remembered={Topic(name): aged for name in shown["age_seconds"]},
        aps=(
            *(sighting() for _ in range(shown["aps"]["asked"])),
            *(sighting(details_at=aged) for _ in range(shown["aps"]["remembered"])),
        ),
    )
    assert facts_document(view) == shown


def test_the_filters_of_a_stream_are_taken_and_want_what_they_name():
    by_name, by_controller, by_size = map(filter_of, text_of("restconf").splitlines())
    assert by_name.wants("needs-attention", {})
    assert not by_name.wants("plan-ready", {})
    assert by_controller.wants("plan-ready", {"controller": "hq-1"})
    assert not by_controller.wants("plan-ready", {"controller": "hq-2"})
    large = {"confidence": "confirmed", "access-points": 11}
    assert by_size.wants("finding-raised", large)
    assert not by_size.wants("finding-raised", large | {"access-points": 10})
