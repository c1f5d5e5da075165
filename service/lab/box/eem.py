"""The embedded event manager: which applets are armed, and their runs.

A countdown starts when its applet is configured and runs on the monotonic clock. What a real box
does with a running applet that deletes itself, and with countdowns when the clock is set back, is
unverified (facts, section 7): both ways can be had by quirks.
"""

from dataclasses import dataclass
from typing import Protocol

from service.lab.agenda import Agenda, Entry
from service.lab.box.cli import CliSession, CliWorld
from service.lab.box.eem_read import Applet, applets_of
from service.lab.box.eem_run import Run, Step
from service.lab.box.tree import at, every, word
from service.lab.specs import Controller
from service.lab.yang.paths import Element

NO_TTY = "Unable to establish CLI session: no tty lines available, minimum of 2 required by EEM"


class EemWorld(CliWorld, Protocol):
    """What applets meet."""

    spec: Controller
    agenda: Agenda

    def reload(self, now: float, why: str) -> None:
        """`action reload`."""


@dataclass(slots=True)
class Armed:
    """An applet whose countdown runs."""

    applet: Applet
    entry: Entry


class Eem:
    """Applets of one box."""

    def __init__(self, world: EemWorld) -> None:
        self._world = world
        self._quirks = world.spec.quirks
        self.armed: dict[str, Armed] = {}
        self.runs: list[Run] = []
        self._suspended = False
        self._refused = False

    def configure(self, now: float, before: Element, after: Element) -> None:
        """Act on a change of configuration: new or changed applets start, deleted ones end."""
        old, new = applets_of(before), applets_of(after)
        for name in old.keys() - new.keys():
            self._disarm(name)
            self._deleted(name, now)
        for name, applet in new.items():
            if name not in old or old[name].written != applet.written:
                self.arm(now, applet)

    def rearm(self, now: float, names: set[str], running: Element) -> None:
        """Applets that an edit replaced by their equals start anew; a quirk ignores that."""
        if self._quirks.identical_replace_ignored:
            return
        known = applets_of(running)
        for name in names & known.keys():
            self.arm(now, known[name])

    def arm(self, now: float, applet: Applet) -> None:
        """Start the countdown of an applet."""
        self._disarm(applet.name)
        log = self._world.log
        log.add(now, "applet", "registered", name=applet.name, countdown_s=applet.countdown_s)
        if applet.countdown_s is None or self._quirks.eem_dead:
            return
        self._plan(applet, now + applet.countdown_s)

    def clock_moved(self, now: float, by_s: float) -> None:
        """The clock was set: with the quirk, countdowns follow it."""
        if not self._quirks.countdown_follows_clock:
            return
        for armed in list(self.armed.values()):
            armed.entry.cancelled = True
            self._plan(armed.applet, max(now, armed.entry.at - by_s))

    def forget(self, now: float) -> None:
        """A reload: every run dies, every countdown is gone."""
        for run in self.runs:
            self._end(run, now, "reload")
        self.armed.clear()

    def hinder(self, *, suspended: bool) -> None:
        """From now on: what comes due does not run; or else it does, and no command is allowed."""
        if suspended:
            self._suspended = True
        else:
            self._refused = True

    def _plan(self, applet: Applet, due: float) -> None:
        entry = self._world.agenda.add(due, lambda at: self._fire(applet, at))
        self.armed[applet.name] = Armed(applet, entry)

    def _disarm(self, name: str) -> None:
        armed = self.armed.pop(name, None)
        if armed is not None:
            armed.entry.cancelled = True

    def _deleted(self, name: str, now: float) -> None:
        self._world.log.add(now, "applet", "deleted", name=name)
        if self._quirks.self_delete_aborts:
            for run in [r for r in self.runs if r.applet.name == name]:
                self._end(run, now, "deleted while running")

    def _fire(self, applet: Applet, at: float) -> None:
        self.armed.pop(applet.name, None)
        if self._suspended:
            self._world.log.add(at, "applet", "suspended", name=applet.name)
            return
        session = CliSession(self._world, f"applet {applet.name}", privileged=False)
        run = Run(applet, session, at, self._environment())
        self.runs.append(run)
        self._world.log.add(at, "applet", "started", name=applet.name)
        if applet.maxrun_s > 0:
            self._world.agenda.add(at + applet.maxrun_s, lambda end: self._overdue(run, end))
        self._continue(run, at)

    def _environment(self) -> dict[str, str]:
        entries = every(at(self._world.stores.running, "native/event/manager"), "environment")
        return {word(e, "name"): word(e, "value") for e in entries}

    def _continue(self, run: Run, at: float) -> None:
        """Do everything that takes no time, then plan what takes some."""
        if run not in self.runs:
            return
        step = run.next_step(lambda text: self._note(run, at, text))
        if step is Step.DONE:
            self._end(run, at, run.end or "finished")
        elif step is Step.RELOAD:
            self._world.reload(at, "EEM action reload")
        elif step is Step.CLI:
            due = at + self._world.spec.timings.eem_cli_s
            self._world.agenda.add(due, lambda moment: self._cli(run, moment))
        else:
            self._world.agenda.add(at + run.wait_s, lambda moment: self._continue(run, moment))

    def _cli(self, run: Run, at: float) -> None:
        if run not in self.runs:
            return
        if self._quirks.vty_exhausted:
            self._end(run, at, NO_TTY)
            return
        unauthorized = self._quirks.aaa_command_authorization and not run.applet.bypass
        if unauthorized or self._refused:
            run.answer("Command authorization failed.")
        else:
            output = run.session.run(at, run.command)
            run.answer(f"{output}\n{run.session.prompt}")
        self._continue(run, at)

    def _overdue(self, run: Run, at: float) -> None:
        if run in self.runs:
            self._end(run, at, "killed: maxrun is over")

    def _end(self, run: Run, at: float, how: str) -> None:
        self.runs = [other for other in self.runs if other is not run]
        self._world.log.add(at, "applet", how, name=run.applet.name)

    def _note(self, run: Run, at: float, text: str) -> None:
        self._world.log.add(at, "syslog", text, name=run.applet.name)
