"""What controllers print of images and downloads: captures, and words that were found in public."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.images import BootImages, Slot, Stage, TransferSettings
from service.drivers.aireos.listing import printed
from service.transcripts import aireos_box
from service.transcripts.aireos_transfer import boot_images, progress, settings
from tests.support.facts import FACTS

CAPTURES = FACTS / "aireos" / "captures"
captured = pytest.mark.skipif(
    not CAPTURES.is_dir(), reason=f"the AireOS captures are not at {CAPTURES}"
)
RELEASES = st.sampled_from(["8.5.161.0", "8.10.183.0", "8.10.151.0", "8.2.170.0"])
WRITING = """
FTP Code transfer starting.
FTP receive complete... extracting components.
Checking Version Built.
Image version check passed.
Executing backup script.
Writing new RTOS to flash disk.
Writing new FP to flash disk.
Writing new AP Image Bundle to flash disk.
Writing AVC Files to flash disk.
Executing fini script.
Reading AP IMAGE version info.
"""
WRITTEN = """
File transfer is successful
Reboot the controller for update to complete
Optionally, pre-download the image to APs before rebooting to reduce network downtime.
"""


def shown(name: str) -> BootImages:
    text = (CAPTURES / name).read_text()
    (part,) = (one for one in aireos_box.read(printed("show boot", text)))
    return part.says["images"]


@captured
@pytest.mark.parametrize(
    ("name", "images"),
    [
        (
            "pyntc__show_boot.txt",
            BootImages("8.2.170.0", "8.5.110.0", Slot.PRIMARY, Slot.PRIMARY),
        ),
        (
            "pyntc__show_boot_no_default.txt",
            BootImages("8.5.110.0", "8.2.170.0", None, Slot.PRIMARY),
        ),
        (
            "genie__show_boot_8.2.170.txt",
            BootImages("8.2.170.0", "8.2.170.0", Slot.PRIMARY, Slot.PRIMARY),
        ),
        (
            "ntc__cisco_wlc_ssh_show_boot.txt",
            BootImages("8.10.183.0", "8.8.125.0", Slot.PRIMARY, Slot.PRIMARY),
        ),
    ],
)
def test_captured_slots_and_their_floating_flags(name, images):
    assert shown(name) == images


@captured
def test_the_captured_settings_of_a_transfer():
    text = (CAPTURES / "pyntc__transfer_download_start.txt").read_text()
    assert settings(text) == TransferSettings(
        "sftp", "code", "10.1.1.1", "21", "images", "AIR-CT5520-K9-8-10-105-0.aes", "user"
    )


@captured
def test_the_captured_time_since_the_controller_came_up():
    text = (CAPTURES / "ntc__cisco_wlc_ssh_show_sysinfo.txt").read_text()
    (line,) = (one for one in text.splitlines() if one.startswith("System Up Time"))
    up = aireos_box.up_for(text)
    assert up is not None
    assert f"{up.days} days {up.seconds // 3600} hrs" in line
    assert aireos_box.up_for("System Up Time....... soon") is None


@captured
def test_the_captured_number_of_clients():
    text = (CAPTURES / "ntc__cisco_wlc_ssh_show_sysinfo.txt").read_text()
    assert aireos_box.active_clients(text) == 20
    assert aireos_box.active_clients("Number of Active Clients....... some") is None


@given(RELEASES, RELEASES, st.sampled_from(Slot), st.sampled_from(Slot))
def test_slots_are_read_as_they_are_printed(primary, backup, default, active):
    lines = [
        f"{release}{' (default)' if default is slot else ''}{' (active)' if active is slot else ''}"
        for slot, release in ((Slot.PRIMARY, primary), (Slot.BACKUP, backup))
    ]
    images = boot_images(*lines)
    assert images == BootImages(primary, backup, default, active)
    assert images.running == (primary if active is Slot.PRIMARY else backup)
    assert images.slot_of(images.running) is active


@pytest.mark.parametrize("text", ["", "Boot Image? none", "(default)", "n/a (active)"])
def test_a_slot_that_is_not_understood_is_not_known(text):
    assert boot_images(text, text) == BootImages(None, None, None, None)


def test_a_download_is_followed_line_by_line():
    lines = WRITING.strip().splitlines()
    for number in range(1, len(lines) + 1):
        told = progress("\n".join(lines[:number]), ended=False)
        assert (told.stage, told.detail) == (Stage.UNDER_WAY, lines[number - 1])
    assert progress(WRITING + WRITTEN, ended=True).stage is Stage.DONE


def test_a_download_that_ends_without_saying_that_it_worked_has_failed():
    told = progress(WRITING, ended=True)
    assert told.stage is Stage.FAILED
    assert "Reading AP IMAGE version info." in told.detail


@pytest.mark.parametrize(
    "line",
    [
        "% Error: Code file transfer failed - Unknown error - refer to log",
        "% Error: Code file transfer failed - File not found",
        "TFTP Failure while storing in flash!",
    ],
)
def test_words_of_failure_are_told_as_they_stand(line):
    told = progress(f"FTP Code transfer starting.\n{line}\n", ended=True)
    assert (told.stage, told.detail) == (Stage.FAILED, line)


@given(st.text(max_size=200))
def test_no_text_is_taken_for_a_success_by_chance_and_none_breaks_the_reader(text):
    assert progress(text, ended=True).stage in (Stage.FAILED, Stage.DONE)
    assert ("transfer is successful" in text.lower()) or (
        progress(text, ended=True).stage is Stage.FAILED
    )
    assert settings(text) is None
