"""The inventory: what it means when it is right, and what it says when it is not."""

import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.config.inventory import InvalidFile, parse_inventory
from service.domain.inventory import (
    Inventory,
    PushWanted,
    RestconfEndpoint,
    SnmpEndpoint,
    SshEndpoint,
)
from service.domain.observation import Platform
from service.domain.policy import Policy
from service.errors import InvalidInput

HERE = Path("/etc/aprejoin/fleet.yaml")
ONE = """
controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: hq}
credentials:
  hq: {username: admin, password: "env:HQ_PASSWORD"}
"""
DESIGN = """
controllers:
  - name: hq-1                 # required: name, platform, host, credentials
    platform: iosxe            # iosxe | aireos
    host: 192.0.2.10
    credentials: hq
    site: hq
    tags: [production]
    mobility_group: emea
    netconf:  {port: 830}
    restconf: {port: 443, ca: ca.pem}    # port, ca, insecure
    ssh:      {port: 22}
    snmp:     {port: 161, version: 2c}
credentials:
  hq: {username: admin, password: "env:HQ_PASSWORD", snmp_community: "env:HQ_COMMUNITY"}
sites:
  hq: {timezone: Europe/Paris}
policy:
  on_finding: report
  approval: required
  strategies:
    [expired-cert-override, fixed-software, staging-controller, clock-repair, clock-window]
  clock_windows: []            # cron-like site-local windows, e.g. "* 22-04"; empty: any time
  max_parallel_remediations: 2
  one_at_a_time: [mobility_group, ha_peer]
  max_at_risk_aps: 0
  aireos_guardians: 2
  loop_after_s: 1200
  poll_every_s: 30             # while waiting for APs
  reboot_stragglers_after_s: 1800
  no_progress_s: 1800
  wait_for_aps_s: 7200         # then go home and report who is missing
  dead_man_after_s: 1800
  ntp_sync_s: 1200
  stay_registered_s: 600
schedules: []                  # {name, every or cron, controllers or tags, what: sweep}
freezes: []                    # {from, to, sites or tags}
"""


def load(text: str, *, keep_going: bool = False) -> Inventory:
    return parse_inventory(textwrap.dedent(text).encode(), HERE, keep_going=keep_going)


def problems(text: str, *, keep_going: bool = False) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        load(text, keep_going=keep_going)
    return str(caught.value).splitlines()


def controller(**changes: str) -> str:
    """An inventory of one controller; a change is YAML, an empty one removes the key."""
    keys = {"tags": "[t]", "name": "hq-1", "platform": "iosxe", "host": "wlc", "credentials": "hq"}
    lines = [f"    {key}: {text}" for key, text in (keys | changes).items() if text]
    head = "controllers:\n  -\n" + "\n".join(lines)
    return f'{head}\ncredentials:\n  hq: {{username: admin, password: "env:HQ"}}\n'


def test_the_example_of_the_design_means_what_it_says():
    hq = load(DESIGN).get("hq-1")
    assert hq is not None
    assert (hq.platform, hq.host, hq.site) == (Platform.IOSXE, "192.0.2.10", "hq")
    assert (hq.timezone, hq.tags, hq.mobility_group) == ("Europe/Paris", ("production",), "emea")
    assert hq.credentials.username == "admin"
    secrets = (hq.credentials.password, hq.credentials.snmp_community)
    assert secrets == ("env:HQ_PASSWORD", "env:HQ_COMMUNITY")
    assert hq.netconf == SshEndpoint(830, stated=True)
    assert hq.restconf == RestconfEndpoint(443, ca="/etc/aprejoin/ca.pem")
    assert hq.snmp == SnmpEndpoint(161, "2c")


def test_the_policy_of_the_design_is_the_built_in_one():
    stated, unstated = load(DESIGN).controllers[0], load(ONE).controllers[0]
    assert stated.policy == unstated.policy == Policy()


