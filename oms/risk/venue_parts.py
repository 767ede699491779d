"""The parts that an order would be divided into keep to what limits single orders and messages of their venues. What
may be held and be open at a venue is asked part by part in the gates for positions and exposure."""

from __future__ import annotations

from typing import Final

import msgspec

from oms.blotter import Blotter
from oms.refusals import Refusal
from oms.risk.at_venues import parts_of
from oms.risk.credit import credit
from oms.risk.exposure import gross_exposure, net_exposure
from oms.risk.gate import Gate, OrderRequest, Stage
from oms.risk.limit_breached import limit_breached
from oms.risk.order_to_trade import order_to_trade
from oms.risk.position import position
from oms.risk.repeated_executions import repeated_executions
from oms.risk.restricted import restricted
from oms.risk.slice_limits import slice_limits
from oms.risk.slice_throttle import slice_throttle
from oms.risk.trading_hours import blackout, trading_hours
from oms.types import Moment

_OF_MESSAGES: Final[tuple[Gate, ...]] = (
    slice_throttle,
    slice_limits,
    repeated_executions,
    limit_breached,
    order_to_trade,
)
_OF_A_PART: Final[tuple[Gate, ...]] = (
    restricted,
    trading_hours,
    blackout,
    slice_throttle,
    slice_limits,
    position,
    gross_exposure,
    net_exposure,
    credit,
    repeated_executions,
    limit_breached,
    order_to_trade,
)


def venue_parts(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    instrument = request.instrument
    if instrument is None or not instrument.weights or not blotter.tables:
        return None
    for share in parts_of(request, blotter):
        part = msgspec.structs.replace(
            request, order=None, order_qty=share.order_qty, exposed_qty=share.order_qty, venue=share.venue,
            stage=Stage.PART,
        )  # fmt: skip
        for gate in _OF_MESSAGES:
            if (refusal := gate(part, blotter, at)) is not None:
                return refusal
    return None


def part_refusals(part: OrderRequest, blotter: Blotter, at: Moment) -> list[Refusal]:
    """What there is against sending this part to its venue, which it was not meant for when the order came in. Routing
    has seen to it that the venue is there, takes such orders, and is neither halted nor stopped."""
    return [refusal for gate in _OF_A_PART if (refusal := gate(part, blotter, at)) is not None]
