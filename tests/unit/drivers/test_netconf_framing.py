"""The deframer: bytes cut anywhere, both framings, and streams that are none."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.drivers.links.netconf_framing import END_OF_MESSAGE, Deframer, FramingError
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


def received(deframer: Deframer, data: bytes, start: bytes = b"") -> Iterator[bytes]:
    """What the pieces add up to: each whole message, and what has come of the next one."""
    message = bytearray(start)
    for piece in deframer.feed(data):
        message += piece
        if not piece:
            yield bytes(message)
            message.clear()
    yield bytes(message)


def messages_of(deframer: Deframer, pieces: list[bytes]) -> list[str]:
    found, rest = [], b""
    for piece in pieces:
        *whole, rest = received(deframer, piece, rest)
        found += whole
    assert rest == b""
    return [one.decode() for one in found]


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
    assert messages_of(deframer, cut(stream, reads)) == messages


@given(MESSAGES.filter(lambda them: not any("]" in one for one in them)), LENGTHS)
def test_marked_messages_come_out_whole_however_the_bytes_are_cut(messages, reads):
    deframer = Deframer()
    stream = written(messages, [1], chunked=False)
    assert messages_of(deframer, cut(stream, reads)) == messages


def test_blanks_between_messages_are_nothing():
    deframer = Deframer()
    deframer.chunked = True
    stream = b"\n#3\n<a>\n##\n\r\n \n\n#3\r\n<b>\n##\n"
    assert messages_of(deframer, [stream]) == ["<a>", "<b>"]


def test_what_follows_a_hello_waits_for_the_new_framing():
    deframer = Deframer()
    found = []
    for message in received(deframer, b"<hello>]]>]]>\n#3\n<a>\n##\n"):
        found.append(message)
        deframer.chunked = True
    assert found == [b"<hello>", b"<a>", b""]


@pytest.mark.parametrize("stream", [b"<rpc-reply/>", b"\n#x\n" + b"<" * 99, b"\n#0\n" + b" " * 99])
def test_a_stream_without_chunks_is_said_to_be_none(stream):
    deframer = Deframer()
    deframer.chunked = True
    with pytest.raises(FramingError):
        list(deframer.feed(stream))


def test_a_header_that_is_not_complete_is_waited_for():
    deframer = Deframer()
    deframer.chunked = True
    pieces = (b"\n", b"#", b"3", b"\n<a", b">\n#", b"#", b"\n")
    assert [list(deframer.feed(piece)) for piece in pieces] == [
        [],
        [],
        [],
        [b"<a"],
        [b">"],
        [],
        [b""],
    ]


def test_what_has_come_of_a_long_message_is_handed_on_and_not_kept():
    for chunked, start in ((True, b"\n#100000\n"), (False, b"")):
        deframer = Deframer()
        deframer.chunked = chunked
        handed = sum(len(piece) for piece in deframer.feed(start + b"a" * 50_000))
        assert 50_000 - handed < len(END_OF_MESSAGE)
