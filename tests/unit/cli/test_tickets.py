"""`aprejoin tickets` as a command: what is listed, and another try for what was refused."""

import json

import pytest
from click.testing import CliRunner

from service.cli.tickets import tickets_command
from service.config.clock import SystemClock
from service.domain.tickets import Ticket
from service.ports.tickets import Message
from service.settings import Settings
from service.store.sql import SqlStore
from tests.support.fake_clock import START


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("APREJOIN_INVENTORY", raising=False)
    found = SqlStore(Settings.from_environment().database_url, SystemClock())
    ticket = Ticket("t1", "change", "digest", "digest", "hq-1", "CHG1", "abc")
    found.add_ticket(ticket, Message("t1", "t1/note", "note", {"text": "x", "marker": "y"}, START))
    yield found
    found.close()


def ran(*arguments):
    return CliRunner().invoke(tickets_command, [*arguments])


def test_tickets_and_what_was_put_aside_are_listed(store):
    (message,) = store.messages()
    store.settle_message(message.number, "dead", "status 403, ACL Exception")
    told = ran("--json")
    document = json.loads(told.stdout)
    assert document["tickets"][0]["number"] == "CHG1"
    assert document["dead"][0]["trouble"] == "status 403, ACL Exception"
    assert "CHG1" in ran().stderr
    assert "was put aside after 0 tries: status 403" in " ".join(ran().stderr.split())


def test_a_dead_message_is_tried_again_on_demand(store):
    (message,) = store.messages()
    store.settle_message(message.number, "dead", "403")
    assert ran("--retry", str(message.number)).exit_code == 0
    assert store.messages(state="waiting")[0].begun
    assert json.loads(ran("--json", "--send").stdout)["tickets"][0]["waiting"] == 1
    (left,) = store.messages(state="waiting")
    assert "names no ITSM" in left.trouble


@pytest.mark.parametrize("what", ["999", "some", "-1", ""])
def test_a_number_that_is_none_is_a_wrong_call(store, what):
    refused = ran("--retry", what)
    assert refused.exit_code == 2
    assert what in refused.stderr
