"""The files under deploy/ say what the program knows: commands, options, variables, graces."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.api.app import OPENAPI, make_app
from service.ports.jobs import STEP_GRACE_S
from service.supervise import TENDED
from tests.contract.deploy.files import (
    DEPLOY,
    VARIABLES,
    WITH_FILES,
    parse,
    published,
    refused,
)
from tests.support.browser import Caller

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
INSTALLED = "/opt/aprejoin/bin/aprejoin"
TEXTS = [*UNITS, DEPLOY / "compose.yaml", DEPLOY / "many-machines.md", DEPLOY / "Containerfile"]
OURS = {"tables", "api", "worker", "beat", "listen"}


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


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
        parse(part["command"])
        assert seconds(part["stop_grace_period"]) > STEP_GRACE_S + 20
        assert part["init"]


def test_compose_names_only_what_it_has(compose):
    for name, part in compose["services"].items():
        assert set(part.get("secrets", ())) <= set(compose["secrets"]), name
        assert set(part["networks"]) <= set(compose["networks"]), name
        assert set(part.get("depends_on", ())) <= set(compose["services"]), name
        for needed, how in part.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in compose["services"][needed], needed
            else:
                assert compose["services"][needed]["restart"] == "on-failure", needed


def test_compose_shows_no_secret_and_opens_the_api_on_loopback_alone(compose):
    assert compose["networks"]["inside"]["internal"]
    for name, part in compose["services"].items():
        told = f"{part.get('environment')} {part.get('command')}"
        assert not re.search(r"://[^/ ]*:[^/ ]*@|PASSWORD': |--requirepass", told), name
        heard = part.get("profiles") == ["events"]  # asked for by name; it has to be reached
        assert heard or all(p.startswith("127.0.0.1:") for p in part.get("ports", ())), name


def test_compose_is_of_the_form_that_is_published(compose):
    assert refused(compose, published("compose-spec.json")) == []
    assert refused({"services": {"api": {"imagee": "x"}}}, published("compose-spec.json"))


def test_compose_lets_nobody_write_outside_of_its_own_folders_nor_keep_a_capability(compose):
    for name, part in compose["services"].items():
        assert part["read_only"], name
        assert part["cap_drop"] == ["ALL"], name
        assert part["security_opt"] == ["no-new-privileges:true"], name
        assert name not in OURS or "cap_add" not in part


def test_compose_and_the_image_ask_a_part_whether_it_is_tended(compose):
    words = compose["services"]["worker"]["healthcheck"]["test"]
    asked = f"$APREJOIN_STATE_DIR/{TENDED}"
    assert asked in words[-1].replace("$$", "$")
    assert f'\\"{asked}\\"' in (DEPLOY / "Containerfile").read_text()


def test_compose_asks_the_api_whether_it_is_ready(compose):
    def no_front() -> Any:
        raise AssertionError

    document = Caller(make_app(no_front), token=None).get(OPENAPI).json()
    probe = compose["services"]["api"]["healthcheck"]["test"][-1]
    (path,) = re.findall(r"http://127\.0\.0\.1:8462(/\w+)", probe)
    assert path in document["paths"]


# -- systemd -----------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_calls_the_program_as_it_is(unit):
    words = called(unit)
    assert parse(words).info_name == words[0]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_only_the_unit_that_listens_below_1024_may_do_so_and_none_may_more(unit):
    stated = r"^(AmbientCapabilities|CapabilityBoundingSet)=(.*)$"
    granted = dict(re.findall(stated, unit.read_text(), re.MULTILINE))
    words = " ".join(called(unit))
    low = [port for port in re.findall(r":(\d+)\b", words) if int(port) < 1024]
    wanted = "CAP_NET_BIND_SERVICE" if low else ""
    assert granted["CapabilityBoundingSet"] == wanted
    assert granted.get("AmbientCapabilities", "") == wanted


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
