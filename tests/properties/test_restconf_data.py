"""Whatever the service knows, the model has a place for it: a foreign YANG engine says so."""

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from service.api.restconf.fleet_data import access_point
from service.api.restconf.mending_data import finding
from service.api.restconf.query import Query, fields_of
from service.api.restconf.render import rendered
from service.api.restconf.schema import LeafType, schema
from service.api.restconf.values import Misfit, clean, shown, taken
from service.api.restconf_errors import Refusal
from service.domain.documents import finding_document
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.history import extend
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState
from service.usecases.aps import ap_gist
from tests.support.yang_engine import judge

JUDGED = settings(max_examples=40)
"""The engine takes a twentieth of a second for a document."""
texts = st.text(max_size=30)
maybe = st.none() | texts
macs = st.integers(0, 2**48 - 1).map(
    lambda number: BaseRadioMac.parse(
        ":".join(f"{number:012x}"[at : at + 2] for at in range(0, 12, 2))
    )
)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
states = st.sampled_from(ApState)
sightings = st.builds(
    ApSighting, mac=macs, state=states, name=maybe, model=maybe, serial=maybe, version=maybe
)
affected = st.builds(AffectedAp, mac=macs, name=maybe, model=maybe, state=states)
findings = st.builds(
    Finding,
    controller=st.just("hq-1"),
    issue=texts.filter(bool),
    confidence=st.sampled_from(Confidence),
    aps=st.lists(affected, max_size=3).map(tuple),
    evidence=st.lists(texts, max_size=3).map(tuple),
)


def shown_as(label, name, entries):
    """A top node with these entries, as it would be served."""
    node = schema().top[label]
    return {label: rendered(node, {name: entries}, Query())}


@JUDGED
@given(st.lists(st.tuples(sightings, moments), max_size=3, unique_by=lambda one: one[0].mac))
def test_every_access_point_fits_the_model(seen):
    aps = [access_point(ap_gist(extend(None, one, at))) for one, at in seen]
    controller = {"name": "hq-1", "platform": "iosxe", "access-points": {"access-point": aps}}
    told = shown_as("aprejoin:controllers", "controller", [controller])
    judge(told)
    (one,) = told["aprejoin:controllers"]["controller"]
    assert len(one.get("access-points", {}).get("access-point", [])) == len(seen)


@JUDGED
@given(st.lists(findings, max_size=3, unique_by=lambda one: one.id))
def test_every_finding_fits_the_model(found):
    said = {"controller": "hq-1", "sweep": "a", "seen": "2026-11-22T00:00:00Z", "state": "open"}
    entries = [finding({**finding_document(one, ()), **said}) for one in found]
    told = shown_as("aprejoin:findings", "finding", entries)
    judge(told)
    assert len(told["aprejoin:findings"].get("finding", [])) == len(found)


@given(st.text())
def test_a_text_is_shown_as_yang_can_hold_it_and_changed_only_where_it_cannot(text):
    held = clean(text)
    assert clean(held) == held
    assert len(held) == len(text)
    assert all(one in (other, "\ufffd") for one, other in zip(held, text, strict=True))


numbers = st.integers(-(2**80), 2**80)


@given(st.sampled_from(["int64", "uint64"]), numbers)
def test_a_large_number_comes_back_as_it_was(base, number):
    kind = LeafType(base)
    assert taken(shown(number, kind), kind) == number


@given(texts | numbers | st.booleans() | st.none() | st.floats(), st.sampled_from(
    ["boolean", "uint8", "uint64", "string", "enumeration", "identityref", "decimal64"]
))  # fmt: skip
def test_what_a_caller_sends_is_taken_or_refused_and_breaks_nothing(value, base):
    kind = LeafType(base, frozenset({"a"}), {"b": "m"}, 2, fits=lambda _: True)
    with suppress(Misfit):
        assert taken(value, kind) is not None


@given(st.text(alphabet="ab:;/()", max_size=20))
def test_any_selection_is_read_or_refused(text):
    with suppress(Refusal):
        assert fields_of(text).children
