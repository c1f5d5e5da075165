"""From a datagram of any version to what it says, with the users and senders of an inventory."""

import pytest

from service.cli.trap_reader import TrapReader
from service.config.inventory import parse_inventory
from service.config.messages import load_messages
from service.domain.events.reading import Said
from service.domain.events.tying import places_unresolved
from service.errors import InvalidInput
from service.listeners.intake import Line
from service.listeners.senders import Senders
from service.transcripts import traps
from tests.support.snmp_notifier import REPORTABLE, Notifier
from tests.unit.transcripts.test_traps import sent

INVENTORY = b"""
controllers:
  - {name: hq-1, platform: aireos, host: 192.0.2.10, credentials: noc}
  - {name: hq-2, platform: aireos, host: 192.0.2.11, credentials: bare}
  - {name: hq-3, platform: aireos, host: 192.0.2.12, credentials: broken}
credentials:
  noc: {username: a, password: "env:P", snmp_user: noc, snmp_auth: "env:P", snmp_priv: "env:P"}
  bare: {username: a, password: "env:P", snmp_user: bare}
  broken: {username: a, password: "env:P", snmp_user: noc, snmp_auth: "env:GONE"}
"""
PHRASE = "a password for both"
KNOWN = load_messages().traps


class Given:
    """The secrets of a test."""

    def resolve(self, reference):
        if reference == "env:P":
            return PHRASE
        raise InvalidInput("is not set", where=reference, expected="a value")


@pytest.fixture
def heard(tmp_path):
    """Reads a datagram from an address; what was answered at once is kept in `answers`."""
    inventory = parse_inventory(INVENTORY, tmp_path / "inventory.yaml")
    senders, reader, answers = Senders(), TrapReader(tmp_path, Given()), []
    senders.learn(inventory, places_unresolved(inventory))
    reader.learn(inventory)

    def read(datagram, source="192.0.2.10"):
        return reader.read(Line(datagram, "snmp", source, answer=answers.append), KNOWN, senders)

    read.answers, read.senders = answers, senders
    return read


def test_a_proven_trap_is_its_users_controllers_wherever_it_comes_from(heard):
    found = heard(Notifier().message(), source="203.0.113.99")
    assert isinstance(found.said, Said)
    assert (found.said.sense, found.said.clues.controller) == ("ap-left", "hq-1")
    assert heard.senders.take_strangers() == {}


def test_a_user_without_a_secret_counts_from_a_known_address_alone(heard):
    bare = Notifier(name="bare", auth="none", priv="none").message()
    found = heard(bare, source="192.0.2.11")
    assert (found.said.sense, found.said.clues.controller) == ("ap-left", "")
    assert heard(bare, source="203.0.113.99").said == "snmp 3: unproven, from a stranger"
    assert heard.senders.take_strangers() == {"203.0.113.99": 1}


def test_what_is_turned_away_is_counted_by_its_reason(heard):
    assert heard(Notifier(phrase="another phrase").message()).said == "snmp 3: wrong key"
    assert heard(Notifier(name="nobody").message()).said == "snmp 3: unknown user"
    assert heard(sent(version=3)).said == "unparsable"
    assert heard.answers == []


def test_an_inform_is_answered_once_it_is_kept_and_a_question_at_once(heard, tmp_path):
    sender = Notifier(engine=b"", boots=0, seconds=0)
    asked = heard(sender.message(traps.INFORM, flags=REPORTABLE))
    assert (asked.said, asked.reply, len(heard.answers)) == ("snmp 3: asks for the engine", b"", 1)
    engine, sender.boots, sender.seconds, *_ = sender.opened(heard.answers[0])
    sender.learn(engine)
    found = heard(sender.message(traps.INFORM))
    assert (found.said.sense, len(heard.answers)) == ("ap-left", 1)
    assert sender.opened(found.reply)[0] == engine
    assert (tmp_path / "snmp-engine").read_text() == f"{engine.hex()} 1\n"


def test_traps_of_versions_1_and_2c_are_read_as_before(heard):
    assert heard(sent(kind=traps.INFORM)).reply == sent(kind=traps.RESPONSE)
    assert heard(b"").said == "unparsable"


def test_a_folder_that_cannot_remember_our_engine_costs_version_3_alone(tmp_path):
    reader = TrapReader(tmp_path / "not there", Given())
    found = reader.read(Line(Notifier().message(), "snmp", "192.0.2.10"), KNOWN, Senders())
    assert found.said == "snmp 3: this host's engine cannot be remembered"
