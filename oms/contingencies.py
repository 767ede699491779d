"""What the orders of a list have to do with each other (ContingencyType, 1385).

    OCO   one cancels the other: any execution of one, also a part, has the others canceled
    OTO   one triggers the other: the others are held until the first order is filled, and canceled when it ends before

**An OCO list can execute twice.** Its orders stand at venues that know nothing of each other. Between an execution at
one and the cancel that reaches the other lies a way there and back, and what the other executes meanwhile is money like
any other: it is booked and told, and the cancel that came too late changes nothing. Whoever must not have both sides
must not have both in the market. The orders that are held here are canceled with the fact that caused it.

**An OTO list is released whole.** It would be possible to release a part of the second order for each part of the first
that is filled; the second would then be replaced by a larger one again and again, lose its place each time, and have
parts that are smaller than an order may be. So the first order must be filled; one that ends with a part takes the
others with it, and its client, who is told, sends what suits the part.

An execution that is taken back later takes nothing back here: the other order has been canceled or released, perhaps
executed.
"""

from __future__ import annotations

from oms.blotter import Blotter
from oms.causes import ONE_CANCELS_THE_OTHER, ONE_TRIGGERS_THE_OTHER, REASONS
from oms.events import CancelRequested, Event, ListFinished, OrderCanceled, OrderFilled, OrderTriggered
from oms.letting_go import LettingGo
from oms.lists import OrderList
from oms.order import Order
from oms.outlook import Outlook, Outlooks
from oms.types import Contingency, HoldReason, Moment


class Contingencies:
    """Those of one decision. `events` is the decision so far; what follows is added to it."""

    def __init__(self, blotter: Blotter, outlooks: Outlooks, events: list[Event], at: Moment) -> None:
        self._blotter = blotter
        self._outlooks = outlooks
        self._events = events
        self._at = at
        self._touched: dict[int, OrderList] = {}

    def of_order(self, event: Event, order: Order) -> None:
        """State what `event`, a fact of an order of a list, means for the others."""
        assert order.list_seq is not None, order
        orders = self._blotter.lists_by_seq.get(order.list_seq)
        if orders is None or orders.refused:
            return  # a list of an earlier day, of which nothing was open any more
        self._touched[orders.list_seq] = orders
        if orders.contingency is Contingency.ONE_CANCELS_THE_OTHER:
            if isinstance(event, OrderFilled):
                self._cancel_others(orders, order, ONE_CANCELS_THE_OTHER, f"order_id={order.order_id} was executed")
        elif orders.contingency is Contingency.ONE_TRIGGERS_THE_OTHER and order.order_seq == orders.primary:
            primary = self._outlooks[order.order_seq]
            if primary.cum_qty >= primary.order_qty:
                self._release(orders)
            elif primary.ended:
                text = f"order_id={order.order_id} ended, and was not filled"
                self._cancel_others(orders, order, ONE_TRIGGERS_THE_OTHER, text)

    def finish(self) -> None:
        """State of each list that the decision was about that all its orders are finished, if they are."""
        for orders in self._touched.values():
            if not orders.finished and not any(map(self._outlooks.lives, orders.orders)):
                seq, at_ns = self._next()
                self._state(ListFinished(seq, at_ns, orders.session, orders.list_seq))

    def _cancel_others(self, orders: OrderList, order: Order, cause: str, text: str) -> None:
        for order_seq in orders.orders:
            if order_seq == order.order_seq or not self._outlooks.lives(order_seq):
                continue
            other = self._outlooks[order_seq]
            if other.is_live and not other.cancel_pending:
                # of an OTO list only those that still wait for the first order: what was released stands
                if cause is ONE_CANCELS_THE_OTHER or other.hold is HoldReason.OTHER_ORDER:
                    self._state(cancel_of(self._blotter, other, cause, text, self._moment()))

    def _release(self, orders: OrderList) -> None:
        letting_go = LettingGo(self._blotter, (orders.primary,))
        for order_seq in filter(self._outlooks.lives, orders.orders):
            other = self._outlooks[order_seq]
            if other.hold is HoldReason.OTHER_ORDER:
                for event in released(letting_go, other, self._moment()):
                    self._state(event)

    def _moment(self) -> Moment:
        return Moment(self._at.utc_ns, self._at.seq + len(self._events))

    def _next(self) -> tuple[int, int]:
        return self._at.seq + len(self._events), self._at.utc_ns

    def _state(self, event: Event) -> None:
        self._events.append(event)
        self._outlooks.see(event)


def cancel_of(blotter: Blotter, outlook: Outlook, cause: str, text: str, at: Moment) -> Event:
    """OrderCanceled of an order that is held here, CancelRequested of one at a venue."""
    order, (at_ns, seq) = outlook.order, at
    assert order is not None, outlook.order_seq
    if outlook.hold is not None:
        return OrderCanceled(
            seq, at_ns, order.order_seq, None, order.cl_ord_id, None, f"{cause}: {text}", REASONS.get(cause)
        )
    name, known_as = f"{blotter.store_id}{seq}", order.newest_venue_cl_ord_id
    return CancelRequested(seq, at_ns, order.order_seq, order.session, "", order.cl_ord_id, name, known_as, cause)


def released(letting_go: LettingGo, outlook: Outlook, at: Moment) -> list[Event]:
    """OrderTriggered, and where the order goes then."""
    order, (at_ns, seq) = outlook.order, at
    assert order is not None, outlook.order_seq
    return [OrderTriggered(seq, at_ns, order.order_seq), *letting_go.let_go(order, Moment(at_ns, seq + 1))]
