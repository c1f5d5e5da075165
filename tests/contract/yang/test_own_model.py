"""The service's own YANG modules: clean by the field's checkers, and of the words of the domain."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.api.restconf.schema import Kind, schema
from service.domain.finding import Confidence
from service.domain.inventory import Platform
from service.domain.observation import ApState
from service.domain.ways import ORDER
from service.usecases.show import RemediationState
from tests.support.yang_engine import IETF, MODULES

OURS = sorted(MODULES.glob("*.yang"))
WARNED = {
    "no module name prefix string used": "the module that all are named after has no prefix",
    "the module name should start with one of the strings": "only the IETF and IANA name so",
    "The IETF Trust Copyright statement": "this is no document of the IETF",
}
"""What pyang warns of by `--lint` and `--ietf`, and why it stays."""


def run(*command: str | Path) -> str:
    """What a checker says, both channels. It may not fail."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def pyang(*options: str) -> list[str]:
    command = Path(sys.executable).with_name("pyang")
    return run(command, "--strict", *options, "-p", MODULES, *OURS).splitlines()


def test_what_pyang_says_by_the_rules_for_all_and_of_the_ietf_has_its_reason():
    rules = ("--lint-namespace-prefix", "urn:aprejoin:yang:", "--lint-ensure-hyphenated-names")
    said = pyang("--lint", "--ietf", "--max-line-length", "72", "--canonical", *rules)
    told = [[reason for reason in WARNED if reason in line] for line in said]
    assert all(told), said
    assert {reason for one in told for reason in one} == set(WARNED)


@pytest.mark.skipif(
    shutil.which("yanglint") is None,
    reason="yanglint is missing: deploy/debian-packages.sh installs it (libyang2-tools)",
)
def test_yanglint_finds_nothing_either():
    assert run("yanglint", "-p", MODULES, "-p", IETF, *OURS) == ""


def typedef(name: str) -> frozenset[str]:
    """The words of an enumeration of ours."""
    text = (MODULES / "aprejoin-types.yang").read_text()
    body = re.search(rf"typedef {name} {{\n    type enumeration {{(.*?)\n    }}", text, re.DOTALL)
    return frozenset(re.findall(r"enum ([\w-]+)", body[1]))


def test_the_words_of_the_model_are_those_of_the_domain():
    final = RemediationState.__args__
    states = {word for part in final for word in getattr(part, "__args__", ())}
    assert typedef("ap-state") == {one.value for one in ApState}
    assert typedef("platform") == {one.value for one in Platform}
    assert typedef("confidence") == {one.value for one in Confidence}
    assert typedef("remediation-state") == states
    strategies = schema().top["aprejoin:make-plan"].children["input"].children["strategy"].type
    assert set(strategies.identities) == set(ORDER)
    assert set(strategies.identities.values()) == {"aprejoin-types"}


def test_the_model_has_no_default_in_its_data_so_that_all_ways_to_show_them_are_one():
    def nodes(one):
        yield one
        for child in one.children.values():
            yield from nodes(child)

    ours = [one for top in schema().top.values() if top.module == "aprejoin" for one in nodes(top)]
    assert {one.kind for one in ours} >= {Kind.CONTAINER, Kind.LIST, Kind.ACTION, Kind.RPC}
    assert "default " not in (MODULES / "aprejoin.yang").read_text()
