"""Which limits hold for an order: tables of limits, cut into slices.

Every order has traits: its account, the group of that, its symbol, and so on. A *table* limits one kind of slice, named
by the dimensions it has: a limit for each account and symbol, or for each trader. Its rows say which slice they are
for; `*` in a row stands for every value, each by itself:

    account  symbol   long_qty_max
    A1       BTC-USD  10              A1's position in BTC-USD
    A1       *        100             A1's position in each other symbol
    *        *        5               everybody else's, each account and each symbol by itself

Precedence, and it is the whole rule: in one table the row with the most exact values holds, and between rows with
equally many the one that is exact further to the left, in the order of `Dimension`. Nothing of the other rows is
mixed in: what the row leaves out is not limited by this table. All tables must pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec

from oms.exact import in_bounds
from oms.instruments import Instrument
from oms.rates import Rate, rate_faults

ANY: Final = "*"
_REMEMBERED_MAX: Final = 65_536


class Dimension(StrEnum):
    """What slices are cut by, in the order of precedence."""

    ACCOUNT = "account"
    GROUP = "group"
    SYMBOL = "symbol"
    RISK_CLASS = "class"
    CURRENCY = "currency"
    SESSION = "session"
    TRADER = "trader"
    VENUE = "venue"


class Traits(NamedTuple):
    """What an order is judged by, one field for each dimension and in their order; '' where it has none."""

    account: str
    group: str
    symbol: str
    risk_class: str
    currency: str
    session: str
    trader: str
    venue: str


class Bounds(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a row limits; None is not limited by it. Fields are only added, at the end, with a default."""

    order_qty_max: Decimal | None = None
    """Largest OrderQty(38) of one order."""
    order_notional_max: Decimal | None = None
    """Largest quantity x price x multiplier of one order, in the base currency."""
    price_band: Decimal | None = None
    """How far Price(44) may be from the reference price, as a fraction of it."""
    long_qty_max: Decimal | None = None
    """Largest long position if every open buy is executed and no open sell: only in tables with the symbol."""
    short_qty_max: Decimal | None = None
    """The same for a short position, as a positive number."""
    gross_notional_max: Decimal | None = None
    """Largest sum over symbols of the larger of the two worst cases, in the base currency."""
    net_notional_max: Decimal | None = None
    """Largest net of all symbols in its worst case, either way, in the base currency."""
    credit_max: Decimal | None = None
    """Most margin that may be in use and reserved, in the base currency: of each symbol the larger of the two worst
    cases, times what the limits ask for its class."""
    messages: Rate | None = None
    """New orders and replaces."""
    executions: Rate | None = None
    """Executions; above it the slice is stopped until a named person lets it go on (RTS 6, article 15(3))."""
    loss_max: Decimal | None = None
    """Largest loss since the beginning of the trading day, realised and not, in the base currency."""
    order_to_trade_max: Decimal | None = None
    """Most new orders and replaces for each execution, beyond the first thousand of a trading day."""
    drawdown_max: Decimal | None = None
    """Most that may be lost of the best result of the trading day, realised and not, in the base currency."""
    period_s: Decimal | None = None
    """How far back the limits that follow look, in whole seconds up to a day (RTS 6, article 15(1))."""
    period_messages_max: Decimal | None = None
    """Most new orders and replaces in a period."""
    period_qty_max: Decimal | None = None
    """Most that may be executed in a period: only in tables with the symbol."""
    period_notional_max: Decimal | None = None
    """The same as a value, in the base currency."""
    period_price_move: Decimal | None = None
    """How far the reference price may move in a period, as a fraction: only in the table of symbols."""
    period_loss_max: Decimal | None = None
    """Most that may be lost in a period, realised and not, in the base currency."""


