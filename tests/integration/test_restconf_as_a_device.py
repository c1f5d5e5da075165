"""Our own RESTCONF link, made for controllers, reads the service: TLS, name and password."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest

from service.drivers.links.restconf import RestconfLink, RestconfRefused, RestconfTarget
from service.errors import AuthenticationRefused, HostKeyRefused
from tests.support.api_service import crew_service
from tests.support.certificates import for_loopback
from tests.support.patience import REPLY_S
from tests.support.served_api import served

NAMES = "name;last-sweep/release;access-points/access-point(mac;state)"


@dataclass
class Kept:
    """Takes every entry, and recognises none by its text."""

    entries: list = field(default_factory=list)

    def take_known(self, _text, at):
        return at

    def take(self, entry, _text):
        self.entries.append(entry)


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    """The service with a finding, as a device."""
    folder = tmp_path_factory.mktemp("device")
    tls = for_loopback(folder)
    with crew_service(folder) as service:
        service.ann.post("/api/v1/sweeps", {})
        service.work()
        with served(service.api.app, tls) as address:
            where = urlsplit(address)
            yield RestconfTarget(
                "aprejoin",
                where.hostname,
                where.port,
                "any",
                service.api.clear["vera"],
                str(tls[0]),
            )


@pytest.fixture
def link(target):
    made = RestconfLink(target, root="")
    yield made
    made.close()


def read(link, path, member, fields=None):
    kept = Kept()
    link.read(path, member, kept, fields=fields, timeout_s=REPLY_S)
    return kept.entries


def test_a_controller_of_controllers_reads_the_service_as_it_reads_a_device(link):
    assert link.discover(timeout_s=REPLY_S) == "/restconf"
    modules = read(
        link, "ietf-yang-library:modules-state/module", "ietf-yang-library:module", "name;revision"
    )
    assert "aprejoin" in {one["name"] for one in modules}
    (one,) = read(link, "aprejoin:controllers/controller", "aprejoin:controller", NAMES)
    assert set(one) == {"name", "last-sweep", "access-points"}
    aps = read(
        link,
        f"aprejoin:controllers/controller={one['name']}/access-points/access-point",
        "aprejoin:access-point",
    )
    assert {ap["state"] for ap in aps} == {"downloading"}
    (found,) = read(link, "aprejoin:findings/finding", "aprejoin:finding")
    assert (found["issue"], found["controller"]) == ("FN72524", one["name"])


def test_what_it_refuses_is_understood_as_a_device_s_refusal(link):
    link.discover(timeout_s=REPLY_S)
    with pytest.raises(RestconfRefused) as nothing:
        read(link, "aprejoin:controllers/controller=hq-9", "aprejoin:controller")
    assert (nothing.value.status, nothing.value.tag) == (404, "invalid-value")
    assert "hq-9" in nothing.value.text
    with pytest.raises(RestconfRefused) as wrong:
        read(link, "aprejoin:controllers", "aprejoin:controllers", "a((")
    assert wrong.value.status == 400


def test_a_wrong_token_or_an_unknown_certificate_is_what_it_is_on_a_device(target):
    for other, refusal in (
        (replace(target, password=target.password[:-1]), AuthenticationRefused),
        (replace(target, ca=None), HostKeyRefused),
    ):
        link = RestconfLink(other)
        with pytest.raises(refusal):
            read(link, "aprejoin:controllers", "aprejoin:controllers")
        link.close()
