"""Positions and conversion rates as a person or a program is shown them: numbers as texts, ages in ms, and what cannot
be told as None, or in `missing`."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from oms.blotter import Blotter
from oms.conversion_rates import is_stale
from oms.exact import ZERO, add, trimmed
from oms.positions import Key, Position
from oms.profit import Profit, conversion, position_profit

_NS_PER_MS = 1_000_000
_NS_PER_S = 1_000_000_000

View = dict[str, object]


def position_view(blotter: Blotter, key: Key, position: Position, at_ns: int) -> View:
    """Money is in `currency`, that of the price; `rate` is what one of it is in the base currency."""
    account, symbol, venue = key
    profit = position_profit(blotter, symbol, position)
    reference, base = profit.reference, blotter.limits.base_currency
    rate = conversion(blotter, profit.currency, base, at_ns)
    fees = dict(position.earlier_fees)
    for currency, amount in position.fees.items():
        fees[currency] = add(fees.get(currency, ZERO), amount)
    told = position.told
    return {
        "account": account,
        "symbol": symbol,
        "venue": venue,
        "qty": trimmed(position.net_qty),
        "open_price": _text(profit.open_price),
        "currency": profit.currency,
        "multiplier": trimmed(profit.multiplier),
        "realised": trimmed(profit.realised),
        "realised_today": trimmed(profit.realised_today),
        "unrealised": _text(profit.unrealised),
        "fees": {currency or profit.currency: trimmed(amount) for currency, amount in fees.items()},
        "reference_price": _text(None if reference is None else reference.price),
        "reference_price_age_ms": None if reference is None else (at_ns - reference.at_ns) // _NS_PER_MS,
        "rate": _text(rate.factor),
        "rate_age_ms": rate.age_ns // _NS_PER_MS,
        "rate_missing": rate.missing,
        "start_of_day": {
            "qty": trimmed(position.opening_qty),
            "carried_qty": trimmed(position.carried_qty),
            "told_by": "" if told is None else told.operator,
            "told_from": "" if told is None else told.source,
            "told_why": "" if told is None else told.reason,
            "price": None if told is None else trimmed(told.price),
            "is_reference_price": told is not None and told.is_reference,
        },
        "today": {
            "bought": trimmed(position.long_qty),
            "sold": trimmed(position.short_qty),
            "paid": trimmed(position.long_gross),
            "received": trimmed(position.short_gross),
        },
    }


def profit_view(profit: Profit) -> View:
    return {
        "currency": profit.currency,
        "realised": trimmed(profit.realised),
        "realised_today": trimmed(profit.realised_today),
        "unrealised": trimmed(profit.unrealised),
        "fees": trimmed(profit.fees),
        "fees_today": trimmed(profit.fees_today),
        "net": trimmed(profit.net),
        "missing": list(profit.missing),
        "reference_price_age_ms": profit.price_age_ns // _NS_PER_MS,
        "rate_age_ms": profit.rate_age_ns // _NS_PER_MS,
    }


def rates_view(blotter: Blotter, at_ns: int) -> View:
    limits, sources = blotter.limits, {currency: symbol for symbol, currency in blotter.conversion.sources.items()}
    return {
        "base_currency": limits.base_currency,
        "age_max_ms": limits.rate_age_ms_max or None,
        "rates": [
            {
                "currency": currency,
                "rate": trimmed(rate.rate),
                "as_of": datetime.fromtimestamp(rate.as_of_ns // _NS_PER_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "age_ms": (at_ns - rate.as_of_ns) // _NS_PER_MS,
                "is_stale": is_stale(rate, limits, at_ns),
                "from": rate.symbol or rate.operator or "configuration",
                "symbol": sources.get(currency, ""),
            }
            for currency, rate in blotter.conversion.by_currency.items()
        ],
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else trimmed(number)
