"""What a gate is: a question about one request, asked of an unchanging picture, answered by a refusal or nothing.

A gate changes nothing and calls nobody. All gates are asked, also behind the first that refuses; so each one must
answer for itself when something it needs is not there, and must not rely on another gate having passed.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

import msgspec

from oms.blotter import Blotter
from oms.instruments import Instrument
from oms.order import Order
from oms.refusals import Refusal
from oms.slices import Traits
from oms.special_terms import NO_SPECIAL_TERMS, SpecialTerms
from oms.types import Moment, OrdType, Side, TimeInForce


class Stage(StrEnum):
    """Where an order stands when the gates are asked."""

    ENTRY = "ENTRY"
    """A client has sent it, or a replace of it."""
    RELEASE = "RELEASE"
    """It was held and is let go. A message that it was counted as when it came is not counted again."""
    PART = "PART"
    """A part of an order that has passed goes to a venue. Only what limits that venue is asked: everything else counts
    the order whole."""


class OrderRequest(msgspec.Struct, frozen=True, gc=False):
    """A new order, or the terms that a replace asks for.

    `exposed_qty` and `exposed_price` are the largest of what stands, of what is pending and of what is asked for: until
    the venue answers, any of them may execute. For a new order they are `order_qty` and `price`."""

    session: str
    account: str
    symbol: str
    instrument: Instrument | None
    """None when the symbol is not known."""
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None
    time_in_force: TimeInForce
    exposed_qty: Decimal
    exposed_price: Decimal | None
    venue: str | None
    """Where it would go; None when no venue can take it."""
    order: Order | None = None
    """The order to be replaced; None for a new one."""
    special: SpecialTerms = NO_SPECIAL_TERMS
    trader: str = ""
    """SenderSubID(50) of the message, or ''."""
    cl_ord_link_id: str = ""
    """ClOrdLinkID(583) of the order, or ''."""
    order_seq: int | None = None
    """The order that there is already, to be replaced or let go: what is reserved for it counts once."""
    beside: tuple[OrderRequest, ...] = ()
    """Others that are let in by the same decision."""
    stage: Stage = Stage.ENTRY
    triggered: bool = False
    """A stop order of which the price has been reached: it goes on as a market or limit order."""
    trigger_price: Decimal | None = None
    """The reference price that lets it go just now, which the blotter does not know yet."""
    waits: bool = False
    """Its list holds it: it is let in, and not in the market."""
    over: tuple[int, ...] = ()
    """Orders that the same decision has ended: `order_seq` of each."""


Gate = Callable[[OrderRequest, Blotter, Moment], Refusal | None]


def traits_of(request: OrderRequest, blotter: Blotter, symbol: str | None = None) -> Traits:
    """What the request's slices are found by. An order stays its client's, whoever changes it; `symbol` is a leg's."""
    order = request.order
    session, trader = (request.session, request.trader) if order is None else (order.session, order.trader)
    return blotter.traits(request.account, symbol or request.symbol, session, trader, request.venue or "")
