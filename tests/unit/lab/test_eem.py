"""Applets: when they fire, what they do, what stops them."""

import pytest

from service.lab.box.eem_read import applets_of
from service.lab.box.eem_run import holds
from service.lab.yang.judge import parse
from tests.unit.lab.support import EEM, NATIVE, Bench, applet, applet_of, servers

SET = "clock set 12:00:00 2 Dec 2022"
ADD = "ntp server 192.0.2.9 prefer"


def test_a_countdown_fires_after_its_seconds_and_not_before():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 5, "enable", SET))
    bench.wait(4.9)
    assert bench.utc().year == 2026
    bench.wait(0.5)
    assert (bench.utc().year, bench.utc().month, bench.utc().day) == (2022, 12, 2)


def test_each_cli_action_takes_its_time():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, "enable", "show clock", SET))
    bench.wait(1.4)
    assert bench.utc().year == 2026
    bench.wait(0.1)
    assert bench.utc().year == 2022


def test_privileged_commands_need_enable_first():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, SET))
    bench.wait(2)
    assert bench.utc().year == 2026
    assert bench.box.log.events("cli")[0].fields["answer"].startswith("% Invalid input")


def test_clock_set_is_refused_in_configuration_mode():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, "enable", "configure terminal", SET))
    bench.wait(2)
    assert bench.utc().year == 2026


def test_an_impossible_date_is_refused():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, "enable", "clock set 12:00:00 31 Feb 2022"))
    bench.wait(2)
    assert bench.utc().year == 2026


def test_both_orders_of_day_and_month_are_understood():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, "enable", "clock set 12:00:00 Dec 2 2022"))
    bench.wait(2)
    assert bench.utc().year == 2022


def test_a_wrong_command_does_not_stop_the_applet():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, "enable", "frobnicate", SET))
    bench.wait(2)
    assert bench.utc().year == 2022


def test_labels_order_the_actions_as_text_not_as_numbers():
    bench = Bench(ntp=[])
    label = "<action><name>{}</name><cli-choice><command>{}</command></cli-choice></action>"
    bench.edit(applet_of("A", 1, label.format("9", SET) + label.format("10", "enable")))
    bench.wait(2)
    assert bench.utc().year == 2022  # "10" stands before "9"


def test_deleting_the_applet_cancels_its_countdown():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 5, "enable", SET))
    bench.wait(1)
    bench.edit(
        f'<event><manager xmlns="{EEM}"><applet nc:operation="delete"><name>A</name></applet>'
        "</manager></event>"
    )
    bench.wait(10)
    assert bench.utc().year == 2026


def test_replacing_the_applet_starts_its_countdown_anew():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 5, "enable", SET))
    bench.wait(4)
    bench.edit(applet("A", 5, "enable", SET, "show clock", operation="replace"))
    bench.wait(4)
    assert bench.utc().year == 2026
    bench.wait(2)
    assert bench.utc().year == 2022


def test_maxrun_kills_a_run_that_takes_too_long():
    bench = Bench(ntp=[])
    wait = "<action><name>010</name><wait>30</wait></action>"
    last = (
        "<action><name>020</name><cli-choice><command>enable</command></cli-choice></action>"
        f"<action><name>030</name><cli-choice><command>{SET}</command></cli-choice></action>"
    )
    bench.edit(applet_of("A", 1, wait + last))
    bench.wait(60)
    assert bench.utc().year == 2026
    assert "killed: maxrun is over" in bench.said("applet")


def test_a_longer_maxrun_lets_it_finish():
    bench = Bench(ntp=[])
    wait = "<action><name>010</name><wait>30</wait></action>"
    last = (
        "<action><name>020</name><cli-choice><command>enable</command></cli-choice></action>"
        f"<action><name>030</name><cli-choice><command>{SET}</command></cli-choice></action>"
    )
    bench.edit(applet_of("A", 1, wait + last, extra="<maxrun>60</maxrun>"))
    bench.wait(60)
    assert bench.utc().year == 2022


def guarded(pattern: str) -> str:
    """cli show clock, regexp on its result, if it matched: set the clock; end."""
    return (
        "<action><name>010</name><cli-choice><command>enable</command></cli-choice></action>"
        "<action><name>020</name><cli-choice><command>show clock</command></cli-choice></action>"
        f"<action><name>030</name><regexp-option><string-pattern>{pattern}</string-pattern>"
        "<string-input>$_cli_result</string-input></regexp-option></action>"
        "<action><name>040</name><if><string-op-1>$_regexp_result</string-op-1>"
        "<keyword>eq</keyword><string-op-2>1</string-op-2></if></action>"
        f"<action><name>050</name><cli-choice><command>{SET}</command></cli-choice></action>"
        "<action><name>060</name><end/></action>"
        "<action><name>070</name><syslog-option><msg>done</msg></syslog-option></action>"
    )


