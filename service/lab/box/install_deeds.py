"""What the steps of an operation do to the box's books, files and software."""

from collections.abc import Callable

from service.lab.box.auto_abort import AutoAbort
from service.lab.box.install_checks import FailedError, Judge
from service.lab.box.install_operation import InstallWorld, Operation
from service.lab.box.software import SoftwareSet
from service.lab.images import Image

LATE = {"add", "commit"}  # what the books may show only after the end of the operation


class Deeds:
    """Carries out one step at a time."""

    def __init__(self, world: InstallWorld, timer: AutoAbort) -> None:
        self._world = world
        self._timer = timer
        self._judge = Judge(world)
        self._deeds: dict[str, Callable[[float, Operation], None]] = {
            "confirm": self._confirm,
            "room": lambda _, op: self._judge.room(op.request, op.image),
            "add": self._add,
            "activate": self._activate,
            "activate and reload": self._activate,
            "deactivate": self._deactivate,
            "commit": self._commit,
            "home": self._home,
            "home and reload": self._home,
            "remove": self._remove,
            "stop timer": lambda _, __: self._timer.stop(),
        }
        self.left: list[Image] = []  # base images that ran once

    def perform(self, now: float, op: Operation, what: str) -> None:
        """Do what a step is for.

        Raises:
            FailedError: it can't be done; the operation ends here.
        """
        lag_s = self._world.spec.timings.books_lag_s
        if lag_s and what in LATE:
            self._world.agenda.add(now + lag_s, lambda at: self._late(at, op, what))
        elif what in self._deeds:
            self._deeds[what](now, op)
        elif what:
            self._judge.check(what, op.request, op.image)

    def _late(self, now: float, op: Operation, what: str) -> None:
        try:
            self._deeds[what](now, op)
        except FailedError as err:
            self._world.log.add(now, "install", "the books stay as they were", why=err.sub_state)

    def _confirm(self, now: float, op: Operation) -> None:
        asked = op.mischief is not None and op.mischief.kind == "op_confirm"
        if asked or self._world.unsaved:
            op.status = "pend-usr-cnfrm"
            op.sub_states.append((self._world.utc(now), "unsaved-cfg-chg"))
            self._world.log.add(now, "install", "waits for a person at the console")

    def _add(self, now: float, op: Operation) -> None:
        del now
        image = self._judge.needed(op.image)
        world = self._world
        file = world.flash.files.get(image.name)
        if file is None:
            raise FailedError("inv-path-err")
        world.software.known[image.name] = image
        world.software.replaced.discard(image.name)
        self.left = [one for one in self.left if one.name != image.name]
        if image.kind == "img":
            world.flash.unpacked[image.name] = file.size

    def _activate(self, now: float, op: Operation) -> None:
        image = self._judge.needed(op.image)
        wanted = self._world.software.with_(image)
        self._world.software.filters.reach(image.name)
        self._put(now, wanted, op, reload=image.kind == "img")
        if not op.request.one_shot:
            self._timer.start(now, op.request.timer_min)

    def _deactivate(self, now: float, op: Operation) -> None:
        image = self._judge.needed(op.image)
        self._put(now, self._world.software.running.minus(image.name), op, reload=False)
        self._timer.start(now, op.request.timer_min)

    def _home(self, now: float, op: Operation) -> None:
        software = self._world.software
        wanted = software.committed
        if op.request.rollback == "base":
            wanted = SoftwareSet(software.running.base)
        self._put(now, wanted, op, reload=wanted.base != software.running.base)
        if wanted == software.committed:
            self._timer.stop()
        else:
            self._timer.start(now, None)

    def _put(self, now: float, wanted: SoftwareSet, op: Operation, *, reload: bool) -> None:
        op.awaits_boot = reload
        self.left.append(self._world.software.running.base)
        if reload and op.mischief is not None and op.mischief.kind == "boot_old":
            wanted = self._world.software.committed
        self._world.run(now, wanted, reload=reload)

    def _remove(self, now: float, op: Operation) -> None:
        del now
        software, flash = self._world.software, self._world.flash
        if op.request.inactive:
            names = [image.name for image in software.inactive()]
        else:
            names = [self._judge.needed(op.image).name]
        for name in names:
            software.known.pop(name, None)
            software.replaced.discard(name)
            flash.unpacked.pop(name, None)
            if not self._world.spec.quirks.remove_keeps_file:
                flash.delete(name)

    def _commit(self, now: float, op: Operation) -> None:
        del now, op
        self._timer.stop()
        self._world.software.commit()
