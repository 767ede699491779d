"""The venue takes what the request asks for, or the gateway does it in its place. Nothing is passed over in silence."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.types import Moment
from oms.venue_capabilities import what_lacks


def venue_supports(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    venue = request.venue
    if venue is None:
        return None  # the gate venue_available refuses
    capabilities = blotter.capabilities_of(venue)
    special = request.special
    if request.order is not None and request.order.venue and not capabilities.replace:
        return refuse(
            "NOT_SUPPORTED_BY_VENUE", f"venue={venue} request=OrderCancelReplaceRequest taken=OrderCancelRequest"
        )
    lacking = what_lacks(capabilities, request.symbol, request.ord_type, request.time_in_force, special)
    return None if lacking is None else refuse("NOT_SUPPORTED_BY_VENUE", f"venue={venue} {lacking}")
