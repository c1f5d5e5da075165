"""Trouble on demand at a simulated AireOS box: it happens, once, and where it was asked for."""

import pytest

from service.lab.errors import LabError
from tests.contract.lab.aireos_support import (
    Closed,
    Shell,
    shell,
    snmp,
    started,
    until,
)

APS = [{"kind": "healthy", "count": 10}]
IGNORE = "config ap cert-expiry-ignore mic enable"
LEFT = "running: added ap cert-expiry-ignore mic enable"
STATUS = "1.3.6.1.4.1.14179.2.2.1.1.6"


@pytest.mark.parametrize(("kind", "done"), [("drop_before", False), ("drop_after", True)])
def test_a_dropped_session_leaves_the_line_undone_or_done(tmp_path, kind, done):
    with started(tmp_path) as lab:
        lab.wlc("wlc-1").fault(kind, rpc="config ap")
        with shell(lab) as wlc:
            wlc.ask("show boot")
            with pytest.raises(Closed):
                wlc.ask(IGNORE)
        assert (LEFT in lab.wlc("wlc-1").left_dirty()) is done
        with shell(lab) as again:
            assert again.ask(IGNORE) == ""


def test_a_refusal_prints_its_text_and_does_nothing(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        lab.wlc("wlc-1").fault("refuse", rpc="config ap", nth=2, message="Request failed - no.")
        assert wlc.ask(IGNORE.replace("mic", "ssc")) == ""
        assert wlc.ask(IGNORE) == "Request failed - no."
        assert LEFT not in lab.wlc("wlc-1").left_dirty()


def test_a_hanging_line_is_carried_out_and_not_answered(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        lab.wlc("wlc-1").fault("hang", rpc="config ap", seconds=60)
        wlc.type(f"{IGNORE}\n")
        until(lambda: LEFT in lab.wlc("wlc-1").left_dirty())
        wlc.seconds = 0.3
        with pytest.raises(AssertionError, match="did not come"):
            wlc.read_to(wlc.prompt)


def test_a_prompt_can_stay_away(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        lab.wlc("wlc-1").fault("no_prompt", rpc="show boot")
        wlc.seconds = 0.5
        with pytest.raises(AssertionError, match=r"did not come.*Backup Boot Image"):
            wlc.ask("show boot")


def test_a_table_can_be_cut_and_its_columns_moved(tmp_path):
    with started(tmp_path, aps=APS, settings=["config paging disable"]) as lab:
        box = lab.wlc("wlc-1")
        with shell(lab) as wlc:
            whole = wlc.ask("show ap summary")
            box.fault("cut", rpc="show ap summary")
            assert 0 < len(wlc.ask("show ap summary")) < len(whole)
            box.fault("widths", rpc="show ap summary")
            moved = wlc.ask("show ap summary")
            assert moved != whole
            assert moved.split() == whole.split()
            box.fault("truncate", rpc="show ap summary")
            with pytest.raises(Closed):
                wlc.ask("show ap summary")


def test_a_busy_box_closes_the_session_before_any_login(tmp_path):
    with started(tmp_path) as lab:
        lab.wlc("wlc-1").fault("busy")
        opened = Shell(lab)
        with pytest.raises(Closed):
            opened.read_to("User: ")
        opened.close()
        assert lab.wlc("wlc-1").login_attempts == 0
        with shell(lab):
            pass


def test_a_right_password_can_be_taken_for_a_wrong_one(tmp_path):
    with started(tmp_path) as lab:
        lab.wlc("wlc-1").fault("auth_refused")
        opened = Shell(lab)
        opened.read_to("User: ")
        opened.type("admin\n")
        opened.read_to("Password:")
        opened.type(f"{opened.password}\n")
        opened.login()
        opened.close()
        assert lab.wlc("wlc-1").login_attempts == 2


def test_an_idle_session_is_ended(tmp_path):
    with started(tmp_path, login={"idle_s": 0.4}) as lab, shell(lab) as wlc, pytest.raises(Closed):
        wlc.read_to("never")


def test_what_somebody_else_types_is_seen_and_counts_as_left(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        box = lab.wlc("wlc-1")
        box.foreign_edit("config time ntp server 2 192.0.2.2\nconfig time ntp delete 1")
        assert "192.0.2.2" in wlc.ask("show time")
        assert "running: added time ntp server 2 192.0.2.2" in box.left_dirty()
        box.fault("foreign_save", rpc="show boot")
        wlc.ask("show boot")
        assert "saved: added time ntp server 2 192.0.2.2" in box.left_dirty()


def test_a_reload_ends_sessions_and_brings_the_saved_configuration_back(tmp_path):
    with started(tmp_path) as lab:
        box = lab.wlc("wlc-1")
        with shell(lab) as wlc:
            wlc.ask("config time ntp delete 1")
            box.reload()
            with pytest.raises(Closed):
                wlc.read_to("never")
        until(lambda: box.left_dirty() == [])
        with shell(lab) as again:
            assert "192.0.2.1" in again.ask("show time")


def test_an_account_can_lose_its_right_to_write_in_mid_session(tmp_path):
    with started(tmp_path) as lab, shell(lab) as wlc:
        assert wlc.ask(IGNORE) == ""
        lab.wlc("wlc-1").fault("read_only", now=True)
        assert wlc.ask("config ap cert-expiry-ignore mic disable").startswith("Incorrect usage.")
        assert LEFT in lab.wlc("wlc-1").left_dirty()


def test_a_command_may_be_denied_to_an_account_that_may_write_otherwise(tmp_path):
    denied = {"denied": ["config time manual"]}
    with started(tmp_path, login=denied) as lab, shell(lab) as wlc:
        assert wlc.ask("config time manual 12/02/22 00:00:00").startswith("Request failed")
        assert wlc.ask(IGNORE) == ""
        assert abs(lab.wlc("wlc-1").clock_offset_s) < 1


def test_operation_states_can_be_ones_that_nobody_knows(tmp_path):
    with started(tmp_path, aps=APS) as lab, snmp(lab) as client:
        assert set(client.walk(STATUS).values()) == {1}
        lab.wlc("wlc-1").fault("snmp_odd_state", seconds=30)
        assert set(client.walk(STATUS).values()) == {9}


def test_names_that_are_no_ascii_come_as_the_box_encodes_them(tmp_path):
    name = "Büro-1"
    aps = [{"kind": "healthy", "name": name, "location": "Café"}]
    for encoding in ("utf-8", "latin-1"):
        with started(tmp_path / encoding, aps=aps, quirks={"encoding": encoding}) as lab:
            with snmp(lab) as client:
                found = client.walk("1.3.6.1.4.1.14179.2.2.1.1.3")
                assert list(found.values()) == [name.encode(encoding)]
            with shell(lab) as wlc:
                wlc.type("show ap summary\n")
                assert (name in wlc.read_to(wlc.prompt)) is (encoding == "utf-8")


def test_a_setting_that_the_box_would_refuse_is_refused_at_the_start(tmp_path):
    with (
        pytest.raises(LabError, match="setting 'config foo' is refused"),
        started(tmp_path, settings=["config foo"]),
    ):
        pass
