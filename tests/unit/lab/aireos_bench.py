"""An AireOS box on a clock that tests move by hand, typed at without a session."""

from service.lab.aireos.answers import AnyKey, Ask, Context
from service.lab.aireos.dirty import left_dirty
from service.lab.aireos.host import WlcHost
from service.lab.aireos.shell import Shell
from service.lab.aireos.wlc import WlcBox
from service.lab.fleet import from_mapping
from tests.unit.lab.support import TODAY, ManualTime

STILL = {"boot_s": 3, "download_s": 4, "retry_s": 2, "ntp_settle_s": 2, "reload_s": 2}


class WlcBench:
    """A box, its clock, and the few things tests do to it."""

    def __init__(self, start=TODAY, **settings) -> None:
        self.time = ManualTime(start)
        given = {
            "platform": "aireos",
            "name": "wlc-1",
            "ntp": [{"host": "192.0.2.1"}],
            **settings,
        }
        fleet = from_mapping({"lab": {"timings": STILL}, "controllers": [given]})
        (spec,) = fleet.controllers
        self.box = WlcBox(spec, self.time)
        self.host = WlcHost(self.box, "secret")
        self.shell = Shell()

    def wait(self, seconds: float) -> None:
        self.time.now += seconds
        self.box.see_aps()

    def type(self, line: str, *answers: str) -> str:
        """What a line prints, its questions answered one by one."""
        context = Context(self.box, self.box.advance(), "test")
        answer = self.shell.run(context, line)
        printed = [answer.text]
        for given in answers:
            assert isinstance(answer, Ask), f"{line} asks nothing more"
            answer = answer.then(context, given)
            printed.append(answer.text)
        assert isinstance(answer, AnyKey) or not isinstance(answer, Ask), answer
        return "".join(printed).strip("\n")

    def ap(self, name: str):
        """The state of an AP."""
        states = self.box.see_aps().states.values()
        return next(s for s in states if s.spec.name == name)

    @property
    def dirty(self) -> list[str]:
        return left_dirty(self.box)
