"""An edited inventory says what it said but for what was meant, however it is written."""

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.config.fleet_document import FleetText
from service.ports.fleet_file import Part

NAMES = st.sampled_from(["a", "b-1", "c.2", "yes", "12", "é"])
WORDS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=6),
    st.sampled_from(["on", "12:30", "1e3", "# x", "a: b", "*x", "- y", "null", "'", '"']),
)
VALUES = st.one_of(
    WORDS,
    st.booleans(),
    st.integers(0, 99),
    st.lists(WORDS, min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["port", "ca", "x"]), st.integers(0, 9), min_size=1),
)
ENTRIES = st.dictionaries(st.sampled_from(["host", "site", "tags", "netconf"]), VALUES)
FLEETS = st.dictionaries(NAMES, ENTRIES, min_size=1, max_size=3)
PARTS = st.sampled_from([Part.CONTROLLERS, Part.SITES])
STYLES = st.sampled_from([None, True, False])


def written(part, fleet, style, indent):
    """The part of a file, in one of YAML's ways, between parts that are to stay."""
    held = [{"name": k, **v} for k, v in fleet.items()] if part is Part.CONTROLLERS else fleet
    ways = {"indent": indent, "allow_unicode": True, "sort_keys": False}
    if style:
        text = f"{part.value}: {yaml.safe_dump(held, default_flow_style=True, **ways)}"
    else:
        text = yaml.safe_dump({part.value: held}, default_flow_style=style, **ways)
    return f"# ours\nfreezes: []  # none\n{text}# the end\nitsm: {{kind: x}}\n"


@example(
    part=Part.CONTROLLERS,
    fleet={"b": {"host": [""]}},
    style=False,
    indent=2,
    name="b",
    entry={"host": ""},
)
@example(
    part=Part.CONTROLLERS, fleet={"a": {}}, style=None, indent=2, name="a", entry={"host": "0,'"}
)
@settings(max_examples=150, deadline=None)
@given(PARTS, FLEETS, STYLES, st.sampled_from([2, 4]), NAMES, st.one_of(st.none(), ENTRIES))
def test_one_entry_is_different_and_nothing_else(part, fleet, style, indent, name, entry):  # noqa: PLR0917
    text = FleetText.of(written(part, fleet, style, indent))
    named = {"name": name} if part is Part.CONTROLLERS else {}
    wanted = None if entry is None else {**named, **entry}
    edited = text.changed(part, {name: wanted})  # refuses by itself what says anything else
    assert edited.entries(part).get(name, {}) == (wanted or {})
    others = {key: one for key, one in text.entries(part).items() if key != name}
    assert {key: one for key, one in edited.entries(part).items() if key != name} == others
    for line in ("# ours", "freezes: []  # none", "# the end", "itsm: {kind: x}"):
        assert line in edited.text.splitlines()
