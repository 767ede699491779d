"""The slices that the request is in do not send far more orders and replaces than come to an execution. The first
thousand messages of a trading day are free, and no execution counts as one. What only lowers an order passes."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.blotter import Blotter
from oms.exact import multiply, plain
from oms.refusals import Refusal, refuse
from oms.risk.at_venues import counts_again, is_plain
from oms.risk.gate import OrderRequest, traits_of
from oms.risk.trading_state import only_lowers
from oms.slice_flow import slice_of
from oms.types import Moment

FREE_MESSAGES: Final = 1000


def order_to_trade(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    ratios = blotter.order_to_trade
    if not ratios.counts:
        return None
    traits = traits_of(request, blotter)
    plain_request = is_plain(request)
    for table in ratios.tables:
        if not plain_request and not counts_again(table, request, blotter):
            continue
        messages, executions = ratios.counts.get(slice_of(table, traits), (0, 0))
        if messages < FREE_MESSAGES:
            continue
        key = table.key_of(traits)
        row = table.row(key)
        limit = None if row is None else row.bounds.order_to_trade_max
        if limit is None or messages < multiply(limit, Decimal(max(executions, 1))) or only_lowers(request):
            continue
        figures = f"slice={table.slice_name(key)} messages={messages} executions={executions}"
        return refuse("ORDER_TO_TRADE", f"{figures} limit={plain(limit)}")
    return None
