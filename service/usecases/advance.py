"""Advance a remediation by one thing: read, decide, do exactly that, write it down.

Nothing in here judges; `service/domain/advancing.py` does. Nothing in here sleeps; "not yet" is a
number of seconds to come back after. The order is always the same: the intent is durable before
anything is sent, the outcome is durable before anything else is decided.
"""

from dataclasses import dataclass, field
from datetime import datetime

from service.domain.advancing import Finish, Turn, current_step, needs, next_move
from service.domain.changes import describe
from service.domain.instants import agree
from service.domain.journal import (
    Closed,
    Event,
    HomeCalled,
    Intended,
    Observed,
    Outcome,
    Settled,
    StepDone,
    StepFailed,
)
from service.domain.observation import ControllerView
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Send
from service.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    ChangeRefused,
    DeviceBusy,
    DeviceError,
    DeviceUnreachable,
    HostKeyRefused,
    OutcomeUnknown,
    ReplyMalformed,
)
from service.ports.driver import ControllerDriver
from service.ports.store import Lease
from service.usecases.context import Context
from service.usecases.poll import READ_TIMEOUT_S
from service.usecases.truth import opinions

LEASE_TTL_S = 120.0
"""Longer than the longest RPC deadline: a successor never meets a request still in flight."""
RECONNECT_EVERY_S = 5.0
CONNECTION = "connection"
HOPELESS = (AuthenticationRefused, HostKeyRefused, CapabilityMissing)


