"""The reference, written from the code: `make docs`, or python -m tests.support.reference.

It says nothing that the code doesn't: commands and options are click's, keys the inventory's
readers', defaults the values', calls the OpenAPI document's. tests/unit/docs/test_reference.py
compares.
"""

import inspect
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import click

from service import settings
from service.cli import audit, edge, files, remediate, report, sweep
from service.cli.main import COMMANDS, main
from service.config import (
    inventory,
    inventory_controllers,
    inventory_freezes,
    inventory_hook,
    inventory_itsm,
    inventory_jira,
    inventory_notify,
    inventory_parts,
    inventory_software,
)
from service.domain.policy import Policy
from service.domain.retention import Retention
from service.identity import trust
from tests.support.api_service import crew_service

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
NOTE = "Written from the code by `make docs`; a test compares. Nothing in here is edited by hand.\n"
HERE = settings.Settings(Path("STATE"), "sqlite:///STATE/aprejoin.sqlite3")


def pages() -> Mapping[str, str]:
    """Each page of the reference, by its file's name."""
    written = {
        "commands.md": _commands(),
        "inventory.md": _inventory(),
        "environment.md": _environment(),
        "rest.md": _rest(),
        "exit-statuses.md": _statuses(),
    }
    return {"README.md": _overview(written), **written}


def _page(title: str, *parts: str) -> str:
    return "\n".join((f"# {title}", "", NOTE, *parts)).rstrip() + "\n"


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _overview(written: Mapping[str, str]) -> str:
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in written.items()}
    return _page("Reference", *(f"- [{title}]({name})" for name, title in titles.items()))


# -- commands ----------------------------------------------------------------------------------


def _commands() -> str:
    parts = [text for name in COMMANDS for text in _command(main, name, ("aprejoin",))]
    return _page(
        "Commands", "`aprejoin --help` and each command's `--help` say the same.\n", *parts
    )


def _command(group: click.Group, name: str, above: tuple[str, ...]) -> Iterator[str]:
    context = click.Context(group, info_name=" ".join(above))
    command = group.get_command(context, name)
    assert command is not None
    words = (*above, name)
    own = click.Context(command, context, info_name=name)
    usage = " ".join(command.collect_usage_pieces(own))
    yield f"{'#' * len(words)} `{' '.join(words)}`\n"
    yield f"```text\n{' '.join(words)} {usage}\n```\n"
    yield from _help(command.help or "")
    options = [one for one in command.params if isinstance(one, click.Option)]
    if options:
        yield _table(("option", "what it does", "default"), (_option(one) for one in options))
    if isinstance(command, click.Group):
        for inner in sorted(command.list_commands(own)):
            yield from _command(command, inner, words)


def _help(text: str) -> Iterator[str]:
    """The prose; examples as a block."""
    told, _, examples = inspect.cleandoc(text).partition("\b")
    yield from (" ".join(one.split()) + "\n" for one in told.split("\n\n") if one.strip())
    shown = [line.strip() for line in examples.splitlines()]
    noted = [re.sub(r" {2,}\((.+)\)$", r"  # \1", line) for line in shown]
    calls = [f"$ {line}" for line in noted if line.startswith("aprejoin ")]
    if calls:
        yield "```console\n" + "\n".join(calls) + "\n```\n"


def _option(option: click.Option) -> tuple[str, str, str]:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    metavar = "" if option.is_flag or option.count else f" {option.type.name}"
    if isinstance(option.type, click.Choice):
        metavar = " " + ", ".join(f"`{one}`" for one in option.type.choices)
    default = option.default
    shown = "" if option.is_flag or not isinstance(default, str | int | float) else f"`{default}`"
    needed = "required" if option.required else shown
    return f"{names}{metavar}", option.help or "", needed


# -- the inventory -------------------------------------------------------------------------------

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "At the top": inventory.KEYS,
    "`controllers[]`": inventory_controllers.KEYS,
    "`credentials.NAME`": inventory_parts.CREDENTIAL_KEYS,
    "`sites.NAME`": ("timezone",),
    "`schedules[]`": inventory_parts.SCHEDULE_KEYS,
    "`freezes[]`": inventory_freezes.KEYS,
    "`software`": inventory_software.KEYS,
    "`itsm` (ServiceNow)": inventory_itsm.KEYS,
    "`itsm` (Jira)": inventory_jira.JIRA_KEYS,
    "`itsm` (webhook)": inventory_hook.KEYS,
    "`notify`": inventory_notify.KEYS,
    "`notify.rules[]`": inventory_notify.RULE_KEYS,
}


