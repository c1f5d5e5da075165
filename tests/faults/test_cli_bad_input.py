"""Bad inventories and strange controllers: a message with place, found and expected, each.

One sweep meets all the strange controllers at once, and a good one beside them.
"""

import json
from contextlib import ExitStack

import pytest
import yaml
from click.testing import CliRunner

from service.cli.main import main
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from tests.contract.drivers.scripted_box import HARDWARE, box
from tests.contract.drivers.scripted_server import (
    PASSWORD,
    ScriptedServer,
    Then,
    data,
    refuses,
    replied,
)

APO = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-oper"


def said(version_text: str):
    text = f"<software-version>{version_text}</software-version>"
    return lambda rpc: data(
        rpc,
        f'<device-hardware-data xmlns="{HARDWARE}"><device-hardware><device-system-data>{text}'
        "</device-system-data></device-hardware></device-hardware-data>",
    )


def at_capwap(answer):
    """A 17.9 box that answers strangely where its access points are asked for."""

    def answered(rpc):
        asked = next(rpc.iter(f"{{{APO}}}capwap-data"), None) is not None
        return answer(rpc) if asked else data(rpc, "")

    return box(answered)


def capwap(inside: str, namespace: str = APO):
    return lambda rpc: data(
        rpc,
        f'<access-point-oper-data xmlns="{namespace}"><capwap-data>{inside}</capwap-data>'
        "</access-point-oper-data>",
    )


STRANGE = {
    "switch": (said("Cisco IOS Software, Catalyst L3 Switch (CAT9K_IOSXE), Version 17.9.4"),
               "a Catalyst 9000 switch"),
    "router": (said("Cisco IOS Software, Virtual XE Software (X86_64-CSR1000V), Version 17.3.2"),
               "a router"),
    "ewc": (said("Cisco IOS Software, C9800-AP Software (C9800-AP-K9_IOSXE-UNIVERSALK9_WPE)"),
            "embedded wireless controller"),
    "old": (said("Cisco IOS Software, C9800 Software (C9800_IOSXE-K9), Version 16.12.4a, RELEASE"),
            "older than"),
    "mute": (refuses("operation-not-supported"), "no release can be told"),
    "empty": (lambda rpc: data(rpc, ""), "no release can be told"),
    "words": (lambda _: "<html>not here</html>", "expected {urn:ietf"),
    "no-xml": (lambda _: "What do you want?", "not XML"),
    "cut": (at_capwap(lambda rpc: Then(capwap("<name>x</name>")(rpc), part=0.6, drop=True)),
            "closed the session"),
    "unbalanced": (at_capwap(lambda rpc: replied(rpc, "<data><a></data>")), "not XML"),
    "elsewhere": (at_capwap(capwap("", "urn:of-nobody")), "expected {http://cisco.com"),
    "half-elsewhere": (at_capwap(lambda rpc: data(rpc, (
        f'<access-point-oper-data xmlns="{APO}"><capwap-data xmlns="urn:of-nobody"/>'
        "</access-point-oper-data>"))), "expected {http://cisco.com"),
}  # fmt: skip
GOOD = {
    "newer": box(lambda rpc: data(rpc, ""), version="99.1.1"),
    "garbage": at_capwap(capwap(
        "<wtp-mac>84:3d:c6:73:10:d0</wtp-mac><ap-state><ap-operation-state>dreaming"
        "</ap-operation-state></ap-state><image-size-percentage>lots</image-size-percentage>"
        "<ap-time-info><boot-time>2022-13-77T99:99:99Z</boot-time></ap-time-info>")),
    "nameless": at_capwap(capwap("<name>ghost</name>")),
}  # fmt: skip


