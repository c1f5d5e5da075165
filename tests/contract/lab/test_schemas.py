"""get-schema, the module library, and releases whose modules are given."""

import os
from pathlib import Path

import pytest
from ncclient.xml_ import to_ele

from service.lab.fleet import from_mapping
from service.lab.generate_schema import build, write
from service.lab.lab import Lab
from service.lab.release import modules_of
from service.lab.yang.schema import Schema, shipped
from tests.contract.lab.support import client, one_box, refusal, started, texts

ROOT = Path(__file__).parents[3]
FACTS = Path(os.environ.get("APREJOIN_DEVICE_FACTS", ROOT.parent / "shared" / "devices"))
MODULES = FACTS / "iosxe" / "yang"
needs_modules = pytest.mark.skipif(
    not MODULES.is_dir(), reason=f"no YANG modules in {MODULES}: APREJOIN_DEVICE_FACTS"
)
LIBRARY = '<modules-state xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-library"/>'
SCHEMAS = (
    '<netconf-state xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"><schemas/>'
    "</netconf-state>"
)


def test_without_modules_get_schema_is_refused(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        assert refusal(session.get_schema, "ietf-netconf").tag == "operation-not-supported"
        assert refusal(session.get_schema, "no-such-module").tag == "invalid-value"


@needs_modules
def test_with_modules_get_schema_gives_their_text(tmp_path):
    with (
        Lab(from_mapping(one_box()), state_dir=tmp_path, modules=MODULES) as lab,
        client(lab) as session,
    ):
        text = session.get_schema("Cisco-IOS-XE-ntp").data
        assert text == (MODULES / "1791" / "Cisco-IOS-XE-ntp.yang").read_text(encoding="utf-8")
        refused = refusal(session.get_schema, "Cisco-IOS-XE-ntp", version="1999-01-01")
        assert refused.tag == "invalid-value"


def test_the_library_lists_every_module_with_its_revision(tmp_path):
    with started(tmp_path, release="17.12.1") as lab, client(lab) as session:
        listed = texts(session.get(filter=("subtree", LIBRARY)), "name")
        assert "Cisco-IOS-XE-wireless-ap-global-oper" in listed
        monitored = texts(session.get(filter=("subtree", SCHEMAS)), "identifier")
        assert set(monitored) == set(listed)


def test_a_module_of_17_3_is_missing_from_its_library(tmp_path):
    with started(tmp_path, release="17.3.6") as lab, client(lab) as session:
        listed = texts(session.get(filter=("subtree", LIBRARY)), "name")
        assert "Cisco-IOS-XE-wireless-access-point-oper" in listed
        assert "Cisco-IOS-XE-wireless-ap-global-oper" not in listed
        asked = to_ele(
            '<get xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><filter type="subtree">'
            '<ap-global-oper-data xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-ap-global'
            '-oper"/></filter></get>'
        )
        assert refusal(session.dispatch, asked).tag == "unknown-namespace"


def test_a_folder_of_modules_is_found_by_the_digits_of_the_release(tmp_path):
    for name in ("1791", "17151", "17152"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.yang").write_text("module x {}")
    assert modules_of("17.15.2", tmp_path) == tmp_path / "17152"
    assert modules_of("17.9.4a", tmp_path) == tmp_path / "1791"
    assert modules_of("17.18.1", tmp_path) is None
    assert modules_of("17.18.1", tmp_path / "1791") == tmp_path / "1791"
    assert modules_of("17.9.1", None) is None


@needs_modules
def test_a_schema_is_generated_from_any_folder_and_always_the_same(tmp_path):
    wanted = ("ietf-netconf", "ietf-inet-types", "ietf-netconf-monitoring", "ietf-yang-types")
    for name in wanted:
        (tmp_path / f"{name}.yang").write_bytes((MODULES / "1791" / f"{name}.yang").read_bytes())
    first, second = build(tmp_path, "17.99"), build(tmp_path, "17.99")
    assert first == second
    write(first, tmp_path / "a.gz")
    write(second, tmp_path / "b.gz")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    schema = Schema(first)
    assert "{urn:ietf:params:xml:ns:netconf:base:1.0}edit-config" in schema.rpcs


@needs_modules
@pytest.mark.skipif("APREJOIN_REGENERATE" not in os.environ, reason="a minute: APREJOIN_REGENERATE")
@pytest.mark.parametrize(
    ("folder", "release"),
    [("1731", "17.3"), ("1761", "17.6"), ("1791", "17.9"), ("17121", "17.12")],
)
def test_the_shipped_schemas_are_what_the_modules_give(folder, release, tmp_path):
    write(build(MODULES / folder, release), tmp_path / "again.gz")
    assert (tmp_path / "again.gz").read_bytes() == shipped()[release].read_bytes()
