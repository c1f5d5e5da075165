"""The command line link against shells that greet, page, ask and break off in every way."""

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from service.drivers.links.cli import CliLink
from service.drivers.links.ssh import SshTarget
from service.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    DeviceBusy,
    DeviceUnreachable,
    OutcomeUnknown,
)
from tests.contract.drivers.scripted_shell import DROP, PASSWORD, Shell
from tests.support.patience import REPLY_S

TABLE = "AP Name   State\r\n--------  -----\r\n"
MORE = "--More-- or (q)uit"
WIPE = "\r" + " " * len(MORE) + "\r"


@contextmanager
def logged_in(shell, **target):
    link = CliLink.open(replace(shell.target, **target), legacy=False)
    try:
        yield link
    finally:
        link.close()


def refused(shell, **target):
    """Log in where that cannot work."""
    with logged_in(shell, **target):
        pytest.fail("it let us in")


def shown(shell, command="show it", timeout_s=REPLY_S):
    with logged_in(shell) as link:
        return link.show(command, timeout_s=timeout_s)


# -- logging in --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "banner",
    [
        "\r\n(Cisco Controller) \r\nUser: ",
        "\r\n*** Authorised users only. User: see the handbook ***\r\n\r\nUser: ",
        "\r\nPassword: never tell yours\r\n(looks like a) > prompt\r\n\r\nUser:",
    ],
)
def test_the_login_is_found_behind_any_banner(banner):
    with Shell({"show it": "fine"}, banner=banner) as shell:
        assert shown(shell) == "fine"
    assert shell.typed[:2] == ["admin", PASSWORD]


def test_the_prompt_is_that_of_the_system_name_with_blanks_and_dots():
    with (
        Shell({"show it": "fine"}, prompt="\r\n(My WLC.hq_1 - 2) >") as shell,
        logged_in(shell) as link,
    ):
        assert link.name == "My WLC.hq_1 - 2"
        assert link.show("show it", timeout_s=REPLY_S) == "fine"


def test_a_wrong_password_is_sent_once():
    with Shell() as shell, pytest.raises(AuthenticationRefused):
        refused(shell, password="wrong")  # noqa: S106
    assert shell.typed.count("wrong") == 1
    assert "admin" not in shell.typed[2:]


def test_an_ssh_layer_that_asks_itself_is_answered_once():
    with Shell({"show it": "fine"}, ssh_asks=True, asks_login=False) as shell:
        assert shown(shell) == "fine"
    with Shell(ssh_asks=True) as shell, pytest.raises(AuthenticationRefused):
        refused(shell, password="wrong")  # noqa: S106
    assert shell.typed.count("<ssh password>") == 1


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("\r\nC9800#", "no AireOS controller"),
        ("\r\nWLC>", "no AireOS controller"),
        ("\r\n(WLC-1-Standby) >", "standby unit"),
        ("\r\n(WLC-1) config>", "no AireOS controller"),
    ],
)
def test_whatever_else_answers_is_named_and_left(prompt, words):
    with Shell(prompt=prompt, asks_login=False) as shell:  # noqa: SIM117
        with pytest.raises(CapabilityMissing, match=words):
            refused(shell)
    assert [line for line in shell.typed if line] == []


@pytest.mark.parametrize(
    "banner", ["Maximum number of sessions reached\r\n", "Sorry, session limit exceeded.\r\n"]
)
def test_a_box_that_says_it_is_full_is_busy(banner):
    with Shell(banner=banner) as shell, pytest.raises(DeviceBusy):
        refused(shell, connect_timeout_s=3.0)  # runs out: such a box says no more


def drop_one(server):
    connection, _ = server.accept()
    connection.close()


def test_a_connection_that_is_taken_and_dropped_is_a_full_box():
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = SshTarget("wlc", "127.0.0.1", server.getsockname()[1], "admin", PASSWORD)
        dropper = threading.Thread(target=drop_one, args=(server,))
        dropper.start()
        with pytest.raises(DeviceBusy, match="no session is free"):
            CliLink.open(replace(target, insecure=True, connect_timeout_s=REPLY_S), legacy=False)
        dropper.join(REPLY_S)


def test_a_dialogue_that_never_begins_ends_in_time():
    with Shell(banner="") as shell, pytest.raises(DeviceUnreachable, match="neither login nor"):
        refused(shell, connect_timeout_s=3.0)


# -- showing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pages",
    [
        [f"{TABLE}one\r\n{MORE}", f"{WIPE}two\r\n{MORE}", f"{WIPE}three\r\n"],
        [f"{TABLE}one\r\n --More-- ", "\r\ntwo\r\n --More-- ", "\r\nthree\r\n"],
        [f"{TABLE}one\r\n{MORE}", "\b" * 18 + " " * 18 + "\b" * 18 + "two\r\nthree\r\n"],
        [f"{TABLE}one\r\nPress Enter to continue...", "\r\ntwo\r\nthree\r\n"],
        ["Press any key to continue..", f"\r\n{TABLE}one\r\ntwo\r\nthree\r\n"],
        [
            f"{TABLE}one\r\ntwo\r\nWould you like to display the next 15 entries? (y/n) ",
            "\r\nthree\r\n",
        ],
    ],
)
def test_every_pager_is_answered_and_leaves_no_trace(pages):
    with Shell({"show it": pages}) as shell:
        lines = [line for line in shown(shell).splitlines() if line.strip()]
    assert lines == ["AP Name   State", "--------  -----", "one", "two", "three"]


def test_a_pager_that_wants_enter_is_given_it():
    with Shell({"show it": [f"one\r\n{MORE}", "", "\r\ntwo\r\n"]}) as shell:
        assert shown(shell, timeout_s=REPLY_S).split() == ["one", "two"]


