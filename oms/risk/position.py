"""Position limits of slices, long and short, in the worst case: the position and all that is open on one side.

Only what makes the worst case worse is refused, so whoever is above a limit can still come back."""

from __future__ import annotations

from oms.additions import Addition
from oms.blotter import Blotter
from oms.exact import ZERO, add, plain, subtract
from oms.exposure import Exposures
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.risk.to_reserve import additions
from oms.types import Moment, Side


def position(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    ledger = blotter.exposures
    if not ledger.has_positions or _surely_passes(request, ledger):
        return None
    check = _long if request.side is Side.BUY else _short
    for addition in additions(request, blotter):
        if (refusal := check(request.symbol, addition)) is not None:
            return refusal
    return None


def _surely_passes(request: OrderRequest, ledger: Exposures) -> bool:
    """A plain new order, which is most of what comes: compare, and compute nothing else."""
    if request.order_seq is not None or request.beside or ledger.is_by_venue:
        return False
    is_buy, qty = request.side is Side.BUY, request.exposed_qty
    for _, _, bounds, _, holding in ledger.slots(
        (request.account, request.symbol, request.session, request.trader, "")
    ):
        limit = bounds.long_qty_max if is_buy else bounds.short_qty_max
        if limit is not None:
            if holding is None:
                worst = qty
            elif is_buy:
                worst = add(add(holding.net_qty, holding.buy_qty), qty)
            else:
                worst = add(subtract(holding.sell_qty, holding.net_qty), qty)
            if worst > limit:
                return False
    return True


def _long(symbol: str, addition: Addition) -> Refusal | None:
    limit = addition.bounds.long_qty_max
    if limit is None:
        return None
    holding, more = addition.holding(symbol), addition.by_symbol[symbol][0]
    net_qty, open_qty = (ZERO, ZERO) if holding is None else (holding.net_qty, holding.buy_qty)
    worst = add(add(net_qty, open_qty), more)
    if worst <= limit or more <= 0:
        return None
    return refuse(
        "POSITION_LIMIT_LONG",
        f"position={plain(net_qty)} open_buys={plain(open_qty)} more={plain(more)} slice={addition.name} "
        f"limit={plain(limit)} value={plain(worst)}",
    )


def _short(symbol: str, addition: Addition) -> Refusal | None:
    limit = addition.bounds.short_qty_max
    if limit is None:
        return None
    holding, more = addition.holding(symbol), addition.by_symbol[symbol][2]
    net_qty, open_qty = (ZERO, ZERO) if holding is None else (holding.net_qty, holding.sell_qty)
    worst = add(subtract(open_qty, net_qty), more)
    if worst <= limit or more <= 0:
        return None
    return refuse(
        "POSITION_LIMIT_SHORT",
        f"position={plain(net_qty)} open_sells={plain(open_qty)} more={plain(more)} slice={addition.name} "
        f"limit={plain(limit)} value={plain(worst)}",
    )
