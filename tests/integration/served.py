"""`aprejoin serve` as a process against a lab, and callers who have nothing but HTTP."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests

from service.client import Accepted, Client
from tests.e2e.stand import Running, Stand
from tests.support.patience import PATIENCE_S

T = TypeVar("T")

V1 = "/api/v1"
ENDED = ("succeeded", "rolled-back", "needs-attention", "cancelled")
SWEEPS = 12
BETWEEN_SWEEPS_S = 1.5
LONG_AGO_S = -1e6
LOOK_EVERY_S = 0.3


@dataclass
class Caller:
    """Somebody with a token; what they say goes through the client that users have."""

    address: str
    token: str

    @contextmanager
    def client(self) -> Iterator[Client]:
        with Client(self.address, self.token, wait=lambda _: time.sleep(LOOK_EVERY_S)) as api:
            yield api

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """One request, once, whatever is answered."""
        with self.client() as api:
            return api.transport.send(method, path, body, headers=headers)

    def get(self, path: str) -> Any:
        answered = self.ask("GET", path)
        assert answered.status_code == 200, answered.text
        return answered.json()

    def approve(self, where: str) -> str:
        """Read it, and give one's word for just that; the digest that it is for."""
        with self.client() as api:
            given = api.approve(where.rpartition("/")[2])
        assert given["digest"], given
        return str(given["digest"])

    def post(self, path: str, body: Any = None) -> requests.Response:
        with self.client() as api:
            return api.transport.call("POST", path, body)

    def until_rest(self, work: Accepted | str) -> Any:
        """Ask again and again, as an orchestrator does."""
        with self.client() as api:
            return api.wait(work, within_s=PATIENCE_S)


@dataclass
class Served:
    """One life of `aprejoin serve`."""

    running: Running
    address: str
    admin: str | None
    listen: dict[str, list[str]]
    pids: set[int] = field(default_factory=set)

    @property
    def pid(self) -> int:
        return self.running.process.pid

    def tree(self) -> set[int]:
        """Every process of it that was seen so far."""
        self.pids |= descendants(self.pid) | {self.pid}
        return self.pids

    def until_gone(self) -> None:
        """Wait until nothing of it runs any more."""

        def left() -> list[str]:
            return [command_of(pid) for pid in self.pids if runs(pid)]

        wait_for(lambda: not left(), PATIENCE_S, left)


class Service:
    """A lab and the service on its state folder, started as often as wanted."""

    def __init__(self, stand: Stand, name: str, inventory: Path | None = None) -> None:
        self.stand = stand
        self.state = stand.folder / f"state-{name}"
        self.inventory = inventory
        self.now: Served | None = None
        self._clear: dict[str, str] = {}

    def start(self, *options: str) -> Served:
        """Start it, and wait until it says that it is ready."""
        words = ("serve", "--port", "0", "--json", *options)
        running = self.stand.start(*words, inventory=self.inventory, state=self.state)
        wait_for(lambda: running.out.read_text().endswith("\n"), PATIENCE_S, running.said)
        ready = json.loads(running.out.read_text())["serve"]
        token = _shown_token(running.said())
        self.now = Served(running, ready["address"], token, ready.get("listen", {}))
        self.now.tree()
        return self.now

    def caller(self, name: str, role: str) -> Caller:
        """Somebody with a token of that role, made by command."""
        assert self.now is not None
        if name not in self._clear:
            words = ("token", "create", name, "--role", role, "--json")
            made = self.stand.run(*words, state=self.state)
            self._clear[name] = made.document["token"]["clear"]
        return Caller(self.now.address, self._clear[name])

    @property
    def ann(self) -> Caller:
        return self.caller("ann", "operator")

    @property
    def bob(self) -> Caller:
        return self.caller("bob", "approver")

    def sweep(self, names: Iterable[str]) -> dict[str, list[str]]:
        """One sweep to its end: the grades of the findings of each controller."""
        with self.ann.client() as api:
            swept = api.wait(api.sweep(names), within_s=PATIENCE_S)
        assert swept["sweep"]["state"] == "finished", swept
        return {
            one["name"]: [finding["confidence"] for finding in one["findings"]]
            for one in swept["controllers"]
        }

    def learn(self, *names: str) -> None:
        """Sweep until every loop was counted."""
        grades: dict[str, list[str]] = {}
        for _ in range(SWEEPS):
            grades |= self.sweep(name for name in names if "probable" not in grades.get(name, ()))
            if all("probable" in grades[name] for name in names):
                return
            time.sleep(BETWEEN_SWEEPS_S)
        raise AssertionError(f"never probable: {grades}")

    def plan(self, name: str) -> str:
        """Ask for a plan; its digest."""
        with self.ann.client() as api:
            told = api.wait(api.plan(name), within_s=PATIENCE_S)
        assert told["digest"], told
        return str(told["digest"])

    def remediate(self, name: str, *, approve: bool = True) -> str:
        """Plan, ask for it to be carried out, and let somebody else give their word; its place."""
        digest = self.plan(name)
        where = self.ann.post(f"{V1}/remediations", {"plan_digest": digest}).headers["Location"]
        if approve:
            self.bob.approve(where)
        return where

    def look(self, where: str) -> Any:
        """A remediation as it is now."""
        return self.ann.get(where)["remediation"]

    def until_in_window(self, name: str, where: str) -> None:
        """Wait until the box is in the past."""

        def is_open() -> bool:
            told = self.look(where)
            assert told["state"] not in ENDED, told
            return self.stand.box(name).clock_offset_s < LONG_AGO_S

        wait_for(is_open, PATIENCE_S, lambda: self.look(where))

    def until_ended(self, where: str) -> Any:
        """Wait for the end; the remediation."""
        return self.ann.until_rest(where)["remediation"]


def _shown_token(said: str) -> str | None:
    found = [line.split()[-1] for line in said.splitlines() if line.startswith("admin token")]
    return found[0] if found else None


def wait_for(
    condition: Callable[[], T], within_s: float, told: object, *, every_s: float = LOOK_EVERY_S
) -> T:
    """Wait until something is so; `told` explains where it never is."""
    ends = time.monotonic() + within_s
    while not (found := condition()):
        if time.monotonic() > ends:
            shown = told() if callable(told) else told
            raise AssertionError(f"not within {within_s:g} s: {shown}")
        time.sleep(every_s)
    return found


# -- processes ---------------------------------------------------------------------------------


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def runs(pid: int) -> bool:
    """Whether a process does anything yet."""
    fields = _stat(pid)
    return bool(fields) and fields[0] != "Z"


def descendants(pid: int) -> set[int]:
    """Every process below one."""
    parents = {
        int(one.name): int(fields[1])
        for one in Path("/proc").iterdir()
        if one.name.isdigit() and (fields := _stat(int(one.name)))
    }
    found: set[int] = set()
    level = {pid}
    while level:
        level = {child for child, parent in parents.items() if parent in level} - found
        found |= level
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""
