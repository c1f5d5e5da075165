"""Prompts, questions and errors that others recorded of AireOS are those that the link knows."""

import re

import pytest
import yaml

from service.drivers.links.cli import CliLink
from service.drivers.links.cli_login import STOPS
from service.drivers.links.cli_login import Stop as LoginStop
from service.drivers.links.cli_words import ERRORS, Stop
from tests.support.facts import FACTS

CAPTURES = FACTS / "aireos" / "captures"
pytestmark = pytest.mark.skipif(
    not CAPTURES.is_dir(), reason="the device facts are not here (APREJOIN_DEVICE_FACTS)"
)
QUESTIONS = {
    "aireos_confirm_save",
    "aireos_would_you_like_to_save",
    "aireos_reset_forced",
    "aireos_reset_forced_with_errors",
    "aireos_restart",
    "aireos_switchover",
}
SUBMODES = ("config", "show", "test", "debug", "transfer", "license", "reset", "save")


def states():
    text = (CAPTURES / "unicon__aireos_prompts_and_errors.yaml").read_text()
    return yaml.safe_load(text)


def stop_at(prompt):
    """Where a logged-in session would stand still."""
    stops = CliLink(None, None, "WLC-1")._stops
    shown = "\r\n" + prompt.replace("%N", "WLC-1")
    return {stop for stop, pattern in stops.items() if pattern.search(shown)}


def test_every_recorded_prompt_stops_the_link_where_it_should():
    found = {name: stop_at(state["prompt"]) for name, state in states().items()}
    assert found["aireos_exec"] == {Stop.PROMPT}
    assert {name for name, stops in found.items() if stops == {Stop.QUESTION}} == QUESTIONS
    assert found["aireos_show_command_with_more"] == {Stop.MORE}
    assert found["aireos_press_any_key"] == {Stop.KEY}
    assert found["aireos_press_enter_key"] == {Stop.ENTER}
    for mode in SUBMODES:
        assert found[f"aireos_{mode}"] == set(), mode  # a submode is no place to go on from
    assert found["aireos_exec_standby"] == found["aireos_devshell"] == set()


@pytest.mark.parametrize(
    ("state", "stop"),
    [
        ("aireos_login", LoginStop.USER),
        ("aireos_password", LoginStop.PASSWORD),
        ("aireos_exec", LoginStop.PROMPT),
        ("aireos_exec_standby", LoginStop.PROMPT),
        ("aireos_config", LoginStop.SUBMODE),
        ("aireos_devshell", LoginStop.OTHER),
    ],
)
def test_every_recorded_step_of_the_login_is_known(state, stop):
    prompt = "\r\n" + states()[state]["prompt"].replace("%N", "Cisco Controller")
    assert stop in {one for one, pattern in STOPS.items() if pattern.search(prompt)}


def test_every_recorded_refusal_is_a_refusal():
    commands = states()["aireos_exec"]["commands"]
    said = {line: text for line, text in commands.items() if isinstance(text, str)}
    refused = {line for line, text in said.items() if ERRORS.search(text)}
    assert set(said) - refused == {"show memory statistics"}


def test_the_recorded_refusals_of_others_are_refusals():
    text = (CAPTURES / "pyntc__send_command_error.txt").read_text()
    assert re.search(r"^Incorrect usage", ERRORS.search(text)[0])
