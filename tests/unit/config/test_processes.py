"""Who is proven dead: only who would be seen from here."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from service.config.clock import SystemClock
from service.config.processes import LocalProcesses

PROCESSES = LocalProcesses(SystemClock())


def test_this_process_lives_and_is_the_same_holder_every_time_it_asks():
    assert not PROCESSES.is_proven_dead(PROCESSES.me())
    assert PROCESSES.me() == LocalProcesses(SystemClock()).me()


def test_a_child_is_dead_once_it_was_killed_and_also_while_it_is_a_zombie():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        holder = replace(PROCESSES.me(), pid=child.pid, started=_started(child.pid))
        assert not PROCESSES.is_proven_dead(holder)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert PROCESSES.is_proven_dead(holder)
    finally:
        child.kill()
        child.communicate()
    assert PROCESSES.is_proven_dead(holder)


def test_a_number_that_was_given_to_another_process_since_is_not_mistaken_for_it():
    assert PROCESSES.is_proven_dead(replace(PROCESSES.me(), started="1"))


@pytest.mark.parametrize(
    "other",
    [
        {"host": "another-host"},
        {"boot_id": "another-boot"},  # a cloned machine of the same name, perhaps
        {"pid_namespace": "pid:[1]"},  # a container of the same name, perhaps
        {"pid_namespace": ""},  # written by a version that did not say
    ],
)
def test_nobody_is_called_dead_who_could_not_be_seen_from_here(other):
    nobody = 2**22 + 1  # above the largest process number
    gone = replace(PROCESSES.me(), pid=nobody)
    assert PROCESSES.is_proven_dead(gone)
    assert not PROCESSES.is_proven_dead(replace(gone, **other))


def _started(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[19]