def run(*words: str):
    return CliRunner().invoke(main, list(words), env={"COLUMNS": "200"})


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("APREJOIN_INVENTORY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RIGHT", PASSWORD)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """One sweep over every strange box, a closed port, a missing secret, AireOS, and a good box."""
    folder = tmp_path_factory.mktemp("strange")
    good = {"name": "good", "release": "17.9.1", "aps": [{"kind": "healthy"}]}
    with ExitStack() as stack:
        lab = stack.enter_context(
            Lab(from_mapping({"controllers": [good]}), state_dir=folder / "lab")
        )
        document = yaml.safe_load(lab.inventory_path.read_text())
        document["credentials"]["scripted"] = {"username": "admin", "password": "env:RIGHT"}
        document["credentials"]["lost"] = {"username": "admin", "password": "env:NOT_THERE"}
        for name, script in {**{k: v[0] for k, v in STRANGE.items()}, **GOOD}.items():
            server = stack.enter_context(ScriptedServer(script))
            document["controllers"].append(entry(name, server.port, server.fingerprint))
        closed = stack.enter_context(ScriptedServer(greeting=None))
        other_key = entry("other-key", closed.port, "SHA256:" + "A" * 43)
        lost = {**entry("no-secret", closed.port, closed.fingerprint), "credentials": "lost"}
        wlc = {**entry("aireos", 22, closed.fingerprint), "platform": "aireos"}
        nobody = entry("nobody", 1, closed.fingerprint)
        document["controllers"] += [other_key, lost, wlc, nobody]
        path = folder / "inventory.yaml"
        path.write_text(yaml.safe_dump(document))
        (folder / "password").write_text((folder / "lab" / "password").read_text())
        found = CliRunner().invoke(
            main,
            ["sweep", "-i", str(path), "--json"],
            env={"APREJOIN_STATE_DIR": str(folder / "state"), "RIGHT": PASSWORD},
        )
    assert found.exit_code == 4, found.output
    return {one["name"]: one for one in json.loads(found.stdout)["controllers"]}


def entry(name: str, port: int, key: str) -> dict:
    return {
        "name": name,
        "platform": "iosxe",
        "host": "127.0.0.1",
        "credentials": "scripted",
        "netconf": {"port": port, "host_key": key},
    }


@pytest.mark.parametrize("name", list(STRANGE))
def test_a_strange_controller_is_told_and_hinders_nobody(swept, name):
    assert swept[name]["reachable"] is False
    assert STRANGE[name][1] in swept[name]["error"], swept[name]["error"]
    assert swept[name]["error"].startswith(f"{name}: ")
    assert swept["good"]["reachable"] is True


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("other-key", "host key is not the expected one"),
        ("no-secret", "env:NOT_THERE"),
        ("aireos", "SNMP does not answer either"),
        ("nobody", "127.0.0.1:1"),
    ],
)
def test_a_controller_that_is_not_reached_says_why(swept, name, words):
    assert swept[name]["reachable"] is False
    assert words in swept[name]["error"]
    assert PASSWORD not in swept[name]["error"]


def test_a_release_newer_than_any_known_is_read(swept):
    assert swept["newer"]["reachable"] is True
    assert swept["newer"]["release"] == "99.1.1"


def test_words_that_no_model_has_are_no_verdict(swept):
    assert swept["garbage"]["reachable"] is True
    assert swept["garbage"]["aps"]["total"] == 1
    assert swept["garbage"]["findings"] == []


def test_an_access_point_without_a_mac_is_not_passed_over_in_silence(swept):
    assert swept["nameless"]["aps"]["total"] == 0
    assert any("ap-join" in line and "MAC" in line for line in swept["nameless"]["unknown"])


# -- inventories -------------------------------------------------------------------------------

