"""One client session as the orders know it: the ClOrdIDs it has used, how many requests it made of late, and, where its
orders are canceled when it leaves, whether it is there."""

from __future__ import annotations

from oms.entitlements import Entitlement, Rights
from oms.limits import Limits, Rate
from oms.special_terms import SpecialTerms
from oms.token_bucket import take
from oms.types import ExecInst


class Client:
    """Written to by the blotter only.

    `cl_ord_ids` has every ClOrdID that the session has used today, also in refused requests, and those of its orders
    that are still open: none of them may be used for another request. Its value is the `order_seq` of the order that
    the request was about; None for one that we refused, which names no order.
    The buckets are those of `oms.token_bucket`, in ns. `messages` and `cancels` are rates of its own, None for those of
    the limits; `rights` what it may trade, None for anything. `is_bound` says that it has sent an order that is to be
    canceled when its connection is lost. `cancel_at_ns` (UTC) is when the orders of one that is away are to be
    canceled."""

    __slots__ = (
        "cancel_at_ns",
        "cancels",
        "cancels_full_at_ns",
        "cl_ord_ids",
        "is_bound",
        "is_present",
        "messages",
        "messages_full_at_ns",
        "rights",
    )

    def __init__(self) -> None:
        self.cl_ord_ids: dict[str, int | None] = {}
        self.messages_full_at_ns = 0
        self.cancels_full_at_ns = 0
        self.messages: Rate | None = None
        self.cancels: Rate | None = None
        self.is_bound = False
        self.is_present = False
        self.cancel_at_ns: int | None = None
        self.rights: Rights | None = None

    @property
    def entitlement(self) -> Entitlement | None:
        return None if self.rights is None else self.rights.entitlement

    def entitle(self, entitlement: Entitlement | None) -> None:
        self.rights = None if entitlement is None else Rights(entitlement)

    def bind(self, special: SpecialTerms | None) -> None:
        """Whoever sends an order that ends with its connection is there, and is watched from then on."""
        if special is not None and ExecInst.CANCEL_ON_CONNECTION_LOSS in special.exec_inst:
            self.is_bound = self.is_present = True
            self.cancel_at_ns = None

    def count_message(self, at_ns: int, limits: Limits) -> None:
        """A new order, replace or status request, whatever became of it."""
        self.messages_full_at_ns = take(self.messages_full_at_ns, at_ns, self.messages or limits.messages)

    def count_cancel(self, at_ns: int, limits: Limits) -> None:
        self.cancels_full_at_ns = take(self.cancels_full_at_ns, at_ns, self.cancels or limits.cancels)

    def content(self) -> list[object]:
        """Everything, as plain values: for the state hash."""
        return [
            list(self.cl_ord_ids.items()),
            self.messages_full_at_ns,
            self.cancels_full_at_ns,
            self.messages,
            self.cancels,
            self.is_bound,
            self.is_present,
            self.cancel_at_ns,
            self.entitlement,
        ]
