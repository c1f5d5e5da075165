"""`aprejoin files`: what it prints of a folder, and what it refuses."""

import hashlib
import json

import pytest
from click.testing import CliRunner

from service.cli.files import files_command

BASE = "C9800-CL-universalk9.17.09.04a.SPA.bin"
PATCH = "C9800-CL-universalk9.17.09.04a.CSCwh93727.SPA.apsp.bin"


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "images"
    inside.mkdir()
    (inside / BASE).write_bytes(b"base")
    (inside / PATCH).write_bytes(b"patch")
    (inside / f"{BASE}.sha512").write_text(hashlib.sha512(b"base").hexdigest())
    return inside


@pytest.fixture
def run(tmp_path):
    runner = CliRunner(env={"APREJOIN_STATE_DIR": str(tmp_path / "state")})
    return lambda *arguments: runner.invoke(files_command, [str(one) for one in arguments])


def test_the_document_tells_each_file_with_its_checksums(folder, run):
    (folder / "read me").touch()

    result = run(folder, "--json")
    document = json.loads(result.stdout)
    patch, base = document["files"]

    assert result.exit_code == 0
    assert document["folder"] == str(folder)
    assert base["sha512"] == hashlib.sha512(b"base").hexdigest()
    assert (base["vouched"], base["trouble"], base["patch"]) == (True, None, None)
    assert (patch["kind"], patch["patch"], patch["vouched"]) == ("apsp", "CSCwh93727", False)
    assert (patch["family"], patch["release"], patch["size_bytes"]) == ("C9800-CL", "17.9.4a", 5)
    assert [one["name"] for one in document["others"]] == ["read me"]


def test_a_file_in_trouble_is_named_and_makes_the_status(folder, run):
    (folder / BASE).write_bytes(b"bas")

    result = run(folder)

    assert result.exit_code == 1
    assert f"{BASE}: C9800-CL 17.9.4a, base image, 3 bytes" in result.stderr
    assert "NOT USED: its sha512 checksum is not the one in" in result.stderr


def test_names_that_are_no_text_get_into_neither_form(folder, run):
    (folder / "a\nb\x1b[31m").touch()
    (folder / "\udcff.bin").touch()

    listed, told = run(folder, "--json"), run(folder)

    names = {one["name"] for one in json.loads(listed.stdout)["others"]}
    assert names == {r"'a\nb\x1b[31m'", r"'\udcff.bin'"}
    assert "\x1b[31m" not in told.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--cert", "a", "--key", "b"), "--serve, --cert and --key together"),
        (("--serve", "127.0.0.1:0", "--cert", "a"), "--serve, --cert and --key together"),
        (("--serve", "127.0.0.1:0", "--cert", "a", "--key", "b"), "in PEM, without a password"),
        (("--serve", "127.0.0.1"), "HOST:PORT"),
        (("--serve", "0.0.0.0:0"), "--to-the-network"),
    ],
)
def test_what_cannot_be_served_is_refused(folder, run, arguments, expected):
    result = run(folder, *arguments, "--json")

    assert result.exit_code == 2
    assert expected in json.loads(result.stdout)["error"]["detail"]


def test_a_folder_with_nothing_good_is_not_served(folder, run):
    (folder / BASE).unlink()
    (folder / PATCH).write_bytes(b"")

    result = run(folder, "--serve", "127.0.0.1:0", "--json")

    assert result.exit_code == 1
    assert "nothing to serve" in json.loads(result.stdout)["error"]["detail"]


@pytest.mark.parametrize("where", ["missing", f"images/{BASE}"])
def test_a_wrong_folder_is_refused_by_name(folder, run, tmp_path, where):
    result = run(tmp_path / where, "--json")

    assert result.exit_code == 2
    assert str(tmp_path / where) in json.loads(result.stdout)["error"]["detail"]