@dataclass(slots=True)
class Work:
    """One process's work on one remediation: the lease, and a session kept open between moves."""

    context: Context
    remediation: str
    lease: Lease
    driver: ControllerDriver | None = None

    def run(self) -> Run:
        """The journal, folded afresh."""
        return Run(self.context.store.journal(self.remediation))

    def note(self, event: Event, after: int) -> int:
        """Append one entry; returns its number."""
        entry = self.context.store.append(
            self.remediation, event, after=after, at=self.context.clock.now(), lease=self.lease
        )
        return entry.seq

    def renew(self) -> None:
        """Hold on to the lease."""
        now = self.context.clock.now().wall
        self.lease = self.context.store.renew(self.lease, now=now, ttl_s=LEASE_TTL_S)

    def connect(self, run: Run) -> ControllerDriver:
        """The open session, or a new one."""
        if self.driver is None:
            self.driver = self.context.drivers.open(self.context.controller(run.charter.controller))
        return self.driver

    def disconnect(self) -> None:
        """End the session."""
        if self.driver is not None:
            self.driver.close()
            self.driver = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What one advance came to.

    Attributes:
        come_back_s: seconds until the next one is useful; 0: at once.
        closed: how it ended, if it has.
    """

    step: str
    text: str
    come_back_s: float = 0.0
    closed: Closed | None = None
    facts: dict[str, str] = field(default_factory=dict)


def advance(work: Work) -> Progress:
    """Do the next thing.

    Raises:
        LeaseLost, JournalConflict: somebody else works on it: stop at once.
    """
    run = work.run()
    if run.closed is not None:
        return Progress("closed", run.closed.detail, closed=run.closed)
    work.renew()
    if run.sent and run.sent[-1].outcome is None:
        return _settle_what_a_dead_process_left(work, run)
    step = current_step(work.remediation, run)
    name = "close" if step is None else step.name
    try:
        driver = work.connect(run)
        view = driver.read(needs(step), timeout_s=READ_TIMEOUT_S)
    except HOPELESS as err:
        return _give_up(work, run, str(err))
    except (DeviceUnreachable, DeviceBusy, ReplyMalformed) as err:
        work.disconnect()
        return _unreachable(work, run, name, str(err))
    if run.facts(CONNECTION).get("answers") == "no":
        work.note(Observed(CONNECTION, {"answers": "yes"}), run.seq)
        run = work.run()
    return _carry_out(work, run, name, view)


def call_home(work: Work, reason: str) -> None:
    """From here on everything is put back. Nothing happens where it is being put back already."""
    run = work.run()
    if run.phase in ("forward", "closed"):
        work.note(HomeCalled(reason), run.seq)


def _carry_out(  # noqa: C901 - one arm for each move
    work: Work, run: Run, name: str, view: ControllerView
) -> Progress:
    now = work.context.clock.now()
    moment = Moment(now, run.charter.true_time.now(now))
    if moment.true_now is None:
        moment = Moment(now, _true_time_anew(work, run))
    move = next_move(work.remediation, run, view, moment)
    match move:
        case Send():
            return _send(work, run, name, move)
        case Hold(seconds, why, remember):
            if remember:
                work.note(Observed(name, remember), run.seq)
            return Progress(name, why, come_back_s=seconds, facts=remember)
        case Done(detail):
            work.note(StepDone(name, detail), run.seq)
            return Progress(name, detail)
        case Fail(detail, left, mend):
            seq = work.note(StepFailed(name, detail, left, mend), run.seq)
            if run.phase == "forward":
                work.note(HomeCalled(f"{name}: {detail}"), seq)
            return Progress(name, f"failed: {detail}")
        case Turn(event):
            work.note(event, run.seq)
            return Progress("home", event.reason)
        case Finish(event):
            work.note(event, run.seq)
            work.disconnect()
            return Progress("closed", event.detail, closed=event)


def _send(work: Work, run: Run, step: str, move: Send) -> Progress:
    driver = work.connect(run)
    summary = describe(move.change)
    intent = Intended(step, move.change, summary, driver.session)
    seq = work.note(intent, run.seq)
    outcome: Outcome
    try:
        driver.change(move.change, timeout_s=move.timeout_s)
        outcome, detail = "applied", ""
    except DeviceBusy as err:
        outcome, detail = "busy", str(err)
    except (ChangeRefused, CapabilityMissing) as err:
        outcome, detail = "refused", str(err)
    except DeviceUnreachable as err:
        outcome, detail = "unsent", str(err)
        work.disconnect()
    except OutcomeUnknown as err:
        outcome, detail = "unknown", str(err)
        work.disconnect()
    work.note(Settled(step, outcome, detail), seq)
    if outcome == "unknown":
        _end_session(work, run, intent.session)
    return Progress(step, summary if outcome == "applied" else f"{summary}: {outcome}, {detail}")


def _settle_what_a_dead_process_left(work: Work, run: Run) -> Progress:
    """An intent without an outcome: nobody knows what became of it. Make sure nothing is coming."""
    last = run.sent[-1]
    if not _end_session(work, run, last.session):
        return _unreachable(work, run, last.step, "the controller does not answer")
    work.note(Settled(last.step, "unknown", "the process that sent it died"), run.seq)
    return Progress(last.step, "what a dead process sent is settled: look first")


def _end_session(work: Work, run: Run, session: str) -> bool:
    """Kill the session that a lost request went over, so that it cannot be carried out later."""
    try:
        driver = work.connect(run)
        if session and session != driver.session:
            driver.end_session(session)
    except DeviceError:
        work.disconnect()
        return False
    return True


def _unreachable(work: Work, run: Run, step: str, why: str) -> Progress:
    """No answer: wait for the box as long as the policy waits for NTP, then tell a person."""
    now = work.context.clock.now()
    since = run.when(CONNECTION, "answers")
    if run.facts(CONNECTION).get("answers") != "no":
        work.note(Observed(CONNECTION, {"answers": "no"}), run.seq)
    elif since is not None and now.seconds_since(since) >= run.charter.policy.ntp_sync_s:
        return _give_up(work, run, f"no answer for {now.seconds_since(since):.0f} s: {why}")
    return Progress(step, why, come_back_s=RECONNECT_EVERY_S)


def _give_up(work: Work, run: Run, why: str) -> Progress:
    """Nothing can be done from here; what may be different is said, with the commands."""
    charter = run.charter
    if run.wrote:
        left = ("not known: the controller could not be looked at",)
        mend = (
            "show clock",
            "show running-config | include ^ntp|event manager applet aprejoin",
            *(f"ntp {label}" for label in charter.ntp.labels),
        )
        closed = Closed("needs-attention", why, 0, len(charter.aps), left, mend)
    else:
        closed = Closed("cancelled", why, 0, len(charter.aps))
    work.note(closed, run.seq)
    work.disconnect()
    return Progress("closed", why, closed=closed)


def _true_time_anew(work: Work, run: Run) -> datetime | None:
    """True time after a reboot of this host, or on another one: two sources, or nothing."""
    sources = opinions(work.context, run.charter.controller, run.charter.ntp)
    truth = agree(tuple(sources), work.context.clock.now())
    return None if truth is None else truth.at
