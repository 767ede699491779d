"""What clients ask about and nothing changes by: orders (H, AF), instruments (x, c), the trading session (g), positions
(AN).

Each question counts for its session's throttle. One above it is refused by the message that refuses it otherwise; only
a question that has none gets a BusinessMessageReject(j).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fixspec import tags
from fixspec.message import Message
from fixspec.tags import (
    MassStatusReqType,
    MsgType,
    PosReqType,
    SecurityListRequestType,
    SecurityRequestType,
    SubscriptionRequestType,
    TradSesStatus,
)
from gateway.trading.client_terms import Client
from gateway.trading.markets import Markets
from gateway.trading.reporter import Reporter
from gateway.trading.unresolved_watch import UnresolvedWatch
from gateway.translate import position_reports, reference_data, reports
from gateway.translate.rejects import THROTTLED, business_reject
from gateway.translate.requests import query_order
from gateway.translate.values import SIDES
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command, QueryOrder
from oms.instruments import Instrument
from oms.order import Order
from oms.profit import position_profit
from oms.refusals import Refusal
from oms.risk.throttle import message_throttle
from oms.types import KillScope, Moment, TradingState
from oms.unresolved import VENUE_STATE_UNKNOWN

_ONE_SECURITY = frozenset(
    {
        SecurityRequestType.REQUEST_SECURITY_IDENTITY_AND_SPECIFICATIONS,
        SecurityRequestType.REQUEST_SECURITY_IDENTITY_FOR_SPECIFICATIONS,
        SecurityRequestType.SYMBOL,
    }
)
_ALL_SECURITIES = frozenset({SecurityRequestType.REQUEST_LIST_SECURITIES, SecurityRequestType.ALL_SECURITIES})


class ClientQuestions:
    """`table` as in `gateway.trading.client_requests`."""

    def __init__(
        self,
        blotter: Blotter,
        reporter: Reporter,
        take: Callable[[Command, Turn], None],
        watch: UnresolvedWatch,
        markets: Markets,
    ) -> None:
        self._blotter = blotter
        self._reporter = reporter
        self._take = take
        self._watch = watch
        self._markets = markets
        self._subscribers: dict[str, bytes] = {}
        self._halted_told = b""
        self.table: dict[bytes, Callable[[str, Client, Message, Turn], None]] = {
            MsgType.ORDER_STATUS_REQUEST: self._order_status_request,
            MsgType.ORDER_MASS_STATUS_REQUEST: self._order_mass_status_request,
            MsgType.SECURITY_LIST_REQUEST: self._security_list_request,
            MsgType.SECURITY_DEFINITION_REQUEST: self._security_definition_request,
            MsgType.TRADING_SESSION_STATUS_REQUEST: self._trading_session_status_request,
            MsgType.REQUEST_FOR_POSITIONS: self._request_for_positions,
        }

    def logged_out(self, session: str) -> None:
        """What it had subscribed to it subscribes to again."""
        self._subscribers.pop(session, None)

    def _count(self, session: str, name: bytes, turn: Turn) -> tuple[bytes, Refusal | None]:
        """An identifier for the answer, and why there is none but a refusal: the throttle."""
        exec_id = self._reporter.exec_id(turn.next_seq())
        throttled = message_throttle(session, self._blotter, Moment(turn.now.utc_ns, turn.next_seq()))
        self._take(QueryOrder(session, name.decode("latin-1")), turn)
        if throttled is not None:
            self._reporter.refused_for_throttle(session, turn)
        return exec_id, throttled

    # -- orders --------------------------------------------------------------------------------------------------

    def _order_status_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        fields, query = message.fields, query_order(session, message)
        cl_ord_id = fields.get(tags.CL_ORD_ID, b"")
        exec_id, throttled = self._count(session, cl_ord_id, turn)
        if throttled is not None:
            body = business_reject(message, THROTTLED, throttled.text.encode("latin-1"), client.dialect)
            turn.send(session, MsgType.BUSINESS_MESSAGE_REJECT, body)
            return
        if query.order_id is None:
            order = self._blotter.order_by_cl_ord_id(session, query.cl_ord_id)
            named = b"ClOrdID=" + cl_ord_id
        else:
            order = self._blotter.order_by_id(query.order_id)
            order = order if order is not None and order.session == session else None
            named = b"OrderID=" + fields[tags.ORDER_ID]
        status_req_id = fields.get(tags.ORD_STATUS_REQ_ID)
        asked = b"" if status_req_id is None else b"790=%b\x01" % status_req_id
        if order is None:
            symbol, side = fields.get(tags.SYMBOL, b"[N/A]"), fields.get(tags.SIDE, b"1")
            text = b"UNKNOWN_ORDER: " + named
            body = reports.unknown_order_report(cl_ord_id, symbol, side, exec_id, text, client.dialect, asked)
        else:
            body = self._status(order, exec_id, client, turn, asked)
        turn.send(session, MsgType.EXECUTION_REPORT, body)

    def _status(self, order: Order, exec_id: bytes, client: Client, turn: Turn, asked: bytes) -> bytes:
        venue = self._watch.silent_venue(order)
        if venue:
            asked += b"58=%b: venue=%b\x01" % (VENUE_STATE_UNKNOWN.encode(), venue.encode())
        time = self._reporter.transact_time(turn)
        asked += self._reporter.list_field(order)
        return reports.status_report(order, exec_id, time, client.dialect, detail=asked)

    def _order_mass_status_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        """The open orders of the session, all or of one symbol or account, the oldest first. When there is none, one
        report says so."""
        fields = message.fields
        req_id, scope = fields[tags.MASS_STATUS_REQ_ID], fields[tags.MASS_STATUS_REQ_TYPE]
        exec_id, throttled = self._count(session, req_id, turn)
        if throttled is not None:
            body = business_reject(message, THROTTLED, throttled.text.encode("latin-1"), client.dialect)
            turn.send(session, MsgType.BUSINESS_MESSAGE_REJECT, body)
            return
        found = self._orders_asked_for(session, scope, message)
        if isinstance(found, bytes) or not found:
            text = found if isinstance(found, bytes) else b"UNKNOWN_ORDER: no open order is like this"
            symbol, side = fields.get(tags.SYMBOL, b"[N/A]"), fields.get(tags.SIDE, b"1")
            asked = b"584=%b\x01911=0\x01912=Y\x01" % req_id
            body = reports.unknown_order_report(b"", symbol, side, exec_id, text, client.dialect, asked)
            turn.send(session, MsgType.EXECUTION_REPORT, body)
            return
        for number, order in enumerate(found, 1):
            last = b"912=Y\x01" if number == len(found) else b""
            asked = b"584=%b\x01911=%d\x01%b" % (req_id, len(found), last)
            body = self._status(order, b"%b.%d" % (exec_id, number), client, turn, asked)
            turn.send(session, MsgType.EXECUTION_REPORT, body)

    def _orders_asked_for(self, session: str, scope: bytes, message: Message) -> list[Order] | bytes:
        """Or what of the request is not taken."""
        fields = message.fields
        symbol, side = fields.get(tags.SYMBOL, b"").decode("latin-1"), SIDES.get(fields.get(tags.SIDE, b""))
        account = fields.get(tags.ACCOUNT, b"").decode("latin-1")
        if scope == MassStatusReqType.STATUS_FOR_ORDERS_FOR_A_PARTY_ID:
            parties = [group.get(tags.PARTY_ID) or b"" for group in message.groups.get(tags.NO_PARTY_I_DS, ())]
            account = account or b"".join(parties[:1]).decode("latin-1")
            if not account:
                return b"NOT_SUPPORTED: MassStatusReqType(585)=8 needs an Account(1) or a PartyID(448)"
        elif scope == MassStatusReqType.STATUS_FOR_ORDERS_FOR_A_SECURITY:
            if not symbol:
                return b"NOT_SUPPORTED: MassStatusReqType(585)=1 needs a Symbol(55)"
        elif scope != MassStatusReqType.STATUS_FOR_ALL_ORDERS:
            return b"NOT_SUPPORTED: MassStatusReqType(585)=%b taken=1,7,8" % scope
        found = [
            order
            for order in self._blotter.open_orders.values()
            if order.session == session
            and (not symbol or order.symbol == symbol)
            and (side is None or order.side is side)
            and (not account or order.account == account)
        ]
        return sorted(found, key=_order_seq)

    # -- instruments ---------------------------------------------------------------------------------------------

    def _security_list_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        fields = message.fields
        req_id, scope = fields[tags.SECURITY_REQ_ID], fields[tags.SECURITY_LIST_REQUEST_TYPE]
        response_id, throttled = self._count(session, req_id, turn)
        instruments: Sequence[Instrument] = ()
        result = reference_data.UNSUPPORTED
        if throttled is not None:
            result = reference_data.UNAVAILABLE
        elif scope in (SecurityListRequestType.SYMBOL, SecurityListRequestType.ALL_SECURITIES):
            symbol = fields.get(tags.SYMBOL, b"").decode("latin-1")
            instruments = self._instruments("" if scope == SecurityListRequestType.ALL_SECURITIES else symbol)
            result = reference_data.NO_INSTRUMENTS
            if scope == SecurityListRequestType.SYMBOL and not symbol:
                instruments, result = (), reference_data.INVALID_REQUEST
        bodies = reference_data.security_lists(req_id, response_id, instruments, client.dialect)
        for body in bodies or [reference_data.refused_security_list(req_id, response_id, result)]:
            turn.send(session, MsgType.SECURITY_LIST, body)

    def _instruments(self, symbol: str) -> list[Instrument]:
        """The one of that symbol, if there is one; all for ''."""
        known = self._blotter.instruments
        if not symbol:
            return list(known.values())
        return [known[symbol]] if symbol in known else []

    def _security_definition_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        fields, dialect = message.fields, client.dialect
        req_id, scope = fields[tags.SECURITY_REQ_ID], fields[tags.SECURITY_REQUEST_TYPE]
        symbol = fields.get(tags.SYMBOL, b"").decode("latin-1")
        response_id, throttled = self._count(session, req_id, turn)
        instruments: Sequence[Instrument] = ()
        if throttled is not None:
            text = throttled.text
        elif scope in _ONE_SECURITY:
            instruments = self._instruments(symbol) if symbol else ()
            text = f"UNKNOWN_SYMBOL: symbol={symbol}"
        elif scope in _ALL_SECURITIES:
            instruments, text = self._instruments(""), "UNKNOWN_SYMBOL: there is no instrument"
        else:
            text = f"NOT_SUPPORTED: SecurityRequestType(321)={scope.decode('latin-1')} taken=0,1,3"
        for number, instrument in enumerate(instruments, 1):
            body = reference_data.security_definition(
                req_id,
                b"%b.%d" % (response_id, number),
                instrument,
                self._markets.of(instrument.venues[0]),
                len(instruments),
                dialect,
            )
            turn.send(session, MsgType.SECURITY_DEFINITION, body)
        if not instruments:
            words = text.encode("latin-1", "replace")
            body = reference_data.refused_security_definition(req_id, response_id, words, dialect)
            turn.send(session, MsgType.SECURITY_DEFINITION, body)

    # -- the trading session -------------------------------------------------------------------------------------

    def _trading_session_status_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        fields = message.fields
        req_id, wanted = fields[tags.TRAD_SES_REQ_ID], fields[tags.SUBSCRIPTION_REQUEST_TYPE]
        trading_session_id = fields.get(tags.TRADING_SESSION_ID, reference_data.DAY_SESSION)
        _, throttled = self._count(session, req_id, turn)
        unknown = trading_session_id != reference_data.DAY_SESSION
        if throttled is not None or unknown:
            text = f"NOT_SUPPORTED: TradingSessionID(336) taken={reference_data.DAY_SESSION.decode()}"
            words = (text if throttled is None else throttled.text).encode("latin-1")
            body = reference_data.refused_trading_session_status(
                req_id, trading_session_id, unknown, words, client.dialect
            )
        else:
            self._subscribers.pop(session, None)
            if wanted == SubscriptionRequestType.SNAPSHOT_AND_UPDATES:
                self._subscribers[session] = req_id
            body = reference_data.trading_session_status(*self._trading_session(req_id), False, self._what_halts())
        turn.send(session, MsgType.TRADING_SESSION_STATUS, body)

    def tell_trading_session(self, turn: Turn) -> None:
        """Something has changed that the trading session's status may depend on: tell who wants to hear, if it has."""
        halted = self._what_halts()
        if halted == self._halted_told:
            return
        self._halted_told = halted
        for session, req_id in self._subscribers.items():
            body = reference_data.trading_session_status(*self._trading_session(req_id), True, self._what_halts())
            turn.send(session, MsgType.TRADING_SESSION_STATUS, body)

    def _trading_session(self, req_id: bytes) -> tuple[bytes, bytes]:
        """Open when new orders are let in and some venue can take them."""
        return TradSesStatus.HALTED if self._what_halts() else TradSesStatus.OPEN, req_id

    def _what_halts(self) -> bytes:
        blotter = self._blotter
        if blotter.kill_switches.get(KillScope.GLOBAL, "") is not None:
            return b"KILL_SWITCH: slice=global"
        if blotter.trading_state is not TradingState.ACTIVE:
            return b"TRADING_STATE: state=" + blotter.trading_state.encode()
        return b"" if any(blotter.venues.values()) else b"VENUE_UNAVAILABLE: no venue is connected"

    # -- positions -----------------------------------------------------------------------------------------------

    def _request_for_positions(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        fields, blotter = message.fields, self._blotter
        report_id, throttled = self._count(session, fields[tags.POS_REQ_ID], turn)
        account = fields.get(tags.ACCOUNT, b"").decode("latin-1")
        symbol = fields.get(tags.SYMBOL, b"").decode("latin-1")
        found = blotter.positions.of_account(account, symbol)
        result, text = position_reports.VALID_REQUEST, ""
        if throttled is not None:
            result, text = position_reports.OTHER, throttled.text
        elif fields[tags.POS_REQ_TYPE] != PosReqType.POSITIONS:
            result, text = position_reports.NOT_SUPPORTED, "NOT_SUPPORTED: PosReqType(724) taken=0"
        elif not account:
            result, text = position_reports.INVALID_REQUEST, "UNKNOWN_ACCOUNT: positions are those of an Account(1)"
        elif client.accounts and account not in client.accounts:
            result, text = position_reports.NOT_AUTHORIZED, f"ACCOUNT_NOT_ALLOWED: Account(1)={account}"
        elif not found:
            result = position_reports.NONE_FOUND
        if result != position_reports.VALID_REQUEST:
            found = []
        words = text.encode("latin-1", "replace")
        body = position_reports.request_for_positions_ack(fields, report_id, result, len(found), words)
        turn.send(session, MsgType.REQUEST_FOR_POSITIONS_ACK, body)
        day = blotter.trading_day.encode() or self._reporter.transact_time(turn)[:8]
        for number, ((_, symbol, venue), position) in enumerate(found, 1):
            body = position_reports.position_report(
                fields,
                b"%b.%d" % (report_id, number),
                len(found),
                symbol,
                self._markets.of(venue),
                position,
                position_profit(blotter, symbol, position),
                turn.now.utc_ns,
                day,
                client.dialect,
            )
            turn.send(session, MsgType.POSITION_REPORT, body)


def _order_seq(order: Order) -> int:
    return order.order_seq
