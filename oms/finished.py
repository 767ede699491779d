"""Finished orders: a queue of those still in memory, and what is left of those that have gone.

An order on which nothing more is to come stays in memory for a while, for late reports and questions are mostly about
young ones. When FINISHED_KEPT others have finished after it, it is forgotten: what remains of it are its ClOrdIDs (they
are spent for the rest of the day) and the numbers of its events, about sixteen bytes. An order is the fold of its
events and nothing else, so whoever asks for a forgotten one gets it as it was, made anew from the log.

The lives of one trading day are dropped DAYS_KEPT trading days later: a report on such an order is then a report on an
order that is not known, which is quarantined and never dropped.

All of this is part of the fold: the same log leaves the same orders in memory.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from oms.events import (
    CancelRequested,
    Event,
    OrderAdopted,
    OrderEvent,
    OrderReceived,
    OrderRouted,
    ReplaceRequested,
    RequestRetargeted,
)
from oms.order import Order, TradingDay

FINISHED_KEPT: Final = 10_000
DAYS_KEPT: Final = 5
"""Both are part of what a snapshot holds: who changes one gives snapshots another schema (`oms.snapshot`)."""

History = Callable[[Sequence[int]], list[Event]]
"""The events of these numbers, which rise; numbers of anything else are left out."""


def no_history(numbers: Sequence[int]) -> list[Event]:
    """There is no log to look into: what is forgotten is not found."""
    return []


_BUCKET_BITS: Final = 10
_LOW: Final = (1 << _BUCKET_BITS) - 1
_IN_A_ROW: Final = 1 << _BUCKET_BITS
_COUNT_BITS: Final = _BUCKET_BITS + 1
_MANY: Final = 1 << 32 - _COUNT_BITS


class Lives:
    """The numbers of the events of forgotten orders, by `order_seq`.

    Orders whose numbers differ in the low ten bits only share a bucket, a flat array. In it each has one item with its
    low bits and the count of its numbers, then its other numbers, unless they follow one another. An order that was
    forgotten twice is there twice, and the later one counts."""

    __slots__ = ("buckets",)

    def __init__(self) -> None:
        self.buckets: dict[int, array[int]] = {}

    def put(self, life: Sequence[int]) -> None:
        """The first number is the `order_seq`."""
        order_seq, count = life[0], len(life)
        bucket = self.buckets.get(order_seq >> _BUCKET_BITS)
        if bucket is None:
            bucket = self.buckets[order_seq >> _BUCKET_BITS] = array("I")
        head = order_seq & _LOW | count << _COUNT_BITS
        if life[-1] - order_seq == count - 1 and count < _MANY:
            bucket.append(head | _IN_A_ROW)
            return
        try:
            entry = array(bucket.typecode, life)
            entry[0] = head
        except OverflowError:  # numbers of more than 32 bits
            entry = array("Q", life)
            entry[0] = head
            bucket = self.buckets[order_seq >> _BUCKET_BITS] = array("Q", bucket)
        bucket.extend(entry)

    def get(self, order_seq: int) -> list[int] | None:
        bucket = self.buckets.get(order_seq >> _BUCKET_BITS)
        if bucket is None:
            return None
        found, place, low = -1, 0, order_seq & _LOW
        end = len(bucket)
        while place < end:
            head = bucket[place]
            if head & _LOW == low:
                found = place
            place += 1 if head & _IN_A_ROW else head >> _COUNT_BITS
        if found < 0:
            return None
        head = bucket[found]
        count = head >> _COUNT_BITS
        if head & _IN_A_ROW:
            return list(range(order_seq, order_seq + count))
        return [order_seq, *bucket[found + 1 : found + count]]

    def content(self) -> list[tuple[int, str, bytes]]:
        """Everything, in the order in which it came."""
        return [(number, bucket.typecode, bucket.tobytes()) for number, bucket in self.buckets.items()]

    @classmethod
    def restored(cls, content: Iterable[tuple[int, str, bytes]]) -> Lives:
        lives = cls()
        for number, typecode, packed in content:
            lives.buckets[number] = array(typecode, packed)
        return lives


class Finished:
    """Written to by the blotter only. `queue` has an `order_seq` for each time that an order finished; those that are
    open again by the time they come to the front are passed over. `days` has the lives of the forgotten ones by the
    trading day on which they were forgotten, the last one being today."""

    __slots__ = ("days", "kept", "queue")

    def __init__(self, kept: int = FINISHED_KEPT) -> None:
        assert kept > 0, kept
        self.kept = kept
        self.queue: deque[int] = deque()
        self.days = [Lives()]

    def life(self, order_seq: int) -> list[int] | None:
        """The events of a forgotten order, the youngest account of it first."""
        for lives in reversed(self.days):
            life = lives.get(order_seq)
            if life is not None:
                return life
        return None

    def begin_day(self) -> None:
        self.days = [*self.days[-DAYS_KEPT:], Lives()]

    def content(self) -> list[object]:
        """Everything, as plain values: for the state hash."""
        return [list(self.queue), [lives.content() for lives in self.days]]


def folded(events: Sequence[Event], store_id: str, day: TradingDay) -> Order:
    """The order whose life these events are."""
    first, *others = events
    order = begun(first, store_id, day)
    for event in others:
        assert isinstance(event, OrderEvent), event
        assert event.order_seq == order.order_seq, event
        order.apply(event)
    return order


def begun(event: Event, store_id: str, day: TradingDay) -> Order:
    """The order that an OrderReceived or OrderAdopted begins."""
    if isinstance(event, OrderReceived):
        return Order(event, f"{store_id}-{event.seq}", day)
    assert isinstance(event, OrderAdopted), event
    received = OrderReceived(
        event.seq, event.at_ns, "", "", "", event.symbol, event.side, event.ord_type, event.order_qty, event.price,
        event.time_in_force, None,
    )  # fmt: skip
    order = Order(received, f"{store_id}-{event.seq}", day)
    order.adopted(event)
    return order


def names_at_venues(events: Iterable[Event]) -> Iterator[str]:
    """The ids that these events of an order have given it and its requests: each is one of ours."""
    for event in events:
        if isinstance(event, OrderRouted | CancelRequested | ReplaceRequested | RequestRetargeted):
            yield event.venue_cl_ord_id
