"""Benchmarks print what they measured; only a wrong result fails them, never a slow one."""

import sys

import pytest

from tests.bench.meter import Figures


class Show:
    """Prints figures past pytest's capture."""

    def __init__(self, capsys) -> None:
        self._capsys = capsys

    def __call__(self, what: str, *, seconds: float, ratio: float | None = None) -> None:
        """One figure: seconds, and a ratio to something measured beside it."""
        beside = "" if ratio is None else f"   ratio {ratio:.2f}"
        self._say(f"{what:<48} {seconds:8.2f} s{beside}")

    def compare(self, what: str, found: Figures, floor: Figures | None = None) -> None:
        """CPU and peak memory of one way, and its CPU as a ratio to the floor's."""
        beside = "" if floor is None else f"   ratio {found.cpu_s / floor.cpu_s:.2f}"
        peak = f"{found.peak_mb:6.0f} MB above idle"
        self._say(f"{what:<48} {found.cpu_s:8.2f} s CPU {peak}{beside}")

    def _say(self, line: str) -> None:
        with self._capsys.disabled():
            sys.stdout.write(f"\n{line}")


@pytest.fixture
def figures(capsys) -> Show:
    """Where figures are shown."""
    return Show(capsys)
