"""What a decision about one order means for others: for the parent of a child and the children of a parent
(`oms.children`), for the other orders of a list (`oms.contingencies`).

It is part of the same decision: no log can end between a child's fill and its parent's. What follows may have
consequences of its own, so each fact that is added is looked at in its turn, until none is left.
"""

from __future__ import annotations

from oms.blotter import Blotter
from oms.children import Family
from oms.contingencies import Contingencies
from oms.events import Event, OrderEvent
from oms.multileg import LegFamily
from oms.order import Order
from oms.outlook import Outlooks
from oms.types import Moment


def consequences(blotter: Blotter, events: list[Event], at: Moment) -> list[Event]:
    """`events`, and what follows from them for other orders."""
    for event in events:
        if _concerned(blotter, event, at.seq) is not None:
            return _Followed(blotter, events, at).all()
    return events


def _concerned(blotter: Blotter, event: Event, first_seq: int) -> Order | None:
    """The order of the event, if it is one of several that belong together. An order that this decision has begun, at
    `first_seq` or behind it, has no consequences yet."""
    if not isinstance(event, OrderEvent) or event.order_seq >= first_seq:
        return None
    order = blotter.order(event.order_seq)
    return order if order.parent_seq is not None or order.children or order.list_seq is not None else None


class _Followed:
    def __init__(self, blotter: Blotter, events: list[Event], at: Moment) -> None:
        self._blotter = blotter
        self._at = at
        self._events = list(events)
        self._outlooks = Outlooks(blotter, events)
        self._families: dict[int, Family] = {}
        self._contingencies = Contingencies(blotter, self._outlooks, self._events, at)
        for event in events:
            self._outlooks.see(event)

    def all(self) -> list[Event]:
        looked_at = 0
        while looked_at < len(self._events):
            waiting: dict[int, Family] = {}
            while looked_at < len(self._events):
                event = self._events[looked_at]
                looked_at += 1
                order = _concerned(self._blotter, event, self._at.seq)
                if order is None:
                    continue
                if order.parent_seq is not None:
                    family = self._family(self._blotter.order(order.parent_seq))
                    family.of_child(event, order)
                    waiting[order.parent_seq] = family
                elif order.children:
                    waiting[order.order_seq] = self._family(order)
                if order.list_seq is not None:
                    self._contingencies.of_order(event, order)
            for family in waiting.values():
                family.go_on()
        self._contingencies.finish()
        return self._events

    def _family(self, parent: Order) -> Family:
        family = self._families.get(parent.order_seq)
        if family is None:
            kind = LegFamily if parent.special.legs else Family
            family = kind(self._blotter, self._outlooks, parent, self._events, self._at)
            self._families[parent.order_seq] = family
        return family