def test_a_controller_of_four_keys_gets_every_default():
    hq = load(ONE).controllers[0]
    assert (hq.site, hq.timezone, hq.tags, hq.transport) == (None, "UTC", (), "auto")
    assert hq.netconf == SshEndpoint(830)
    assert hq.ssh == SshEndpoint(22)
    assert hq.restconf == RestconfEndpoint()
    assert (hq.ha_peer, hq.staging, hq.mobility_group) == (None, None, None)


@pytest.mark.parametrize(
    ("host", "more", "joined_at"),
    [
        ("192.0.2.10", "", "192.0.2.10"),
        ("wlc.example.net", "", None),
        ("wlc.example.net", "ap_address: 198.51.100.7", "198.51.100.7"),
        ("192.0.2.10", "ap_address: '2001:db8::7'", "2001:db8::7"),
    ],
)
def test_aps_reach_a_controller_at_its_host_unless_it_says_otherwise(host, more, joined_at):
    entry = f"host: {host}, {more}" if more else f"host: {host}"
    found = load(ONE.replace("host: 192.0.2.10", entry))
    assert found.controllers[0].joined_at == joined_at


def test_a_key_with_nothing_behind_it_counts_as_absent():
    assert load(ONE + "policy:\nschedules:\nfreezes:\nsites:\n") == load(ONE)


def test_credentials_show_no_reference_when_printed():
    assert "HQ_PASSWORD" not in repr(load(ONE).controllers)


def test_a_tags_policy_goes_before_the_files_and_the_controllers_own_before_both():
    fleet = load("""
        policy: {loop_after_s: 1, poll_every_s: 1, ntp_sync_s: 1, no_progress_s: 1}
        tag_policies:
          slow: {poll_every_s: 2, ntp_sync_s: 2, no_progress_s: 2}
          lab: {ntp_sync_s: 3, no_progress_s: 3}
          elsewhere: {loop_after_s: 99}
        controllers:
          - name: hq-1
            platform: iosxe
            host: 192.0.2.10
            credentials: hq
            tags: [lab, slow]
            policy: {no_progress_s: 4}
        credentials:
          hq: {username: admin, password: "env:HQ"}
    """)
    policy = fleet.controllers[0].policy
    seconds = (policy.loop_after_s, policy.poll_every_s, policy.ntp_sync_s, policy.no_progress_s)
    assert seconds == (1, 2, 3, 4)
    assert policy.wait_for_aps_s == Policy().wait_for_aps_s


def test_anchors_and_merge_keys_are_followed_and_what_is_written_wins():
    fleet = load("""
        x-common: &common {platform: iosxe, credentials: hq, tags: [a]}
        x-ways: &ways {netconf: {port: 1830}, tags: [b]}
        controllers:
          - {<<: [*common, *ways], name: one, host: 192.0.2.1}
          - <<: *common
            name: two
            host: 192.0.2.2
            tags: [c]
        credentials:
          hq: {username: admin, password: "env:HQ"}
    """)
    one, two = fleet.controllers
    assert (one.netconf.port, one.tags) == (1830, ("a",))
    assert (two.netconf.port, two.tags) == (830, ("c",))


def test_a_merge_that_goes_in_circles_is_refused():
    assert "mapping to merge" in problems("x-a: &a\n  <<: *a\npolicy: *a\n" + ONE)[0]


def test_a_schedule_says_how_late_it_may_be_and_what_becomes_of_what_it_missed():
    fleet = load(
        ONE + "schedules: [{name: a, cron: '0 2 * * *', jitter_s: 300, missed: skip},"
        " {name: b, every: 1m}]"
    )
    assert [(s.jitter_s, s.missed) for s in fleet.schedules] == [(300, "skip"), (0, "once")]


def test_the_servers_to_follow_are_hosts_each_once():
    wanted = "policy: {ntp_servers: [192.0.2.1, ntp.example, 192.0.2.1]}"
    (one,) = load(ONE + wanted).controllers
    assert one.policy.ntp_servers == ("192.0.2.1", "ntp.example")


def test_waves_and_their_limits_are_policy_and_may_differ_by_controller():
    (one,) = load(ONE + "policy: {waves: [1, 2], stop_wave_at: 0, retry_after_s: 0}").controllers
    assert (one.policy.waves, one.policy.stop_wave_at, one.policy.retry_after_s) == ((1, 2), 0, 0)


