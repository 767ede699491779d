"""What a turn takes: the order of each connection is kept, a share is a share, and nobody is left behind for ever."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from gateway.inbox import SHARE_BYTES, TURN_BYTES, TURN_BYTES_ALONE, BytesReceived, ConnectionClosed, Inbox, Input, Tick


def test_a_little_is_one_turn() -> None:
    inbox = Inbox()
    items: list[Input] = [BytesReceived(1, b"a"), Tick(), BytesReceived(2, b"b"), ConnectionClosed(1)]
    for item in items:
        inbox.put(item)
    assert inbox.drain(10) == items
    assert not inbox
    assert inbox.behind == frozenset()


def test_who_sends_much_gets_its_share_and_the_other_is_in_the_same_turn() -> None:
    inbox = Inbox()
    inbox.put(BytesReceived(1, bytes(500_000)))
    inbox.put(BytesReceived(1, bytes(500_000)))
    inbox.put(BytesReceived(2, b"order"))
    taken = inbox.drain(256, 2)
    assert [(item.connection, len(item.data)) for item in taken if isinstance(item, BytesReceived)] == [
        (1, SHARE_BYTES),
        (2, 5),
    ]
    assert inbox.behind == {1}


def test_alone_it_gets_the_whole_turn() -> None:
    inbox = Inbox()
    inbox.put(BytesReceived(1, bytes(1_000_000)))
    (taken,) = inbox.drain(256, 1)
    assert isinstance(taken, BytesReceived)
    assert len(taken.data) == TURN_BYTES_ALONE


def test_the_end_of_a_connection_waits_for_its_bytes_and_a_tick_does_not() -> None:
    inbox = Inbox()
    for item in (BytesReceived(1, bytes(100_000)), ConnectionClosed(1), Tick()):
        inbox.put(item)
    assert [type(item) for item in inbox.drain(256, 8)] == [BytesReceived, Tick]
    seen: list[Input] = []
    while inbox:
        seen += inbox.drain(256, 8)
    assert type(seen[-1]) is ConnectionClosed


def test_with_many_floods_everybody_has_a_turn_before_anybody_has_two() -> None:
    inbox = Inbox()
    for connection in range(100):
        inbox.put(BytesReceived(connection, bytes(10 * SHARE_BYTES)))
    served: dict[int, int] = defaultdict(int)
    for turn in range(240):
        total = 0
        for item in inbox.drain(256, 100):
            assert isinstance(item, BytesReceived)
            served[item.connection] += 1
            total += len(item.data)
        assert total <= TURN_BYTES + SHARE_BYTES
        assert not served or max(served.values()) - min(served.get(c, 0) for c in range(100)) <= 1, turn


ITEMS = st.lists(
    st.one_of(
        st.builds(BytesReceived, st.integers(0, 4), st.integers(0, 40_000).map(bytes)),
        st.builds(ConnectionClosed, st.integers(0, 4)),
        st.just(Tick()),
    ),
    max_size=25,
)


@given(items=ITEMS, inputs_max=st.integers(1, 10), connections=st.integers(1, 20))
def test_nothing_is_lost_doubled_or_out_of_order(items: list[Input], inputs_max: int, connections: int) -> None:
    inbox = Inbox()
    for item in items:
        inbox.put(item)
    taken: list[Input] = []
    while inbox:
        batch = inbox.drain(inputs_max, connections)
        assert batch
        assert len(batch) <= inputs_max
        taken += batch

    def story(inputs: list[Input]) -> dict[object, list[object]]:
        told: dict[object, list[object]] = defaultdict(list)
        for item in inputs:
            if isinstance(item, BytesReceived):
                told[item.connection] += item.data
            else:
                told[getattr(item, "connection", None)].append(type(item))
        return {key: parts for key, parts in told.items() if parts}

    assert story(taken) == story(items)
