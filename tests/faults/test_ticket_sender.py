"""A sender of tickets that dies between the desk's answer and its note of it."""

import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from service.bootstrap import open_context
from service.domain.tickets import Ticket
from service.ports.requests import Kind
from service.ports.tickets import Message
from service.settings import Settings
from service.usecases.tend import tend_now
from tests.support.desks import PASSWORD, USER, servicenow
from tests.support.worker_stand import ROOT

SENDER = """
import sys
from pathlib import Path
from service.bootstrap import open_context
from service.settings import Settings
from service.usecases.tend import tend_now
with open_context(Settings.from_environment(), Path(sys.argv[1])) as context:
    tend_now(context, sys.argv[2])
"""
DRAFT = {
    **{key: key for key in ("title", "text", "steps", "way_back", "checks", "impact")},
    "correlation": "digest",
    "risk": "low",
    "start": "2026-11-22T12:00:00+00:00",
    "end": "2026-11-22T13:00:00+00:00",
}


@pytest.mark.parametrize("verb", ["open", "note"])
def test_a_sender_killed_between_the_answer_and_its_note_says_nothing_twice(
    verb, tmp_path, monkeypatch
):
    part = {"open": "/change/normal", "note": "/change/"}[verb]
    method = "PATCH" if verb == "note" else "POST"
    with servicenow() as desk:
        inventory = _inventory(tmp_path, desk)
        monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
        monkeypatch.setenv("DESK_SECRET", PASSWORD)
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        with open_context(Settings.from_environment(), inventory) as context:
            context.store.add_ticket(
                Ticket("t1", "change", "digest", "digest", "hq-1"),
                _message("open", {"draft": DRAFT}),
                _message("note", {"text": "arm: done [mark]", "marker": "[mark]"}),
                _message("attach", {"name": "plan.json", "document": {}}),
            )
            desk.fail(method, part, "hang")
            command = [sys.executable, "-c", SENDER, str(inventory), "t1"]
            with subprocess.Popen(command) as sender:
                assert desk.stored.wait(240)
                sender.send_signal(signal.SIGKILL)
            tend_now(context, "t1")
            assert context.store.messages(state="waiting"), "the dead one has it for a while"
            context.store.set_due(Kind.TICKET, "t1", in_s=0.0)  # its claim has run out
            tend_now(context, "t1")
            assert context.store.messages(state="waiting") == ()
            assert len(context.store.messages(state="sent")) == 3
    change = desk.the_change("digest")
    assert desk.notes_of(change) == ["arm: done [mark]"]
    assert desk.files_of(change) == ["plan.json"]


def _message(verb, body):
    return Message("t1", f"t1/{verb}", verb, body, datetime.now(UTC))


def _inventory(folder, desk):
    path = folder / "inventory.yaml"
    path.write_text(
        f"""controllers:
  - {{name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: desk}}
credentials:
  desk: {{username: {USER}, password: "env:DESK_SECRET"}}
itsm: {{kind: servicenow, url: "{desk.url}", credentials: desk}}
"""
    )
    return path