def test_paging_is_never_switched_off():
    with Shell({"show it": [MORE, WIPE]}) as shell:
        shown(shell)
    assert not [line for line in shell.typed if "paging" in line]


def test_a_prompt_within_an_output_does_not_end_it():
    text = "  (WLC-1) >inside\r\n(WLC-2) >\r\nName > rest\r\nend\r\n"
    with Shell({"show it": text}) as shell:
        assert shown(shell).endswith("end")


def test_characters_of_several_octets_are_not_cut():
    with Shell({"show it": "Küche 無線\r\n" * 3000}) as shell:
        assert shown(shell).splitlines() == ["Küche 無線"] * 3000


def test_a_shell_that_does_not_echo_is_understood():
    with Shell({"show it": "fine"}, echo=False) as shell:
        assert shown(shell) == "fine"


def test_a_command_that_the_release_does_not_have_is_a_missing_capability():
    answer = "\r\nIncorrect usage.  Use the '?' or <TAB> key to list commands.\r\n"
    with Shell({"show it": answer}) as shell, pytest.raises(CapabilityMissing):
        shown(shell)


def test_a_question_nobody_foresaw_is_answered_no():
    question = ["This deletes everything. Continue? (y/n) ", "\r\nno\r\n"]
    with Shell({"show it": question}) as shell:
        shown(shell)
    assert "'n'" in shell.typed


def test_an_output_without_an_end_ends_in_time():
    with (
        Shell({"show it": [TABLE, "never"]}) as shell,
        pytest.raises(DeviceUnreachable, match=r"no prompt in 2 s, after 2 line\(s\)"),
    ):
        shown(shell, timeout_s=2.0)


def test_a_session_that_ends_in_mid_output_says_where():
    with (
        Shell({"show it": f"{TABLE}one\r\n{DROP}"}) as shell,
        pytest.raises(DeviceUnreachable, match=r"the session ended, after 3 line\(s\)"),
    ):
        shown(shell)


# -- changing ----------------------------------------------------------------------------------


def test_silence_is_success_and_words_are_kept():
    answers = {"config a": "", "config b": "\r\nError! Server Index is invalid\r\n"}
    with Shell(answers) as shell, logged_in(shell) as link:
        assert (link.configure("config a", timeout_s=REPLY_S).text, link.alive) == ("", True)
        assert (
            link.configure("config b", timeout_s=REPLY_S).refusal
            == "Error! Server Index is invalid"
        )


def test_the_one_question_that_was_foreseen_is_answered_yes():
    ask = ["\r\nAre you sure you want to save? (y/n) ", " y\r\nConfiguration Saved!\r\n"]
    with Shell({"save config": ask}) as shell, logged_in(shell) as link:
        answer = link.configure("save config", timeout_s=REPLY_S, yes=True)
    assert "Configuration Saved!" in answer.text
    assert "Are you sure you want to save?" in answer.asked
    assert "'y'" in shell.typed


def test_a_second_question_is_answered_no():
    ask = ["Sure? (y/n) ", "Really? (y/N) ", "no then\r\n"]
    with Shell({"reset": ask}) as shell, logged_in(shell) as link:
        link.configure("reset", timeout_s=REPLY_S, yes=True)
    assert "'y'" in shell.typed
    assert "'y'" not in shell.typed[shell.typed.index("'y'") + 1 :]


def test_an_answer_that_was_lost_leaves_the_outcome_open():
    with Shell({"config a": DROP}) as shell, logged_in(shell) as link:
        with pytest.raises(OutcomeUnknown):
            link.configure("config a", timeout_s=REPLY_S)
        with pytest.raises(DeviceUnreachable):
            link.configure("config a", timeout_s=REPLY_S)
    assert shell.typed.count("config a") == 1


# -- leaving -----------------------------------------------------------------------------------

UNSAVED = "The system has unsaved changes.\r\nWould you like to save them now? (y/N)"


def test_unsaved_changes_are_found_at_logout_and_never_saved():
    with Shell({"logout": [UNSAVED, ""]}) as shell, logged_in(shell) as link:
        assert link.unsaved() is True
        assert not link.alive
    assert shell.typed[-1] == "'n'"


def test_a_logout_without_a_question_means_that_all_is_saved():
    with Shell() as shell, logged_in(shell) as link:
        assert link.unsaved() is False


def test_closing_logs_out_and_saves_nothing():
    with Shell({"logout": [UNSAVED, ""]}) as shell, logged_in(shell):
        pass
    assert shell.typed[-2:] == ["logout", "'n'"]


def test_a_session_that_does_not_answer_any_more_is_found_out():
    with Shell() as shell, logged_in(shell) as link:
        assert link.responds()
    with Shell({"": DROP}) as shell, logged_in(shell) as link:
        assert not link.responds()
        assert not link.alive


# -- help --------------------------------------------------------------------------------------


def test_where_a_question_mark_is_no_key_enter_brings_the_help():
    words = "cert-expiry-ignore Configures cert-expiry-ignore check operation."
    with Shell({"config ap ?": words, "show it": "fine"}) as shell, logged_in(shell) as link:
        assert link.words_after("config ap", timeout_s=REPLY_S) == words
        assert link.show("show it", timeout_s=REPLY_S) == "fine"


USAGE = "Incorrect usage.  Use the '?' or <TAB> key to list commands."


def test_help_that_does_not_exist_is_the_answer_that_says_so():
    with Shell({"config ap ?": USAGE, "show it": "fine"}) as shell, logged_in(shell) as link:
        assert "Incorrect usage" in link.words_after("config ap", timeout_s=REPLY_S)
        assert link.show("show it", timeout_s=REPLY_S) == "fine"
