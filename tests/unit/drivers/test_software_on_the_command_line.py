"""What `dir`, `verify /md5` and `show reload` print, understood or told to be not."""

import pytest

from service.domain.installation import StoredFile
from service.drivers.iosxe.commands import hash_in, reload_in, storage_in

DIR = """Directory of bootflash:/

   11  drwx            16384   Nov 21 2026 20:10:00 +00:00  lost+found
   12  -rw-       1012345678   Nov 21 2026 20:10:00 +00:00  C9800-L-universalk9_wlc.17.03.06.SPA.bin
   13  -rw-                7   Nov  1 2026 02:10:00 +00:00  notes.txt

26458804224 bytes total (21690789888 bytes free)
"""
HASH = "0123456789abcdef0123456789abcdef"


def test_files_with_their_sizes_and_the_room_that_is_left_folders_aside():
    found = storage_in(DIR)
    assert found.free_bytes == 21690789888
    assert found.files == (
        StoredFile("C9800-L-universalk9_wlc.17.03.06.SPA.bin", 1012345678),
        StoredFile("notes.txt", 7),
    )
    assert found.size_of("lost+found") is None


@pytest.mark.parametrize("text", ["", "% Invalid input", "%Error opening bootflash:/ (No device)"])
def test_a_listing_that_does_not_say_what_is_free_is_not_believed(text):
    with pytest.raises(ValueError, match="dir bootflash"):
        storage_in(text)


def test_the_hash_is_the_last_word_of_the_answer():
    text = f"....................Done!\nverify /md5 (bootflash:x.bin) = {HASH.upper()}\n"
    assert hash_in(text) == HASH


@pytest.mark.parametrize("text", ["", "%Error opening bootflash:x.bin", f"{HASH} and more"])
def test_anything_else_is_no_hash(text):
    with pytest.raises(ValueError, match="no hash"):
        hash_in(text)


def test_a_reload_that_is_scheduled_is_told_in_the_controllers_words():
    assert reload_in("No reload is scheduled.\n") is None
    assert reload_in("Reload scheduled for 03:00:00 UTC\n") == "Reload scheduled for 03:00:00 UTC"
    with pytest.raises(ValueError, match="no word"):
        reload_in(" \n")
