"""The journal, `aprejoin runs` and the workers' log tell one story (issue 3, point 6)."""

import json

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from service.cli.runs import runs_command
from service.domain.journal import Closed, HomeCalled, StepDone, StepFailed
from service.domain.journal_words import entry_document
from service.errors import DeviceUnreachable
from service.usecases.carry import carry
from tests.support.builders import THEIRS
from tests.support.crew import Crew, crew_stage
from tests.support.fake_clock import FakeClock
from tests.support.fake_driver import Killed, Trap
from workers.runtime import log_move


class LoggingCrew(Crew):
    """Workers that log as real ones do."""

    def job(self, process, item="r1"):
        return carry(process.context, item, on_progress=log_move)


@pytest.fixture
def crew(tmp_path, monkeypatch):
    file = tmp_path / "aprejoin.db"
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("APREJOIN_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.delenv("APREJOIN_INVENTORY", raising=False)
    made = LoggingCrew(crew_stage(file=file))
    made.ask()
    return made


def runs() -> dict:
    answer = CliRunner().invoke(runs_command, ["r1", "--json"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.stderr
    return json.loads(answer.stdout)


def words(crew: Crew) -> list[str]:
    entries = crew.stage.store.journal("r1")
    return [f"{entry.seq} {entry_document(entry)['what']}" for entry in entries]


def in_log(lines) -> list[str]:
    moves = [line for line in lines if line["event"] == "remediation.moved"]
    return [said for move in moves for said in move["journal"]]


def troubled(crew: Crew) -> None:
    """A reply is lost, a session drops, and somebody adds a server inside of the window."""
    stage = crew.stage
    seen: list[int] = []

    def on_read(number: int) -> None:
        if abs(stage.box.offset_s) > 1000 and not seen:
            seen.append(number)
            stage.line.reads[number + 1] = DeviceUnreachable
        elif seen and number == seen[0] + 3:
            stage.box.set_ntp((*stage.box.ntp.entries, THEIRS))

    stage.line.on_read = on_read
    stage.line.changes[1] = "lost-after"


def test_of_one_with_trouble_all_three_say_the_same(crew):
    troubled(crew)
    with capture_logs() as lines:
        closed = crew.until_over(crew.stage.process())
    told = runs()
    assert closed.state == "needs-attention"
    assert [f"{line['seq']} {line['what']}" for line in told["journal"]] == words(crew)
    assert in_log(lines) == words(crew)
    assert told["remediation"]["state"] == closed.state
    assert told["remediation"]["left"] == list(closed.left)
    last = [line for line in lines if line["event"] == "remediation.moved"][-1]
    assert (last["closed"], last["text"]) == (closed.state, closed.detail)


def test_it_names_the_lost_reply_the_reason_to_go_home_and_what_is_left(crew):
    troubled(crew)
    with capture_logs() as lines:
        closed = crew.until_over(crew.stage.process())
    story = "\n".join(in_log(lines))
    assert "outcome unknown" in story
    assert "somebody else added server 198.51.100.7" in story
    assert f"added by others: ntp {THEIRS.label}" in story
    assert all(command in story for command in closed.mend)
    loud = [line for line in lines if line["log_level"] == "warning"]
    assert any("somebody else added" in line["text"] for line in loud)


def test_every_step_of_the_document_is_an_entry_of_the_journal(crew):
    troubled(crew)
    crew.until_over(crew.stage.process())
    ends = {
        entry.event.step: entry.event
        for entry in crew.stage.store.journal("r1")
        if isinstance(entry.event, StepDone | StepFailed)
    }
    for step in runs()["remediation"]["steps"][1:]:
        if step["state"] in ("done", "failed"):
            event = ends.pop(step["name"])
            assert step["detail"] == event.detail
            assert (step["state"] == "failed") == isinstance(event, StepFailed)
    assert not ends


def test_what_a_killed_worker_wrote_is_never_told_differently_by_the_one_that_goes_on(crew):
    process = crew.stage.process(trap=Trap(90, in_flight=True))
    with capture_logs() as lines:
        with pytest.raises(Killed):
            crew.until_over(process)
        crew.stage.kill(process)
        crew.stage.settle(20)
        clock = FakeClock(crew.stage.world, boot_id=crew.stage.clock.boot_id)
        crew.until_over(crew.stage.process(clock=clock))
    said, written = in_log(lines), words(crew)
    assert set(said) <= set(written)
    assert len(set(written) - set(said)) <= 2  # what it wrote in the move that it died in
    assert said == sorted(said, key=written.index)
    home = [e.event for e in crew.stage.store.journal("r1") if isinstance(e.event, HomeCalled)]
    assert home[0].reason == "the worker that carried it died"
    assert isinstance(crew.stage.store.journal("r1")[-1].event, Closed)
