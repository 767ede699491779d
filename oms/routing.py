"""Where an order goes. The choice becomes a fact (OrderRouted, or OrderWorked); a replay does not choose again.

An instrument without weights sends each order whole to the first connected venue. With weights an order is divided over
the connected ones: in lots, what the lots leave over to the first of them, and over fewer venues where a part would be
smaller than the smallest order. Not divided is an order whose meaning a division would change: fill or kill is about
the whole quantity, and a displayed quantity, a stop or a peg are kept by one venue, or by the gateway, for one order.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from itertools import repeat
from typing import Final, NamedTuple

from oms.blotter import Blotter
from oms.exact import ZERO, add, floor_divide, multiply, subtract, written_like
from oms.instruments import Instrument
from oms.special_terms import NO_SPECIAL_TERMS, SpecialTerms
from oms.types import OrdType, TimeInForce
from oms.venue_capabilities import what_lacks

_DIVISIBLE_TYPES: Final = (OrdType.MARKET, OrdType.LIMIT)
_NOBODY: Final[Collection[str]] = ()


class Share(NamedTuple):
    """A part of an order, and who gets it."""

    venue: str
    order_qty: Decimal


def choose_venue(
    instrument: Instrument,
    blotter: Blotter,
    ord_type: OrdType = OrdType.LIMIT,
    time_in_force: TimeInForce = TimeInForce.DAY,
    special: SpecialTerms = NO_SPECIAL_TERMS,
) -> str | None:
    """The first connected one of the instrument's venues, which are listed in order of preference, that takes an order
    on these terms and trades the symbol; else the first connected one, and gates say what it lacks. None that a kill
    switch has stopped."""
    connected, venues, killed = blotter.venues, instrument.venues, blotter.kill_switches.holds_venue
    if len(venues) == 1:
        return venues[0] if connected.get(venues[0]) and not killed(venues[0]) else None
    first = None
    for venue in venues:
        if connected.get(venue) and not killed(venue):
            if _takes(venue, instrument.symbol, blotter, ord_type, time_in_force, special):
                return venue
            first = first or venue
    return first


def _takes(
    venue: str, symbol: str, blotter: Blotter, ord_type: OrdType, time_in_force: TimeInForce, special: SpecialTerms
) -> bool:
    """It takes an order on these terms, and trades the symbol."""
    lacking = what_lacks(blotter.capabilities_of(venue), symbol, ord_type, time_in_force, special)
    return lacking is None and (venue, symbol) not in blotter.halts and not blotter.kill_switches.holds_venue(venue)


def is_divisible(ord_type: OrdType, time_in_force: TimeInForce, special: SpecialTerms) -> bool:
    """An order on such terms may be worked in parts."""
    if ord_type not in _DIVISIBLE_TYPES or time_in_force is TimeInForce.FILL_OR_KILL:
        return False
    return special.display_qty is None and special.peg_offset is None and special.stop_px is None


def shares(
    instrument: Instrument,
    blotter: Blotter,
    ord_type: OrdType,
    time_in_force: TimeInForce,
    special: SpecialTerms,
    order_qty: Decimal,
    without: Collection[str] = _NOBODY,
) -> list[Share]:
    """`order_qty` divided over the connected venues that take such an order and are not in `without`; one share where
    it is not to be divided, none where there is no such venue. All of it is given away, and of several parts each is at
    least the instrument's smallest order."""
    connected, symbol = blotter.venues, instrument.symbol
    takers = [
        (venue, weight)
        for venue, weight in zip(instrument.venues, instrument.weights or repeat(1), strict=False)
        if connected.get(venue)
        and venue not in without
        and _takes(venue, symbol, blotter, ord_type, time_in_force, special)
    ]
    if takers and not (instrument.weights and is_divisible(ord_type, time_in_force, special)):
        return [Share(takers[0][0], order_qty)]
    while takers:
        parts = _parts(order_qty, [weight for _, weight in takers], instrument.round_lot)
        if len(takers) == 1 or min(parts) >= instrument.min_trade_vol:
            return [Share(venue, part) for (venue, _), part in zip(takers, parts, strict=True)]
        lightest = min(weight for _, weight in takers)
        takers.remove(next(taker for taker in reversed(takers) if taker[1] == lightest))
    return []


def _parts(order_qty: Decimal, weights: list[int], round_lot: Decimal) -> list[Decimal]:
    """In whole lots by weight, rounded down; what is left over goes to the first."""
    whole = multiply(round_lot, Decimal(sum(weights)))
    parts = [multiply(floor_divide(multiply(order_qty, Decimal(weight)), whole), round_lot) for weight in weights]
    given = ZERO
    for part in parts:
        given = add(given, part)
    parts[0] = add(parts[0], subtract(order_qty, given))
    return [written_like(part, order_qty) for part in parts]
