"""The gates, in the order in which they are asked. The first refusal answers the client; the event has them all."""

from __future__ import annotations

from collections.abc import Iterator
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
from oms.risk.within_slices import within_slices
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
    """What the gates have against the request; empty when it passes.

    Nearly all requests pass all gates, and are through with the first expression; only where something is in the way
    all are asked for what they have to say. A test holds the two together."""
    if (
        kill_switch(request, blotter, at) is None
        and trading_state(request, blotter, at) is None
        and entitlement(request, blotter, at) is None
        and duplicate_content(request, blotter, at) is None
        and restricted(request, blotter, at) is None
        and halted_symbol(request, blotter, at) is None
        and instrument(request, blotter, at) is None
        and order_terms(request, blotter, at) is None
        and trading_hours(request, blotter, at) is None
        and blackout(request, blotter, at) is None
        and order_limits(request, blotter, at) is None
        and price_band(request, blotter, at) is None
        and throttle(request, blotter, at) is None
        and slice_throttle(request, blotter, at) is None
        and self_match(request, blotter, at) is None
        and (within_slices(request, blotter, at) or _slices_let_it_pass(request, blotter, at))
        and (not blotter.further_gates or not further_refusals(request, blotter, at))
        and repeated_executions(request, blotter, at) is None
        and limit_breached(request, blotter, at) is None
        and order_to_trade(request, blotter, at) is None
        and venue_parts(request, blotter, at) is None
        and venue_available(request, blotter, at) is None
        and venue_supports(request, blotter, at) is None
    ):
        return []
    return [refusal for _, gate in gates_of(blotter) if (refusal := gate(request, blotter, at)) is not None]


def gates_of(blotter: Blotter) -> Iterator[tuple[str, Gate]]:
    """All of them by name, those that the installation has added among them: behind credit."""
    for gate in GATES:
        yield gate.__name__, gate
        if gate is credit:
            for further in blotter.further_gates:
                yield further.name, further.refusal


def further_refusals(request: OrderRequest, blotter: Blotter, at: Moment) -> list[Refusal]:
    """Those of the gates that the installation has added."""
    gates = blotter.further_gates
    return [refusal for gate in gates if (refusal := gate.refusal(request, blotter, at)) is not None]


def _slices_let_it_pass(request: OrderRequest, blotter: Blotter, at: Moment) -> bool:
    return (
        slice_limits(request, blotter, at) is None
        and position(request, blotter, at) is None
        and gross_exposure(request, blotter, at) is None
        and net_exposure(request, blotter, at) is None
        and credit(request, blotter, at) is None
    )
