"""`aprejoin audit`: listed, taken along, checked with nothing but the file."""

import json
import stat

import pytest
from click.testing import CliRunner

from service.cli.main import main
from service.settings import Settings
from tests.contract.store.databases import tell


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("APREJOIN_INVENTORY", raising=False)

    def command(*words: str):
        return CliRunner().invoke(main, [str(word) for word in words])

    return command


@pytest.fixture
def file(run, tmp_path):
    """The exported trail of some acts."""
    run("halt", "a storm", "--as", "ann")
    run("resume", "--as", "bob")
    made = json.loads(run("token", "create", "itsm", "--role", "operator", "--json").stdout)
    run("token", "revoke", made["token"]["id"])
    run("token", "revoke", "nothing")
    path = tmp_path / "audit.jsonl"
    assert run("audit", "export", path).exit_code == 0
    assert made["token"]["clear"] not in path.read_text()
    return path


def test_acts_by_command_are_recorded_with_who_and_from_where(run, file):
    told = json.loads(run("audit", "list", "--json").stdout)["audit"]
    assert [(one["act"], one["outcome"]) for one in reversed(told)] == [
        ("audit.begin", "done"),
        ("halt", "done"),
        ("resume", "done"),
        ("token.create", "done"),
        ("token.revoke", "done"),
        ("token.revoke", "refused"),
    ]
    by_ann = json.loads(run("audit", "list", "--who", "ann", "--json").stdout)["audit"]
    assert [one["detail"] for one in by_ann] == ["a storm"]
    assert by_ann[0]["kind"] == "person"
    assert by_ann[0]["from"].startswith("command line, uid ")
    shown = run("audit", "list", "--act", "halt")
    assert (shown.stdout, "ann  halt  done" in shown.stderr) == ("", True)
    assert file.exists()


def test_a_whole_chain_is_proven_in_the_database_and_in_its_export(run, file):
    for words in (("verify",), ("verify", "--from", file)):
        done = run("audit", *words, "--json")
        assert (done.exit_code, json.loads(done.stdout)["whole"]) == (0, True)
    head = json.loads(run("audit", "verify", "--json").stdout)["head"]
    kept = f"{head['seq']}:{head['hash']}"
    assert run("audit", "verify", "--head", kept).exit_code == 0
    assert run("audit", "verify", "--head", f"{head['seq']}:{'0' * 64}").exit_code == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_changed_line_is_named_and_what_is_no_line_is_said_to_be(run, file, tmp_path):
    lines = file.read_text().splitlines()
    other = tmp_path / "other.jsonl"
    other.write_text("\n".join([*lines[:2], lines[2].replace('"bob"', '"eve"'), *lines[3:]]))
    done = run("audit", "verify", "--from", other, "--json")
    assert (done.exit_code, json.loads(done.stdout)["broken"]["seq"]) == (1, 3)
    assert "BROKEN at record 3" in run("audit", "verify", "--from", other).stderr
    twice = lines[2].replace("{", '{"who":"eve",', 1)
    other.write_text("\n".join([*lines[:2], twice, *lines[3:]]))
    assert "twice" in run("audit", "verify", "--from", other).stderr
    other.write_text("\n".join([lines[0], "{}"]))
    done = run("audit", "verify", "--from", other, "--json")
    assert (done.exit_code, "line 2: no record" in done.stdout) == (2, True)
    assert run("audit", "verify", "--from", tmp_path / "none.jsonl").exit_code == 2
    other.write_text("")
    assert run("audit", "verify", "--from", other).exit_code == 1


@pytest.mark.parametrize(
    "change",
    [{"outcome": "splendid"}, {"at": "today"}, {"at": "2026-11-22T10:00:00"}, {"form": 9}],
    ids=["outcome", "at", "no zone", "form"],
)
def test_a_record_that_was_never_written_so_is_named_as_the_break(run, file, tmp_path, change):
    lines = file.read_bytes().splitlines(keepends=True)
    lines[2] = json.dumps(json.loads(lines[2]) | change).encode() + b"\n"
    other = tmp_path / "other.jsonl"
    other.write_bytes(b"".join(lines))
    done = run("audit", "verify", "--from", other, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["broken"]["seq"], told["head"]["seq"]) == (1, 3, 2)


def test_a_changed_record_in_the_database_is_named(run, file):
    url = Settings.from_environment().database_url
    tell(url, "DROP TRIGGER audit_update", "UPDATE audit SET detail = 'calm' WHERE seq = 2")
    done = run("audit", "verify", "--json")
    assert (done.exit_code, json.loads(done.stdout)["broken"]["seq"]) == (1, 2)
    tell(url, "UPDATE audit SET detail = 'a storm' WHERE seq = 2")
    for change in (
        "UPDATE audit SET outcome = 'splendid' WHERE seq = 4",
        "UPDATE audit SET at = 'today', outcome = 'done' WHERE seq = 4",
    ):
        tell(url, change)
        done = run("audit", "verify", "--json")
        found = json.loads(done.stdout)
        assert (done.exit_code, found["broken"]["seq"], found["head"]["seq"]) == (1, 4, 3)
    assert run("audit", "verify", "--from", file).exit_code == 0


def test_the_trail_tells_which_token_was_made_used_and_revoked(run, file):
    told = json.loads(run("audit", "list", "--json").stdout)["audit"]
    ids = [one["id"] for one in json.loads(run("token", "list", "--json").stdout)["tokens"]]
    assert [one["about"] for one in told[1:3]] == [f"token {ids[0]}"] * 2


def test_an_export_never_replaces_a_file_and_a_bad_call_is_said_to_be_one(run, file):
    before = file.read_bytes()
    done = run("audit", "export", file)
    assert (done.exit_code, file.read_bytes()) == (2, before)
    assert "already" in done.stderr
    for words in (("verify", "--head", "5"), ("list", "--since", "soon"), ("list", "--limit", "0")):
        assert run("audit", *words).exit_code == 2
    assert list(file.parent.glob("*.part")) == list(file.parent.glob(".*.part")) == []
