"""A list of orders as its client sent it (NewOrderList): which orders, what they have to do with each other, what they
wait for. The orders themselves are orders like any other."""

from __future__ import annotations

from oms.events import ListReceived
from oms.types import Contingency


class OrderList:
    """Written to by the blotter only.

    `orders` are the `order_seq` of its orders, as the client arranged them; the first of an OTO list is the one that
    triggers the others. `executed`: its orders wait for no ListExecute(L), or it has come. `canceling`: its client has
    asked for the cancel of all. `refused`: none of its orders came to anything. `finished`: that all have ended was
    said."""

    __slots__ = (
        "canceling",
        "contingency",
        "executed",
        "finished",
        "list_id",
        "list_seq",
        "orders",
        "refused",
        "session",
    )

    def __init__(self, received: ListReceived) -> None:
        self.list_seq = received.seq
        self.session = received.session
        self.list_id = received.list_id
        self.contingency: Contingency = received.contingency
        self.orders = received.orders
        self.executed = not received.waits
        self.refused = bool(received.code)
        self.canceling = False
        self.finished = self.refused

    @property
    def primary(self) -> int:
        """The order that the others of an OTO list wait for."""
        return self.orders[0]

    def content(self) -> list[object]:
        """Everything, as plain values: for the state hash."""
        return [
            self.list_seq,
            self.session,
            self.list_id,
            self.contingency,
            list(self.orders),
            self.executed,
            self.refused,
            self.canceling,
            self.finished,
        ]

    def __repr__(self) -> str:
        return f"<list {self.list_id} {self.contingency} {len(self.orders)}>"
