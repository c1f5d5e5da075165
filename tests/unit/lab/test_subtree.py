"""Subtree filters: the rules of RFC 6241 section 6, one by one."""

from lxml import etree

from service.lab.yang.judge import parse
from service.lab.yang.schema import of_release
from service.lab.yang.subtree import select
from tests.unit.lab.support import NATIVE, NTP

DATA = f"""<native xmlns="{NATIVE}"><hostname>hq-1</hostname><ntp><server xmlns="{NTP}">
<server-list><ip-address>192.0.2.1</ip-address><key>7</key><prefer/></server-list>
<server-list><ip-address>192.0.2.2</ip-address><key>8</key></server-list>
</server></ntp></native>"""


def chosen(inside: str) -> str:
    """What a filter leaves, without blanks and namespaces."""
    schema = of_release("17.9.1")
    data = parse("".join(DATA.split("\n")).encode())
    found = select(schema, parse(f"<filter>{inside}</filter>".encode()), [data])
    text = "".join(etree.tostring(e, encoding="unicode") for e in found)
    return text.replace(f' xmlns="{NATIVE}"', "").replace(f' xmlns="{NTP}"', "")


def native(inside: str = "") -> str:
    return f'<native xmlns="{NATIVE}">{inside}</native>'


def listed(inside: str) -> str:
    return native(f'<ntp><server xmlns="{NTP}"><server-list>{inside}</server-list></server></ntp>')


def inner(text: str) -> str:
    return text.removeprefix("<native><ntp><server>").removesuffix("</server></ntp></native>")


def test_an_empty_filter_selects_nothing():
    assert chosen("") == ""


def test_a_selection_node_takes_everything_below_it():
    assert "<hostname>hq-1</hostname>" in chosen(native())
    assert chosen(native()).count("<server-list>") == 2


def test_a_containment_node_takes_only_what_its_children_select():
    assert chosen(native("<hostname/>")) == "<native><hostname>hq-1</hostname></native>"


def test_another_namespace_selects_nothing():
    assert chosen('<native xmlns="urn:other"/>') == ""


def test_a_content_match_alone_selects_the_whole_entry():
    assert inner(chosen(listed("<ip-address>192.0.2.2</ip-address>"))) == (
        "<server-list><ip-address>192.0.2.2</ip-address><key>8</key></server-list>"
    )


def test_a_content_match_beside_selections_narrows_to_them():
    assert inner(chosen(listed("<ip-address>192.0.2.1</ip-address><prefer/>"))) == (
        "<server-list><ip-address>192.0.2.1</ip-address><prefer/></server-list>"
    )


def test_two_content_matches_have_to_hold_both():
    assert chosen(listed("<ip-address>192.0.2.1</ip-address><key>8</key>")) == ""
    assert "192.0.2.1" in chosen(listed("<ip-address>192.0.2.1</ip-address><key>7</key>"))


def test_keys_go_along_with_what_is_selected():
    assert inner(chosen(listed("<prefer/>"))) == (
        "<server-list><ip-address>192.0.2.1</ip-address><prefer/></server-list>"
    )


def test_filters_of_the_same_name_are_united():
    both = native(
        f'<ntp><server xmlns="{NTP}">'
        "<server-list><ip-address>192.0.2.1</ip-address><prefer/></server-list>"
        "<server-list><ip-address>192.0.2.2</ip-address></server-list></server></ntp>"
    )
    assert inner(chosen(both)) == (
        "<server-list><ip-address>192.0.2.1</ip-address><prefer/></server-list>"
        "<server-list><ip-address>192.0.2.2</ip-address><key>8</key></server-list>"
    )


def test_two_selections_of_one_entry_are_united_leaf_by_leaf():
    both = native(
        f'<ntp><server xmlns="{NTP}"><server-list><key/></server-list>'
        "<server-list><prefer/></server-list></server></ntp>"
    )
    found = inner(chosen(both))
    assert "<key>7</key><prefer/>" in found
    assert "<key>8</key></server-list>" in found


def test_a_match_that_fails_selects_nothing_at_all():
    assert chosen(native("<hostname>other</hostname>")) == ""
