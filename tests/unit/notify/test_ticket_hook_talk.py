"""What is said to a desk by signed calls, byte for byte, and what is made of its answers."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from service.bootstrap import open_desk
from service.domain.ticket_mapping import TicketMapping, own_form
from service.errors import ItsmLoginRefused, ItsmOutcomeUnknown, ItsmRefused, ItsmUnreachable
from service.notify.ticket_hook import LONGEST_REF, correlation_of, ref_of
from service.ports.itsm import Attachment, ChangeDraft, IncidentDraft
from tests.support.fake_clock import FakeClock, World
from tests.support.ticket_pair import HOOK, ITSM, OURS, URL, OtherSide, PairSecrets

START = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
END = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DIGEST = "d" * 64
DRAFT = ChangeDraft(DIGEST, "title", "text", "steps", "back", "", "impact", "high", START, END)
INCIDENT = IncidentDraft("f" * 16, "hq-1: FN72524", "3 APs", "moderate")


@pytest.fixture
def net():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as found:
        yield found


@pytest.fixture
def other(net):
    side = OtherSide()
    net.add_callback("POST", URL, callback=side)
    return side


def desk(mapping=None, **more):
    hook = replace(HOOK, mapping=mapping or own_form(), **more)
    return open_desk(replace(ITSM, hook=hook), PairSecrets(), FakeClock(World()))


def test_a_change_is_opened_signed_with_every_field_and_called_what_is_answered(net, other):
    record = desk().open_change(DRAFT)
    assert record.number == "CHG-17"
    ((event, delivery, body),) = other.heard
    assert event == "ticket.open_change"
    assert (body["delivery"], body["message"], body["kind"]) == (delivery, "open_change", "change")
    assert (body["correlation"], body["risk"], body["steps"]) == (DIGEST, "high", "steps")
    assert (body["start"], body["end"]) == ("2026-11-22T21:00:00Z", "2026-11-23T03:00:00Z")
    request = net.calls[0].request
    assert request.headers["Aprejoin-Key-Id"] == "aprejoin"
    assert "Authorization" not in request.headers
    assert request.req_kwargs["verify"]
    assert OURS not in request.body.decode()


def test_every_message_has_the_correlation_and_the_same_has_the_same_delivery(net, other):
    pair = desk()
    change, incident = pair.open_change(DRAFT).ref, pair.open_incident(INCIDENT).ref
    assert pair.find("change", DIGEST) is None
    assert pair.read_change(change) is None
    for _ in range(2):
        pair.begin_change(change)
        pair.note("change", change, "step [aprejoin r1/3]")
        pair.attach("change", change, Attachment("plan.json", "application/json", b"{}"))
        pair.close_change(change, "successful", "all well")
        assert pair.update_incident(incident, INCIDENT)
        pair.resolve_incident(incident, "gone")
    told = {event: body for event, _, body in other.heard}
    assert {event.partition(".")[2] for event in told} == set(own_form().bodies)
    assert len(other.heard) == 14
    assert len(other.events()) == 8
    for event, body in told.items():
        wanted = INCIDENT.correlation if "incident" in event else DIGEST
        assert body["correlation"] == wanted, event
    assert base64.b64decode(told["ticket.attach"]["data"]) == b"{}"
    pair.note("change", change, "another")
    assert len(other.events()) == 9


def test_the_body_is_what_the_mapping_says_and_what_it_leaves_out_is_not_sent(net, other):
    mapping = TicketMapping({"note": {"ext": "{correlation}", "log": "{text}", "public": False}})
    pair = desk(mapping)
    pair.note("change", ref_of(f"{DIGEST}.2"), 'a "b" {text}')
    assert other.heard[0][2] == {"ext": f"{DIGEST}.2", "log": 'a "b" {text}', "public": False}
    pair.begin_change("d1")
    assert len(net.calls) == 1


@pytest.mark.parametrize("said", ["", "ok", "[]", '{"number": 5}', '{"number": "%s"}' % ("x" * 65)])
def test_a_receiver_that_names_no_number_is_called_by_the_correlation(net, said):
    net.post(URL, body=said, status=202)
    assert desk().open_change(DRAFT).number == DIGEST[:12]


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        ({"status": 400, "body": '{"error": {"message": "no such team"}}'}, ItsmRefused, "no such"),
        ({"status": 410}, ItsmRefused, "410"),
        ({"status": 401}, ItsmLoginRefused, "401"),
        ({"status": 429, "headers": {"Retry-After": "7"}}, ItsmUnreachable, "429"),
        ({"status": 500}, ItsmOutcomeUnknown, "500"),
        (
            {"status": 302, "headers": {"Location": "https://evil/"}},
            ItsmOutcomeUnknown,
            "redirects",
        ),
        ({"body": requests.ReadTimeout("slow")}, ItsmOutcomeUnknown, "no answer in time"),
        ({"body": requests.ConnectTimeout("away")}, ItsmUnreachable, "no answer in time"),
    ],
)
def test_a_call_is_sent_once_and_its_fate_told_apart(net, answer, expected, words):
    net.post(URL, **answer)
    with pytest.raises(expected, match=words) as caught:
        desk().note("change", "d1", "text")
    assert type(caught.value) is expected
    assert len(net.calls) == 1
    assert OURS not in str(caught.value)


def test_without_a_usable_secret_nothing_is_sent(net):
    with pytest.raises(ItsmUnreachable, match="env:GONE"):
        desk(secret="env:GONE").note("change", "d1", "text")  # noqa: S106
    assert not net.calls


@given(st.one_of(st.text("0123456789abcdef", min_size=64, max_size=64), st.just("f" * 16)),
       st.integers(1, 10**9))  # fmt: skip
def test_a_reference_holds_every_correlation_and_fits_where_it_is_kept(subject, number):
    correlation = subject if number == 1 else f"{subject}.{number}"
    assert len(ref_of(correlation)) <= LONGEST_REF
    assert correlation_of(ref_of(correlation)) == correlation


def test_bodies_are_ascii_json_whatever_is_told(net, other):
    desk().note("change", "d1", "Zürich \U0001f600 \ud800")
    assert json.loads(net.calls[0].request.body.decode("ascii"))["text"].startswith("Zürich")
