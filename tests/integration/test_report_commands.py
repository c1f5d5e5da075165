"""`aprejoin report` and `report verify`: written once, checked anywhere."""

import json
import stat

import pytest
from click.testing import CliRunner

from service.cli.main import main
from service.settings import Settings
from service.store.sql import SqlStore
from tests.support.fake_clock import store_clock
from tests.support.stage import Stage


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("APREJOIN_INVENTORY", raising=False)

    def command(*words: str):
        return CliRunner().invoke(main, [str(word) for word in words])

    return command


@pytest.fixture
def item(run) -> str:
    """A remediation in the store that the commands use."""
    settings = Settings.from_environment()
    settings.ensure_state_dir()
    stage = Stage()
    stage.store = SqlStore(settings.database_url, store_clock(stage.world))
    assert stage.remediate().state == "succeeded"
    found = stage.store.remediations()[0].id
    stage.store.close()
    return found


def test_a_bundle_is_written_once_and_proven_without_a_database(run, item, tmp_path, monkeypatch):
    bundle = tmp_path / "bundle.zip"
    written = json.loads(run("report", item, "-o", bundle, "--json").stdout)["report"]
    assert (written["state"], written["is_open"]) == ("succeeded", False)
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert run("report", item, "-o", bundle).exit_code == 2
    monkeypatch.setenv("APREJOIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    done = run("report", "verify", bundle, "--json")
    told = json.loads(done.stdout)["report"]
    assert (done.exit_code, told["whole"], told["vouched_by_audit"]) == (0, True, True)
    assert "nothing was changed" in run("report", "verify", bundle).stderr
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    done = run("report", "verify", bundle)
    assert (done.exit_code, "CHANGED" in done.stderr) == (1, True)


def test_a_bundle_is_compared_with_an_exported_trail(run, item, tmp_path):
    bundle, trail = tmp_path / "bundle.zip", tmp_path / "audit.jsonl"
    assert run("report", item, "-o", bundle).exit_code == 0
    assert run("audit", "export", trail).exit_code == 0
    alone = json.loads(run("report", "verify", bundle, "--json").stdout)["report"]
    assert alone["in_trail"] is None
    done = run("report", "verify", bundle, "--audit", trail, "--json")
    told = json.loads(done.stdout)["report"]
    assert (done.exit_code, told["in_trail"], told["problems"]) == (0, True, [])
    assert "The trail vouches for it" in run("report", "verify", bundle, "--audit", trail).stderr
    lines = trail.read_bytes().splitlines(keepends=True)
    trail.write_bytes(b"".join(lines[:-1]))
    done = run("report", "verify", bundle, "--audit", trail, "--json")
    told = json.loads(done.stdout)["report"]
    assert (done.exit_code, told["whole"], told["in_trail"]) == (1, True, False)
    assert "the trail ends at" in told["problems"][0]
    done = run("report", "verify", bundle, "--audit", trail)
    assert (done.exit_code, "NOT WHAT THE TRAIL" in done.stderr) == (1, True)
    trail.write_text("no trail\n")
    for words in (("verify", bundle, "--audit", trail), (item, "--audit", trail)):
        assert run("report", *words).exit_code == 2
    assert run("report", "verify", bundle, "--audit", tmp_path / "none").exit_code == 2


def test_a_bad_call_is_said_to_be_one(run, tmp_path):
    for words in (
        ("report", "nothing"),
        ("report", "verify"),
        ("report", "verify", tmp_path / "none.zip"),
        ("report", "verify", tmp_path),
        ("report", "../x", "y.zip"),
    ):
        assert run(*words).exit_code == 2
    assert list(tmp_path.glob("*.zip")) == []
