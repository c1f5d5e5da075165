"""`aprejoin state` as a command: what it says, what it refuses, and which key a save goes with."""

import json
import sqlite3

import pytest
from click.testing import CliRunner

from service.cli.main import main
from service.store.tables import SCHEMA


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))

    def command(*words: str):
        ran = CliRunner().invoke(main, ["state", *map(str, words), "--json"])
        return ran.exit_code, json.loads(ran.stdout), " ".join(ran.stderr.split())

    return command


def test_what_there_is_to_prepare_is_told_before_anything_is_changed(run, tmp_path):
    wanted = {"schema": 0, "wanted": SCHEMA, "beside": True, "prepared": False}
    assert run("prepare", "--check")[:2] == (0, {"state": wanted})
    assert not (tmp_path / "state").exists()
    assert run("prepare")[1]["state"] == wanted | {"prepared": True}
    assert run("prepare", "--check")[1]["state"] == wanted | {"schema": SCHEMA}


def test_a_version_that_cannot_run_beside_this_one_is_warned_of(run, tmp_path):
    run("prepare")
    with sqlite3.connect(tmp_path / "state" / "aprejoin.sqlite3") as database:
        database.execute("UPDATE about SET value = '5' WHERE key = 'schema'")
    database.close()
    _, document, said = run("prepare", "--check")
    assert document["state"]["beside"] is False
    assert "end them all first" in said


def test_a_save_is_shown_loaded_and_names_its_key(run, tmp_path, monkeypatch):
    file = tmp_path / "it.state"
    assert run("save", file)[0] == 2  # there is nothing yet
    monkeypatch.setenv("APREJOIN_SECRETS_KEY", "file:/etc/aprejoin/key")
    run("prepare")
    saved = run("save", file)[1]["state"]
    assert (saved["schema"], saved["secrets_key"]) == (SCHEMA, "file:/etc/aprejoin/key")
    assert run("show", file)[1]["state"] == saved
    assert run("save", file)[0] == 2  # it is there already
    monkeypatch.delenv("APREJOIN_SECRETS_KEY")
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "new"))
    code, document, said = run("load", file)
    assert (code, document["state"]["open"]) == (0, [])
    assert (
        "sealed with the key file:/etc/aprejoin/key, and APREJOIN_SECRETS_KEY says nothing" in said
    )
    code, document, _ = run("load", file)
    assert (code, document["error"]["type"]) == (1, "Refused")


def test_a_harmed_file_is_refused_before_there_is_a_database(run, tmp_path):
    (tmp_path / "cut.state").write_bytes(b"\x1f\x8b")
    code, document, _ = run("load", tmp_path / "cut.state")
    assert (code, document["error"]["type"]) == (2, "InvalidInput")
    assert not (tmp_path / "state" / "aprejoin.sqlite3").exists()
