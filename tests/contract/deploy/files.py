"""What tests of deploy/ share: its files, our command line, and the published schemas."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import yaml
from jsonschema import Draft202012Validator

import service.settings as known
from service.cli.main import COMMANDS, main

DEPLOY = Path(__file__).parents[3] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
PUBLISHED = Path(__file__).parent / "published"
VARIABLES = {
    value
    for name, value in vars(known).items()
    if name.isupper() and isinstance(value, str) and value.startswith("APREJOIN_")
}
WITH_FILES = {f"{known.DATABASE_URL}{known.FILE}", f"{known.BROKER_URL}{known.FILE}"}


def parse(words: list[str]) -> click.Context:
    """What the command line makes of a call, without running it."""
    name, *rest = words
    assert name in COMMANDS, name
    command = main.get_command(click.Context(main), name)
    while isinstance(command, click.Group) and rest:
        name, *rest = rest
        command = command.get_command(click.Context(command), name)
    assert command is not None, words
    return command.make_context(name, list(rest))


@cache
def published(name: str) -> Any:
    """A schema as its owners publish it."""
    return json.loads((PUBLISHED / name).read_text())


def refused(document: Any, schema: Any) -> list[str]:
    """What a schema has against a document, by place."""
    found = Draft202012Validator(schema).iter_errors(document)
    return [f"{'.'.join(map(str, one.absolute_path))}: {one.message[:200]}" for one in found]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One document of a manifest, as kubectl would be given it."""

    path: Path
    body: Any

    @property
    def kind(self) -> str:
        return self.body["kind"]

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.body['metadata']['name']}"

    @property
    def pod(self) -> Any:
        """Its pod's specification."""
        return self.body["spec"]["template"]["spec"]

    @property
    def labels(self) -> dict[str, str]:
        """Its pods' labels."""
        return self.body["spec"]["template"]["metadata"]["labels"]

    @property
    def container(self) -> Any:
        """The one container of its pod."""
        (only,) = self.pod["containers"]
        return only


def manifests() -> Iterator[Manifest]:
    """Every document that the base names, in its order."""
    base = KUBERNETES / "base"
    for name in yaml.safe_load((base / "kustomization.yaml").read_text())["resources"]:
        for body in yaml.safe_load_all((base / name).read_text()):
            yield Manifest(base / name, body)