def test_schedules_take_durations_and_cron():
    fleet = load(
        ONE
        + """
schedules:
  - {name: a, every: 15m, what: sweep}
  - {name: b, every: 900, controllers: [hq-1]}
  - {name: c, every: 1h30m, tags: [production]}
  - {name: d, cron: "*/15  6-22 * jan,feb MON-FRI"}
"""
    )
    assert [s.every_s for s in fleet.schedules] == [900, 900, 5400, None]
    assert fleet.schedules[3].cron == "*/15 6-22 * jan,feb mon-fri"
    assert fleet.schedules[1].controllers == ("hq-1",)


def test_a_freeze_is_kept_in_utc():
    fleet = load(ONE + "freezes: [{from: 2026-12-20T01:00:00+01:00, to: 2027-01-04 08:00:00Z}]")
    freeze = fleet.freezes[0]
    assert freeze.start == datetime(2026, 12, 20, tzinfo=UTC)
    assert freeze.start.utcoffset() == timedelta(0)
    assert freeze.end == datetime(2027, 1, 4, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2001:DB8::0:1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("wlc-1.hq.example.", "wlc-1.hq.example."),
        ("wlc", "wlc"),
    ],
)
def test_a_host_is_an_address_of_either_family_or_a_name(written, read):
    assert load(controller(host=f'"{written}"')).controllers[0].host == read


def test_snmp_version_3_takes_its_user_from_the_credentials():
    text = controller(snmp="{version: 3}")
    assert "snmp_user" in problems(text)[0]
    fleet = load(text.replace("username: admin", "username: admin, snmp_user: u"))
    assert fleet.controllers[0].snmp.version == "3"


def test_a_controller_is_subscribed_to_where_it_says_so_and_has_a_session_left_for_it():
    assert load(controller()).controllers[0].push is None
    written = controller(events="{netconf: on-change}")
    assert load(written).controllers[0].push == PushWanted("on-change", 60.0)
    written = controller(events="{netconf: periodic, period_s: 10}")
    assert load(written).controllers[0].push == PushWanted("periodic", 10.0)
    few = controller(events="{netconf: periodic}", policy="{max_sessions: 2}")
    assert "found max_sessions 2; expected max_sessions of 3 or more" in problems(few)[0]
    other = controller(events="{netconf: periodic}").replace("iosxe", "aireos")
    assert "found platform aireos; expected no events: only iosxe takes" in problems(other)[0]
    for bad in (
        "{netconf: off}",
        "{period_s: 9}",
        "{netconf: periodic, period_s: 0}",
        "{syslog: x}",
    ):
        assert problems(controller(events=bad))


def test_senders_of_events_are_networks_or_everybody():
    assert load(ONE).event_senders == ()
    assert load(f"{ONE}event_senders: any\n").event_senders == ("any",)
    named = load(f"{ONE}event_senders: [192.0.2.7, 198.51.100.0/24]\n").event_senders
    assert named == ("192.0.2.7/32", "198.51.100.0/24")
    for bad in ("all", "[any]", "[wlc.example]", "[192.0.2.7/24]", "[7]"):
        assert "event_senders" in problems(f"{ONE}event_senders: {bad}\n")[0]


def test_every_problem_of_a_file_is_reported_at_once_with_its_line():
    found = problems("""\
        controllers:
          - {name: a, platform: iosxe, host: 192.0.2.1, credentials: hq, netconf: {prot: 1}}
          - {name: b, platform: nxos, host: 192.0.2.2, credentials: hg}
        credentials:
          hq: {username: admin, password: "env:HQ", snmp_auth: 17}
        polcy: {}
    """)
    assert [line.split(": ")[0] for line in found] == [
        f"{HERE}:2",
        f"{HERE}:3",
        f"{HERE}:3",
        f"{HERE}:5",
        f"{HERE}:6",
    ]
    assert "controllers[a].netconf: found the unknown key 'prot' (did you mean 'port'?)" in found[0]
    assert "'hg' (did you mean 'hq'?)" in found[1]
    assert "controllers[b].platform: found 'nxos'; expected one of iosxe, aireos" in found[2]
    assert "'polcy' (did you mean 'policy'?)" in found[4]


