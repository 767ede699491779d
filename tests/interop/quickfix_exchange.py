"""A stock QuickFIX acceptor as exchange: `python -m tests.interop.quickfix_exchange settings.cfg`. See quickfix_side.

It accepts every order, cancel and replace at once, and fills only when the test says so, so that each test is in charge
of its own prices and times. More commands than `quickfix_side` has:

    {"command": "mute", "on": true}        carry out what comes and answer nothing, as a venue whose answers are lost
    {"command": "hold", "on": true}        look at requests only when the hold is over, as a venue that is slow
    {"command": "refuse", "on": true}      reject new orders, cancels and replaces from now on
    {"command": "fill", "cl_ord_id": "...", "last_qty": "1", "last_px": "50000"}     of the order with this last ClOrdID
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import quickfix as fix

from tests.interop.quickfix_side import Side, get, obey, say, send

NEW, PARTIALLY_FILLED, FILLED, CANCELED, REPLACED, REJECTED = "0", "1", "2", "4", "5", "8"
TRADE, ORDER_STATUS = "F", "I"
REFERENCE_PRICE = "50000"


@dataclass
class Order:
    """One order of the book, under the ClOrdID of its last accepted request."""

    order_id: str
    cl_ord_id: str
    symbol: str
    side: str
    order_qty: Decimal
    price: str
    cum_qty: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    canceled: bool = False
    rejected: bool = False

    @property
    def ord_status(self) -> str:
        if self.canceled or self.rejected:
            return CANCELED if self.canceled else REJECTED
        if self.cum_qty >= self.order_qty:
            return FILLED
        return PARTIALLY_FILLED if self.cum_qty else NEW

    @property
    def leaves_qty(self) -> Decimal:
        return Decimal(0) if self.canceled or self.rejected else self.order_qty - self.cum_qty

    def fields(self) -> list[tuple[int, str]]:
        average = self.value / self.cum_qty if self.cum_qty else Decimal(0)
        fields = [
            (37, self.order_id), (11, self.cl_ord_id), (55, self.symbol), (54, self.side), (38, f"{self.order_qty:f}"),
            (39, self.ord_status), (151, f"{self.leaves_qty:f}"), (14, f"{self.cum_qty:f}"), (6, f"{average:f}"),
        ]  # fmt: skip
        return fields + ([(44, self.price)] if self.price else [])


class Exchange(Side):
    """The book, and the answers by the standard."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, Order] = {}
        """By every ClOrdID that an order has had."""
        self.muted = self.refusing = self.holding = False
        self.held: list[tuple[str, fix.Message]] = []
        self._ids = itertools.count(1)

    # -- what comes ----------------------------------------------------------------------------------------------

    def received(self, message: fix.Message, session_id: fix.SessionID) -> None:
        msg_type = message.getHeader().getField(35)
        if self.holding and msg_type in ("D", "F", "G"):
            self.held.append((msg_type, fix.Message(message)))
            return
        self.look_at(msg_type, message)

    def look_at(self, msg_type: str, message: fix.Message) -> None:
        answer = {
            "D": self.new_order, "F": self.cancel, "G": self.replace, "H": self.status, "V": self.market_data,
        }.get(msg_type)  # fmt: skip
        if answer is None:
            raise ValueError(f"the exchange does not expect MsgType(35)={msg_type}")
        answer(message)

    def new_order(self, message: fix.Message) -> None:
        cl_ord_id = get(message, 11)
        if cl_ord_id in self.orders:
            say("failed", text=f"ClOrdID(11)={cl_ord_id} was sent twice")
            return
        order = Order(
            f"X{next(self._ids)}", cl_ord_id, get(message, 55), get(message, 54), Decimal(get(message, 38)),
            get(message, 44),
        )  # fmt: skip
        if self.refusing:
            order.rejected = True
            self.report(order, REJECTED, (58, "closed for the day"))
            return
        self.orders[cl_ord_id] = order
        self.report(order, NEW)

    def cancel(self, message: fix.Message) -> None:
        order = self.orders.get(get(message, 41))
        if order is None or self.refusing or not order.leaves_qty:
            self.cancel_reject(message, order, "1")
            return
        self.renamed(order, message)
        order.canceled = True
        self.report(order, CANCELED, (41, get(message, 41)))

    def replace(self, message: fix.Message) -> None:
        order = self.orders.get(get(message, 41))
        if order is None or self.refusing or not order.leaves_qty:
            self.cancel_reject(message, order, "2")
            return
        self.renamed(order, message)
        order.order_qty, order.price = Decimal(get(message, 38)), get(message, 44)
        self.report(order, REPLACED, (41, get(message, 41)))

    def status(self, message: fix.Message) -> None:
        order = self.orders.get(get(message, 11))
        if order is not None:
            self.report(order, ORDER_STATUS)
            return
        unknown = Order("NONE", get(message, 11), get(message, 55), get(message, 54), Decimal(0), "", rejected=True)
        self.report(unknown, ORDER_STATUS, (103, "5"), (58, "unknown order"))

    def market_data(self, message: fix.Message) -> None:
        """A snapshot for each symbol that is asked for, and nothing after it."""
        related = fix.Group(146, 55)
        for index in range(1, int(get(message, 146)) + 1):
            message.getGroup(index, related)
            snapshot = fix.Message()
            snapshot.getHeader().setField(35, "W")
            snapshot.setField(262, get(message, 262))
            snapshot.setField(55, related.getField(55))
            for entry_type in ("0", "1"):
                entry = fix.Group(268, 269)
                entry.setField(269, entry_type)
                entry.setField(270, REFERENCE_PRICE)
                entry.setField(271, "100")
                snapshot.addGroup(entry)
            fix.Session.sendToTarget(snapshot, self.sessions[0])

    # -- what goes -----------------------------------------------------------------------------------------------

    def renamed(self, order: Order, message: fix.Message) -> None:
        order.cl_ord_id = get(message, 11)
        self.orders[order.cl_ord_id] = order

    def exec_id(self) -> str:
        return f"E{next(self._ids)}"

    def report(self, order: Order, exec_type: str, *more: tuple[int, str]) -> None:
        """FIX 4.2 knows no ExecType F and I: it says 1 or 2, and ExecTransType(20)=3 for a status."""
        fields = [*order.fields(), (17, self.exec_id()), *more]
        if not self.is_fix42:
            fields.append((150, exec_type))
        else:
            fields.append((20, "3" if exec_type == ORDER_STATUS else "0"))
            fields.append((150, order.ord_status if exec_type in (TRADE, ORDER_STATUS) else exec_type))
        self.answer("8", fields)

    @property
    def is_fix42(self) -> bool:
        version: str = self.sessions[0].getBeginString().getValue()
        return version == "FIX.4.2"

    def cancel_reject(self, message: fix.Message, order: Order | None, response_to: str) -> None:
        self.answer("9", [
            (37, order.order_id if order else "NONE"), (11, get(message, 11)), (41, get(message, 41)),
            (39, order.ord_status if order else REJECTED), (434, response_to), (102, "0" if order else "1"),
            (58, "too late" if order else "unknown order"),
        ])  # fmt: skip

    def answer(self, msg_type: str, fields: list[tuple[int, str]]) -> None:
        if not self.muted:
            send([(35, msg_type), *fields], self.sessions[0])

    # -- what the test wants -------------------------------------------------------------------------------------

    def carry_out(self, command: Mapping[str, Any]) -> None:
        name = command["command"]
        if name == "mute":
            self.muted = command["on"]
        elif name == "hold":
            self.holding = command["on"]
            while self.held and not self.holding:
                self.look_at(*self.held.pop(0))
        elif name == "refuse":
            self.refusing = command["on"]
        elif name == "fill":
            order = self.orders[command["cl_ord_id"]]
            last_qty, last_px = Decimal(command["last_qty"]), Decimal(command["last_px"])
            order.cum_qty += last_qty
            order.value += last_qty * last_px
            self.report(order, TRADE, (32, command["last_qty"]), (31, command["last_px"]))
        else:
            super().carry_out(command)
            return
        say("done", command=name)


def main() -> None:
    settings = fix.SessionSettings(sys.argv[1])
    exchange = Exchange()
    stores = fix.FileStoreFactory(settings)
    acceptor = fix.SocketAcceptor(exchange, stores, settings)
    acceptor.start()
    say("listening")
    obey(exchange)
    acceptor.stop()


if __name__ == "__main__":
    main()
