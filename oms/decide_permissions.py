"""What follows when it is said what may be traded, by whom and when. What stands so already leads to no event."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.closures import Blackout
from oms.events import BlackoutSet, EntitlementSet, Event, RestrictionChanged, TradingHoursSet
from oms.permission_commands import RestrictSymbol, SetBlackout, SetEntitlement, SetTradingHours
from oms.types import Moment


def set_entitlement(blotter: Blotter, command: SetEntitlement, at: Moment) -> list[Event]:
    client = blotter.clients.get(command.session)
    if (None if client is None else client.entitlement) == command.entitlement:
        return []
    return [EntitlementSet(at.seq, at.utc_ns, command.session, command.entitlement)]


def restrict_symbol(blotter: Blotter, command: RestrictSymbol, at: Moment) -> list[Event]:
    source, symbol = command.source, command.symbol
    if ((source, symbol) in blotter.closures.restricted) is command.is_restricted:
        return []
    return [
        RestrictionChanged(at.seq, at.utc_ns, symbol, command.is_restricted, source, command.operator, command.reason)
    ]


def set_trading_hours(blotter: Blotter, command: SetTradingHours, at: Moment) -> list[Event]:
    window = command.start_ns, command.end_ns
    if blotter.closures.hours.get(command.symbol, (0, 0)) == window:
        return []
    return [TradingHoursSet(at.seq, at.utc_ns, command.symbol, *window)]


def set_blackout(blotter: Blotter, command: SetBlackout, at: Moment) -> list[Event]:
    known = blotter.closures.blackouts.get(command.name)
    window = command.start_ns, command.end_ns
    if known == Blackout(command.symbols, window) or (known is None and not command.end_ns):
        return []
    return [BlackoutSet(at.seq, at.utc_ns, command.name, command.symbols, *window)]
