"""What a venue takes, as a record that travels in events: which orders it may be sent is history, not configuration.

What a venue does not take, the gateway does in its place where it can: it holds a stop order until the reference price
triggers it, it sends a day order as good till cancel and cancels it at its time, it holds an order for the close until
the close. The two functions at the end say in which words an order then goes to the venue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from oms.special_terms import NO_SPECIAL_TERMS, SpecialTerms
from oms.types import ExecInst, OrdType, TimeInForce


class VenueCapabilities(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Fields are only added, at the end, with a default."""

    ord_types: tuple[OrdType, ...]
    times_in_force: tuple[TimeInForce, ...]
    exec_insts: tuple[ExecInst, ...] = ()
    """Instructions that it carries out. Those that the gateway carries out itself need not be here: GATEWAY_DOES."""
    display_qty: bool = False
    """It shows a part of an order only (DisplayQty, MaxFloor)."""
    replace: bool = True
    """It amends an order that it has."""
    symbols: tuple[str, ...] = ()
    """What it takes orders in; empty for all that the instruments say."""


PLAIN: Final = VenueCapabilities(
    (OrdType.MARKET, OrdType.LIMIT),
    (
        TimeInForce.DAY,
        TimeInForce.GOOD_TILL_CANCEL,
        TimeInForce.IMMEDIATE_OR_CANCEL,
        TimeInForce.FILL_OR_KILL,
    ),
)
"""What a venue takes of which nothing has been said."""

GATEWAY_DOES: Final = frozenset(
    {
        # an order is passed on as it is: nobody here uses a discretion, and nobody asks for one
        ExecInst.NOT_HELD,
        ExecInst.WORK,
        ExecInst.HELD,
        ExecInst.REINSTATE_ON_TRADING_HALT,
        ExecInst.CANCEL_ON_TRADING_HALT,
        ExecInst.REINSTATE_ON_CONNECTION_LOSS,
        ExecInst.CANCEL_ON_CONNECTION_LOSS,
    }
)

TRIGGERED: Final[Mapping[OrdType, OrdType]] = {OrdType.STOP: OrdType.MARKET, OrdType.STOP_LIMIT: OrdType.LIMIT}
"""What a stop order is from its trigger on."""

_INSTEAD: Final[Mapping[TimeInForce, tuple[TimeInForce, ...]]] = {
    # the first that the venue takes; the gateway ends the order at its time
    TimeInForce.DAY: (TimeInForce.GOOD_TILL_CANCEL,),
    TimeInForce.GOOD_TILL_DATE: (TimeInForce.GOOD_TILL_CANCEL,),
    TimeInForce.AT_THE_CLOSE: (TimeInForce.DAY, TimeInForce.GOOD_TILL_CANCEL),
}


def ord_type_at(capabilities: VenueCapabilities, ord_type: OrdType) -> OrdType | None:
    """OrdType(40) under which the venue gets such an order; None when it cannot get it at all. A stop order for a venue
    that takes none is held here, and sent when it has been triggered."""
    if ord_type in capabilities.ord_types:
        return ord_type
    triggered = TRIGGERED.get(ord_type)
    return triggered if triggered in capabilities.ord_types else None


def time_in_force_at(capabilities: VenueCapabilities, time_in_force: TimeInForce) -> TimeInForce | None:
    """TimeInForce(59) under which the venue gets such an order; None when it cannot get it at all."""
    if time_in_force in capabilities.times_in_force:
        return time_in_force
    for instead in _INSTEAD.get(time_in_force, ()):
        if instead in capabilities.times_in_force:
            return instead
    return None


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
