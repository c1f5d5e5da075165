"""Benchmarks print what they measured; only a wrong result fails them, never a slow one."""

import sys
from collections.abc import Callable

import pytest


@pytest.fixture
def figures(capsys) -> Callable[..., None]:
    """Print one figure: seconds, and a ratio to something measured beside it."""

    def show(what: str, *, seconds: float, ratio: float | None = None) -> None:
        beside = "" if ratio is None else f"   ratio {ratio:.2f}"
        with capsys.disabled():
            sys.stdout.write(f"\n{what:<48} {seconds:8.2f} s{beside}")

    return show
