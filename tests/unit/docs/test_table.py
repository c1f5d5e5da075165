"""Every block of every document is in one row of the table, and every row does what it says."""

from pathlib import Path

from tests.support.guide_table import (
    BLOCKS,
    LESSON,
    REFERENCE,
    TABLE,
    TYPED,
    How,
    blocks_of,
    rows_of,
)
from tests.support.guides import ROOT, blocks, commands

BY_THE_TABLE = {BLOCKS, REFERENCE, TYPED, ".ci/run"}
"""Tests that take their documents from the table, or all there are; the others name theirs."""


def test_every_block_is_in_one_row_of_the_table():
    counted = {str(one): len(rows_of(one)) for one in blocks()}
    assert {place: count for place, count in counted.items() if count != 1} == {}, (
        "say in tests/support/guide_table.py how it is tested"
    )


def test_every_row_has_a_block():
    used = {str(row) for one in blocks() for row in rows_of(one)}
    assert [str(row) for row in TABLE if str(row) not in used] == []


def test_every_test_of_the_table_is_there_and_reads_what_it_is_said_to_read():
    wrong = [
        str(row)
        for row in TABLE
        if row.test not in BY_THE_TABLE
        and row.how is not How.NOT_HERE
        and Path(row.document).name not in (ROOT / row.test).read_text()
    ]
    assert wrong == []
    assert [row.test for row in TABLE if not (ROOT / row.test).is_file()] == []


def test_what_cannot_run_here_says_why_and_what_is_looked_at_instead():
    unsaid = [str(row) for row in TABLE if row.how is How.NOT_HERE and not (row.why and row.begins)]
    assert unsaid == []


def test_what_is_typed_into_the_lab_is_our_own():
    typed = {
        Path(words[0]).name: str(block) for block in blocks_of(TYPED) for words in commands(block)
    }
    assert typed.keys() <= {"aprejoin", "make", "$EDITOR"}, typed


def test_what_the_tests_of_the_lesson_run_is_marked_for_them():
    unmarked = [
        str(one)
        for one in blocks_of(LESSON, How.RUN, How.TYPED)
        if one.language != "python" and not one.mark.startswith(("run", "box "))
    ]
    assert unmarked == []
