"""Where messages end in a byte stream: any segmentation, lying lengths, garbage, and bounded memory."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import Framer, Garbled, decode, encode
from tests.fixspec.stream import ORDER_BODY, frames, pieces, wire

GOOD = encode(b"FIX.4.4", ORDER_BODY)
OTHER = wire("35=0|34=2|49=A|52=20261121-10:11:12|56=B", b"FIX.4.2")


def with_body_length(raw: bytes, difference: int) -> bytes:
    head, length, rest = raw.split(b"\x01", 2)
    return b"\x01".join((head, b"9=%d" % (int(length[2:]) + difference), rest))


def reasons(answers: list[bytes | Garbled]) -> list[str | None]:
    """Per frame: None if it decodes, else why it is garbled."""
    judged = [decode(answer) if isinstance(answer, bytes) else answer for answer in answers]
    return [answer.reason if isinstance(answer, Garbled) else None for answer in judged]


def test_messages_come_out_as_they_went_in() -> None:
    assert frames([GOOD + OTHER + GOOD]) == [GOOD, OTHER, GOOD]


def test_a_length_too_short_garbles_one_message() -> None:
    short = with_body_length(GOOD, -9)
    assert frames([short + OTHER]) == [short, OTHER]
    assert reasons([short]) == ["BodyLength(9) is wrong"]


def test_a_length_too_long_swallows_the_next_message() -> None:
    long = with_body_length(GOOD, 14)
    assert frames([long + OTHER + GOOD]) == [long + OTHER, GOOD]
    assert isinstance(decode(long + OTHER), Garbled)


def test_the_trailer_is_taken_up_to_its_soh_whatever_it_says() -> None:
    odd = GOOD[:-4] + b"0\x01"
    assert frames([odd + OTHER]) == [odd, OTHER]
    assert reasons([odd]) == ["CheckSum(10) is not the last field or not three digits"]


@pytest.mark.parametrize(
    ("bad", "raw", "reason"),
    [
        (b"8=FIX.4.4\x0135=0\x01", b"8=FIX.4.4\x013", "BodyLength(9) does not follow BeginString(8)"),
        (b"8=FIX.4.4\x019:5\x01", b"8=FIX.4.4\x019:", "BodyLength(9) does not follow BeginString(8)"),
        (b"8=FIX.4.4\x019=\x01", b"8=FIX.4.4\x019=\x01", "BodyLength(9) is not 1 to 7 digits"),
        (b"8=FIX.4.4\x019=-5\x01", b"8=FIX.4.4\x019=-", "BodyLength(9) is not 1 to 7 digits"),
        (b"8=FIX.4.4\x019=1_0\x01", b"8=FIX.4.4\x019=1_", "BodyLength(9) is not 1 to 7 digits"),
        (b"8=FIX.4.4\x019= 10\x01", b"8=FIX.4.4\x019= ", "BodyLength(9) is not 1 to 7 digits"),
        (b"8=FIX.4.4\x019=00000100\x01", b"8=FIX.4.4\x019=00000100", "BodyLength(9) is not 1 to 7 digits"),
        (b"8=FIX.4.4\x019=" + b"9" * 60, b"8=FIX.4.4\x019=99999999", "BodyLength(9) is not 1 to 7 digits"),
        (b"8=FIX.4.4.4.4.4.4.4.4\x01", b"8=FIX.4.4.4.4.4.4.4", "BeginString(8) is too long"),
        (b"8=FIX.4.4\x019=1000\x01", b"8=FIX.4.4\x019=1000\x01", "the message is longer than 1000 bytes"),
        (b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", "bytes that belong to no message"),
        (b"8=FX", b"8=FX", "bytes that belong to no message"),
    ],
)
def test_what_cannot_be_framed_is_told_once_and_skipped(bad: bytes, raw: bytes, reason: str) -> None:
    assert frames([GOOD + bad + GOOD], 1000) == [GOOD, Garbled(raw, reason), GOOD]


def test_oversize_is_told_at_the_length_field() -> None:
    head = b"8=FIX.4.4\x019=65512\x01"
    assert reasons(frames([head])) == ["the message is longer than 65536 bytes"]
    assert frames([b"8=FIX.4.4\x019=65511\x01"]) == []


def test_a_message_may_be_exactly_as_long_as_allowed() -> None:
    assert frames([GOOD], len(GOOD)) == [GOOD]
    assert reasons(frames([GOOD], len(GOOD) - 1)) == [f"the message is longer than {len(GOOD) - 1} bytes"]


def test_a_message_that_never_ends_is_dropped_at_the_limit() -> None:
    endless = b"8=FIX.4.4\x019=5\x0135=0\x01" + b"x" * 2000
    answers = frames([endless + GOOD], 500)
    assert answers[0] == Garbled(endless[:500], "no CheckSum(10) within 500 bytes")
    assert answers[1:] == [GOOD]


def test_a_trailer_that_never_ends_is_dropped_at_the_limit() -> None:
    endless = b"8=FIX.4.4\x019=5\x0135=0\x0110=" + b"1" * 2000
    assert reasons(frames([endless + GOOD], 500)) == ["no CheckSum(10) within 500 bytes", None]


def test_garbage_comes_in_bounded_pieces() -> None:
    answers = frames([b"z" * 10_000 + GOOD])
    assert [len(answer.raw) for answer in answers[:-1] if isinstance(answer, Garbled)] == [4096, 4096, 1808]
    assert answers[-1] == GOOD


@pytest.mark.parametrize("length", [*range(4090, 4105), 8192])
@pytest.mark.parametrize("before", [b"", b"8=FIX.4.4\x01x"])
def test_pieces_of_garbage_do_not_depend_on_segmentation(length: int, before: bytes) -> None:
    stream = before + b"z" * length + GOOD
    whole = frames([stream])
    assert whole == frames([stream[at : at + 1] for at in range(len(stream))])
    assert all(len(answer.raw) in range(1, 4097) for answer in whole if isinstance(answer, Garbled))
    assert whole[-1] == GOOD


# Streams of good messages, faulty ones and rubbish, in which the parts may run into each other.
PARTS = st.one_of(
    st.sampled_from(
        [
            GOOD,
            OTHER,
            with_body_length(GOOD, -9),
            with_body_length(GOOD, 14),
            with_body_length(OTHER, 100_000),
            GOOD[:-1],
            GOOD[7:],
            GOOD.replace(b"\x019=", b"\x0199="),
            b"8=FIX",
            b"8=FIX.4.4\x019=",
            b"8=FIX.4.4\x019=5\x01",
            b"8=FIX.4.4\x019=x\x01",
            b"8=F",
            b"\x0110=",
            b"\x0110=000\x01",
            b"\x01",
            b"z" * 5000,
        ]
    ),
    st.binary(max_size=20),
)


@given(st.lists(PARTS, max_size=12), st.lists(st.integers(0, 2**20), max_size=30), st.sampled_from([64, 300, 65536]))
def test_every_segmentation_gives_the_same_frames(parts: list[bytes], cuts: list[int], limit: int) -> None:
    stream = b"".join(parts)
    whole = frames([stream], limit)
    assert frames(pieces(stream, cuts), limit) == whole
    assert all(len(answer) <= limit for answer in whole if isinstance(answer, bytes))


@given(st.lists(PARTS, max_size=6))
def test_byte_by_byte_gives_the_same_frames(parts: list[bytes]) -> None:
    stream = b"".join(parts)
    assert frames([stream[at : at + 1] for at in range(len(stream))], 300) == frames([stream], 300)


@given(st.lists(PARTS, max_size=12))
def test_what_stays_buffered_is_bounded(parts: list[bytes]) -> None:
    framer = Framer(300)
    for part in parts:
        framer.feed(part)
        while framer.next_frame() is not None:
            pass
        assert framer.buffered_bytes <= 4100


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=40)), max_size=10))
def test_a_good_message_after_a_whole_faulty_one_is_found(noise: list[tuple[bool, bytes]]) -> None:
    """Garbage that neither starts nor ends a message costs nothing but itself."""
    stream = b"".join(GOOD if good else junk.replace(b"8=FIX", b"") for good, junk in noise) + GOOD
    found = [answer for answer in frames([stream]) if isinstance(answer, bytes)]
    assert found == [GOOD] * (sum(good for good, _ in noise) + 1)


@pytest.mark.parametrize(
    "stream",
    [
        encode(b"FIX.4.4", b"35=B\x0158=" + b"x" * 65_000 + b"\x01"),
        b"8=FIX.4.4\x019=5\x01" * 5_000,
        b"8=FIX.4.4\x019=5\x0110=" + b"1" * 60_000,
        b"8=FI" * 15_000,
    ],
)
def test_a_byte_at_a_time_costs_linear_time(stream: bytes) -> None:
    """Rescanning from the start at every byte would look at two thousand million bytes."""
    framer = Framer()
    buffer = framer._buffer = CountingBuffer()
    for at in range(len(stream)):
        framer.feed(stream[at : at + 1])
        while framer.next_frame() is not None:
            pass
    assert buffer.looked_at < 10 * len(stream)


class CountingBuffer(bytearray):
    """Counts the bytes that searches may have looked at."""

    looked_at = 0

    def find(self, sub: bytes, start: int = 0, end: int = sys.maxsize) -> int:  # type: ignore[override]
        self.looked_at += min(end, len(self)) - start
        return super().find(sub, start, end)
