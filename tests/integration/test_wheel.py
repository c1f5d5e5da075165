"""The wheel runs on its own: outside the source tree, with everything it needs inside."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The wheel, built and unpacked in a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT)
    (wheel,) = folder.glob("aprejoin-*.whl")
    target = folder / "site"
    run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--disable-pip-version-check", "--target", str(target), str(wheel)],
        cwd=folder,
    )  # fmt: skip
    return target


def run(command: list[str], *, cwd: Path, site: Path | None = None) -> str:
    environment = {**os.environ, **({"PYTHONPATH": str(site)} if site else {})}
    environment["APREJOIN_STATE_DIR"] = str(cwd / "state")
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_contract_catalogue_fleets_and_schemas_are_inside(site, tmp_path):
    script = (
        "import service; from importlib.resources import files;"
        "from service.drivers.paths import contract, data_folder;"
        "from service.config.catalogue import load_catalogue;"
        "print(service.__file__); print(data_folder());"
        "print(len(contract('iosxe').reads), load_catalogue().names);"
        "print(sorted(p.name for p in (files('service') / 'lab' / 'schema').iterdir()))"
    )
    lines = run([sys.executable, "-c", script], cwd=tmp_path, site=site).splitlines()
    assert lines[0].startswith(str(site))
    assert lines[1] == str(site / "service" / "yang")
    assert "FN72524" in lines[2]
    assert "17.9.json.gz" in lines[3]
    assert any((site / "service" / "lab" / "yang" / "published").glob("*.yang"))
    assert (site / "service" / "web" / "templates" / "base.html").is_file()
    assert (site / "service" / "web" / "assets" / "page.css").is_file()


def test_the_command_runs_from_any_folder(site, tmp_path):
    script = "from service.cli.main import run; run()"
    told = run(
        [sys.executable, "-c", script, "init", "fleet.yaml", "--json"], cwd=tmp_path, site=site
    )
    assert '"inventory": "fleet.yaml"' in told
    assert (tmp_path / "fleet.yaml").is_file()


def test_the_wheel_makes_its_own_tables(site, tmp_path):
    script = "from service.cli.main import run; run()"
    told = run([sys.executable, "-c", script, "runs", "--json"], cwd=tmp_path, site=site)
    assert json.loads(told) == {"remediations": []}
    assert (tmp_path / "state" / "aprejoin.sqlite3").is_file()
