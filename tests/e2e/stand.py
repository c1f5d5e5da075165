"""A lab of boxes and the real command `aprejoin`, given an inventory and a state folder only."""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from service.lab.aireos.config import CANARY
from service.lab.box.initial import TYPE_7
from service.lab.fleet import from_mapping
from service.lab.handle import BoxHandle
from service.lab.lab import Lab
from tests.support.canaries import contents
from tests.support.patience import PATIENCE_S
from tests.support.warm_start import Mother, WarmProcess

COMMAND = Path(sys.executable).with_name("aprejoin")
STANDING = ("serve", "worker", "beat", "lab", "demo")
"""Commands that start processes of their own: they begin from nothing, as users' do."""
QUICK = {  # a loop of 3 s, so that a few sweeps count it
    "boot_s": 0.6,
    "download_s": 2.4,
    "retry_s": 0.4,
    "ntp_settle_s": 0.5,
    "eem_cli_s": 0.05,
    "dmi_sync_s": 0.2,
    "reload_s": 2.0,
}
SHORT = {
    "loop_after_s": 1,
    "poll_every_s": 1,
    "wait_for_aps_s": 300,
    "dead_man_after_s": 300,
    "reboot_stragglers_after_s": 6,
    "no_progress_s": 14,
    "ntp_sync_s": 300,
    "stay_registered_s": 2,
    "max_parallel_remediations": 99,
}
NTP = ({"host": "192.0.2.1", "prefer": True}, {"host": "192.0.2.2", "iburst": True})
STUCK = ({"kind": "healthy", "count": 2}, {"kind": "looping"})


def box(name: str, release: str = "17.9.1", **settings: Any) -> dict[str, Any]:
    """One controller of a fleet with an access point that loops."""
    return {"name": name, "release": release, "ntp": [*NTP], "aps": [*STUCK], **settings}


