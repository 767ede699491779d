"""HALTED lets no order and no replace pass; REDUCING only a replace that does nothing but lower the quantity."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment, TradingState


def trading_state(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    state = blotter.trading_state
    if state is TradingState.ACTIVE:
        return None
    if state is TradingState.REDUCING and _only_lowers(request):
        return None
    return refuse("TRADING_STATE", f"state={state}")


def _only_lowers(request: OrderRequest) -> bool:
    order = request.order
    return order is not None and request.order_qty < order.order_qty and request.price == order.price
