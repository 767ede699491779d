"""The floor of the exchange: its orders, who placed them, and what happens to them in the books.

Everything is by the sequence number of the log: the command with number 17 makes the order 17, its reports are 17-1,
17-2, ... So the floor needs no clock and no chance, and the same commands with the same numbers make the same floor,
down to the last ExecID(17): recovery is to carry the logged commands out again and to drop what they say.

A command is checked before it is logged (`gateway.exchange.rules`) and never again: it must lead to the same book after
a restart even when the rules have been changed in between. `gateway.exchange.commands` says how it is kept.

A stop order waits outside of its book for a trade at or beyond its stop price, and comes in as market or limit order
then. An order with ExecInst(18)=6 that would trade when it comes in is accepted and canceled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from heapq import heappop, heappush
from typing import NamedTuple

from fixspec.numbers import parse_utc_timestamp
from fixspec.tags import ExecInst, ExecType, OrdStatus, OrdType, SecurityTradingStatus, Side, TimeInForce
from gateway.exchange.commands import CancelOrder, Command, ExpireOrder, NewOrder, ReplaceOrder
from gateway.exchange.stops import Stops
from oms import exact, types
from venues.matching import Book, BookOrder, Trade

TIMES_IN_FORCE = {
    TimeInForce.DAY: types.TimeInForce.DAY,
    TimeInForce.GOOD_TILL_CANCEL: types.TimeInForce.GOOD_TILL_CANCEL,
    TimeInForce.IMMEDIATE_OR_CANCEL: types.TimeInForce.IMMEDIATE_OR_CANCEL,
    TimeInForce.FILL_OR_KILL: types.TimeInForce.FILL_OR_KILL,
    TimeInForce.GOOD_TILL_DATE: types.TimeInForce.GOOD_TILL_DATE,
}
MARKET_TYPES = frozenset({OrdType.MARKET, OrdType.STOP})
"""Without a Price(44)."""
STOP_TYPES = frozenset({OrdType.STOP, OrdType.STOP_LIMIT})

# -- orders and what is told about them --------------------------------------------------------------------------------


class FloorOrder:
    """An order of the exchange, open or closed. `cl_ord_id` is the last accepted one, `number` makes its OrderID.

    `stop_px` is None but for a stop order that `waits` or has waited; `expire_ns` (UTC) for one that ends by itself."""

    __slots__ = (
        "account", "book_order", "cl_ord_id", "expire_ns", "expired", "notional", "number", "ord_type", "session",
        "side", "stop_px", "symbol", "time_in_force", "waits",
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
        self.waits = self.expired = False
        self.stop_px: Decimal | None = None
        self.expire_ns: int | None = None

    @property
    def is_open(self) -> bool:
        return self.waits or self.book_order.resting

    @property
    def leaves_qty(self) -> Decimal:
        """LeavesQty(151)."""
        return self.book_order.leaves_qty if self.is_open else exact.ZERO

    def avg_px(self) -> Decimal:
        """AvgPx(6), to 12 fraction digits; 0 while nothing has traded."""
        return average(self.notional, self.book_order.cum_qty)

    def ord_status(self) -> bytes:
        book_order = self.book_order
        if not book_order.leaves_qty:
            return OrdStatus.FILLED
        if not self.is_open:
            return OrdStatus.EXPIRED if self.expired else OrdStatus.CANCELED
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
        self.halted: set[bytes] = set()
        self.expiries: list[tuple[int, int]] = []
        """(ExpireTime(126) in ns, number) of orders that end by themselves, as a heap; some may have ended since."""
        self._stops = Stops()
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
        reports: list[Report] = []
        if isinstance(command, NewOrder):
            self._new(seq, command, reports)
            self._trigger(seq, command.symbol, reports)
        elif isinstance(command, CancelOrder):
            self._cancel(seq, command, reports)
        elif isinstance(command, ReplaceOrder):
            self._replace(seq, command, reports)
            self._trigger(seq, self.orders[command.order_number].symbol, reports)
        elif isinstance(command, ExpireOrder):
            self._expire(seq, command, reports)
        elif command.status == SecurityTradingStatus.TRADING_HALT:
            self.halted.add(command.symbol)
        else:
            self.halted.discard(command.symbol)
        return reports

    def expired_by(self, utc_ns: int) -> int | None:
        """The number of an open order whose time is over; None when there is none. Forgets those that have ended."""
        expiries = self.expiries
        while expiries and expiries[0][0] <= utc_ns:
            expire_ns, number = expiries[0]
            order = self.orders[number]
            if order.is_open and order.expire_ns == expire_ns:
                return number
            heappop(expiries)
        return None

    def _book(self, symbol: bytes) -> Book:
        book = self.books.get(symbol)
        if book is None:  # delisted since: only a recovery can come here
            book = self.books[symbol] = Book()
        return book

    def _new(self, seq: int, new: NewOrder, reports: list[Report]) -> None:
        buy, order_qty = new.side == Side.BUY, Decimal(new.order_qty.decode())
        price = _price(new.ord_type, new.price)
        display_qty = _number(new.display_qty)
        book, trades = self._book(new.symbol), list[Trade]()
        stop_px = _number(new.stop_px) if new.ord_type in STOP_TYPES else None
        waits = stop_px is not None and not _is_through(buy, stop_px, book.last_px)
        if waits:
            book_order = BookOrder(seq, buy, order_qty, price, display_qty)
        else:
            book_order, trades = book.submit(
                seq, buy, order_qty, price, TIMES_IN_FORCE[new.time_in_force], _post_only(new.exec_inst), display_qty
            )
        order = self.orders[seq] = FloorOrder(seq, new, book_order)
        self._numbers[new.session, new.cl_ord_id] = seq
        order.waits, order.stop_px = waits, stop_px
        if waits and stop_px is not None:
            self._stops.add(new.symbol, buy, stop_px, seq)
        self._expires(order, new.expire_time)
        reports.append(
            Report(
                order, (seq, 1), ExecType.NEW, OrdStatus.NEW, new.cl_ord_id, b"",
                exact.ZERO, book_order.order_qty, exact.ZERO, None, None, b"",
            )
        )  # fmt: skip
        if not order.is_open or trades:
            self._tell_trades(seq, order, trades, reports, _why_not_resting(new.time_in_force, new.exec_inst))

    def _expires(self, order: FloorOrder, expire_time: bytes) -> None:
        order.expire_ns = None
        if order.time_in_force == TimeInForce.GOOD_TILL_DATE:
            order.expire_ns = parse_utc_timestamp(expire_time)
            assert order.expire_ns is not None, "the rules check it"
            heappush(self.expiries, (order.expire_ns, order.number))

    def _cancel(self, seq: int, cancel: CancelOrder, reports: list[Report]) -> None:
        order = self.orders[cancel.order_number]
        self._take_out(order)
        self._numbers[order.session, cancel.cl_ord_id] = order.number
        reports.append(_report(order, (seq, 1), ExecType.CANCELED, cancel.cl_ord_id, order.cl_ord_id, b""))

    def _expire(self, seq: int, expire: ExpireOrder, reports: list[Report]) -> None:
        order = self.orders[expire.order_number]
        self._take_out(order)
        order.expired = True
        reports.append(_report(order, (seq, 1), ExecType.EXPIRED, order.cl_ord_id, b"", b"its time is over"))

    def _take_out(self, order: FloorOrder) -> None:
        if order.waits and order.stop_px is not None:
            self._stops.remove(order.symbol, order.book_order.buy, order.stop_px, order.number)
            order.waits = False
        else:
            self._book(order.symbol).cancel(order.number)

    def _replace(self, seq: int, replace: ReplaceOrder, reports: list[Report]) -> None:
        order = self.orders[replace.order_number]
        book_order, trades = order.book_order, list[Trade]()
        cum_qty = book_order.cum_qty
        order_qty, price = Decimal(replace.order_qty.decode()), _price(replace.ord_type, replace.price)
        display_qty, stop_px = _number(replace.display_qty), _number(replace.stop_px)
        if order.waits:
            trades = self._replace_waiting(order, replace, order_qty, price, display_qty, stop_px)
        else:
            post_only = _post_only(replace.exec_inst)
            time_in_force = TIMES_IN_FORCE[replace.time_in_force]
            result = self._book(order.symbol).replace(
                order.number, order_qty, price, time_in_force, post_only, display_qty
            )
            assert result is not None, f"command {seq} amends order {order.number}, which is not resting"
            trades = result[1]
        orig_cl_ord_id, order.cl_ord_id = order.cl_ord_id, replace.cl_ord_id
        order.ord_type, order.time_in_force = replace.ord_type, replace.time_in_force
        self._expires(order, replace.expire_time)
        self._numbers[order.session, replace.cl_ord_id] = order.number
        leaves_qty = book_order.order_qty - cum_qty
        if not leaves_qty:
            status = OrdStatus.FILLED
        else:
            status = OrdStatus.PARTIALLY_FILLED if cum_qty else OrdStatus.NEW
        reports.append(
            Report(
                order, (seq, 1), ExecType.REPLACED, status, replace.cl_ord_id, orig_cl_ord_id,
                cum_qty, leaves_qty, order.notional, None, None, b"",
            )
        )  # fmt: skip
        why = _why_not_resting(replace.time_in_force, replace.exec_inst)
        self._tell_trades(seq, order, trades, reports, why)

    def _replace_waiting(
        self,
        order: FloorOrder,
        replace: ReplaceOrder,
        order_qty: Decimal,
        price: Decimal | None,
        display_qty: Decimal | None,
        stop_px: Decimal | None,
    ) -> list[Trade]:
        """New terms of a stop order that waits; it waits for its new price, or comes in when it waits for none."""
        book_order = order.book_order
        self._take_out(order)
        book_order.order_qty = book_order.leaves_qty = order_qty
        book_order.price, book_order.display_qty = price, display_qty
        book = self._book(order.symbol)
        order.stop_px = stop_px if replace.ord_type in STOP_TYPES else None
        if order.stop_px is not None and not _is_through(book_order.buy, order.stop_px, book.last_px):
            self._stops.add(order.symbol, book_order.buy, order.stop_px, order.number)
            order.waits = True
            return []
        return book.bring_in(book_order, TIMES_IN_FORCE[replace.time_in_force])

    def _trigger(self, seq: int, symbol: bytes, reports: list[Report]) -> None:
        """Bring in the stop orders that the last trade has triggered, and those that they trigger."""
        book = self._book(symbol)
        while (number := self._stops.next_triggered(symbol, book.last_px)) is not None:
            order = self.orders[number]
            order.waits = False
            book_order = order.book_order
            reports.append(
                Report(
                    order, (seq, len(reports) + 1), TRIGGERED, OrdStatus.NEW, order.cl_ord_id, b"",
                    exact.ZERO, book_order.order_qty, exact.ZERO, None, None, b"triggered",
                )
            )  # fmt: skip
            trades = book.bring_in(book_order, TIMES_IN_FORCE[order.time_in_force])
            self._tell_trades(seq, order, trades, reports, _why_not_resting(order.time_in_force, b""))

    def _tell_trades(
        self, seq: int, aggressor: FloorOrder, trades: list[Trade], reports: list[Report], why_not_resting: bytes
    ) -> None:
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
            resting_leaves = trade.resting.order_qty - trade.resting_cum_qty
            reports.append(
                Report(
                    resting, (seq, len(reports) + 1), ExecType.TRADE,
                    OrdStatus.PARTIALLY_FILLED if resting_leaves else OrdStatus.FILLED,
                    resting.cl_ord_id, b"", trade.resting_cum_qty, resting_leaves, resting.notional,
                    trade.last_qty, trade.last_px, b"",
                )
            )  # fmt: skip
        if book_order.leaves_qty and not aggressor.is_open:
            reports.append(
                _report(
                    aggressor, (seq, len(reports) + 1), ExecType.CANCELED, aggressor.cl_ord_id, b"", why_not_resting
                )
            )


TRIGGERED = b"L"
"""ExecType(150), as FIX 5.0 has it."""

_WHY_NOT_RESTING = {
    TimeInForce.FILL_OR_KILL: b"fill or kill: the full quantity is not there",
    TimeInForce.IMMEDIATE_OR_CANCEL: b"immediate or cancel: no more quantity at this price",
}


def _why_not_resting(time_in_force: bytes, exec_inst: bytes) -> bytes:
    if _post_only(exec_inst):
        return b"participate, do not initiate: it would have traded at once"
    return _WHY_NOT_RESTING.get(time_in_force, b"no more quantity on the other side")


def _post_only(exec_inst: bytes) -> bool:
    return exec_inst == ExecInst.PARTICIPATE_DONT_INITIATE


def _price(ord_type: bytes, price: bytes) -> Decimal | None:
    return None if ord_type in MARKET_TYPES else Decimal(price.decode())


def _number(value: bytes) -> Decimal | None:
    return Decimal(value.decode()) if value else None


def _is_through(buy: bool, stop_px: Decimal, last_px: Decimal | None) -> bool:
    """A trade at this price triggers the order; before the first trade nothing does."""
    return last_px is not None and (last_px >= stop_px if buy else last_px <= stop_px)


def _report(
    order: FloorOrder, exec_id: tuple[int, int], exec_type: bytes, cl_ord_id: bytes, orig_cl_ord_id: bytes, text: bytes
) -> Report:
    """A report of the order as it stands now."""
    book_order = order.book_order
    return Report(
        order, exec_id, exec_type, order.ord_status(), cl_ord_id, orig_cl_ord_id, book_order.cum_qty,
        order.leaves_qty, order.notional, None, None, text,
    )  # fmt: skip
