"""An inventory drafted from NetBox or Nautobot: what is asked, what is kept, what is left out."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import responses
from click.testing import CliRunner

from service.cli.init import init_command
from service.config.inventory import load_inventory
from service.config.registers import nautobot, netbox
from service.config.registers.asking import AskedRegisters
from service.config.registers.device import Device
from service.config.registers.draft import draft
from service.config.registers.reading import Register
from service.domain.observation import Platform
from service.errors import InvalidInput
from service.ports.registers import RegisterWish

NETBOX, NAUTOBOT = "https://netbox.example", "https://nautobot.example/"
TOKEN = "t0ken-in-clear"  # noqa: S105 - it must be shown nowhere
DEVICES = f"{NETBOX}/api/dcim/devices/"
SITES = f"{NETBOX}/api/dcim/sites/"


def netbox_row(name="hq-1", model="C9800-40-K9", address="192.0.2.10/24", **more):
    return {
        "id": 7,
        "name": name,
        "device_type": {"model": model},
        "platform": {"slug": "ios-xe"},
        "primary_ip": {"address": address} if address else None,
        "site": {"id": 3, "name": "Head quarters", "slug": "hq"},
        "tags": [{"name": "Production", "slug": "production"}],
        **more,
    }


def page(*rows, following=None):
    return {"count": len(rows), "next": following, "previous": None, "results": list(rows)}


SITE = page({"id": 3, "slug": "hq", "time_zone": "Europe/Paris"})


def run(*words: str):
    return CliRunner().invoke(init_command, [*words, "--json"], env={"NB": TOKEN})


# -- NetBox ------------------------------------------------------------------------------------


@responses.activate
def test_controllers_sites_and_tags_of_netbox_load_as_an_inventory(tmp_path, monkeypatch):
    monkeypatch.setenv("APREJOIN_PASSWORD", "x")
    second = netbox_row("branch-7", "AIR-CT5520-K9", "2001:db8::7/64", tags=[], site=None)
    responses.get(DEVICES, json=page(netbox_row(), following=f"{DEVICES}?limit=200&offset=200"))
    responses.get(DEVICES, json=page(second))
    responses.get(SITES, json=SITE)
    path = tmp_path / "inventory.yaml"
    done = run(str(path), "--netbox", NETBOX, "--token", "env:NB", "--where", "role=wlc")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"inventory": str(path), "controllers": 2, "left_out": []}
    by_name = {one.name: one for one in load_inventory(path).controllers}
    hq, branch = by_name["hq-1"], by_name["branch-7"]
    assert (hq.platform, hq.host, hq.site) == (Platform.IOSXE, "192.0.2.10", "hq")
    assert (hq.timezone, hq.tags) == ("Europe/Paris", ("production",))
    assert (branch.platform, branch.host) == (Platform.AIREOS, "2001:db8::7")
    assert branch.credentials.snmp_community == "env:APREJOIN_COMMUNITY"
    first = responses.calls[0].request
    assert first.headers["Authorization"] == f"Token {TOKEN}"
    assert first.params == {"role": "wlc", "status": "active", "limit": "200"}
    assert TOKEN not in path.read_text() + done.output


@responses.activate
def test_a_status_that_was_asked_for_goes_before_active():
    responses.get(DEVICES, json=page(netbox_row(site=None)))
    assert len(list(netbox.devices(Register(NETBOX, TOKEN), [("status", "staged")]))) == 1
    assert responses.calls[0].request.params == {"status": "staged", "limit": "200"}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (netbox_row("core-1", "C9300-48P"), "no wireless controller by its model"),
        (netbox_row("two words"), "its name needs letters"),
        (netbox_row("", "C9800-L-C-K9"), "its name needs letters"),
        (netbox_row("far-1", address=""), "it has no primary address"),
        (netbox_row("hq-1"), "another device of that name"),
    ],
)
@responses.activate
def test_what_cannot_be_a_controller_is_named_with_the_reason(tmp_path, row, why):
    responses.get(DEVICES, json=page(netbox_row(), row))
    responses.get(SITES, json=SITE)
    done = run(str(tmp_path / "new.yaml"), "--netbox", NETBOX, "--token", "env:NB")
    told = json.loads(done.stdout)
    assert told["controllers"] == 1
    (left,) = told["left_out"]
    assert left["name"] == (row["name"] or "(no name)")
    assert why in left["reason"]


@responses.activate
def test_a_platform_can_be_named_where_the_model_does_not_tell(tmp_path):
    responses.get(DEVICES, json=page(netbox_row(model="wireless appliance")))
    responses.get(SITES, json=SITE)
    path = tmp_path / "new.yaml"
    words = ("--netbox", NETBOX, "--token", "env:NB", "--platform", "ios-xe=iosxe")
    assert run(str(path), *words).exit_code == 0
    assert load_inventory(path).controllers[0].platform is Platform.IOSXE


# -- Nautobot ----------------------------------------------------------------------------------


@responses.activate
def test_a_location_of_nautobot_is_a_site_with_its_time_zone():
    row = {
        "id": "5b7c",
        "name": "hq-1",
        "device_type": {"model": "C9800-CL-K9"},
        "platform": {"name": "Cisco IOS-XE", "network_driver": "cisco_xe"},
        "primary_ip4": None,
        "primary_ip6": {"address": "2001:db8::1/128"},
        "location": {"name": "Paris", "time_zone": "Europe/Paris"},
        "tags": [{"name": "production"}],
    }
    responses.get(f"{NAUTOBOT}api/dcim/devices/", json=page(row))
    found = list(nautobot.devices(Register(NAUTOBOT, TOKEN), [("role", "wlc")]))
    assert found == [
        Device(
            *("hq-1", "2001:db8::1", "C9800-CL-K9", "cisco_xe"),
            *("Paris", "Europe/Paris", ("production",)),
        )
    ]
    asked = {"role": "wlc", "depth": "1", "status": "Active", "limit": "200"}
    assert responses.calls[0].request.params == asked


# -- a register that says no -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 403, "json": {"detail": "Invalid token"}}, "refuses the token"),
        ({"status": 400, "json": {"role": ["no such role"]}}, "does not understand the filter"),
        ({"status": 404, "body": "no"}, "has no such list"),
        ({"status": 502, "body": "bad gateway"}, "status 502: bad gateway"),
        ({"body": "<html>log in</html>"}, "that is no list"),
        ({"json": {"results": {}}}, "that is no list"),
        ({"json": {"results": ["hq-1"]}}, "that is no list"),
        ({"json": page({"id": 9, "name": "x", "site": "hq"})}, "entry 9 is not of the documented"),
        ({"status": 302, "headers": {"Location": "https://else.example/"}}, "redirects elsewhere"),
        ({"body": requests.exceptions.SSLError("verify failed")}, "does not answer (SSLError)"),
        ({"json": page(following="https://else.example/api/")}, "said to be at https://else"),
        ({"json": page()}, "none of the 0 devices found is a controller"),
        ({"json": page(netbox_row("x", "C9300", site=None))}, "none of the 1 devices found"),
    ],
)
@responses.activate
def test_what_a_register_refuses_is_told_and_nothing_is_written(tmp_path, answer, said):
    responses.get(DEVICES, **answer)
    path = tmp_path / "new.yaml"
    done = run(str(path), "--netbox", NETBOX, "--token", "env:NB")
    assert done.exit_code == 2
    assert said in json.loads(done.stdout)["error"]["detail"]
    assert not path.exists()
    assert TOKEN not in done.output


@responses.activate
def test_a_list_that_never_ends_is_given_up():
    responses.get(DEVICES, json=page(following=DEVICES))
    with pytest.raises(InvalidInput, match="more than 500 pages"):
        list(Register(NETBOX, TOKEN).rows("dcim/devices/", []))


def test_a_token_never_travels_in_clear():
    with pytest.raises(InvalidInput, match="in clear"):
        Register("http://netbox.example", TOKEN)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--netbox", NETBOX), "--token is missing"),
        (("--netbox", NETBOX, "--nautobot", NAUTOBOT, "--token", "env:NB"), "one register at"),
        (("--netbox", NETBOX, "--token", "env:NB", "--where", "wlc"), "expected KEY=VALUE"),
        (("--netbox", NETBOX, "--token", TOKEN), "reference"),
        (("--netbox", NETBOX, "--token", "env:NB", "--platform", "x=junos"), "'junos'"),
    ],
)
def test_a_call_that_is_wrong_is_told_before_anybody_is_asked(tmp_path, words, said):
    done = run(str(tmp_path / "new.yaml"), *words)
    assert done.exit_code == 2
    assert said in done.output
    assert TOKEN not in re.sub(r"found '[^']*'", "", done.output)


def test_a_file_that_is_there_is_left_alone(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    assert run(str(path)).exit_code == 2
    assert path.read_text() == "mine"


# -- the draft ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("C9800-L-F-K9", Platform.IOSXE),
        ("Catalyst 9800-80", Platform.IOSXE),
        ("AIR-CT3504-K9", Platform.AIREOS),
        ("WLC-5508", Platform.AIREOS),
        ("8540", Platform.AIREOS),
        ("AIR-CTVM-vWLC", Platform.AIREOS),
        ("C9300-48P", None),
        ("AIR-AP2802I", None),
        ("N9K-C93180", None),
        ("", None),
    ],
)
def test_a_model_tells_the_family(model, family):
    assert Device("a", "192.0.2.1", model, "").family is family


def test_equal_devices_give_an_equal_draft_in_any_order(tmp_path: Path):
    some = [Device(f"c{n}", f"192.0.2.{n}", "C9800", "", "no: 'yes' #") for n in (3, 1, 2)]
    made = [
        draft(devices, source="x", username="o'hara: #", platforms={})
        for devices in (some, list(reversed(some)))
    ]
    assert made[0] == made[1]
    path = tmp_path / "drafted.yaml"
    path.write_text(made[0].text)
    found = load_inventory(path).controllers
    assert [(one.name, one.site) for one in found] == [(f"c{n}", "no: 'yes' #") for n in (1, 2, 3)]


# -- asked for a caller of the API -------------------------------------------------------------


class Tokens:
    def resolve(self, reference):
        return {"env:NB": TOKEN}[reference]


@responses.activate
def test_a_register_is_asked_for_a_caller_and_never_with_a_secret_of_the_services_own():
    responses.get(DEVICES, json=page(netbox_row(), netbox_row(name="sw-1", model="WS-C2960")))
    responses.get(SITES, json=SITE)
    registers = AskedRegisters(Tokens(), frozenset({"env:OWN"}))
    wish = RegisterWish("netbox", NETBOX, "env:NB", (("role", "wlc"),), username="wlc")
    found = registers.ask(wish)
    assert "host: 192.0.2.10" in found.text
    assert [name for name, _ in found.left_out] == ["sw-1"]
    assert responses.calls[0].request.params["role"] == "wlc"
    with pytest.raises(InvalidInput, match="the service's own"):
        registers.ask(RegisterWish("netbox", NETBOX, "env:OWN"))
    with pytest.raises(InvalidInput, match="https"):
        registers.ask(replace(wish, url="http://netbox.example"))
