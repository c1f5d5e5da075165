"""The shell of a simulated AireOS box, over real SSH: its dialogue, its answers, its refusals."""

import paramiko
import pytest

from tests.contract.lab.aireos_support import MORE, Closed, Shell, secret, shell, started
from tests.support.patience import REPLY_S

USAGE = "Incorrect usage.  Use the '?' or <TAB> key to list commands."


def test_the_shell_asks_again_for_what_ssh_took_unread(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        wlc.ask("config paging disable")
        assert f"{'Product Version':.<49} 8.5.182.0" in wlc.ask("show sysinfo")
        assert lab.wlc("wlc-1").login_attempts == 1


def test_a_wrong_password_is_no_ssh_error_and_is_asked_for_again_and_counted(tmp_path):
    with started(tmp_path) as lab:
        opened = Shell(lab)
        for _ in range(3):
            opened.read_to("User: ")
            opened.type("admin\n")
            opened.read_to("Password:")
            opened.type("wrong\n")
        opened.login()
        assert opened.ask("show boot").startswith("Primary Boot Image")
        assert lab.wlc("wlc-1").login_attempts == 4
        opened.close()


def test_too_many_wrong_passwords_lock_the_right_one_out(tmp_path):
    with started(tmp_path, login={"lockout_attempts": 2, "lockout_s": 60}) as lab:
        opened = Shell(lab)
        for password in ("wrong", "wrong", secret(lab)):
            opened.read_to("User: ")
            opened.type("admin\n")
            opened.read_to("Password:")
            opened.type(f"{password}\n")
        opened.read_to("User: ")
        opened.close()


def test_a_banner_comes_before_the_login(tmp_path):
    with started(tmp_path, login={"banner": "Authorized use only. User: none"}) as lab:
        opened = Shell(lab)
        greeting = opened.read_to("\nUser: ")
        assert greeting.index("Authorized") < greeting.index("(Cisco Controller)")
        opened.close()


def test_only_the_old_algorithms_are_offered(tmp_path):
    with started(tmp_path) as lab:
        transport = paramiko.Transport(("127.0.0.1", lab.wlc("wlc-1").port))
        transport.start_client(timeout=REPLY_S)
        assert transport.host_key_type == "ssh-rsa"
        transport.close()
        modern = paramiko.Transport(
            ("127.0.0.1", lab.wlc("wlc-1").port),
            disabled_algorithms={"kex": ["diffie-hellman-group-exchange-sha1"]},
        )
        with pytest.raises(paramiko.SSHException):
            modern.start_client(timeout=REPLY_S)
        modern.close()


def test_long_answers_stop_at_pages_and_q_ends_them(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        assert wlc.ask("show sysinfo", MORE).endswith(MORE)
        wlc.type(" ")
        assert "Maximum number of APs supported" in wlc.read_to(wlc.prompt)
        wlc.ask("show sysinfo", MORE)
        wlc.type("q")
        assert "Maximum number of APs supported" not in wlc.read_to(wlc.prompt)


def test_another_form_of_the_pager_and_a_slow_greeting_were_seen_too(tmp_path):
    settings = {"quirks": {"pager": "plain"}, "login": {"delay_s": 0.3}}
    with started(tmp_path, **settings) as lab, shell(lab) as wlc:
        assert wlc.ask("show sysinfo", " --More-- ").endswith(" --More-- ")
        wlc.type("q")
        wlc.read_to(wlc.prompt)


def test_an_unknown_command_is_refused_in_its_own_words(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        assert wlc.ask("show foo") == USAGE
        assert wlc.ask("config time ntp delete foo") == (
            "Incorrect input! Use 'config time ntp delete <index>'"
        )
        assert wlc.ask("config time ntp delete 2") == "Error! Server Index is invalid"
        assert wlc.ask("config time manual 02/30/22 00:00:00").startswith("Incorrect input!")
        assert lab.wlc("wlc-1").left_dirty() == []


def test_a_bare_config_enters_a_submode_that_exit_leaves(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        wlc.ask("config", "(HQ WLC) config>")
        wlc.ask("ap cert-expiry-ignore mic enable", "(HQ WLC) config>")
        wlc.ask("exit")
        assert "running: added ap cert-expiry-ignore mic enable" in lab.wlc("wlc-1").left_dirty()


def test_saving_asks_and_logging_out_asks_when_there_is_something_to_save(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        wlc.ask("config ap cert-expiry-ignore mic enable")
        wlc.ask("logout", "Would you like to save them now? (y/N) ")
        wlc.type("n\n")
        with pytest.raises(Closed):
            wlc.read_to(wlc.prompt)
        assert "unsaved changes: yes, unlike before" in lab.wlc("wlc-1").left_dirty()
        with shell(lab) as again:
            again.ask("save config", "Are you sure you want to save? (y/n) ")
            assert "Configuration Saved!" in again.ask("y")
            again.type("logout\n")
            with pytest.raises(Closed):
                again.read_to(again.prompt)


def test_a_sixth_session_is_refused(tmp_path):
    with started(tmp_path) as lab:
        five = [Shell(lab) for _ in range(5)]
        for opened in five:
            opened.read_to("User: ")
        sixth = Shell(lab)
        with pytest.raises(Closed):
            sixth.read_to("User: ")
        five[0].close()
        for opened in (*five, sixth):
            opened.close()


def test_a_read_only_account_can_look_and_not_touch(tmp_path):
    with started(tmp_path, login={"access": "read-only"}) as lab, shell(lab) as wlc:
        assert wlc.ask("show boot").startswith("Primary Boot Image")
        assert wlc.ask("config paging disable") == USAGE
        assert wlc.ask("save config") == USAGE
        assert lab.wlc("wlc-1").left_dirty() == []


def test_a_grep_waits_for_a_key_and_counts_its_lines(tmp_path):
    line = 'grep include "ap cert-expiry-ignore mic enable" "show run-config commands"'
    with started(tmp_path) as lab, shell(lab) as wlc:
        wlc.ask(line, "Press any key to continue..")
        wlc.type(" ")
        assert "There are 0 lines matching the pattern" in wlc.read_to(wlc.prompt)
        wlc.ask("config ap cert-expiry-ignore mic enable")
        wlc.ask(line, "Press any key to continue..")
        wlc.type(" ")
        answer = wlc.read_to(wlc.prompt)
        assert "\n ap cert-expiry-ignore mic enable\n\nThere are 1 lines" in answer
