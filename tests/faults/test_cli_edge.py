"""The edge of every command: one document on stdout, whatever happens inside."""

import json

import click
import pytest
from click.testing import CliRunner

from service.cli.edge import command_edge
from service.cli.main import main, run
from service.errors import InvalidInput, LeaseHeld, NotFound


def command_that(error: BaseException) -> click.Command:
    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    @command_edge
    def fails(as_json: bool) -> None:  # noqa: FBT001
        raise error

    return fails


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("x", where="here", expected="y"), 2),
        (NotFound("controller", "x"), 2),
        (LeaseHeld("hq-1", "somebody", 60.0), 1),
        (RuntimeError("nobody expected this"), 1),
        (KeyboardInterrupt(), 1),
    ],
)
def test_every_error_is_one_document_and_a_status(error, status):
    found = CliRunner().invoke(command_that(error), ["--json"])
    assert found.exit_code == status
    document = json.loads(found.stdout)
    assert document["error"]["type"] == type(error).__name__


def test_an_error_that_nobody_expected_is_not_swallowed():
    found = CliRunner().invoke(command_that(RuntimeError("boom")), ["--json"])
    assert isinstance(found.exception, RuntimeError)


@pytest.mark.parametrize("error", [RuntimeError("boom"), KeyboardInterrupt()])
def test_the_process_prints_one_document_and_no_second(error, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["aprejoin", "fails", "--json"])
    monkeypatch.setattr(main, "get_command", lambda _ctx, _name: command_that(error))
    with pytest.raises((RuntimeError, SystemExit)):
        run()
    assert json.loads(capsys.readouterr().out)["error"]["type"] == type(error).__name__


def test_a_wrong_call_found_out_by_the_command_itself_is_told_once(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["aprejoin", "fails", "--json"])
    wrong = command_that(click.UsageError("--token is missing"))
    monkeypatch.setattr(main, "get_command", lambda _ctx, _name: wrong)
    with pytest.raises(SystemExit) as ended:
        run()
    told = json.loads(capsys.readouterr().out)["error"]
    assert (ended.value.code, told["type"]) == (2, "InvalidInput")


def test_without_json_stdout_stays_empty():
    found = CliRunner().invoke(command_that(NotFound("controller", "x")), [])
    assert found.stdout == ""
    assert "no controller named 'x'" in found.stderr


def test_an_example_inventory_is_written_once_and_is_a_good_one(tmp_path, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    path = tmp_path / "inventory.yaml"
    first = CliRunner().invoke(main, ["init", str(path), "--json"])
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout) == {"inventory": str(path)}
    before = path.read_text()
    again = CliRunner().invoke(main, ["init", str(path), "--json"])
    assert again.exit_code == 2
    assert path.read_text() == before
    restored = CliRunner().invoke(main, ["restore", "no-such", "-i", str(path), "--yes", "--json"])
    assert json.loads(restored.stdout)["error"]["type"] == "NotFound"


@pytest.mark.parametrize("words", [["--help"], ["sweep", "--help"], ["yang", "check", "--help"]])
def test_help_has_examples(words):
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 0
    assert len(words) == 1 or "Example" in found.stdout


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (["serve"], {"APREJOIN_OIDC_ISSUER": "http://sso.example"}, "APREJOIN_OIDC_ISSUER"),
        (["serve", "--listen", f"127.0.0.1:{'1' * 5000}"], {}, "expected HOST:PORT"),
    ],
)
def test_a_service_that_cannot_begin_so_says_why_and_makes_no_token(
    words, environment, said, tmp_path, monkeypatch
):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text("controllers: []\ncredentials: {}\n")
    called = [*words, "-i", str(inventory), "--port", "0", "--api-only"]
    done = CliRunner().invoke(main, called, env=environment)
    assert (done.exit_code, said in done.stderr) == (2, True)
    assert "token" not in done.stderr
