"""What an operator's command leads to. A command that changes nothing leads to no event, so it may be repeated at will.

Records come from checked configuration; one that breaks its own rules is a bug of the caller's and raises ValueError.
"""

from __future__ import annotations

from oms.blotter import Blotter
from oms.commands import DefineInstrument, OpenLog, SetLimits, SetSessionRates, SetTradingState
from oms.events import (
    Event,
    InstrumentDefined,
    LimitsSet,
    LogOpened,
    SessionRatesSet,
    TradingStateChanged,
)
from oms.instruments import instrument_faults
from oms.limits import limits_faults, rate_faults
from oms.types import Moment, check_store_id


def open_log(blotter: Blotter, command: OpenLog, at: Moment) -> list[Event]:
    """LogOpened, on a log that has no name yet. Raises ValueError for a bad name."""
    if blotter.store_id:
        return []
    check_store_id(command.store_id)
    return [LogOpened(at.seq, at.utc_ns, command.store_id)]


def define_instrument(blotter: Blotter, command: DefineInstrument, at: Moment) -> list[Event]:
    """InstrumentDefined, if it differs from what stands. Raises ValueError for a record with faults."""
    instrument = command.instrument
    if blotter.instruments.get(instrument.symbol) == instrument:
        return []
    if faults := instrument_faults(instrument):
        raise ValueError(f"instrument {instrument.symbol}: " + "; ".join(faults))
    return [InstrumentDefined(at.seq, at.utc_ns, instrument)]


def set_limits(blotter: Blotter, command: SetLimits, at: Moment) -> list[Event]:
    """LimitsSet, if they differ from what was set last: rows that were changed by themselves since then stay so. Raises
    ValueError for a record with faults."""
    if blotter.configured == command.limits:
        return []
    if faults := limits_faults(command.limits):
        raise ValueError("limits: " + "; ".join(faults))
    return [LimitsSet(at.seq, at.utc_ns, command.limits, command.operator, command.reason)]


def set_session_rates(blotter: Blotter, command: SetSessionRates, at: Moment) -> list[Event]:
    """SessionRatesSet, if they differ from what stands. Raises ValueError for rates out of bounds."""
    session, messages, cancels = command.session, command.messages, command.cancels
    client = blotter.clients.get(session)
    if ((None, None) if client is None else (client.messages, client.cancels)) == (messages, cancels):
        return []
    for name, rate in (("messages", messages), ("cancels", cancels)):
        if faults := [] if rate is None else rate_faults(name, rate):
            raise ValueError(f"session {session}: " + "; ".join(faults))
    return [SessionRatesSet(at.seq, at.utc_ns, session, messages, cancels)]


def set_trading_state(blotter: Blotter, command: SetTradingState, at: Moment) -> list[Event]:
    """TradingStateChanged, if it differs from what stands."""
    if blotter.trading_state is command.state:
        return []
    return [TradingStateChanged(at.seq, at.utc_ns, command.state, command.operator, command.reason)]
