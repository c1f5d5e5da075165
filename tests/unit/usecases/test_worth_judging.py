"""What a sweep holds of a poll until all are polled: nothing that no rule looks at."""

from dataclasses import replace

from service.domain.history import extend_all
from service.domain.inventory import Controller, Credentials
from service.domain.observation import ApState, LogLine, Platform
from service.usecases.poll import Polled
from service.usecases.sweep import worth_judging
from tests.support.cases import MAC, NOW, OTHER, minutes, registered, view

BOX = Controller("hq-1", Platform.IOSXE, "192.0.2.10", Credentials("admin", "env:X"))
SERVES, FAILS = registered(mac=MAC), registered(mac=OTHER, state=ApState.NOT_JOINED)


def polled(*aps, **more):
    seen = replace(view(*aps, at=NOW), **more)
    return Polled(BOX, seen, extend_all({}, aps, NOW))


def test_histories_of_those_that_plainly_serve_are_let_go():
    assert set(worth_judging(polled(SERVES, FAILS)).histories) == {OTHER}


def test_all_are_held_where_log_lines_may_be_about_anybody():
    lines = (LogLine("DTLS handshake failed", "ap.log:1"),)
    assert set(worth_judging(polled(SERVES, logs=lines)).histories) == {MAC}


def test_who_is_in_no_table_any_more_is_held():
    found = polled(SERVES)
    gone = extend_all(found.histories, [replace(SERVES, mac=OTHER)], NOW)
    assert set(worth_judging(replace(found, histories=gone)).histories) == {OTHER}


def test_who_failed_by_a_newer_poll_is_held():
    found = polled(SERVES)
    newer = extend_all({}, [replace(SERVES, state=ApState.NOT_JOINED)], NOW + minutes(5))
    assert set(worth_judging(replace(found, histories=newer)).histories) == {MAC}


def test_a_controller_that_could_not_be_read_stays_as_it_is():
    failed = Polled(BOX, None, {}, "no answer")
    assert worth_judging(failed) is failed
