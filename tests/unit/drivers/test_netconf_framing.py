"""The deframer: bytes cut anywhere, both framings, and streams that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.drivers.links.netconf_framing import Deframer, FramingError
from service.lab.netconf.framing import frames

MESSAGES = st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=4)
LENGTHS = st.lists(st.integers(1, 50), min_size=1, max_size=5)


def cut(stream: bytes, lengths: list[int]) -> list[bytes]:
    pieces, at, turn = [], 0, 0
    while at < len(stream):
        length = lengths[turn % len(lengths)]
        pieces.append(stream[at : at + length])
        at, turn = at + length, turn + 1
    return pieces


def endless(lengths: list[int]):
    while True:
        yield from lengths


def written(messages: list[str], lengths: list[int], *, chunked: bool) -> bytes:
    return b"".join(
        piece
        for message in messages
        for piece in frames(message.encode(), endless(lengths), chunked=chunked)
    )


@given(MESSAGES, LENGTHS, LENGTHS)
def test_messages_in_chunks_come_out_whole_however_the_bytes_are_cut(messages, chunks, reads):
    deframer = Deframer()
    deframer.chunked = True
    stream = written(messages, chunks, chunked=True)
    found = [message for piece in cut(stream, reads) for message in deframer.feed(piece)]
    assert found == [message.strip() for message in messages]


@given(MESSAGES.filter(lambda them: not any("]" in one for one in them)), LENGTHS)
def test_marked_messages_come_out_whole_however_the_bytes_are_cut(messages, reads):
    deframer = Deframer()
    stream = written(messages, [1], chunked=False)
    found = [message for piece in cut(stream, reads) for message in deframer.feed(piece)]
    assert found == [message.strip() for message in messages]


def test_blanks_between_messages_are_nothing():
    deframer = Deframer()
    deframer.chunked = True
    stream = b"\n#3\n<a>\n##\n\r\n \n\n#3\r\n<b>\n##\n"
    assert list(deframer.feed(stream)) == ["<a>", "<b>"]


def test_what_follows_a_hello_waits_for_the_new_framing():
    deframer = Deframer()
    found = []
    for message in deframer.feed(b"<hello>]]>]]>\n#3\n<a>\n##\n"):
        found.append(message)
        deframer.chunked = True
    assert found == ["<hello>", "<a>"]


@pytest.mark.parametrize("stream", [b"<rpc-reply/>", b"\n#x\n" + b"<" * 99, b"\n#0\n" + b" " * 99])
def test_a_stream_without_chunks_is_said_to_be_none(stream):
    deframer = Deframer()
    deframer.chunked = True
    with pytest.raises(FramingError):
        list(deframer.feed(stream))


def test_a_header_that_is_not_complete_is_waited_for():
    deframer = Deframer()
    deframer.chunked = True
    assert [
        list(deframer.feed(piece)) for piece in (b"\n", b"#", b"3", b"\n<a", b">\n#", b"#")
    ] == [[]] * 6
    assert list(deframer.feed(b"\n")) == ["<a>"]
