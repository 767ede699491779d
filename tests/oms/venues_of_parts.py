"""A house with two or three venues over which orders are divided: for the tests of parents and children."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from oms.events import Event
from oms.finished import FINISHED_KEPT
from oms.order import Order
from oms.types import OrdStatus, OrdType, TimeInForce
from oms.venue_capabilities import VenueCapabilities
from oms.venue_reports import (
    VenueAccepted,
    VenueCanceled,
    VenueCancelRejected,
    VenueConnected,
    VenueExpired,
    VenueFilled,
    VenueRejected,
)
from tests.oms.world import BTC, World

A, B, C = "XSIM", "XALT", "XTRA"


class Parts(World):
    """Orders are divided 60:40 over A and B, or 50:30:20 over A, B and C."""

    def __init__(self, *weights: int, finished_kept: int = FINISHED_KEPT) -> None:
        weights = weights or (60, 40)
        venues = (A, B, C)[: len(weights)]
        instrument = msgspec.structs.replace(BTC, venues=venues, weights=weights)
        super().__init__(instrument=instrument, finished_kept=finished_kept)
        for venue in venues[1:]:
            self.do(VenueConnected(venue))

    def parent(self, cl_ord_id: str = "X", qty: str = "100", **terms: object) -> Order:
        self.new(cl_ord_id, qty, **terms)  # type: ignore[arg-type]
        return self.order(cl_ord_id)

    def children(self, parent: Order) -> list[Order]:
        return [self.blotter.order(order_seq) for order_seq in parent.children]

    def at(self, venue: str, parent: Order) -> Order:
        """The youngest child of it there."""
        return next(child for child in reversed(self.children(parent)) if child.venue == venue)

    def pending_at(self, child: Order) -> str:
        """The id of the cancel that the venue of this child has not answered."""
        return child.pending[0].venue_cl_ord_id

    # ------------------------------------------------------------------------------------------------- what venues say

    def take(self, child: Order) -> list[Event]:
        return self.do(VenueAccepted(child.venue, child.venue_cl_ord_id, "V"))

    def trade(self, child: Order, qty: str, price: str = "100", exec_id: str | None = None) -> list[Event]:
        self.exec_ids += 1
        name = f"E{self.exec_ids}" if exec_id is None else exec_id
        return self.do(VenueFilled(child.venue, child.venue_cl_ord_id, "V", name, Decimal(qty), Decimal(price)))

    def turn_down(self, child: Order) -> list[Event]:
        return self.do(VenueRejected(child.venue, child.venue_cl_ord_id, "no"))

    def expire(self, child: Order) -> list[Event]:
        return self.do(VenueExpired(child.venue, child.venue_cl_ord_id, "late"))

    def drop(self, child: Order) -> list[Event]:
        """The venue cancels it of its own accord."""
        return self.do(VenueCanceled(child.venue, child.venue_cl_ord_id, None, "gone"))

    def grant(self, child: Order) -> list[Event]:
        """The venue fulfils the cancel."""
        return self.do(VenueCanceled(child.venue, self.pending_at(child), child.venue_cl_ord_id))

    def keep(self, child: Order) -> list[Event]:
        """The venue refuses the cancel."""
        return self.do(VenueCancelRejected(child.venue, self.pending_at(child), "too late"))


def sums(world: Parts, parent: Order) -> tuple[Decimal, Decimal]:
    """CumQty of the children, and what they leave open."""
    children = world.children(parent)
    return sum((c.cum_qty for c in children), Decimal(0)), sum((c.leaves_qty for c in children), Decimal(0))


EVERYTHING = VenueCapabilities(tuple(OrdType), tuple(TimeInForce))


def of(events: list[Event], order: Order) -> list[Event]:
    """Those of the events that are facts of that order."""
    return [event for event in events if getattr(event, "order_seq", None) == order.order_seq]


def status(order: Order) -> OrdStatus:
    return order.ord_status
