"""The script behind `make test`, over rings of a test each: who is asked twice, what is told."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE_S

SCRIPTS = Path(__file__).parents[3] / "deploy"
ONCE = """
from pathlib import Path
def test_{name}():
    seen = Path("{name}.seen")
    first = not seen.exists()
    seen.touch()
    assert not first, "the box hesitated"
"""
WRITES = """
from pathlib import Path
def test_writes(tmp_path):
    Path("wrote.at").write_text(str(tmp_path))
"""
NEVER = "def test_never():\n    assert 1 == 2\n"
GREEN = "def test_green():\n    pass\n"
NAMED = ("integration", "e2e", "crashes", "browser", "faults", "contract", "unit")


@pytest.fixture
def house(tmp_path) -> Path:
    """The script in a house of its own, whose format, types and contracts are in order."""
    (tmp_path / "deploy").mkdir()
    for script in ("check.sh", "memory-folder.sh"):
        shutil.copy(SCRIPTS / script, tmp_path / "deploy")
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    for tool in ("ruff", "mypy", "lint-imports"):
        (tools / tool).symlink_to("/bin/true")
    python = tools / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    for ring in NAMED:
        (tmp_path / "tests" / ring).mkdir(parents=True)
        (tmp_path / "tests" / ring / f"test_{ring}.py").write_text(GREEN)
    return tmp_path


def checked(house: Path, **environ: str) -> tuple[int, str]:
    ran = subprocess.run(
        ["bash", "deploy/check.sh", "--all"],
        cwd=house,
        env={
            **{name: value for name, value in os.environ.items() if name != "TMPDIR"},
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "1",  # as images and CI machines set it
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def fails(house: Path, tool: str) -> None:
    """One of the tools finds something."""
    script = house / ".venv" / "bin" / tool
    script.unlink()
    script.write_text(f"#!/bin/sh\necho {tool}: a word too many\nexit 1\n")
    script.chmod(0o755)


def put(house: Path, ring: str, *tests: str) -> None:
    (house / "tests" / ring / "test_put.py").write_text("\n".join(tests))


def test_one_that_passes_when_asked_again_is_told_with_what_it_said(house):
    put(house, "e2e", ONCE.format(name="slow"))
    put(house, "unit", WRITES)
    (house / "own").mkdir()
    code, told = checked(house, TMPDIR=str(house / "own"))
    assert code == 0, told
    assert "unsteady, passed when asked again alone: tests/e2e" in told
    assert "test_put.py::test_slow" in told
    assert "the box hesitated" in told
    wrote_at = Path((house / "wrote.at").read_text())
    assert wrote_at.is_relative_to(house / "own"), "TMPDIR says where"


def test_who_fails_again_who_is_many_and_who_shows_a_controllers_end_fail_the_run(house):
    put(house, "e2e", NEVER)
    put(house, "browser", *(ONCE.format(name=f"slow_{one}") for one in range(3)))
    put(house, "crashes", ONCE.format(name="left_behind"))
    killer = house / "tests" / "integration" / "test_put.py"
    killer.write_text(ONCE.format(name="killed"))
    code, told = checked(house)
    assert code == 1
    for ring in ("e2e", "browser", "crashes", "integration"):
        assert f"failed: tests/{ring}" in told
    assert "unsteady" not in told
    assert (house / "slow_0.seen").exists()


def test_wrong_types_fail_the_run_are_shown_whole_and_keep_no_ring_from_its_tests(house):
    fails(house, "mypy")
    put(house, "unit", NEVER, WRITES)
    code, told = checked(house)
    assert code == 1
    shown_last = told.partition("== failed: types")[2]
    assert "mypy: a word too many" in shown_last
    assert "failed: tests/unit" in shown_last
    for ring in NAMED:
        assert f"tests/{ring} " in told
        compiled = (house / "tests" / ring / "__pycache__").glob("*.pyc")
        assert list(compiled), "what many processes load is to be compiled once"
    wrote_at = Path((house / "wrote.at").read_text())
    assert not (wrote_at.exists() and wrote_at.is_relative_to("/dev/shm"))  # noqa: S108 - it is gone


@pytest.mark.parametrize("tool", ["ruff", "lint-imports"])
def test_what_fails_within_seconds_ends_the_run_before_any_test(house, tool):
    fails(house, tool)
    put(house, "unit", ONCE.format(name="reached"))
    code, told = checked(house)
    assert code == 1
    assert f"{tool}: a word too many" in told
    assert not (house / "reached.seen").exists()
