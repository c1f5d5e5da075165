"""The command-line port, as a terminal program meets it."""

import time
from contextlib import contextmanager

import paramiko
import yaml

from tests.contract.lab.support import GONE, client, ntp, started, until
from tests.support.patience import REPLY_S

DIFFERENCES = "show archive config differences nvram:startup-config system:running-config"


@contextmanager
def terminal(lab):
    """An interactive shell on the box, as paramiko opens it."""
    password = (lab.inventory_path.parent / "password").read_text()
    ssh = paramiko.SSHClient()
    ssh.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507  # a lab on loopback
    ssh.connect(
        "127.0.0.1",
        port=lab.box("hq-1").cli_port,
        username="admin",
        password=password,
        look_for_keys=False,
        allow_agent=False,
    )
    try:
        shell = ssh.invoke_shell()
        shell.settimeout(REPLY_S)
        yield shell
    finally:
        ssh.close()


def heard(shell, end: str = "hq-1#") -> str:
    """Everything up to the next prompt."""
    text = ""
    limit = time.monotonic() + 30
    while not text.endswith(end):
        assert time.monotonic() < limit, text
        text += shell.recv(4096).decode()
    return text


def asked(shell, line: str, end: str = "hq-1#") -> str:
    shell.sendall(f"{line}\n")
    return heard(shell, end)


def test_a_command_is_echoed_answered_and_followed_by_the_prompt(tmp_path):
    with started(tmp_path, cli=True) as lab, terminal(lab) as shell:
        heard(shell)
        assert asked(shell, "terminal length 0") == "terminal length 0\r\nhq-1#"
        answer = asked(shell, "show clock")
        assert answer.startswith("show clock\r\n")
        assert " UTC " in answer


def test_what_it_does_not_know_is_refused_as_ios_does(tmp_path):
    with started(tmp_path, cli=True) as lab, terminal(lab) as shell:
        heard(shell)
        assert "% Invalid input detected at '^' marker." in asked(shell, "show frobnication")


def test_long_output_comes_in_pages_until_told_otherwise(tmp_path):
    aps = [{"kind": "healthy", "count": 60}]
    with started(tmp_path, cli=True, aps=aps) as lab, terminal(lab) as shell:
        heard(shell)
        shell.sendall("show ap summary\n")
        assert "healthy-19" in heard(shell, end=" --More-- ")
        shell.sendall(" ")
        assert "healthy-42" in heard(shell, end=" --More-- ")
        shell.sendall("q")
        heard(shell)
        asked(shell, "terminal length 0")
        assert "healthy-60" in asked(shell, "show ap summary")


def test_the_difference_between_startup_and_running_is_shown(tmp_path):
    with started(tmp_path, cli=True) as lab, terminal(lab) as shell:
        heard(shell)
        asked(shell, "terminal length 0")
        assert "!No changes were found" in asked(shell, DIFFERENCES)
        with client(lab) as session:
            session.edit_config(ntp(GONE), target="running")
        answer = asked(shell, DIFFERENCES)
        assert "!Contextual Config Diffs:" in answer
        assert "-ntp server 192.0.2.1" in answer


def test_configuration_by_hand_is_configuration(tmp_path):
    with started(tmp_path, cli=True) as lab, terminal(lab) as shell:
        heard(shell)
        asked(shell, "configure terminal", end="(config)#")
        asked(shell, "ntp server 192.0.2.8 prefer", end="(config)#")
        asked(shell, "end")
        assert lab.box("hq-1").summary()["ntp_servers"] == ["192.0.2.1", "192.0.2.8"]
        asked(shell, "write memory")
        assert any("startup: added" in line for line in lab.box("hq-1").left_dirty())


def test_the_clock_is_set_by_hand_and_ntp_pulls_it_back(tmp_path):
    with started(tmp_path, cli=True) as lab, terminal(lab) as shell:
        heard(shell)
        asked(shell, "clock set 10:00:00 2 Dec 2022")
        assert lab.box("hq-1").clock_offset_s < -1e6
        until(lambda: abs(lab.box("hq-1").clock_offset_s) < 1)


def test_redundancy_and_reload_are_told(tmp_path):
    with (
        started(tmp_path, cli=True, standby="hot", reload_scheduled=True) as lab,
        terminal(lab) as shell,
    ):
        heard(shell)
        assert "STANDBY HOT" in asked(shell, "show redundancy states")
        assert "Reload scheduled for" in asked(shell, "show reload")


def test_the_inventory_names_the_command_line_only_where_there_is_one(tmp_path):
    with started(tmp_path / "a", cli=True) as lab:
        (entry,) = yaml.safe_load(lab.inventory_path.read_text())["controllers"]
        assert entry["ssh"]["port"] == lab.box("hq-1").cli_port
    with started(tmp_path / "b") as lab:
        (entry,) = yaml.safe_load(lab.inventory_path.read_text())["controllers"]
        assert "ssh" not in entry
