"""What dies or is stopped in the middle: every step, by kill -9, Ctrl-C and SIGTERM.

Afterwards `aprejoin restore` brings the box home, or the box itself does.
"""

import signal
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import DATABASE_FILE
from tests.e2e.lost_machine import FOLDER, SERVER, TakenOver, lose_the_machine
from tests.e2e.stand import Finished, Running, Stand, box, together
from tests.support.patience import PATIENCE_S

STEPS = (
    "prove-timer",
    "arm-dead-man",
    "remove-ntp",
    "set-clock-back",
    "wait-for-aps",
    "set-true-time",
    "restore-ntp",
    "ntp-in-sync",
    "disarm",
    "verify",
)
SLOW_APS = {"boot_s": 3.0, "download_s": 6.0}  # the window stays open for a while
RELEASES = ("17.3.6", "17.6.4", "17.9.1", "17.12.1")
BOXES = {
    **{f"kill-{s}": box(f"kill-{s}", RELEASES[n % 4]) for n, s in enumerate(STEPS)},
    "int": box("int", aps=[{"kind": "looping", "timings": SLOW_APS}]),
    "term": box("term", "17.12.1", aps=[{"kind": "looping", "timings": SLOW_APS}]),
    "int-early": box("int-early"),
    "twice": box("twice", "17.3.6", aps=[{"kind": "looping", "timings": SLOW_APS}]),
    "alone": box("alone", aps=[{"kind": "looping", "timings": SLOW_APS}]),
    "frozen": box("frozen", "17.12.1", aps=[{"kind": "looping", "timings": SLOW_APS}]),
    **{
        name: box(name, aps=[{"kind": "looping", "timings": SLOW_APS}]) for name in (FOLDER, SERVER)
    },
    "alone-17-3": box("alone-17-3", "17.3.6", aps=[{"kind": "looping", "timings": SLOW_APS}]),
}
POLICY = {"stay_registered_s": 12}  # verifying takes long enough to be killed in it
DEAD_MAN_S = 60  # more than a loaded machine ever stood still


@dataclass
class Story:
    """What happened to one box."""

    first: Finished | None = None
    meanwhile: Finished | None = None
    other: Finished | None = None
    restored: Finished | None = None
    home_alone: list[str] | None = None


def with_policy(stand: Stand, **policy: Any) -> Path:
    """The stand's inventory with another policy."""
    document = yaml.safe_load(stand.inventory.read_text())
    document["policy"].update(policy)
    path = stand.inventory.with_name("-".join(["inventory", *policy]) + ".yaml")
    mine = path.with_suffix(f".{threading.get_ident()}")  # two stories ask for the same at once
    mine.write_text(yaml.safe_dump(document))
    mine.replace(path)
    return path


def killed(stand: Stand, name: str, step: str) -> Story:
    running = stand.start("remediate", name, "--yes", "--json")
    running.until(f"  {step}:")
    running.kill()
    meanwhile = stand.run("runs") if step in ("remove-ntp", "set-true-time") else None
    return Story(meanwhile=meanwhile, restored=stand.run("restore", name, "--yes", "--json"))


def interrupted(stand: Stand, name: str, step: str, number: signal.Signals) -> Story:
    running = stand.start("remediate", name, "--yes", "--json")
    running.until(f"  {step}:")
    running.signal(number)
    return Story(first=running.finish(), restored=stand.run("restore", name, "--yes", "--json"))


def begun_twice(stand: Stand, name: str) -> Story:
    first = stand.start("remediate", name, "--yes", "--json")
    first.until("  arm-dead-man:")
    meanwhile = stand.run("remediate", name, "--yes", "--json")
    other = stand.run("restore", name, "--yes", "--json")
    return Story(first.finish(), meanwhile, other)


def left_alone(stand: Stand, name: str) -> Story:
    inventory = with_policy(stand, dead_man_after_s=DEAD_MAN_S)
    running = stand.start("remediate", name, "--yes", "--json", inventory=inventory)
    running.until("  wait-for-aps:")
    running.kill()
    assert stand.left_behind(name), "the box was not in the past"
    left = home_alone(stand, name)
    swept = stand.run("sweep", name, "--json", inventory=inventory)
    restored = stand.run("restore", name, "--yes", "--json", inventory=inventory)
    return Story(meanwhile=swept, home_alone=left, restored=restored)


def home_alone(stand: Stand, name: str) -> list[str]:
    """What is left when the box has put back everything by itself, or never does."""
    ends = time.monotonic() + PATIENCE_S
    while (left := stand.left_behind(name)) and time.monotonic() < ends:
        time.sleep(1.0)
    return left


def frozen(stand: Stand, name: str) -> Story:
    """The process is stopped for longer than the dead-man's switch waits, and goes on then."""
    inventory = with_policy(stand, dead_man_after_s=DEAD_MAN_S)
    running = stand.start("remediate", name, "--yes", "--json", inventory=inventory)
    running.until("  wait-for-aps:")
    freeze(stand, running)
    left = home_alone(stand, name)
    running.signal(signal.SIGCONT)
    return Story(first=running.finish(), home_alone=left)


