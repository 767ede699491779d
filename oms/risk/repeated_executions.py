"""No slice that the request is in was stopped for too many executions. What only lowers an order passes."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest, traits_of
from oms.risk.trading_state import only_lowers
from oms.types import Moment


def repeated_executions(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    flow = blotter.execution_flow
    if not flow.stopped:
        return None
    stopped = flow.stop_of(traits_of(request, blotter))
    if stopped is None or only_lowers(request):
        return None
    return refuse("REPEATED_EXECUTIONS", f"slice={stopped.name} per_s={stopped.rate.per_s} burst={stopped.rate.burst}")
