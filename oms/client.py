"""One client session as the orders know it: the ClOrdIDs it has used, and how many requests it made of late."""

from __future__ import annotations

from oms.limits import Limits
from oms.order import Order
from oms.token_bucket import take


class Client:
    """Written to by the blotter only.

    `cl_ord_ids` has every ClOrdID that the session ever used, also in refused requests: no ClOrdID is ever used twice.
    Its value is the order that the request was about; None for a request of ours refused, which names no order.
    The buckets are those of `oms.token_bucket`, in ns."""

    __slots__ = ("cancels_full_at_ns", "cl_ord_ids", "messages_full_at_ns")

    def __init__(self) -> None:
        self.cl_ord_ids: dict[str, Order | None] = {}
        self.messages_full_at_ns = 0
        self.cancels_full_at_ns = 0

    def count_message(self, at_ns: int, limits: Limits) -> None:
        """A new order, replace or status request, whatever became of it."""
        self.messages_full_at_ns = take(self.messages_full_at_ns, at_ns, limits.messages)

    def count_cancel(self, at_ns: int, limits: Limits) -> None:
        self.cancels_full_at_ns = take(self.cancels_full_at_ns, at_ns, limits.cancels)

    def content(self) -> list[object]:
        """Everything, as plain values: for the state hash."""
        return [
            [[cl_ord_id, order and order.order_seq] for cl_ord_id, order in self.cl_ord_ids.items()],
            self.messages_full_at_ns,
            self.cancels_full_at_ns,
        ]
