"""Access points between two boxes of the lab: where one goes next, and what keeps it off."""

from datetime import UTC, datetime

import pytest

from service.lab.aps.air import Air, Member, astray
from service.lab.aps.state import Phase
from service.lab.box.box import Box
from service.lab.fleet import from_mapping
from service.lab.yang.schema import of_release
from tests.unit.lab.support import STILL, ManualTime

THERE = ("stage-1", "198.18.0.3")
IN_THE_WINDOW = datetime(2022, 12, 2, tzinfo=UTC)


class Pair:
    """A box with one AP, and its staging box, in each other's reach."""

    def __init__(self, ap=None, **roaming) -> None:
        self.time = ManualTime()
        fleet = from_mapping(
            {
                "lab": {"timings": STILL},
                "controllers": [
                    {
                        "name": "hq-1",
                        "release": "17.9.1",
                        "aps": [ap or {"kind": "looping"}],
                        "roaming": {"staging": "stage-1"},
                    },
                    {"name": "stage-1", "release": "17.9.1", "roaming": roaming},
                ],
            }
        )
        self.here, self.there = (
            Box(spec, of_release(spec.release), self.time) for spec in fleet.controllers
        )
        air = Air()
        for box in (self.here, self.there):
            air.add(Member(box.aps, lambda box=box: box.hostname, box.spec.roaming))
        (self.mac,) = self.here.aps.states

    def wait(self, seconds: float) -> None:
        self.time.now += seconds
        self.here.see_aps()

    def tell(self, box: Box, home: tuple[str, str], place: str = "primary") -> None:
        box.see_aps().tell(box.aps.states[self.mac], place, home, box.advance())

    @property
    def phases(self) -> tuple[Phase | None, Phase | None]:
        states = (box.see_aps().states.get(self.mac) for box in (self.here, self.there))
        here, there = (None if state is None else state.phase for state in states)
        return here, there


def test_an_ap_that_loops_goes_to_its_primary_controller_at_its_next_restart():
    pair = Pair()
    assert pair.phases == (Phase.DOWNLOADING, None)
    pair.tell(pair.here, THERE)
    assert pair.phases[1] is None
    pair.wait(4 + 3 + 2)
    assert pair.phases == (Phase.ELSEWHERE, Phase.DOWNLOADING)
    assert astray(pair.here.aps) == [
        "AP looping-1 is at stage-1",
        "AP looping-1 is told {'primary': ('stage-1', '198.18.0.3')}, was told nothing",
    ]


def test_it_is_mended_by_the_clock_of_the_box_where_it_is():
    pair = Pair()
    pair.there.set_clock(pair.there.advance(), IN_THE_WINDOW, "test")
    pair.tell(pair.here, THERE)
    pair.wait(60)
    assert pair.phases == (Phase.ELSEWHERE, Phase.REGISTERED)
    pair.tell(pair.there, ("hq-1", ""))
    pair.wait(10)
    assert pair.phases == (Phase.REGISTERED, Phase.ELSEWHERE)


@pytest.mark.parametrize("home", [("stage-2", ""), ("stage-1", "192.0.2.1"), ("", "192.0.2.1")])
def test_a_controller_that_nobody_has_by_name_and_address_is_none(home):
    pair = Pair()
    pair.tell(pair.here, home)
    pair.wait(600)
    assert pair.phases[1] is None


@pytest.mark.parametrize("roaming", [{"max_aps": 0}, {"refuses": "country_mismatch"}])
def test_where_it_is_turned_away_it_goes_home_and_loops_on(roaming):
    pair = Pair(**roaming)
    pair.tell(pair.here, THERE)
    pair.wait(30)
    assert pair.phases[1] is Phase.ELSEWHERE
    assert pair.phases[0] in {Phase.DOWNLOADING, Phase.BOOTING}
    pair.wait(86_400)  # it is not carried over its loops while it could still go elsewhere
    assert pair.phases[1] is Phase.ELSEWHERE


def test_a_joined_ap_falls_back_by_itself_unless_that_is_off():
    for fallback, place in ((True, Phase.REGISTERED), (False, None)):
        pair = Pair({"kind": "healthy", "fallback": fallback})
        pair.tell(pair.here, THERE)
        pair.wait(10)
        assert pair.phases[1] is place
        if not fallback:
            pair.here.aps.reset(pair.here.aps.states[pair.mac], pair.here.advance())
            pair.wait(10)
            assert pair.phases[1] is Phase.REGISTERED


def test_one_that_gets_lost_is_heard_of_by_neither():
    pair = Pair({"kind": "looping", "lost": True})
    pair.tell(pair.here, THERE)
    pair.wait(600)
    assert pair.phases == (Phase.SILENT, None)


def test_each_box_keeps_statistics_of_its_own():
    pair = Pair()
    pair.wait(30)
    before = pair.here.aps.states[pair.mac].counters.downloads
    pair.tell(pair.here, THERE)
    pair.wait(9)
    assert pair.there.aps.states[pair.mac].counters.downloads == 1
    assert pair.here.aps.states[pair.mac].counters.downloads >= before
