"""Every block of every document is what it claims to be: it loads, parses, compiles, exists.

What a block is follows from its language, or from the comment above it (tests/support/guides.py).
"""

import json
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from service.cli.main import main
from service.config.catalogue import load_catalogue
from service.config.inventory import EXTENSION, KEYS, parse_inventory
from service.config.ticket_mapping import ticket_mapping
from service.config.yaml_file import yaml_root
from service.config.yaml_places import YamlValue
from service.lab.fleet import load
from tests.support.api_service import crew_service
from tests.support.guides import (
    ROOT,
    Block,
    blocks,
    command_lines,
    commands,
    documents,
    inline_commands,
    of,
)

SHELL = ("console", "bash", "sh")
PROGRAMS = {
    *("make", "curl", "api", "mkdir", "openssl", "echo", "export", "docker", "cat", "kill", "cp"),
    *("systemctl", "journalctl", "kubectl", "helm", "promtool", "git", "sudo", "install", "eval"),
    *("pg_dump", "psql", "unzip", "ls", "python", "cd", "ssh", "chmod", "rm", "tar", "date"),
    "$EDITOR",
}
"""What commands of documents may be, beside our own."""
AROUND = {
    "controllers": [
        {"name": "hq-1", "platform": "iosxe", "host": "192.0.2.10", "credentials": "hq"}
    ],
    "credentials": {
        name: {"username": "svc", "password": "env:PASSWORD", "snmp_community": "env:COMMUNITY"}
        for name in ("hq", "branch", "desk", "jira")
    },
    "sites": {"hq": {"timezone": "Europe/Paris"}},
}
"""What a part of an inventory leans on where it does not say it itself."""
MARKS = (
    "run",
    "box iosxe",
    "box aireos",
    "in tests/",
    "as lab",
    "as lab controller",
    "as controllers",
    "as mapping",
    "as catalogue",
    "part",
)
MOST_PARTS = 12
"""So many blocks are parsed and no more; whoever adds one has a reason, or writes it whole."""


def ids(found: Block) -> str:
    return found.place


def test_every_mark_above_a_block_is_one_that_is_known_and_names_a_test_that_is_there():
    for block in blocks():
        assert not block.mark or block.mark.startswith(MARKS), f"{block}: the mark {block.mark!r}"
        if block.mark.startswith("in "):
            assert (ROOT / block.mark.removeprefix("in ")).is_file(), block
    parts = [str(one) for one in blocks() if one.mark == "part"]
    assert len(parts) <= MOST_PARTS, parts


def test_every_block_says_its_language_or_is_no_code():
    known = {
        *SHELL,
        "yaml",
        "json",
        "python",
        "",
        "text",
        "mermaid",
        "promql",
        "ini",
        "html",
        "css",
    }
    assert [f"{one}: {one.language}" for one in blocks() if one.language not in known] == []


# -- shell -------------------------------------------------------------------------------------


