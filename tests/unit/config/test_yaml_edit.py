"""Entries of a YAML text are changed, and nothing else of it."""

import pytest
import yaml

from service.config.yaml_edit import YamlText

TEXT = """\
# é our fleet 😀
x-c9800: &c9800 {platform: iosxe, netconf: {port: 830}}
controllers:
- name: a   # the first
  host: 192.0.2.1
  netconf:
     port: 8301 # behind the gateway
     # for the lab alone
     insecure: true

  # the second
- {<<: *c9800, name: b, host: b.example}
-
    name: c
    netconf: *c9800
    note: |
      two
      lines
  # the end of the list
credentials: {hq: {username: "ad min"}}
schedules: []   # none yet
sites:
"""

HELD = yaml.safe_load(TEXT)["controllers"]


def said(text):
    return yaml.safe_load(text.text)


def lines(text):
    return set(text.text.splitlines())


def test_a_key_is_changed_in_its_line_and_the_comment_behind_it_stays():
    edited = YamlText(TEXT).with_items("controllers", HELD, {0: HELD[0] | {"host": "192.0.2.9"}})
    assert edited.text == TEXT.replace("192.0.2.1", "192.0.2.9")


def test_keys_come_and_go_in_an_entry_of_lines():
    wanted = {"name": "a", "host": "192.0.2.1", "netconf": {"port": 8301}, "tags": ["yes", "12:30"]}
    edited = YamlText(TEXT).with_items("controllers", HELD, {0: wanted})
    assert said(edited)["controllers"][0] == wanted
    assert lines(YamlText(TEXT)) - lines(edited) == {"     insecure: true"}


def test_what_is_merged_into_an_entry_is_stated_anew_only_where_it_is_another():
    text = YamlText(TEXT)
    wanted = {"name": "b", "host": "b.example", "netconf": {"port": 831}}
    edited = text.with_items("controllers", HELD, {1: wanted})
    assert "- {<<: *c9800, name: b, host: b.example, netconf: {port: 831}, platform: null}" in (
        edited.text
    )


def test_an_entry_is_added_behind_the_last_one_and_removed_without_the_comments_around_it():
    text = YamlText(TEXT)
    more = text.with_items("controllers", HELD, {}, [{"name": "d", "host": "x: y"}])
    assert more.text == TEXT.replace("lines\n", "lines\n- name: d\n  host: 'x: y'\n")
    assert more.without_item("controllers", 3).text == TEXT
    fewer = text.without_item("controllers", 0)
    assert [one["name"] for one in said(fewer)["controllers"]] == ["b", "c"]
    assert "# the second" in fewer.text


@pytest.mark.parametrize("part", ["schedules", "other"])
def test_the_first_entry_of_a_list_may_be_taken_back(part):
    more = YamlText(TEXT).with_items(part, [], {}, [{"name": "night", "cron": "0 2 * * *"}])
    assert said(more)[part] == [{"name": "night", "cron": "0 2 * * *"}]
    assert "# none yet" in more.text
    assert said(more.without_item(part, 0)) == said(YamlText(TEXT)) | {part: []}


@pytest.mark.parametrize("part", ["credentials", "sites", "other"])
def test_a_named_entry_comes_changes_and_goes(part):
    text = YamlText(TEXT).with_key((part, "new"), {"username": "x", "password": "env:X"})
    assert said(text)[part]["new"] == {"username": "x", "password": "env:X"}
    text = text.with_key((part, "new"), {"username": "y"})
    assert said(text)[part]["new"] == {"username": "y"}
    left = said(text.without_key((part, "new")))
    assert (left.pop(part) or {}) == (yaml.safe_load(TEXT).get(part) or {})


@pytest.mark.parametrize("value", ["yes", "12:30", "1e3", "~", "a: b", "# x", "é", "*x", "0x1f"])
def test_a_text_is_read_as_that_text(value):
    assert said(YamlText("a: 1\n").with_key(("b",), [value]))["b"] == [value]


def test_line_ends_stay_what_they_are():
    text = YamlText(TEXT.replace("\n", "\r\n"))
    more = text.with_items("controllers", HELD, {}, [{"name": "d", "host": "h"}])
    more = more.with_key(("sites", "hq"), {}).with_items("schedules", [], {}, [{"name": "s"}])
    assert "\n" not in more.text.replace("\r\n", "")
    assert [one["name"] for one in said(more)["controllers"]] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("pad", ["", "  "])
def test_lines_below_a_key_give_way_to_a_value_behind_it(pad):
    text = f"sites:\n  a:\n    tags:  # ours\n    {pad}- x\n    {pad}- y\n    zone: z\n"
    same = YamlText(text).with_key(("sites", "a"), {"tags": ["x", "y"], "zone": "z"})
    assert same.text == text
    edited = YamlText(text).with_key(("sites", "a"), {"tags": ["x"], "zone": "z"})
    assert edited.text == "sites:\n  a:\n    tags: [x]  # ours\n    zone: z\n"