def freeze(stand: Stand, running: Running) -> None:
    """Stop a process, but not while it writes: it would keep SQLite's lock from all the others."""
    database = stand.state / DATABASE_FILE
    for _ in range(int(PATIENCE_S)):
        running.signal(signal.SIGSTOP)
        with closing(sqlite3.connect(database, timeout=5, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                running.signal(signal.SIGCONT)
            else:
                return
    raise AssertionError("somebody always wrote")


def work(stand: Stand) -> dict[str, Story]:
    stand.sweep_until_probable(*BOXES)
    jobs: dict[str, Any] = {
        f"kill-{step}": lambda step=step: killed(stand, f"kill-{step}", step) for step in STEPS
    }
    jobs["int"] = lambda: interrupted(stand, "int", "wait-for-aps", signal.SIGINT)
    jobs["term"] = lambda: interrupted(stand, "term", "wait-for-aps", signal.SIGTERM)
    jobs["int-early"] = lambda: interrupted(stand, "int-early", "prove-timer", signal.SIGINT)
    jobs["twice"] = lambda: begun_twice(stand, "twice")
    jobs["alone"] = lambda: left_alone(stand, "alone")
    jobs["frozen"] = lambda: frozen(stand, "frozen")
    jobs["alone-17-3"] = lambda: left_alone(stand, "alone-17-3")
    jobs["lost"] = lambda: lose_the_machine(stand)
    return together(jobs)


def told(finished: Finished) -> Any:
    assert finished.out, finished.err
    return finished.document["remediation"]


@pytest.mark.parametrize("step", STEPS)
def test_after_kill_9_a_restore_brings_the_box_home(stand, results, step):
    story = results[f"kill-{step}"]
    assert isinstance(story, Story), story
    assert story.restored.code in (0, 5), story.restored.err
    assert told(story.restored)["state"] in ("rolled-back", "succeeded")
    assert stand.left_behind(f"kill-{step}") == []
    assert abs(stand.box(f"kill-{step}").clock_offset_s) < 2


@pytest.mark.parametrize("step", ["remove-ntp", "set-true-time"])
def test_every_other_command_says_loudly_that_a_restore_is_due(results, step):
    story = results[f"kill-{step}"]
    assert isinstance(story, Story), story
    assert "A RESTORE IS DUE" in story.meanwhile.err
    assert f"aprejoin restore kill-{step}" in " ".join(story.meanwhile.err.split())


@pytest.mark.parametrize("name", ["int", "term", "int-early"])
def test_an_interrupt_puts_everything_back_before_it_leaves(stand, results, name):
    story = results[name]
    assert isinstance(story, Story), story
    document = told(story.first)
    assert document["state"] in ("rolled-back", "cancelled", "succeeded")
    assert story.first.code == (0 if document["state"] == "succeeded" else 5)
    assert story.restored.code == 0
    assert story.restored.document == {"remediation": None}
    assert stand.left_behind(name) == []


def test_a_controller_that_is_being_changed_is_changed_by_nobody_else(stand, results):
    story = results["twice"]
    assert isinstance(story, Story), story
    assert story.meanwhile.code in (1, 5), story.meanwhile.err
    assert "error" in story.meanwhile.document or told(story.meanwhile)["state"] == "cancelled"
    assert story.other.code == 1, story.other.err
    assert story.other.document["error"]["type"] == "LeaseHeld"
    assert story.first.code == 0, story.first.err
    assert told(story.first)["state"] == "succeeded"
    assert stand.left_behind("twice") == []


@pytest.mark.parametrize("name", ["alone", "alone-17-3"])
def test_a_box_whose_guardian_died_comes_home_by_itself(stand, results, name):
    story = results[name]
    assert isinstance(story, Story), story
    assert story.home_alone == []
    assert "A RESTORE IS DUE" in story.meanwhile.err
    assert story.restored.code in (0, 5), story.restored.err
    assert told(story.restored)["state"] in ("rolled-back", "succeeded")
    assert stand.left_behind(name) == []
    restored = [e for e in stand.box(name).log if e.kind == "syslog" and "restored" in e.what]
    assert len(restored) == 1


def test_a_process_that_was_stopped_for_too_long_finds_the_box_at_home(stand, results):
    story = results["frozen"]
    assert isinstance(story, Story), story
    assert story.home_alone == []
    assert story.first.code in (0, 5), story.first.err
    assert stand.left_behind("frozen") == []
    assert stand.box("frozen").clock_offset_s < 2


@pytest.fixture(params=[FOLDER, SERVER])
def taken_over(request, results) -> tuple[str, TakenOver]:
    lost = results["lost"]
    assert isinstance(lost, dict), lost
    found = lost[request.param]
    if isinstance(found, str):
        pytest.skip(found)
    assert isinstance(found, TakenOver), found
    return request.param, found


def test_a_state_is_saved_while_others_work_on_it(results):
    saved = results["lost"]["saved"]
    assert saved.code == 0, saved.err
    told = saved.document["state"]
    assert told["database"] == "sqlite"
    assert told["rows"]["remediations"] >= 2


def test_every_open_remediation_is_found_again_where_nothing_was(taken_over):
    _, story = taken_over
    assert story.loaded.code == 0, story.loaded.err
    assert {FOLDER, SERVER} <= {one["controller"] for one in story.loaded.document["state"]["open"]}
    said = " ".join(story.runs.err.split())
    assert "ALL NEW CHANGES ARE HALTED" in said
    assert "was loaded; what was done since is not in it" in said


def test_a_restore_brings_the_box_home_from_what_was_loaded(stand, taken_over):
    name, story = taken_over
    assert story.dirty, "the box was not in the past"
    assert story.restored.code in (0, 5), story.restored.err
    assert told(story.restored)["state"] in ("rolled-back", "succeeded")
    assert stand.left_behind(name) == []
    assert abs(stand.box(name).clock_offset_s) < 2


def test_a_save_is_not_loaded_over_what_is_there_and_the_audit_trail_goes_on(taken_over):
    _, story = taken_over
    assert story.again.code == 1
    assert story.again.document["error"]["type"] == "Refused"
    assert story.audited.code == 0, story.audited.err
