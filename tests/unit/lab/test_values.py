"""Values of YANG types, as the release's schema restricts them."""

import pytest
from lxml import etree

from service.lab.errors import RpcRefusedError
from service.lab.yang.check import Checker
from service.lab.yang.constraints import rewritten
from service.lab.yang.judge import judge, parse
from service.lab.yang.schema import of_release
from service.lab.yang.values import fault
from tests.unit.lab.support import NTP, servers

ROOTED = "$root/ios:i/*[concat(local-name(), own-module:n) = $current]"
SCHEMA = of_release("17.9.1")


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ({"b": "uint8"}, ["0", "255", " 7 ", "0x1f"], ["256", "-1", "1.0", "", "seven"]),
        ({"b": "uint8", "r": [["4", "17"]]}, ["4", "17"], ["3", "18"]),
        ({"b": "decimal64", "f": 2}, ["1.25", "-3", "0.10"], ["1.234", "x", ".5"]),
        ({"b": "boolean"}, ["true", "false"], ["True", "1", ""]),
        ({"b": "empty"}, ["", " "], ["x"]),
        ({"b": "enumeration", "e": ["a", "b"]}, ["a"], ["c", "A", ""]),
        ({"b": "bits", "s": ["x", "y"]}, ["x y", ""], ["z"]),
        ({"b": "binary"}, ["aGk="], ["%%"]),
        ({"b": "string", "l": [["1", "3"]]}, ["abc"], ["", "abcd"]),
        ({"b": "string", "p": [["[a-c]*", False]]}, ["abc", ""], ["abd"]),
        ({"b": "string", "p": [["xml.*", True]]}, ["abc"], ["xmlish"]),
        ({"b": "string", "x": 1}, ["/a/b", "count(/x) > 1"], ["/a[", "/n:a"]),
    ],
)
def test_values_are_told_from_what_is_none(kind, good, bad):
    assert [text for text in good if fault(SCHEMA, kind, text, {}) is not None] == []
    assert [text for text in bad if fault(SCHEMA, kind, text, {}) is None] == []


def edit(inside: str) -> etree._Element:
    native = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
    return parse(f'<config><native xmlns="{native}">{inside}</native></config>'.encode())


def test_a_server_may_be_an_address_or_a_name_but_not_too_long():
    checker = Checker(SCHEMA)
    for host in ("192.0.2.1", "2001:db8::1", "ntp.example.net"):
        judge(checker, "edit", edit(servers(listed(host))))
    with pytest.raises(RpcRefusedError):
        judge(checker, "edit", edit(servers(listed("x" * 65))))


def listed(host: str) -> str:
    return f"<server-list><ip-address>{host}</ip-address></server-list>"


def test_a_leaf_with_elements_in_it_is_refused():
    wrong = servers("<server-list><ip-address><b/></ip-address></server-list>")
    with pytest.raises(RpcRefusedError, match="no elements"):
        judge(Checker(SCHEMA), "edit", edit(wrong))


def test_text_in_a_container_is_refused():
    with pytest.raises(RpcRefusedError, match="no text"):
        judge(Checker(SCHEMA), "edit", edit(f'<ntp><server xmlns="{NTP}">words</server></ntp>'))


def test_an_operation_needs_a_branch_of_its_mandatory_choice():
    uri = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-cmd-rpc"
    with pytest.raises(RpcRefusedError, match="ap-identifier-choice"):
        judge(Checker(SCHEMA), "rpc", parse(f'<rpc><ap-reset xmlns="{uri}"/></rpc>'.encode()))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("../acl", "../own-module:acl"),
        ("not(../all)", "not(../own-module:all)"),
        ("../mode = 4 and ../div", "../own-module:mode = 4 and ../own-module:div"),
        ("ios:vrf[ios:name=current()]", "ios:vrf[ios:name=$current]"),
        ("(../x = 'and')", "(../own-module:x = 'and')"),
        ("/ios:a/b or (/c)", "$root/ios:a/own-module:b or ($root/own-module:c)"),
        ("/ios:i/*[concat(local-name(), n) = current()]", ROOTED),
    ],
)
def test_bare_names_in_must_rules_belong_to_their_module(written, expected):
    assert rewritten(written) == expected
