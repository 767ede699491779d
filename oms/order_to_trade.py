"""How many new orders and replaces each slice has sent on this trading day, and how many executions came of them.

What counts as a message is what `oms.slice_flow` counts; an execution counts as in `oms.execution_flow`. The counts
begin anew with the trading day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oms.events import Event, OrderFilled, TradingDayBegan
from oms.order import Order
from oms.slice_flow import Slice, TraitsOf, messages_in, slice_of
from oms.slices import Dimension, LimitTable, Traits


class OrderToTrade:
    """Only the blotter writes to it. `counts` has messages and executions of each slice."""

    __slots__ = ("counts", "tables")

    def __init__(self) -> None:
        self.tables: tuple[LimitTable, ...] = ()
        self.counts: dict[Slice, tuple[int, int]] = {}

    def use(self, tables: Iterable[LimitTable]) -> None:
        self.tables = tuple(table for table in tables if table.limits("order_to_trade_max"))
        names = {table.name for table in self.tables}
        self.counts = {which: count for which, count in self.counts.items() if which[0] in names}

    def see(self, event: Event, orders: Mapping[int, Order], traits_of: TraitsOf) -> None:
        if isinstance(event, TradingDayBegan):
            self.counts = {}
        elif isinstance(event, OrderFilled):
            order = orders.get(event.order_seq)
            if order is None or order.children:
                return  # its parts count
            owner = order if order.parent_seq is None else orders.get(order.parent_seq, order)
            traits = traits_of(order.account, order.symbol, owner.session, owner.trader, event.venue)
            for table in self.tables:
                self._add(table, traits, 0, 1)
        else:
            for traits, at_venue in messages_in(event, orders, traits_of):
                for table in self.tables:
                    if (Dimension.VENUE in table.dimensions) is at_venue:
                        self._add(table, traits, 1, 0)

    def _add(self, table: LimitTable, traits: Traits, messages: int, executions: int) -> None:
        row = table.row(table.key_of(traits))
        if row is not None and row.bounds.order_to_trade_max is not None:
            which = slice_of(table, traits)
            before = self.counts.get(which, (0, 0))
            self.counts[which] = before[0] + messages, before[1] + executions

    def content(self) -> list[tuple[str, tuple[str, ...], int, int]]:
        """Everything, as plain values: for the state hash and snapshots."""
        return [(*which, *count) for which, count in self.counts.items()]

    def restore(self, content: Iterable[tuple[str, tuple[str, ...], int, int]]) -> None:
        self.counts = {(table, values): (messages, executions) for table, values, messages, executions in content}
