"""The key `itsm` of an inventory: what is taken, and what is refused without being shown."""

from pathlib import Path

import pytest

from service.config.inventory import InvalidFile, parse_inventory

HEAD = """controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: desk, policy: {ticket: required}}
credentials:
  desk: {username: svc, password: "env:DESK"}
"""


def read(itsm: str):
    return parse_inventory((HEAD + itsm).encode(), Path("/etc/fleet/inventory.yaml"))


def test_a_desk_is_read_with_its_login_its_authorities_and_its_fields():
    found = read(
        'itsm: {kind: servicenow, url: "https://x.service-now.com/", credentials: desk,'
        " auth: oauth, ca: corp.pem, change: {assignment_group: Network}, incidents: none}\n"
    )
    assert found.itsm.url == "https://x.service-now.com"
    assert found.itsm.credentials.password == "env:DESK"  # noqa: S105
    assert (found.itsm.auth, found.itsm.ca) == ("oauth", "/etc/fleet/corp.pem")
    assert found.itsm.change == {"assignment_group": "Network"}
    assert found.itsm.incidents == "none"
    assert found.controllers[0].policy.ticket == "required"


def test_without_a_desk_there_is_none():
    assert read("").itsm is None


@pytest.mark.parametrize(
    "url",
    [
        "http://x.service-now.com",
        "https://svc:hunter2@x.service-now.com",
        "https://x.service-now.com/api",
        "https://x.service-now.com?a=hunter2",
        "https://",
        "https://x:99999",
        "ftp://x",
    ],
)
def test_an_address_that_is_not_safe_or_not_plain_is_refused_and_not_shown(url):
    with pytest.raises(InvalidFile) as refused:
        read(f'itsm: {{kind: servicenow, url: "{url}", credentials: desk}}\n')
    assert "itsm.url" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:80"])
def test_this_host_may_be_asked_in_clear(host):
    assert read(f'itsm: {{kind: servicenow, url: "http://{host}", credentials: desk}}\n').itsm


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("change: {state: '3'}", "filled in by this program"),
        ("change: {Assignment Group: x}", "small letters"),
        ("incident: {category: [a]}", "text"),
        ("auth: digest", "basic, oauth"),
        ("incidents: maybe", "none, suspected, probable, confirmed"),
        ("colour: red", "unknown key 'colour'"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_was_expected(part, words):
    with pytest.raises(InvalidFile) as refused:
        read(f'itsm: {{kind: servicenow, url: "https://x", credentials: desk, {part}}}\n')
    assert "inventory.yaml:5: itsm" in str(refused.value)
    assert words in str(refused.value)


def test_what_is_needed_is_asked_for():
    with pytest.raises(InvalidFile) as refused:
        read("itsm: {kind: remedy}\n")
    for words in ("servicenow", "'url'", "'credentials'"):
        assert words in str(refused.value)