@pytest.mark.parametrize(
    ("changes", "path", "found"),
    [
        ({"name": "12"}, "name", "the number 12"),
        ({"name": "a b"}, "name", "'a b'"),
        ({"platform": ""}, "", "no 'platform'"),
        ({"host": ""}, "", "no 'host'"),
        ({"credentials": ""}, "", "no 'credentials'"),
        ({"host": "https://wlc"}, "host", "'https://wlc'"),
        ({"host": "192.0.2.300"}, "host", "'192.0.2.300'"),
        ({"host": "'wlc:830'"}, "host", "'wlc:830'"),
        ({"host": "-wlc"}, "host", "'-wlc'"),
        ({"host": "a%b"}, "host", "'a%b'"),
        ({"host": "x" * 64}, "host", "'xxx"),
        ({"site": "nowhere"}, "site", "the unknown site 'nowhere'"),
        ({"ha_peer": "hq-2"}, "ha_peer", "the unknown controller 'hq-2' (did you mean 'hq-1'?)"),
        ({"ha_peer": "hq-1"}, "ha_peer", "the controller itself"),
        ({"staging": "lab"}, "staging", "the unknown controller 'lab'"),
        ({"ap_address": "wlc"}, "ap_address", "'wlc'"),
        ({"ap_limit": "0"}, "ap_limit", "the number 0"),
        ({"tags": "production"}, "tags", "'production'"),
        ({"tags": "[true]"}, "tags[0]", "the truth value true"),
        ({"transport": "ssh"}, "transport", "'ssh'"),
        ({"netconf": "830"}, "netconf", "the number 830"),
        ({"netconf": "{port: 0}"}, "netconf.port", "the number 0"),
        ({"netconf": "{port: 65536}"}, "netconf.port", "the number 65536"),
        ({"netconf": "{port: '830'}"}, "netconf.port", "'830'"),
        ({"netconf": "{port: 0830}"}, "netconf.port", "'0830'"),
        ({"netconf": "{port: 022}"}, "netconf.port", "the number 022"),
        ({"netconf": "{port: 1:30}"}, "netconf.port", "the number 1:30"),
        ({"netconf": "{insecure: 1}"}, "netconf.insecure", "the number 1"),
        ({"netconf": "{legacy_algorithms: true}"}, "netconf", "the unknown key"),
        ({"restconf": "{ca: [a]}"}, "restconf.ca", "a list"),
        ({"snmp": "{version: 2}"}, "snmp.version", "the number 2"),
        ({"ssh": "{host_key: 'SHA256:abc'}"}, "ssh.host_key", "a SHA256: fingerprint that has not"),
        (
            {"ssh": "{host_key: 'wlc ssh-rsa AAAA'}"},
            "ssh.host_key",
            "a key that is not the ssh-rsa",
        ),
        ({"ssh": "{host_key: abc}"}, "ssh.host_key", "neither a known_hosts line nor"),
        ({"policy": "{approval: never}"}, "policy.approval", "'never'"),
        ({"policy": "{on_finding: [plan]}"}, "policy.on_finding", "a list"),
        ({"policy": "{strategies: [clock_window]}"}, "policy.strategies[0]", "'clock_window' (did"),
        ({"policy": "{one_at_a_time: [site]}"}, "policy.one_at_a_time[0]", "'site'"),
        ({"policy": "{clock_windows: [22-04]}"}, "policy.clock_windows[0]", "'22-04'"),
        ({"policy": "{clock_windows: ['* 22-25']}"}, "policy.clock_windows[0]", "'* 22-25'"),
        ({"policy": "{poll_every_s: 0}"}, "policy.poll_every_s", "the number 0"),
        ({"policy": "{loop_after_s: -1}"}, "policy.loop_after_s", "the number -1"),
        ({"policy": "{ntp_sync_s: .inf}"}, "policy.ntp_sync_s", "the number .inf"),
        ({"policy": "{ntp_sync_s: .nan}"}, "policy.ntp_sync_s", "the number .nan"),
        ({"policy": "{wait_for_aps_s: 20m}"}, "policy.wait_for_aps_s", "'20m'"),
        ({"policy": "{max_at_risk_aps: -1}"}, "policy.max_at_risk_aps", "the number -1"),
        ({"policy": "{max_at_risk_aps: 1.5}"}, "policy.max_at_risk_aps", "the number 1.5"),
        ({"policy": "{aireos_guardians: 0}"}, "policy.aireos_guardians", "the number 0"),
        ({"policy": "{max_parallel_remediations: 0}"}, "policy.max_parallel", "the number 0"),
        ({"policy": "{polling: 1}"}, "policy", "the unknown key 'polling'"),
        ({"mobility_group": '"a\\nb"'}, "mobility_group", "'a\\nb'"),
        ({"mobility_group": "!secret x"}, "mobility_group", "the tag !secret"),
    ],
)
def test_a_bad_value_is_refused_with_its_place(changes, path, found):
    label = "controllers[0]" if changes.get("name") == "12" else "controllers[hq-1]"
    label = label if changes.get("name") != "a b" else "controllers[a b]"
    (line,) = problems(controller(**changes))
    assert f"{label}.{path}" in line if path else f"{label}: " in line
    assert f": found {found}" in line
    assert "; expected " in line


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("loop_after_s", 0),
        ("stay_registered_s", 0),
        ("reboot_stragglers_after_s", 0),
        ("max_at_risk_aps", 0),
        ("poll_every_s", 0.05),
        ("dead_man_after_s", 1),
    ],
)
def test_policy_values_have_no_floor_but_sense(key, value):
    policy = load(controller(policy=f"{{{key}: {value}}}")).controllers[0].policy
    assert getattr(policy, key) == value


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ("sites: {hq: {timezone: Europe}}", "sites.hq.timezone", "the unknown time zone 'Europe'"),
        ("sites: {hq: {timezone: ../UTC}}", "sites.hq.timezone", "the unknown time zone '../UTC'"),
        ("sites: {hq: Europe/Paris}", "sites.hq", "'Europe/Paris'"),
        ("sites: {1: {}}", "sites", "the number 1"),
        ("tag_policies: {t: {approval: x}}", "tag_policies.t.approval", "'x'"),
        ("schedules: [{name: a}]", "schedules[a]", "both or neither"),
        ("schedules: [{name: a, every: 1m, cron: '* * * * *'}]", "schedules[a]", "both or neither"),
        ("schedules: [{name: a, every: 0}]", "schedules[a].every", "the number 0"),
        ("schedules: [{name: a, every: 0s}]", "schedules[a].every", "'0s'"),
        ("schedules: [{name: a, every: ''}]", "schedules[a].every", "''"),
        ("schedules: [{name: a, every: 1 hour}]", "schedules[a].every", "'1 hour'"),
        ("schedules: [{name: a, cron: '* * *'}]", "schedules[a].cron", "3 fields instead of 5"),
        ("schedules: [{name: a, cron: '61 * * * *'}]", "schedules[a].cron", "'61' as minute"),
        ("schedules: [{name: a, every: 1m, what: diagnose}]", "schedules[a].what", "'diagnose'"),
        ("schedules: [{name: a, every: 1m, jitter_s: -1}]", "schedules[a].jitter_s", "the number"),
        (f"schedules: [{{name: {'n' * 65}, every: 1m}}]", "name", f"'{'n' * 4}"),
        ("schedules: [{name: a, every: 1m, missed: skip}]", "schedules[a].missed", "'skip'"),
        ("schedules: [{name: a, cron: '* * * * *', missed: all}]", "schedules[a].missed", "'all'"),
        ("policy: {waves: []}", "policy.waves", "an empty list"),
        ("policy: {waves: [1, 0]}", "policy.waves[1]", "the number 0"),
        ("policy: {stop_wave_at: 1.5}", "policy.stop_wave_at", "the number 1.5"),
        ("policy: {stop_wave_at: a}", "policy.stop_wave_at", "'a'"),
        ("policy: {ntp_servers: [ntp.example:123]}", "policy.ntp_servers[0]", "'ntp.example:123'"),
        ("policy: {max_sessions: 1}", "policy.max_sessions", "the number 1"),
        ("schedules: [{name: a, every: 1m, controllers: [x]}]", "controllers[0]", "the unknown"),
        ("schedules: [{every: 1m}]", "schedules[0]", "no 'name'"),
        ("schedules: {a: 1}", "schedules", "a mapping"),
        ("freezes: [{to: 2026-01-01T00:00:00Z}]", "freezes[0]", "no 'from'"),
        ("freezes: [{name: x, to: 2026-01-01T00:00:00Z}]", "freezes[x]", "no 'from'"),
        (
            "freezes: [&a {name: x, from: 2026-01-01T00:00:00Z, to: 2026-01-02T00:00:00Z}, *a]",
            "freezes[1]",
            "the name 'x' again",
        ),
        ("freezes: [{from: 2026-01-01, to: 2026-01-02T00:00:00Z}]", "freezes[0].from", "the date"),
        (
            "freezes: [{from: 2026-01-01T00:00:00, to: 2026-01-02T00:00:00Z}]",
            "freezes[0].from",
            "the date 2026-01-01T00:00:00",
        ),
        (
            "freezes: [{from: 2026-02-30T00:00:00Z, to: 2026-01-02T00:00:00Z}]",
            "freezes[0].from",
            "the date 2026-02-30T00:00:00Z",
        ),
        (
            "freezes: [{from: 2026-01-02T00:00:00Z, to: 2026-01-02T01:00:00+01:00}]",
            "freezes[0].to",
            "the date 2026-01-02T01:00:00+01:00",
        ),
        (
            "freezes: [{from: 2026-01-02T00:00:00Z, to: 2026-01-03T00:00:00Z, sites: [x]}]",
            "freezes[0].sites[0]",
            "the unknown site 'x'",
        ),
    ],
)
def test_a_bad_part_is_refused_with_its_place(text, path, found):
    line = problems(ONE + text)[0]
    assert path in line
    assert f": found {found}" in line


