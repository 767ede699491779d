"""What another configuration makes of the limits: every key that differs, and what gets weaker by it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from config.limit_rows import rows_of
from config.model import GatewayConfig, LimitsConfig
from gateway.limits_table import bound_text
from gateway.reload import differences
from oms.weaker_limits import weaker_limits

HIGHER_IS_WEAKER: Final = ("max_order_qty", "max_notional", "price_band_percent", "reference_price_age_ms_max")
WEAKER: Final = "WEAKER "
PERHAPS: Final = "PERHAPS WEAKER "
JUDGED_BY: Final = ("accounts", "instruments")
"""Which limits hold for an order follows from these, too."""


def limits_diff(old: GatewayConfig, new: GatewayConfig) -> Iterator[str]:
    """A line for each difference. WEAKER begins those by which something may pass that did not before, PERHAPS WEAKER
    those of which only a person can say."""
    for key in GatewayConfig.__struct_fields__:
        if key != "limits":
            mark = PERHAPS if key in JUDGED_BY else ""
            yield from (f"{mark}{line}" for line in differences(key, getattr(old, key), getattr(new, key)))
    for key in LimitsConfig.__struct_fields__:
        if key != "slices":
            was, now = getattr(old.limits, key), getattr(new.limits, key)
            yield from (f"{_mark(key, was, now)}{line}" for line in differences(f"limits.{key}", was, now))
    yield from _bands(old, new)
    yield from _rows(old, new)


def _mark(key: str, was: object, now: object) -> str:
    if key in HIGHER_IS_WEAKER:
        return WEAKER if _number(now) > _number(was) else ""
    if key == "duplicate_interval_ms":
        return WEAKER if _number(now) < _number(was) else ""
    if key == "raises_need_approval":
        return WEAKER if was else ""
    if key == "conversion_rate_age_s_max":  # without it any rate is good enough
        return WEAKER if was is not None and (now is None or _number(now) > _number(was)) else ""
    if key == "max_unhedged_qty":  # without it there are no such orders
        return WEAKER if was is None or (now is not None and _number(now) > _number(was)) else ""
    if key == "self_match":
        return WEAKER if now is None else "" if was is None else PERHAPS
    return PERHAPS


def _number(value: object) -> Decimal:
    assert isinstance(value, Decimal | int), value
    return Decimal(value)


def _bands(old: GatewayConfig, new: GatewayConfig) -> Iterator[str]:
    """Bands of single instruments."""
    before = {instrument.symbol: instrument.price_band_percent for instrument in old.instruments}
    for instrument in new.instruments:
        was = before.get(instrument.symbol, instrument.price_band_percent) or old.limits.price_band_percent
        now = instrument.price_band_percent or new.limits.price_band_percent
        own = instrument.price_band_percent is not None or before.get(instrument.symbol) is not None
        if own and now > was:
            yield f"{WEAKER}instruments[{instrument.symbol}].price_band_percent: {was:f} -> {now:f}"


def _rows(old: GatewayConfig, new: GatewayConfig) -> Iterator[str]:
    before, after = rows_of(old.limits), rows_of(new.limits)
    for row in before:
        if all(row.of != other.of for other in after):
            yield f"limits.slices {row.name}: removed"
    for row in after:
        if all(row.of != other.of for other in before):
            yield f"limits.slices {row.name}: added"
    for was in before:
        for now in after:
            if was.of == now.of and was != now:
                yield from differences(f"limits.slices {was.name}", was.bounds, now.bounds)
    for slices, bound, limit, raised in weaker_limits(before, after):
        yield f"{WEAKER}limits.slices {slices} {bound}: {bound_text(bound, limit)} -> {bound_text(bound, raised)}"
