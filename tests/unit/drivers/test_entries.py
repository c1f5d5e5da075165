"""Entries of JSON lists, taken while they arrive: the same as the whole document gives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.drivers.iosxe import json_forms
from service.drivers.iosxe.entries import EntryReader
from service.drivers.iosxe.entry_forms import form_of
from service.drivers.iosxe.json_forms import Picker, WrongFormError
from service.drivers.links.json_rows import NoList, hand_out

MEMBER = "mod:rows"
PICK = Picker(
    leaves=(("name", "name"), ("n", "number")),
    inside=(("in", Picker((("on", "flag"), ("t", "text")), (), ())),),
    lists=(),
)
ODD = st.sampled_from(['"', "\\", "\\u0041", "a,b", "}{", "],[", "é無", "\x7f", " ", "null", "0"])
TEXTS = st.one_of(ODD, st.text(max_size=4))
LEAVES = st.one_of(TEXTS, st.integers(-3, 10**6), st.booleans(), st.none(), st.floats(-2, 2))
INNER = st.dictionaries(st.sampled_from(["on", "t", "other"]), LEAVES, max_size=3)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={"name": LEAVES, "n": LEAVES, "in": INNER, "more": st.lists(LEAVES, max_size=2)},
)


def taken(text: str, sizes=(7,), pick: Picker = PICK) -> EntryReader:
    body, chunks, at = text.encode(), [], 0
    while at < len(body):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(body[at : at + size])
        at += size
    reader = EntryReader(pick, lambda record: record.values)
    hand_out(chunks, MEMBER, reader)
    return reader


def walked(text: str) -> list[dict[str, str]]:
    return [PICK.record(entry).values for entry in json.loads(text)[MEMBER]]


@given(
    st.lists(ENTRIES, max_size=5),
    st.integers(0, 3),
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
    st.sampled_from([(None, None), (None, (",", ":")), (2, None)]),
    st.booleans(),
)
def test_entries_that_arrive_in_pieces_are_those_of_the_whole(entries, again, sizes, style, plain):
    indent, separators = style
    many = [*entries, *entries[:1] * again]  # written alike: their form is learnt
    text = json.dumps({MEMBER: many}, indent=indent, separators=separators, ensure_ascii=not plain)
    assert taken(text, sizes).rows == walked(text)


@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_an_answer_that_is_spoilt_is_refused_or_read_as_the_parser_reads_it(chance, size):
    rows = [{"name": f"ap-{n}", "n": n, "in": {"on": True, "t": "x"}} for n in range(6)]
    text = json.dumps({MEMBER: rows}, indent=chance.choice([None, 1]))
    at = chance.randrange(len(text))
    spoilt = text[:at] + chance.choice(["", '"', "}", "]", ",", "\\", "0", "\x01"]) + text[at + 1 :]
    try:
        expected = walked(spoilt)
    except (ValueError, KeyError):
        with pytest.raises((ValueError, NoList)):
            taken(spoilt, (size,))
    else:
        assert taken(spoilt, (size,)).rows == expected


def test_entries_of_a_known_form_never_reach_the_parser():
    rows = [{"name": f"ap-{n}", "n": n, "in": {"on": n % 2 == 0, "t": ""}} for n in range(50)]
    reader = taken(json.dumps({MEMBER: rows}), (10,))
    assert reader.rows == walked(json.dumps({MEMBER: rows}))
    assert reader.parsed < 10


def test_a_form_holds_what_is_wanted_and_only_entries_written_alike():
    wanted = PICK.paths()
    assert wanted == {
        ("name",): "name",
        ("n",): "number",
        ("in", "on"): "flag",
        ("in", "t"): "text",
    }
    pattern, keys = form_of('{"name": "a", "x": [1, {"n": 2}], "in": {"on": true}}', wanted)
    assert keys == ("name", "flag")
    assert "null" in form_of('{"name": null}', wanted)[0]
    for not_plain in ('{"n": 1.5}', '{"n": [1]}', '{"in": {"on": {}}}', '{"n": 1, "n": 2}'):
        assert form_of(not_plain, wanted) is None
    assert pattern.endswith(r"\s*,\s*")


@pytest.mark.parametrize("body", ["", "{}", '{"mod:rows": {"name": "one"}}', "[]", '{"a": 1}'])
def test_what_is_no_list_is_handed_back_whole(body):
    with pytest.raises(NoList) as caught:
        taken(body)
    assert caught.value.body == body


@pytest.mark.parametrize("tail", ["", "]", ",", "]}}", "]} x", '{"name": ', "[" * 4000])
def test_an_answer_that_ends_too_early_or_too_late_is_no_json(tail):
    with pytest.raises((ValueError, RecursionError)):
        taken(f'{{"{MEMBER}": [{{"name": "one"}}' + tail)


def test_an_entry_without_an_end_is_not_waited_for_for_ever():
    read = []

    def endless():
        yield f'{{"{MEMBER}": [{{"name": "'.encode()
        while True:
            read.append(1)
            yield b"x" * 200_000

    with pytest.raises(ValueError, match="Unterminated"):
        hand_out(endless(), MEMBER, EntryReader(PICK, lambda record: record))
    assert len(read) < 20


def test_an_entry_of_another_form_than_the_model_promises_is_told():
    for entry in ("5", '"text"', '{"name": {"a": 1}}', '{"in": 3}'):
        with pytest.raises(WrongFormError):
            taken(f'{{"{MEMBER}": [{entry}]}}')


def test_leaves_read_as_xml_would_have_them():
    values = {"a": "a", 12: "12", True: "true", False: "false", None: ""}
    for value, expected in values.items():
        assert json_forms.text(value) == expected
    assert (json_forms.text([None]), json_forms.text(["x", "y"])) == ("", "x")
