"""What the monitor compares with limits, from wherever it is kept. Read only, and never asked for by an order.

Each source names the slices in which something is, one after the other, and reads those that it is asked for: so who
looks can take a share of them at a time. Of a slice that is in several sources each reads its own limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from oms.blotter import Blotter
from oms.exact import ZERO, multiply
from oms.period_flow import BY_SYMBOL
from oms.rates import Rate
from oms.risk.order_to_trade import FREE_MESSAGES
from oms.slice_flow import Slice
from oms.slice_use import uses_of
from oms.slices import LimitRow, LimitTable

NS_PER_S: Final = 1_000_000_000


class Reading(NamedTuple):
    """One limit of one slice. Quantities for quantities, the base currency for values, fractions for moves."""

    bound: str
    """A field of `oms.slices.Bounds`."""
    used: Decimal
    limit: Decimal


class Source(NamedTuple):
    bounds: tuple[str, ...]
    """What it reads."""
    slices: Callable[[Blotter], Iterator[Slice]]
    """All that there are when it is asked for the first; facts may be applied between two of them."""
    read: Callable[[Blotter, Slice, int], Iterator[Reading]]
    """Of one slice at a moment (UTC, ns); nothing when nothing is in it, or it has no such limit."""


def table_of(blotter: Blotter, name: str) -> LimitTable | None:
    return next((table for table in blotter.tables if table.name == name), None)


def key_of(which: Slice) -> Any:
    """As `LimitTable.row` takes it."""
    values = which[1]
    return values if len(values) > 1 else values[0]


def values_of(key: Any) -> tuple[str, ...]:
    return key if isinstance(key, tuple) else (key,)


def row_of(blotter: Blotter, which: Slice) -> LimitRow | None:
    table = table_of(blotter, which[0])
    return None if table is None else table.row(key_of(which))


def slice_name(which: Slice) -> str:
    """As operators write it: `account=A1 symbol=BTC-USD`."""
    return " ".join(f"{name}={value}" for name, value in zip(which[0].split(","), which[1], strict=True))


def slice_of_name(name: str) -> Slice:
    """Of a slice with one dimension, by its name."""
    table, _, value = name.partition("=")
    return table, (value,)


# ------------------------------------------------------------------------------------------------------------- exposure


def _exposed(blotter: Blotter) -> Iterator[Slice]:
    for book in blotter.exposures.books:
        name = book.table.name
        for key in list(book.slices):
            yield name, values_of(key)


def _exposure(blotter: Blotter, which: Slice, at_ns: int) -> Iterator[Reading]:
    for use in uses_of(blotter, which[0], key_of(which)):
        yield Reading(use.kind, use.used, use.limit)


# ---------------------------------------------------------------------------------------------------------------- flows


def _messages(blotter: Blotter, which: Slice, at_ns: int) -> Iterator[Reading]:
    row = row_of(blotter, which)
    if row is not None and row.bounds.messages is not None:
        yield _taken("messages", blotter.slice_flow.full_at_ns.get(which, 0), at_ns, row.bounds.messages)


def _executions(blotter: Blotter, which: Slice, at_ns: int) -> Iterator[Reading]:
    row = row_of(blotter, which)
    if row is not None and row.bounds.executions is not None:
        yield _taken("executions", blotter.execution_flow.full_at_ns.get(which, 0), at_ns, row.bounds.executions)


def _taken(bound: str, full_at_ns: int, at_ns: int, rate: Rate) -> Reading:
    """How many tokens are out of the bucket (`oms.token_bucket`)."""
    if not rate.per_s:
        return Reading(bound, ZERO, Decimal(rate.burst))
    interval_ns = -(-NS_PER_S // rate.per_s)
    return Reading(bound, Decimal(-(-max(0, full_at_ns - at_ns) // interval_ns)), Decimal(rate.burst))


def _order_to_trade(blotter: Blotter, which: Slice, at_ns: int) -> Iterator[Reading]:
    row = row_of(blotter, which)
    limit = None if row is None else row.bounds.order_to_trade_max
    messages, executions = blotter.order_to_trade.counts.get(which, (0, 0))
    if limit is not None and messages >= FREE_MESSAGES:
        yield Reading("order_to_trade_max", Decimal(messages), multiply(limit, Decimal(max(executions, 1))))


def _period(blotter: Blotter, which: Slice, at_ns: int) -> Iterator[Reading]:
    row, window = row_of(blotter, which), blotter.monitor.period_flow.windows.get(which)
    if row is None or window is None:
        return
    bounds = row.bounds
    messages, qty, value = window.used(at_ns)
    for bound, used, limit in (
        ("period_messages_max", Decimal(messages), bounds.period_messages_max),
        ("period_qty_max", qty, bounds.period_qty_max),
        ("period_notional_max", value, bounds.period_notional_max),
    ):
        if limit is not None:
            yield Reading(bound, used, limit)


def _moved(blotter: Blotter) -> Iterator[Slice]:
    for symbol in list(blotter.monitor.period_flow.prices):
        yield BY_SYMBOL, (symbol,)


def _move(blotter: Blotter, which: Slice, at_ns: int) -> Iterator[Reading]:
    row, window = row_of(blotter, which), blotter.monitor.period_flow.prices.get(which[1][0])
    if window is not None and row is not None and row.bounds.period_price_move is not None:
        yield Reading("period_price_move", window.move(at_ns), row.bounds.period_price_move)


SOURCES: Final[Mapping[str, Source]] = {
    "exposure": Source(
        ("long_qty_max", "short_qty_max", "gross_notional_max", "net_notional_max", "credit_max"), _exposed, _exposure
    ),
    "messages": Source(("messages",), lambda blotter: iter(list(blotter.slice_flow.full_at_ns)), _messages),
    "executions": Source(("executions",), lambda blotter: iter(list(blotter.execution_flow.full_at_ns)), _executions),
    "order_to_trade": Source(
        ("order_to_trade_max",), lambda blotter: iter(list(blotter.order_to_trade.counts)), _order_to_trade
    ),
    "period": Source(
        ("period_messages_max", "period_qty_max", "period_notional_max"),
        lambda blotter: iter(list(blotter.monitor.period_flow.windows)),
        _period,
    ),
    "prices": Source(("period_price_move",), _moved, _move),
}
"""All but results, which are of their own kind (`oms.result_use`)."""
