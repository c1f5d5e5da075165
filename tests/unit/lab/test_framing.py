"""Frames of RFC 6242, whatever the pieces they come in."""

from itertools import repeat

import pytest

from service.lab.netconf.framing import FramingError, Reader, frames


def test_end_of_message_splits_messages():
    reader = Reader()
    assert list(reader.feed(b"<a/>]]>]]><b/>]]>]]><c")) == [b"<a/>", b"<b/>"]
    assert list(reader.feed(b"/>]]>]]>")) == [b"<c/>"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_chunks_come_together_from_any_pieces(size):
    reader = Reader()
    reader.chunked = True
    sent = b"".join(frames(b"<rpc>hello</rpc>", repeat(5), chunked=True))
    got = []
    for start in range(0, len(sent), size):
        got += list(reader.feed(sent[start : start + size]))
    assert got == [b"<rpc>hello</rpc>"]


@pytest.mark.parametrize("wrong", [b"<rpc/>]]>]]>", b"\n#0\n", b"\n#05\nhello", b"\n##\n"])
def test_what_is_no_chunk_ends_the_session(wrong):
    reader = Reader()
    reader.chunked = True
    with pytest.raises(FramingError):
        list(reader.feed(wrong))
