"""Which addresses a webhook may call: an inner one is not called, whatever way it is written."""

import ipaddress
from contextlib import suppress
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.targets import METADATA, PORTS, target_of, why_refused
from service.errors import InvalidInput

HTTPS, HTTP = target_of("https://noc.example.net/x"), target_of("http://noc.example.net/x")
EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))
NEVER = [
    "169.254.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "0.0.0.0/32",
    "fe80::/10",
    "ff00::/8",
    "fec0::/10",
    "::/128",
]
INNER = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "100.64.0.0/10",
    "192.0.2.0/24",
    "198.18.0.0/15",
    "0.0.0.0/8",
    "::1/128",
    "fc00::/7",
    "2001:db8::/32",
]


def within(networks):
    def of(network):
        return st.integers(int(network[0]), int(network[-1])).map(type(network[0]))

    return st.sampled_from([ip_network(one) for one in networks]).flatmap(of)


V4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)
HIDDEN = [
    lambda v4: ipaddress.IPv6Address(0xFFFF << 32 | int(v4)),  # ::ffff:a.b.c.d
    lambda v4: ipaddress.IPv6Address(int(ip_address("64:ff9b::")) | int(v4)),  # NAT64
    lambda v4: ipaddress.IPv6Address(0x2002 << 112 | int(v4) << 80 | 1),  # 6to4
    lambda v4: ipaddress.IPv6Address(0x20010000 << 96 | (int(v4) ^ 0xFFFFFFFF)),  # Teredo
]


@given(within(NEVER))
def test_some_addresses_are_never_called_whatever_is_allowed(address):
    assert why_refused(HTTPS, address, EVERYTHING)


@pytest.mark.parametrize("address", sorted(METADATA, key=str))
def test_no_metadata_service_is_ever_called(address):
    assert "metadata" in why_refused(HTTPS, address, EVERYTHING)


LOCAL = [ip_network(one) for one in ("169.254.0.0/16", "fe80::/10")]


@given(within([str(one) for one in LOCAL]))
def test_a_link_local_address_is_called_where_a_network_of_such_alone_is_allowed(address):
    wide = ip_network("128.0.0.0/1"), ip_network("8000::/1")
    assert "link-local" in why_refused(HTTPS, address, wide) or address in METADATA
    if address not in METADATA:
        assert why_refused(HTTPS, address, (*LOCAL, *wide)) == ""


@pytest.mark.parametrize("address", sorted(METADATA, key=str))
def test_a_metadata_service_is_called_where_its_very_address_is_allowed(address):
    near = ip_network(f"{address}/{address.max_prefixlen - 1}", strict=False)
    assert "metadata" in why_refused(HTTP, address, (near, *LOCAL))
    assert why_refused(HTTP, address, (ip_network(str(address)),)) == ""


@given(within(["224.0.0.0/4", "240.0.0.0/4", "0.0.0.0/32", "ff00::/8", "fec0::/10", "::/128"]))
def test_what_nobody_answers_at_is_never_called_however_it_is_allowed(address):
    assert why_refused(HTTPS, address, (*EVERYTHING, ip_network(str(address))))


@given(within(INNER))
def test_inner_addresses_are_called_only_where_a_setting_allows_them(address):
    if address in METADATA or address.is_unspecified:
        return
    mine = ip_network(f"{address}/{address.max_prefixlen}")
    assert why_refused(HTTPS, address, ())
    assert why_refused(HTTPS, address, (ip_network("203.0.113.9/32"),))
    assert why_refused(HTTPS, address, (mine,)) == ""
    assert why_refused(HTTP, address, (mine,)) == ""


@given(V4, st.sampled_from(HIDDEN))
def test_an_address_inside_of_another_is_judged_as_what_it_is(v4, hide):
    if why_refused(HTTPS, v4, ()):
        assert why_refused(HTTPS, hide(v4), ()), hide(v4)


@given(within(NEVER).filter(lambda one: one.version == 4), st.sampled_from(HIDDEN))
def test_hiding_does_not_make_the_never_called_callable(v4, hide):
    assert why_refused(HTTPS, hide(v4), EVERYTHING), hide(v4)


@given(V4)
def test_what_is_called_without_an_allowance_is_public(v4):
    if why_refused(HTTPS, v4, ()) == "":
        assert v4.is_global
        assert not v4.is_multicast


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_called_with_https_and_not_without(text):
    assert why_refused(HTTPS, ip_address(text), ()) == ""
    assert "https only" in why_refused(HTTP, ip_address(text), ())


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_refused(text):
    for url in (text, f"https://{text}", f"https://a.example/{text}"):
        with suppress(InvalidInput):
            target = target_of(url)
            assert target.scheme in PORTS
            assert target.host
            assert 0 < target.port < 65536
            assert target.path.startswith("/")


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://a.example", "a.example", 443, "/", "a.example"),
        ("https://A.example:8443/x?y=1", "a.example", 8443, "/x?y=1", "a.example:8443"),
        ("https://a.example?y", "a.example", 443, "/?y", "a.example"),
        ("http://[2001:db8::1]:80/", "2001:db8::1", 80, "/", "[2001:db8::1]"),
    ],
)
def test_a_url_is_taken_apart(url, host, port, path, authority):
    target = target_of(url)
    assert (target.host, target.port, target.path) == (host, port, path)
    assert target.authority == authority


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://a.example/",
        "https://a.example@b.example/",
        "https://a.example:0/",
        "https://a.example:70000/",
        "https://a.example/ x",
        "https://a.example/\r\nX: y",
        "https://[::1/",
        "https://bücher.example/",
        "//a.example/",
        "https://" + "a" * 2048,
    ],
)
def test_what_no_webhook_could_go_to_is_refused(url):
    with pytest.raises(InvalidInput, match="url"):
        target_of(url)


def test_of_several_addresses_inside_of_one_each_has_to_pass():
    teredo = ipaddress.IPv6Address(
        0x20010000 << 96 | int(ip_address("10.0.0.1")) << 64 | (0x7F000001 ^ 0xFFFFFFFF)
    )
    assert why_refused(HTTPS, teredo, (ip_network("10.0.0.0/8"), ip_network("2001::/32")))
