"""What the sums of slices are made of: cells, that hold, and holdings and exposures, that add up. `oms.exposure` has
the rules, and is the only one who writes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from oms.exact import ZERO, add, multiply_rounded_up, part_rounded_up, subtract
from oms.slices import NOTIONAL_BOUNDS, POSITION_BOUNDS, Bounds, Dimension, LimitTable


class Holding:
    """One symbol in one slice. Only the ledger writes."""

    __slots__ = (
        "buy_qty",
        "buy_value",
        "factor",
        "long_cost",
        "long_qty",
        "long_worst",
        "net_qty",
        "sell_qty",
        "sell_value",
        "short_cost",
        "short_qty",
        "short_worst",
    )

    def __init__(self, factor: Decimal) -> None:
        self.factor = factor
        """Multiplier x rate: from quantity x price to the base currency."""
        self.net_qty = self.long_qty = self.short_qty = ZERO
        """Bought less sold; the sums of the long cells and of the short ones."""
        self.long_cost = self.short_cost = ZERO
        self.buy_qty = self.sell_qty = ZERO
        """Reserved for open orders."""
        self.buy_value = self.sell_value = ZERO
        self.long_worst = self.short_worst = ZERO
        """The worst cases in the base currency; negative when even then the position is on the other side."""

    def worst(self, is_buy: bool, qty: Decimal, value: Decimal) -> Decimal:
        """The worst case of one side, with so much reserved for it."""
        if is_buy:
            held = _worst(self.net_qty, self.long_qty, self.long_cost, self.short_qty, self.short_cost, qty, value)
        else:
            short_by = self.net_qty.copy_negate()
            held = _worst(short_by, self.short_qty, self.short_cost, self.long_qty, self.long_cost, qty, value)
        return multiply_rounded_up(held, self.factor)


def _worst(
    net_qty: Decimal,
    own_qty: Decimal,
    own_cost: Decimal,
    other_qty: Decimal,
    other_cost: Decimal,
    qty: Decimal,
    value: Decimal,
) -> Decimal:
    """`net_qty` is positive on the side that is looked at, `own` are the cells of that side."""
    if net_qty >= 0:
        if not net_qty:
            return value
        return add(own_cost if not other_qty else part_rounded_up(own_cost, net_qty, own_qty), value)
    left = add(net_qty, qty)
    if left > 0:
        return value
    return part_rounded_up(other_cost, left, other_qty)


class Exposure:
    """One slice. Only the ledger writes."""

    __slots__ = ("gross", "holdings", "net_long", "net_short")

    def __init__(self) -> None:
        self.holdings: dict[str, Holding] = {}
        self.gross = ZERO
        """Sum over symbols of the larger of the two worst cases."""
        self.net_long = self.net_short = ZERO
        """Sums over symbols of the worst cases of each side."""


class Book:
    """A table with bounds that accumulate, and its slices."""

    __slots__ = ("has_positions", "has_values", "is_by_venue", "slices", "table")

    def __init__(self, table: LimitTable) -> None:
        self.table = table
        self.is_by_venue = Dimension.VENUE in table.dimensions
        self.has_positions = any(table.limits(bound) for bound in POSITION_BOUNDS)
        self.has_values = any(table.limits(bound) for bound in NOTIONAL_BOUNDS)
        self.slices: dict[Any, Exposure] = {}


Place = tuple[str, str, str, str, str]
"""What orders of one cell have in common: account, symbol, session, trader, and the venue or ''."""


class Slot(NamedTuple):
    """Where orders of one place count in one table. Without exposure or holding: nothing is there yet."""

    book: Book
    key: Any
    bounds: Bounds
    exposure: Exposure | None
    holding: Holding | None


class Cell:
    """What the orders of one place hold. Only the ledger writes."""

    __slots__ = ("cost", "net_qty", "place", "plain", "slots", "valued")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.net_qty = ZERO
        self.cost = ZERO
        """Of what is held, or has been sold short: quantity x price, not negative."""
        self.slots: list[Slot] = []
        self.plain: list[Holding] = []
        """The holdings of its slots in tables without values; `valued` has the others, with their slices."""
        self.valued: list[tuple[Exposure, Holding]] = []


def trade(cell: Cell, qty: Decimal, value: Decimal) -> None:
    """`qty` is negative for a sale, `value` is not."""
    net_qty = cell.net_qty
    cell.net_qty = after = add(net_qty, qty)
    if not net_qty or (net_qty > 0) is (qty > 0):
        cell.cost = add(cell.cost, value)
    elif not after:
        cell.cost = ZERO
    elif (after > 0) is (net_qty > 0):
        cell.cost = part_rounded_up(cell.cost, after, net_qty)
    else:
        cell.cost = part_rounded_up(value, after, qty)


def untrade(cell: Cell, qty: Decimal, value: Decimal) -> None:
    """Take an execution back. The rest keeps its part of the average, or what is left without that execution, whichever
    is more."""
    net_qty, cost = cell.net_qty, cell.cost
    trade(cell, qty, value)
    if (cell.net_qty > 0) is (net_qty > 0) and cell.net_qty and (net_qty > 0) is not (qty > 0):
        cell.cost = max(cell.cost, subtract(cost, value))


def sum_up(exposure: Exposure, holding: Holding) -> None:
    """The slice has its worst cases from the holding as it was before; carry the difference."""
    old_long, old_short = holding.long_worst, holding.short_worst
    holding.long_worst = new_long = holding.worst(True, holding.buy_qty, holding.buy_value)
    holding.short_worst = new_short = holding.worst(False, holding.sell_qty, holding.sell_value)
    exposure.net_long = add(exposure.net_long, subtract(new_long, old_long))
    exposure.net_short = add(exposure.net_short, subtract(new_short, old_short))
    exposure.gross = add(exposure.gross, subtract(larger(new_long, new_short), larger(old_long, old_short)))


def larger(long_worst: Decimal, short_worst: Decimal) -> Decimal:
    """What a holding adds to the gross exposure."""
    return max(long_worst, short_worst, ZERO)
