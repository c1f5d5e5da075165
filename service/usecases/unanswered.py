"""What becomes of a request without an answer, and of a controller that gives none.

A lost reply is an outcome of its own: the session it went over is ended before anything is decided
in its place. A controller that is silent for too long, or that turns us away, is a person's.
"""

from service.domain.journal import Closed, Observed, Settled
from service.domain.remediation import Run
from service.domain.sequel import overall
from service.domain.steps.mending import everything
from service.domain.strategies.known import strategy_of
from service.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    DeviceError,
    HostKeyRefused,
    RequestError,
)
from service.usecases.progress import Progress
from service.usecases.work import Work

RECONNECT_EVERY_S = 5.0
CONNECTION = "connection"
GONE = "whoever sent it is gone"
REQUEST_LIVES_S = 60.0
"""How long a request may be on its way that no session number can stop: the longest deadline."""
HOPELESS = (AuthenticationRefused, HostKeyRefused, CapabilityMissing)


def settle(work: Work, why: str) -> Progress:
    """An intent without an outcome: nobody knows what became of it.

    It counts as unknown only when the session it went over is dead: until then the request could
    still be carried out, after whatever is decided in its place. Where sessions have no numbers to
    kill them by, the longest deadline of a request is waited out.
    """
    work.renew()
    run = work.run()
    last = run.sent[-1]
    if not last.session:
        left_s = REQUEST_LIVES_S - run.elapsed_s(last.at, work.context.clock.now())
        if left_s > 0:
            return Progress(last.step, f"{why}; it may yet arrive", come_back_s=left_s)
    try:
        driver = work.connect(run, last.on)
        if last.session and last.session != driver.session:
            driver.end_session(last.session)
    except (DeviceError, RequestError) as err:
        if last.on:
            return _settle_beside(work, run, why, err)
        if isinstance(err, HOPELESS):
            return give_up(work, run, str(err))
        return unreachable(work, last.step, err)
    work.note(Settled(last.step, "unknown", why), run.seq)
    work.lost = ""
    return Progress(last.step, f"{why}; its fate is unknown: look first")


def _settle_beside(work: Work, run: Run, why: str, err: DeviceError | RequestError) -> Progress:
    """The other controller cannot be asked: what was sent there has arrived by now, or never will.

    Nothing but an order to an AP goes there, which does no harm when it comes late: the way home
    must not wait for that controller.
    """
    work.disconnect_from(run.sent[-1].on)
    last, now = run.sent[-1], work.context.clock.now()
    left_s = REQUEST_LIVES_S - run.elapsed_s(last.at, now)
    if left_s > 0:
        return Progress(last.step, str(err), come_back_s=min(left_s, RECONNECT_EVERY_S))
    work.note(Settled(last.step, "unknown", f"{why}; {err}"), run.seq)
    work.lost = ""
    return Progress(last.step, f"{why}; its fate is unknown: look first")


def unreachable(work: Work, step: str, err: DeviceError | RequestError) -> Progress:
    """No answer: wait for the box as long as the policy waits for NTP, then tell a person.

    A box that is told to reload is given the time that this takes.

    Raises:
        RequestError: this process never had a session: whoever asked can mend it.
    """
    work.disconnect()
    if isinstance(err, RequestError) and not work.connected:
        raise err
    work.renew()
    run, now = work.run(), work.context.clock.now()
    if run.facts(CONNECTION).get("answers") != "no":
        work.note(Observed(CONNECTION, {"answers": "no"}), run.seq)
        return Progress(step, str(err), come_back_s=RECONNECT_EVERY_S)
    since = run.when(CONNECTION, "answers") or now
    silent_s = min(run.elapsed_s(since, now), run.elapsed_s(run.leg_began, now))
    patience_s = max(run.charter.policy.ntp_sync_s, strategy_of(run.charter).silence_s(run))
    if silent_s >= patience_s:
        return give_up(work, run, f"no answer for {silent_s:.0f} s: {err}")
    return Progress(step, str(err), come_back_s=RECONNECT_EVERY_S)


def give_up(work: Work, run: Run, why: str) -> Progress:
    """Nothing can be done from here; what may be different is said, with the commands."""
    aps = len(run.finding)
    closed = Closed("cancelled", why, 0, aps)
    if run.wrote:
        left = ("not known: the controller could not be looked at",)
        closed = Closed("needs-attention", why, 0, aps, left, everything(run))
    return close(work, run, overall(run, closed))


def close(work: Work, run: Run, closed: Closed) -> Progress:
    """Write down how it ended; nobody needs the controller any more."""
    work.note(closed, run.seq)
    work.disconnect()
    return Progress("closed", closed.detail, closed=closed)
