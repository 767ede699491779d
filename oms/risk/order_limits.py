"""One order is not too large: neither in quantity nor in value.

What has no limit price is valued at the reference price; a stop order at its StopPx(99), if that is higher; and a sell,
whose price only says what it asks at least, at the reference price, if that is higher."""

from __future__ import annotations

from typing import Final

from oms.blotter import Blotter
from oms.exact import multiply, plain
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment, OrdType, Side

_WITHOUT_LIMIT: Final = frozenset({OrdType.MARKET, OrdType.STOP, OrdType.PEGGED})


def order_limits(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    limits = blotter.limits
    order_qty = request.exposed_qty
    if order_qty > limits.order_qty_max:
        return refuse("ORDER_QTY_LIMIT", f"order_qty={plain(order_qty)} limit={plain(limits.order_qty_max)}")
    instrument = request.instrument
    if instrument is None:
        return None  # nothing to value it by; the instrument gate refuses
    price = request.exposed_price
    stop_px = request.special.stop_px
    if stop_px is not None and (price is None or stop_px > price):
        price = stop_px
    if request.ord_type in _WITHOUT_LIMIT:
        reference = request.trigger_price
        if reference is None:
            reference = blotter.market.fresh_price(request.symbol, at.utc_ns, limits.reference_price_age_ms_max)
        if reference is None:
            return None  # the price band gate refuses an order without a fresh reference
        price = reference if price is None else max(price, reference)
    elif price is None:
        return None  # a limit order without price: the instrument gate refuses
    elif request.side is not Side.BUY:
        reference = request.trigger_price
        if reference is None:
            reference = blotter.market.fresh_price(request.symbol, at.utc_ns, limits.reference_price_age_ms_max)
        if reference is not None and reference > price:
            price = reference
    notional = multiply(order_qty, price)
    multiplier = instrument.contract_multiplier
    if multiplier != 1:
        notional = multiply(notional, multiplier)
    if notional > limits.order_notional_max:
        return refuse("ORDER_NOTIONAL_LIMIT", f"notional={plain(notional)} limit={plain(limits.order_notional_max)}")
    return None
