"""Logs: events with fields, on one stream, without secrets."""

import io
import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from service.telemetry.logs import REDACTED, configure_logs, logs_of_commands, redact


@pytest.fixture
def logged():
    """Configure as asked and give the lines; puts the root logger back."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()

    def configure(form="json", level="info"):
        configure_logs(level=level, form=form, stream=stream)
        return stream

    yield configure
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_event_is_one_json_object_a_line_with_time_in_utc(logged):
    stream = logged()
    structlog.get_logger("service.x").info("step.verified", controller="hq-1", elapsed_s=1.5)
    (line,) = stream.getvalue().splitlines()
    event = json.loads(line)
    assert event["event"] == "step.verified"
    assert (event["controller"], event["elapsed_s"]) == ("hq-1", 1.5)
    assert (event["level"], event["logger"]) == ("info", "service.x")
    assert event["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, ["late"]),
        ({"APREJOIN_LOG_LEVEL": "debug"}, ["asked", "late"]),
        ({"APREJOIN_LOG_LEVEL": "loud"}, ["late"]),
    ],
)
def test_a_command_logs_warnings_on_stderr_and_nothing_on_stdout(logged, capsys, environ, told):
    logged()
    logs_of_commands(environ)
    structlog.get_logger("x").debug("asked")
    structlog.get_logger("x").warning("late")
    said = capsys.readouterr()
    assert said.out == ""
    assert [word for word in ("asked", "late") if word in said.err] == told


def test_for_people_the_same_event_is_a_line_of_text(logged):
    stream = logged(form="console")
    structlog.get_logger("x").warning("step.late", controller="hq-1")
    assert "step.late" in stream.getvalue()
    assert "controller=hq-1" in stream.getvalue()


def test_libraries_take_the_same_way_and_the_noisy_ones_are_quiet(logged):
    stream = logged()
    logging.getLogger("celery").info("task %s", "done")
    logging.getLogger("ncclient.transport").info("raw bytes")
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "task done"


def test_what_is_below_the_level_is_not_written(logged):
    stream = logged(level="warning")
    structlog.get_logger("x").info("step.verified")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_is_written_in_either_form(logged, form):
    stream = logged(form=form)
    structlog.get_logger("x").info(
        "login",
        password="hunter2",  # noqa: S106
        nested={"snmp_community": "hunter2", "list": [{"api_key": "hunter2"}]},
        broker="rediss://user:hunter2@broker:6380/0",
    )
    error = ValueError("postgresql://u:hunter2@db/x")
    structlog.get_logger("x").error("store.failed", exc_info=error)
    logging.getLogger("lib").warning("connecting to %s", "redis://:hunter2@broker")
    assert "hunter2" not in stream.getvalue()
    assert "store.failed" in stream.getvalue()


KEYS = ["password", "Passwd", "passphrase", "client_secret", "SECRET", "snmp_community", "token"]
MORE = ["authorization", "Authorization", "apikey", "api_key", "private_key", "enable_password"]
NAMES = [*KEYS, *MORE, "snmp_auth", "snmp_priv", "X-Vault-Token", "communities"]
trees = st.recursive(
    st.just("hunter2") | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=6,
)


@given(st.sampled_from(NAMES), trees)
def test_the_value_of_a_key_that_sounds_like_a_secret_is_dropped_at_any_depth(key, value):
    event = {"outer": {"inner": [{key: value}]}, key: value}
    found = redact(None, "info", event)
    assert found[key] == REDACTED
    assert found["outer"]["inner"] == [{key: REDACTED}]


def test_what_only_resembles_a_secret_is_kept():
    event = {"passed": 3, "compass": "n", "host": "wlc", "url": "https://wlc:443/x", "n": None}
    assert redact(None, "info", dict(event)) == event


def test_whether_there_is_a_secret_may_be_said():
    assert redact(None, "info", {"password": None, "token": True}) == {
        "password": None,
        "token": True,
    }


def test_what_is_too_deep_to_look_at_is_dropped():
    event = {}
    inner = event
    for _ in range(30):
        inner["a"] = {}
        inner = inner["a"]
    inner["password"] = "hunter2"  # noqa: S105
    assert "hunter2" not in repr(redact(None, "info", event))
