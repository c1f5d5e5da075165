"""The child processes of the embedded mode: broker, workers, beat. Started, kept alive, ended.

`serve`, `worker` and `beat` run Celery by command line, never by import: a child that hangs is
ended without ending us. Children live in sessions of their own, so Ctrl-C reaches them through us
and in order; they are tied to the thread that started them, so not even SIGKILL of this process
leaves them behind (Linux).

Two kinds of workers, for two kinds of work. Polls wait for devices, and whoever tells others waits
for receivers: threads, many at a time.
Remediations are few and must not hang: processes, which Celery can end at a job's time limit, and
whose loss hands the job back.
"""

import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

import structlog

from service.errors import StoreError
from service.ports.jobs import CLERKS, READERS, STEP_GRACE_S, TELLERS, Lane
from service.queue.celery_app import canary_queue
from service.queue.child import Child, Command
from service.queue.ear import Ear, FilePulse, Pulse
from service.queue.embedded_broker import EmbeddedBroker
from service.queue.silence import DEAF_AFTER_S, Hears, Silence
from service.settings import Settings

APPLICATION = "workers.app"
SCHEDULER = "workers.schedule.FleetScheduler"
READY_S = 60.0
GRACE_S = 20.0
DEAF_GRACE_S = 1.0
CANARY_EVERY_S = 10.0
BEAT_FILE = "beat-schedule"
TEND_EVERY_S = 1.0
TENDED = "tended"
"""A file in the state folder, touched with every round: there from when all children are ready,
minutes old where this process hangs. For health checks of containers, which have one of them."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
"""Between two starts of a child that keeps dying; the pause doubles up to this."""

_UNFIT_FOR_CHILDREN = ("PYTHONWARNINGS", "CELERY_", "COVERAGE_PROCESS_START")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Crew:
    """One worker process and what it takes on.

    Attributes:
        pool: `threads` for jobs that wait, `prefork` for jobs that must be endable.
        grace_s: how long its jobs may go on after it was asked to end.
    """

    name: str
    lanes: tuple[Lane, ...]
    pool: Literal["threads", "prefork"]
    concurrency: int
    grace_s: float = GRACE_S


FEW_ARENAS = "2"
"""Of glibc's memory: else each of some dozens of threads keeps what it once read a reply into."""
POLLERS = Crew("poll", (Lane.POLL, Lane.NOTIFY), "threads", READERS + TELLERS + CLERKS)
MENDERS = Crew("remediate", (Lane.REMEDIATE,), "prefork", 4, STEP_GRACE_S)
EVERYBODY = (POLLERS, MENDERS)


@dataclass
class _Ward:
    """A child that is kept alive, and how that went lately.

    Attributes:
        pulse: tells whether it does its work.
        ends_s: when a deaf one is ended that has work under way; None: it was not asked to end.
    """

    child: Child
    pulse: Pulse
    grace_s: float = GRACE_S
    pause_s: float = FIRST_PAUSE_S
    next_start_s: float = 0.0
    ends_s: float | None = None


