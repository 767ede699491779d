"""The order meets no open order of the same owner on the other side: nobody trades with himself. Off without a policy.

The new order is refused, the one that stands is not touched. A stop order is looked at when its price is reached: at
once, or when it is let go. Orders that one decision lets in, those of a list or that one price triggers, are looked at
together; what waits for its list is not in the market."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.blotter import Blotter
from oms.exact import plain
from oms.own_prices import ANY_PRICE, Owner, rank
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment, OrdType, Side, order_id

_STOPS: Final = (OrdType.STOP, OrdType.STOP_LIMIT)


def self_match(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    own = blotter.own_prices
    if own.policy is None or own.is_exempt(request.account, request.symbol):
        return None
    if request.ord_type in _STOPS and not _is_reached(request, blotter, at):
        return None
    side = request.side
    other = Side.SELL if side is Side.BUY else Side.BUY
    kind, name = owner = own.owner(request.account, request.session)
    best = own.best(owner, request.symbol, other)
    if best is not None and best[1] in request.over:
        best = own.best_without(owner, request.symbol, other, request.over)
    theirs, whose = (None, "") if best is None else (best[0], order_id(blotter.store_id, best[1]))
    if request.beside and (beside := _beside(request, owner, blotter, at)) is not None:
        if theirs is None or beside < theirs:
            theirs, whose = beside, "NONE"
    limit = _limit(request)
    if theirs is None or (limit is not None and theirs > rank(other, limit)):
        return None
    price = "any" if limit is None else plain(limit)
    own_price = "any" if theirs == ANY_PRICE else plain(rank(other, theirs))
    figures = f"symbol={request.symbol} price={price} own_price={own_price}"
    return refuse("SELF_MATCH", f"{figures} order_id={whose} {kind}={name}")


def _limit(request: OrderRequest) -> Decimal | None:
    return None if request.ord_type is OrdType.STOP else request.price


def _beside(request: OrderRequest, owner: Owner, blotter: Blotter, at: Moment) -> Decimal | None:
    """The best of what is let in together with the request, on the other side; None when there is nothing."""
    best: Decimal | None = None
    for other in request.beside:
        if (
            other.symbol == request.symbol
            and other.side is not request.side
            and not (other.waits or request.waits)
            and blotter.own_prices.owner(other.account, other.session) == owner
            and (other.ord_type not in _STOPS or _is_reached(other, blotter, at))
        ):
            price = rank(other.side, _limit(other))
            if best is None or price < best:
                best = price
    return best


def _is_reached(request: OrderRequest, blotter: Blotter, at: Moment) -> bool:
    """The price of a stop order is reached: it goes on as a market or limit order."""
    if request.triggered:
        return True
    stop_px = request.special.stop_px
    reference = blotter.market.fresh_price(request.symbol, at.utc_ns, blotter.limits.reference_price_age_ms_max)
    if stop_px is None or reference is None:
        return False  # other gates refuse
    return reference >= stop_px if request.side is Side.BUY else reference <= stop_px
