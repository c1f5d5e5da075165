"""Traps and informs of version 3: what is proven and fresh comes in, anything else says why not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.events.trap_users import TrapUser
from service.drivers.links.snmp_received import DISCOVERY, WINDOW_S, TrapGate
from service.drivers.links.snmp_v3 import Engine
from service.transcripts import traps
from service.transcripts.ber import MalformedError
from tests.support.snmp_notifier import AUTHENTICATED, LEFT, PRIVATE, REPORTABLE, Notifier

OURS = bytes.fromhex("80007ed905") + b"twelve bytes"
PHRASE = "a password for both"
NOC = TrapUser("noc", PHRASE, PHRASE, ("hq-1",))
STARTS = 5


class Clock:
    """Seconds since something, as a test wants them."""

    now_s = 0.0

    def __call__(self):
        return self.now_s


def gate(*users, clock=None):
    own = Engine(OURS, STARTS, 0)
    own.heard(OURS, STARTS, 7)
    return TrapGate(own, lambda: users or (NOC,), now_s=clock or Clock())


@pytest.mark.parametrize("auth", ["sha", "md5"])
@pytest.mark.parametrize("priv", ["aes", "des"])
def test_a_trap_is_proven_and_decrypted_whatever_its_digest_and_cipher(auth, priv):
    received = gate().receive(Notifier(auth=auth, priv=priv).message())
    assert (received.trap.oid, received.why, received.answer) == (LEFT, "", b"")
    assert (received.is_proven, received.is_proven_by_one) == (True, True)
    assert received.controllers == ("hq-1",)


def test_a_user_with_a_digest_alone_and_one_with_nothing_come_in_as_what_they_are():
    plain = TrapUser("noc", PHRASE, None, ("hq-1", "hq-2"))
    received = gate(plain).receive(Notifier(priv="none").message())
    assert (received.is_proven, received.is_proven_by_one) == (True, False)
    nothing = Notifier(auth="none", priv="none")
    assert gate(TrapUser("noc")).receive(nothing.message()).is_proven is False


@pytest.mark.parametrize(
    ("sender", "flags", "why"),
    [
        (Notifier(phrase="another phrase"), None, "wrong key"),
        (Notifier(name="noone"), None, "unknown user"),
        (Notifier(auth="none", priv="none"), None, "another security level than the user's"),
        (Notifier(), AUTHENTICATED, "another security level than the user's"),
        (Notifier(engine=b"abc"), None, "unknown engine"),
        (Notifier(boots=2**31 - 1), None, "outside the time window"),
    ],
)
def test_what_is_not_as_it_should_be_is_turned_away_with_a_word(sender, flags, why):
    received = gate().receive(sender.message(flags=flags))
    assert (received.trap, received.why, received.answer) == (None, why, b"")


def test_a_secret_that_hides_differently_cannot_be_decrypted():
    other = TrapUser("noc", PHRASE, "another password", ())
    assert gate(other).receive(Notifier().message()).why == "cannot be decrypted"


def test_a_replay_is_turned_away_once_it_is_late():
    clock = Clock()
    entrance, sender = gate(clock=clock), Notifier()
    old = sender.message()
    assert entrance.receive(old).trap
    clock.now_s = WINDOW_S - 1
    assert entrance.receive(old).trap, "late, and not too late"
    clock.now_s = WINDOW_S + 1
    assert entrance.receive(old).why == "outside the time window"
    sender.seconds += WINDOW_S
    assert entrance.receive(sender.message()).trap
    sender.boots, sender.seconds = sender.boots + 1, 0
    assert entrance.receive(sender.message()).trap, "the sender has started anew"
    assert entrance.receive(old).why == "outside the time window"


def test_a_trap_with_a_wrong_key_teaches_no_time():
    entrance = gate()
    forged = Notifier(phrase="another phrase", boots=2**30)
    assert entrance.receive(forged.message()).why == "wrong key"
    assert entrance.receive(Notifier().message()).trap


def test_an_inform_is_told_our_engine_then_our_time_then_that_it_was_taken():
    entrance, sender = gate(), Notifier(engine=b"", boots=0, seconds=0)
    asked = entrance.receive(sender.message(traps.INFORM, flags=REPORTABLE))
    assert (asked.trap, asked.why) == (None, DISCOVERY)
    engine, boots, _, flags, _, _ = sender.opened(asked.answer)
    assert (engine, boots, flags) == (OURS, STARTS, 0)
    sender.learn(engine)
    late = entrance.receive(sender.message(traps.INFORM))
    _, boots, seconds, flags, _, _ = sender.opened(late.answer)
    assert (late.trap, boots, flags) == (None, STARTS, AUTHENTICATED)
    sender.boots, sender.seconds = boots, seconds
    taken = entrance.receive(sender.message(traps.INFORM))
    assert taken.trap.oid == LEFT
    _, _, _, flags, context, unit = sender.opened(taken.answer)
    assert (flags, context) == (AUTHENTICATED | PRIVATE, b"the context")
    assert unit.startswith(sender.unit(traps.RESPONSE)), "its own number and bindings"


def test_an_inform_long_after_we_said_our_time_is_told_it_again():
    entrance, sender = gate(), Notifier(engine=OURS, boots=STARTS, seconds=7 + WINDOW_S * 2)
    received = entrance.receive(sender.message(traps.INFORM))
    assert (received.trap, received.why) == (None, "outside the time window")
    assert sender.opened(received.answer)[1] == STARTS


@pytest.mark.parametrize("kind", [traps.INFORM, traps.RESPONSE, 0xA0])
def test_what_is_no_trap_of_its_sender_is_malformed(kind):
    with pytest.raises(MalformedError):
        gate().receive(Notifier().message(kind, flags=AUTHENTICATED | PRIVATE))


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 255))
def test_no_bytes_do_worse_than_being_turned_away_or_malformed(noise, place, octet):
    entrance, good = gate(), bytearray(Notifier().message())
    was = good[place % len(good)]
    good[place % len(good)] = octet
    for datagram in (noise, bytes(good)):
        try:
            received = entrance.receive(datagram)
        except MalformedError:
            continue
        assert received.trap is None or octet == was
