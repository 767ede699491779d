"""The venue takes what the request asks for, or the gateway does it in its place. Nothing is passed over in silence."""

from __future__ import annotations

from collections.abc import Iterable

from oms.blotter import Blotter
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.special_terms import NO_SPECIAL_TERMS, SpecialTerms
from oms.types import Moment, OrdType, TimeInForce
from oms.venue_capabilities import GATEWAY_DOES, VenueCapabilities, ord_type_at, time_in_force_at


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


def what_lacks(
    capabilities: VenueCapabilities,
    symbol: str,
    ord_type: OrdType,
    time_in_force: TimeInForce,
    special: SpecialTerms,
) -> str | None:
    """What the venue does not take of such an order, as figures of a refusal; None when it takes the order."""
    if ord_type not in capabilities.ord_types and ord_type_at(capabilities, ord_type) is None:
        return _taken("ord_type", ord_type, capabilities.ord_types)
    if time_in_force not in capabilities.times_in_force and time_in_force_at(capabilities, time_in_force) is None:
        return _taken("time_in_force", time_in_force, capabilities.times_in_force)
    if capabilities.symbols and symbol not in capabilities.symbols:
        return _taken("symbol", symbol, capabilities.symbols)
    if special is NO_SPECIAL_TERMS:
        return None
    if special.display_qty is not None and not capabilities.display_qty:
        return "display_qty=yes taken=no"
    for exec_inst in special.exec_inst:
        if exec_inst not in GATEWAY_DOES and exec_inst not in capabilities.exec_insts:
            return _taken("exec_inst", exec_inst, capabilities.exec_insts)
    return None


def _taken(name: str, value: str, taken: Iterable[str]) -> str:
    return f"{name}={value} taken={','.join(taken) or 'none'}"
