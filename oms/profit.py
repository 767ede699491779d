"""Profit and loss: what the ledger has earned, at which price, by which rate, and how old those are. Pure questions.

    realised      of what was closed, at average cost, since the ledger began; before fees
    unrealised    of what is open, at the reference price, however old: its age is told
    fees          commissions, in the currencies that they came in

All x multiplier, in the currency of the price; told in another one by conversion rates. What cannot be told (no
reference price, no rate, a stale one) is not in the figures but in `missing`, in words: nothing is ever taken for 0 or
for 1. Conversion rounds half-even to 12 fraction digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from oms.blotter import Blotter
from oms.conversion_rates import is_stale
from oms.exact import ZERO, add, multiply, part_for_display, quotient_for_display, subtract
from oms.market import Reference
from oms.positions import Key, Position

_ONE: Final = Decimal(1)
_NS_PER_S: Final = 1_000_000_000


class Profit(NamedTuple):
    """Of one account; or a sum of any."""

    realised: Decimal
    unrealised: Decimal
    fees: Decimal
    """Negative for rebates."""
    currency: str
    """Of all figures."""
    realised_today: Decimal
    """Since the trading day began."""
    fees_today: Decimal
    missing: tuple[str, ...] = ()
    """What is not in the figures, and why; () when all is."""
    price_age_ns: int = 0
    """Of the oldest reference price in the figures; 0 when none is."""
    rate_age_ns: int = 0
    """Of the oldest conversion rate in the figures; 0 when none is."""

    @property
    def net(self) -> Decimal:
        """Realised and unrealised, less fees."""
        return subtract(add(self.realised, self.unrealised), self.fees)


class PositionProfit(NamedTuple):
    """Of one position, in the currency of its price, and what that currency is in the base currency."""

    currency: str
    multiplier: Decimal
    open_price: Decimal | None
    """Average cost of one; None when nothing is open."""
    realised: Decimal
    realised_today: Decimal
    unrealised: Decimal | None
    """None without a reference price, unless nothing is open."""
    day_opening: Decimal | None
    """What the opening has earned today by the reference price: SMTM; None without one."""
    day_trades: Decimal | None
    """What the executions of today have earned by it: TVAR. Both together: realised today and unrealised."""
    reference: Reference | None


def profit_of(blotter: Blotter, account: str, at_ns: int, currency: str = "") -> Profit:
    """Of all positions of the account, in `currency`, or in the base currency of the limits for ''."""
    return total(blotter, blotter.positions.of_account(account), at_ns, currency)


def total(blotter: Blotter, positions: Iterable[tuple[Key, Position]], at_ns: int, currency: str = "") -> Profit:
    """Of these positions together."""
    told = currency or blotter.limits.base_currency
    sums = _Sums(blotter, at_ns, told)
    for (_, symbol, _), position in positions:
        profit = position_profit(blotter, symbol, position)
        sums.add(symbol, position, profit)
    return sums.profit()


def position_profit(blotter: Blotter, symbol: str, position: Position) -> PositionProfit:
    instrument, reference = blotter.instruments.get(symbol), blotter.market.reference(symbol)
    multiplier = _ONE if instrument is None else instrument.contract_multiplier
    net_qty, open_value = position.net_qty, position.open_value
    unrealised = day_opening = day_trades = None
    if reference is not None:
        unrealised = multiply(subtract(multiply(net_qty, reference.price), open_value), multiplier)
        gained = subtract(multiply(position.opening_qty, reference.price), position.opening_value)
        day_opening = multiply(gained, multiplier)
        received = subtract(position.short_gross, position.long_gross)
        bought = subtract(position.long_qty, position.short_qty)
        day_trades = multiply(add(received, multiply(bought, reference.price)), multiplier)
    elif not net_qty:
        unrealised = ZERO
    return PositionProfit(
        currency=(instrument.currency if instrument is not None else "") or blotter.limits.base_currency,
        multiplier=multiplier,
        open_price=quotient_for_display(open_value, net_qty) if net_qty else None,
        realised=multiply(position.realised, multiplier),
        realised_today=multiply(position.realised_today, multiplier),
        unrealised=unrealised,
        day_opening=day_opening,
        day_trades=day_trades,
        reference=reference,
    )


class Conversion(NamedTuple):
    """An amount x `rate` / `per`."""

    rate: Decimal
    per: Decimal
    age_ns: int
    """Of the older rate of the two; 0 where none was needed."""
    missing: str
    """Why it cannot be told; '' when it can."""

    @property
    def factor(self) -> Decimal | None:
        """For display."""
        return None if self.missing else quotient_for_display(self.rate, self.per)


def conversion(blotter: Blotter, of: str, to: str, at_ns: int) -> Conversion:
    """What one of a currency is in another one. Stale rates are none."""
    rates, age_ns = [_ONE, _ONE], 0
    for place, currency in enumerate((of, to)):
        if of == to or currency == blotter.limits.base_currency:
            continue
        rate = blotter.conversion.get(currency)
        if rate is None:
            return Conversion(_ONE, _ONE, 0, f"{currency}: no conversion rate")
        age = at_ns - rate.as_of_ns
        if is_stale(rate, blotter.limits, at_ns):
            max_s = blotter.limits.rate_age_ms_max // 1000
            missing = f"{currency}: the conversion rate is {age // _NS_PER_S} s old, at most {max_s}"
            return Conversion(_ONE, _ONE, age, missing)
        rates[place] = rate.rate
        age_ns = max(age_ns, age)
    return Conversion(rates[0], rates[1], age_ns, "")


class _Sums:
    __slots__ = ("_at_ns", "_blotter", "_conversions", "_figures", "_missing", "_price_age_ns", "_rate_age_ns", "_to")

    def __init__(self, blotter: Blotter, at_ns: int, to: str) -> None:
        self._blotter = blotter
        self._at_ns = at_ns
        self._to = to
        self._conversions: dict[str, Conversion] = {}
        self._figures = [ZERO] * 5
        self._missing: dict[str, None] = {}
        self._price_age_ns = self._rate_age_ns = 0

    def add(self, symbol: str, position: Position, profit: PositionProfit) -> None:
        unrealised = profit.unrealised
        if unrealised is None:
            self._missing[f"{symbol}: no reference price"] = None
        elif profit.reference is not None and position.net_qty:
            self._price_age_ns = max(self._price_age_ns, self._at_ns - profit.reference.at_ns)
        figures = (profit.realised, ZERO if unrealised is None else unrealised, profit.realised_today)
        for place, figure in zip((0, 1, 3), figures, strict=True):
            self._book(place, profit.currency, figure)
        for place, by_currency in ((2, position.earlier_fees), (2, position.fees), (4, position.fees)):
            for currency, fees in by_currency.items():
                self._book(place, currency or profit.currency, fees)

    def _book(self, place: int, currency: str, figure: Decimal) -> None:
        if not figure:
            return
        found = self._conversions.get(currency)
        if found is None:
            found = self._conversions[currency] = conversion(self._blotter, currency, self._to, self._at_ns)
        if found.missing:
            self._missing[found.missing] = None
            return
        self._rate_age_ns = max(self._rate_age_ns, found.age_ns)
        if found.rate != found.per:
            figure = part_for_display(figure, found.rate, found.per)
        self._figures[place] = add(self._figures[place], figure)

    def profit(self) -> Profit:
        realised, unrealised, fees, realised_today, fees_today = self._figures
        return Profit(
            realised, unrealised, fees, self._to, realised_today, fees_today, tuple(self._missing),
            self._price_age_ns, self._rate_age_ns,
        )  # fmt: skip
