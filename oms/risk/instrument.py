"""The instrument is known; quantity and price keep to its sizes, lot and tick; the price suits the OrdType(40).

A pegged order may have a price, the furthest it goes."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.blotter import Blotter
from oms.exact import plain, remainder
from oms.instruments import Instrument
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment, OrdType

_LIMITED: Final = (OrdType.LIMIT, OrdType.STOP_LIMIT)


def instrument(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    instrument = request.instrument
    if instrument is None:
        return refuse("UNKNOWN_SYMBOL", f"symbol={request.symbol}")
    order_qty = request.order_qty
    if order_qty < instrument.min_trade_vol:
        return refuse("QTY_BELOW_MIN", f"order_qty={plain(order_qty)} min={plain(instrument.min_trade_vol)}")
    if order_qty > instrument.max_trade_vol:
        return refuse("QTY_ABOVE_MAX", f"order_qty={plain(order_qty)} max={plain(instrument.max_trade_vol)}")
    if remainder(order_qty, instrument.round_lot):
        return refuse("QTY_INCREMENT", f"order_qty={plain(order_qty)} round_lot={plain(instrument.round_lot)}")
    price = request.price
    ord_type = request.ord_type
    if ord_type in _LIMITED or (price is not None and ord_type is OrdType.PEGGED):
        return _limit_price(price, ord_type, instrument)
    if price is not None:
        return refuse("PRICE_NOT_ALLOWED", f"ord_type={request.ord_type} price={plain(price)}")
    return None


def _limit_price(price: Decimal | None, ord_type: OrdType, instrument: Instrument) -> Refusal | None:
    if price is None:
        return refuse("PRICE_MISSING", f"ord_type={ord_type}")
    if price <= 0:
        return refuse("PRICE_NOT_POSITIVE", f"price={plain(price)}")
    tick = instrument.min_price_increment
    if remainder(price, tick):
        return refuse("PRICE_INCREMENT", f"price={plain(price)} min_price_increment={plain(tick)}")
    return None
