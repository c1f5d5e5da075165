"""The inventory's key `software`: where files lie, how controllers see them, what is refused."""

from pathlib import Path

import pytest

from service.config.inventory import InvalidFile, parse_inventory
from service.domain.inventory import Credentials, SoftwareSource

HERE = Path("/etc/aprejoin/fleet.yaml")
REST = """
controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: hq}
credentials:
  hq: {username: admin, password: "env:HQ_PASSWORD"}
  filesrv: {username: files, password: "env:FILES_PASSWORD"}
"""


def parsed(software):
    return parse_inventory(f"software: {software}{REST}".encode(), HERE).software


def refused(software):
    with pytest.raises(InvalidFile) as caught:
        parsed(software)
    return str(caught.value)


def test_without_the_key_there_is_no_software():
    assert parse_inventory(REST.encode(), HERE).software is None


def test_a_folder_alone_is_enough_and_starts_where_the_inventory_lies():
    assert parsed("{folder: images/}") == SoftwareSource("/etc/aprejoin/images")
    assert parsed("{folder: /srv/images}") == SoftwareSource("/srv/images")


def test_addresses_end_with_a_slash_and_credentials_are_looked_up():
    found = parsed(
        '{folder: images, url: "scp://files.example.org/wlc", aireos_url: "tftp://192.0.2.5", '
        "credentials: filesrv}"
    )

    assert found == SoftwareSource(
        "/etc/aprejoin/images",
        "scp://files.example.org/wlc/",
        "tftp://192.0.2.5/",
        Credentials("files", "env:FILES_PASSWORD"),
    )


@pytest.mark.parametrize(
    "url",
    ["https://192.0.2.5:8443/", "http://[2001:db8::5]:80/a/b/", "https://h/~wlc/x_1-2.3/"],
)
def test_an_address_of_plain_characters_is_taken(url):
    assert parsed(f'{{folder: images, url: "{url}"}}').url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@192.0.2.5/",
        "https://hunter2@192.0.2.5/",
        "https://192.0.2.5/?token=hunter2",
        "https://192.0.2.5/#hunter2",
        "https://192.0.2.5/hunter2 images/",
        "https://192.0.2.5/hunter2;reload",
        "https://192.0.2.5/hunter2%0areload",
        "https://192.0.2.5:99999/hunter2",
        "https:///hunter2",
        "https://-hunter2/",
        "hunter2://192.0.2.5/",
        "hunter2",
        "file:///hunter2",
    ],
)
def test_an_address_of_another_form_is_refused_without_being_shown(url):
    message = refused(f'{{folder: images, url: "{url}"}}')

    assert message.startswith("/etc/aprejoin/fleet.yaml:1: software.url: ")
    assert "expected http, https, scp, sftp, ftp, tftp and ://HOST" in message
    assert "hunter2" not in message


def test_aireos_takes_only_what_it_speaks():
    message = refused('{folder: images, aireos_url: "https://192.0.2.5/"}')

    assert "software.aireos_url" in message
    assert "expected ftp, tftp, sftp and ://HOST" in message


@pytest.mark.parametrize(
    ("software", "expected"),
    [
        ("images", "a mapping with the keys folder, url, aireos_url, credentials"),
        ("{}", "the key 'folder'"),
        ("{folder: 3}", "software.folder: found the number 3"),
        ("{folder: images, URL: x}", "the unknown key 'URL'"),
        ("{folder: images, credentials: fileserv}", "did you mean 'filesrv'?"),
        ('{folder: images, url: "scp://h/"}', "scp without them"),
        ('{folder: images, aireos_url: "ftp://h/"}', "ftp without them"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_key(software, expected):
    message = refused(software)

    assert message.startswith("/etc/aprejoin/fleet.yaml:1: software")
    assert expected in message


def test_wrong_software_is_fatal_also_when_going_on():
    with pytest.raises(InvalidFile, match="software"):
        parse_inventory(f"software: {{}}{REST}".encode(), HERE, keep_going=True)
