"""The symbol trades: neither an operator nor the venue of the request has halted it. A replace passes: what it changes
stands at the venue already, and the venue says whether that can be changed now."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment


def halted_symbol(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    if not blotter.halts or request.order is not None:
        return None
    symbol = request.symbol
    for source in ("", request.venue):
        if source is not None and (status := blotter.halts.get((source, symbol))) is not None:
            return refuse("SYMBOL_HALTED", f"symbol={symbol} status={status} by={source or 'operator'}")
    return None
