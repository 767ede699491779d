"""How many new orders and replaces each slice of the tables of limits has sent of late: a token bucket for each slice.

Every request counts that a session's own throttle counts, also one that is refused. For tables that name the venue, a
request counts when it goes to one. Buckets that are full again are dropped with the trading day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from oms.events import Event, OrderReceived, OrderRouted, ReplaceRefused, ReplaceRequested, TradingDayBegan
from oms.order import Order
from oms.slices import Dimension, LimitTable, Traits
from oms.token_bucket import take, wait_ns

TraitsOf = Callable[[str, str, str, str, str], Traits]
"""Of account, symbol, session, trader, venue."""
Slice = tuple[str, tuple[str, ...]]
"""The name of a table, and the values of the slice."""


def slice_of(table: LimitTable, traits: Traits) -> Slice:
    key = table.key_of(traits)
    return table.name, key if isinstance(key, tuple) else (key,)


def messages_in(event: Event, orders: Mapping[int, Order], traits_of: TraitsOf) -> Iterator[tuple[Traits, bool]]:
    """What the event counts for, and whether in tables that name the venue, or in those that do not."""
    if isinstance(event, OrderReceived):
        if event.parent_seq is None:
            yield traits_of(event.account, event.symbol, event.session, event.trader, ""), False
        return
    if not isinstance(event, OrderRouted | ReplaceRequested | ReplaceRefused):
        return
    order = None if event.order_seq is None else orders.get(event.order_seq)
    if order is None:
        return
    venue = event.venue if isinstance(event, OrderRouted) else order.venue
    traits = traits_of(order.account, order.symbol, order.session, order.trader, venue)
    if not isinstance(event, OrderRouted):
        yield traits, False
    if not isinstance(event, ReplaceRefused):
        yield traits, True


class SliceFlow:
    """Only the blotter writes to it. `tables` are those that limit messages; `full_at_ns` has the buckets, each as the
    moment at which it will be full (`oms.token_bucket`)."""

    __slots__ = ("full_at_ns", "tables")

    def __init__(self) -> None:
        self.tables: tuple[LimitTable, ...] = ()
        self.full_at_ns: dict[Slice, int] = {}

    def use(self, tables: Iterable[LimitTable]) -> None:
        self.tables = tuple(table for table in tables if table.limits("messages"))
        names = {table.name for table in self.tables}
        self.full_at_ns = {which: full for which, full in self.full_at_ns.items() if which[0] in names}

    def wait_ns(self, table: LimitTable, traits: Traits, at_ns: int) -> int:
        """How long until the slice may send again; 0 when it may now, or is not limited."""
        row = table.row(table.key_of(traits))
        if row is None or row.bounds.messages is None:
            return 0
        return wait_ns(self.full_at_ns.get(slice_of(table, traits), 0), at_ns, row.bounds.messages)

    def see(self, event: Event, orders: Mapping[int, Order], traits_of: TraitsOf) -> None:
        if isinstance(event, TradingDayBegan):
            self.full_at_ns = {which: full for which, full in self.full_at_ns.items() if full > event.at_ns}
            return
        for traits, at_venue in messages_in(event, orders, traits_of):
            self._count(traits, event.at_ns, at_venue=at_venue)

    def _count(self, traits: Traits, at_ns: int, *, at_venue: bool) -> None:
        for table in self.tables:
            if (Dimension.VENUE in table.dimensions) is not at_venue:
                continue
            row = table.row(table.key_of(traits))
            if row is not None and row.bounds.messages is not None:
                which = slice_of(table, traits)
                self.full_at_ns[which] = take(self.full_at_ns.get(which, 0), at_ns, row.bounds.messages)

    def content(self) -> list[tuple[str, tuple[str, ...], int]]:
        """Everything, as plain values: for the state hash and snapshots."""
        return [(*which, full_at_ns) for which, full_at_ns in self.full_at_ns.items()]

    def restore(self, content: Iterable[tuple[str, tuple[str, ...], int]]) -> None:
        self.full_at_ns = {(table, values): full_at_ns for table, values, full_at_ns in content}
