"""What a person who tells positions or conversion rates leads to, and a price that is a rate: facts, or OperatorRefused
alone, and nothing has happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Final

from oms.blotter import Blotter
from oms.conversion_rates import is_due, rate_of_price
from oms.events import ConversionRateSet, Event, OperatorRefused, StartOfDayPositionSet
from oms.exact import ZERO, in_bounds, plain
from oms.instruments import Instrument
from oms.limits import CONVERSION_RATE_MAX
from oms.persons import is_second
from oms.position_commands import ROWS_MAX, SetConversionRate, SetStartOfDay, StartOfDay
from oms.types import Moment

FAULTS_TOLD: Final = 20
NAMES_TOLD: Final = 20
_ACCOUNT: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?").fullmatch
_BOUNDS: Final = "at most 15 integer and 12 fraction digits"


def set_start_of_day(blotter: Blotter, command: SetStartOfDay, at: Moment) -> list[Event]:
    """StartOfDayPositionSet for each row that says something new; or OperatorRefused with every fault."""
    faults = [*_faults_of_all(blotter, command), *_faults_of_rows(blotter, command, at)]
    if faults:
        more = f"; and {len(faults) - FAULTS_TOLD} more" if len(faults) > FAULTS_TOLD else ""
        return [_refused("position", command, "; ".join(faults[:FAULTS_TOLD]) + more, at)]
    events: list[Event] = []
    for row in command.rows:
        if _stands_so(blotter, row):
            continue
        price, is_reference = (ZERO, False) if not row.qty else (row.price, False)
        if price is None:
            reference = blotter.market.reference(row.symbol)
            assert reference is not None, row
            price, is_reference = reference.price, True
        events.append(
            StartOfDayPositionSet(
                at.seq + len(events), at.utc_ns, blotter.trading_day, row.account, row.symbol, row.venue, row.qty,
                price, is_reference, command.source, command.operator, command.reason, command.approver.strip(),
            )
        )  # fmt: skip
    return events


def _stands_so(blotter: Blotter, row: StartOfDay) -> bool:
    key = (row.account, row.symbol, row.venue)
    for other, position in blotter.positions.of_account(row.account, row.symbol):
        told = position.told
        if other == key:
            if told is None or (told.venue, told.qty) != (row.venue, row.qty):
                return False
            if row.qty and (told.price != row.price if row.price is not None else not told.is_reference):
                return False
        elif not row.venue and position.opening_qty:
            return False
    return blotter.positions.get(key) is not None


def _faults_of_all(blotter: Blotter, command: SetStartOfDay) -> Iterator[str]:
    day = blotter.trading_day
    if command.day and command.day != day:
        yield f"day: {command.day!r}: the trading day is {day or 'none yet'}"
    if blotter.limits.raises_need_approval and not is_second(command.approver, command.operator):
        yield f"approver: {command.approver!r}: a position makes room in limits, so a second person has to approve"
    if not 1 <= len(command.rows) <= ROWS_MAX:
        yield f"rows: {len(command.rows)}: 1 to {ROWS_MAX} positions"


def _faults_of_rows(blotter: Blotter, command: SetStartOfDay, at: Moment) -> Iterator[str]:
    said: dict[tuple[str, str, str], str] = {}
    of_venues: dict[tuple[str, str], str] = {}
    for row in command.rows:
        where = f"{row.where}: " if row.where else ""
        for fault in _faults_of_row(blotter, row, at):
            yield where + fault
        key = (row.account, row.symbol, row.venue)
        if key in said:
            yield f"{where}symbol: {row.symbol}: {_name(row)} is there twice" + (f", see {said[key]}" if where else "")
        said[key] = row.where
        if row.venue:
            of_venues[key[:2]] = where
    for row in command.rows:
        if not row.venue and (row.account, row.symbol) in of_venues:
            yield (
                f"{of_venues[row.account, row.symbol]}venue: {_name(row)} is told as a whole, and for a venue besides: "
                "say either"
            )


def _faults_of_row(blotter: Blotter, row: StartOfDay, at: Moment) -> Iterator[str]:
    if _ACCOUNT(row.account) is None:
        yield f"account: {row.account!r}: 1 to 64 printable ASCII characters"
    if row.symbol not in blotter.instruments:
        yield f"symbol: {row.symbol!r}: not one of {_some(blotter.instruments)}"
    if row.venue:
        if row.venue not in blotter.venues:
            yield f"venue: {row.venue!r}: not one of {_some(blotter.venues)}"
        whole = blotter.positions.get((row.account, row.symbol, ""))
        if whole is not None and whole.opening_qty:
            yield (
                f"venue: {row.venue}: {row.account} {row.symbol} was told as a whole, {plain(whole.opening_qty)}: tell "
                "that as 0 first, or tell the new whole"
            )
    if not in_bounds(row.qty):
        yield f"qty: {row.qty}: {_BOUNDS}"
    elif row.price is not None and (not in_bounds(row.price) or row.price <= 0):
        yield f"price: {row.price}: above 0, {_BOUNDS}"
    elif row.price is None and row.qty:
        age_ms_max = blotter.limits.reference_price_age_ms_max
        if blotter.market.fresh_price(row.symbol, at.utc_ns, age_ms_max) is None:
            yield f"price: missing: {row.symbol} has no reference price of the last {age_ms_max} ms to take instead"


def _some(names: Iterable[str]) -> str:
    """The first of them, for a person."""
    told = list(islice(names, NAMES_TOLD + 1))
    return ", ".join(told[:NAMES_TOLD]) + (" ..." if len(told) > NAMES_TOLD else "")


def _name(row: StartOfDay) -> str:
    return f"{row.account} {row.symbol}" + (f" at {row.venue}" if row.venue else "")


def set_conversion_rate(blotter: Blotter, command: SetConversionRate, at: Moment) -> list[Event]:
    """ConversionRateSet, unless the rate of that moment stands so already; or OperatorRefused."""
    currency, rate, approver = command.currency, command.rate, command.approver.strip()
    as_of_ns = at.utc_ns if command.as_of_ns is None else command.as_of_ns
    before = blotter.conversion.get(currency)
    if before is not None and (before.rate, before.as_of_ns) == (rate, as_of_ns):
        return []
    known = currencies(blotter)
    why = ""
    if currency not in known:
        why = f"currency: {currency!r}: not one of {', '.join(known) or 'any that an instrument or account has'}"
    elif not in_bounds(rate) or not 0 < rate <= CONVERSION_RATE_MAX:
        why = f"rate: {rate}: above 0, at most {CONVERSION_RATE_MAX} and 12 fraction digits"
    elif as_of_ns > at.utc_ns:
        why = "as_of: it is not so yet"
    elif blotter.limits.raises_need_approval and not is_second(approver, command.operator):
        why = f"approver: {approver!r}: limits are in {blotter.limits.base_currency}, so a second person has to approve"
    if why:
        return [_refused("rate", command, why, at)]
    return [
        ConversionRateSet(at.seq, at.utc_ns, currency, rate, as_of_ns, "", command.operator, command.reason, approver)
    ]


def currencies(blotter: Blotter) -> list[str]:
    """Those that are not the base currency, and that something is in."""
    limits = blotter.limits
    found = [*blotter.conversion.by_currency, *(instrument.currency for instrument in blotter.instruments.values())]
    found += [account.currency for account in limits.accounts]
    return [name for name in dict.fromkeys(found) if name not in ("", limits.base_currency)]


def rate_of_reference(blotter: Blotter, instrument: Instrument, price: Decimal, at: Moment) -> list[Event]:
    """What a reference price makes of the rate that it is: nothing while that is young and near."""
    currency = blotter.conversion.sources[instrument.symbol]
    rate = rate_of_price(currency, instrument, price)
    if rate is None or not is_due(blotter.conversion.get(currency), rate, at.utc_ns):
        return []
    return [ConversionRateSet(at.seq, at.utc_ns, currency, rate, at.utc_ns, instrument.symbol)]


def _refused(action: str, command: SetStartOfDay | SetConversionRate, text: str, at: Moment) -> OperatorRefused:
    return OperatorRefused(at.seq, at.utc_ns, None, action, command.operator, command.reason, text)
