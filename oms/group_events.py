"""Events about several orders at once, lists and mass cancels, and about a trade that its client does not know.

They are part of `oms.events`, whose rules hold for them."""

from __future__ import annotations

from oms.event import Event
from oms.types import Contingency, RejectReason, Side


class TradeDisputed(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A client does not know a trade that we reported: DontKnowTrade(Q). It changes no position. Since schema 3."""

    session: str
    order_id: str
    exec_id: str
    """OrderID(37) and ExecID(17) as the client wrote them."""
    order_seq: int | None
    dk_reason: str
    """DKReason(127), the character."""
    text: str


class PartRefused(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A part of an order does not go to this venue, where it was not meant to go when the order came in: `text` of the
    gate. It changes nothing; what becomes of the part follows, or it waits. Since schema 3."""

    order_seq: int
    """The parent."""
    venue: str
    code: str
    text: str


class ListReceived(Event, frozen=True, gc=False, array_like=True, tag=True):
    """NewOrderList(E). An OrderReceived of each of the `orders` (`order_seq`) follows, and what becomes of it; or, when
    it is refused whole, an OrderRefused. Since schema 3."""

    session: str
    list_id: str
    contingency: Contingency
    waits: bool
    """For ListExecute(L): ListExecInstType(433) is not 1."""
    orders: tuple[int, ...]
    code: str = ""
    text: str = ""
    """Why the whole list is refused; '' when it is not."""


class ListRefused(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A list of which no order came: it cannot be read as one. Its identifiers are spent. Since schema 3."""

    session: str
    list_id: str
    cl_ord_ids: tuple[str, ...]
    code: str
    text: str


class ListExecuted(Event, frozen=True, gc=False, array_like=True, tag=True):
    """ListExecute(L): the orders that waited for it go on, by events of their own. Since schema 3."""

    session: str
    list_seq: int


class ListCancelRequested(Event, frozen=True, gc=False, array_like=True, tag=True):
    """ListCancelRequest(K). A CancelRequested, or OrderCanceled, of each order that is open follows. Since schema 3."""

    session: str
    list_seq: int


class ListRequestRefused(Event, frozen=True, gc=False, array_like=True, tag=True):
    """ListExecute(L) or ListCancelRequest(K) of which nothing comes. Since schema 3."""

    session: str
    list_id: str
    code: str
    text: str


class ListFinished(Event, frozen=True, gc=False, array_like=True, tag=True):
    """Every order of the list is filled or has ended. Said once. Since schema 3."""

    session: str
    list_seq: int


class MassCancelRequested(Event, frozen=True, gc=False, array_like=True, tag=True):
    """OrderMassCancelRequest(q). A CancelRequested for each of the `orders` follows. Since schema 3."""

    session: str
    cl_ord_id: str
    scope: str
    """MassCancelRequestType(530), the character."""
    symbol: str
    side: Side | None
    orders: tuple[int, ...]
    """The `order_seq` of each."""


class MassCancelRefused(Event, frozen=True, gc=False, array_like=True, tag=True):
    session: str
    cl_ord_id: str
    scope: str
    code: str
    reason: RejectReason
    text: str
