"""`aprejoin yang print` gives the service's own modules as they are served."""

import json

from click.testing import CliRunner

from service.cli.check import yang
from service.drivers.paths import data_folder


def run(*words):
    return CliRunner().invoke(yang, ["print", *words])


def test_the_model_is_printed_as_it_stands():
    folder = data_folder() / "modules"
    assert run().output == (folder / "aprejoin.yang").read_text()
    told = json.loads(run("aprejoin-types", "--json").output)["module"]
    assert told["text"] == (folder / "aprejoin-types.yang").read_text()
    assert f"revision {told['revision']}" in told["text"]


def test_a_module_that_is_not_ours_is_named_with_those_that_are():
    refused = run("ietf-yang-library", "--json")
    assert refused.exit_code == 2
    assert "known: aprejoin, aprejoin-types" in json.loads(refused.stdout)["error"]["detail"]
