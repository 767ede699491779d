"""Whether a multileg order may go ahead: its own shape first, then the gates, leg by leg, each for its whole quantity.

Its legs are judged as if each were an order of the client's; together they count as one request. What the first leg may
have alone in the market is a limit of its own (`oms.multileg`).
"""

from __future__ import annotations

from decimal import Decimal

from oms.blotter import Blotter
from oms.commands import NewOrder, ReplaceOrder
from oms.exact import in_bounds, multiply, plain, remainder
from oms.multileg import ONE, PARTS_MAX, in_lots, net_price, venue_of
from oms.order import Order
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.risk.pipeline import refusals
from oms.special_terms import Leg
from oms.types import Moment, OrdType, Side, TimeInForce

_LIFETIMES = (TimeInForce.DAY, TimeInForce.GOOD_TILL_CANCEL)
_TYPES = (OrdType.MARKET, OrdType.LIMIT)


def leg_refusals(blotter: Blotter, command: NewOrder | ReplaceOrder, account: str, at: Moment) -> list[Refusal]:
    """What there is against the order, or against the terms that a replace asks for; empty when it passes."""
    special = command.special
    legs = () if special is None else special.legs
    refusal = _shape(command, legs) or _prices(command, legs) or _guard(blotter, command, legs)
    if refusal is not None:
        return [refusal]
    found: list[Refusal] = []
    for leg in legs:
        qty = multiply(command.order_qty, leg.ratio_qty)
        instrument = blotter.instruments.get(leg.symbol)
        request = OrderRequest(
            command.session, account, leg.symbol, instrument, leg.side, command.ord_type, qty, leg.price,
            command.time_in_force, qty, leg.price, venue_of(blotter, leg), trader=command.trader,
            cl_ord_link_id=command.cl_ord_link_id if isinstance(command, NewOrder) else "",
        )  # fmt: skip
        found += refusals(request, blotter, at)
    return found


def legs_differ(order: Order, command: ReplaceOrder) -> Refusal | None:
    """A replace has the legs of its order, but for their prices."""
    special = command.special
    asked = () if special is None else special.legs
    if len(order.children) >= PARTS_MAX:
        return refuse("LEGS", f"order_id={order.order_id} parts={len(order.children)} max={PARTS_MAX}")
    if list(map(_figure, asked)) == list(map(_figure, order.special.legs)):
        return None
    return refuse("LEGS_MISMATCH", f"order_id={order.order_id} legs={len(order.special.legs)} asked={len(asked)}")


def _figure(leg: Leg) -> tuple[str, str, Side, Decimal]:
    return leg.ref_id, leg.symbol, leg.side, leg.ratio_qty


def _shape(command: NewOrder | ReplaceOrder, legs: tuple[Leg, ...]) -> Refusal | None:
    if len(legs) < 2:
        return refuse("LEGS", f"legs={len(legs)} min=2")
    for name in ("ref_id", "symbol"):
        if len({getattr(leg, name) for leg in legs}) < len(legs):
            return refuse("LEGS", f"two legs have one {name}")
    for leg in legs:
        if not in_bounds(leg.ratio_qty) or leg.ratio_qty <= 0:
            return refuse("LEGS", f"leg={leg.ref_id} ratio_qty={plain(leg.ratio_qty)}")
    if command.order_qty <= 0 or remainder(command.order_qty, ONE):
        return refuse("LEGS", f"order_qty={plain(command.order_qty)} round_lot=1")
    if command.side is not Side.BUY:
        return refuse("LEGS", f"side={command.side} taken={Side.BUY}")
    if command.ord_type not in _TYPES or command.time_in_force not in _LIFETIMES:
        return refuse("LEGS", f"ord_type={command.ord_type} time_in_force={command.time_in_force}")
    return None


def _prices(command: NewOrder | ReplaceOrder, legs: tuple[Leg, ...]) -> Refusal | None:
    prices = [leg.price for leg in legs if leg.price is not None]
    if command.ord_type is OrdType.MARKET:
        if prices or command.price is not None:
            return refuse("LEG_PRICES", f"ord_type=MARKET leg_prices={len(prices)}")
        return None
    if len(prices) < len(legs):
        return refuse("LEG_PRICES", f"ord_type=LIMIT legs={len(legs)} leg_prices={len(prices)}")
    net = net_price(legs, prices)
    if command.price != net:
        price = "none" if command.price is None else plain(command.price)
        return refuse("LEG_PRICES", f"price={price} net={plain(net)}")
    return None


def _guard(blotter: Blotter, command: NewOrder | ReplaceOrder, legs: tuple[Leg, ...]) -> Refusal | None:
    most = blotter.limits.unhedged_qty_max
    if most is None:
        return refuse("MULTILEG_OFF", f"legs={len(legs)}")
    if blotter.exposures.books:
        tables = ";".join(book.table.name for book in blotter.exposures.books)
        return refuse("MULTILEG_OFF", f"legs={len(legs)} tables={tables}")
    instrument = blotter.instruments.get(legs[0].symbol)
    if instrument is None:
        return None  # the gates refuse the symbol
    slice_qty = in_lots(min(most, multiply(command.order_qty, legs[0].ratio_qty)), instrument)
    if slice_qty < instrument.min_trade_vol:
        return refuse("LEGS", f"leg={legs[0].ref_id} slice={plain(slice_qty)} min={plain(instrument.min_trade_vol)}")
    return None
