"""HALTED lets no order and no replace pass; REDUCING only a replace that does nothing but lower the quantity: one that
also makes the order live longer, or another kind of order of it, or moves its stop price, can bring on executions."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment, TradingState


def trading_state(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    state = blotter.trading_state
    if state is TradingState.ACTIVE:
        return None
    if state is TradingState.REDUCING and only_lowers(request):
        return None
    return refuse("TRADING_STATE", f"state={state}")


def only_lowers(request: OrderRequest) -> bool:
    order = request.order
    if order is None or request.order_qty >= order.order_qty or request.price != order.price:
        return False
    special, stands = request.special, order.special
    return (
        request.ord_type is order.ord_type
        and request.time_in_force is order.time_in_force
        and special.expire_time_ns == stands.expire_time_ns
        and special.stop_px == stands.stop_px
        and special.peg_offset == stands.peg_offset
    )
