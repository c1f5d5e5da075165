"""The lab's yes or no on every sample document equals the table of the facts."""

import os
import re
from pathlib import Path

import pytest

from service.lab.errors import RpcRefusedError
from service.lab.yang.check import Checker
from service.lab.yang.judge import judge, parse
from service.lab.yang.schema import of_release

ROOT = Path(__file__).parents[3]
FACTS = Path(os.environ.get("APREJOIN_DEVICE_FACTS", ROOT.parent / "shared" / "devices"))
SAMPLES = FACTS / "iosxe" / "samples"
ROW = re.compile(
    r"^\| (\S+\.xml) \| ([\w-]+) \| .* \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$"
)
GENERAL = ("ok", "out of range", "no module", "no such module")  # reasons that name no element
RELEASES = ("17.3.1", "17.6.1", "17.9.1", "17.12.1")


def rows():
    """(file, kind, release, expected) of each cell of the table."""
    table = SAMPLES / "README.md"
    if not table.is_file():
        return []
    return [
        (found[1], found[2], release, found[column].strip())
        for line in table.read_text(encoding="utf-8").splitlines()
        if (found := ROW.match(line))
        for column, release in enumerate(RELEASES, start=3)
    ]


def request_of(name: str):
    """The request that a reply sample answers."""
    if not name.startswith("reply-"):
        return None
    return parse((SAMPLES / name.replace("reply-", "rpc-")).read_bytes())


def verdict(name: str, kind: str, release: str) -> str:
    """'ok', or what the lab would answer."""
    root = parse((SAMPLES / name).read_bytes())
    try:
        judge(Checker(of_release(release)), kind, root, request_of(name))
    except RpcRefusedError as err:
        return f"{err} {err.info}"
    return "ok"


@pytest.mark.parametrize(("name", "kind", "release", "expected"), rows())
def test_the_lab_says_yes_or_no_as_the_table_does(name, kind, release, expected):
    answer = verdict(name, kind, release)
    assert (answer == "ok") == (expected == "ok"), f"table: {expected}; lab: {answer}"
    assert expected.startswith(GENERAL) or expected.split()[-1] in answer


@pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"no device facts in {FACTS}: APREJOIN_DEVICE_FACTS"
)
def test_every_xml_sample_stands_in_the_table():
    assert {path.name for path in SAMPLES.glob("*.xml")} == {row[0] for row in rows()}
