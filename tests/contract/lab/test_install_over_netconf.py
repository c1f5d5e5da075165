"""The installer over NETCONF: the requests of the vendor's model, and state that fits it."""

import uuid

import pytest
from lxml import etree
from ncclient.xml_ import to_ele

from service.lab.netconf import reading
from service.lab.netconf.sessions import Sessions
from service.lab.yang.check import Checker, Kind
from service.lab.yang.schema import of_release
from tests.contract.lab.support import APO, FAST, client, refusal, started, texts, until
from tests.contract.lab.test_state_fits_the_models import FOLDERS, PRESENT, judged
from tests.unit.lab.installing import Installing

RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-install-rpc"
OPER = "http://cisco.com/ns/yang/Cisco-IOS-XE-install-oper"
STATE = f'<install-oper-data xmlns="{OPER}"/>'
FILES = {
    "17.3.6": "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin",
    "17.6.4": "C9800-universalk9_wlc.17.06.04.CSCwd87305.SPA.apsp.bin",
    "17.9.2": "C9800-universalk9_wlc.17.09.02.CSCwd87612.SPA.apsp.bin",
    "17.12.1": "C9800-universalk9_wlc.17.12.01.CSCwh00001.SPA.apsp.bin",
}
QUICK = {**FAST, "install_s": 0.2, "abort_minute_s": 0.01}


def asked(name: str, inside: str = ""):
    """An rpc with a uuid of its own."""
    return to_ele(f'<{name} xmlns="{RPC}"><uuid>{uuid.uuid4()}</uuid>{inside}</{name}>')


def test_a_patch_is_installed_and_the_operations_are_listed(tmp_path):
    name = FILES["17.9.2"]
    path = f"<path>bootflash:{name}</path>"
    boxes = {"release": "17.9.2", "flash": {"files": [name]}, "timings": QUICK}
    with started(tmp_path, **boxes) as lab, client(lab) as session:

        def state(leaf: str) -> list[str]:
            return texts(session.get(filter=("subtree", STATE)), leaf)

        for number, step in enumerate(
            [
                asked("install", path),
                asked("activate", f"<auto-abort-timer-val>1200</auto-abort-timer-val>{path}"),
                asked("install-commit"),
            ],
            start=1,
        ):
            assert session.dispatch(step).ok
            until(lambda n=number: state("op-status") == ["install-op-succ"] * n)
        assert state("package-state") == ["install-state-committed"]
        assert lab.box("hq-1").left_dirty() == [
            "software: committed is 17.9.2 + CSCwd87612, was 17.9.2"
        ]


def test_a_timer_out_of_range_never_reaches_the_installer(tmp_path):
    bad = asked("activate", "<auto-abort-timer-val>29</auto-abort-timer-val><path>x</path>")
    with started(tmp_path) as lab, client(lab) as session:
        assert refusal(session.dispatch, bad).tag == "invalid-value"
        assert texts(session.get(filter=("subtree", STATE)), "op-uuid") == []


@pytest.mark.parametrize("release", FILES)
def test_what_it_tells_while_it_works_fits_the_models(release, tmp_path):
    bench = Installing(FILES[release], release=release)
    bench.activated(FILES[release], timer_min=60)
    bench.ask("install-commit")
    bench.wait(5)
    found = fitting(bench, STATE, release, tmp_path)
    listed = found.findall(f"{{{OPER}}}install-oper-hist")
    assert len(listed) == (2 if release >= "17.9" or release.startswith("17.12") else 0)


@pytest.mark.parametrize("release", FILES)
def test_and_so_does_what_it_tells_of_images_for_access_points(release, tmp_path):
    name = FILES[release]
    aps = [{"kind": "healthy"}, {"kind": "healthy", "model": "AIR-CAP2702E-E-K9", "name": "ios"}]
    bench = Installing(name, release=release, aps=aps)
    bench.done("install", path=f"bootflash:{name}")
    bench.box.software.filters.add(name, "ST-HQ")
    states = list(bench.box.see_aps().states.values())
    assert all(bench.box.aps.predownload(s, bench.box.advance()) for s in states)
    bench.wait(2)
    found = fitting(bench, f'<access-point-oper-data xmlns="{APO}"/>', release, tmp_path)
    told = {etree.QName(e).localname for e in found.iter(etree.Element)}
    assert "predownload-data" in told
    assert ("ap-image-prepare-location" in told) is not release.startswith("17.3")


def fitting(bench, wanted, release, tmp_path):
    """What a box answers, once the lab's schema and an independent validator agree to it."""
    request = etree.fromstring(
        '<get xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">'
        f'<filter type="subtree">{wanted}</filter></get>'
    )
    (found,) = reading.read(bench.box, Sessions(), request, source="running", state=True)
    data = etree.Element("data")
    data.append(found)
    schema = of_release(release)
    Checker(schema).tops(data, schema.data, Kind.DATA)
    if PRESENT:
        judged(tmp_path, found, FOLDERS[".".join(release.split(".")[:2])])
    return found
