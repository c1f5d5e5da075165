"""A change for a person: lines that can be pasted, with what takes them back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.containment import LIST_NAME, LIST_NAME_V6, contain, containment_document
from service.domain.identity import EthernetMac
from service.domain.observation import ApState, Neighbour
from tests.support.builders import MAC, OTHER, affected, sighting

WIRED = EthernetMac("00:81:c4:fb:2e:74")
AT = sighting(address="192.0.2.21", ethernet_mac=WIRED)
HEARD = Neighbour(MAC, "access-1.example", "GigabitEthernet1/0/7")


def made(*seen, heard=(), aps=None):
    return contain(aps or (affected(),), seen or (AT,), heard)


def test_capwap_from_the_aps_address_is_denied_and_everything_else_let_through():
    (block, _) = made().blocks
    assert block.do == (
        f"ip access-list extended {LIST_NAME}",
        f" remark base radio {MAC}",
        " deny udp host 192.0.2.21 any eq 5246",
        " deny udp host 192.0.2.21 any eq 5247",
        " permit ip any any",
        "interface INTERFACE",
        f" ip access-group {LIST_NAME} in",
    )
    assert block.undo[-1] == f"no ip access-list extended {LIST_NAME}"
    assert any("access-group" in line for line in block.look)


def test_an_ap_of_ipv6_is_denied_by_a_list_of_its_own():
    (block, _) = made(replace(AT, address="2001:db8::7")).blocks
    assert block.name == "capwap-filter-v6"
    assert block.do == (
        f"ipv6 access-list {LIST_NAME_V6}",
        f" remark base radio {MAC}",
        " deny udp host 2001:db8::7 any eq 5246",
        " deny udp host 2001:db8::7 any eq 5247",
        " permit ipv6 any any",
        "interface INTERFACE",
        f" ipv6 traffic-filter {LIST_NAME_V6} in",
    )
    assert block.undo[-1] == f"no ipv6 access-list {LIST_NAME_V6}"


def test_aps_of_both_versions_get_a_list_each():
    second = sighting(OTHER, address="2001:db8::7")
    found = made(AT, second, aps=(affected(), affected(OTHER)))
    assert [block.name for block in found.blocks][:2] == ["capwap-filter", "capwap-filter-v6"]
    assert "2001:db8::7" not in " ".join(found.blocks[0].do)


def test_lldp_tells_the_port_where_cdp_does_not():
    lldp = replace(HEARD, port="Te1/1/4", protocol="LLDP")
    assert made(heard=(lldp,)).blocks[1].do[0] == "interface Te1/1/4"
    assert made(heard=(lldp, HEARD)).blocks[1].do[0] == "interface GigabitEthernet1/0/7"
    mac = replace(lldp, port="00:81:c4:fb:2e:75")
    assert made(heard=(mac,)).blocks[1].do[0] == "interface PORT"


def test_a_port_that_cdp_leaves_open_is_not_taken_from_lldp():
    second = replace(HEARD, device="access-2.example")
    lldp = replace(HEARD, protocol="LLDP")
    assert made(heard=(HEARD, second, lldp)).blocks[1].do[0] == "interface PORT"


def test_a_port_that_cdp_told_is_shut_where_it_is():
    block = made(heard=(HEARD,)).blocks[1]
    assert block.where == "access-1.example"
    assert block.do == ("interface GigabitEthernet1/0/7", " shutdown")
    assert block.undo == ("interface GigabitEthernet1/0/7", " no shutdown")


def test_without_cdp_the_port_is_found_by_the_wired_mac():
    block = made().blocks[1]
    assert block.look == ("show mac address-table address 0081.c4fb.2e74",)
    assert block.do[0] == "interface PORT"


def test_an_ap_that_hears_two_devices_is_on_no_known_port():
    other = replace(HEARD, device="phone", port="Port 1")
    assert made(heard=(HEARD, other)).blocks[1].where == "access-1.example"
    second = replace(HEARD, device="access-2.example")
    assert made(heard=(HEARD, second)).blocks[1].do[0] == "interface PORT"


@pytest.mark.parametrize(
    "address", [None, "", "fe80::1", "ff02::1", "::", "224.0.0.5", "127.0.0.1", "x"]
)
def test_an_ap_without_a_usable_address_gets_no_filter_and_is_named(address):
    found = made(replace(AT, address=address))
    assert [block.name for block in found.blocks] == ["switch-port"]
    assert any("no address" in note and str(MAC) in note for note in found.notes)


def test_an_ap_of_which_nothing_is_known_is_named():
    found = made(sighting(OTHER, ApState.REGISTERED))
    assert found.blocks == ()
    assert any("no port and no wired MAC" in note for note in found.notes)


def test_an_ap_between_two_turns_is_where_it_was_seen_last():
    gone = replace(AT, state=ApState.NOT_JOINED, address=None, ethernet_mac=None)
    assert made(AT, gone).blocks == made().blocks


def test_that_nothing_lifts_it_is_said():
    assert any("undo it at the end" in note for note in made().notes)


def test_only_the_aps_of_the_finding_are_kept_away_whatever_their_order():
    second = sighting(OTHER, address="192.0.2.22")
    aps = (affected(OTHER), affected())
    assert made(AT, second, aps=aps) == made(second, AT, aps=aps[::-1])
    assert "192.0.2.22" not in " ".join(made(AT, second).blocks[0].do)


NASTY = st.text(max_size=40) | st.sampled_from(["Gi1/0/1\nreload", "Gi1/0/1 ; reload", "Te1/1/1"])


@given(NASTY, NASTY, NASTY, NASTY)
def test_no_word_of_a_device_becomes_a_command(name, address, device, port):
    seen = (replace(AT, name=name, address=address),)
    found = contain((affected(name=name),), seen, (Neighbour(MAC, device, port),))
    allowed = ("ip access-list", " remark base radio", " deny udp host", " permit ip any any",
               "interface ", " ip access-group", " no ip access-group", "no ip access-list",
               " shutdown", " no shutdown", "show ", "ipv6 access-list", " permit ipv6 any any",
               " ipv6 traffic-filter", " no ipv6 traffic-filter", "no ipv6 access")  # fmt: skip
    for block in found.blocks:
        for line in (*block.look, *block.do, *block.undo):
            assert line.startswith(allowed)
            assert line.isprintable()
            assert ";" not in line
    assert containment_document(found)["blocks"]