def test_two_controllers_of_one_name_are_refused_with_both_lines():
    text = ONE.replace("\ncredentials", "\n" + ONE.splitlines()[2] + "\ncredentials", 1)
    (line,) = problems(text)
    assert line.startswith(f"{HERE}:4: controllers[hq-1]: found the name 'hq-1' again")
    assert "first in line 3" in line


def test_a_key_written_twice_is_refused_with_both_lines():
    (line,) = problems(controller(site="hq\n    site: hq2") + "sites: {hq: {}, hq2: {}}")
    assert "the key 'site' again (first in line 8)" in line


def test_an_inventory_without_controllers_is_no_clean_bill():
    assert "no 'controllers'" in problems("credentials: {}")[0]
    assert "an empty list" in problems("controllers: []", keep_going=True)[0]


@pytest.mark.parametrize(
    "password", ["hunter2", "'hunter2:x'", "[hunter2]", "{hunter2: 1}", "4711", "'env:hunter-2'"]
)
def test_a_secret_in_clear_is_refused_and_never_shown(password):
    (line,) = problems(ONE.replace('"env:HQ_PASSWORD"', password))
    assert "hunter" not in line
    assert "4711" not in line
    assert "credentials.hq.password" in line
    assert "env:NAME, file:PATH, keyring:SERVICE/USER or vault:MOUNT/PATH#KEY" in line


