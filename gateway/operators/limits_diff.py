"""What another configuration makes of the limits: every key that differs, and what gets weaker by it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from config.limit_rows import rows_of
from config.model import GatewayConfig, InstrumentConfig, LimitsConfig, Record
from gateway.from_config.reload import differences
from gateway.operators.control_keys import PERHAPS, STRICTER, WAYS, WEAKER, Way, mark_of
from gateway.operators.limits_table import bound_text
from oms.weaker_limits import weaker_limits

__all__ = ("PERHAPS", "WEAKER", "limits_diff")

_BY_OTHERS: Final = ("slices", "initial_margins")
"""Rows are judged by the slices that they hold for, margins by their class."""
_WHOLE: Final = Decimal(100)


def limits_diff(old: GatewayConfig, new: GatewayConfig) -> Iterator[str]:
    """A line for each difference. WEAKER begins those by which something may pass that did not before, PERHAPS WEAKER
    those of which only a person can say."""
    for key in GatewayConfig.__struct_fields__:
        yield from _key(GatewayConfig, key, key, getattr(old, key), getattr(new, key))
    yield from _bands(old, new)
    yield from _margins(old, new)
    yield from _rows(old, new)


def _key(kind: type[Record], key: str, path: str, was: object, now: object) -> Iterator[str]:
    if was == now or (kind is LimitsConfig and key in _BY_OTHERS):
        return
    if key == "people" and not (was and now):  # without any, anybody may do everything
        yield from (f"{STRICTER if now else WEAKER}{line}" for line in differences(path, was, now))
        return
    way = WAYS.get(kind, {}).get(key, Way.UNKNOWN)
    if isinstance(was, tuple) and isinstance(now, tuple) and way in (Way.INSIDE, Way.GONE):
        yield from _named(way, path, was, now)
    elif isinstance(was, Record) and type(was) is type(now) and way in (Way.INSIDE, Way.GONE):
        yield from _record(path, was, now)
    else:
        mark = mark_of(way, was, now)
        if kind is LimitsConfig and key == "max_unhedged_qty":  # without it there are no such orders
            mark = WEAKER if was is None else mark_of(Way.HIGHER, was, now) if now is not None else STRICTER
        yield from (f"{mark}{line}" for line in differences(path, was, now))


def _record(path: str, was: Record, now: object) -> Iterator[str]:
    for key in was.__struct_fields__:
        yield from _key(type(was), key, f"{path}.{key}", getattr(was, key), getattr(now, key))


def _named(way: Way, path: str, was: tuple[Record, ...], now: tuple[Record, ...]) -> Iterator[str]:
    """Records that have names: each against the one of its name. A new one may let something pass, and so may one that
    is gone, if it forbade something."""
    before, after = {_name(record): record for record in was}, {_name(record): record for record in now}
    for name in before:
        if name not in after:
            yield f"{WEAKER if way is Way.GONE else PERHAPS}{path}[{name}]: removed"
    for name, record in after.items():
        other = before.get(name)
        if other is None:
            yield f"{STRICTER if way is Way.GONE else PERHAPS}{path}[{name}]: added"
        elif type(other) is type(record):
            yield from _record(f"{path}[{name}]", other, record)
        else:
            yield from (f"{PERHAPS}{line}" for line in differences(f"{path}[{name}]", other, record))


def _name(record: Record) -> str:
    return record.symbol if isinstance(record, InstrumentConfig) else str(getattr(record, "name", record))


def _bands(old: GatewayConfig, new: GatewayConfig) -> Iterator[str]:
    """Bands of single instruments."""
    before = {instrument.symbol: instrument.price_band_percent for instrument in old.instruments}
    for instrument in new.instruments:
        was = before.get(instrument.symbol, instrument.price_band_percent) or old.limits.price_band_percent
        now = instrument.price_band_percent or new.limits.price_band_percent
        own = instrument.price_band_percent is not None or before.get(instrument.symbol) is not None
        if own and now > was:
            yield f"{WEAKER}instruments[{instrument.symbol}].price_band_percent: {was:f} -> {now:f}"


def _margins(old: GatewayConfig, new: GatewayConfig) -> Iterator[str]:
    """What is not named counts whole."""
    before = {margin.risk_class: margin.percent for margin in old.limits.initial_margins}
    after = {margin.risk_class: margin.percent for margin in new.limits.initial_margins}
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name, _WHOLE), after.get(name, _WHOLE)
        if was != now:
            yield f"{WEAKER if now < was else STRICTER}limits.initial_margins[{name}]: {was:f}% -> {now:f}%"


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
