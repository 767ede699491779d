"""The instrument is known; quantity and price keep to its sizes, lot and tick; the price suits the OrdType(40)."""

from __future__ import annotations

from decimal import Decimal

from oms.blotter import Blotter
from oms.exact import plain, remainder
from oms.instruments import Instrument
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment, OrdType


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
    if request.ord_type is OrdType.LIMIT:
        return _limit_price(price, instrument)
    if price is not None:
        return refuse("PRICE_NOT_ALLOWED", f"ord_type={request.ord_type} price={plain(price)}")
    return None


def _limit_price(price: Decimal | None, instrument: Instrument) -> Refusal | None:
    if price is None:
        return refuse("PRICE_MISSING", "ord_type=LIMIT")
    if price <= 0:
        return refuse("PRICE_NOT_POSITIVE", f"price={plain(price)}")
    tick = instrument.min_price_increment
    if remainder(price, tick):
        return refuse("PRICE_INCREMENT", f"price={plain(price)} min_price_increment={plain(tick)}")
    return None
