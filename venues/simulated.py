"""A venue inside the process, for the first order and for tests: deterministic, by rules that a person can trigger.

What the cents of a limit price do, whatever the reference price says:

    price ends in   the venue
    .13             rejects the order: an unlucky price
    .07             fills half of it at once (rounded down to the lot), the rest rests
    .25             fills a quarter of it every second, until it is filled
    .31             lets it rest, and when you ask to cancel or replace it, fills it instead and says "too late"
    .99             says nothing: the order stays pending until the venue is asked about it, which is when its
                    answer_timeout_s is over

Any other order, by the reference price of its symbol:

    market          filled at once, at the reference price
    limit           at or through the reference price (a buy at or above it, a sell at or below it): filled at once, at
                    the reference price; otherwise it rests
    IOC, FOK        what is not filled at once is canceled; FOK is filled in full or not at all

Resting orders can be canceled and replaced; the terms after a replace go through the same rules, except that nothing
is rejected and nothing is kept silent any more. Each second the venue publishes its reference prices, which never
change: orders of clients do not meet each other here (on the simulated exchange they do).

Identifiers come from the numbers that the gateway gives to events, so a replayed log shows the same ones. The book
needs no memory of its own: after a restart it is rebuilt from the orders that the gateway holds open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

from oms.events import CancelRequested, Event, OrderQueried, OrderRouted, ReplaceRequested
from oms.exact import ZERO
from oms.order import Order
from oms.types import Moment, OrdStatus, OrdType, RejectReason, Side, TimeInForce
from oms.venue_capabilities import PLAIN
from oms.venue_reports import (
    AnyVenueReport,
    ReferencePriceSeen,
    VenueAccepted,
    VenueCanceled,
    VenueCancelRejected,
    VenueFilled,
    VenueOrderStatus,
    VenueRejected,
    VenueReplaced,
    VenueUnknownOrder,
)
from venues.port import Capabilities, Carrier

CAPABILITIES: Final = Capabilities(
    carrier=Carrier.IN_PROCESS,
    replace=True,
    status_query=True,
    resend=False,
    market_data=True,
    ord_types=frozenset({OrdType.MARKET, OrdType.LIMIT}),
    times_in_force=frozenset(PLAIN.times_in_force),
)

_ONE: Final = Decimal(1)
_MUST_NOT_REST: Final = frozenset({TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL})


class _Rule(Enum):
    """The rules that the cents of a price call up."""

    UNLUCKY = Decimal("0.13")
    HALF = Decimal("0.07")
    SLOW = Decimal("0.25")
    STUBBORN = Decimal("0.31")
    SILENT = Decimal("0.99")


_RULES: Final = {rule.value: rule for rule in _Rule}


@dataclass(frozen=True, slots=True)
class SimulatedInstrument:
    """A symbol of the venue: its fixed reference price, and the lot that parts of an order are rounded down to.

    Without a reference price limit orders rest, market orders are canceled, and there is nothing to publish."""

    symbol: str
    reference_price: Decimal | None
    qty_increment: Decimal


@dataclass(frozen=True, slots=True)
class SimulatedSettings:
    name: str
    instruments: tuple[SimulatedInstrument, ...]
    tick_interval_ns: int = 1_000_000_000


class _Resting:
    """An order at the venue."""

    __slots__ = (
        "buy", "cum_qty", "leaves_qty", "order_qty", "price", "rule", "symbol", "time_in_force", "venue_cl_ord_id",
        "venue_order_id",
    )  # fmt: skip

    def __init__(self, venue_cl_ord_id: str, venue_order_id: str, order: Order, cum_qty: Decimal) -> None:
        self.venue_cl_ord_id = venue_cl_ord_id
        self.venue_order_id = venue_order_id
        self.symbol = order.symbol
        self.buy = order.side is Side.BUY
        self.price = price = order.price
        self.rule = None if price is None else _RULES.get(price % _ONE)
        self.time_in_force = order.time_in_force
        self.order_qty = order_qty = order.order_qty
        self.cum_qty = cum_qty
        self.leaves_qty = order_qty - cum_qty if cum_qty else order_qty


class SimulatedVenue:
    """Implements `venues.port.InProcessVenue`."""

    capabilities = CAPABILITIES

    def __init__(self, settings: SimulatedSettings) -> None:
        self.name = settings.name
        self._instruments = {instrument.symbol: instrument for instrument in settings.instruments}
        self.tick_interval_ns = settings.tick_interval_ns
        self._resting: dict[str, _Resting] = {}
        self._slow: dict[str, _Resting] = {}
        self._answers: dict[type[Event], Callable[..., list[AnyVenueReport]]] = {
            OrderRouted: self._new,
            CancelRequested: self._cancel,
            ReplaceRequested: self._replace,
            OrderQueried: self._query,
        }

    # -- the port ------------------------------------------------------------------------------------------------

    def answer(self, event: Event, order: Order, at: Moment) -> list[AnyVenueReport]:
        answer = self._answers.get(type(event))
        return answer(event, order, at) if answer is not None else []

    def recover(self, order: Order) -> None:
        self._rest(_Resting(order.venue_cl_ord_id, f"{self.name}-{order.order_seq}", order, order.cum_qty))

    def tick(self, at: Moment) -> list[AnyVenueReport]:
        told: list[AnyVenueReport] = [
            ReferencePriceSeen(self.name, instrument.symbol, instrument.reference_price)
            for instrument in self._instruments.values()
            if instrument.reference_price is not None
        ]
        for resting in list(self._slow.values()):
            quarter = self._part(resting, resting.order_qty, 4) or resting.leaves_qty
            assert resting.price is not None
            self._fill(resting, min(quarter, resting.leaves_qty), resting.price, at, told)
            if not resting.leaves_qty:
                self._forget(resting)
        return told

    # -- answers -------------------------------------------------------------------------------------------------

    def _new(self, event: OrderRouted, order: Order, at: Moment) -> list[AnyVenueReport]:
        venue_cl_ord_id = event.venue_cl_ord_id
        venue_order_id = f"{self.name}-{event.order_seq}"
        resting = _Resting(venue_cl_ord_id, venue_order_id, order, ZERO)
        rule = resting.rule
        if rule is _Rule.UNLUCKY:
            return [VenueRejected(self.name, venue_cl_ord_id, "an unlucky price: it ends in .13")]
        if rule is _Rule.SILENT:
            self._rest(resting)
            return []
        told: list[AnyVenueReport] = [VenueAccepted(self.name, venue_cl_ord_id, venue_order_id)]
        self._arrive(resting, at, told)
        return told

    def _cancel(self, event: CancelRequested, order: Order, at: Moment) -> list[AnyVenueReport]:
        resting = self._resting.get(event.orig_venue_cl_ord_id)
        if resting is None:
            return [_too_late(self.name, event.venue_cl_ord_id)]
        if resting.rule is _Rule.STUBBORN:
            return self._fill_instead(resting, event.venue_cl_ord_id, at)
        self._forget(resting)
        return [VenueCanceled(self.name, event.venue_cl_ord_id, event.orig_venue_cl_ord_id)]

    def _replace(self, event: ReplaceRequested, order: Order, at: Moment) -> list[AnyVenueReport]:
        resting = self._resting.get(event.orig_venue_cl_ord_id)
        if resting is None:
            return [_too_late(self.name, event.venue_cl_ord_id)]
        if resting.rule is _Rule.STUBBORN:
            return self._fill_instead(resting, event.venue_cl_ord_id, at)
        self._forget(resting)
        resting.venue_cl_ord_id = event.venue_cl_ord_id
        resting.price = event.price
        resting.rule = None if event.price is None else _RULES.get(event.price % _ONE)
        resting.time_in_force = event.time_in_force
        resting.order_qty = max(event.order_qty, resting.cum_qty)
        resting.leaves_qty = resting.order_qty - resting.cum_qty
        told: list[AnyVenueReport] = [
            VenueReplaced(
                self.name, event.venue_cl_ord_id, event.orig_venue_cl_ord_id, resting.order_qty, event.price,
                resting.venue_order_id,
            )
        ]  # fmt: skip
        if resting.leaves_qty:
            self._arrive(resting, at, told)
        return told

    def _query(self, event: OrderQueried, order: Order, at: Moment) -> list[AnyVenueReport]:
        resting = self._resting.get(event.venue_cl_ord_id)
        if resting is None:
            return [VenueUnknownOrder(self.name, event.venue_cl_ord_id, "no such order is open here")]
        return [
            VenueOrderStatus(
                self.name,
                event.venue_cl_ord_id,
                OrdStatus.PARTIALLY_FILLED if resting.cum_qty else OrdStatus.NEW,
                resting.cum_qty,
                resting.leaves_qty,
                resting.venue_order_id,
                resting.order_qty,
            )
        ]

    # -- the rules -----------------------------------------------------------------------------------------------

    def _arrive(self, resting: _Resting, at: Moment, told: list[AnyVenueReport]) -> None:
        """An order comes to the market: fill what can be filled at once; the rest rests, or is canceled."""
        quantity, price = self._at_once(resting)
        time_in_force = resting.time_in_force
        if quantity and (time_in_force is not TimeInForce.FILL_OR_KILL or quantity == resting.leaves_qty):
            assert price is not None
            self._fill(resting, quantity, price, at, told)
            if not resting.leaves_qty:
                return
        if resting.price is None or time_in_force in _MUST_NOT_REST:
            told.append(VenueCanceled(self.name, resting.venue_cl_ord_id, None, "nothing more to be had at once"))
        else:
            self._rest(resting)

    def _at_once(self, resting: _Resting) -> tuple[Decimal, Decimal | None]:
        """How much of an order is filled the moment it arrives, and at what price."""
        price = resting.price
        instrument = self._instruments.get(resting.symbol)
        reference = None if instrument is None else instrument.reference_price
        if price is None:
            return (ZERO if reference is None else resting.leaves_qty), reference
        if resting.rule is not None:
            return (self._part(resting, resting.leaves_qty, 2) if resting.rule is _Rule.HALF else ZERO), price
        if reference is not None and (price >= reference if resting.buy else price <= reference):
            return resting.leaves_qty, reference
        return ZERO, None

    def _part(self, resting: _Resting, quantity: Decimal, parts: int) -> Decimal:
        """One of so many equal parts of a quantity, rounded down to the lot."""
        instrument = self._instruments.get(resting.symbol)
        lot = _ONE if instrument is None else instrument.qty_increment
        return quantity / parts // lot * lot

    def _fill(
        self, resting: _Resting, quantity: Decimal, price: Decimal, at: Moment, told: list[AnyVenueReport]
    ) -> None:
        resting.cum_qty += quantity
        resting.leaves_qty -= quantity
        told.append(
            VenueFilled(
                self.name, resting.venue_cl_ord_id, resting.venue_order_id, f"{self.name}-{at.seq}-{len(told)}",
                quantity, price, at.utc_ns, resting.cum_qty, resting.leaves_qty,
            )
        )  # fmt: skip

    def _fill_instead(self, resting: _Resting, venue_cl_ord_id: str, at: Moment) -> list[AnyVenueReport]:
        """The rule of .31: the order is filled while its cancel is on the way."""
        told: list[AnyVenueReport] = []
        assert resting.price is not None
        self._fill(resting, resting.leaves_qty, resting.price, at, told)
        self._forget(resting)
        told.append(_too_late(self.name, venue_cl_ord_id))
        return told

    # -- the book ------------------------------------------------------------------------------------------------

    def _rest(self, resting: _Resting) -> None:
        self._resting[resting.venue_cl_ord_id] = resting
        if resting.rule is _Rule.SLOW:
            self._slow[resting.venue_cl_ord_id] = resting

    def _forget(self, resting: _Resting) -> None:
        del self._resting[resting.venue_cl_ord_id]
        self._slow.pop(resting.venue_cl_ord_id, None)


def _too_late(name: str, venue_cl_ord_id: str) -> VenueCancelRejected:
    return VenueCancelRejected(name, venue_cl_ord_id, "too late: the order is closed", RejectReason.TOO_LATE)
