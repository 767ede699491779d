"""The order meets no open order of the same owner on the other side: nobody trades with himself. Off without a policy.

The new order is refused, the one that stands is not touched. A stop order is not looked at before it is triggered."""

from __future__ import annotations

from typing import Final

from oms.blotter import Blotter
from oms.exact import plain
from oms.own_prices import ANY_PRICE, rank
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment, OrdType, Side, order_id

_STOPS: Final = (OrdType.STOP, OrdType.STOP_LIMIT)


def self_match(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    own = blotter.own_prices
    if own.policy is None or request.ord_type in _STOPS or own.is_exempt(request.account, request.symbol):
        return None
    side = request.side
    other = Side.SELL if side is Side.BUY else Side.BUY
    kind, name = owner = own.owner(request.account, request.session)
    best = own.best(owner, request.symbol, other)
    if best is None:
        return None
    theirs, order_seq = best
    if request.price is not None and theirs > rank(other, request.price):
        return None
    price = "any" if request.price is None else plain(request.price)
    own_price = "any" if theirs == ANY_PRICE else plain(rank(other, theirs))
    figures = f"symbol={request.symbol} price={price} own_price={own_price}"
    return refuse("SELF_MATCH", f"{figures} order_id={order_id(blotter.store_id, order_seq)} {kind}={name}")
