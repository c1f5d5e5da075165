"""Software by the AireOS driver against the lab: what is fetched, what boots, and the restart."""

from dataclasses import replace

import pytest

from service.domain.image_changes import (
    AbortPredownload,
    FetchImage,
    PredownloadImage,
    ResetSystem,
    SetBootImage,
    SetTransfer,
)
from service.domain.images import BootImages, FileLogin, Slot, Stage, TransferSettings
from service.domain.observation import Topic
from service.errors import CapabilityMissing, ChangeRefused, DeviceError, OutcomeUnknown
from service.lab.aireos.images import image_bytes
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from tests.contract.drivers.aireos_boxes import TIMEOUT_S, box, opened
from tests.contract.lab.aireos_support import until
from tests.support.file_server import FtpServer

NAME, NEW, OLD = "AIR-CT3504-K9-8-10-183-0.aes", "8.10.183.0", "8.10.151.0"
WORD = "canary-of-the-file-server"
FILES = {NAME: image_bytes("AIR-CT3504-K9", NEW), "cut.aes": b"no image\n"}
LOOK = frozenset({Topic.INSTALL, Topic.TRANSFER, Topic.IDENTITY})
SETTINGS = frozenset({Topic.TRANSFER_SETTINGS})
QUICK = {"boot_s": 0.2, "download_s": 0.3, "predownload_s": 0.3, "retry_s": 0.2, "reload_s": 0.4}
APS = [{"kind": "healthy", "model": "AIR-CAP2702E-E-K9"}, {"kind": "healthy"}]


def wlc(name, **more):
    return box(name, OLD, aps=APS, login={"algorithms": "modern"}, **more)


@pytest.fixture(scope="module")
def server():
    with FtpServer(FILES, password=WORD) as server:
        yield server


@pytest.fixture
def lab(tmp_path):
    boxes = [
        wlc("plain"),
        wlc("slow", transfer_s=4.5, quirks={"confirm": "key"}),
        wlc("mute", transfer_s=4.5, quirks={"tells_transfer": False}),
        wlc("dies", transfer_s=4.5, quirks={"transfer_ends_with_session": True}),
    ]
    fleet = {"lab": {"timings": QUICK}, "controllers": boxes}
    with Lab(from_mapping(fleet), state_dir=tmp_path) as lab:
        (lab.inventory_path.parent / "word").write_text(WORD)
        yield lab


def wanted(server, name=NAME):
    return TransferSettings("ftp", "code", "127.0.0.1", str(server.port), "./", name, "wlc")


def sends(driver, change):
    return driver.change(change, timeout_s=TIMEOUT_S)


def reads(driver, topics=LOOK):
    return driver.read(topics, timeout_s=TIMEOUT_S)


def fetches(driver, server, name=NAME):
    settings = wanted(server, name)
    sends(driver, SetTransfer(settings, FileLogin("wlc", "file:word")))
    sends(driver, FetchImage(settings))


def test_a_whole_upgrade_goes_from_the_file_to_the_aps(lab, server):
    with opened(lab, "plain") as driver:
        before = reads(driver, LOOK | SETTINGS)
        assert before.images == BootImages(OLD, "8.5.161.0", Slot.PRIMARY, Slot.PRIMARY)
        assert before.transfer_settings.mode == "tftp"
        assert before.transfer.stage is Stage.NONE
        fetches(driver, server)
        until(lambda: reads(driver).transfer.stage is Stage.DONE)
        assert reads(driver).images == BootImages(NEW, OLD, Slot.PRIMARY, Slot.BACKUP)
        sends(driver, SetBootImage(Slot.BACKUP, OLD))
        assert reads(driver).images.next == OLD
        sends(driver, PredownloadImage(Slot.PRIMARY, NEW))
        aps = frozenset({Topic.AP_JOIN, Topic.AP_PREDOWNLOAD})
        until(lambda: {a.predownload for a in reads(driver, aps).aps} == {"completed"})
        assert {ap.backup_version for ap in reads(driver, aps).aps} == {NEW}
        sends(driver, SetBootImage(Slot.PRIMARY, NEW))
        sends(driver, SetTransfer(before.transfer_settings, forget=True))
        lab.wlc("plain").cli("save config")
        booted = reads(driver).boot_time
        sends(driver, ResetSystem(NEW))
    until(lambda: lab.wlc("plain").summary()["release"] == NEW and _answers(lab, "plain"))
    with opened(lab, "plain") as driver:
        after = reads(driver)
        assert driver.release == NEW
        assert after.images.running == NEW
        assert after.boot_time > booted
        until(lambda: {ap.version for ap in reads(driver, aps).aps} == {NEW})


