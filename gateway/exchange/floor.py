"""The floor of the exchange: its orders, who placed them, and what happens to them in the books.

Everything is by the sequence number of the log: the command with number 17 makes the order 17, its reports are 17-1,
17-2, ... So the floor needs no clock and no chance, and the same commands with the same numbers make the same floor,
down to the last ExecID(17): recovery is to carry the logged commands out again and to drop what they say.

A command is checked before it is logged (`gateway.exchange.rules`) and never again: it must lead to the same book after
a restart even when the rules have been changed in between. It is kept as the FIX values it came with, joined by SOH,
which no FIX value can contain: `D|session|ClOrdID|Account|Symbol|Side|OrdType|TimeInForce|OrderQty|Price`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from fixspec.message import SOH
from fixspec.tags import ExecType, OrdStatus, OrdType, Side, TimeInForce
from oms import exact, types
from venues.matching import Book, BookOrder, Trade

TIMES_IN_FORCE = {
    TimeInForce.DAY: types.TimeInForce.DAY,
    TimeInForce.GOOD_TILL_CANCEL: types.TimeInForce.GOOD_TILL_CANCEL,
    TimeInForce.IMMEDIATE_OR_CANCEL: types.TimeInForce.IMMEDIATE_OR_CANCEL,
    TimeInForce.FILL_OR_KILL: types.TimeInForce.FILL_OR_KILL,
}

# -- commands: as they came, as they are logged ------------------------------------------------------------------------


class NewOrder(NamedTuple):
    """An accepted NewOrderSingle(D). `price` is b"" for a market order, `account` may be b""."""

    session: str
    cl_ord_id: bytes
    account: bytes
    symbol: bytes
    side: bytes
    ord_type: bytes
    time_in_force: bytes
    order_qty: bytes
    price: bytes


class CancelOrder(NamedTuple):
    """An accepted OrderCancelRequest(F) for the order with that number."""

    order_number: int
    cl_ord_id: bytes


class ReplaceOrder(NamedTuple):
    """An accepted OrderCancelReplaceRequest(G) for the order with that number: all that it may change, in full."""

    order_number: int
    cl_ord_id: bytes
    ord_type: bytes
    time_in_force: bytes
    order_qty: bytes
    price: bytes


Command = NewOrder | CancelOrder | ReplaceOrder


def encode_command(command: Command) -> bytes:
    """The command for the log."""
    if isinstance(command, NewOrder):
        return SOH.join((b"D", command.session.encode(), *command[1:]))
    kind = b"F" if isinstance(command, CancelOrder) else b"G"
    return SOH.join((kind, b"%d" % command.order_number, *command[1:]))


def decode_command(payload: bytes) -> Command:
    """The command that `encode_command` wrote. Raises ValueError for any other bytes: the log is not an exchange's."""
    kind, who, *values = payload.split(SOH)
    if kind == b"D" and len(values) == 8:
        return NewOrder(who.decode(), *values)
    if kind == b"F" and len(values) == 1:
        return CancelOrder(int(who), *values)
    if kind == b"G" and len(values) == 5:
        return ReplaceOrder(int(who), *values)
    raise ValueError(f"not a command of an exchange: {payload[:80]!r}")


# -- orders and what is told about them --------------------------------------------------------------------------------


class FloorOrder:
    """An order of the exchange, open or closed. `cl_ord_id` is the last accepted one, `number` makes its OrderID."""

    __slots__ = (
        "account", "book_order", "cl_ord_id", "notional", "number", "ord_type", "session", "side", "symbol",
        "time_in_force",
    )  # fmt: skip

    def __init__(self, number: int, new: NewOrder, book_order: BookOrder) -> None:
        self.number = number
        self.session = new.session
        self.cl_ord_id = new.cl_ord_id
        self.account = new.account
        self.symbol = new.symbol
        self.side = new.side
        self.ord_type = new.ord_type
        self.time_in_force = new.time_in_force
        self.book_order = book_order
        self.notional = exact.ZERO

    @property
    def is_open(self) -> bool:
        return self.book_order.resting

    def avg_px(self) -> Decimal:
        """AvgPx(6), to 12 fraction digits; 0 while nothing has traded."""
        return average(self.notional, self.book_order.cum_qty)

    def ord_status(self) -> bytes:
        book_order = self.book_order
        if not book_order.leaves_qty:
            return OrdStatus.FILLED
        if not book_order.resting:
            return OrdStatus.CANCELED
        return OrdStatus.PARTIALLY_FILLED if book_order.cum_qty else OrdStatus.NEW


