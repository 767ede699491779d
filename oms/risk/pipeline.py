"""The gates, in the order in which they are asked. The first refusal answers the client; the event has them all."""

from __future__ import annotations

from typing import Final

from oms.blotter import Blotter
from oms.refusals import Refusal
from oms.risk.credit import credit
from oms.risk.duplicate_content import duplicate_content
from oms.risk.entitlement import entitlement
from oms.risk.exposure import gross_exposure, net_exposure
from oms.risk.gate import Gate, OrderRequest
from oms.risk.halted_symbol import halted_symbol
from oms.risk.instrument import instrument
from oms.risk.kill_switch import kill_switch
from oms.risk.limit_breached import limit_breached
from oms.risk.order_limits import order_limits
from oms.risk.order_terms import order_terms
from oms.risk.order_to_trade import order_to_trade
from oms.risk.position import position
from oms.risk.price_band import price_band
from oms.risk.repeated_executions import repeated_executions
from oms.risk.restricted import restricted
from oms.risk.self_match import self_match
from oms.risk.slice_limits import slice_limits
from oms.risk.slice_throttle import slice_throttle
from oms.risk.throttle import throttle
from oms.risk.trading_hours import blackout, trading_hours
from oms.risk.trading_state import trading_state
from oms.risk.venue_available import venue_available
from oms.risk.venue_parts import venue_parts
from oms.risk.venue_supports import venue_supports
from oms.types import Moment

GATES: Final[tuple[Gate, ...]] = (
    kill_switch,
    trading_state,
    entitlement,
    duplicate_content,
    restricted,
    halted_symbol,
    instrument,
    order_terms,
    trading_hours,
    blackout,
    order_limits,
    price_band,
    throttle,
    slice_throttle,
    slice_limits,
    self_match,
    position,
    gross_exposure,
    net_exposure,
    credit,
    repeated_executions,
    limit_breached,
    order_to_trade,
    venue_parts,
    venue_available,
    venue_supports,
)


def refusals(request: OrderRequest, blotter: Blotter, at: Moment) -> list[Refusal]:
    """What the gates have against the request; empty when it passes."""
    return [refusal for gate in GATES if (refusal := gate(request, blotter, at)) is not None]
