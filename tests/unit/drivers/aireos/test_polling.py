"""Which columns of the AP table a poll asks for."""

from service.drivers.aireos.book import book
from service.drivers.aireos.polling import LASTING, Poller

ONE, TWO = (112, 109, 1, 0, 10, 0), (112, 109, 1, 0, 11, 0)
DOWNLOADING = 3


class Agent:
    """A link to an agent whose rows come and go between two walks."""

    def __init__(self, *, away=()):
        self.away, self.walks = set(away), 0

    def walk(self, columns, *, timeout_s):  # noqa: ARG002
        entry = book().tables["aps"]
        lasting = {entry.oid_of(name) for name in LASTING}
        is_lasting = set(columns) <= lasting
        self.walks += is_lasting
        rows = [index for index in (ONE, TWO) if not (is_lasting and index in self.away)]
        state = entry.oid_of("state")
        shown = {column: DOWNLOADING if column == state else b"AIR-CAP2702E" for column in columns}
        return {column: dict.fromkeys(rows, value) for column, value in shown.items()}

    def get(self, oids, *, timeout_s):  # noqa: ARG002
        return {}


def models(poller, agent):
    return [ap.says.get("model") for ap in poller.fleet(agent, timeout_s=1).aps]


def test_what_never_changes_is_walked_once():
    poller, agent = Poller("wlc", book()), Agent()
    assert models(poller, agent) == models(poller, agent) == ["AIR-CAP2702E"] * 2
    assert agent.walks == 1


def test_an_ap_whose_row_was_away_just_then_is_asked_for_again():
    """It reboots between two walks, as one that loops does all the time."""
    poller, agent = Poller("wlc", book()), Agent(away={TWO})
    assert models(poller, agent) == ["AIR-CAP2702E", None]
    agent.away.clear()
    assert models(poller, agent) == ["AIR-CAP2702E", "AIR-CAP2702E"]
    assert agent.walks == 2
