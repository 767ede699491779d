"""How many executions each slice has had of late, and which slices were stopped for too many.

RTS 6 article 15(3): a strategy that executes again and again without a person looking is stopped by itself, and goes on
when a named person says so. An execution counts once, for the order that the venue has; the session and the trader are
those of the client's order that it works a part of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from oms.events import Event, OrderFilled, SliceResumed, SliceStopped, TradingDayBegan
from oms.order import Order
from oms.rates import Rate
from oms.slice_flow import Slice, TraitsOf, slice_of
from oms.slices import LimitTable, Traits
from oms.token_bucket import take, wait_ns


class Counted(NamedTuple):
    """A slice that an execution counts for."""

    which: Slice
    name: str
    rate: Rate


class ExecutionFlow:
    """Only the blotter writes to it. `stopped` has the SliceStopped of each slice that waits for a person."""

    __slots__ = ("full_at_ns", "stopped", "tables")

    def __init__(self) -> None:
        self.tables: tuple[LimitTable, ...] = ()
        self.full_at_ns: dict[Slice, int] = {}
        self.stopped: dict[Slice, SliceStopped] = {}

    def use(self, tables: Iterable[LimitTable]) -> None:
        """What is stopped stays so while its table limits executions, whatever its rows say."""
        self.tables = tuple(table for table in tables if table.limits("executions"))
        names = {table.name for table in self.tables}
        self.full_at_ns = {which: full for which, full in self.full_at_ns.items() if which[0] in names}
        self.stopped = {which: event for which, event in self.stopped.items() if which[0] in names}

    def stopping(self, order: Order, orders: Mapping[int, Order], venue: str, at_ns: int, traits_of: TraitsOf) -> (
        Iterator[Counted]
    ):  # fmt: skip
        """The slices that one more execution of this order is too many for, and that are not stopped yet."""
        for counted in self._counted(order, orders, venue, traits_of):
            full_at_ns = self.full_at_ns.get(counted.which, 0)
            if counted.which not in self.stopped and wait_ns(full_at_ns, at_ns, counted.rate):
                yield counted

    def stop_of(self, traits: Traits) -> SliceStopped | None:
        """Why such an order waits for a person; None when it does not."""
        for table in self.tables:
            stopped = self.stopped.get(slice_of(table, traits))
            if stopped is not None:
                return stopped
        return None

    def see(self, event: Event, orders: Mapping[int, Order], traits_of: TraitsOf) -> None:
        if isinstance(event, OrderFilled):
            order = orders.get(event.order_seq)
            if order is not None:
                for which, _, rate in self._counted(order, orders, event.venue, traits_of):
                    self.full_at_ns[which] = take(self.full_at_ns.get(which, 0), event.at_ns, rate)
        elif isinstance(event, SliceStopped):
            self.stopped[event.table, event.values] = event
        elif isinstance(event, SliceResumed):
            self.stopped.pop((event.table, event.values), None)
            self.full_at_ns.pop((event.table, event.values), None)
        elif isinstance(event, TradingDayBegan):
            self.full_at_ns = {which: full for which, full in self.full_at_ns.items() if full > event.at_ns}

    def _counted(self, order: Order, orders: Mapping[int, Order], venue: str, traits_of: TraitsOf) -> Iterator[Counted]:
        if order.children:
            return  # its parts count
        owner = order if order.parent_seq is None else orders.get(order.parent_seq, order)
        traits = traits_of(order.account, order.symbol, owner.session, owner.trader, venue)
        for table in self.tables:
            key = table.key_of(traits)
            row = table.row(key)
            if row is not None and row.bounds.executions is not None:
                yield Counted(slice_of(table, traits), table.slice_name(key), row.bounds.executions)

    def content(self) -> tuple[list[tuple[str, tuple[str, ...], int]], list[SliceStopped]]:
        """Everything, as plain values: for the state hash and snapshots."""
        return [(*which, full_at_ns) for which, full_at_ns in self.full_at_ns.items()], list(self.stopped.values())

    def restore(self, buckets: Iterable[tuple[str, tuple[str, ...], int]], stopped: Iterable[SliceStopped]) -> None:
        self.full_at_ns = {(table, values): full_at_ns for table, values, full_at_ns in buckets}
        self.stopped = {(event.table, event.values): event for event in stopped}
