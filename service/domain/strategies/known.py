"""Every strategy that is carried out, as data: the engine knows none by name.

A journal names its strategy, so whoever takes one up finds the steps here. A name, once written in
a journal, is never taken away from this list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from service.domain.journal import Charter, StepFailed
from service.domain.remediation import Run
from service.domain.steps.protocol import Step

Sequence: TypeAlias = Callable[[str, Charter], tuple[Step, ...]]


def _always(run: Run) -> bool:
    del run
    return True


def _aps_waited_for(run: Run) -> str:
    del run
    return "the APs were waited for"


def _nothing(run: Run, remaining: int) -> StepFailed | None:
    del run, remaining
    return None


def _no_longer(run: Run) -> float:
    del run
    return 0.0


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to mend a finding.

    Attributes:
        forward, home: the steps, out and back, of a remediation by its id and charter.
        guarded: steps under a dead-man's switch; none: nothing has to come home by itself.
        mended: whether APs that are registered at the end are its success.
        in_vain: what it leaves changed though APs are missing at the end; None: nothing.
        for_aps: whether it is for APs: without one there is nothing to do.
        by_person: whether a person approves it whatever the policy says.
        reached: what it came to when every step forward is done, in words.
        silence_s: how long its controller may stay silent beyond any other, for it reloads.
    """

    name: str
    forward: Sequence
    home: Sequence
    guarded: frozenset[str] = frozenset()
    mended: Callable[[Run], bool] = _always
    in_vain: Callable[[Run, int], StepFailed | None] = _nothing
    for_aps: bool = True
    by_person: bool = False
    reached: Callable[[Run], str] = _aps_waited_for
    silence_s: Callable[[Run], float] = _no_longer


@cache
def strategies() -> Mapping[str, Strategy]:
    """Every strategy by its name."""
    from service.domain.strategies import (  # noqa: PLC0415 - 80 modules that no poll needs
        clock_repair,
        clock_window,
        expired_cert_override,
        fixed_software,
        staging_controller,
    )

    every = (
        Strategy(
            clock_window.NAME,
            clock_window.forward,
            clock_window.home,
            guarded=clock_window.GUARDED,
        ),
        Strategy(
            expired_cert_override.NAME,
            expired_cert_override.forward,
            expired_cert_override.home,
            mended=expired_cert_override.is_kept,
            in_vain=expired_cert_override.kept_in_vain,
        ),
        Strategy(
            fixed_software.NAME,
            fixed_software.forward,
            fixed_software.home,
            mended=fixed_software.is_kept,
            in_vain=fixed_software.in_vain,
            reached=fixed_software.reached,
            silence_s=fixed_software.silence_s,
        ),
        Strategy(
            staging_controller.NAME,
            staging_controller.forward,
            staging_controller.home,
            reached=staging_controller.reached,
        ),
        Strategy(
            clock_repair.NAME,
            clock_repair.forward,
            clock_repair.home,
            mended=clock_repair.is_kept,
            for_aps=False,
            by_person=True,
            reached=clock_repair.reached,
        ),
    )
    return {one.name: one for one in every}


@cache
def guarded() -> frozenset[str]:
    """Steps under a dead-man's switch, of whichever strategy: their names are told apart."""
    return frozenset[str]().union(*(one.guarded for one in strategies().values()))


def strategy_of(charter: Charter) -> Strategy:
    """The strategy that a charter names. Raises ValueError for one that this version has not."""
    found = strategies().get(charter.strategy)
    if found is None:
        raise ValueError(f"this version of aprejoin does not know the strategy {charter.strategy}")
    return found


def is_for_a_person(name: str) -> bool:
    """Whether a strategy takes somebody's word whatever the policy says; one unknown does not."""
    found = strategies().get(name)
    return found is not None and found.by_person


def steps_of(remediation: str, run: Run) -> tuple[Step, ...]:
    """The sequence of the phase that a run is in."""
    strategy = strategy_of(run.charter)
    sequence = strategy.forward if run.phase == "forward" else strategy.home
    return sequence(remediation, run.charter)