def test_every_shell_block_is_shell():
    script = "\n".join(
        f"{name}() {{\n{body}\n}}"
        for number, block in enumerate(of(*SHELL))
        for name, body in ((f"block_{number}", _whole(block)),)
    )
    ended = subprocess.run(
        ["bash", "-n"], input=script, text=True, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


def _whole(block: Block) -> str:
    return block.text if block.language != "console" else "\n".join(command_lines(block))


def test_every_command_of_a_console_block_is_one_that_there_is():
    unknown = []
    for block in of("console"):
        for words in commands(block):
            program = Path(words[0]).name
            if program == "aprejoin":
                _understood(words[1:], str(block))
            elif program == "make":
                assert f"\n{words[1]}:" in (ROOT / "Makefile").read_text(), f"{block}: {words}"
            elif program not in PROGRAMS and not re.match(r"\w+(\(\)|=)", words[0]):
                unknown.append(f"{block}: {words[0]}")
    assert unknown == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_command_within_a_sentence_is_one_that_there_is(path):
    for command in inline_commands(path):
        _understood(shlex.split(command)[1:], f"{path.name}: `{command}`")


def _understood(words: list[str], place: str) -> None:
    """Our own parser takes the words; files need not be there, nor arguments be complete."""
    command: click.Command = main
    context = click.Context(main, info_name="aprejoin")
    rest = words
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        if rest[0] in {"...", "…"}:
            return
        found = command.get_command(context, rest[0])
        assert found is not None, f"{place}: there is no command {rest[0]!r}"
        command, context = found, click.Context(found, context, info_name=rest[0])
        rest = rest[1:]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    for word in rest:
        if re.match(r"--?[a-zA-Z]", word):
            option = word.partition("=")[0]
            assert option in {*known, "--help", "-h", "--version"}, f"{place}: no option {option}"


# -- YAML, JSON, Python -------------------------------------------------------------------------


@pytest.mark.parametrize("block", of("yaml"), ids=ids)
def test_every_yaml_block_loads_as_what_it_is(block, tmp_path):
    match block.mark:
        case "part":
            yaml.safe_load(block.text)
        case "as lab":
            _lab(block.text, tmp_path)
        case "as lab controller":
            _lab("controllers:\n  - name: hq-1\n    release: 17.3.6\n" + block.text, tmp_path)
        case "as controllers":
            _inventory({"controllers": yaml.safe_load(block.text)}, tmp_path)
        case "as catalogue":
            (tmp_path / "ours.yaml").write_text(block.text)
            load_catalogue(tmp_path)
        case "as mapping":
            root = yaml_root(block.text.encode(), tmp_path / "mapping.yaml")
            ticket_mapping(YamlValue(root, block.place))
        case mark if mark.startswith(("in ", "run")):
            yaml.safe_load(block.text)
        case _:
            content = yaml.safe_load(block.text)
            assert isinstance(content, dict), f"{block}: say what it is in a comment above it"
            strange = [key for key in content if key not in KEYS and not key.startswith(EXTENSION)]
            assert strange == [], f"{block}: no inventory; say what it is in a comment above it"
            _inventory(content, tmp_path)


def _inventory(content, folder):
    (mapping,) = of("yaml", mark="as mapping")
    (folder / "desk.yaml").write_text(mapping.text)
    whole = AROUND | content
    whole["credentials"] = AROUND["credentials"] | content.get("credentials", {})
    whole["sites"] = AROUND["sites"] | content.get("sites", {})
    path = folder / "inventory.yaml"
    parse_inventory(yaml.safe_dump(whole).encode(), path)


def _lab(text, folder):
    path = folder / "fleet.yaml"
    path.write_text(text)
    load(path)


@pytest.mark.parametrize("block", of("json"), ids=ids)
def test_every_json_block_is_json(block):
    json.loads(block.text)


@pytest.mark.parametrize("block", of("python"), ids=ids)
def test_every_python_block_compiles(block):
    compile(block.text, block.place, "exec", dont_inherit=True)


# -- calls of the API ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """The paths of the API, each with its methods, as patterns."""
    with crew_service(tmp_path_factory.mktemp("api")) as service:
        paths = service.nobody.get("/api/openapi.json").json()["paths"]
    return {
        re.sub(r"\\?\{[^}]+\\?\}", "[^/]+", re.escape(path)): {one.upper() for one in methods}
        for path, methods in paths.items()
    }


def test_every_call_by_curl_is_one_that_the_api_has(api):
    found = [(call, str(block)) for block in of(*SHELL) for call in _calls(block)]
    assert len(found) > 40, "the guides lost their calls"
    for (method, path), place in found:
        methods = [had for pattern, had in api.items() if re.fullmatch(pattern, path)]
        assert methods, f"{place}: there is no {path}"
        assert any(method in had for had in methods), f"{place}: no {method} of {path}"


CALL = re.compile(r"(?:^|[\s(])api (?P<who>\S+) (?P<path>\"[^\"]+\"|\S+)(?P<rest>[^|)]*)")
CURL = re.compile(r"(?:^|[\s(])curl (?P<rest>.*/api/v1(?P<path>/[^\s\"']*).*)")


def _calls(block):
    for line in block.text.replace("\\\n", " ").splitlines():
        if line.startswith(("api() ", "$ api() ")):
            continue
        for pattern, base in ((CALL, "/api/v1"), (CURL, "/api/v1")):
            for found in pattern.finditer(line):
                path = found["path"].strip('"').partition("?")[0]
                if path.startswith("/"):
                    yield _method(found["rest"]), base + path


def _method(options):
    said = re.search(r"(?:-X|--request) *(\w+)", options)
    if said:
        return said[1]
    return "POST" if re.search(r"(?:^|\s)(?:-d|--data)\b", options) else "GET"
