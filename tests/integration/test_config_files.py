"""Inventories and secrets as files on a disk."""

import stat
import traceback

import pytest
import responses
from responses import matchers

from service.config.inventory import load_inventory, write_example
from service.config.secrets import SecretResolver
from service.errors import InvalidInput
from service.settings import Settings


def test_the_example_loads_as_it_is_written(tmp_path):
    path = tmp_path / "inventory.yaml"
    write_example(path)
    assert load_inventory(path).names == ("hq-1",)


def test_a_file_that_changed_is_read_again(tmp_path):
    path = tmp_path / "inventory.yaml"
    write_example(path)
    first = load_inventory(path)
    assert load_inventory(path) is first
    path.write_text(path.read_text().replace("name: hq-1", "name: hq-9"))
    assert load_inventory(path).names == ("hq-9",)


def test_the_example_never_overwrites(tmp_path):
    path = tmp_path / "inventory.yaml"
    path.write_text("mine")
    with pytest.raises(InvalidInput, match=r"inventory\.yaml: found something of that name"):
        write_example(path)
    assert path.read_text() == "mine"


def test_the_example_needs_a_folder_to_lie_in(tmp_path):
    with pytest.raises(InvalidInput, match="No such file or directory"):
        write_example(tmp_path / "nowhere" / "inventory.yaml")


def test_every_commented_line_of_the_example_is_valid_too(tmp_path):
    path = tmp_path / "inventory.yaml"
    write_example(path)
    text = path.read_text()
    for line in ("  - name: branch-7", "  branch:", "tag_policies:", "schedules:", "freezes:"):
        text = uncomment(text, line)
    text = text.replace("    # mobility_group", "    mobility_group")
    path.write_text(text)
    fleet = load_inventory(path)
    assert fleet.names == ("hq-1", "branch-7")
    assert (len(fleet.schedules), len(fleet.freezes)) == (2, 1)


def uncomment(text, first):
    """Take the comment signs off a block that begins with a line, up to the next plain line."""
    indent = len(first) - len(first.lstrip())
    lines = text.splitlines()
    commented = first[:indent] + "# " + first[indent:]
    start = next(i for i, line in enumerate(lines) if line.startswith(commented))
    for index in range(start, len(lines)):
        if not lines[index].startswith(first[:indent] + "# "):
            break
        lines[index] = lines[index].replace("# ", "", 1)
    return "\n".join(lines)


def test_a_missing_file_a_folder_and_a_forbidden_file_are_told_apart(tmp_path):
    with pytest.raises(InvalidInput, match="found no such file"):
        load_inventory(tmp_path / "none.yaml")
    with pytest.raises(InvalidInput, match="found a folder"):
        load_inventory(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_inventory(tmp_path / ("x" * 300))


def test_a_state_folder_is_created_for_its_owner_alone(tmp_path):
    settings = Settings.from_environment({"APREJOIN_STATE_DIR": str(tmp_path / "a" / "b")})
    folder = settings.ensure_state_dir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert settings.ensure_state_dir() == folder


def test_a_state_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "state").write_text("")
    settings = Settings.from_environment({"APREJOIN_STATE_DIR": str(tmp_path / "state")})
    with pytest.raises(InvalidInput, match=r"APREJOIN_STATE_DIR: found .*/state cannot be used"):
        settings.ensure_state_dir()


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_file_lies_beside_the_inventory_and_loses_one_line_end(tmp_path, end):
    (tmp_path / "password").write_bytes(f" two words\n{end}".encode())
    assert SecretResolver(tmp_path, {}).resolve("file:password") == " two words\n".removesuffix(
        "" if end else "\n"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "empty"), (b"\n", "empty"), (b"hunter\xff", "not UTF-8"), (b"x" * 70_000, "more than")],
)
def test_a_secret_file_without_a_secret_is_refused_and_not_shown(tmp_path, content, why):
    (tmp_path / "password").write_bytes(content)
    with pytest.raises(InvalidInput, match=f"file:password: the file .*{why}") as caught:
        SecretResolver(tmp_path, {}).resolve("file:password")
    assert "hunter" not in "".join(traceback.format_exception(caught.value))


def test_a_missing_secret_file_is_named_with_its_whole_path(tmp_path):
    with pytest.raises(InvalidInput, match=str(tmp_path / "none")):
        SecretResolver(tmp_path, {}).resolve("file:none")


@responses.activate
def test_the_vault_token_is_taken_from_the_users_file(tmp_path):
    (tmp_path / ".vault-token").write_text("from-file\n")
    responses.get(
        "https://vault/v1/kv/data/hq",
        json={"data": {"data": {"p": "secret"}}},
        match=[matchers.header_matcher({"X-Vault-Token": "from-file"})],
    )
    environ = {"VAULT_ADDR": "https://vault", "HOME": str(tmp_path)}
    assert SecretResolver(tmp_path, environ).resolve("vault:kv/hq#p") == "secret"
