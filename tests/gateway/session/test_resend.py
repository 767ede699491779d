"""Plans of replays, and that what goes out again is what went out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import encode
from gateway.session.heartbeat import Heartbeats
from gateway.session.replay import Replay
from gateway.session.resend import GapFill, Replayed, as_poss_dup
from gateway.session.sender import Sender
from gateway.session.settings import SessionNumbers
from tests.gateway.session.host import Clock
from tests.gateway.session.messages import decoded, settings

STAMP = b"20231115-12:00:09.000"


def sent(msg_type: bytes, msg_seq_num: int, body: bytes = b"58=x\x01") -> tuple[int, bytes]:
    head = b"35=%b\x0134=%d\x0149=GATE\x0152=20231115-12:00:00.000\x0156=PEER\x01" % (msg_type, msg_seq_num)
    return msg_seq_num, encode(b"FIX.4.4", head + body)


def shape(plan: list[GapFill | Replayed]) -> list[tuple[int, ...]]:
    """(number,) for a message sent again, (number, new number) for a gap fill."""
    return [(i.msg_seq_num, i.new_seq_no) if isinstance(i, GapFill) else (i.msg_seq_num,) for i in plan]


def again(stored: Iterable[tuple[int, bytes]], begin: int, end: int) -> Iterator[GapFill | Replayed]:
    """What a replay of these numbers sends, in one piece."""
    return Replay((begin, end), end, end + 1, 0).again(stored, end, STAMP)


def plan(stored: list[tuple[int, bytes]], begin: int, end: int) -> list[tuple[int, ...]]:
    return shape(list(again(stored, begin, end)))


def test_runs_of_session_messages_become_one_gap_fill() -> None:
    stored = [sent(t, n) for n, t in enumerate([b"A", b"0", b"8", b"1", b"2", b"4", b"8", b"5"], 1)]
    assert plan(stored, 1, 8) == [(1, 3), (3,), (4, 7), (7,), (8, 9)]


def test_numbers_without_a_message_are_filled() -> None:
    assert plan([sent(b"8", 4), sent(b"8", 9)], 2, 12) == [(2, 4), (4,), (5, 9), (9,), (10, 13)]
    assert plan([], 2, 5) == [(2, 6)]


def test_what_lies_outside_the_range_is_not_sent() -> None:
    assert plan([sent(b"8", n) for n in range(1, 9)], 3, 5) == [(3,), (4,), (5,)]


def test_rejects_go_out_again() -> None:
    assert plan([sent(b"3", 1), sent(b"j", 2)], 1, 2) == [(1,), (2,)]


def test_message_of_another_make_is_filled() -> None:
    foreign = encode(b"FIX.4.4", b"35=8\x0149=GATE\x0134=1\x0156=PEER\x0152=20231115-12:00:00\x0158=x\x01")
    assert plan([(1, foreign), (2, b"rubbish")], 1, 2) == [(1, 3)]


def test_plan_is_lazy() -> None:
    """A million messages must not be in memory at once."""

    def endless() -> object:
        for msg_seq_num in range(1, 10**9):
            yield sent(b"8", msg_seq_num)

    items = again(endless(), 1, 10**9)  # type: ignore[arg-type]  # an iterator of pairs
    assert shape([next(items), next(items)]) == [(1,), (2,)]


@given(
    numbers=st.dictionaries(st.integers(1, 60), st.sampled_from([b"8", b"0", b"3", b"A"])),
    begin=st.integers(1, 40),
    length=st.integers(0, 30),
)
def test_every_number_is_covered_once_and_in_order(numbers: dict[int, bytes], begin: int, length: int) -> None:
    end = begin + length
    stored = [sent(msg_type, n) for n, msg_type in sorted(numbers.items())]
    expected = begin
    for item in again(stored, begin, end):
        assert item.msg_seq_num == expected
        if isinstance(item, GapFill):
            assert all(numbers.get(n) not in (b"8", b"3") for n in range(expected, item.new_seq_no))
            expected = item.new_seq_no
        else:
            assert numbers[expected] in (b"8", b"3")
            expected += 1
    assert expected == end + 1


VALUES = st.binary(min_size=1, max_size=12).filter(lambda value: b"\x01" not in value)
BODIES = st.lists(st.tuples(st.sampled_from([b"58", b"115", b"128", b"11", b"5001", b"10"]), VALUES), max_size=6)


@given(body=BODIES, data=st.binary(max_size=20))
def test_replay_differs_in_its_times_and_flag_only(body: list[tuple[bytes, bytes]], data: bytes) -> None:
    """Every other byte is as it was, data fields with a delimiter in them included."""
    clock = Clock()
    sender = Sender(settings(), SessionNumbers(), Heartbeats())
    raw_data = b"95=%d\x0196=%b\x01" % (len(data), data) if data else b""
    content = b"".join([b"%b=%b\x01" % pair for pair in body]) + raw_data
    sender.send(b"8", content, clock.now, True)
    first = sender.outgoing[0].raw
    again = as_poss_dup(first, STAMP)
    assert again is not None
    replayed = decoded(encode(b"FIX.4.4", again)).pairs
    added = [(b"43", b"Y"), (b"122", b"20231115-12:00:00.000")]
    for pair in added:
        replayed.remove(pair)
    changing = {b"8", b"9", b"10", b"52"}
    original = decoded(first).pairs
    assert [p for p in replayed[:-1] if p[0] not in changing] == [p for p in original[:-1] if p[0] not in changing]
    assert dict(replayed)[b"52"] == STAMP
