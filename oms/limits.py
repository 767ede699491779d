"""Limits of pre-trade risk, as records that travel in events: a change of limits is history, not configuration."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from oms.exact import in_bounds
from oms.rates import RATE_MAX as RATE_MAX
from oms.rates import Rate as Rate
from oms.rates import rate_faults as rate_faults
from oms.self_match_policy import SelfMatchPolicy
from oms.slices import LimitRow, rows_faults

CONVERSION_RATE_MAX: Final = Decimal(1_000_000)
DUPLICATE_INTERVAL_MS_MAX: Final = 60_000
INITIAL_MARGIN_MAX: Final = Decimal(10)


class Account(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What limits need to know of an account. One that is not defined has no group."""

    name: str
    """Account(1)."""
    group: str = ""
    """Accounts that share limits: a fund, a desk."""
    currency: str = ""
    """In which its results are told; '' for the base currency."""


class Limits(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one order and one session may do, whoever it is; and tables of limits for slices (`oms.slices`). The first
    are always on: there is no value for `unlimited`."""

    order_qty_max: Decimal
    """Largest OrderQty(38) of any order."""
    order_notional_max: Decimal
    """Largest quantity x price x multiplier of one order, in the currency of its price. A market order is valued at
    the reference price."""
    price_band: Decimal
    """How far Price(44) may be from the reference price on either side, as a fraction of it: 0.1 is 10%."""
    reference_price_age_ms_max: int
    """A reference price older than this is stale, and orders that need it are refused."""
    messages: Rate
    """New orders, replaces and status requests of one session."""
    cancels: Rate
    """Cancels of one session: a budget of its own, so that traffic in orders never blocks a cancel."""
    unhedged_qty_max: Decimal | None = None
    """How much of the first leg of a multileg order may be in the market, or executed and not yet followed by the other
    legs; None: multileg orders are refused."""
    rows: tuple[LimitRow, ...] = ()
    """The tables, row by row; all of them must pass besides."""
    accounts: tuple[Account, ...] = ()
    base_currency: str = "USD"
    """What notional values of slices are in."""
    rates: tuple[tuple[str, Decimal], ...] = ()
    """For each other currency what one of it is in the base currency. At most 1,000,000."""
    raises_need_approval: bool = False
    """While the gateway runs a limit is only made weaker by one person together with another."""
    duplicate_interval_ms: int = 0
    """The same order of a session, under another ClOrdID(11) within this time, is refused; 0: it is not looked for."""
    self_match: SelfMatchPolicy | None = None
    """None: nobody is kept from trading with himself."""
    rates_as_of_ns: tuple[tuple[str, int], ...] = ()
    """By currency when its rate was so, UTC; one that is not here is of the moment when it was told."""
    rate_symbols: tuple[tuple[str, str], ...] = ()
    """By currency the instrument whose reference price is its rate; see `oms.conversion_rates`."""
    rate_age_ms_max: int = 0
    """A rate older than this is stale, and orders that need it are refused; 0: however old."""
    initial_margins: tuple[tuple[str, Decimal], ...] = ()
    """By class of instruments what of a value counts against `credit_max`, as a fraction; 1 for a class that is not
    here: cash. Above 0, at most 10."""


NOTHING: Final = Limits(
    order_qty_max=Decimal(0),
    order_notional_max=Decimal(0),
    price_band=Decimal(0),
    reference_price_age_ms_max=0,
    messages=Rate(per_s=0, burst=0),
    cancels=Rate(per_s=1000, burst=1000),
)
"""What holds until somebody sets limits: no order passes; cancels do."""


def limits_faults(limits: Limits) -> list[str]:
    """What is wrong with the record, each as `field: value: rule`; empty when it can be used."""
    faults = []
    for name in ("order_qty_max", "price_band"):
        value: Decimal = getattr(limits, name)
        if not in_bounds(value) or value < 0:
            faults.append(f"{name}: {value}: not negative, at most 15 integer and 12 fraction digits")
    unhedged = limits.unhedged_qty_max
    if unhedged is not None and (not in_bounds(unhedged) or unhedged <= 0):
        faults.append(f"unhedged_qty_max: {unhedged}: positive, at most 15 integer and 12 fraction digits")
    if not limits.order_notional_max.is_finite() or limits.order_notional_max < 0:
        faults.append(f"order_notional_max: {limits.order_notional_max}: a number, not negative")
    if limits.reference_price_age_ms_max < 0:
        faults.append(f"reference_price_age_ms_max: {limits.reference_price_age_ms_max}: not negative")
    if not 0 <= limits.duplicate_interval_ms <= DUPLICATE_INTERVAL_MS_MAX:
        faults.append(f"duplicate_interval_ms: {limits.duplicate_interval_ms}: 0 to {DUPLICATE_INTERVAL_MS_MAX}")
    faults += rate_faults("messages", limits.messages) + rate_faults("cancels", limits.cancels)
    return faults + _tables_faults(limits)


def _tables_faults(limits: Limits) -> list[str]:
    faults = rows_faults(limits.rows)
    names = [account.name for account in limits.accounts]
    for name in names:
        if not name or names.count(name) > 1:
            faults.append(f"accounts: {name!r}: each account has a name, and stands there once")
    currencies = [currency for currency, _ in limits.rates]
    if limits.rate_age_ms_max < 0:
        faults.append(f"rate_age_ms_max: {limits.rate_age_ms_max}: not negative")
    for currency, _ in (*limits.rates_as_of_ns, *limits.rate_symbols):
        if currency == limits.base_currency:
            faults.append(f"rates: {currency}: not the base currency")
    for currency, rate in limits.rates:
        if currencies.count(currency) > 1 or currency == limits.base_currency:
            faults.append(f"rates: {currency}: each currency once, and not the base currency")
        if not in_bounds(rate) or not 0 < rate <= CONVERSION_RATE_MAX:
            faults.append(f"rates: {currency}: {rate}: above 0, at most {CONVERSION_RATE_MAX} and 12 fraction digits")
    return faults + _margins_faults(limits)


def _margins_faults(limits: Limits) -> list[str]:
    faults = []
    classes = [risk_class for risk_class, _ in limits.initial_margins]
    for risk_class, margin in limits.initial_margins:
        if classes.count(risk_class) > 1:
            faults.append(f"initial_margins: {risk_class}: each class once")
        if not in_bounds(margin) or not 0 < margin <= INITIAL_MARGIN_MAX:
            faults.append(f"initial_margins: {risk_class}: {margin}: above 0, at most {INITIAL_MARGIN_MAX}")
    return faults
