"""Everything a box reports is valid by the models of its release: the lab can't invent leaves."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from service.lab.box.box import Box
from service.lab.fleet import load
from service.lab.netconf import reading
from service.lab.netconf.sessions import Sessions
from service.lab.time import HostTime
from service.lab.yang import published
from service.lab.yang.check import Checker, Kind
from service.lab.yang.schema import of_release

ROOT = Path(__file__).parents[3]
FACTS = Path(os.environ.get("APREJOIN_DEVICE_FACTS", ROOT.parent / "shared" / "devices"))
VALIDATE = FACTS / "iosxe" / "validate"
FLEETS = ROOT / "service" / "lab" / "fleets"
FOLDERS = {"17.3": "1731", "17.6": "1761", "17.9": "1791", "17.12": "17121"}
RELEASES = ("17.3.6", "17.6.4", "17.9.1", "17.12.1")
PUBLISHED = {
    "{http://cisco.com/ns/yang/Cisco-IOS-XE-process-cpu-oper}cpu-usage": published.FOLDER
    / "Cisco-IOS-XE-process-cpu-oper.yang"
}
"""Data of modules that the facts lack, and the abridged text of the module."""
PRESENT = VALIDATE.is_file() and shutil.which("yanglint") is not None


def everything(release: str):
    """<data> with the whole <get> of a box that has every trouble."""
    spec = load(FLEETS / "lookalikes.yaml").controllers[0]
    box = Box(replace(spec, release=release), of_release(release), HostTime())
    sessions = Sessions()
    sessions.add("admin", "127.0.0.1", box.advance(), lambda _: None)
    request = etree.fromstring('<get xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"/>')
    data = etree.Element("{urn:ietf:params:xml:ns:netconf:base:1.0}data")
    data.extend(reading.read(box, sessions, request, source="running", state=True))
    return data


@pytest.mark.parametrize("release", RELEASES)
def test_a_whole_get_fits_the_release_s_schema(release):
    data = everything(release)
    Checker(of_release(release)).tops(data, of_release(release).data, Kind.DATA)
    assert len(data) > 6


@pytest.mark.skipif(not PRESENT, reason=f"needs yanglint and {VALIDATE}: APREJOIN_DEVICE_FACTS")
@pytest.mark.parametrize("release", RELEASES)
def test_and_an_independent_validator_agrees(release, tmp_path):
    data = everything(release)
    for top in data:
        name = etree.QName(top).localname
        if name in {"netconf-state", "yang-library", "modules-state"}:
            continue  # identities there need prefixes that yanglint resolves its own way
        judged(tmp_path, top, FOLDERS[".".join(release.split(".")[:2])])


def judged(tmp_path, top, folder):
    """Let the facts' own checker read an element; of a module that they lack, yanglint alone."""
    path = tmp_path / f"{etree.QName(top).localname}.xml"
    path.write_bytes(etree.tostring(top))
    command = [sys.executable, str(VALIDATE), folder, "data", str(path)]
    if top.tag in PUBLISHED:
        modules = ["-p", str(FACTS / "iosxe" / "yang" / folder), str(PUBLISHED[top.tag])]
        command = ["yanglint", *modules, "-t", "data", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
