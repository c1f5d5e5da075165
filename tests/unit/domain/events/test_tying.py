"""Whose an event is: by name, address, host or access point; a guess is nobody's."""

from dataclasses import replace

import pytest

from service.domain.events.tying import Clues, canonical_address, clues_in, places_of, tie
from service.domain.inventory import Inventory
from tests.support.builders import CONTROLLER

FLEET = Inventory(
    (
        replace(CONTROLLER, name="hq-1", host="192.0.2.10"),
        replace(CONTROLLER, name="dc-1", host="wlc.dc.example", ap_address="192.0.2.20"),
        replace(CONTROLLER, name="lab-1", host="127.0.0.1"),
        replace(CONTROLLER, name="lab-2", host="127.0.0.1"),
    )
)
PLACES = places_of(FLEET, {"wlc.dc.example": ("192.0.2.21", "2001:db8::21")})
HOMES = {"0c:75:bd:b4:87:e0": frozenset({"lab-2"}), "198.51.100.7": frozenset({"hq-1"})}


@pytest.mark.parametrize(
    ("clues", "whose"),
    [
        ({"controller": "dc-1", "address": "192.0.2.10"}, ("dc-1", "name")),
        ({"controller": "gone", "address": "192.0.2.10"}, ("hq-1", "address")),
        ({"address": "192.0.2.10"}, ("hq-1", "address")),
        ({"address": "::ffff:192.0.2.20"}, ("dc-1", "address")),
        ({"address": "2001:DB8::21"}, ("dc-1", "address")),
        ({"address": "192.0.2.10", "hosts": ("dc-1",)}, ("hq-1", "address")),
        ({"address": "198.51.100.1", "hosts": ("DC-1.example.net",)}, ("dc-1", "host")),
        ({"address": "198.51.100.1", "hosts": ("wlc",)}, ("dc-1", "host")),
        ({"address": "198.51.100.1", "hosts": ("192.0.2.10",)}, ("hq-1", "host")),
        ({"address": "127.0.0.1", "hosts": ("lab-1",)}, ("lab-1", "host")),
        ({"address": "127.0.0.1", "macs": ("0c:75:bd:b4:87:e0",)}, ("lab-2", "access point")),
        ({"address": "198.51.100.7"}, ("hq-1", "access point")),
    ],
)
def test_the_surest_clue_that_tells_one_controller_counts(clues, whose):
    found = tie(Clues(**clues), PLACES, HOMES)
    assert found is not None
    assert (found.controller, found.by) == whose


@pytest.mark.parametrize(
    "clues",
    [{}, {"address": "127.0.0.1"}, {"address": "203.0.113.1", "hosts": ("nobody",)},
     {"address": "127.0.0.1", "hosts": ("hq-1",)}],
)  # fmt: skip
def test_what_does_not_tell_one_controller_is_nobodys(clues):
    assert tie(Clues(**clues), PLACES, HOMES) is None


def test_addresses_and_names_of_access_points_are_found_in_the_text():
    text = "AP Event: AP Name: L11_AP4 Mac: 0c75.bdb4.87e0 Ethernet MAC: 0C:75:BD:B6:09:EC Joined"
    assert clues_in(text) == (("0c:75:bd:b4:87:e0", "0c:75:bd:b6:09:ec"), "L11_AP4")
    assert clues_in("version 17.9.4.1234 and 2001:db8:0:1:2:3:4:5")[0] == ()


def test_what_is_no_address_has_no_canonical_form():
    assert [canonical_address(text) for text in ("", "hq-1", "1.2.3", "fe80::1%eth0")] == [
        "", "", "", "fe80::1",
    ]  # fmt: skip
