"""A folder with software: whole files, vouched for or not, and everything that must not be used."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.config.checksums import Checksums, FileUnreadable, published
from service.config.software_folder import SoftwareFolder, SoftwareFolders
from service.domain.inventory import Credentials, SoftwareSource
from service.domain.observation import Platform
from service.domain.releases import Release
from service.errors import InvalidInput

BASE = "C9800-L-universalk9_wlc.17.03.06.SPA.bin"
PATCH = "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin"
AES = "AIR-CT5520-K9-8-10-183-0.aes"
CONTENT = b"an image" * 100
SHA512 = hashlib.sha512(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
OTHER = hashlib.md5(b"other", usedforsecurity=False).hexdigest()


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "images"
    inside.mkdir()
    (inside / BASE).write_bytes(CONTENT)
    return inside


def listed(folder, *, store=None, **source):
    return SoftwareFolder(SoftwareSource(str(folder), **source), Checksums(store)).listing()


def only(folder, **source):
    (file,) = listed(folder, **source).files
    return file


def test_a_file_without_a_published_checksum_is_whole_but_nobody_vouches(folder):
    file = only(folder)

    assert (file.size_bytes, file.sha512, file.md5) == (len(CONTENT), SHA512, MD5)
    assert (file.vouched, file.trouble, file.url) == (False, None, None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (f"{BASE}.sha512", SHA512),
        (f"{BASE}.SHA512", f"{SHA512.upper()}\n"),
        (f"{BASE}.md5", f"{MD5}  {BASE}\n"),
        (f"{BASE}.md5.txt", f"MD5 ({BASE}) = {MD5}\n"),
        ("SHA512SUMS", f"{'0' * 128}  {AES}\n{SHA512} *{BASE}\n"),
        ("md5sums.txt", f"-----BEGIN PGP SIGNED MESSAGE-----\n\n{MD5}  ./{BASE}\n"),
    ],
)
def test_a_published_checksum_that_agrees_vouches(folder, name, text):
    (folder / name).write_text(text)

    assert only(folder).vouched
    assert listed(folder).others == ()


@pytest.mark.parametrize(
    ("name", "text", "trouble"),
    [
        (f"{BASE}.md5", OTHER, "is not the one in"),
        ("SHA512SUMS", f"{'0' * 128}  {BASE}", "damaged, cut short or another file"),
        (f"{BASE}.sha512", MD5, "holds no sha512 checksum"),  # of another length
        (f"{BASE}.sha512", "", "holds no sha512 checksum"),
        (f"{BASE}.md5", f"{MD5}  {PATCH}", "holds no md5 checksum"),
        ("MD5SUMS", f"{MD5[:-1]}  {BASE}", "holds no md5 checksum"),
    ],
)
def test_a_checksum_that_does_not_agree_bars_the_file(folder, name, text, trouble):
    (folder / name).write_text(text)

    file = only(folder)

    assert trouble in (file.trouble or "")
    assert not file.vouched


def test_one_checksum_that_disagrees_is_enough(folder):
    (folder / f"{BASE}.sha512").write_text(SHA512)
    (folder / "MD5SUMS").write_text(f"{OTHER}  {BASE}")

    assert "MD5SUMS" in (only(folder).trouble or "")


def test_a_file_that_was_cut_short_is_found_by_its_checksum(folder):
    (folder / f"{BASE}.sha512").write_text(SHA512)
    (folder / BASE).write_bytes(CONTENT[:-1])

    assert "cut short" in (only(folder).trouble or "")


def test_links_count_inside_the_folder_alone(folder, tmp_path):
    (tmp_path / "secret").write_text("not for controllers")
    (folder / AES).symlink_to(tmp_path / "secret")
    (folder / PATCH).symlink_to(BASE)
    (folder / "C9800-80-universalk9_wlc.17.03.06.SPA.bin").symlink_to("nowhere")

    troubles = {file.name: file.trouble for file in listed(folder).files}

    assert troubles[PATCH] is None
    assert "out of the folder" in (troubles[AES] or "")
    assert "nowhere" in (troubles["C9800-80-universalk9_wlc.17.03.06.SPA.bin"] or "")


def test_what_is_no_whole_file_is_listed_with_its_trouble(folder):
    (folder / AES).mkdir()
    os.mkfifo(folder / PATCH)
    (folder / "C9800-80-universalk9_wlc.17.03.06.SPA.bin").touch()

    troubles = {file.name: file.trouble for file in listed(folder).files}

    assert "no ordinary file" in (troubles[AES] or "")
    assert "no ordinary file" in (troubles[PATCH] or "")
    assert troubles["C9800-80-universalk9_wlc.17.03.06.SPA.bin"] == "it is empty"


def test_a_link_that_took_a_files_place_is_not_followed(folder):
    (folder / AES).symlink_to(BASE)

    with pytest.raises(FileUnreadable, match="cannot be read"):
        Checksums(None).of(folder / AES)


def test_strange_names_are_told_and_used_for_nothing(folder):
    strange = ["a b.bin", "x\x1b[31m.bin", f"{BASE}\n", "AIR-AP1815-K9-ME-8-10-183-0.aes"]
    for name in strange:
        (folder / name).touch()
    (folder / os.fsdecode(b"\xff.bin")).touch()
    (folder / "deeper").mkdir()
    (folder / ".hidden").touch()

    found = listed(folder)

    assert [file.name for file in found.files] == [BASE]
    assert {name for name, _ in found.others} == {*strange, os.fsdecode(b"\xff.bin"), "deeper"}


@pytest.mark.parametrize("where", ["missing", f"images/{BASE}"])
def test_what_is_no_folder_is_refused_by_name(folder, tmp_path, where):
    with pytest.raises(InvalidInput, match=r"cannot be read \(.+\); expected a folder"):
        listed(tmp_path / where)


def test_a_shelf_says_what_keeps_the_folder_from_being_read(tmp_path):
    source = SoftwareSource(str(tmp_path / "missing"), credentials=Credentials("a", "env:A"))

    shelf = SoftwareFolders(Checksums(None)).shelf(source, Platform.IOSXE)

    assert "No such file" in (shelf.trouble or "")
    assert shelf.is_stated
    assert shelf.login == source.credentials


def test_a_shelf_holds_the_platforms_own_files_where_it_can_fetch_them(folder):
    (folder / AES).write_bytes(CONTENT)
    source = SoftwareSource(str(folder), "https://192.0.2.5:8443/", "tftp://192.0.2.5/")
    folders = SoftwareFolders(Checksums(None))

    (iosxe,) = folders.shelf(source, Platform.IOSXE).files
    (aireos,) = folders.shelf(source, Platform.AIREOS).files

    assert iosxe.url == f"https://192.0.2.5:8443/{BASE}"
    assert aireos.url == f"tftp://192.0.2.5/{AES}"
    assert aireos.release == Release.parse("8.10.183.0")


@pytest.mark.parametrize(("url", "fetched"), [("http://h/", BASE), ("sftp://h/", AES)])
def test_no_address_is_told_by_a_protocol_that_the_platform_does_not_speak(folder, url, fetched):
    (folder / AES).write_bytes(CONTENT)

    with_url = {file.name for file in listed(folder, url=url).files if file.url}

    assert fetched in with_url
    assert (AES in with_url) == url.startswith("sftp")


def test_sums_are_computed_once_and_again_when_the_file_changed(folder, tmp_path):
    store = tmp_path / "cache.json"
    first = only(folder, store=store)
    kept = json.loads(store.read_text())
    (entry,) = kept.values()
    entry["md5"] = "as remembered"
    store.write_text(json.dumps(kept))

    assert first.md5 == MD5
    assert only(folder, store=store).md5 == "as remembered"

    (folder / BASE).write_bytes(b"others" * 100)
    assert only(folder, store=store).md5 != "as remembered"


def test_a_file_that_took_anothers_place_with_its_size_and_time_is_read_again(folder, tmp_path):
    store = tmp_path / "cache.json"
    only(folder, store=store)
    seen = (folder / BASE).stat()
    (folder / "new").write_bytes(CONTENT[::-1])
    os.utime(folder / "new", ns=(seen.st_atime_ns, seen.st_mtime_ns))
    (folder / "new").replace(folder / BASE)

    assert only(folder, store=store).md5 != MD5


@pytest.mark.parametrize("spoilt", ["", "[]", "{", '{"x": 1}', '{"x": {"mark": 3}}', "\xff"])
def test_a_spoilt_cache_costs_time_alone(folder, tmp_path, spoilt):
    store = tmp_path / "cache.json"
    store.write_text(spoilt)

    assert only(folder, store=store).md5 == MD5
    assert only(folder, store=store).md5 == MD5


def test_a_file_that_is_gone_is_forgotten(folder, tmp_path):
    store = tmp_path / "cache.json"
    only(folder, store=store)
    (folder / BASE).rename(folder / AES)
    only(folder, store=store)

    assert [Path(path).name for path in json.loads(store.read_text())] == [AES]


@given(text=st.text(max_size=200) | st.binary(max_size=200))
def test_no_checksum_file_breaks_the_reading(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("sums")
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    (folder / "MD5SUMS").write_bytes(data)
    (folder / f"{BASE}.sha512").write_bytes(data)

    told = published(folder, ["MD5SUMS", f"{BASE}.sha512"], BASE)

    assert all(one.digest is None or len(one.digest) in {32, 128} for one in told)
