"""The slices that the request is in keep to their budgets of new orders and replaces. Cancels are asked only by the
session's own budget for them, so traffic in orders never blocks one."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.at_venues import counts_again
from oms.risk.gate import OrderRequest, Stage
from oms.types import Moment


def slice_throttle(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    flow = blotter.slice_flow
    if not flow.tables:
        return None
    order = request.order
    session, trader = (request.session, request.trader) if order is None else (order.session, order.trader)
    traits = blotter.traits(request.account, request.symbol, session, trader, request.venue or "")
    instrument = request.instrument
    is_plain = request.stage is Stage.ENTRY and not (instrument is not None and instrument.weights)
    for table in flow.tables:
        if not is_plain and not counts_again(table, request, blotter):
            continue
        wait = flow.wait_ns(table, traits, at.utc_ns)
        if wait:
            key = table.key_of(traits)
            row = table.row(key)
            assert row is not None and row.bounds.messages is not None, key
            rate = row.bounds.messages
            figures = f"slice={table.slice_name(key)} per_s={rate.per_s} burst={rate.burst}"
            return refuse("SLICE_THROTTLED", f"{figures} retry_ms={-(-wait // 1_000_000)}")
    return None
