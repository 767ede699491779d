"""The symbol trades: neither an operator nor the venue of the request has halted it. A replace of what stands at a
venue passes: the venue says whether that can be changed now. One of an order that the gateway holds, or works in parts,
would send new orders."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.order import Order
from oms.order_state import Base
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment


def halted_symbol(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    if not blotter.halts or (request.order is not None and _stands_at_a_venue(request.order)):
        return None
    symbol = request.symbol
    for source in ("", request.venue):
        if source is not None and (status := blotter.halts.get((source, symbol))) is not None:
            return refuse("SYMBOL_HALTED", f"symbol={symbol} status={status} by={source or 'operator'}")
    return None


def _stands_at_a_venue(order: Order) -> bool:
    return order.base is not Base.HELD and not order.children
