from datetime import timedelta

import pytest

from service.domain.diagnosis import DiagnosisContext, clock_offset_s
from service.domain.finding import Confidence
from service.domain.instants import Instant, TrueTime
from service.domain.observation import ClockReading
from tests.support.cases import NOW, finding, judged, log, mentions, registered, view

NOT_YET = "%PKI-3-CERTIFICATE_INVALID_NOT_YET_VALID: Certificate chain validation has failed."


def agreed(offset_s):
    return DiagnosisContext(clock_offset_s=offset_s, clock_sources=("ntp.example", "hq-2"))


def skew(offset_s, **fields):
    return finding(judged(view(registered(), **fields), context=agreed(offset_s)), "CLOCK-SKEW")


def test_a_clock_that_two_sources_call_wrong_is_a_finding():
    found = skew(-86400.0)
    assert (found.confidence, found.aps) == (Confidence.CONFIRMED, ())
    assert mentions(found.evidence, "86400 s behind true time", "ntp.example, hq-2")


@pytest.mark.parametrize(("offset_s", "hit"), [(59, False), (-60, False), (61, True), (-61, True)])
def test_only_more_than_the_catalogues_threshold_counts(offset_s, hit):
    assert (skew(offset_s) is not None) is hit


def test_what_the_reading_cannot_tell_is_added_to_the_threshold():
    slow = ClockReading(NOW, NOW, 30.0)
    assert skew(80, clock=slow) is None


def test_without_agreement_nothing_is_judged_and_that_is_said():
    diagnosis = judged(view(registered(), logs=(log(NOT_YET),)))
    assert finding(diagnosis, "CLOCK-SKEW") is None
    assert mentions(diagnosis.unknown, "not judged", "no two sources", "1 log line")


def test_without_a_reading_nothing_is_judged():
    diagnosis = judged(view(registered(), clock=None), context=agreed(1e6))
    assert mentions(diagnosis.unknown, "CLOCK-SKEW", "the clock was not read")


def test_a_log_line_that_finds_a_certificate_not_yet_valid_is_evidence():
    assert mentions(skew(-1e8, logs=(log(NOT_YET),)).evidence, "not yet valid", "ap.log:1")


def test_the_offset_from_true_time_does_not_depend_on_this_hosts_error():
    host_is_fast = Instant(NOW + timedelta(seconds=7), 100.0, "boot")
    truth = TrueTime(NOW, host_is_fast, ("a", "b"))
    reading = ClockReading(NOW + timedelta(seconds=3), NOW + timedelta(seconds=7), 0.1)
    assert clock_offset_s(reading, truth) == pytest.approx(3.0)
