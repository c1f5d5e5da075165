"""What the standing commands make of what they are told, before anything is started."""

import json

import pytest
from click.testing import CliRunner

from service.cli.beat import beat_command
from service.cli.serve import serve_command
from service.cli.token import seconds_of
from service.cli.worker import Queues, crews_of, worker_command
from service.errors import InvalidInput
from service.ports.jobs import Lane
from service.supervise import EVERYBODY, MENDERS, POLLERS


@pytest.mark.parametrize("command", [serve_command, worker_command, beat_command])
def test_no_inventory_is_a_wrong_call(command):
    ran = CliRunner().invoke(command, ["--json"], env={"APREJOIN_INVENTORY": None})
    assert ran.exit_code == 2
    assert json.loads(ran.stdout)["error"]["type"] == "InvalidInput"
    assert "no inventory was given" in ran.stderr


@pytest.mark.parametrize("command", [serve_command, worker_command, beat_command])
def test_a_bad_setting_is_a_wrong_call_and_shows_no_password(command):
    env = {"APREJOIN_BROKER_URL": "amqp://me:hunter2@mq", "APREJOIN_INVENTORY": "fleet.yaml"}
    ran = CliRunner().invoke(command, ["--json"], env=env)
    assert ran.exit_code == 2
    assert "APREJOIN_BROKER_URL" in ran.stderr
    assert "hunter2" not in ran.stderr + ran.stdout


def test_all_queues_are_taken_by_the_same_workers_that_serve_runs():
    everything = tuple(lane for crew in EVERYBODY for lane in crew.lanes)
    assert set(everything) == set(Lane)
    assert crews_of(everything) == EVERYBODY


def test_polls_run_in_threads_and_changes_in_processes_that_have_time_to_finish():
    (pollers,) = crews_of((Lane.POLL,))
    assert (pollers.lanes, pollers.pool) == ((Lane.POLL,), "threads")
    (tellers,) = crews_of((Lane.NOTIFY,))
    assert (tellers.lanes, tellers.pool) == ((Lane.NOTIFY,), "threads"), (
        "no receiver delays a change"
    )
    (menders,) = crews_of((Lane.REMEDIATE,))
    assert (menders.lanes, menders.pool) == ((Lane.REMEDIATE,), "prefork")
    assert menders.grace_s == MENDERS.grace_s > POLLERS.grace_s


@pytest.mark.parametrize("text", ["poll,remediate", "poll, remediate", "poll,remediate,poll"])
def test_queues_are_named_with_commas_and_count_once(text):
    assert Queues().convert(text, None, None) == (Lane.POLL, Lane.REMEDIATE)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90d", 7_776_000), ("12h", 43_200), ("30m", 1_800), ("never", None)]
)
def test_a_duration_is_a_number_with_its_unit(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "d", "0d", "-1d", "1.5h", "soon", "9999999d", "1w"])
def test_any_other_duration_is_refused(text):
    with pytest.raises(InvalidInput, match="--expires"):
        seconds_of(text)
