"""What the sums of slices are made of: cells, that hold, and holdings and exposures, that add up. `oms.exposure` has
the rules, and is the only one who writes.

Every order that is let in, executed or canceled comes through here once for each slice that it is in, and nearly all
numbers are Decimals: so what has not changed is not computed again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, NamedTuple

from oms.exact import ZERO, add, multiply_rounded_up, part_rounded_up, subtract
from oms.slices import NOTIONAL_BOUNDS, POSITION_BOUNDS, Bounds, Dimension, LimitTable

_ONE: Final = Decimal(1)


class Holding:
    """One symbol in one slice. Only the ledger writes."""

    __slots__ = (
        "buy_qty",
        "buy_value",
        "converts",
        "factor",
        "gross",
        "long_cost",
        "long_qty",
        "long_worst",
        "margin",
        "margin_rate",
        "net_qty",
        "sell_qty",
        "sell_value",
        "short_cost",
        "short_qty",
        "short_worst",
        "sign",
    )

    def __init__(self, factor: Decimal, margin_rate: Decimal) -> None:
        self.margin_rate = margin_rate
        """What of its gross value is margin, as a fraction."""
        self.use_factor(factor)
        self.sign = 0
        """1 when it is long, -1 when it is short."""
        self.net_qty = self.long_qty = self.short_qty = ZERO
        """Bought less sold; the sums of the long cells and of the short ones."""
        self.long_cost = self.short_cost = ZERO
        self.buy_qty = self.sell_qty = ZERO
        """Reserved for open orders."""
        self.buy_value = self.sell_value = ZERO
        self.long_worst = self.short_worst = ZERO
        """The worst cases in the base currency; negative when even then the position is on the other side."""
        self.gross = self.margin = ZERO
        """What it adds to the gross exposure of the slice, and to its margin."""

    def use_factor(self, factor: Decimal) -> None:
        """Multiplier x rate: from quantity x price to the base currency."""
        self.factor = factor
        self.converts = factor != _ONE

    def margin_of(self, gross: Decimal) -> Decimal:
        rate = self.margin_rate
        return gross if rate == _ONE else multiply_rounded_up(gross, rate)

    def worst(self, is_buy: bool, qty: Decimal, value: Decimal) -> Decimal:
        """The worst case of one side, with so much reserved for it."""
        if is_buy:
            held = _worst(self.net_qty, self.long_qty, self.long_cost, self.short_qty, self.short_cost, qty, value)
        else:
            short_by = self.net_qty.copy_negate()
            held = _worst(short_by, self.short_qty, self.short_cost, self.long_qty, self.long_cost, qty, value)
        return multiply_rounded_up(held, self.factor) if self.converts else held


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
    if net_qty >= ZERO:
        if not net_qty:
            return value
        return add(own_cost if not other_qty else part_rounded_up(own_cost, net_qty, own_qty), value)
    if not qty and not own_qty:
        return other_cost.copy_negate()
    left = add(net_qty, qty)
    if left > ZERO:
        return value
    return part_rounded_up(other_cost, left, other_qty)


class Exposure:
    """One slice. Only the ledger writes."""

    __slots__ = ("currencies", "gross", "has_credit", "holdings", "margin", "net_long", "net_short")

    def __init__(self, *, has_credit: bool) -> None:
        self.has_credit = has_credit
        """Margin is summed up."""
        self.holdings: dict[str, Holding] = {}
        self.currencies: dict[str, None] = {}
        """Those of its symbols, without the base currency."""
        self.margin = ZERO
        """Sum over symbols of their margin."""
        self.gross = ZERO
        """Sum over symbols of the larger of the two worst cases."""
        self.net_long = self.net_short = ZERO
        """Sums over symbols of the worst cases of each side."""


class Book:
    """A table with bounds that accumulate, and its slices."""

    __slots__ = ("has_credit", "has_positions", "has_values", "is_by_venue", "slices", "table")

    def __init__(self, table: LimitTable) -> None:
        self.table = table
        self.is_by_venue = Dimension.VENUE in table.dimensions
        self.has_positions = any(table.limits(bound) for bound in POSITION_BOUNDS)
        self.has_values = any(table.limits(bound) for bound in NOTIONAL_BOUNDS)
        self.has_credit = table.limits("credit_max")
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


def reserve(exposure: Exposure, holding: Holding, is_buy: bool, qty: Decimal, value: Decimal) -> None:
    """So much more is open on that side, or less; and the sums with it."""
    if is_buy:
        holding.buy_qty = add(holding.buy_qty, qty)
        holding.buy_value = add(holding.buy_value, value)
        before = holding.long_worst
        if holding.sign < 0 or holding.converts:
            holding.long_worst = after = holding.worst(True, holding.buy_qty, holding.buy_value)
            more = subtract(after, before)
        else:  # on top of what is held
            holding.long_worst = after = add(before, value)
            more = value
        exposure.net_long = add(exposure.net_long, more)
        other = holding.short_worst
    else:
        holding.sell_qty = add(holding.sell_qty, qty)
        holding.sell_value = add(holding.sell_value, value)
        before = holding.short_worst
        if holding.sign > 0 or holding.converts:
            holding.short_worst = after = holding.worst(False, holding.sell_qty, holding.sell_value)
            more = subtract(after, before)
        else:
            holding.short_worst = after = add(before, value)
            more = value
        exposure.net_short = add(exposure.net_short, more)
        other = holding.long_worst
    gross, worst = holding.gross, larger(after, other)
    if worst is not gross:
        holding.gross = worst
        more = more if worst is after and before is gross else subtract(worst, gross)
        exposure.gross = add(exposure.gross, more)
        if exposure.has_credit:
            _sum_up_margin(exposure, holding)


def sum_up(exposure: Exposure, holding: Holding) -> None:
    """The slice has its worst cases from the holding as it was before; carry the difference."""
    old_long, old_short = holding.long_worst, holding.short_worst
    holding.long_worst = new_long = holding.worst(True, holding.buy_qty, holding.buy_value)
    holding.short_worst = new_short = holding.worst(False, holding.sell_qty, holding.sell_value)
    exposure.net_long = add(exposure.net_long, subtract(new_long, old_long))
    exposure.net_short = add(exposure.net_short, subtract(new_short, old_short))
    gross, worst = holding.gross, larger(new_long, new_short)
    if worst is not gross:
        holding.gross = worst
        exposure.gross = add(exposure.gross, subtract(worst, gross))
        if exposure.has_credit:
            _sum_up_margin(exposure, holding)


def _sum_up_margin(exposure: Exposure, holding: Holding) -> None:
    before = holding.margin
    holding.margin = after = holding.margin_of(holding.gross)
    exposure.margin = add(exposure.margin, subtract(after, before))


def larger(long_worst: Decimal, short_worst: Decimal) -> Decimal:
    """What a holding adds to the gross exposure."""
    worst = long_worst if long_worst >= short_worst else short_worst
    return worst if worst >= ZERO else ZERO
