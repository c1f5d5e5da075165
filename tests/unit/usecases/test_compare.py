"""An evidence bundle against the trail: forged as well as can be, it is still not the true one."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.audit import Act, Caller, Deed, Head, canonical, record_document, record_of
from service.domain.evidence.archive import MANIFEST, packed, unpacked
from service.domain.evidence.chains import chained
from service.domain.evidence.check import check
from service.errors import RecordUnreadable
from service.usecases.advance import advance
from service.usecases.audit import every_record
from service.usecases.compare import compare
from service.usecases.evidence import make_bundle
from tests.support.stage import Stage

ELSEWHERE = Deed("halt", "bob", Caller("person", "tty"))


@pytest.fixture(scope="module")
def stage() -> Stage:
    """A remediation that ended, with acts about others around and after it."""
    stage = Stage()
    store, clock = stage.store, stage.clock
    store.record(ELSEWHERE, at=clock.now().wall)
    assert stage.remediate().state == "succeeded"
    store.record(ELSEWHERE, at=clock.now().wall)
    return stage


@pytest.fixture(scope="module")
def trail(stage):
    return list(every_record(stage.store))


@pytest.fixture(scope="module")
def archive(stage) -> bytes:
    context = stage.process().context
    return make_bundle(context, context.store.remediations()[0].id).archive


def rebuilt(archive: bytes, **changed: bytes) -> bytes:
    """A bundle with other files, made such that it looks whole."""
    files = unpacked(archive)
    about = json.loads(files.pop(MANIFEST))
    for key in ("form", "files"):
        del about[key]
    return packed(about, {**files, **{f"{name}.jsonl": one for name, one in changed.items()}})


def lines(archive: bytes, name: str) -> list[dict]:
    found = [json.loads(line) for line in unpacked(archive)[f"{name}.jsonl"].splitlines()]
    return [{k: v for k, v in one.items() if k not in ("previous", "hash")} for one in found]


def chain(archive: bytes, entries: list[dict]) -> bytes:
    item = json.loads(unpacked(archive)[MANIFEST])["remediation"]
    return b"".join(canonical(one) + b"\n" for one in chained(item, entries))


def audit_of(*records) -> bytes:
    return b"".join(canonical(record_document(one)) + b"\n" for one in records)


def records_in(archive: bytes, trail) -> list:
    seqs = {one["seq"] for one in lines(archive, "audit")}
    return [one for one in trail if one.seq in seqs]


def rechained(deeds, trail) -> list:
    """A trail made anew, in whole, of these acts."""
    made, head = [], Head()
    for deed, old in zip(deeds, trail, strict=True):
        made.append(record_of(deed, at=old.at, after=head))
        head = Head(made[-1].seq, made[-1].hash)
    return made


def differences(archive: bytes, trail) -> tuple[str, ...]:
    assert check(archive).problems == ()  # alone it looks whole
    return compare(archive, trail).differences


def test_the_trail_vouches_for_the_true_one(archive, trail):
    found = compare(archive, trail)
    assert found.differences == ()
    assert found.head == Head(trail[-1].seq, trail[-1].hash)


def test_a_bundle_made_anew_in_whole_is_not_the_one_of_the_trail(archive, trail):
    entries = lines(archive, "journal")
    entries[1]["event"]["summary"] = "nothing at all"
    forged = chain(archive, entries)
    heads = f"journal {len(entries)}:{json.loads(forged.splitlines()[-1])['hash']}"
    begin, end = records_in(archive, trail)
    deed = replace(end.deed, detail=f"succeeded; {heads}")
    end = record_of(deed, at=end.at, after=Head(begin.seq, begin.hash))
    made = rebuilt(archive, journal=forged, audit=audit_of(begin, end))
    first, second = differences(made, trail)
    assert first == f"audit.jsonl, record {end.seq}: the trail has another one there"
    assert "is not what the end" in second


def test_without_its_records_a_forged_one_does_not_pass_as_not_ended(archive, trail):
    entries = lines(archive, "journal")[:-1]
    begin, _ = records_in(archive, trail)
    for audit in (b"", audit_of(begin)):
        made = rebuilt(archive, journal=chain(archive, entries), audit=audit)
        (found,) = differences(made, trail)
        assert "is not what the end" in found


def test_what_was_put_on_after_the_end_is_vouched_for_by_nothing(archive, trail):
    for name in ("journal", "evidence"):
        entries = lines(archive, name)
        more = {**entries[-1], "seq": len(entries) + 1}
        made = rebuilt(archive, **{name: chain(archive, [*entries, more])})
        (found,) = differences(made, trail)
        assert found.startswith(f"{name}.jsonl, entry {len(entries) + 1} and on")


def test_a_record_that_was_left_out_is_named(archive, trail):
    begin, end = records_in(archive, trail)
    (found,) = differences(rebuilt(archive, audit=audit_of(end)), trail)
    assert found == f"audit.jsonl: record {begin.seq} of the trail, remediation.begin, was left out"


def test_a_plan_of_another_digest_is_noticed(archive, trail):
    files = unpacked(archive)
    plan = json.loads(files["plan.json"])
    true = plan["plan"]["digest"]
    plan["plan"]["digest"] = "f" * 64
    about = json.loads(files.pop(MANIFEST))
    about = {key: one for key, one in about.items() if key not in ("form", "files")}
    made = packed(about, {**files, "plan.json": json.dumps(plan).encode()})
    assert differences(made, trail) == (
        f"plan.json: its digest is {'f' * 64}; the trail says {true}",
    )


def test_a_trail_that_was_exported_too_early_or_is_another_one_does_not_vouch(archive, trail):
    begin, end = records_in(archive, trail)
    early = differences(archive, trail[: begin.seq])
    assert early[0] == f"audit.jsonl, record {end.seq}: the trail ends at {begin.seq}"
    assert "no record of an end" in early[1]
    other = rechained([replace(one.deed, who="eve") for one in trail], trail)
    assert any("has another one there" in one for one in differences(archive, other))


@given(st.data())
def test_a_broken_trail_vouches_for_nothing(archive, trail, data):
    where = data.draw(st.integers(0, len(trail) - 1))
    bad = replace(trail[where], deed=replace(trail[where].deed, who="eve"))
    cut = where if data.draw(st.booleans()) and where < len(trail) - 1 else None
    records = trail[:cut] + trail[cut + 1 :] if cut is not None else [*trail[:where], bad]
    (found,) = differences(archive, records)
    assert found.startswith(f"the trail itself is broken at record {where + 1}: ")


def test_a_trail_that_cannot_be_read_or_is_empty_is_broken(archive, trail):
    def unreadable():
        yield trail[0]
        raise RecordUnreadable(2, "expected texts beside form and seq")

    assert "record 2: expected texts" in differences(archive, unreadable())[0]
    assert "no record at all" in differences(archive, [])[0]


def test_nothing_vouches_for_one_that_had_not_ended():
    stage = Stage()
    work = stage.open(stage.process())
    for _ in range(6):
        advance(work)
    archive = make_bundle(work.context, work.remediation).archive
    (found,) = differences(archive, every_record(stage.store))
    assert "no record of an end" in found
    assert Act.REMEDIATION_END not in {one.deed.act for one in every_record(stage.store)}
