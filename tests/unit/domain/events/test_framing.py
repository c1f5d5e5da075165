"""Messages come off a stream as they were put on it, whatever pieces it comes in."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from service.domain.events.framing import KEPT, Frames
from service.domain.events.syslog import LONGEST_BYTES, parse

MESSAGES = st.lists(
    st.binary(max_size=40).map(lambda tail: b"<13>" + tail.replace(b"\n", b"").strip(b" \r\0")),
    max_size=8,
)


def counted(message):
    return str(len(message)).encode() + b" " + message


def in_pieces(stream, cuts):
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[a:b] for a, b in itertools.pairwise(places)]


def read(pieces):
    frames = Frames()
    found = [frame for piece in pieces for frame in frames.feed(piece)]
    return found + frames.end()


@given(MESSAGES, st.lists(st.booleans(), min_size=8, max_size=8), st.lists(st.integers(0, 999)))
def test_both_framings_come_back_whole_and_in_order(messages, counts, cuts):
    stream = b"".join(
        counted(message) if is_counted else message + b"\n"
        for message, is_counted in zip(messages, counts, strict=False)
    )
    assert read(in_pieces(stream, cuts)) == messages


@given(st.binary(max_size=200), st.lists(st.integers(0, 999), max_size=6))
def test_any_stream_gives_the_same_messages_in_any_pieces(stream, cuts):
    assert read(in_pieces(stream, cuts)) == read([stream])


def test_a_last_message_without_its_end_counts():
    assert read([b"<13>a\n<13>b"]) == [b"<13>a", b"<13>b"]
    assert read([b"99 <13>a"]) == [b"99 <13>a"]


def test_a_line_that_begins_with_a_number_is_no_count():
    assert read([b"123: *Sep 18 13:01:02: %A-1-B: x\n7 days\n"]) == [
        b"123: *Sep 18 13:01:02: %A-1-B: x",
        b"7 days",
    ]


def test_what_is_too_long_is_cut_and_the_next_message_is_whole():
    long = b"<13>Feb  5 17:32:18 hq-1 " + b"x" * (3 * LONGEST_BYTES)
    for stream in (long + b"\n<13>b\n", counted(long) + counted(b"<13>b")):
        first, second = read(in_pieces(stream, range(0, len(stream), 1000)))
        assert (len(first), second) == (KEPT, b"<13>b")
        assert parse(first).is_cut


def test_nothing_that_a_sender_can_do_fills_the_memory():
    frames = Frames()
    for _ in range(100):
        frames.feed(b"x" * LONGEST_BYTES)
        assert len(frames._buffer) <= 2 * LONGEST_BYTES
    frames = Frames()
    frames.feed(b"999999999 <")
    for _ in range(100):
        frames.feed(b"x" * LONGEST_BYTES)
        assert len(frames._buffer) <= 2 * LONGEST_BYTES
