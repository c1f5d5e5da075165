"""Builders for diagnosis: sightings and views with only what a test is about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from service.config.catalogue import load_catalogue
from service.domain.catalogue import Catalogue
from service.domain.diagnosis import Diagnosis, DiagnosisContext, diagnose
from service.domain.finding import Finding
from service.domain.history import ApHistory, extend_all
from service.domain.identity import BaseRadioMac
from service.domain.observation import (
    ApSighting,
    ApState,
    ClockReading,
    ControllerView,
    InstallState,
    LogLine,
    Platform,
)

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
MAC = BaseRadioMac.parse("84:3d:c6:73:10:d0")
OTHER = BaseRadioMac.parse("f4:4e:05:aa:4c:d0")


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def downloading(**fields) -> ApSighting:
    """An IOS AP in the middle of a download."""
    ap = ApSighting(
        mac=MAC,
        state=ApState.DOWNLOADING,
        name="AP2702E",
        model="AIR-CAP2702E-E-K9",
        version="15.3.3.0",
        download_percent=40,
        download_started=NOW - minutes(3),
        boot_time=NOW - minutes(6),
    )
    return replace(ap, **fields)


def registered(**fields) -> ApSighting:
    """An IOS AP that serves."""
    ap = downloading(state=ApState.REGISTERED, version="17.9.1.8", is_joined=True)
    return replace(ap, download_percent=None, download_started=None, **fields)


def not_joined(**fields) -> ApSighting:
    """An AP that the join statistics alone know."""
    ap = ApSighting(mac=MAC, state=ApState.NOT_JOINED, name="AP2702E", is_joined=False)
    return replace(ap, **fields)


def view(*aps: ApSighting, at: datetime = NOW, **fields) -> ControllerView:
    """A Catalyst 9800 on 17.9.1 with a true clock."""
    made = ControllerView(
        controller="hq-1",
        platform=Platform.IOSXE,
        read_at=at,
        release="17.9.1",
        clock=ClockReading(at, at, 0.5),
        aps=aps,
        install=InstallState("17.9.1"),
    )
    return replace(made, **fields)


def with_clock(shown: datetime, at: datetime = NOW) -> ClockReading:
    return ClockReading(shown, at, 0.5)


def log(text: str, mac: str | None = None, at: datetime | None = None) -> LogLine:
    return LogLine(text, "ap.log:1", at, mac)


def polls(*seen: tuple[datetime, ApSighting]) -> dict[BaseRadioMac, ApHistory]:
    """The history that a row of polls gives."""
    history: dict[BaseRadioMac, ApHistory] = {}
    for moment, ap in seen:
        history = extend_all(history, [ap], moment)
    return history


def judged(
    seen: ControllerView,
    history: dict[BaseRadioMac, ApHistory] | None = None,
    context: DiagnosisContext | None = None,
) -> Diagnosis:
    return diagnose(seen, history or {}, catalogue(), context or DiagnosisContext())


def finding(diagnosis: Diagnosis, issue: str) -> Finding | None:
    return next((one for one in diagnosis.findings if one.issue == issue), None)


def causes(diagnosis: Diagnosis) -> list[str]:
    return [one.cause for one in diagnosis.explained]


def mentions(sentences: Iterable[str], *words: str) -> bool:
    """Whether one sentence holds all of the words."""
    return any(all(word in sentence for word in words) for sentence in sentences)