def average(notional: Decimal, cum_qty: Decimal) -> Decimal:
    """AvgPx(6) of an order that has traded `cum_qty` for `notional`, to 12 fraction digits; 0 before any trade."""
    return exact.quotient_for_display(notional, cum_qty) if cum_qty else exact.ZERO


class Report(NamedTuple):
    """One thing to tell the owner of `order`, with the figures of that moment. `exec_type` is in the words of FIX 4.4.

    `exec_id` is (number of the command, position among its reports); `orig_cl_ord_id` and `text` may be b""."""

    order: FloorOrder
    exec_id: tuple[int, int]
    exec_type: bytes
    ord_status: bytes
    cl_ord_id: bytes
    orig_cl_ord_id: bytes
    cum_qty: Decimal
    leaves_qty: Decimal
    notional: Decimal
    last_qty: Decimal | None
    last_px: Decimal | None
    text: bytes


class Floor:
    """All orders and books. `books` has one for each symbol that was ever traded or listed."""

    def __init__(self, symbols: Iterable[bytes]) -> None:
        self.books: dict[bytes, Book] = {symbol: Book() for symbol in symbols}
        self.orders: dict[int, FloorOrder] = {}
        self._numbers: dict[tuple[str, bytes], int] = {}

    def find(self, session: str, cl_ord_id: bytes) -> FloorOrder | None:
        """The order that any accepted request with that ClOrdID(11) of that session belongs to."""
        number = self._numbers.get((session, cl_ord_id))
        return None if number is None else self.orders[number]

    def open_orders(self, session: str) -> Iterator[FloorOrder]:
        """The session's resting orders, oldest first."""
        return (order for order in self.orders.values() if order.session == session and order.is_open)

    def carry_out(self, seq: int, command: Command) -> list[Report]:
        """Carry out the command with that number of the log. Returns what is to be told, in order."""
        if isinstance(command, NewOrder):
            return self._new(seq, command)
        if isinstance(command, CancelOrder):
            return self._cancel(seq, command)
        return self._replace(seq, command)

    def _new(self, seq: int, new: NewOrder) -> list[Report]:
        book = self.books.get(new.symbol)
        if book is None:  # delisted since: only a recovery can come here
            book = self.books[new.symbol] = Book()
        book_order, trades = book.submit(
            seq,
            new.side == Side.BUY,
            Decimal(new.order_qty.decode()),
            None if new.ord_type == OrdType.MARKET else Decimal(new.price.decode()),
            TIMES_IN_FORCE[new.time_in_force],
        )
        order = FloorOrder(seq, new, book_order)
        self.orders[seq] = order
        self._numbers[new.session, new.cl_ord_id] = seq
        accepted = Report(
            order, (seq, 1), ExecType.NEW, OrdStatus.NEW, new.cl_ord_id, b"",
            exact.ZERO, book_order.order_qty, exact.ZERO, None, None, b"",
        )  # fmt: skip
        if book_order.resting and not trades:
            return [accepted]
        reports = [accepted]
        self._tell_trades(seq, order, trades, reports)
        return reports

    def _cancel(self, seq: int, cancel: CancelOrder) -> list[Report]:
        order = self.orders[cancel.order_number]
        self.books[order.symbol].cancel(order.number)
        self._numbers[order.session, cancel.cl_ord_id] = order.number
        return [_report(order, (seq, 1), ExecType.CANCELED, cancel.cl_ord_id, order.cl_ord_id, b"")]

    def _replace(self, seq: int, replace: ReplaceOrder) -> list[Report]:
        order = self.orders[replace.order_number]
        book_order = order.book_order
        cum_qty = book_order.cum_qty
        result = self.books[order.symbol].replace(
            order.number,
            Decimal(replace.order_qty.decode()),
            None if replace.ord_type == OrdType.MARKET else Decimal(replace.price.decode()),
            TIMES_IN_FORCE[replace.time_in_force],
        )
        assert result is not None, f"command {seq} amends order {order.number}, which is not resting"
        orig_cl_ord_id, order.cl_ord_id = order.cl_ord_id, replace.cl_ord_id
        order.ord_type, order.time_in_force = replace.ord_type, replace.time_in_force
        self._numbers[order.session, replace.cl_ord_id] = order.number
        leaves_qty = book_order.order_qty - cum_qty
        if not leaves_qty:
            status = OrdStatus.FILLED
        else:
            status = OrdStatus.PARTIALLY_FILLED if cum_qty else OrdStatus.NEW
        replaced = Report(
            order, (seq, 1), ExecType.REPLACED, status, replace.cl_ord_id, orig_cl_ord_id,
            cum_qty, leaves_qty, order.notional, None, None, b"",
        )  # fmt: skip
        reports = [replaced]
        self._tell_trades(seq, order, result[1], reports)
        return reports

    def _tell_trades(self, seq: int, aggressor: FloorOrder, trades: list[Trade], reports: list[Report]) -> None:
        """Both sides of each trade, and the end of an aggressor that its terms do not let rest."""
        book_order = aggressor.book_order
        order_qty, cum_qty = book_order.order_qty, book_order.cum_qty
        for trade in trades:
            cum_qty -= trade.last_qty
        for trade in trades:
            cum_qty += trade.last_qty
            leaves_qty = order_qty - cum_qty
            resting = self.orders[trade.resting.order_id]
            value = exact.multiply(trade.last_qty, trade.last_px)
            aggressor.notional = exact.add(aggressor.notional, value)
            resting.notional = exact.add(resting.notional, value)
            reports.append(
                Report(
                    aggressor, (seq, len(reports) + 1), ExecType.TRADE,
                    OrdStatus.PARTIALLY_FILLED if leaves_qty else OrdStatus.FILLED,
                    aggressor.cl_ord_id, b"", cum_qty, leaves_qty, aggressor.notional,
                    trade.last_qty, trade.last_px, b"",
                )
            )  # fmt: skip
            resting_leaves = trade.resting.leaves_qty
            reports.append(
                Report(
                    resting, (seq, len(reports) + 1), ExecType.TRADE,
                    OrdStatus.PARTIALLY_FILLED if resting_leaves else OrdStatus.FILLED,
                    resting.cl_ord_id, b"", trade.resting.cum_qty, resting_leaves, resting.notional,
                    trade.last_qty, trade.last_px, b"",
                )
            )  # fmt: skip
        if book_order.leaves_qty and not book_order.resting:
            text = _WHY_NOT_RESTING.get(aggressor.time_in_force, b"no more quantity on the other side")
            reports.append(
                _report(aggressor, (seq, len(reports) + 1), ExecType.CANCELED, aggressor.cl_ord_id, b"", text)
            )


_WHY_NOT_RESTING = {
    TimeInForce.FILL_OR_KILL: b"fill or kill: the full quantity is not there",
    TimeInForce.IMMEDIATE_OR_CANCEL: b"immediate or cancel: no more quantity at this price",
}


def _report(
    order: FloorOrder, exec_id: tuple[int, int], exec_type: bytes, cl_ord_id: bytes, orig_cl_ord_id: bytes, text: bytes
) -> Report:
    """A report of the order as it stands now."""
    book_order = order.book_order
    return Report(
        order, exec_id, exec_type, order.ord_status(), cl_ord_id, orig_cl_ord_id, book_order.cum_qty,
        book_order.leaves_qty if book_order.resting else exact.ZERO, order.notional, None, None, text,
    )  # fmt: skip
