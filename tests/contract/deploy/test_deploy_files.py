"""The files under deploy/ say what the program knows: commands, options, variables, graces."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import service.settings as known
from service.api.app import OPENAPI, make_app
from service.cli.main import COMMANDS, main
from service.supervise import STEP_GRACE_S
from tests.support.browser import Caller

DEPLOY = Path(__file__).parents[3] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
INSTALLED = "/opt/aprejoin/bin/aprejoin"
TEXTS = [*UNITS, DEPLOY / "compose.yaml", DEPLOY / "many-machines.md", DEPLOY / "Containerfile"]
OURS = {"api", "worker", "beat"}
VARIABLES = {
    value
    for name, value in vars(known).items()
    if name.isupper() and isinstance(value, str) and value.startswith("APREJOIN_")
}
WITH_FILES = {f"{known.DATABASE_URL}{known.FILE}", f"{known.BROKER_URL}{known.FILE}"}


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def parse(words: list[str]) -> click.Context:
    """What the command line makes of a call, without running it."""
    name, *rest = words
    assert name in COMMANDS, name
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return command.make_context(name, list(rest))


def called(unit: Path) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    program, *words = shlex.split(line)
    assert program == INSTALLED
    return [word.replace("%i", "remediate") for word in words]


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


# -- every file --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_variable_is_one_that_the_program_reads(path):
    used = set(re.findall(r"APREJOIN_[A-Z_]+", path.read_text()))
    assert used <= VARIABLES | WITH_FILES


def test_every_call_of_the_guide_is_understood():
    text = (DEPLOY / "many-machines.md").read_text()
    calls = re.findall(r"`aprejoin ([^`]+)`|(?:\$|api) aprejoin ([^#\n]+)", text)
    words = [shlex.split(one or other) for one, other in calls]
    assert {"serve", "worker", "beat", "token", "init"} <= {first for first, *_ in words}
    for call in words:
        parse(call)


# -- compose -----------------------------------------------------------------------------------


def test_compose_runs_the_parts_of_the_many_machine_shape(compose):
    assert set(compose["services"]) == OURS | {"database", "broker"}
    assert compose["services"]["worker"]["deploy"]["replicas"] == 2
    queues = parse(compose["services"]["worker"]["command"]).params["queues"]
    assert [str(lane) for lane in queues] == ["poll", "remediate", "notify"]
    assert parse(compose["services"]["api"]["command"]).params["api_only"]
    assert parse(compose["services"]["beat"]["command"]).info_name == "beat"


def test_compose_lets_a_step_finish_and_signals_the_main_process_alone(compose):
    for name in OURS:
        part = compose["services"][name]
        assert seconds(part["stop_grace_period"]) > STEP_GRACE_S + 20
        assert part["init"]


def test_compose_names_only_what_it_has(compose):
    for name, part in compose["services"].items():
        assert set(part.get("secrets", ())) <= set(compose["secrets"]), name
        assert set(part["networks"]) <= set(compose["networks"]), name
        assert set(part.get("depends_on", ())) <= set(compose["services"]), name
        for needed in part.get("depends_on", ()):
            assert "healthcheck" in compose["services"][needed], needed


def test_compose_shows_no_secret_and_opens_nothing_but_the_api_on_loopback(compose):
    assert compose["networks"]["inside"]["internal"]
    for name, part in compose["services"].items():
        told = f"{part.get('environment')} {part.get('command')}"
        assert not re.search(r"://[^/ ]*:[^/ ]*@|PASSWORD': |--requirepass", told), name
        assert all(port.startswith("127.0.0.1:") for port in part.get("ports", ())), name


def test_compose_asks_the_api_whether_it_is_ready(compose):
    def no_front() -> Any:
        raise AssertionError

    document = Caller(make_app(no_front), token=None).get(OPENAPI).json()
    probe = compose["services"]["api"]["healthcheck"]["test"][-1]
    (path,) = re.findall(r"http://127\.0\.0\.1:8462(/\w+)", probe)
    assert path in document["paths"]


def test_the_image_has_everything_that_is_copied_into_it():
    text = (DEPLOY / "Containerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE)
    missing = [
        word for line in copied for word in line.split() if not (DEPLOY.parent / word).exists()
    ]
    assert missing == []
    assert 'ENTRYPOINT ["aprejoin"]' in text


# -- systemd -----------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_calls_the_program_as_it_is(unit):
    words = called(unit)
    assert parse(words).info_name == words[0]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_stops_the_main_process_alone_and_gives_it_time(unit):
    text = unit.read_text()
    assert "KillMode=mixed" in text
    (timeout_s,) = re.findall(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
    carries = any(word in ("serve", "worker") for word in called(unit)) and "api" not in unit.name
    assert float(timeout_s) > (STEP_GRACE_S + 30 if carries else 30)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    for unit in UNITS:
        text = unit.read_text().replace(INSTALLED, sys.executable)
        (tmp_path / unit.name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
