"""The evidence bundle of one remediation: whole, the same for the same, and all of it checked."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.audit import canonical
from service.domain.evidence.archive import MANIFEST, packed, unpacked
from service.domain.evidence.chains import chained
from service.domain.evidence.check import check
from service.errors import NotFound, StoreError
from service.usecases.advance import advance
from service.usecases.evidence import make_bundle
from tests.support.stage import Stage, ap

HOSTILE = "<script>alert(1)</script>\"'&\x1b[2J\u202eevil"
FILES = {
    "after.json",
    "aps.json",
    "audit.jsonl",
    "before.json",
    "clock.csv",
    "clock.svg",
    "evidence.jsonl",
    "index.html",
    "journal.jsonl",
    "manifest.json",
    "plan.json",
    "remediation.json",
    "transcript.txt",
}


@pytest.fixture(scope="module")
def stage() -> Stage:
    """A clock window that ended well; an access point has a hostile name."""
    stage = Stage(aps=[replace(ap(1), name=HOSTILE), ap(2)])
    assert stage.remediate().state == "succeeded"
    return stage


def made(stage: Stage) -> bytes:
    context = stage.process().context
    return make_bundle(context, context.store.remediations()[0].id).archive


@pytest.fixture(scope="module")
def archive(stage) -> bytes:
    return made(stage)


@pytest.fixture(scope="module")
def files(archive) -> dict[str, bytes]:
    return unpacked(archive)


def loaded(files: dict[str, bytes], name: str):
    return json.loads(files[name])


def test_it_is_whole_the_trail_vouches_for_it_and_it_is_the_same_every_time(stage, archive):
    found = check(archive)
    assert (found.problems, found.vouched) == ((), True)
    assert (found.about["state"], found.about["is_open"]) == ("succeeded", False)
    stage.settle(60)
    assert made(stage) == archive


def test_everything_that_was_promised_is_in_it(files):
    assert set(files) == FILES
    before, after = loaded(files, "before.json"), loaded(files, "after.json")
    assert before["ntp"] == after["ntp"]["value"]
    assert before["release"]
    assert loaded(files, "plan.json")["plan"]["strategy"] == "clock-window"
    lines = files["clock.csv"].decode().splitlines()
    offsets = [float(line.rsplit(",", 1)[1]) for line in lines[1:]]
    assert min(offsets) < -86_400
    assert abs(offsets[-1]) < 5
    assert b"<polyline" in files["clock.svg"]
    (way, _) = loaded(files, "aps.json").values()
    assert [way[0]["state"], way[-1]["state"]] == ["downloading", "registered"]
    acts = [json.loads(line)["act"] for line in files["audit.jsonl"].splitlines()]
    assert acts == ["remediation.begin", "remediation.end"]
    assert b"remove-ntp: about to" in files["transcript.txt"]


def test_what_a_device_says_is_text_on_the_page_and_nothing_else(files):
    text = files["index.html"].decode()
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert text.count("<svg") == 1
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "\x1b" not in files["transcript.txt"].decode()


@given(st.data())
@settings(max_examples=60)
def test_any_changed_byte_is_noticed(archive, data):
    where = data.draw(st.integers(0, len(archive) - 1))
    other = data.draw(st.integers(1, 255))
    forged = bytearray(archive)
    forged[where] ^= other
    assert check(bytes(forged)).problems


@given(st.data())
@settings(max_examples=20)
def test_anything_cut_off_or_put_on_is_noticed(archive, data):
    end = data.draw(st.integers(0, len(archive) - 1))
    assert check(archive[:end]).problems
    assert check(archive + b"\0" * (end % 7 + 1)).problems


def rezipped(files: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as opened:
        for name in sorted(files):
            opened.writestr(name, files[name])
    return output.getvalue()


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_changed_and_a_missing_file_are_named(files, name):
    changed = check(rezipped({**files, name: files[name] + b" "}))
    missing = check(rezipped({one: text for one, text in files.items() if one != name}))
    assert name in changed.problems[0]
    assert missing.problems == (f"{name}: it is missing",)


def test_an_added_file_and_another_packing_are_noticed(files):
    added = check(rezipped({**files, "more.txt": b""}))
    assert added.problems == ("more.txt: it was added",)
    assert "the archive itself" in check(rezipped(files)).problems[0]


def forged(files: dict[str, bytes], name: str, old: bytes, new: bytes) -> bytes:
    """A file changed and everything around it made to fit again."""
    assert old in files[name]
    about = json.loads(files[MANIFEST])
    rest = {one: text for one, text in files.items() if one != MANIFEST}
    for key in ("form", "files"):
        del about[key]
    return packed(about, {**rest, name: files[name].replace(old, new, 1)})


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("journal.jsonl", b'"outcome":"applied"', b'"outcome":"refused"'),
        ("evidence.jsonl", b'"kind":"look"', b'"kind":"leek"'),
        ("audit.jsonl", b'"who":"ann"', b'"who":"eve"'),
    ],
)
def test_a_forged_file_with_a_new_manifest_breaks_its_own_chain(files, name, old, new):
    (problem, *_) = check(forged(files, name, old, new)).problems
    assert problem.startswith(name)


def test_a_journal_made_anew_is_not_the_one_that_the_trail_names(stage, files):
    lines = [json.loads(line) for line in files["journal.jsonl"].splitlines()]
    bare = [{k: v for k, v in one.items() if k not in ("previous", "hash")} for one in lines]
    item = stage.process().context.store.remediations()[0].id
    bare[1]["event"]["summary"] = "nothing at all"
    anew = b"".join(canonical(one) + b"\n" for one in chained(item, bare))
    found = check(forged(files, "journal.jsonl", files["journal.jsonl"], anew))
    assert found.vouched is False
    assert "names another journal" in found.problems[0]


@pytest.mark.parametrize("junk", [b"", b"PK", b"no archive", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_bundle_is_said_to_be_none(junk):
    assert check(junk).problems


def test_one_that_has_not_ended_is_told_as_of_now():
    stage = Stage()
    work = stage.open(stage.process())
    for _ in range(6):
        advance(work)
    made_ = make_bundle(work.context, work.remediation)
    found = check(made_.archive)
    assert (made_.is_open, found.problems, found.vouched) == (True, (), None)
    assert found.about["is_open"] is True
    assert b"it has not ended" in unpacked(made_.archive)["index.html"]


def test_nobody_finds_evidence_of_what_never_was():
    with pytest.raises(NotFound):
        make_bundle(Stage().process().context, "nothing")


def test_a_store_that_takes_no_evidence_holds_up_no_remediation(monkeypatch):
    stage = Stage()
    keep = type(stage.store).keep_piece

    def broken(self, remediation, kind, document, *, at):
        if kind in ("look", "sent"):
            raise StoreError("the disk is full")
        keep(self, remediation, kind, document, at=at)

    monkeypatch.setattr(type(stage.store), "keep_piece", broken)
    assert stage.remediate().state == "succeeded"
    assert check(made(stage)).problems == ()
