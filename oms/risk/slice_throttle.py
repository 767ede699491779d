"""The slices that the request is in keep to their budgets of new orders and replaces. Cancels are asked only by the
session's own budget for them, so traffic in orders never blocks one."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.at_venues import counts_again, is_plain
from oms.risk.gate import OrderRequest, traits_of
from oms.types import Moment


def slice_throttle(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    flow = blotter.slice_flow
    if not flow.tables:
        return None
    traits = traits_of(request, blotter)
    plain_request = is_plain(request)
    for table in flow.tables:
        if not plain_request and not counts_again(table, request, blotter):
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
