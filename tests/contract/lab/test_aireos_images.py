"""A lab's AireOS box takes software: fetched by real protocols, checked, written, booted."""

import pytest

from service.lab.aireos.images import image_bytes
from tests.contract.lab.aireos_support import shell, started, until
from tests.support.file_server import FtpServer, SftpServer, TftpServer

WORD = "hidden-word"
NAME = "AIR-CT3504-K9-8-10-183-0.aes"
GOOD = image_bytes("AIR-CT3504-K9", "8.10.183.0")
FILES = {
    NAME: GOOD,
    "cut.aes": GOOD[:-100],
    "other.aes": image_bytes("AIR-CT5520-K9", "8.10.183.0"),
    "none.aes": b"no image at all\n",
}
OLD_AP = {"kind": "healthy", "model": "AIR-CAP2702E-E-K9"}
BOX = {"model": "3504", "release": "8.10.151.0", "aps": [OLD_AP], "transfer_s": 0.1}


@pytest.fixture
def lab(tmp_path):
    with started(tmp_path, **BOX) as lab:
        yield lab


@pytest.fixture
def server():
    with FtpServer(FILES, password=WORD) as server:
        yield server


def set_up(session, server, name=NAME, mode="ftp", word=WORD):
    for line in (
        f"mode {mode}",
        "datatype code",
        "serverip 127.0.0.1",
        f"port {server.port}",
        "path .",
        f"filename {name}",
        "username wlc",
        f"password {word}",
    ):
        assert session.ask(f"transfer download {line}").strip() == ""


def fetch(session):
    shown = session.ask("transfer download start", "(y/N) ")
    return shown, session.ask("y")


def test_a_file_is_fetched_checked_and_written_and_boots_next(lab, server):
    with shell(lab) as session:
        set_up(session, server)
        shown, said = fetch(session)
        assert f"FTP Filename..................................... {NAME}" in shown
        assert "FTP Password..................................... *********" in shown
        assert WORD not in shown
        assert said.startswith("FTP Code transfer starting.")
        assert "File transfer is successful." in said
        boot = session.ask("show boot")
    assert boot.splitlines() == [
        "Primary Boot Image............................... 8.10.183.0 (default)",
        "Backup Boot Image................................ 8.10.151.0 (active)",
    ]
    assert server.logins == [("wlc", WORD)]


def test_tftp_brings_the_same(tmp_path):
    with started(tmp_path, **BOX) as lab, TftpServer(FILES) as server, shell(lab) as session:
        set_up(session, server, mode="tftp")
        assert "TFTP Code transfer starting." in (said := fetch(session)[1])
        assert "File transfer is successful." in said


def test_sftp_brings_the_same_and_tells_a_wrong_password(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / NAME).write_bytes(GOOD)
    with (
        started(tmp_path / "lab", **BOX) as lab,
        SftpServer(folder, password=WORD) as server,
        shell(lab) as session,
    ):
        set_up(session, server, mode="sftp", word="another")
        assert "Login incorrect" in fetch(session)[1]
        set_up(session, server, "gone.aes", mode="sftp")
        assert "File not found" in fetch(session)[1]
        set_up(session, server, mode="sftp")
        assert "File transfer is successful." in fetch(session)[1]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone.aes", "File not found"),
        ("cut.aes", "corrupt"),
        ("other.aes", "not for this platform"),
        ("none.aes", "Invalid code file"),
    ],
)
def test_a_file_that_is_not_right_changes_nothing(lab, server, name, why):
    with shell(lab) as session:
        set_up(session, server, name)
        said = fetch(session)[1]
        assert said.splitlines()[-1].startswith("% Error: Code file transfer failed - ")
        assert why in said
        assert "8.10.151.0 (default) (active)" in session.ask("show boot")


def test_a_wrong_password_is_told(lab, server):
    with shell(lab) as session:
        set_up(session, server, word="another")
        assert "Login incorrect" in fetch(session)[1]


def test_a_full_flash_is_told(tmp_path, server):
    box = BOX | {"quirks": {"flash_full": True}}
    with started(tmp_path, **box) as lab, shell(lab) as session:
        set_up(session, server)
        assert "Not enough space" in fetch(session)[1]
        assert "8.10.151.0 (default) (active)" in session.ask("show boot")


def test_a_download_that_hangs_ends_with_the_controller(lab, server):
    wlc = lab.wlc("wlc-1")
    wlc.fault("transfer_stall", seconds=600, now=True)
    with shell(lab) as session:
        set_up(session, server)
        session.ask("transfer download start", "(y/N) ")
        session.type("y\n")
        session.read_to("starting.\r\n")
        with shell(lab) as other:
            assert "a transfer is under way" in fetch(other)[1]
    assert wlc.summary()["transfer"] == "under way"
    wlc.reload()
    until(lambda: wlc.summary()["transfer"] == "failed")
    assert server.asked == []


def test_settings_are_part_of_the_configuration_and_the_password_is_not_readable(lab, server):
    with shell(lab) as session:
        set_up(session, server)
        assert "transfer download serverip 127.0.0.1" in session.ask("show run-config commands")
        assert WORD not in session.ask("show run-config commands")
    assert any("transfer download" in line for line in lab.wlc("wlc-1").left_dirty())


@pytest.mark.parametrize(("ends", "boots"), [(False, "8.10.183.0"), (True, "8.10.151.0")])
def test_a_lost_session_leaves_the_transfer_alone_or_ends_it(tmp_path, server, ends, boots):
    box = BOX | {"quirks": {"transfer_ends_with_session": ends}, "transfer_s": 1.2}
    with started(tmp_path, **box) as lab:
        with shell(lab) as session:
            set_up(session, server)
            session.ask("transfer download start", "(y/N) ")
            session.type("y\n")
            session.read_to("Image version check passed.\r\n")
        until(lambda: lab.wlc("wlc-1").summary()["transfer"] in {"successful", "failed"})
        with shell(lab) as session:
            assert f"{boots} (default)" in session.ask("show boot")


def test_aps_load_the_image_while_they_serve_and_swap_to_it_when_the_controller_comes_back(
    lab, server
):
    wlc = lab.wlc("wlc-1")
    with shell(lab) as session:
        set_up(session, server)
        fetch(session)
        session.ask("config boot backup")
        assert session.ask("config ap image predownload primary all").strip() == ""
        until(lambda: "Complete        8.10.183.0" in session.ask("show ap image all"))
        assert [ap["version"] for ap in wlc.aps()] == ["8.10.151.0"]
        session.ask("config boot primary")
    wlc.reload()
    until(lambda: wlc.aps()[0]["phase"] == "registered")
    (ap,) = wlc.aps()
    assert (ap["version"], ap["downloads"]) == ("8.10.183.0", 0)


def test_an_old_image_that_is_predownloaded_fails_by_its_signature(lab):
    with shell(lab) as session:
        session.ask("config ap image predownload backup all")
        until(lambda: "Failed" in session.ask("show ap image all").splitlines()[-1])


def test_an_image_that_does_not_boot_leaves_the_other_one_running(tmp_path, server):
    box = BOX | {"quirks": {"bad_image": True}}
    with started(tmp_path, **box) as lab:
        with shell(lab) as session:
            set_up(session, server)
            fetch(session)
        lab.wlc("wlc-1").reload()
        until(lambda: lab.wlc("wlc-1").aps()[0]["phase"] == "registered")
        assert lab.wlc("wlc-1").summary()["release"] == "8.10.151.0"
