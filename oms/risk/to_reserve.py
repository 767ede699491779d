"""What a request adds to the slices that it is in: how much more would be reserved than is reserved already.

A replace reserves the difference between what its order has reserved and the worst of all its terms, the new ones among
them; nothing when they are no worse. Orders of one list are let in together: each is judged with those before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from oms.additions import Addition, Asked
from oms.blotter import Blotter
from oms.exact import ZERO, multiply, subtract
from oms.exposure import Reservation, worst_price
from oms.order_state import Base
from oms.risk.gate import OrderRequest, Stage
from oms.routing import shares
from oms.types import Side


def additions(request: OrderRequest, blotter: Blotter) -> list[Addition]:
    """By slice; only slices to which the request itself adds something. Made once for all gates that are asked about a
    request: while the blotter stands still the same request adds the same."""
    ledger = blotter.exposures
    asked = ledger.asked
    if asked is not None and asked.request is request and asked.last_seq == blotter.last_seq:
        return asked.additions
    made = _made(request, blotter)
    ledger.asked = Asked(request, blotter.last_seq, made)
    return made


def _made(request: OrderRequest, blotter: Blotter) -> list[Addition]:
    own: dict[tuple[str, Any], Addition] = {}
    for addition in _of(request, blotter):
        own[addition.book.table.name, addition.key] = addition
    for other in request.beside if own else ():
        for beside in _of(other, blotter):
            together = own.get((beside.book.table.name, beside.key))
            if together is not None:
                for symbol, (buy_qty, buy_value, sell_qty, sell_value) in beside.by_symbol.items():
                    together.add(symbol, True, buy_qty, buy_value)
                    together.add(symbol, False, sell_qty, sell_value)
    return list(own.values())


def _of(request: OrderRequest, blotter: Blotter) -> Iterator[Addition]:
    ledger, order, symbol = blotter.exposures, request.order, request.symbol
    held = None if request.order_seq is None else ledger.reservations.get(request.order_seq)
    qty, session, trader = request.exposed_qty, request.session, request.trader
    if order is not None:
        qty = subtract(qty, order.cum_qty) if qty > order.cum_qty else ZERO
        session, trader = order.session, order.trader
    price, value = ZERO, ZERO
    if ledger.has_values:
        price = _price(request, held, blotter)
        value = multiply(qty, price)
    more_qty, more_value = (qty, value) if held is None else (subtract(qty, held.qty), subtract(value, held.value))
    places = []
    is_part = request.stage is Stage.PART
    if (more_qty > 0 or more_value > 0) and not is_part:
        places.append(("", more_qty, more_value))
    if ledger.is_by_venue:
        if held is None or not (held.venue or order is not None):  # at no venue yet, neither itself nor in parts
            more_qty, more_value = qty, value
        if more_qty > 0 or more_value > 0:
            places += _venues(request, blotter, more_qty, more_value, price)
    for venue, its_qty, its_value in places:
        for book, key, bounds, exposure, _ in ledger.slots((request.account, symbol, session, trader, venue)):
            addition = Addition(book, key, bounds, exposure)
            addition.add(symbol, request.side is Side.BUY, its_qty, its_value)
            yield addition


def _price(request: OrderRequest, held: Reservation | None, blotter: Blotter) -> Decimal:
    """The worst of what stands and of what is asked for, at the reference price of the order if it has one. What is let
    go is valued anew, at the price of that moment; so is a replace of what is held, for that may let it go."""
    order = request.order
    if (
        held is None
        or held.reference is None
        or request.stage is Stage.RELEASE
        or (order is not None and order.base is Base.HELD)
    ):
        reference, market_price = blotter.worst_prices(request.symbol, request.trigger_price)
    else:
        reference, market_price = held.reference, held.market_price
    price = worst_price(request.side, request.ord_type, request.price, request.special, reference, market_price)
    if held is None or held.price < price or request.stage is Stage.RELEASE:
        return price
    return held.price


def _venues(
    request: OrderRequest, blotter: Blotter, qty: Decimal, value: Decimal, price: Decimal
) -> list[tuple[str, Decimal, Decimal]]:
    """Where how much of it would go. What is divided is valued anew."""
    instrument, venue, order = request.instrument, request.venue, request.order
    if venue is None or instrument is None:
        return []  # other gates refuse
    if not instrument.weights or (order is not None and order.venue) or qty <= 0 or request.stage is Stage.PART:
        return [(venue, qty, value)]
    parts = shares(instrument, blotter, request.ord_type, request.time_in_force, request.special, qty)
    return [(part.venue, part.order_qty, multiply(part.order_qty, price)) for part in parts]
