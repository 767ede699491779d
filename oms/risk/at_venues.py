"""Limits that name a venue, for orders that are worked in parts: each part is asked for by itself, when the order comes
in and when a part goes to another venue than it was meant for. What names no venue counts the order whole, once."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.exact import ZERO, subtract
from oms.risk.gate import OrderRequest, Stage
from oms.routing import Share, is_divisible, shares
from oms.slices import Dimension, LimitTable


def is_plain(request: OrderRequest) -> bool:
    """Every table limits the request itself: it comes in, and goes to one venue whole. Most do."""
    instrument = request.instrument
    return request.stage is Stage.ENTRY and not (instrument is not None and instrument.weights)


def is_asked(table: LimitTable, request: OrderRequest, blotter: Blotter) -> bool:
    """The table limits the request itself. Only for those that are not plain."""
    if Dimension.VENUE not in table.dimensions:
        return request.stage is not Stage.PART
    return request.stage is Stage.PART or not parts_of(request, blotter)


def counts_again(table: LimitTable, request: OrderRequest, blotter: Blotter) -> bool:
    """The same for tables that count messages. What is let go was counted when it came, but for its venue."""
    if request.stage is Stage.RELEASE and Dimension.VENUE not in table.dimensions:
        return False
    return is_asked(table, request, blotter)


def parts_of(request: OrderRequest, blotter: Blotter) -> list[Share]:
    """What the request would be divided into; empty when it goes to one venue whole."""
    instrument, order = request.instrument, request.order
    if (
        instrument is None
        or not instrument.weights
        or request.stage is Stage.PART
        or request.exposed_qty <= 0
        or (order is not None and order.venue)
        or not is_divisible(request.ord_type, request.time_in_force, request.special)
    ):
        return []
    qty = request.exposed_qty if order is None else subtract(request.exposed_qty, order.cum_qty)
    if qty <= ZERO:
        return []
    parts = shares(instrument, blotter, request.ord_type, request.time_in_force, request.special, qty)
    return parts if len(parts) > 1 else []