def _inventory() -> str:
    told = _attributes(Policy)
    hints = get_type_hints(Policy)
    policy = (
        (f"`{one.name}`", _kind(hints[one.name]), f"`{_yaml(one.default)}`", told.get(one.name, ""))
        for one in fields(Policy)
    )
    keys = ((where, ", ".join(f"`{key}`" for key in known)) for where, known in SECTIONS.items())
    return _page(
        "Keys of the inventory",
        "What each means, and what may stand there: [inventory.md](../inventory.md).\n",
        _table(("where", "keys"), keys),
        "## Policy\n",
        "In `policy`, in `tag_policies.TAG`, and in a controller's own `policy`.\n",
        _table(("key", "kind", "default", "note"), policy),
    )


def _kind(hint: Any) -> str:
    text = getattr(hint, "__name__", str(hint))
    if "Literal" in str(hint):
        return ", ".join(re.findall(r"'([^']+)'", str(hint)))
    if "tuple" in str(hint):
        return "a list"
    return {"float": "a number", "int": "a whole number", "str": "a word"}.get(text, text)


def _yaml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _attributes(owner: type) -> Mapping[str, str]:
    """The attributes that a class's docstring tells of."""
    _, _, text = inspect.cleandoc(owner.__doc__ or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=    \w)", "\n" + text):
        names, _, told = entry.strip().partition(":")
        found |= {name.strip(): " ".join(told.split()) for name in names.split(",")}
    return found


# -- the environment, calls, exit statuses -------------------------------------------------------


KEPT = {"keep_states_days": "states", "keep_absent_days": "absent"}
"""Variables of a setting that has parts."""


def _environment() -> str:
    names = [value for name, value in vars(settings).items() if _is_variable(name, value)]
    told = _attributes(settings.Settings)
    return _page(
        "Environment variables",
        "How they work together: [operating.md](../operating.md#state).\n",
        _table(("variable", "meaning", "default"), (_variable(name, told) for name in names)),
        "## An issuer of tokens\n",
        "What they mean: [rest.md](../rest.md).\n",
        _table(("variable",), ((f"`{one}`",) for one in _issuer())),
    )


def _issuer() -> list[str]:
    return [value for name, value in vars(trust).items() if _is_variable(name, value)]


def _is_variable(name: str, value: object) -> bool:
    return name.isupper() and isinstance(value, str) and value.startswith("APREJOIN_")


def _variable(name: str, told: Mapping[str, str]) -> tuple[str, str, str]:
    field = name.removeprefix("APREJOIN_").lower()
    value = getattr(HERE, field, None)
    if field in KEPT:
        value = getattr(HERE.retention, KEPT[field])
        told = {field: _attributes(Retention).get(KEPT[field], "")}
    default = "" if value is None or value == () else f"`{_yaml(value)}`"
    if field == "state_dir":
        default = "the user's state folder"
    if field == "inventory_edits":
        default = "`on` with SQLite, else `off`"
    return f"`{name}`", told.get(field, ""), default


def _rest() -> str:
    with (
        tempfile.TemporaryDirectory() as folder,
        crew_service(Path(folder)) as service,
    ):
        document = service.nobody.get("/api/openapi.json").json()
    rows = (
        (
            f"`{method.upper()} {path}`",
            call["summary"],
            ", ".join(code for code in call["responses"] if code < "400"),
        )
        for path, methods in sorted(document["paths"].items())
        for method, call in methods.items()
    )
    return _page(
        "Calls of the REST API",
        "Bodies, answers and an example of each: `/api/openapi.json`; the way through them: "
        "[rest.md](../rest.md).\n",
        _table(("call", "what it does", "answers"), rows),
    )


def _statuses() -> str:
    ends = ", ".join(f"{code} {state}" for state, code in remediate.EXITS.items())
    rows = (
        ("every command", f"{edge.WRONG_CALL} the call or the inventory was wrong"),
        ("every command", f"{edge.FAILED} failed"),
        (
            "`sweep`, `diagnose`, `check`",
            f"{sweep.UNREACHABLE} some controller unreachable, {sweep.FINDINGS} findings, else 0",
        ),
        ("`plan`", "0, also for nothing to do and for a refusal with its reason"),
        ("`remediate`, `restore`", ends),
        ("`audit verify`", f"{audit.BROKEN} the chain is broken"),
        ("`report verify`", f"{report.CHANGED} something was changed"),
        ("`files`", f"{files.IN_TROUBLE} a file is in trouble"),
        ("`notify test`", "1 some channel did not take it"),
    )
    return _page("Exit statuses", _table(("command", "status"), iter(rows)))


def write(folder: Path = FOLDER) -> list[str]:
    """Write every page; the names of those that changed. Pages that are none any more go."""
    folder.mkdir(exist_ok=True)
    found = pages()
    changed = []
    for name, text in found.items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            changed.append(name)
    for path in folder.glob("*.md"):
        if path.name not in found:
            path.unlink()
            changed.append(path.name)
    return changed


if __name__ == "__main__":
    sys.stdout.write("".join(f"{name}\n" for name in write()) or "all current\n")
