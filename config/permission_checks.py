"""What is wrong between the parts of a configuration that say who may trade what, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from config.convert import Fault
from config.model import GatewayConfig
from config.session import SessionKeys
from config.session_checks import at, zone_faults
from config.trading import Blackout, Hours


def permission_faults(config: GatewayConfig) -> list[Fault]:
    known = [instrument.symbol for instrument in config.instruments]
    why = f"is not the symbol of an instrument; known are {', '.join(known) or 'none'}"
    faults = [at(where, f"'{symbol}' {why}") for where, symbol in _symbols(config) if symbol not in known]
    for i, instrument in enumerate(config.instruments):
        if instrument.hours is not None:
            faults += _zone_faults(f"instruments[{i}].hours", instrument.hours)
    names = [blackout.name for blackout in config.blackouts]
    for i, blackout in enumerate(config.blackouts):
        where = f"blackouts[{i}]"
        faults += _zone_faults(where, blackout)
        if blackout.name in names[:i]:
            faults.append(at(f"{where}.name", f"'{blackout.name}' is already blackouts[{names.index(blackout.name)}]"))
        if blackout.date:
            if not is_date(blackout.date):
                faults.append(at(f"{where}.date", f"'{blackout.date}' is no day of the calendar"))
            if blackout.weekdays:
                faults.append(at(f"{where}.weekdays", "a blackout of one date has none"))
    return faults


def is_date(text: str) -> bool:
    try:
        datetime.strptime(text + "+0000", "%Y%m%d%z")
    except ValueError:
        return False
    return True


def _zone_faults(where: str, record: Hours | Blackout) -> list[Fault]:
    return zone_faults(where, record.time_zone) if record.time_zone else []


def _symbols(config: GatewayConfig) -> Iterator[tuple[str, str]]:
    """Where a symbol stands, and which."""
    holders: list[tuple[str, SessionKeys]] = [(f"sessions[{i}]", each) for i, each in enumerate(config.sessions)]
    holders += [(f"session_templates[{i}]", each) for i, each in enumerate(config.session_templates)]
    for where, session in holders:
        if session.may_trade is not None:
            for i, symbol in enumerate(session.may_trade.symbols):
                yield f"{where}.may_trade.symbols[{i}]", symbol
    for i, symbol in enumerate(config.limits.restricted_symbols):
        yield f"limits.restricted_symbols[{i}]", symbol
    if config.limits.self_match is not None:
        for i, symbol in enumerate(config.limits.self_match.except_symbols):
            yield f"limits.self_match.except_symbols[{i}]", symbol
    for i, blackout in enumerate(config.blackouts):
        for j, symbol in enumerate(blackout.symbols):
            yield f"blackouts[{i}].symbols[{j}]", symbol
