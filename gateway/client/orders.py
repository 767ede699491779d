"""What the client knows of its orders: what it asked for, and what the reports said since.

The gateway's reports are the truth; nothing is computed here. A report is absolute (CumQty, LeavesQty, AvgPx), so a
report that comes twice changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from fixspec import names, tags
from fixspec.tags import MsgType
from gateway.client.wire import WireMessage

# ExecType(150) and OrdStatus(39), by name, as the states that `wait` knows. A fill is told by OrdStatus alone.
STATE_OF_EXEC_TYPE = {
    "NEW": "new",
    "CANCELED": "canceled",
    "REPLACED": "replaced",
    "REJECTED": "rejected",
    "EXPIRED": "expired",
}
STATE_OF_ORD_STATUS = {
    "NEW": "new",
    "PARTIALLY_FILLED": "partial",
    "FILLED": "filled",
    "CANCELED": "canceled",
    "REJECTED": "rejected",
    "EXPIRED": "expired",
}
IN_A_REJECT = "rejected"


@dataclass(slots=True)
class ClientOrder:
    """One order. Numbers are kept as the text of the wire; `seen`: its states since the last command about it."""

    number: int
    cl_ord_id: str  # the last one that the gateway accepted, or the first
    symbol: str
    side: str  # BUY or SELL
    order_qty: str
    price: str = ""  # empty: a market order
    time_in_force: str = ""  # wire value; empty: not sent
    account: str = ""
    order_id: str = ""
    ord_status: str = "SENT"
    cum_qty: str = "0"
    leaves_qty: str = ""
    avg_px: str = "0"
    text: str = ""
    requests: dict[str, list[str]] = field(default_factory=dict)  # ClOrdID of a cancel or replace -> [qty, price] asked
    seen: list[str] = field(default_factory=list)

    def ids(self) -> set[str]:
        return {self.cl_ord_id, *self.requests}


class Orders:
    """All orders of this client, by number, ClOrdID and the MsgSeqNum of the last requests."""

    def __init__(self, records: list[dict[str, Any]] | None = None) -> None:
        self.all = [ClientOrder(**record) for record in records or []]
        self._by_seq: dict[int, ClientOrder] = {}

    def records(self) -> list[dict[str, Any]]:
        """For the memory file; the constructor takes them back."""
        return [asdict(order) for order in self.all]

    def add(self, order: ClientOrder, seq: int) -> None:
        self.all.append(order)
        self._by_seq[seq] = order

    def asked(self, order: ClientOrder, seq: int, cl_ord_id: str, wanted: list[str] | None = None) -> None:
        """A command about an order went out. wanted: [OrderQty, Price] of a replace, [] of a cancel."""
        order.seen.clear()
        self._by_seq[seq] = order
        if wanted is not None:
            order.requests[cl_ord_id] = wanted

    def find(self, ref: str | None) -> ClientOrder | None:
        """By number in the list or by any of its ClOrdIDs; None: the last one."""
        if ref is None:
            return self.all[-1] if self.all else None
        for order in reversed(self.all):
            if ref in order.ids() or ref == str(order.number):
                return order
        return None

    def next_number(self) -> int:
        return self.all[-1].number + 1 if self.all else 1

    def apply(self, message: WireMessage) -> ClientOrder | None:
        """Take in a report or reject. Returns the order it is about, None if it is about none of ours."""
        if message.msg_type == MsgType.EXECUTION_REPORT:
            return self._on_report(message)
        if message.msg_type == MsgType.ORDER_CANCEL_REJECT:
            return self._on_reject(message, self._by_ids(message, tags.CL_ORD_ID, tags.ORIG_CL_ORD_ID))
        if message.msg_type in (MsgType.REJECT, MsgType.BUSINESS_MESSAGE_REJECT):
            of_seq = self._by_seq.get(message.number(tags.REF_SEQ_NUM) or 0)
            order = self._on_reject(message, of_seq or self._by_ids(message, tags.BUSINESS_REJECT_REF_ID))
            if order and order.ord_status == "SENT":
                order.ord_status = "REJECTED"
            return order
        return None

    def _by_ids(self, message: WireMessage, *id_tags: bytes) -> ClientOrder | None:
        for tag in id_tags:
            order_id = _text(message, tag)
            for order in reversed(self.all):
                if order_id and order_id in order.ids():
                    return order
        return None

    def _on_report(self, message: WireMessage) -> ClientOrder | None:
        order = self._by_ids(message, tags.CL_ORD_ID, tags.ORIG_CL_ORD_ID)
        if order is None:
            return None
        exec_type = names.enum_name(tags.EXEC_TYPE, message.get(tags.EXEC_TYPE) or b"") or ""
        order.ord_status = names.enum_name(tags.ORD_STATUS, message.get(tags.ORD_STATUS) or b"") or "?"
        order.order_id = _text(message, tags.ORDER_ID) or order.order_id
        order.cum_qty = _text(message, tags.CUM_QTY) or order.cum_qty
        order.leaves_qty = _text(message, tags.LEAVES_QTY) or order.leaves_qty
        order.avg_px = _text(message, tags.AVG_PX) or order.avg_px
        order.text = _text(message, tags.TEXT)
        if exec_type == "REPLACED":
            self._replaced(order, message)
        for state in (STATE_OF_EXEC_TYPE.get(exec_type), STATE_OF_ORD_STATUS.get(order.ord_status)):
            if state and state not in order.seen:
                order.seen.append(state)
        return order

    def _replaced(self, order: ClientOrder, message: WireMessage) -> None:
        order.requests.setdefault(order.cl_ord_id, [])  # it can still be found by its former name
        order.cl_ord_id = _text(message, tags.CL_ORD_ID) or order.cl_ord_id
        wanted = order.requests.get(order.cl_ord_id) or ["", ""]
        order.order_qty = _text(message, tags.ORDER_QTY) or wanted[0] or order.order_qty
        order.price = _text(message, tags.PRICE) or wanted[1] or order.price

    def _on_reject(self, message: WireMessage, order: ClientOrder | None) -> ClientOrder | None:
        if order is not None:
            order.text = _text(message, tags.TEXT)
            order.seen.append(IN_A_REJECT)
        return order


def decimal_text(value: Decimal) -> str:
    """Plain notation: 1.5, never 1E+5."""
    return f"{value:f}"


def _text(message: WireMessage, tag: bytes) -> str:
    return (message.get(tag) or b"").decode("ascii", "replace")