@pytest.mark.parametrize(
    "text",
    [
        "credentials: {hq: hunter2}",
        "credentials: hunter2",
        "credentials:\n  hq: {username: admin, password: *hunter2}",
        "credentials:\n  hq: {username: admin, password: 'hunter2}",
        "credentials:\n  hq: {username: admin, password: !hunter2 x}",
        "credentials:\n  hq: {username: admin, password: &hunter2}",
        "credentials:\n  hq: {username: admin, password: %hunter2}",
        'credentials:\n  hq: {username: admin, password: "\\hunter2"}',
    ],
)
def test_no_form_of_a_wrong_file_shows_a_secret(text):
    found = problems("controllers: [{name: a, platform: iosxe, host: b, credentials: hq}]\n" + text)
    assert "hunter" not in "\n".join(found)


@pytest.mark.parametrize(
    ("data", "line", "found"),
    [
        (b"", None, "an empty file"),
        (b"# nothing\n", None, "an empty file"),
        (b"controllers:\n  - name: \xff\n", 2, "the byte 0xff, which is not UTF-8"),
        (b"a: 1\nb: [1\n", 3, "not YAML at column 1: did not find expected"),
        (b"a: 1\nb: *nobody\n", 2, "not YAML at column 4: found undefined alias"),
        (b"w: [* 22-04]\n", 1, "not YAML at column 6"),
        (b"a: 1\n---\nb: 2\n", 2, "but found another document"),
        (b"a: 1\nb: \x01\n", 2, "a control character"),
        (b"- 1\n", 1, "a list"),
        (b"just text", 1, "plain text (not shown)"),
        (b"a:\n" + b"- " * 5000 + b"x\n", 2, "too deep a nesting"),
        (b"[" * 200_000, 1, ""),
    ],
)
def test_what_is_no_inventory_at_all_is_refused_with_line(data, line, found):
    with pytest.raises(InvalidInput) as caught:
        parse_inventory(data, HERE)
    message = str(caught.value)
    assert message.startswith(f"{HERE}:{line}: " if line else f"{HERE}: ")
    assert found in message


