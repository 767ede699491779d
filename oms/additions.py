"""What a request would add to one slice, beside what the slice has. Made for one question and thrown away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, NamedTuple

from oms.exact import ZERO, add, subtract
from oms.holdings import Book, Exposure, Holding, larger
from oms.slices import Bounds
from oms.surroundings import Surroundings

_NOTHING: Final = (ZERO, ZERO, ZERO, ZERO)


class More(NamedTuple):
    """How far the sums of a slice go up, in the base currency."""

    gross: Decimal
    net_long: Decimal
    net_short: Decimal
    margin: Decimal


class Addition:
    """By symbol quantity and value of buys and of sells."""

    __slots__ = ("_more", "book", "bounds", "by_symbol", "exposure", "key")

    def __init__(self, book: Book, key: Any, bounds: Bounds, exposure: Exposure | None) -> None:
        self.book = book
        self.key = key
        self.bounds = bounds
        self.exposure = exposure
        self.by_symbol: dict[str, tuple[Decimal, Decimal, Decimal, Decimal]] = {}
        self._more: More | None = None

    @property
    def name(self) -> str:
        """The slice, for a refusal."""
        return self.book.table.slice_name(self.key)

    def add(self, symbol: str, is_buy: bool, qty: Decimal, value: Decimal) -> None:
        buy_qty, buy_value, sell_qty, sell_value = self.by_symbol.get(symbol, _NOTHING)
        if is_buy:
            buy_qty, buy_value = add(buy_qty, qty), add(buy_value, value)
        else:
            sell_qty, sell_value = add(sell_qty, qty), add(sell_value, value)
        self.by_symbol[symbol] = buy_qty, buy_value, sell_qty, sell_value

    def holding(self, symbol: str) -> Holding | None:
        return None if self.exposure is None else self.exposure.holdings.get(symbol)

    def more(self, around: Surroundings) -> More:
        """Computed when it is first asked for: everything must have been added."""
        more = self._more
        if more is None:
            more = self._more = self._computed(around)
        return more

    def _computed(self, around: Surroundings) -> More:
        gross = net_long = net_short = margin = ZERO
        for symbol, (buy_qty, buy_value, sell_qty, sell_value) in self.by_symbol.items():
            holding = self.holding(symbol)
            if holding is None:
                instrument = around.instruments.get(symbol)
                holding = Holding(around.value_factor(instrument), around.margin_rate(instrument))
            long_worst, short_worst = holding.long_worst, holding.short_worst
            if buy_qty or buy_value:
                long_worst = holding.worst(True, add(holding.buy_qty, buy_qty), add(holding.buy_value, buy_value))
                net_long = add(net_long, subtract(long_worst, holding.long_worst))
            if sell_qty or sell_value:
                short_worst = holding.worst(False, add(holding.sell_qty, sell_qty), add(holding.sell_value, sell_value))
                net_short = add(net_short, subtract(short_worst, holding.short_worst))
            worst = larger(long_worst, short_worst)
            gross = add(gross, subtract(worst, holding.gross))
            if self.book.has_credit:
                margin = add(margin, subtract(holding.margin_of(worst), holding.margin))
        return More(gross, net_long, net_short, margin)


class Asked:
    """What was made of the request that was asked about last: each of its gates asks for the same."""

    __slots__ = ("additions", "last_seq", "request")

    def __init__(self, request: object, last_seq: int, additions: list[Addition]) -> None:
        self.request = request
        self.last_seq = last_seq
        """Of the blotter, when it was made."""
        self.additions = additions
