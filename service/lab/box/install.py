"""The installer of a box: one operation at a time, by and by, and the timer that takes it back.

An accepted request says nothing of its end. What it comes to is in the books (`software`) and,
from 17.9 on, in the list of operations; a step that goes wrong ends the operation, and an
activation that nobody commits is taken back when its timer runs out.
Source: facts sections 4 and 5; what was measured on 17.15 and 17.18 by bforejt/nautobot-upgrades
(jobs/constants.py, jobs/install_engine.py): a request while another one runs is answered OK and
dropped, and an activation that named its timer failed on an "ISSU compatibility check" once.
Unverified, each a guess of ours: that a uuid serves once; that a set which isn't committed doesn't
outlive a further reload; how an operation ends that the box reloads in.
"""

from service.lab.box.auto_abort import AutoAbort
from service.lab.box.install_checks import FailedError, Judge
from service.lab.box.install_deeds import Deeds
from service.lab.box.install_operation import InstallWorld, Mischief, Operation
from service.lab.box.install_scripts import Command, Request, Step, in_a_row, steps_of
from service.lab.errors import RpcRefusedError
from service.lab.images import Image

HISTORY = 20
BREAKING = {"op_hang", "op_fail", "op_revert"}


class Installer:
    """Takes requests and carries them out on the box's agenda."""

    def __init__(self, world: InstallWorld) -> None:
        self._world = world
        self._judge = Judge(world)
        self.timer = AutoAbort(world.agenda, world.spec.timings.abort_minute_s, self.auto_abort)
        self._deeds = Deeds(world, self.timer)
        self.now: Operation | None = None
        self.history: list[Operation] = []
        self.mischief: Mischief | None = None  # waits for the next operation
        self._count = 10

    @property
    def left(self) -> list[Image]:
        """Base images that ran once."""
        return self._deeds.left

    # Requests -----------------------------------------------------------------------------------

    def request(self, now: float, request: Request) -> None:
        """Begin an operation.

        Raises:
            RpcRefusedError: this uuid was used before; another one is under way, where the box says
            so: one on 17.15 said OK and let it drop.
        """
        waiting = self.now is not None and self.now.status == "pend-usr-cnfrm"
        if self.now is not None and not (waiting and request.command is Command.ABORT):
            self._busy(now, request)
            return
        self._refuse_used(request)
        if waiting:
            self._end(now, "sts-cancel")
            self._listed(now, request, "smu-cncl-done")
            self._end(now, "succ")
            return
        self._begin(now, request)

    def download(self, now: float, request: Request) -> Operation | None:
        """Begin a copy, which goes on by itself; None: the installer is busy and drops it.

        Raises:
            RpcRefusedError: as `request`.
        """
        if self.now is not None:
            self._busy(now, request)
            return None
        self._refuse_used(request)
        op = self._listed(now, request, "download-start")
        op.transaction = "download"
        return op

    def downloaded(self, now: float, op: Operation, *, ok: bool) -> None:
        """A copy has ended."""
        if self.now is op:
            end = "download-done" if ok else "download-fail"
            op.sub_states.append((self._world.utc(now), end))
            self._end(now, "succ" if ok else "fail")

    def _listed(self, now: float, request: Request, sub_state: str) -> Operation:
        """An operation without steps of its own."""
        self._count += 1
        op = Operation(request, self._count, self._world.utc(now), now, [])
        op.sub_states.append((self._world.utc(now), sub_state))
        self.now = op
        return op

    def _refuse_used(self, request: Request) -> None:
        if request.uuid in {op.request.uuid for op in self.history}:
            raise RpcRefusedError("invalid-value", f"uuid {request.uuid} was used before")

    def _busy(self, now: float, request: Request) -> None:
        if self._world.spec.quirks.install_busy == "refuse":
            raise RpcRefusedError("operation-failed", "another install operation is in progress")
        what = f"{request.command.value} is dropped: busy"
        self._world.log.add(now, "install", what, uuid=request.uuid)

    def _begin(self, now: float, request: Request) -> None:
        image = self._judge.image_of(request)
        world, self._count = self._world, self._count + 1
        steps = self._steps(request, image)
        op = Operation(request, self._count, world.utc(now), now, steps, image)
        op.mischief, self.mischief = self.mischief, None
        self.now = op
        world.log.add(now, "install", f"{request.command.value} begins", uuid=request.uuid)
        self._plan(op, now)

    def _steps(self, request: Request, image: Image | None) -> list[Step]:
        software = self._world.software
        away = software.running.base != software.committed.base
        is_base = image.kind == "img" if image is not None else away
        commands = [request.command]
        if request.one_shot and request.command is Command.ADD:
            commands.append(Command.ACTIVATE)
        if request.one_shot:
            commands.append(Command.COMMIT)
        reloads = self._judge.reloads_home(request)
        return in_a_row([steps_of(c, is_base=is_base, reloads=reloads) for c in commands])

    # Steps --------------------------------------------------------------------------------------

    def _plan(self, op: Operation, after: float) -> None:
        """Put the next step on the agenda, or what a fault does before it."""
        step, whole_s = op.steps[0], self._world.spec.timings.install_s
        mischief = op.mischief
        if mischief and mischief.kind in BREAKING and step.percent >= mischief.percent:
            self._disturb(op, mischief, after)
            return
        at = max(after, op.began + whole_s * step.percent / 100)
        op.entry = self._world.agenda.add(at, self._step)

    def _disturb(self, op: Operation, mischief: Mischief, after: float) -> None:
        op.percent = max(op.percent, mischief.percent)
        at = max(after, op.began + self._world.spec.timings.install_s * mischief.percent / 100)
        if mischief.kind == "op_hang":
            op.entry = self._world.agenda.add(at + mischief.seconds, self._timed_out)
            return
        op.entry = self._world.agenda.add(at, self._broken)

    def _step(self, now: float) -> None:
        op = self.now
        if op is None:
            return
        step = op.steps.pop(0)
        op.percent, op.transaction = step.percent, step.transaction
        op.sub_states.append((self._world.utc(now), step.sub_state))
        try:
            self._deeds.perform(now, op, step.do)
        except FailedError as err:
            op.sub_states.append((self._world.utc(now), err.sub_state))
            self._end(now, "fail")
            return
        if op.status == "pend-usr-cnfrm" or op.awaits_boot:
            return
        self._further(now, op)

    def _further(self, now: float, op: Operation) -> None:
        if op.steps:
            self._plan(op, now)
        else:
            self._end(now, "succ")

    def _end(self, now: float, status: str) -> None:
        op = self.now
        if op is None:
            return
        if op.entry is not None:
            op.entry.cancelled = True
        op.status, op.end = status, self._world.utc(now)
        op.awaits_boot = False
        self.now = None
        self.history = [*self.history, op][-HISTORY:]
        why = op.sub_states[-1][1] if op.sub_states else ""
        what = f"{op.request.command.value}: {status}"
        self._world.log.add(now, "install", what, uuid=op.request.uuid, why=why)

    def _timed_out(self, now: float) -> None:
        self._end(now, "timeout")

    def _broken(self, now: float) -> None:
        op = self.now
        if op is None:
            return
        reverts = op.mischief is not None and op.mischief.kind == "op_revert"
        op.sub_states.append((self._world.utc(now), "error-msg"))
        op.reverted = reverts
        self._end(now, "fail-revert" if reverts else "fail")
        if reverts and self._world.software.uncommitted:
            self._back_to_committed(now)

    def confirm(self, now: float, *, proceed: bool) -> None:
        """A person at the console answers what an operation waits for."""
        op = self.now
        if op is None or op.status != "pend-usr-cnfrm":
            return
        if not proceed:
            self._end(now, "sts-cancel")
            return
        op.status = "in-progress"
        self._further(now, op)

    # The timer ----------------------------------------------------------------------------------

    def auto_abort(self, now: float) -> None:
        """The timer ran out: the box goes back to what is committed."""
        if not self._world.software.uncommitted:
            self.timer.stop()
            return
        self._world.log.add(now, "install", "auto-abort")
        if self.now is not None:
            self._end(now, "fail")
        self._back_to_committed(now)

    def _back_to_committed(self, now: float) -> None:
        self.timer.stop()
        software = self._world.software
        reload = software.running.base != software.committed.base
        self._world.run(now, software.committed, reload=reload)

    # Reloads ------------------------------------------------------------------------------------

    def before_reload(self, now: float) -> None:
        """The box goes down. A set nobody committed survives its own activation's reload alone."""
        op, software = self.now, self._world.software
        if op is not None and op.awaits_boot:
            return
        if op is not None:
            self._end(now, "fail")
        if software.uncommitted and not self._world.spec.quirks.outlives_reload:
            software.running = software.committed
            self.timer.stop()

    def after_reload(self, now: float) -> None:
        """The box is up: its agenda was emptied, what counts down goes on."""
        self.timer.go_on(now)
        op = self.now
        if op is None:
            return
        if not op.awaits_boot:  # a switchover, which tells nobody beforehand
            self._end(now, "fail")
            return
        op.awaits_boot = False
        if op.request.command in {Command.ADD, Command.ACTIVATE} and not self._runs(op):
            op.reverted = True
            self.timer.stop()
            self._end(now, "fail-revert")
            return
        self._further(now, op)

    def _runs(self, op: Operation) -> bool:
        return op.image is not None and self._world.software.running.holds(op.image.name)