class Supervisor:
    """Starts the children of one process and looks after them. Used by one thread at a time."""

    def __init__(
        self,
        settings: Settings,
        *,
        environ: Mapping[str, str] = os.environ,
        application: str = APPLICATION,
        canary_every_s: float = CANARY_EVERY_S,
        deaf_after_s: float = DEAF_AFTER_S,
    ) -> None:
        self._settings = settings
        self._canary_every_s = canary_every_s
        self._deaf_after_s = deaf_after_s
        self._application = application
        self._base_environ = environ
        self._broker: EmbeddedBroker | None = None
        self._wards: list[_Ward] = []
        self.broker_url = settings.broker_url or ""
        self._tended = settings.state_dir / TENDED
        with suppress(OSError):  # one that ran here before says nothing about us
            self._tended.unlink()

    def start_broker(self) -> None:
        """Run the embedded broker, or use that of another process, unless one is configured.

        Raises:
            StoreError: it does not start.
        """
        if self._settings.broker_url is not None:
            return
        self._settings.ensure_state_dir()
        self._broker = EmbeddedBroker(self._settings.state_dir, self._environ())
        self._broker.start()
        self.broker_url = self._broker.url

    def start_worker(self, crew: Crew) -> None:
        """Run a worker and wait until a canary came through it.

        Raises:
            StoreError: it does not start; has its last lines.
        """
        name = f"aprejoin-{crew.name}-{os.getpid()}-{secrets.token_hex(3)}@{socket.gethostname()}"
        silence = Silence(
            deaf_after_s=self._deaf_after_s, longest_job_s=self._settings.visibility_timeout_s
        )
        ear = Ear(self.broker_url, name, silence, every_s=self._canary_every_s)
        ward = _Ward(Child(self._worker_command(crew, name)), ear, crew.grace_s)
        self._wards.append(ward)
        ear.send()
        ward.child.start(ear.has_sung, within_s=READY_S)

    def start_beat(self) -> None:
        """Run beat and wait until it has written its schedule.

        Raises:
            StoreError: it does not start (a broken inventory, for example); has its last lines.
        """
        command = self._beat_command()
        before_ns = self._beat_written_ns()
        silence = Silence(deaf_after_s=self._deaf_after_s, longest_job_s=0.0)
        ward = _Ward(Child(command), FilePulse(self.broker_url, self._beat_written_ns, silence))
        self._wards.append(ward)
        ward.child.start(lambda: self._beat_written_ns() > before_ns, within_s=READY_S)

    def tend(self) -> None:
        """Look after every child once: restart what died or went deaf. Never waits long."""
        now_s = time.monotonic()
        with suppress(OSError):  # a full disk is no reason to leave the children alone
            self._tended.touch()
        if self._broker is not None:
            self._tend_broker(self._broker)
        for ward in self._wards:
            if not ward.child.is_alive:
                self._revive(ward, now_s)
            elif ward.ends_s is not None:
                if now_s >= ward.ends_s:
                    ward.child.stop(grace_s=0.0)
            else:
                self._listen(ward, now_s)

    def run(self, stop: threading.Event) -> None:
        """Tend until told to stop: the loop of a process or thread that does nothing else."""
        while not stop.wait(TEND_EVERY_S):
            self.tend()

    def stop(self) -> None:
        """End every child: beat and workers together, with a grace to finish, then the broker.

        The graces run side by side: the longest of them bounds the whole, beside the broker's.
        """
        with ExitStack() as ends:
            if self._broker is not None:
                ends.callback(self._broker.stop)
            asked_s = time.monotonic()
            for ward in sorted(self._wards, key=lambda ward: -ward.grace_s):
                ends.callback(_stop, ward, asked_s)
            for ward in self._wards:
                ward.child.ask_to_end()
        for ward in self._wards:
            ward.pulse.close()
        self._wards.clear()
        self._broker = None

    def _tend_broker(self, broker: EmbeddedBroker) -> None:
        try:
            broker.tend()
        except StoreError as err:  # the next round tries again; meanwhile the store loses nothing
            log.error("broker.down", reason=str(err))  # noqa: TRY400 - the reason says it all

    def _revive(self, ward: _Ward, now_s: float) -> None:
        """Start a dead child again, after a pause that grows while it keeps dying."""
        if ward.next_start_s == 0.0:
            ward.next_start_s = now_s + ward.pause_s
            log.error(
                "child.died", child=ward.child.command.name, said=ward.child.last_words().strip()
            )
        if now_s < ward.next_start_s:
            return
        ward.child.restart()
        ward.pause_s = min(2 * ward.pause_s, LONGEST_PAUSE_S)
        ward.next_start_s, ward.ends_s = 0.0, None
        ward.pulse.begin()

    def _listen(self, ward: _Ward, now_s: float) -> None:
        """Ask a deaf worker to end; what it has under way has its time, but not ours to wait."""
        hears = ward.pulse.listen(now_s)
        if hears is Hears.YES:
            ward.pause_s = FIRST_PAUSE_S
        elif hears is Hears.NO:
            grace_s = ward.grace_s if ward.pulse.has_work else DEAF_GRACE_S
            log.error("child.deaf", child=ward.child.command.name, grace_s=grace_s)
            ward.child.ask_to_end()
            ward.ends_s = now_s + grace_s

    def _worker_command(self, crew: Crew, name: str) -> Command:
        queues = [name for lane in crew.lanes for name in (str(lane), canary_queue(lane))]
        return self._celery(
            f"the {crew.name} worker",
            f"worker-{crew.name}.log",
            "worker",
            *("--pool", crew.pool, "--concurrency", str(crew.concurrency)),
            *("--queues", ",".join(queues)),
            *("--hostname", name),
            *("--without-gossip", "--without-mingle"),
        )

    def _beat_command(self) -> Command:
        schedule = str(self._settings.state_dir / BEAT_FILE)
        words = ("beat", "--scheduler", SCHEDULER, "--schedule", schedule)
        return self._celery("beat", "beat.log", *words)

    def _celery(self, name: str, log_name: str, *arguments: str) -> Command:
        state_dir = self._settings.ensure_state_dir()
        start = (sys.executable, "-P", "-m", "celery", "-A", self._application)
        return Command(
            name=name,
            argv=(*start, *arguments),
            environ=self._environ(),
            folder=state_dir,  # Celery imports from the working folder: here is nothing to import
            log=state_dir / "logs" / log_name,
        )

    def _environ(self) -> dict[str, str]:
        """Our environment without what would change how children behave, with our settings."""
        kept = {
            name: value
            for name, value in self._base_environ.items()
            if not name.startswith(_UNFIT_FOR_CHILDREN)
        }
        return {"MALLOC_ARENA_MAX": FEW_ARENAS, **kept, **self._settings.as_environment()}

    def _beat_written_ns(self) -> int:
        """When beat last wrote its schedule; its file name's ending depends on the system."""
        files = self._settings.state_dir.glob(f"{BEAT_FILE}*")
        return max((file.stat().st_mtime_ns for file in files), default=0)


def _stop(ward: _Ward, asked_s: float) -> None:
    """End a child that was asked to end a while ago."""
    ward.child.stop(grace_s=max(0.0, asked_s + ward.grace_s - time.monotonic()))


@contextmanager
def supervised(
    settings: Settings,
    *,
    crews: tuple[Crew, ...] = EVERYBODY,
    beat: bool = True,
    application: str = APPLICATION,
) -> Iterator[Supervisor]:
    """Broker, workers and beat for as long as the block runs; all ended on every way out.

    Raises:
        StoreError: one of them does not start; those that did are ended.
    """
    supervisor = Supervisor(settings, application=application)
    try:
        supervisor.start_broker()
        for crew in crews:
            supervisor.start_worker(crew)
        if beat:
            supervisor.start_beat()
        yield supervisor
    finally:
        supervisor.stop()
