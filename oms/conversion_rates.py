"""What one of a currency is in the base currency, how old that is, and who or what said so.

A rate comes from the configuration, from a person while the gateway runs, or from the reference price of an
instrument: that of EUR-USD, in USD, is what one EUR is; of USD-JPY, in JPY, one JPY is the reciprocal. A rate that has
no time is of the moment when it was told, and none is of later than that.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from oms.exact import multiply, quotient_for_display, subtract
from oms.instruments import Instrument
from oms.limits import CONVERSION_RATE_MAX, Limits
from oms.position_events import ConversionRateSet

_ONE: Final = Decimal(1)
_NS_PER_MS: Final = 1_000_000
RENEWED_AFTER_NS: Final = 10_000_000_000
RENEWED_BY: Final = Decimal("0.001")
"""A reference price makes a new rate when the old one is so old, or so far away as a fraction of it."""


class ConversionRate(msgspec.Struct, frozen=True, gc=False, array_like=True):
    rate: Decimal
    as_of_ns: int
    symbol: str = ""
    """The instrument whose reference price it is; '' when it was told."""
    operator: str = ""
    """Who told it; '' for the configuration and for prices."""


class ConversionRates:
    """By currency; the base currency is not among them. Only the blotter writes."""

    __slots__ = ("by_currency", "oldest_ns", "sources")

    def __init__(self) -> None:
        self.by_currency: dict[str, ConversionRate] = {}
        self.oldest_ns = 0
        """Of the oldest of them; 0 when there is none."""
        self.sources: dict[str, str] = {}
        """Symbol -> currency of which its reference price is the rate."""

    def get(self, currency: str) -> ConversionRate | None:
        return self.by_currency.get(currency)

    def configure(self, limits: Limits, at_ns: int) -> None:
        """Those of the configuration hold, in place of all others."""
        as_of = dict(limits.rates_as_of_ns)
        self.by_currency = {
            currency: ConversionRate(rate, min(at_ns, as_of.get(currency, at_ns))) for currency, rate in limits.rates
        }
        self._look_for_oldest()
        self.use_sources(limits)

    def _look_for_oldest(self) -> None:
        self.oldest_ns = min((rate.as_of_ns for rate in self.by_currency.values()), default=0)

    def use_sources(self, limits: Limits) -> None:
        self.sources = {symbol: currency for currency, symbol in limits.rate_symbols}

    def set(self, event: ConversionRateSet) -> None:
        self.by_currency[event.currency] = ConversionRate(event.rate, event.as_of_ns, event.symbol, event.operator)
        self._look_for_oldest()

    def restore(self, content: dict[str, ConversionRate]) -> None:
        """From a snapshot: what `content` was."""
        self.by_currency = content
        self._look_for_oldest()

    def any_is_stale(self, limits: Limits, at_ns: int) -> bool:
        max_ms = limits.rate_age_ms_max
        return max_ms > 0 and bool(self.by_currency) and at_ns - self.oldest_ns > max_ms * _NS_PER_MS

    def in_base(self, base_currency: str) -> dict[str, Decimal]:
        """Every rate there is, '' and the base currency among them."""
        rates = {currency: rate.rate for currency, rate in self.by_currency.items()}
        return {**rates, "": _ONE, base_currency: _ONE}

    def content(self) -> dict[str, ConversionRate]:
        return self.by_currency


def is_stale(rate: ConversionRate, limits: Limits, at_ns: int) -> bool:
    max_ms = limits.rate_age_ms_max
    return max_ms > 0 and at_ns - rate.as_of_ns > max_ms * _NS_PER_MS


def same_rates(one: Limits, other: Limits) -> bool:
    """What the configuration says of rates is the same."""
    return (one.base_currency, one.rates, one.rates_as_of_ns, one.rate_symbols) == (
        other.base_currency, other.rates, other.rates_as_of_ns, other.rate_symbols,
    )  # fmt: skip


def rate_of_price(currency: str, instrument: Instrument, price: Decimal) -> Decimal | None:
    """What one of the currency is, by this price; None where that is no rate."""
    if price <= 0:
        return None
    rate = quotient_for_display(_ONE, price) if instrument.currency == currency else price
    return rate if 0 < rate <= CONVERSION_RATE_MAX else None


def is_due(before: ConversionRate | None, rate: Decimal, at_ns: int) -> bool:
    """Whether a rate that a price makes is worth an event."""
    if before is None or before.as_of_ns + RENEWED_AFTER_NS <= at_ns:
        return True
    return subtract(rate, before.rate).copy_abs() > multiply(before.rate, RENEWED_BY)
