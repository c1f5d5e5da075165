"""The key `notify`: what is taken, and what is refused without showing a secret."""

from pathlib import Path

import pytest

from service.config.inventory import InvalidFile, parse_inventory
from service.domain.notices.patience import Patience
from service.domain.notices.rules import PERIOD_S, Quiet, Rule, Severity
from service.domain.policy import ClockWindow
from service.domain.webhooks import EventKind

HEAD = """controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: hq, site: hq}
credentials: {hq: {username: svc, password: "env:HQ"}}
sites: {hq: {timezone: Europe/Paris}}
"""
WHOLE = """notify:
  link: https://wlc.example.net/
  channels: {noc: "env:NOC", oncall: "file:oncall.url"}
  rules:
    - {name: alarms, to: [oncall, noc], about: [needs-attention]}
    - name: stuck
      to: [noc]
      issues: [FN72524]
      states: [probable, confirmed]
      severity: warning
      sites: [hq]
      tags: [production]
      quiet: "* 22-06"
      timezone: Europe/Paris
      every: 1h
      unreachable_polls: 5
      unreachable_for: 10m
"""


def read(text):
    return parse_inventory((HEAD + text).encode(), Path("/etc/fleet/inventory.yaml")).notify


def test_channels_and_rules_are_read_with_their_defaults():
    found = read(WHOLE)
    assert found.link == "https://wlc.example.net"
    assert found.channels == {"noc": "env:NOC", "oncall": "file:oncall.url"}
    alarms, stuck = found.rules
    assert alarms == Rule("alarms", ("oncall", "noc"), (EventKind.NEEDS_ATTENTION,))
    assert alarms.period_s == PERIOD_S
    assert stuck.severity is Severity.WARNING
    assert stuck.quiet == Quiet(ClockWindow.parse("* 22-06"), "Europe/Paris")
    assert stuck.period_s == 3600.0
    assert stuck.patience == Patience(5, 600.0)
    assert alarms.patience == Patience(3, 0.0)
    assert read("") is None


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("env:NOC", "mailtos://u:hunter2@h", "notify.channels.noc", "a reference"),
        ("{noc: ", "{NOC-1: ", "notify.channels.NOC-1", "small letters"),
        ("to: [noc]", "to: [nok]", "notify.rules[1].to[0]", "did you mean 'noc'"),
        ("polls: 5", "polls: 0", "notify.rules[1].unreachable_polls", "from 1"),
        ("to: [noc]", "to: []", "notify.rules[1].to", "at least one channel"),
        ("warning", "loud", "severity", "info, warning, critical"),
        ("needs-attention", "alarm", "about[0]", "one of finding.opened"),
        ("probable", "likely", "states[0]", "one of suspected"),
        ("sites: [hq]", "sites: [hk]", "sites[0]", "did you mean 'hq'"),
        ("* 22-06", "nights", "quiet", "a window such as"),
        ("Europe/Paris\n      every", "Paris\n      every", "timezone", "an IANA time zone"),
        ("every: 1h", "every: soon", "every", "a duration such as 15m"),
        ("name: stuck", "name: alarms", "notify.rules", "every name once"),
        ("https://wlc.", "https://u:hunter2@wlc.", "notify.link", "without user"),
        ("  link", "  lnk", "notify", "unknown key 'lnk'"),
        ('{noc: "env:NOC", oncall: "file:oncall.url"}', "hunter2", "notify.channels", "mapping"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_no_secret_is_shown(old, new, place, words):
    assert old in WHOLE
    with pytest.raises(InvalidFile) as refused:
        read(WHOLE.replace(old, new, 1))
    said = str(refused.value)
    assert place in said
    assert words in said
    assert "hunter2" not in said


def test_a_bad_rule_is_never_left_out_quietly():
    bad = (HEAD + WHOLE.replace("to: [noc]", "to: [nok]")).encode()
    with pytest.raises(InvalidFile):
        parse_inventory(bad, Path("inventory.yaml"), keep_going=True)