def _answers(lab, name):
    try:
        with opened(lab, name) as driver:
            return bool(reads(driver).images)  # by SSH, too, which listens later than the agent
    except DeviceError:
        return False


def test_a_download_is_listened_to_and_found_again_by_the_agent(lab, server):
    for name, by_agent in (("slow", Stage.UNDER_WAY), ("mute", Stage.UNKNOWN)):
        with opened(lab, name) as driver:
            fetches(driver, server)
            heard = reads(driver).transfer
            assert heard.stage is Stage.UNDER_WAY
            assert "..." in heard.detail or heard.detail.endswith(".")
        with opened(lab, name) as driver:
            assert reads(driver).transfer.stage is by_agent
            with pytest.raises(ChangeRefused, match="under way"):
                sends(driver, FetchImage(wanted(server)))


def test_a_download_that_ends_with_its_session_has_failed(lab, server):
    with opened(lab, "dies") as driver:
        fetches(driver, server)
    until(lambda: lab.wlc("dies").summary()["transfer"] == "failed")
    with opened(lab, "dies") as driver:
        look = reads(driver)
        assert (look.transfer.stage, look.images.next) == (Stage.FAILED, OLD)


def test_a_file_that_is_not_there_or_no_image_is_a_refusal_with_the_controllers_words(lab, server):
    with opened(lab, "plain") as driver:
        for name, why in (("gone.aes", "File not found"), ("cut.aes", "Invalid code file")):
            settings = wanted(server, name)
            sends(driver, SetTransfer(settings, FileLogin("wlc", "file:word")))
            with pytest.raises(ChangeRefused, match=why):
                sends(driver, FetchImage(settings))
        assert reads(driver).images.next == OLD


def test_yes_is_said_only_to_the_file_that_was_meant(lab, server):
    with opened(lab, "plain") as driver:
        settings = wanted(server)
        sends(driver, SetTransfer(settings, FileLogin("wlc", "file:word")))
        lab.wlc("plain").cli("transfer download filename theirs.aes")
        with pytest.raises(ChangeRefused, match="somebody else set it"):
            sends(driver, FetchImage(settings))
        assert lab.wlc("plain").summary()["transfer"] == "none"


def test_the_password_is_typed_and_stands_nowhere_else(lab, server):
    with opened(lab, "plain") as driver:
        change = SetTransfer(wanted(server), FileLogin("wlc", "file:word"))
        assert WORD not in repr(driver.render(change)) + repr(sends(driver, change))
        assert "transfer download password ********" in driver.render(change)
        denied = replace(change, settings=replace(change.settings, filename="a b"))
        with pytest.raises(CapabilityMissing, match="cannot be typed safely"):
            sends(driver, denied)
        lab.wlc("plain").fault("drop_after", rpc="transfer download password")
        with pytest.raises(OutcomeUnknown) as told:
            sends(driver, change)
        assert WORD not in str(told.value) + repr(told.value.__dict__)


def test_a_slot_that_holds_another_release_is_never_booted_nor_restarted_into(lab):
    with opened(lab, "plain") as driver:
        for change in (
            SetBootImage(Slot.BACKUP, NEW),
            PredownloadImage(Slot.BACKUP, NEW),
            ResetSystem(NEW),
        ):
            with pytest.raises(ChangeRefused, match=NEW):
                sends(driver, change)
        assert lab.wlc("plain").left_dirty() == []


def test_a_restart_that_would_lose_somebodys_changes_is_refused_and_nothing_is_saved(lab):
    lab.wlc("plain").cli("config time ntp interval 7200")
    with opened(lab, "plain") as driver, pytest.raises(ChangeRefused, match="not saved"):
        sends(driver, ResetSystem(OLD))
    assert lab.wlc("plain").left_dirty() == [
        "running: missing time ntp interval 3600",
        "running: added time ntp interval 7200",
        "unsaved changes: yes, unlike before",
    ]


def test_a_predownload_can_be_given_up(lab):
    with opened(lab, "slow") as driver:
        sends(driver, PredownloadImage(Slot.BACKUP, "8.5.161.0"))
        sends(driver, AbortPredownload())
        seen = reads(driver, frozenset({Topic.AP_JOIN, Topic.AP_PREDOWNLOAD}))
        assert not {ap.predownload for ap in seen.aps} & {
            "pre-dwnld-initiated",
            "pre-dwnld-in-progress",
        }
