"""There is a connected venue to send the request to. A replace goes where its order is, and nowhere else."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment


def venue_available(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    if request.venue is not None:
        return None
    if request.order is not None:
        return refuse("VENUE_UNAVAILABLE", f"venue={request.order.venue}")
    if request.instrument is None:
        return None  # no venue could be looked for; the instrument gate refuses
    return refuse("VENUE_UNAVAILABLE", f"venue={','.join(request.instrument.venues)}")