def test_a_byte_order_mark_does_no_harm():
    assert parse_inventory(b"\xef\xbb\xbf" + ONE.encode(), HERE) == load(ONE)


BROKEN = """
controllers:
  - {name: good, platform: iosxe, host: 192.0.2.1, credentials: hq, ha_peer: bad-key}
  - {name: bad-key, platform: iosxe, host: 192.0.2.2, credentials: hq, hots: x}
  - {name: bad-set, platform: iosxe, host: 192.0.2.3, credentials: clear}
  - {name: bad-site, platform: iosxe, host: 192.0.2.4, credentials: hq, site: moon}
  - {name: bad-tag, platform: iosxe, host: 192.0.2.5, credentials: hq, tags: [lab]}
  - {name: twice, platform: iosxe, host: 192.0.2.6, credentials: hq}
  - {name: twice, platform: iosxe, host: 192.0.2.7, credentials: hq}
  - {platform: iosxe, host: 192.0.2.8, credentials: hq}
  - nonsense
credentials:
  hq: {username: admin, password: "env:HQ"}
  clear: {username: admin, password: hunter2}
sites:
  moon: {timezone: Moon/Tycho}
tag_policies:
  lab: {approval: sometimes}
schedules:
  - {name: broken, every: never}
  - {name: hourly, every: 1h}
"""


def test_keep_going_leaves_out_what_is_wrong_and_says_why():
    fleet = load(BROKEN, keep_going=True)
    assert fleet.names == ("good",)
    assert [s.name for s in fleet.schedules] == ["hourly"]
    assert set(fleet.rejected) == {
        *("bad-key", "bad-set", "bad-site", "bad-tag", "twice", "controllers[7]", "controllers[8]"),
        *("credentials[clear]", "sites[moon]", "tag_policies[lab]", "schedules[broken]"),
    }
    assert "'hots' (did you mean 'host'?)" in fleet.rejected["bad-key"]
    assert fleet.rejected["bad-set"].startswith(f"{HERE}:14: credentials.clear.password: ")


def test_without_keep_going_the_same_file_is_refused_each_cause_once():
    found = problems(BROKEN)
    assert len(found) == len(set(found)) == 8


@pytest.mark.parametrize(
    "text",
    ["policy: {approval: never}", "freezes: [{from: today}]", "freeze: []", "tag_policies: [a]"],
)
def test_keep_going_never_skips_what_limits_the_whole_fleet(text):
    assert problems(ONE + text, keep_going=True)