ENTRY = "{name: a, platform: iosxe, host: 192.0.2.1, credentials: x}"
LOGIN = "credentials:\n  x: {username: admin, password: 'env:RIGHT'}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"controllers:\n  - {ENTRY}\n  - {ENTRY}\n{LOGIN}", ["inventory.yaml:3", "'a'"]),
        (f"controllers:\n  - {ENTRY[:-1]}, colour: red}}\n{LOGIN}", [":2", "colour"]),
        (f"controllers:\n  - {ENTRY}\npolicy: {{loop_after: 3}}\n{LOGIN}", [":3", "loop_after"]),
        (f"controllers:\n  - {ENTRY}\n", ["credentials", "'x'"]),
        ("controllers: [\n", ["inventory.yaml", "expected"]),
        ("- a\n", ["inventory.yaml", "expected"]),
        ("", ["inventory.yaml", "an empty file", "expected"]),
    ],
    ids=["twice", "unknown-key", "unknown-policy", "no-login", "no-yaml", "list", "empty"],
)
@pytest.mark.parametrize(
    "command", [["sweep"], ["check"], ["plan", "a"], ["remediate", "a", "--yes"]]
)
def test_a_bad_inventory_is_refused_with_file_line_key_and_expectation(
    tmp_path, text, words, command
):
    path = tmp_path / "inventory.yaml"
    path.write_text(text)
    found = run(*command, "-i", str(path), "--json")
    assert found.exit_code == 2, found.output
    error = json.loads(found.stdout)["error"]
    assert error["type"].startswith("Invalid")
    assert all(word in error["detail"] for word in words), error
    assert "aprejoin: " in found.stderr


def test_the_rest_of_a_bad_inventory_loads_with_keep_going(tmp_path):
    path = tmp_path / "inventory.yaml"
    bad = ENTRY.replace("name: a", "name: b")[:-1] + ", colour: red}"
    path.write_text(
        f"controllers:\n  - {ENTRY.replace('192.0.2.1', '127.0.0.1')}\n  - {bad}\n{LOGIN}"
    )
    found = run("sweep", "a", "-i", str(path), "--json", "--keep-going")
    assert found.exit_code == 4
    assert [one["name"] for one in json.loads(found.stdout)["controllers"]] == ["a"]
    assert "left out: b" in found.stderr


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["sweep", "--json"], 2),
        (["sweep", "-i", "/no/such/file.yaml", "--json"], 2),
        (["sweep", "nobody", "-i", "{inventory}", "--json"], 2),
        (["plan", "nobody", "-i", "{inventory}", "--json"], 2),
        (["plan", "a", "-i", "{inventory}", "--issue", "FN1", "--json"], 2),
        (["plan", "a", "-i", "{inventory}", "--strategy", "prayer", "--json"], 2),
        (["remediate", "a", "-i", "{inventory}", "--strategy", "prayer", "--yes", "--json"], 2),
        (["remediate", "nobody", "-i", "{inventory}", "--yes", "--json"], 2),
        (["restore", "nobody", "-i", "{inventory}", "--yes", "--json"], 2),
        (["restore", "a", "-i", "{inventory}", "--yes", "--json"], 0),
        (["plan", "a", "-i", "{inventory}", "--json"], 1),
        (["remediate", "a", "-i", "{inventory}", "--yes", "--json"], 1),
        (["runs", "no-such-run", "--json"], 2),
        (["runs", "--json"], 0),
    ],
)
def test_stdout_is_one_document_whatever_the_status(tmp_path, words, status):
    path = tmp_path / "inventory.yaml"
    path.write_text(f"controllers:\n  - {ENTRY.replace('192.0.2.1', '127.0.0.1')}\n{LOGIN}")
    found = run(*[word.format(inventory=path) for word in words])
    assert found.exit_code == status, found.output
    assert isinstance(json.loads(found.stdout), dict)


def test_a_remediation_without_a_terminal_asks_nobody(tmp_path):
    path = tmp_path / "inventory.yaml"
    path.write_text(f"controllers:\n  - {ENTRY.replace('192.0.2.1', '127.0.0.1')}\n{LOGIN}")
    found = run("restore", "a", "-i", str(path), "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["error"]["type"] == "NotApproved"
