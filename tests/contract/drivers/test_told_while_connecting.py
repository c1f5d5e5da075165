"""What a C9800 says of itself while a NETCONF session is opened serves its first look, no other."""

from service.domain.changes import SaveConfig
from service.domain.observation import Topic
from tests.contract.drivers.scripted_box import driver, system
from tests.contract.drivers.scripted_server import ScriptedServer, data, ok, operation
from tests.support.patience import REPLY_S

CLOCK = frozenset({Topic.CLOCK, Topic.IDENTITY})


class Box:
    """Its clock is a minute further with every question about it."""

    def __init__(self):
        self.asked = 0

    def __call__(self, rpc):
        if operation(rpc) != "get" or next(rpc.iter("{*}current-time"), None) is None:
            return ok(rpc)
        self.asked += 1
        now = f"<current-time>2026-11-22T12:{self.asked:02d}:00+00:00</current-time>"
        return data(rpc, system(more=now))


def minute(found):
    return found.read(CLOCK, timeout_s=REPLY_S).clock.device_time.minute


def test_the_first_look_asks_for_nothing_twice_and_the_second_afresh():
    box = Box()
    with ScriptedServer(box) as server, driver(server) as found:
        assert (box.asked, minute(found), box.asked) == (1, 1, 1)
        assert minute(found) == 2


def test_a_change_makes_it_old():
    with ScriptedServer(Box()) as server, driver(server) as found:
        found.change(SaveConfig(), timeout_s=REPLY_S)
        assert minute(found) == 2


def test_the_end_of_another_session_makes_it_old():
    """What that session did last may have come after it was told."""
    with ScriptedServer(Box()) as server, driver(server) as found:
        found.end_session("5")
        assert minute(found) == 2
