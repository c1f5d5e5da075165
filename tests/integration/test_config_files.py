"""Inventories and secrets as files on a disk."""

import pytest

from service.config.inventory import load_inventory, write_example
from service.errors import InvalidInput


def test_the_example_loads_as_it_is_written(tmp_path):
    path = tmp_path / "inventory.yaml"
    write_example(path)
    assert load_inventory(path).names == ("hq-1",)


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
