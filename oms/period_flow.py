"""What each slice has sent and executed, and how far prices have moved, in the last so many seconds.

RTS 6 article 15(1) asks for limits "order by order and over a specified period of time": these are the counts for the
second half. A period is cut into ten parts, and what happened is added up part by part, so a slice costs at most eleven
small records and an event a fixed amount of work, however long the period and whatever happens in it. The part that the
beginning of the period falls into counts whole: what is told is never less than what was, and at most a tenth of the
period too old.

What counts: a message as in `oms.slice_flow`, an execution as in `oms.execution_flow`, at quantity x price in the base
currency. What is busted later was executed in its period all the same. A price is a reference price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final

from oms.events import Event, OrderFilled, ReferencePriceSet, SliceResumed
from oms.exact import ZERO, add, multiply, quotient_for_display, subtract
from oms.order import Order
from oms.slice_flow import Slice, TraitsOf, messages_in, slice_of
from oms.slices import Bounds, Dimension, LimitTable, Traits

PARTS: Final = 10
NS_PER_S: Final = 1_000_000_000
FLOW_BOUNDS: Final = ("period_messages_max", "period_qty_max", "period_notional_max")
BY_SYMBOL: Final = "symbol"
"""The table that limits moves of prices."""

Sums = tuple[int, int, Decimal, Decimal]
"""Number of a part, and messages, quantity and value in it."""
Prices = tuple[int, Decimal, Decimal, Decimal]
"""Number of a part, and lowest, highest and last price in it."""
PeriodContent = tuple[
    list[tuple[str, tuple[str, ...], int, list[Sums]]],
    list[tuple[str, int, list[Prices]]],
]
"""What `PeriodFlow.content` is made of."""


def part_ns(bounds: Bounds) -> int:
    """How long a part of the period is."""
    assert bounds.period_s is not None, bounds
    return int(bounds.period_s) * (NS_PER_S // PARTS)


class Window:
    """Of one slice. Only the flow writes."""

    __slots__ = ("part_ns", "sums")

    def __init__(self, part_ns: int) -> None:
        self.part_ns = part_ns
        self.sums: list[Sums] = []

    def add(self, part_ns: int, at_ns: int, messages: int, qty: Decimal, value: Decimal) -> None:
        part = at_ns // part_ns
        if part_ns != self.part_ns:  # another period holds from now on: what is there counts as of now
            self.sums = [(part, *self.since(0))] if self.sums else []
            self.part_ns = part_ns
        sums = [each for each in self.sums if each[0] >= part - PARTS]
        if sums and sums[-1][0] >= part:
            last, its_messages, its_qty, its_value = sums[-1]
            sums[-1] = (last, its_messages + messages, add(its_qty, qty), add(its_value, value))
        else:
            sums.append((part, messages, qty, value))
        self.sums = sums

    def used(self, at_ns: int) -> tuple[int, Decimal, Decimal]:
        """Messages, quantity and value in the period that ends now."""
        return self.since(at_ns // self.part_ns - PARTS)

    def since(self, first: int) -> tuple[int, Decimal, Decimal]:
        messages, qty, value = 0, ZERO, ZERO
        for part, its_messages, its_qty, its_value in self.sums:
            if part >= first:
                messages, qty, value = messages + its_messages, add(qty, its_qty), add(value, its_value)
        return messages, qty, value


class PriceWindow:
    """Of one symbol. Only the flow writes. The part before the period stands for the price at its beginning."""

    __slots__ = ("part_ns", "prices")

    def __init__(self, part_ns: int) -> None:
        self.part_ns = part_ns
        self.prices: list[Prices] = []

    def add(self, part_ns: int, at_ns: int, price: Decimal) -> None:
        part = at_ns // part_ns
        if part_ns != self.part_ns:
            self.prices = [(part, each[1], each[2], each[3]) for each in self.prices[-1:]]
            self.part_ns = part_ns
        prices = self.prices
        while len(prices) > 1 and prices[1][0] < part - PARTS:
            del prices[0]
        if prices and prices[-1][0] >= part:
            last, low, high, _ = prices[-1]
            prices[-1] = (last, min(low, price), max(high, price), price)
        else:
            prices.append((part, price, price, price))

    def move(self, at_ns: int) -> Decimal:
        """How far the last price is from the lowest or the highest of the period, as a fraction of that."""
        first = at_ns // self.part_ns - PARTS
        low = high = None
        for part, lowest, highest, last in self.prices:
            if part < first:
                low = high = last
            else:
                low = lowest if low is None or lowest < low else low
                high = highest if high is None or highest > high else high
        if low is None or high is None:
            return ZERO
        price = self.prices[-1][3]
        up, down = quotient_for_display(subtract(price, low), low), quotient_for_display(subtract(high, price), high)
        return max(up, down)


class PeriodFlow:
    """Only the blotter writes to it. `windows` are by slice, `prices` by symbol."""

    __slots__ = ("by_symbol", "prices", "tables", "windows")

    def __init__(self) -> None:
        self.tables: tuple[LimitTable, ...] = ()
        """Those that limit what is sent or executed in a period."""
        self.by_symbol: LimitTable | None = None
        """The one that limits moves of prices."""
        self.windows: dict[Slice, Window] = {}
        self.prices: dict[str, PriceWindow] = {}

    @property
    def is_used(self) -> bool:
        return bool(self.tables) or self.by_symbol is not None

    def use(self, tables: Iterable[LimitTable]) -> None:
        tables = tuple(tables)
        self.tables = tuple(table for table in tables if any(map(table.limits, FLOW_BOUNDS)))
        moves = [table for table in tables if table.name == BY_SYMBOL and table.limits("period_price_move")]
        self.by_symbol = moves[0] if moves else None
        names = {table.name for table in self.tables}
        self.windows = {which: window for which, window in self.windows.items() if which[0] in names}
        if self.by_symbol is None:
            self.prices = {}

    def see(
        self,
        event: Event,
        orders: Mapping[int, Order],
        traits_of: TraitsOf,
        value_of: Callable[[Decimal, str], Decimal],
    ) -> None:
        """`value_of` tells quantity x price of a symbol in the base currency."""
        if isinstance(event, ReferencePriceSet):
            self._price(event)
        elif isinstance(event, OrderFilled):
            order = orders.get(event.order_seq)
            if order is None or order.children or not self.tables:
                return  # its parts count
            owner = order if order.parent_seq is None else orders.get(order.parent_seq, order)
            traits = traits_of(order.account, order.symbol, owner.session, owner.trader, event.venue)
            value = value_of(multiply(event.last_qty, event.last_px), order.symbol)
            for table in self.tables:
                self._add(table, traits, event.at_ns, 0, event.last_qty, value)
        elif isinstance(event, SliceResumed):
            self.windows.pop((event.table, event.values), None)
            if event.table == BY_SYMBOL:
                self.prices.pop(event.values[0], None)
        else:
            for traits, at_venue in messages_in(event, orders, traits_of):
                for table in self.tables:
                    if (Dimension.VENUE in table.dimensions) is at_venue:
                        self._add(table, traits, event.at_ns, 1, ZERO, ZERO)

    def _add(
        self, table: LimitTable, traits: Traits, at_ns: int, messages: int, qty: Decimal, value: Decimal
    ) -> None:  # fmt: skip
        row = table.row(table.key_of(traits))
        if row is None or row.bounds.period_s is None:
            return
        which = slice_of(table, traits)
        window = self.windows.get(which)
        if window is None:
            window = self.windows[which] = Window(part_ns(row.bounds))
        window.add(part_ns(row.bounds), at_ns, messages, qty, value)

    def _price(self, event: ReferencePriceSet) -> None:
        row = None if self.by_symbol is None else self.by_symbol.row(event.symbol)
        if row is None or row.bounds.period_price_move is None:
            return
        window = self.prices.get(event.symbol)
        if window is None:
            window = self.prices[event.symbol] = PriceWindow(part_ns(row.bounds))
        window.add(part_ns(row.bounds), event.at_ns, event.price)

    def content(self) -> PeriodContent:
        """Everything, as plain values: for the state hash and snapshots."""
        return (
            [(*which, window.part_ns, window.sums) for which, window in self.windows.items()],
            [(symbol, window.part_ns, window.prices) for symbol, window in self.prices.items()],
        )

    def restore(self, content: PeriodContent) -> None:
        for table, values, width_ns, sums in content[0]:
            window = self.windows[table, values] = Window(width_ns)
            window.sums = list(sums)
        for symbol, width_ns, prices in content[1]:
            moves = self.prices[symbol] = PriceWindow(width_ns)
            moves.prices = list(prices)