@pytest.mark.parametrize(("pattern", "year"), [("2026", 2022), ("1999", 2026)])
def test_a_guard_runs_its_block_only_when_it_matches(pattern, year):
    bench = Bench(ntp=[])
    bench.edit(applet_of("A", 1, guarded(pattern)))
    bench.wait(3)
    assert bench.utc().year == year
    assert bench.said("syslog") == ["done"]


def test_goto_jumps_to_its_label():
    bench = Bench(ntp=[])
    actions = (
        "<action><name>010</name><if><string-op-1>1</string-op-1><keyword>eq</keyword>"
        "<string-op-2>1</string-op-2><goto>030</goto></if></action>"
        "<action><name>020</name><syslog-option><msg>skipped</msg></syslog-option></action>"
        "<action><name>030</name><syslog-option><msg>reached</msg></syslog-option></action>"
    )
    bench.edit(applet_of("A", 1, actions))
    bench.wait(2)
    assert bench.said("syslog") == ["reached"]


def test_a_variable_nobody_set_ends_the_run():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, "enable", "show $nothing", SET))
    bench.wait(2)
    assert bench.utc().year == 2026
    assert any("unknown variable" in what for what in bench.said("applet"))


def test_a_matched_word_can_be_used_in_a_command():
    bench = Bench(ntp=[])
    actions = (
        "<action><name>010</name><cli-choice><command>enable</command></cli-choice></action>"
        "<action><name>020</name><cli-choice>"
        "<command>show running-config | include hostname</command></cli-choice></action>"
        "<action><name>030</name><regexp-option><string-pattern>hostname (.*)</string-pattern>"
        "<string-input>$_cli_result</string-input><string-match>whole</string-match>"
        "<string-submatch1>name</string-submatch1></regexp-option></action>"
        "<action><name>040</name><syslog-option><msg>$name</msg></syslog-option></action>"
    )
    bench.edit(applet_of("A", 1, actions))
    bench.wait(2)
    assert bench.said("syslog") == ["hq-1"]


def test_a_running_applet_that_deletes_itself_finishes():
    bench = Bench(ntp=[])
    lines = ("enable", "configure terminal", "no event manager applet A", ADD, "end")
    bench.edit(applet("A", 1, *lines))
    bench.wait(3)
    assert [a.host for a in bench.box.ntp.configured] == ["192.0.2.9"]
    assert "A" not in bench.box.eem.armed


def test_on_a_box_where_self_deletion_aborts_nothing_comes_after_it():
    bench = Bench(ntp=[], quirks={"self_delete_aborts": True})
    lines = ("enable", "configure terminal", "no event manager applet A", ADD, "end")
    bench.edit(applet("A", 1, *lines))
    bench.wait(3)
    assert bench.box.ntp.configured == []


def test_on_a_dead_event_manager_nothing_fires():
    bench = Bench(ntp=[], quirks={"eem_dead": True})
    bench.edit(applet("A", 1, "enable", SET))
    bench.wait(60)
    assert bench.utc().year == 2026


def test_a_countdown_survives_a_backward_clock_step():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 10, "enable", ADD.replace("ntp", "show")))
    bench.edit(applet("B", 1, "enable", SET))
    bench.wait(10.5)
    assert "A" not in bench.box.eem.armed


def test_on_a_box_whose_countdowns_follow_the_clock_it_comes_years_late():
    bench = Bench(ntp=[], quirks={"countdown_follows_clock": True})
    bench.edit(applet("A", 10, "enable"))
    bench.edit(applet("B", 1, "enable", SET))
    bench.wait(3600)
    assert "A" in bench.box.eem.armed


def test_under_command_authorization_only_bypass_runs_commands():
    for bypass, year in ((True, 2022), (False, 2026)):
        bench = Bench(ntp=[], quirks={"aaa_command_authorization": True})
        text = applet("A", 1, "enable", SET)
        if not bypass:
            text = text.replace("<authorization>bypass</authorization>", "")
        bench.edit(text)
        bench.wait(2)
        assert bench.utc().year == year


def test_without_a_free_tty_the_run_ends():
    bench = Bench(ntp=[], quirks={"vty_exhausted": True})
    bench.edit(applet("A", 1, "enable", SET))
    bench.wait(2)
    assert any("no tty lines" in what for what in bench.said("applet"))


def test_every_form_of_the_older_releases_is_read():
    old = (
        f'<event><manager xmlns="{EEM}"><applet><name>A</name><event><timer><countdown>'
        "<time>1</time></countdown></timer></event>"
        "<action><name>010</name><cli><command>enable</command></cli></action>"
        f"<action><name>020</name><cli><command>{SET}</command></cli></action>"
        "</applet></manager></event>"
    )
    for release in ("17.3.6", "17.9.1", "17.12.1"):
        bench = Bench(ntp=[], release=release)
        bench.edit(old)
        bench.wait(2)
        assert bench.utc().year == 2022


