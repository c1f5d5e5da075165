"""Every call and every error of the API's document has examples, and all of them are true to it."""

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.api.app import make_app
from service.api.described import examples

MADE_ANEW = "python -m tests.support.api_examples"


@pytest.fixture(scope="module")
def document():
    return json.loads(json.dumps(make_app(lambda: None).openapi()))


@pytest.fixture(scope="module")
def answers(told):
    """What one story of every call is answered, whole."""
    return json.loads(json.dumps(told[1]))


def operations(document):
    return {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for operation in item.values()
    }


def check(document, schema, value, where):
    whole = {**schema, "components": document["components"]}
    errors = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(value)
    told = [f"{where}: {'/'.join(map(str, one.absolute_path))}: {one.message}" for one in errors]
    assert told == []


def test_the_document_is_valid_openapi(document):
    assert document["openapi"].startswith("3.1")
    assert [str(one) for one in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_call_is_in_the_story_and_has_its_examples(document, answers):
    names = set(operations(document))
    assert names == set(answers), "call it in tests/support/api_examples.py"
    assert set(examples()) == set(answers), f"run: {MADE_ANEW}"


def test_what_the_story_and_the_examples_say_is_of_the_documented_forms(document, answers):
    for told in (answers, examples()):
        for name, one in told.items():
            operation = operations(document)[name]
            response = operation["responses"][one["status"]]["content"][one["media"]]
            check(document, response["schema"], one["response"], name)
            if one["request"] is not None:
                body = operation["requestBody"]["content"]["application/json"]
                check(document, body["schema"], one["request"], name)


def test_examples_say_no_less_than_what_is_answered_now(answers):
    for name, one in answers.items():
        shown = examples()[name]["response"]
        if isinstance(one["response"], dict):
            assert set(shown) == set(one["response"]), f"{name}; run: {MADE_ANEW}"


def test_every_example_in_the_document_fits_its_schema(document):
    shown = 0
    for name, operation in operations(document).items():
        bodies = [*operation["responses"].values(), operation.get("requestBody", {})]
        for body in bodies:
            for media in body.get("content", {}).values():
                for example in media.get("examples", {}).values():
                    check(document, media["schema"], example["value"], name)
                    shown += 1
    assert shown > 400


def test_every_error_has_an_example_of_each_of_its_types(document):
    for name, operation in operations(document).items():
        for status, response in operation["responses"].items():
            media = response.get("content", {}).get("application/problem+json")
            if media is not None:
                values = [one["value"] for one in media["examples"].values()]
                assert values, f"{name} {status}"
                assert {str(one["status"]) for one in values} == {status}, name


def test_whatever_takes_a_body_or_a_key_says_how_these_are_refused(document):
    for name, operation in operations(document).items():
        statuses = set(operation["responses"])
        if "requestBody" in operation:
            assert statuses >= {"400", "413", "415", "422"}, name
        if "Idempotency-Key" in {one["name"] for one in operation.get("parameters", ())}:
            assert "409" in statuses, name
