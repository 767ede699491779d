"""The simulated exchange: an application on the same spine as the gateway (`gateway.turn`).

Any session may trade with any other through the books; `gateway.exchange.floor` says what happens, this file says what
is accepted, and who hears of it. What it answers, and how:

    NewOrderSingle(D)               8, both sides of each trade at once; 8 150=8 when refused
    OrderCancelRequest(F)           8 150=4, or 9
    OrderCancelReplaceRequest(G)    8 150=5 and the trades it leads to, or 9
    OrderStatusRequest(H)           8 150=I; an unknown order is 39=8 103=5
    OrderMassStatusRequest(AF)      8 150=I for each open order of the session
    MarketDataRequest(V)            W, and W again as the book changes; or Y
    anything else                   BusinessMessageReject(j), 380=3; 380=5 for a message that names nothing

A halt of a symbol is told to every member by SecurityStatus(f); until it is lifted only cancels are taken.

OrigClOrdID(41) must be the ClOrdID of the last accepted request of the order, as FIX defines it. Requests are carried
out one by one, so nothing is ever pending here and a cancel of a filled order is simply too late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fixspec import tags
from fixspec.message import Message
from fixspec.numbers import format_utc_timestamp
from fixspec.tags import (
    CxlRejReason,
    CxlRejResponseTo,
    MsgType,
    OrdRejReason,
    SecurityTradingStatus,
    TimeInForce,
)
from gateway.exchange import reports
from gateway.exchange.commands import (
    CancelOrder,
    Command,
    ExpireOrder,
    NewOrder,
    ReplaceOrder,
    SetStatus,
    decode_command,
    encode_command,
)
from gateway.exchange.floor import MARKET_TYPES, Floor, FloorOrder
from gateway.exchange.house import House
from gateway.exchange.prices import PriceFeed
from gateway.exchange.rules import ExchangeSettings, Refused, refuse_terms, special_of
from gateway.failures import MemoryUnknown
from gateway.translate.dialect import Dialect
from gateway.turn import Turn
from oms.commands import SetSymbolStatus
from oms.types import SymbolStatus

# What must be there whatever the dictionary says: FIX 5.0 SP2 does not require OrigClOrdID(41), but without it a
# request names no order.
_REQUIRED: Mapping[bytes, tuple[bytes, ...]] = {
    MsgType.NEW_ORDER_SINGLE: (tags.CL_ORD_ID,),
    MsgType.ORDER_CANCEL_REQUEST: (tags.CL_ORD_ID, tags.ORIG_CL_ORD_ID),
    MsgType.ORDER_CANCEL_REPLACE_REQUEST: (tags.CL_ORD_ID, tags.ORIG_CL_ORD_ID),
    MsgType.ORDER_MASS_STATUS_REQUEST: (tags.MASS_STATUS_REQ_ID,),
    MsgType.MARKET_DATA_REQUEST: (tags.MD_REQ_ID,),
}
# BusinessRejectReason(380)
_UNSUPPORTED_MESSAGE_TYPE = b"3"
_CONDITIONALLY_REQUIRED_FIELD_MISSING = b"5"


_ORDERS_A_TURN = 100
_STATUS = {
    SymbolStatus.TRADING: SecurityTradingStatus.RESUME,
    SymbolStatus.HALTED: SecurityTradingStatus.TRADING_HALT,
    SymbolStatus.CLOSED: SecurityTradingStatus.TRADING_HALT,
}


class Exchange:
    """Implements `gateway.turn.Application`. `command` takes a SetSymbolStatus."""

    def __init__(self, settings: ExchangeSettings) -> None:
        self._sessions = dict(settings.sessions)
        self._exchange_id = settings.exchange_id.encode()
        self._listed = {listed.symbol: listed for listed in settings.instruments}
        self._floor = Floor(self._listed)
        self._house = House(settings.house, self._floor)
        self._prices = PriceFeed(settings, self._floor.books)
        self._ahead_ns = 0
        """By how much the wall clock is ahead of the monotonic one."""
        self._handlers: dict[bytes, Callable[[str, Message, Turn], None]] = {
            MsgType.NEW_ORDER_SINGLE: self._new_order_single,
            MsgType.ORDER_CANCEL_REQUEST: self._order_cancel_request,
            MsgType.ORDER_CANCEL_REPLACE_REQUEST: self._order_cancel_replace_request,
            MsgType.ORDER_STATUS_REQUEST: self._order_status_request,
            MsgType.ORDER_MASS_STATUS_REQUEST: self._order_mass_status_request,
            MsgType.MARKET_DATA_REQUEST: self._prices.request,
        }

    def use_sessions(self, sessions: Mapping[str, Dialect]) -> None:
        """There are these members, too."""
        self._sessions.update(sessions)

    # -- the seam ------------------------------------------------------------------------------------------------

    def recover(self, seq: int, payload: bytes) -> None:
        command = decode_command(payload)
        self._floor.carry_out(seq, command)
        self._house.placed(seq, command)

    def started(self, turn: Turn) -> None:
        """Put up what the house quotes. Nothing else is owed: what was reported was stored with its cause."""
        self._end_what_is_over(turn)
        self._quote(turn)

    def logged_on(self, session: str, turn: Turn) -> None:
        """Nothing to do: a client asks for what it wants."""

    def logged_out(self, session: str, in_good_order: bool, turn: Turn) -> None:
        self._prices.forget(session)

    def message_failed(self, session: str, message: Message, turn: Turn) -> bool:
        return True

    def room_to_send(self, session: str, turn: Turn) -> None:
        """What it says fits into a turn."""

    def message_rejected(self, session: str, refused: Message, reject: Message, turn: Turn) -> None:
        """A client cannot read a report of ours. Nothing to do: what the report says is a fact all the same."""

    def message_received(self, session: str, message: Message, turn: Turn) -> None:
        self._ahead_ns = turn.now.utc_ns - turn.now.mono_ns
        msg_type, fields = message.msg_type, message.fields
        handler = self._handlers.get(msg_type)
        if handler is None:
            text = b"this exchange does not take MsgType(35)=%b" % msg_type
            self._reject(session, message, _UNSUPPORTED_MESSAGE_TYPE, text, turn)
            return
        for tag in _REQUIRED.get(msg_type, ()):
            if tag not in fields:
                text = b"tag %b is required here" % tag
                self._reject(session, message, _CONDITIONALLY_REQUIRED_FIELD_MISSING, text, turn)
                return
        handler(session, message, turn)
        self._quote(turn)

    def command(self, command: object, turn: Turn) -> object:
        """Halt a symbol or let it trade again: True when that is news."""
        if not isinstance(command, SetSymbolStatus) or command.symbol.encode() not in self._listed:
            return None
        symbol, status = command.symbol.encode(), _STATUS[command.status]
        if (symbol in self._floor.halted) is (status == SecurityTradingStatus.TRADING_HALT):
            return False
        self._carry_out(SetStatus(symbol, status), turn)
        body = reports.security_status(symbol, status, format_utc_timestamp(turn.now.utc_ns))
        for session in self._sessions:
            turn.send(session, MsgType.SECURITY_STATUS, body)
        self._quote(turn)
        return True

    def deadline(self) -> int | None:
        prices = self._prices.deadline()
        if not self._floor.expiries:
            return prices
        expiry = self._floor.expiries[0][0] - self._ahead_ns
        return expiry if prices is None else min(prices, expiry)

    def deadline_reached(self, turn: Turn) -> None:
        self._end_what_is_over(turn)
        beat = self._prices.deadline()
        if beat is not None and beat <= turn.now.mono_ns:
            self._prices.beat(turn)
        self._quote(turn)

    def _end_what_is_over(self, turn: Turn) -> None:
        """Some of the orders whose ExpireTime(126) has come."""
        utc_ns = turn.now.utc_ns
        self._ahead_ns = utc_ns - turn.now.mono_ns
        for _ in range(_ORDERS_A_TURN):
            number = self._floor.expired_by(utc_ns)
            if number is None:
                return
            self._carry_out(ExpireOrder(number), turn)

    # -- orders --------------------------------------------------------------------------------------------------

    def _carry_out(self, command: Command, turn: Turn) -> None:
        """Log the accepted command, carry it out and tell everybody concerned."""
        payload = encode_command(command)
        try:
            seq = turn.append(payload)
            happened = self._floor.carry_out(seq, command)
            self._house.placed(seq, command)
        except Exception as error:
            raise MemoryUnknown(f"{type(command).__name__} was not carried out whole") from error
        transact_time = format_utc_timestamp(turn.now.utc_ns)
        failures: list[Exception] = []
        for report in happened:
            dialect = self._sessions.get(report.order.session)
            if dialect is not None:  # a session taken out of the configuration keeps its orders and hears nothing
                try:
                    body = reports.execution_report(report, dialect, self._exchange_id, transact_time)
                    turn.send(report.order.session, MsgType.EXECUTION_REPORT, body)
                except Exception as error:
                    failures.append(error)  # what else has happened is told all the same
        if failures:
            raise failures[0]

    def _quote(self, turn: Turn) -> None:
        """Put up again what the house has lost to a trade."""
        while (order := self._house.missing(self._floor.halted)) is not None:
            self._carry_out(order, turn)

    def _new_order_single(self, session: str, message: Message, turn: Turn) -> None:
        fields = message.fields
        get = fields.get
        cl_ord_id = fields[tags.CL_ORD_ID]
        order = self._floor.find(session, cl_ord_id)
        if order is not None:
            self._known_cl_ord_id(session, order, message, turn)
            return
        symbol, side, ord_type = get(tags.SYMBOL, b""), get(tags.SIDE, b""), get(tags.ORD_TYPE, b"")
        time_in_force = get(tags.TIME_IN_FORCE, TimeInForce.DAY)
        order_qty = get(tags.ORDER_QTY, b"")
        price = b"" if ord_type in MARKET_TYPES else get(tags.PRICE, b"")
        special, now_ns = special_of(fields), turn.now.utc_ns
        listed = self._listed.get(symbol)
        refused = refuse_terms(
            listed, symbol, side, ord_type, time_in_force, order_qty, price, special, now_ns
        ) or self._refuse_halted(symbol)
        if refused is not None:
            transact_time = format_utc_timestamp(turn.now.utc_ns)
            body = reports.order_refused(refused, fields, self._sessions[session], self._exec_id(turn), transact_time)
            turn.send(session, MsgType.EXECUTION_REPORT, body)
            return
        account = get(tags.ACCOUNT, b"")
        self._carry_out(
            NewOrder(session, cl_ord_id, account, symbol, side, ord_type, time_in_force, order_qty, price, *special),
            turn,
        )

    def _refuse_halted(self, symbol: bytes) -> Refused | None:
        if symbol not in self._floor.halted:
            return None
        return Refused(OrdRejReason.EXCHANGE_CLOSED, b"%b is halted" % symbol)

    def _known_cl_ord_id(self, session: str, order: FloorOrder, message: Message, turn: Turn) -> None:
        """A second D under a known ClOrdID: with PossResend(97) it asks how the first one fares, else it is refused."""
        dialect, cl_ord_id = self._sessions[session], message.fields[tags.CL_ORD_ID]
        transact_time = format_utc_timestamp(turn.now.utc_ns)
        if message.fields.get(tags.POSS_RESEND) == b"Y":
            body = reports.status_report(order, cl_ord_id, dialect, self._exchange_id, transact_time)
        else:
            refused = Refused(OrdRejReason.DUPLICATE_ORDER, b"ClOrdID(11)=%b is in use" % cl_ord_id)
            exec_id = self._exec_id(turn)
            body = reports.duplicate_refused(order, refused, dialect, exec_id, cl_ord_id, transact_time)
        turn.send(session, MsgType.EXECUTION_REPORT, body)

    def _exec_id(self, turn: Turn) -> bytes:
        """An ExecID(17) for a report without a fact: the number that the next record of the log will have.

        It is not used up here, but the log gets a record for every message before the next one is looked at, and the
        position 0 is never that of a fact's report."""
        return b"%b-%d-0" % (self._exchange_id, turn.next_seq())

    def _order_cancel_request(self, session: str, message: Message, turn: Turn) -> None:
        order, refused = self._find_amendable(session, message)
        if refused is not None:
            self._refuse_cancel(session, order, refused, message, CxlRejResponseTo.ORDER_CANCEL_REQUEST, turn)
            return
        assert order is not None
        self._carry_out(CancelOrder(order.number, message.fields[tags.CL_ORD_ID]), turn)

    def _order_cancel_replace_request(self, session: str, message: Message, turn: Turn) -> None:
        fields = message.fields
        order, refused = self._find_amendable(session, message)
        if refused is None:
            assert order is not None
            ord_type = fields.get(tags.ORD_TYPE, b"")
            time_in_force = fields.get(tags.TIME_IN_FORCE, order.time_in_force)
            order_qty = fields.get(tags.ORDER_QTY, b"")
            price = b"" if ord_type in MARKET_TYPES else fields.get(tags.PRICE, b"")
            listed, special, now_ns = self._listed.get(order.symbol), special_of(fields), turn.now.utc_ns
            refused = refuse_terms(
                listed, order.symbol, order.side, ord_type, time_in_force, order_qty, price, special, now_ns
            ) or self._refuse_halted(order.symbol)
            if refused is not None and refused.reason != OrdRejReason.INVALID_PRICE_INCREMENT:
                refused = Refused(CxlRejReason.OTHER, refused.text)
        if refused is not None:
            self._refuse_cancel(session, order, refused, message, CxlRejResponseTo.ORDER_CANCEL_REPLACE_REQUEST, turn)
            return
        assert order is not None
        cl_ord_id = fields[tags.CL_ORD_ID]
        replace = ReplaceOrder(order.number, cl_ord_id, ord_type, time_in_force, order_qty, price, *special)
        self._carry_out(replace, turn)

    def _find_amendable(self, session: str, message: Message) -> tuple[FloorOrder | None, Refused | None]:
        """The order that an F or G is about, and why it cannot be amended (None when it can)."""
        fields, find = message.fields, self._floor.find
        orig_cl_ord_id, cl_ord_id = fields[tags.ORIG_CL_ORD_ID], fields[tags.CL_ORD_ID]
        order = find(session, orig_cl_ord_id)
        if order is None:
            return None, Refused(CxlRejReason.UNKNOWN_ORDER, b"unknown OrigClOrdID(41): %b" % orig_cl_ord_id)
        if find(session, cl_ord_id) is not None:
            return order, Refused(CxlRejReason.DUPLICATE_CL_ORD_ID, b"ClOrdID(11)=%b is in use" % cl_ord_id)
        if not order.is_open:
            return order, Refused(CxlRejReason.TOO_LATE_TO_CANCEL, b"too late: the order is closed")
        if orig_cl_ord_id != order.cl_ord_id:
            text = b"OrigClOrdID(41)=%b has been replaced by %b" % (orig_cl_ord_id, order.cl_ord_id)
            return order, Refused(CxlRejReason.UNKNOWN_ORDER, text)
        for tag, value in ((tags.SYMBOL, order.symbol), (tags.SIDE, order.side)):
            if fields.get(tag, value) != value:
                return order, Refused(CxlRejReason.OTHER, b"tag %b=%b, the order has %b" % (tag, fields[tag], value))
        return order, None

    def _refuse_cancel(
        self, session: str, order: FloorOrder | None, refused: Refused, message: Message, response_to: bytes, turn: Turn
    ) -> None:
        dialect = self._sessions[session]
        body = reports.cancel_refused(order, refused, message.fields, response_to, dialect, self._exchange_id)
        turn.send(session, MsgType.ORDER_CANCEL_REJECT, body)

    # -- questions -----------------------------------------------------------------------------------------------

    def _order_status_request(self, session: str, message: Message, turn: Turn) -> None:
        fields, dialect = message.fields, self._sessions[session]
        order = self._floor.find(session, fields[tags.CL_ORD_ID]) if tags.CL_ORD_ID in fields else None
        transact_time = format_utc_timestamp(turn.now.utc_ns)
        # OrdStatusReqID(790) of FIX 4.4 comes back with the answer.
        more = b"790=%b\x01" % fields[tags.ORD_STATUS_REQ_ID] if tags.ORD_STATUS_REQ_ID in fields else b""
        if order is None:
            body = reports.unknown_order_status(fields, dialect, transact_time, more)
        else:
            body = reports.status_report(order, order.cl_ord_id, dialect, self._exchange_id, transact_time, more)
        turn.send(session, MsgType.EXECUTION_REPORT, body)

    def _order_mass_status_request(self, session: str, message: Message, turn: Turn) -> None:
        """The open orders of the session, of one Symbol(55) if the request names one; one report says that none is."""
        fields, dialect = message.fields, self._sessions[session]
        symbol = fields.get(tags.SYMBOL)
        wanted = [o for o in self._floor.open_orders(session) if symbol is None or o.symbol == symbol]
        transact_time = format_utc_timestamp(turn.now.utc_ns)
        request_id = fields[tags.MASS_STATUS_REQ_ID]
        if not wanted:
            more = b"584=%b\x01911=0\x01912=Y\x01" % request_id
            turn.send(
                session, MsgType.EXECUTION_REPORT, reports.unknown_order_status(fields, dialect, transact_time, more)
            )
        for position, order in enumerate(wanted, 1):
            last = b"Y" if position == len(wanted) else b"N"
            more = b"584=%b\x01911=%d\x01912=%b\x01" % (request_id, len(wanted), last)
            body = reports.status_report(order, order.cl_ord_id, dialect, self._exchange_id, transact_time, more)
            turn.send(session, MsgType.EXECUTION_REPORT, body)

    @staticmethod
    def _reject(session: str, message: Message, reason: bytes, text: bytes, turn: Turn) -> None:
        """BusinessMessageReject(j), for what no report of an order can say."""
        msg_seq_num = message.fields[tags.MSG_SEQ_NUM]
        body = b"45=%b\x01372=%b\x01380=%b\x0158=%b\x01" % (msg_seq_num, message.msg_type, reason, text)
        turn.send(session, MsgType.BUSINESS_MESSAGE_REJECT, body)
