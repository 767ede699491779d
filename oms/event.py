"""What all events have: their number and their time. The events themselves are in `oms.events`."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, gc=False, array_like=True, tag=True):
    seq: int
    at_ns: int


class OrderEvent(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A fact of the life of one order."""

    order_seq: int
