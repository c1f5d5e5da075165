"""How commands reach a lab that runs in another process, and say that there is none."""

import json
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from service.lab.errors import LabError

STATE = "APREJOIN_LAB_DIR"
FAILED, WRONG_CALL = 1, 2


def state_option(command: Any) -> Any:  # noqa: ANN401  # click's decorators carry no types
    """The folder in which a running lab keeps its address."""
    return click.option(
        "--state-dir",
        type=click.Path(path_type=Path, file_okay=False),
        envvar=STATE,
        show_envvar=True,
        help="Folder of the lab; two labs take two folders. Default: one in the temporary folder.",
    )(command)


def json_option(command: Any) -> Any:  # noqa: ANN401
    """One JSON document on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(
        command
    )


def folder_of(state_dir: Path | None) -> Path:
    """The lab's folder: given, or one per user."""
    if state_dir is not None:
        return state_dir
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"aprejoin-lab-{user}"


@contextmanager
def refusing(status: int) -> Iterator[None]:
    """The lab's own errors are told in a line and end with that status."""
    try:
        yield
    except LabError as err:
        click.echo(f"lab: {err}", err=True)
        raise click.exceptions.Exit(status) from err


def ask(state_dir: Path | None, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
    """Ask a running lab.

    Raises:
        LabError: none is running there, or it refuses.
    """
    folder = folder_of(state_dir)
    try:
        url = json.loads((folder / "control.json").read_text(encoding="utf-8"))["url"]
    except OSError as err:
        raise LabError(f"no lab is running in {folder}: start one with `aprejoin lab up`") from err
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data=data)  # noqa: S310  # our own loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as err:
        raise LabError(str(json.load(err).get("error", err))) from err
    except OSError as err:
        raise LabError(f"the lab in {folder} doesn't answer: {err}") from err
