"""Limits of pre-trade risk, as records that travel in events: a change of limits is history, not configuration."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from oms.exact import in_bounds

RATE_MAX: Final = 1_000_000


class Rate(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """So many requests a second for ever, and so many at once after a pause (a token bucket)."""

    per_s: int
    """Refill, requests per second; 0 lets nothing pass. At most 1,000,000."""
    burst: int
    """Size of the bucket, requests; 0 lets nothing pass. At most 1,000,000."""


class Limits(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one order and one session may do. Every limit is on: there is no value for `unlimited`."""

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
    return faults + rate_faults("messages", limits.messages) + rate_faults("cancels", limits.cancels)


def rate_faults(name: str, rate: Rate) -> list[str]:
    """The same for a rate; `name` says whose."""
    return [
        f"{name}.{part}: {number}: 0 to {RATE_MAX}"
        for part, number in (("per_s", rate.per_s), ("burst", rate.burst))
        if not 0 <= number <= RATE_MAX
    ]