def test_an_applet_in_startup_starts_again_at_boot():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 100, "enable", SET))
    bench.box.save(bench.box.advance(), "test")
    bench.box.reload(bench.box.advance(), "test")
    bench.wait(50)
    assert bench.utc().year == 2026
    bench.wait(60)
    assert bench.utc().year == 2022


def test_an_applet_that_was_not_saved_is_gone_after_a_reload():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 100, "enable", SET))
    bench.box.reload(bench.box.advance(), "test")
    bench.wait(200)
    assert bench.utc().year == 2026


def test_ntp_lines_build_what_an_edit_would():
    line = "ntp server vrf Mgmt-intf ip ntp.example.net key 7 minpoll 4 prefer iburst"
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, "enable", "configure terminal", line, "end"))
    bench.wait(2)
    by_cli = bench.box.ntp.configured
    twin = Bench(ntp=[])
    twin.edit(
        servers(
            "<vrf><name>Mgmt-intf</name><ip><host-name>ntp.example.net</host-name><key>7</key>"
            "<minpoll>4</minpoll><prefer/><iburst-opt/></ip></vrf>"
        )
    )
    assert by_cli == twin.box.ntp.configured
    assert by_cli[0].key == 7


def test_an_ntp_line_with_a_wrong_word_is_refused():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, "enable", "configure terminal", "ntp server 192.0.2.9 preferred"))
    bench.wait(2)
    assert bench.box.ntp.configured == []


def test_the_datastore_syncs_for_a_moment_after_an_applet_changed_it():
    bench = Bench(ntp=[])
    bench.edit(applet("A", 1, "enable", "configure terminal", ADD))
    bench.wait(1.5)
    assert bench.box.is_syncing(bench.box.advance())
    bench.wait(0.3)
    assert not bench.box.is_syncing(bench.box.advance())


@pytest.mark.parametrize(
    ("first", "keyword", "second", "expected"),
    [
        ("10", "gt", "9", True),
        ("10", "eq", "10", True),
        ("a", "ne", "b", True),
        ("1", "le", "0", False),
    ],
)
def test_comparisons_are_by_number_where_both_are_numbers(first, keyword, second, expected):
    assert holds(first, keyword, second) is expected


def test_the_form_of_17_15_is_read_with_its_thousandths():
    written = (
        f'<config><native xmlns="{NATIVE}"><event><manager xmlns="{EEM}"><applet><name>A</name>'
        "<authorization>bypass</authorization><event><timer-choice><countdown>"
        "<time-set>5400.500</time-set><maxrun-set>90.000</maxrun-set></countdown></timer-choice>"
        "</event><action-config><action><name>020</name><cli-choice><command>show clock</command>"
        "</cli-choice></action><action><name>010</name><cli-choice><command>enable</command>"
        "</cli-choice></action></action-config></applet></manager></event></native></config>"
    )
    found = applets_of(parse(written.encode()))["A"]
    assert (found.countdown_s, found.maxrun_s, found.bypass) == (5400.5, 90.0, True)
    assert [a.words[0] for a in found.actions] == ["enable", "show clock"]


def test_the_answer_of_a_command_ends_with_the_prompt():
    bench = Bench(ntp=[])
    actions = (
        "<action><name>010</name><cli-choice><command>enable</command></cli-choice></action>"
        "<action><name>020</name><cli-choice><command>show clock</command></cli-choice></action>"
        "<action><name>030</name><syslog-option><msg>$_cli_result</msg></syslog-option></action>"
    )
    bench.edit(applet_of("A", 1, actions))
    bench.wait(2)
    assert bench.said("syslog")[0].endswith("\nhq-1#")


def test_a_pattern_beyond_posix_ends_the_run():
    bench = Bench(ntp=[])
    bench.edit(applet_of("A", 1, guarded(r"\d+")))
    bench.wait(3)
    assert bench.utc().year == 2026
    assert any("POSIX" in what for what in bench.said("applet"))


@pytest.mark.parametrize(
    "wrong",
    [
        servers("<server-list><ip-address>192.0.2.300</ip-address></server-list>"),
        servers("<server-list><ip-address>two words</ip-address></server-list>"),
        applet("two words", 5, "enable"),
        applet("A", 5, "enable&#10;clock set 12:00:00 2 Dec 2022"),
        applet("A", 5, "x" * 255),
    ],
)
def test_what_the_command_parser_would_refuse_is_refused_although_the_models_allow_it(wrong):
    assert Bench().refused(wrong) == "invalid-value"