@dataclass
class Finished:
    """What a command left."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@dataclass
class Running:
    """A command that is under way."""

    process: "subprocess.Popen[bytes] | WarmProcess"
    out: Path
    err: Path
    began: float = field(default_factory=time.monotonic)

    def said(self) -> str:
        """What it has said to people so far."""
        return self.err.read_text(errors="replace")

    def until(self, words: str, seconds: float = PATIENCE_S) -> None:
        """Wait until it has said something."""
        ends = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None, f"it ended without saying {words!r}: {self.said()}"
            assert time.monotonic() < ends, f"it never said {words!r}: {self.said()}"
            time.sleep(0.1)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def finish(self, seconds: float = PATIENCE_S) -> Finished:
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it never ended: {self.said()}") from None
        return Finished(code, self.out.read_text(), self.said(), time.monotonic() - self.began)


class Stand:
    """A running lab and a folder for the command's state."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.folder = folder
        self.state = folder / "state"
        self.settings: dict[str, str] = {}  # variables that every command is given, too
        self._count = 0
        self._started: list[Running] = []

    @property
    def inventory(self) -> Path:
        return self.lab.inventory_path

    def with_policies(self, policies: Mapping[str, Mapping[str, Any]]) -> Path:
        """The lab's inventory with a policy for single controllers; its path."""
        content = yaml.safe_load(self.inventory.read_text())
        for one in content["controllers"]:
            if one["name"] in policies:
                one["policy"] = dict(policies[one["name"]])
        path = self.inventory.with_name("policies.yaml")
        path.write_text(yaml.safe_dump(content))
        return path

    def box(self, name: str) -> BoxHandle:
        return self.lab.box(name)

    @property
    def secrets(self) -> dict[str, str]:
        """What the commands log in with, and what stands in the boxes' configuration."""
        kept = {
            name: (self.folder / "lab" / name).read_text() for name in ("password", "community")
        }
        return {**kept, "NTP key": TYPE_7, "the box's community": CANARY}

    def said_and_kept(self) -> dict[str, bytes]:
        """Everything that commands printed, logged and wrote."""
        return contents(self.folder, but=[self.folder / "lab"])

    def evidence(self, remediation: str) -> Any:
        """The bundle of a remediation, written and verified by command; what `verify` told."""
        bundle = self.folder / f"{remediation}.zip"
        written = self.run("report", remediation, "-o", str(bundle))
        assert written.code == 0, written.err
        verified = self.run("report", "verify", str(bundle), "--json")
        assert verified.code == 0, verified.out
        return verified.document["report"]

    def left_behind(self, name: str) -> list[str]:
        """What differs on a box from how it began, by the lab's own comparison."""
        return self.box(name).left_dirty()

    def start(
        self,
        *words: str,
        inventory: Path | None = None,
        state: Path | None = None,
        cwd: Path | None = None,
        refused: bool = False,
        as_typed: bool = False,
        database: str = "",
    ) -> Running:
        """Begin a command; `-i` and the state folder are added. A refused one starts no others.

        `as_typed`: it ends by itself, and no words are added: `settings` say where things are.
        `database`: the address of another one than in the state folder.
        """
        self._count += 1
        out, err = (self.folder / f"{self._count}.{end}" for end in ("out", "err"))
        given = (
            ()
            if as_typed
            or words[0] in ("runs", "init", "token", "files", "audit", "report", "state")
            else ("-i", str(inventory or self.inventory))
        )
        named = {"APREJOIN_DATABASE_URL": database} if database else {}
        with out.open("wb") as stdout, err.open("wb") as stderr:
            stands = words[0] in STANDING and not (refused or as_typed)
            start = _from_nothing if stands else mother().start
            process = start(
                [*words, *given],
                stdout=stdout,
                stderr=stderr,
                cwd=cwd or self.folder,
                env=environment(self.folder, state or self.state) | self.settings | named,
            )
        running = Running(process, out, err)
        self._started.append(running)
        return running

    def run(self, *words: str, **settings: Any) -> Finished:
        """Run a command to its end."""
        return self.start(*words, **settings).finish()

    def sweep_until_probable(
        self, *names: str, sweeps: int = 30, stuck: Mapping[str, int] | None = None, **settings: Any
    ) -> Any:
        """Sweep until every named controller has a probable finding; the last document.

        `stuck`: how many access points have to be in the findings of some.
        """
        for _ in range(sweeps):
            document = self.run("sweep", "--json", **settings).document
            found = {one["name"]: one["findings"] for one in document["controllers"]}
            grades = {
                name: [finding["confidence"] for finding in listed]
                for name, listed in found.items()
            }
            aps = {
                name: len({ap["mac"] for finding in listed for ap in finding["aps"]})
                for name, listed in found.items()
            }
            are_all = all(aps[name] >= count for name, count in (stuck or {}).items())
            if are_all and all("probable" in grades[name] for name in names):
                return document
            time.sleep(1.0)
        raise AssertionError(f"never probable: {grades}")

    def sweep_until_sure(self, count: int, **settings: Any) -> Any:
        """Sweep until so many findings are there and none is only suspected; the last document."""
        for _ in range(30):
            document = self.run("sweep", "--json", **settings).document
            grades = [
                finding["confidence"]
                for one in document["controllers"]
                for finding in one["findings"]
            ]
            if len(grades) == count and "suspected" not in grades:
                return document
        raise AssertionError(f"still only suspected: {grades}")

    def end(self) -> None:
        """Leave nothing running."""
        for running in self._started:
            if running.process.poll() is None:
                running.kill()


@cache
def mother() -> Mother:
    """What all short commands of this run are forked from."""
    found = Mother()
    atexit.register(found.end)
    return found


def _from_nothing(words: Sequence[str], **settings: Any) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([COMMAND, *words], stdin=subprocess.DEVNULL, **settings)


def environment(folder: Path, state: Path) -> dict[str, str]:
    """What the command is given: no more than anybody has, and the state folder."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "APREJOIN_STATE_DIR": str(state),
        "LANG": "C.UTF-8",
    }


@contextmanager
def standing(
    folder: Path,
    *boxes: Mapping[str, Any],
    policy: Mapping[str, Any] | None = None,
    modules: Path | None = None,
) -> Iterator[Stand]:
    """A lab of these boxes, with short waits; `modules` for get-schema and later releases."""
    fleet = {
        "lab": {"timings": QUICK},
        "controllers": [*boxes],
        "policy": {**SHORT, **(policy or {})},
    }
    lab = Lab(from_mapping(fleet), state_dir=folder / "lab", modules=modules)
    with lab:
        stand = Stand(lab, folder)
        try:
            yield stand
        finally:
            stand.end()


def together(work: Mapping[str, Any]) -> dict[str, Any]:
    """Run functions without arguments side by side; their results by name, or their errors."""

    def tried(function: Any) -> Any:
        try:
            return function()
        except AssertionError as err:
            return err

    with ThreadPoolExecutor(max_workers=max(1, len(work))) as pool:
        futures = {name: pool.submit(tried, function) for name, function in work.items()}
        return {name: future.result() for name, future in futures.items()}
