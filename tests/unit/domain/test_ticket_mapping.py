"""Our fields in somebody else's JSON: word for word, and nothing else than they."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.ticket_mapping import (
    COMMON,
    FIELDS,
    TicketMapping,
    all_names,
    filled,
    names_in,
    own_form,
)

TEXTS = st.text("ab{} \né", max_size=12)


@given(TEXTS, TEXTS, TEXTS)
def test_what_is_put_into_a_template_is_never_read_as_one(before, said, after):
    def plain(text):
        return text.replace("{", "{{").replace("}", "}}")

    template = f"{plain(before)}{{text}}{plain(after)}"
    assert names_in(template) == ("text",)
    assert filled(template, {"text": said}) == f"{before}{said}{after}"


@pytest.mark.parametrize("template", ["{", "a } b", "{a-b}", "{text.upper}", "{text!r}", "{{x}"])
def test_a_brace_that_is_no_field_is_no_template(template):
    with pytest.raises(ValueError, match="a single"):
        names_in(template)


@pytest.mark.parametrize("name", FIELDS)
def test_the_own_form_says_every_field_under_its_name(name):
    fields = {key: f"<{key}>" for key in (*COMMON, *FIELDS[name])}
    assert own_form().body(name, fields) == fields


def test_a_body_has_its_own_fields_over_those_of_all_constants_and_their_words():
    mapping = TicketMapping(
        bodies={"note": {"work": {"log": ("{text}", "{{{kind}}}"), "public": False, "sla": 3}}},
        everywhere={"id": "ext-{correlation}", "work": "replaced", "none": None},
        words={"kind": {"change": "chg", "incident": "inc"}},
    )
    fields = {"correlation": "d1", "kind": "change", "text": "{kind}"}
    assert json.loads(json.dumps(mapping.body("note", fields))) == {
        "id": "ext-d1",
        "none": None,
        "work": {"log": ["{kind}", "{chg}"], "public": False, "sla": 3},
    }
    assert list(all_names(mapping.bodies["note"])) == ["text", "kind"]
    assert mapping.body("attach", fields) is None
