"""The symbol is on no restricted list. What only lowers an order passes, and cancels are asked nothing."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.permission_commands import CONFIGURATION, OPERATOR
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.risk.trading_state import only_lowers
from oms.types import Moment


def restricted(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    lists = blotter.closures.restricted
    if not lists:
        return None
    for source in (CONFIGURATION, OPERATOR):
        if (source, request.symbol) in lists and not only_lowers(request):
            return refuse("RESTRICTED", f"symbol={request.symbol} by={source}")
    return None
