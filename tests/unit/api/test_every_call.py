"""What holds for every call of the document: who is let in, what names and times look like."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.documents import moment
from service.domain.identity import BaseRadioMac
from service.errors import AuthenticationRefused, ChangeRefused, NotFound
from service.usecases.device_problems import device_problem
from tests.support.api_examples import Recorder
from tests.unit.api.test_rules import V1, problem

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
RECORDED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
LIKE_A_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*")
LIKE_A_MAC = re.compile(r"(?i)([0-9a-f]{2}[:-]){5}[0-9a-f]{2}|([0-9a-f]{4}\.){2}[0-9a-f]{4}")
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def texts(value):
    match value:
        case dict():
            for one in value.values():
                yield from texts(one)
        case list():
            for one in value:
                yield from texts(one)
        case str():
            yield value


def test_times_and_macs_have_one_form_in_every_answer(told):
    for name, one in told[1].items():
        for text in texts(one["response"]):
            if LIKE_A_MOMENT.fullmatch(text):
                wanted = RECORDED if name == "list_audit" else MOMENT  # its text is hashed
                assert wanted.fullmatch(text), f"{name}: {text}"
            if LIKE_A_MAC.fullmatch(text):
                assert text == str(BaseRadioMac.parse(text)), f"{name}: {text}"


@given(st.datetimes(datetime(1900, 1, 2), datetime(9999, 12, 30), timezones=ZONES))  # noqa: DTZ001 - zones are drawn
def test_a_time_of_any_zone_is_told_in_utc_to_the_second(at):
    told = moment(at)
    assert MOMENT.fullmatch(told)
    assert datetime.fromisoformat(told) == at.astimezone(UTC).replace(microsecond=0)


@given(st.integers(0, 2**48 - 1), st.sampled_from([":", "-", ""]), st.booleans())
def test_a_mac_of_any_form_is_told_in_one(number, separator, is_upper):
    digits = f"{number:012x}"
    written = separator.join(digits[at : at + 2] for at in range(0, 12, 2))
    told = str(BaseRadioMac.parse(written.upper() if is_upper else written))
    assert re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", told)
    assert told.replace(":", "") == digits


@pytest.mark.parametrize("path", ["sweeps/%00", "plans/a%0ab", "remediations/%7f/events"])
def test_a_name_in_a_path_holds_no_control_character(told, path):
    problem(told[0].vera.get(f"{V1}/{path}"), 422, "invalid-input")


# -- what a controller did instead -------------------------------------------------------------


def test_what_a_controller_refused_is_told_with_its_error_tag():
    told = device_problem(ChangeRefused("hq-1", "edit", "no", error_tag="access-denied"))
    assert told["type"] == "urn:aprejoin:problem:change-refused"
    assert (told["controller"], told["operation"], told["error_tag"]) == (
        "hq-1",
        "edit",
        "access-denied",
    )
    assert device_problem(AuthenticationRefused("hq-1", "login", "no"))["error_tag"] is None
    assert device_problem(NotFound("plan", "p1")) is None


def test_a_plan_that_failed_has_the_problem_that_stopped_it(service):
    def shut(_controller):
        raise AuthenticationRefused("hq-1", "login", "the password is wrong")

    service.worker.context.drivers.open = shut
    told = service.planned()
    assert (told["state"], told["plan"]) == ("failed", None)
    assert told["problem"]["type"] == "urn:aprejoin:problem:login-refused"
    assert told["problem"]["detail"] == told["detail"]


def test_a_change_that_was_refused_is_told_with_its_step(service):
    where = service.remediation()
    service.bob.approve(where)
    assert service.vera.get(where).json()["remediation"]["problems"] == []

    def refuse(number, _change):
        if number == 0:
            raise ChangeRefused("hq-1", "edit", "denied", error_tag="access-denied")

    service.crew.stage.line.on_change = refuse
    service.crew.until_over(service.worker, where.split("/")[-1])
    (told,) = service.vera.get(where).json()["remediation"]["problems"]
    assert (told["error_tag"], told["type"]) == (
        "access-denied",
        "urn:aprejoin:problem:change-refused",
    )
    assert told["step"]
    assert service.crew.stage.box.differences() == []


def test_an_administrator_makes_lists_and_revokes_tokens(service):
    root = service.api.as_("root")
    wish = {"name": "itsm", "role": "operator", "days": 1, "tags": ["branch"]}
    first, again = (root.with_key("k").post(f"{V1}/tokens", wish) for _ in range(2))
    clear, item = first.json()["clear"], first.json()["token"]["id"]
    assert (again.json()["clear"], again.json()["token"]["id"]) == (None, item)
    itsm = service.api.as_(None, token=clear)
    assert itsm.get(f"{V1}/controllers").status_code == 200
    listed = root.get(f"{V1}/tokens", limit=200)
    assert clear not in listed.text
    (told,) = [one for one in listed.json()["tokens"] if one["id"] == item]
    assert (told["role"], told["tags"]) == ("operator", ["branch"])
    assert told["last_used"] is not None
    assert root.request("DELETE", f"{V1}/tokens/{item}").json()["token"]["revoked"] is not None
    problem(itsm.get(f"{V1}/controllers"), 401, "token-refused")
    problem(root.request("DELETE", f"{V1}/tokens/t9"), 404, "not-found")
    problem(root.post(f"{V1}/tokens", {"name": "x", "role": "king"}), 422, "invalid-input")


# -- whatever is sent --------------------------------------------------------------------------

HOSTILE = [b"[]", b'{"unknown": 1}', b"[" * 9000, b"\xff\xfe"]
QUERIES = {"cursor": "W10", "sort": "'; DROP TABLE tokens; --", "unknown": "\x00"}


def documented(service, method, path):
    """The statuses that the document has for a call."""
    for template, item in service.api.app.openapi()["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in item:
            return set(item[method.lower()]["responses"])
    raise AssertionError(f"no such call: {method} {path}")


def test_nothing_that_is_sent_breaks_a_call_or_gets_an_answer_that_is_not_documented(told):
    service, found = told
    root = service.api.as_("root")
    for method, path, name in Recorder(service).calls(found):
        known = documented(service, method, path)
        sent = [{"params": {key: value}} for key, value in QUERIES.items()]
        if method in ("POST", "PUT", "PATCH"):
            headers = {"Content-Type": "application/json"}
            sent = [{"content": body, "headers": headers} for body in HOSTILE]
        for settings in sent:
            answered = root.request(method, path, **settings)
            assert answered.status_code < 500, f"{name} {settings}: {answered.text}"
            assert str(answered.status_code) in known, f"{name} {settings}: {answered.text}"


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("forecast?fleet=paris", "query: "),
        ("plans?controller=hq-1&controller=hq-2", "query/controller: "),
        ("halt?x=", "query: "),
    ],
)
def test_a_query_has_what_the_call_knows_and_nothing_twice(told, query, where):
    vera = told[0].vera
    detail = problem(vera.request("GET", f"{V1}/{query}"), 422, "invalid-input")
    assert detail.startswith(where)
    several = f"{V1}/forecast?controller=hq-1&controller=hq-1"
    assert vera.request("GET", several).status_code == 200
