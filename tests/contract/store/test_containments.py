"""What is remembered of controllers: containments by hand, and what polls saw of the boxes."""

from dataclasses import replace
from datetime import timedelta

from service.domain.contained import Contained
from service.domain.identity import BaseRadioMac
from service.domain.observation import Certificate, InstallState, Topic
from tests.support.builders import MAC, OPENED, OTHER, look, sighting
from tests.support.fake_clock import START

PORT = Contained("c1", "hq-1", "switch-port", "access-1 Gi1/0/7", "note", "ann", START)
LIST = Contained("c2", "hq-1", "capwap-filter", "", "", "bob", START + timedelta(hours=1))
NEXT = Contained("c3", "hq-2", "switch-port", "", "", "ann", START)


def test_containments_are_kept_newest_first_and_told_by_controller(store):
    for one in (PORT, LIST, NEXT):
        store.keep_containment(one)
    assert store.containments("hq-1") == (LIST, PORT)
    assert store.containments() == (NEXT, LIST, PORT)
    assert store.containments("hq-9") == ()


def test_a_containment_is_lifted_once_and_kept(store):
    store.keep_containment(PORT)
    store.keep_containment(LIST)
    later = START + timedelta(days=1)
    assert store.lift_containment("c1", by="cyd", at=later)
    assert not store.lift_containment("c1", by="dan", at=later)
    assert not store.lift_containment("c9", by="dan", at=later)
    assert store.containments("hq-1", standing=True) == (LIST,)
    assert store.containments("hq-1")[1] == replace(PORT, lifted_by="cyd", lifted=later)


def test_what_other_controllers_saw_of_an_ap_is_told_oldest_first(store):
    aps = (sighting(), sighting(OTHER))
    for at, name in ((60, "hq-2"), (0, "hq-1"), (30, "hq-3")):
        store.add_poll(replace(look(at, aps=aps), controller=name))
    told = store.sightings([MAC], on=["hq-2", "hq-1"])
    assert [past.mac for past in told] == [MAC, MAC]
    assert [past.last_seen for past in told] == [look(0).read_at, look(60).read_at]
    assert store.sightings([], on=["hq-1"]) == store.sightings([MAC], on=[]) == ()
    many = [BaseRadioMac.parse(f"00:00:00:00:{n // 256:02x}:{n % 256:02x}") for n in range(700)]
    assert [past.mac for past in store.sightings([*many, OTHER], on=["hq-1"])] == [OTHER]


def test_a_poll_leaves_a_note_on_the_box_itself(store):
    own = Certificate("TP", "CN=wlc", not_after=OPENED, for_join=True)
    install = InstallState("17.9.1", patches=("a.CSCwe10047.bin",))
    store.add_poll(replace(look(0, certificates=(own,), install=install), hardware="C9800-L"))
    (note,) = store.boxes()
    assert (note.controller, note.release, note.hardware) == ("hq-1", "17.9.1", "C9800-L")
    assert note.certificates == (own,)
    assert note.patches == ("a.CSCwe10047.bin",)


def test_what_a_poll_could_not_read_is_as_it_was_known_and_said(store):
    own = Certificate("TP", "CN=wlc", not_after=OPENED)
    store.add_poll(look(0, certificates=(own,), install=InstallState("17.9.1", patches=("p",))))
    missing = {Topic.CERTIFICATES: "access denied"}
    store.add_poll(look(60, certificates=None, install=None, unknown=missing))
    (note,) = store.boxes()
    assert note.certificates == (own,)
    assert note.patches == ("p",)
    assert note.unread == "access denied"


def test_patches_of_another_release_are_forgotten(store):
    store.add_poll(look(0, install=InstallState("17.9.1", patches=("p",))))
    store.add_poll(replace(look(60, install=None), release="17.9.3"))
    assert store.boxes()[0].patches is None


def test_every_controller_that_was_polled_has_a_note_by_name(store):
    for name in ("b", "a"):
        store.add_poll(replace(look(0), controller=name))
    assert [note.controller for note in store.boxes()] == ["a", "b"]
