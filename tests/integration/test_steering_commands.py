"""`halt`, `resume` and `campaign` as commands: what they say, and where it is shown."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from service.cli.main import main
from service.config.clock import SystemClock
from service.domain.waves import Fate, Limits
from service.ports.steering import Campaign, Target
from service.store.sql import SqlStore

INVENTORY = """
controllers:
  - name: hq-1
    platform: iosxe
    host: 127.0.0.1
    credentials: c
    netconf: {port: 9, insecure: true}
credentials: {c: {username: admin, password: "env:PATH"}}
"""
WHY = "half of Paris is dark"


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "fleet.yaml").write_text(INVENTORY)
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(tmp_path / "fleet.yaml"))

    def command(*words: str):
        return CliRunner().invoke(main, words)

    return command


def test_a_halt_is_told_shown_everywhere_and_lifted_once(run):
    halted = json.loads(run("halt", WHY, "--as", "ann", "--json").stdout)["halt"]
    assert (halted["by"], halted["reason"]) == ("ann", WHY)
    for words in (["sweep"], ["plan", "hq-1"], ["remediate", "hq-1", "--yes"], ["runs"]):
        said = " ".join(run(*words).stderr.split())
        assert "ALL NEW CHANGES ARE HALTED by ann at" in said, words
        assert WHY in said, words
    again = json.loads(run("halt", "more", "--as", "bob", "--json").stdout)["halt"]
    assert again == halted
    assert json.loads(run("resume", "--json").stdout) == {"halt": None, "lifted": halted}
    assert "HALTED" not in run("runs").stderr
    refused = run("resume", "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]["detail"] == "nothing is halted"


def test_a_containment_is_noted_demanded_and_lifted(run):
    port = "switch-port:access-1 Gi1/0/7"
    noted = json.loads(run("contain", "hq-1", "--applied", port, "--as", "ann", "--json").stdout)
    assert noted["containments"][0]["undo"] == ["interface Gi1/0/7", " no shutdown"]
    for words in (["contain", "hq-1"], ["runs"]):
        assert "lift the containment switch-port" in " ".join(run(*words).stderr.split()), words
    assert run("contain", "hq-1", "--applied", "wall").exit_code == 2
    assert run("contain", "hq-9").exit_code == 2
    lifted = json.loads(run("contain", "hq-1", "--lifted", "all", "--as", "bob", "--json").stdout)
    assert lifted["containments"][0]["lifted_by"] == "bob"
    assert run("contain", "hq-1", "--lifted", "all").exit_code == 1
    assert "lift the containment" not in run("runs").stderr


def test_a_forecast_says_whom_it_could_not_poll(run):
    kept = json.loads(run("forecast", "--json").stdout)["forecast"]
    assert (kept["entries"], kept["unknown"]) == ([], ["hq-1: never polled"])
    fresh = run("forecast", "--fresh", "--json")
    (unknown,) = json.loads(fresh.stdout)["forecast"]["unknown"]
    assert unknown.startswith("hq-1: never polled (")
    assert "not known: hq-1" in " ".join(run("forecast", "--within", "30").stderr.split())
    assert run("forecast", "hq-9").exit_code == 2


def test_a_campaign_that_stopped_is_shown_until_somebody_lets_it_go_on(run, tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path / 'state' / 'aprejoin.sqlite3'}", SystemClock())
    campaign = Campaign("k1", datetime(2026, 11, 22, tzinfo=UTC), "ann", Limits((1,), 0.0))
    assert store.open_campaign(campaign, (Target("hq-1", None, Fate.FAILED, 1),))
    store.mark_campaign("k1", "stopped", "wave 1: the canary failed (hq-1)")
    store.close()
    said = " ".join(run("sweep").stderr.split())
    assert "A CAMPAIGN HAS STOPPED: wave 1: the canary failed (hq-1)" in said
    assert "aprejoin campaign resume k1" in said
    told = json.loads(run("campaign", "resume", "k1", "--json").stdout)["campaign"]
    assert (told["state"], told["controllers"][0]["state"]) == ("running", "failed")
    assert "STOPPED" not in run("sweep").stderr
    assert "hq-1" in run("campaign", "show", "k1").stderr
    ended = json.loads(run("campaign", "cancel", "k1", "--as", "bob", "--json").stdout)
    assert ended["campaign"]["detail"] == "cancelled by bob"
    assert "cancelled" in run("campaign", "list").stderr


def test_a_halt_without_a_reason_is_a_wrong_call(run):
    assert run("halt").exit_code == 2
    assert run("halt", "  ").exit_code == 2


def test_a_campaign_over_what_no_sweep_found_is_refused_and_none_is_listed(run):
    refused = run("campaign", "begin", "hq-1", "--json")
    assert refused.exit_code == 1
    assert "sweep first" in json.loads(refused.stdout)["error"]["detail"]
    assert json.loads(run("campaign", "list", "--json").stdout) == {"campaigns": []}


@pytest.mark.parametrize(
    "words", [["begin", "nobody"], ["show", "k9"], ["resume", "k9"], ["cancel", "k9"]]
)
def test_what_is_not_there_is_a_wrong_call(run, words):
    assert run("campaign", *words).exit_code == 2