class LimitRow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One row. `of` has each dimension of its table once, in the order of `Dimension`, with a value or ANY."""

    of: tuple[tuple[Dimension, str], ...]
    bounds: Bounds

    @property
    def name(self) -> str:
        """The slice, as operators read and write it: `account=A1 symbol=*`."""
        return " ".join(f"{dimension}={value}" for dimension, value in self.of)


def limit_row(bounds: Bounds, of: Iterable[tuple[Dimension, str]]) -> LimitRow:
    """A row with its dimensions in order. Raises ValueError for one that is there twice, and for none at all."""
    places = sorted(of, key=lambda place: _PLACE[place[0]])
    dimensions = [dimension for dimension, _ in places]
    if not dimensions:
        raise ValueError("limits: a row names at least one dimension")
    for dimension in dimensions:
        if dimensions.count(dimension) > 1:
            raise ValueError(f"limits: {dimension}: named twice in one row")
    return LimitRow(tuple(places), bounds)


class LimitTable:
    """All rows with the same dimensions."""

    __slots__ = ("_patterns", "_remembered", "_rows", "dimensions", "key_of", "name")

    def __init__(self, dimensions: tuple[Dimension, ...], rows: Iterable[LimitRow]) -> None:
        self.dimensions = dimensions
        self.name = ",".join(dimensions)
        self.key_of: Callable[[Traits], Any] = itemgetter(*(_PLACE[dimension] for dimension in dimensions))
        """What distinguishes the slices of the table: a value, or a tuple of values where there are several."""
        self._rows = {tuple(value for _, value in row.of): row for row in rows}
        exact = {tuple(value != ANY for value in values) for values in self._rows}
        self._patterns = sorted(exact, key=lambda pattern: (sum(pattern), pattern), reverse=True)
        self._remembered: dict[Any, LimitRow | None] = {}

    def row(self, key: Any) -> LimitRow | None:
        """The row that holds for the slice `key` (see `key_of`); None when the table says nothing of it."""
        try:
            return self._remembered[key]
        except KeyError:
            found = self._find(key)
            if len(self._remembered) >= _REMEMBERED_MAX:
                self._remembered.clear()
            self._remembered[key] = found
            return found

    def _find(self, key: Any) -> LimitRow | None:
        values = key if len(self.dimensions) > 1 else (key,)
        for pattern in self._patterns:
            row = self._rows.get(tuple(value if exact else ANY for value, exact in zip(values, pattern, strict=True)))
            if row is not None:
                return row
        return None

    def slice_name(self, key: Any) -> str:
        """The slice itself, as a refusal names it: `account=A1 symbol=BTC-USD`."""
        values = key if len(self.dimensions) > 1 else (key,)
        return " ".join(f"{dimension}={value}" for dimension, value in zip(self.dimensions, values, strict=True))

    def limits(self, bound: str) -> bool:
        """Some row of it has this bound."""
        return any(getattr(row.bounds, bound) is not None for row in self._rows.values())


def limit_tables(rows: Iterable[LimitRow]) -> tuple[LimitTable, ...]:
    """The rows as tables, in the order in which their dimensions are first met."""
    by_dimensions: dict[tuple[Dimension, ...], list[LimitRow]] = {}
    for row in rows:
        by_dimensions.setdefault(tuple(dimension for dimension, _ in row.of), []).append(row)
    return tuple(LimitTable(dimensions, its_rows) for dimensions, its_rows in by_dimensions.items())


_PLACE: Final = {dimension: place for place, dimension in enumerate(Dimension)}


# ------------------------------------------------------------------------------------------------------------- records

ORDER_BOUNDS: Final = ("order_qty_max", "order_notional_max", "price_band")
POSITION_BOUNDS: Final = ("long_qty_max", "short_qty_max")
NOTIONAL_BOUNDS: Final = ("gross_notional_max", "net_notional_max", "credit_max")
RESULT_BOUNDS: Final = ("loss_max", "drawdown_max", "period_loss_max")
PERIOD_S_MAX: Final = 86_400
_OF_PERIODS: Final = (
    "period_messages_max", "period_qty_max", "period_notional_max", "period_price_move", "period_loss_max",
)  # fmt: skip
_QUANTITIES: Final = (*POSITION_BOUNDS, "period_qty_max")
_NUMBERS: Final = tuple(name for name in Bounds.__struct_fields__ if name not in ("messages", "executions"))


def changed_rows(
    rows: tuple[LimitRow, ...], before: LimitRow | None, after: LimitRow | None
) -> tuple[LimitRow, ...]:  # fmt: skip
    """The rows after a change of one, in their order; a new one is the last."""
    if before is None:
        return rows if after is None else (*rows, after)
    return tuple(row for old in rows if (row := after if old == before else old) is not None)


def rows_faults(rows: Sequence[LimitRow]) -> list[str]:
    """What is wrong with the rows of all tables, each as `row: field: value: rule`; empty when they can be used."""
    faults: list[str] = []
    first: set[tuple[tuple[Dimension, str], ...]] = set()
    for row in rows:
        if row.of in first:
            faults.append(f"rows: {row.name}: said twice")
        first.add(row.of)
        faults += [f"rows: {row.name}: {fault}" for fault in row_faults(row)]
    return faults


def row_faults(row: LimitRow) -> list[str]:
    """The same of one row, without its name."""
    dimensions = [dimension for dimension, _ in row.of]
    if not dimensions or dimensions != sorted(set(dimensions), key=_PLACE.__getitem__):
        return [f"of: {', '.join(dimensions)}: each dimension at most once, in the order {', '.join(Dimension)}"]
    bounds = row.bounds
    faults = [f"{dimension}: '': a value, or {ANY} for each by itself" for dimension, value in row.of if not value]
    if bounds == Bounds():
        faults.append("bounds: none: a row limits something")
    for name in _NUMBERS:
        value: Decimal | None = getattr(bounds, name)
        if value is not None and (not in_bounds(value) or value < 0):
            faults.append(f"{name}: {value}: not negative, at most 15 integer and 12 fraction digits")
        if value is not None and name in _QUANTITIES and Dimension.SYMBOL not in dimensions:
            faults.append(
                f"{name}: {value}: quantities of several symbols have no sum: name the symbol, or symbol {ANY}"
            )
    for name in ("messages", "executions"):
        rate: Rate | None = getattr(bounds, name)
        faults += [] if rate is None else rate_faults(name, rate)
    return faults + _monitored_faults(dimensions, bounds)


def _monitored_faults(dimensions: list[Dimension], bounds: Bounds) -> list[str]:
    """What is wrong with the limits that only the monitor judges by."""
    faults = []
    period_s = bounds.period_s
    named = [name for name in _OF_PERIODS if getattr(bounds, name) is not None]
    if (period_s is None) is not (not named):
        faults.append(f"period_s: {period_s}: with one of {', '.join(_OF_PERIODS)}, and they with it")
    if period_s is not None and (period_s != int(period_s) or not 1 <= period_s <= PERIOD_S_MAX):
        faults.append(f"period_s: {period_s}: whole seconds, 1 to {PERIOD_S_MAX}")
    if bounds.period_price_move is not None and dimensions != [Dimension.SYMBOL]:
        faults.append(f"period_price_move: {bounds.period_price_move}: prices are everybody's: name the symbol alone")
    for name in RESULT_BOUNDS:
        if getattr(bounds, name) is not None and dimensions not in ([Dimension.ACCOUNT], [Dimension.GROUP]):
            faults.append(f"{name}: {getattr(bounds, name)}: accounts have results: name account or group alone")
    return faults


def traits_of(
    account: str, group: str, symbol: str, instrument: Instrument | None, session: str, trader: str, venue: str
) -> Traits:
    """The traits of an order; an unknown instrument has no class and no currency."""
    if instrument is None:
        return Traits(account, group, symbol, "", "", session, trader, venue)
    return Traits(account, group, symbol, instrument.risk_class, instrument.currency, session, trader, venue)
