"""No slice that the request is in was halted by the monitor: for a broken limit, a price that ran away, or a loss.

What surely leads back passes: a replace that only lowers an order; and an order against the position of its symbol in
the slice, as large as what is left of that behind all that is open on the same side. That is known of slices whose
table limits positions or values; in others nothing new passes until a named person lets the slice go on."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.events import LimitBreached
from oms.exact import add, subtract, trimmed
from oms.limit_use import key_of
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest, traits_of
from oms.risk.trading_state import only_lowers
from oms.slices import RESULT_BOUNDS
from oms.types import Moment, Side


def limit_breached(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    monitor = blotter.monitor
    if not monitor.halted:
        return None
    for symbol in [leg.symbol for leg in request.special.legs] or [request.symbol]:
        breach = monitor.halt_of(traits_of(request, blotter, symbol))
        if breach is not None and not only_lowers(request) and not _leads_back(request, breach, blotter):
            figures = f"bound={breach.bound} slice={breach.name}"
            return refuse(_code(breach), f"{figures} limit={trimmed(breach.limit)} value={trimmed(breach.used)}")
    return None


def _code(breach: LimitBreached) -> str:
    if breach.bound in RESULT_BOUNDS:
        return "LOSS_LIMIT"
    return "PRICE_MOVED" if breach.bound == "period_price_move" else "LIMIT_BREACHED"


def _leads_back(request: OrderRequest, breach: LimitBreached, blotter: Blotter) -> bool:
    """It closes a part of what the slice holds, and cannot turn it."""
    if request.order is not None or request.special.legs:
        return False
    exposure = blotter.exposures.of(breach.table, key_of((breach.table, breach.values)))
    holding = None if exposure is None else exposure.holdings.get(request.symbol)
    if holding is None:
        return False
    qty = request.exposed_qty
    for other in request.beside:
        if other.symbol == request.symbol and other.side is request.side:
            qty = add(qty, other.exposed_qty)
    held = None if request.order_seq is None else blotter.exposures.reservations.get(request.order_seq)
    if held is not None:  # it is among what is open already
        qty = subtract(qty, held.qty)
    if request.side is Side.BUY:
        return add(add(holding.buy_qty, qty), holding.net_qty) <= 0
    return add(holding.sell_qty, qty) <= holding.net_qty
