"""The key `itsm` of kind `webhook`, and its mapping file: what is taken, and what is refused."""

from pathlib import Path

import pytest

from service.config.inventory import InvalidFile, parse_inventory
from service.domain.ticket_mapping import FIELDS, own_form

HEAD = """controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: hq, policy: {ticket: required}}
credentials:
  hq: {username: svc, password: "env:HQ"}
"""
PAIR = {
    "kind": "webhook",
    "url": "https://desk.example/in?team=wifi",
    "key": "aprejoin",
    "secret": "env:OURS",
    "their_key": "desk",
    "their_secret": "env:THEIRS",
}
WHOLE = """all: {id: "{correlation}"}
words: {risk: {low: "4", moderate: "3", high: "2"}}
open_change: {short: "{title} ({risk})", plan: ["{steps}", "{way_back}"], sla: 3, hot: true}
begin_change: skip
close_change: {code: "{verdict}", text: "{notes}"}
open_incident: {short: "{title}", when: null}
update_incident: skip
resolve_incident: {text: "{notes}"}
note: {text: "{text}"}
attach: skip
"""


def read(folder=Path("/etc/fleet"), **more):
    pair = {key: said for key, said in {**PAIR, **more}.items() if said is not None}
    text = ", ".join(f'{key}: "{said}"' for key, said in pair.items())
    return parse_inventory(f"{HEAD}itsm: {{{text}}}\n".encode(), folder / "inventory.yaml").itsm


def mapped(folder, content):
    (folder / "map.yaml").write_text(content)
    return read(folder, mapping="map.yaml").hook.mapping


def test_a_pair_is_read_with_its_keys_and_tells_in_its_own_form_without_a_mapping():
    found = read(ca="corp.pem", incidents="none")
    hook = found.hook
    assert (found.kind, found.url) == ("webhook", PAIR["url"])
    assert (found.ca, found.incidents) == ("/etc/fleet/corp.pem", "none")
    assert (hook.key, hook.secret) == ("aprejoin", "env:OURS")
    assert (hook.their_key, hook.their_secret) == ("desk", "env:THEIRS")
    assert hook.mapping == own_form()


@pytest.mark.parametrize(
    ("part", "place", "words"),
    [
        ({"url": "http://desk.example/in"}, "itsm.url", "https://HOST"),
        ({"url": "https://a:hunter2@desk.example/in"}, "itsm.url", "without user"),
        ({"secret": "hunter2"}, "itsm.secret", "a reference"),
        ({"their_secret": "env:OURS"}, "itsm.their_secret", "another secret"),
        ({"their_key": None}, "itsm", "the key 'their_key'"),
        ({"auth": "oauth"}, "itsm", "unknown key 'auth'"),
        ({"mapping": "nowhere.yaml"}, "nowhere.yaml", "no such file"),
    ],
)
def test_what_is_wrong_with_a_pair_is_named_and_no_secret_shown(part, place, words):
    with pytest.raises(InvalidFile) as refused:
        read(**part)
    told = str(refused.value)
    assert place in told
    assert words in told
    assert "hunter2" not in told


def test_this_host_may_be_told_in_clear():
    assert read(url="http://127.0.0.1:8080/in").url == "http://127.0.0.1:8080/in"


def test_a_mapping_is_read_with_constants_lists_words_and_what_is_left_out(tmp_path):
    found = mapped(tmp_path, WHOLE)
    fields = {key: key for key in FIELDS["open_change"]} | {"risk": "high", "correlation": "d1"}
    assert found.body("open_change", fields) == {
        "id": "d1",
        "short": "title (2)",
        "plan": ["steps", "way_back"],
        "sla": 3,
        "hot": True,
    }
    assert {name for name in FIELDS if name not in found.bodies} == {
        "begin_change",
        "update_incident",
        "attach",
    }
    assert found.bodies["open_incident"]["when"] is None


def test_the_mapping_of_the_guide_loads(tmp_path):
    guide = (Path(__file__).parents[3] / "docs" / "itsm.md").read_text()
    (example,) = (part for part in guide.split("```yaml\n") if part.startswith("all:"))
    found = mapped(tmp_path, example.partition("```")[0])
    assert set(FIELDS) - set(found.bodies) == {"update_incident"}


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('"{text}"', '"{test}"', "9: note.text", "{test} (did you mean 'text'?)"),
        ('"{text}"', '"{risk}"', "9: note.text", "unknown field {risk}"),
        ('"{text}"', '"a { b"', "9: note.text", "braces of your own doubled"),
        ('"{text}"', "1.5", "9: note.text", "text (in quotes)"),
        ('"{text}"', "&a [*a]", "9: note.text", "at most 20 levels"),
        ("note: {", "notes: {", "9: ", "unknown key 'notes' (did you mean 'note'?)"),
        ("note: {", "notes: {", "1: ", "the key 'note'"),
        ('all: {id: "{correlation}"}', "all: {}", "9: note", "{correlation} in one of its"),
        ('all: {id: "{correlation}"}', 'all: {id: "{title}"}', "1: all.id", "{correlation}, {kind"),
        ('close_change: {code: "{verdict}"', "close_change: skip #", "5: close_change", "fields"),
        (', high: "2"', "", "2: words.risk", "the key 'high'"),
        ("{risk: {", "{colour: {", "2: words", "unknown key 'colour'"),
        ("all: {", "all: }", "1: ", "not YAML"),
    ],
)
def test_a_bad_mapping_is_refused_with_its_file_line_and_key(tmp_path, old, new, place, words):
    assert old in WHOLE
    with pytest.raises(InvalidFile) as refused:
        mapped(tmp_path, WHOLE.replace(old, new, 1))
    told = str(refused.value)
    assert f"{tmp_path}/map.yaml:{place}" in told
    assert words in told
