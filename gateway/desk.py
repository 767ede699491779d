"""The order desk: the application of the gateway. Client messages become commands, venue messages become reports, both
go through `oms.decide`, and each fact that comes out is logged, applied and told, one after the other.

Who is told what is the table `_tellers`: one small method for each fact that somebody outside must hear of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fixspec import tags
from fixspec.message import Message
from fixspec.numbers import format_utc_timestamp
from fixspec.tags import MsgType
from gateway.deciding import Deciding
from gateway.leavers import CancelOnDisconnect, Leavers
from gateway.throttling import Refusals
from gateway.translate import reports
from gateway.translate.dialect import Dialect
from gateway.translate.rejects import NOT_AUTHORIZED, THROTTLED, business_reject, cxl_rej_reason, ord_rej_reason
from gateway.translate.requests import (
    Unsupported,
    account_not_allowed,
    cancel_order,
    new_order,
    query_order,
    replace_order,
)
from gateway.turn import Turn
from oms import events
from oms.codec import decode_event
from oms.commands import (
    DefineInstrument,
    NewOrder,
    OpenLog,
    QueryOrder,
    QueryUnresolved,
    SetLimits,
    SetSessionRates,
    SetTradingState,
)
from oms.events import Event
from oms.instruments import Instrument
from oms.limits import Limits, Rate
from oms.order import Order
from oms.refusals import Refusal
from oms.risk.throttle import message_throttle
from oms.venue_reports import (
    ReferencePriceSeen,
    VenueConnected,
    VenueDisconnected,
    VenueUnreadable,
)
from venues.port import FixVenue, InProcessVenue

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Client:
    """What the desk must know of a client session."""

    dialect: Dialect
    listens_only: bool = False
    """A drop copy session: it sends no requests."""
    accounts: frozenset[str] = frozenset()
    """Account(1) values it may use; empty for any."""
    report_pending: frozenset[str] = frozenset({"cancel", "replace"})
    """Requests that are answered at once as pending: "new", "cancel", "replace"."""
    cancel_on_disconnect: CancelOnDisconnect | None = None
    """What becomes of its orders when it goes away; None: they stay."""
    messages: Rate | None = None
    """Its own rates, in place of those of the limits."""
    cancels: Rate | None = None
    refusals: Rate | None = None
    """More refusals for the throttle than these end in a Logout; None: never."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator has configured. What differs from the log becomes facts at the start."""

    instruments: tuple[Instrument, ...]
    limits: Limits
    references: Mapping[str, tuple[str, Decimal]]
    """Symbol -> venue and price: the reference price until the venue tells one."""


class Desk(Deciding):
    """Implements `gateway.turn.Application`."""

    def __init__(
        self,
        store_id: str,
        clients: Mapping[str, Client],
        fix_venues: Mapping[str, FixVenue],
        in_process_venues: Iterable[InProcessVenue],
        terms: Terms,
    ) -> None:
        """`fix_venues` is by the name of the session that carries each."""
        super().__init__()
        self._store_id = store_id
        self._exec_id_prefix = store_id.encode()
        self._clients = clients
        self._terms = terms
        self._venue_of_session = fix_venues
        self._session_of_venue = {venue.name: session for session, venue in fix_venues.items()}
        self._in_process = {venue.name: venue for venue in in_process_venues}
        self._leavers = Leavers(self.blotter, self._take)
        self._refusals = Refusals()
        self._requests: dict[bytes, Callable[[str, Client, Message, Turn], None]] = {
            MsgType.NEW_ORDER_SINGLE: self._new_order_single,
            MsgType.ORDER_CANCEL_REQUEST: self._order_cancel_request,
            MsgType.ORDER_CANCEL_REPLACE_REQUEST: self._order_cancel_replace_request,
            MsgType.ORDER_STATUS_REQUEST: self._order_status_request,
            MsgType.BUSINESS_MESSAGE_REJECT: self._business_message_reject,
        }
        self._tellers |= {
            events.OrderRefused: self._tell_rejected,
            events.DuplicateRefused: self._tell_duplicate,
            events.PossResendRecognized: self._tell_poss_resend,
            events.OrderRouted: self._ask_venue,
            events.OrderAccepted: self._tell_accepted,
            events.OrderRejected: self._tell_rejected,
            events.OrderFilled: self._tell_filled,
            events.OrderExpired: self._tell_expired,
            events.CancelRequested: self._tell_cancel_requested,
            events.CancelRefused: self._tell_cancel_refused,
            events.CancelRejected: self._tell_cancel_refused,
            events.OrderCanceled: self._tell_canceled,
            events.ReplaceRequested: self._tell_replace_requested,
            events.ReplaceRefused: self._tell_replace_refused,
            events.ReplaceRejected: self._tell_replace_refused,
            events.OrderReplaced: self._tell_replaced,
            events.OrderQueried: self._ask_venue,
        }
        self.use_clients(clients)
        self._tick_at_mono_ns: int | None = None
        self._stamped_ms = -1
        self._stamp = b""

    def use_clients(self, clients: Mapping[str, Client]) -> None:
        """From now on these are the clients, on these terms. Who has an order must stay among them."""
        self._clients = clients
        if any("new" in client.report_pending for client in clients.values()):
            self._tellers[events.OrderReceived] = self._tell_received

    # -- the seam ------------------------------------------------------------------------------------------------

    def recover(self, seq: int, payload: bytes) -> None:
        event = decode_event(payload)
        if event.seq != seq:
            raise ValueError(f"event {event.seq} stands at {seq}")
        self.blotter.apply(event)

    def started(self, turn: Turn) -> None:
        """Give a new log its name, make the operator's terms facts, and mark every venue as not yet reached."""
        self._take(OpenLog(self._store_id), turn)
        for instrument in self._terms.instruments:
            self._take(DefineInstrument(instrument), turn)
        self._take(SetLimits(self._terms.limits, "configuration", "start"), turn)
        for session, client in self._clients.items():
            self._take(SetSessionRates(session, client.messages, client.cancels), turn)
        for symbol, (venue, price) in self._terms.references.items():
            if self.blotter.market.reference(symbol) is None:
                self._take(ReferencePriceSeen(venue, symbol, price), turn)
        for venue in self._session_of_venue:
            self._take(VenueDisconnected(venue), turn)
        for name, in_process in self._in_process.items():
            for order in self.blotter.orders.values():
                if order.venue == name and order.leaves_qty:
                    in_process.recover(order)
            self._take(VenueConnected(name), turn)
            self._take(QueryUnresolved(name), turn)
        self._leavers.started(self._leaving_terms(), turn)
        self._let_venues_speak(turn)

    def logged_on(self, session: str, turn: Turn) -> None:
        """A venue that is back is asked about everything it has not answered; nothing is sent to it again."""
        venue = self._venue_of_session.get(session)
        if venue is None:
            client = self._clients[session]
            self._take(SetSessionRates(session, client.messages, client.cancels), turn)
            if client.cancel_on_disconnect is not None:
                self._leavers.arrived(session, turn)
            return
        self._take(VenueConnected(venue.name), turn)
        symbols = [i.symbol for i in self._terms.instruments if venue.name in i.venues]
        try:
            for request in venue.on_logon(symbols, self._moment(turn)):
                turn.send(session, request.msg_type, request.body)
        finally:
            self._take(QueryUnresolved(venue.name), turn)

    def logged_out(self, session: str, in_good_order: bool, turn: Turn) -> None:
        venue = self._venue_of_session.get(session)
        if venue is not None:
            self._take(VenueDisconnected(venue.name), turn)
            return
        terms = self._clients[session].cancel_on_disconnect
        if terms is not None:
            self._leavers.left(session, terms, in_good_order, turn)
            self._leavers.deadline_reached(self._leaving_terms(), turn)

    def message_received(self, session: str, message: Message, turn: Turn) -> None:
        client = self._clients.get(session)
        if client is None:
            for report in self._venue_of_session[session].reports(message, self._moment(turn)):
                self._take(report, turn)
        elif client.listens_only and message.msg_type != MsgType.BUSINESS_MESSAGE_REJECT:
            body = business_reject(message, NOT_AUTHORIZED, b"LISTENER: this session sends no requests", client.dialect)
            turn.send(session, MsgType.BUSINESS_MESSAGE_REJECT, body)
        else:
            self._requests[message.msg_type](session, client, message, turn)

    def message_failed(self, session: str, message: Message, turn: Turn) -> bool:
        """A client is told. What a venue said is kept whole: it may be a fill, and a fill is money."""
        venue = self._venue_of_session.get(session)
        if venue is None:
            return True
        self._take(VenueUnreadable(venue.name, "a fault of ours: see handler_failed in the log", message.raw), turn)
        return False

    def message_rejected(self, session: str, refused: Message, reject: Message, turn: Turn) -> None:
        """A venue that could not read a request of ours has not got it. A client that cannot read a report changes
        nothing: the fact stands."""
        venue = self._venue_of_session.get(session)
        if venue is not None:
            for report in venue.rejected(refused, reject, self._moment(turn)):
                self._take(report, turn)

    def command(self, command: object, turn: Turn) -> object:
        if isinstance(command, SetTradingState):
            self._take(command, turn)
        return {
            "trading_state": str(self.blotter.trading_state),
            "open_orders": sum(1 for order in self.blotter.orders.values() if order.leaves_qty),
            "sessions": {name: turn.is_logged_on(name) for name in (*self._clients, *self._venue_of_session)},
            "last_seq": self.blotter.last_seq,
            "state_hash": self.blotter.state_hash().hex(),
        }

    def deadline(self) -> int | None:
        own, leavers = self._tick_at_mono_ns, self._leavers.deadline()
        if own is None or (leavers is not None and leavers < own):
            return leavers
        return own

    def deadline_reached(self, turn: Turn) -> None:
        self._leavers.deadline_reached(self._leaving_terms(), turn)
        if self._tick_at_mono_ns is not None and self._tick_at_mono_ns <= turn.now.mono_ns:
            self._let_venues_speak(turn)

    def _let_venues_speak(self, turn: Turn) -> None:
        """The venues inside the process, of their own accord."""
        if not self._in_process:
            return
        interval_ns = min(venue.tick_interval_ns for venue in self._in_process.values())
        self._tick_at_mono_ns = turn.now.mono_ns + interval_ns
        for venue in self._in_process.values():
            for report in venue.tick(self._moment(turn)):
                self._take(report, turn)

    def _leaving_terms(self) -> dict[str, CancelOnDisconnect]:
        clients = self._clients.items()
        return {name: c.cancel_on_disconnect for name, c in clients if c.cancel_on_disconnect is not None}

    # -- requests ------------------------------------------------------------------------------------------------

    def _new_order_single(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        request = new_order(session, message)
        if type(request) is NewOrder:
            if not client.accounts or request.account in client.accounts:
                self._take(request, turn)
                return
            request = account_not_allowed(request.account)
        assert isinstance(request, Unsupported)
        exec_id = self._exec_id(turn.next_seq())
        refusal = self._count_unsupported(session, message, request, turn)
        code, text = ord_rej_reason(refusal.reason, client.dialect), refusal.text.encode("latin-1")
        body = reports.refused_order_report(message.fields, exec_id, code, text, client.dialect)
        turn.send(session, MsgType.EXECUTION_REPORT, body)
        if refusal is not request:
            self._refused_for_throttle(session, turn)

    def _count_unsupported(
        self, session: str, message: Message, unsupported: Unsupported, turn: Turn
    ) -> Unsupported | Refusal:
        """A request of which nothing comes counts all the same. What it is refused for: above the throttle, that."""
        throttled = message_throttle(session, self.blotter, self._moment(turn))
        self._take(QueryOrder(session, message.fields[tags.CL_ORD_ID].decode("latin-1")), turn)
        return unsupported if throttled is None else throttled

    def _refused_for_throttle(self, session: str, turn: Turn) -> None:
        """That counts towards a Logout."""
        rate = self._clients[session].refusals
        if rate is not None and self._refusals.count(session, rate, turn.now.mono_ns):
            turn.expel(session, f"THROTTLED: more than {rate.burst} requests refused for the throttle")

    def _order_cancel_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        request = cancel_order(session, message)
        if isinstance(request, Unsupported):
            self._refuse_unsupported(session, client, message, request, reports.CANCEL_REQUEST, turn)
        else:
            self._take(request, turn)

    def _order_cancel_replace_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        request = replace_order(session, message)
        if isinstance(request, Unsupported):
            self._refuse_unsupported(session, client, message, request, reports.REPLACE_REQUEST, turn)
        else:
            self._take(request, turn)

    def _refuse_unsupported(
        self, session: str, client: Client, message: Message, unsupported: Unsupported, response_to: bytes, turn: Turn
    ) -> None:
        orig_cl_ord_id = message.fields[tags.ORIG_CL_ORD_ID].decode("latin-1")
        cl_ord_id = message.fields[tags.CL_ORD_ID].decode("latin-1")
        order = self.blotter.order_by_cl_ord_id(session, orig_cl_ord_id)
        refusal = self._count_unsupported(session, message, unsupported, turn)
        code, text = cxl_rej_reason(refusal.reason, client.dialect), refusal.text.encode("latin-1")
        body = reports.order_cancel_reject(order, cl_ord_id, orig_cl_ord_id, response_to, code, text)
        turn.send(session, MsgType.ORDER_CANCEL_REJECT, body)
        if refusal is not unsupported:
            self._refused_for_throttle(session, turn)

    def _order_status_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        query = query_order(session, message)
        exec_id = self._exec_id(turn.next_seq())
        throttled = message_throttle(session, self.blotter, self._moment(turn))
        self._take(query, turn)
        if throttled is not None:
            body = business_reject(message, THROTTLED, throttled.text.encode("latin-1"), client.dialect)
            turn.send(session, MsgType.BUSINESS_MESSAGE_REJECT, body)
            self._refused_for_throttle(session, turn)
            return
        order = self.blotter.order_by_cl_ord_id(session, query.cl_ord_id)
        if order is None:
            fields = message.fields
            symbol, side = fields.get(tags.SYMBOL, b"[N/A]"), fields.get(tags.SIDE, b"1")
            text = b"UNKNOWN_ORDER: ClOrdID=" + fields[tags.CL_ORD_ID]
            body = reports.unknown_order_report(fields[tags.CL_ORD_ID], symbol, side, exec_id, text, client.dialect)
        else:
            body = reports.status_report(order, exec_id, self._transact_time(turn), client.dialect)
        turn.send(session, MsgType.EXECUTION_REPORT, body)

    def _business_message_reject(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        """A reject is never answered by a reject, or two of a mind would go on for ever. The journal keeps it."""

    # -- telling -------------------------------------------------------------------------------------------------

    def _exec_id(self, seq: int) -> bytes:
        """ExecID(17) of the report on the fact `seq`, as `oms.types.exec_id` has it; an answer that states no fact
        takes the number of the next record."""
        return b"%b-%d" % (self._exec_id_prefix, seq)

    def _transact_time(self, turn: Turn) -> bytes:
        """TransactTime(60): the time of the turn, formatted once."""
        at_ms = turn.now.utc_ns // NS_PER_MS
        if at_ms != self._stamped_ms:
            self._stamp = format_utc_timestamp(turn.now.utc_ns)
            self._stamped_ms = at_ms
        return self._stamp

    def _report(
        self,
        event: Event,
        order: Order,
        exec_type: bytes,
        turn: Turn,
        cl_ord_id: str | None = None,
        orig_cl_ord_id: str | None = None,
        detail: bytes = b"",
    ) -> None:
        client = self._clients[order.session]
        body = reports.execution_report(
            order,
            self._exec_id(event.seq),
            exec_type,
            self._transact_time(turn),
            client.dialect,
            cl_ord_id,
            orig_cl_ord_id,
            detail,
        )
        turn.send(order.session, MsgType.EXECUTION_REPORT, body)

    def _ask_venue(self, event: Any, turn: Turn) -> None:
        """An event that wants something of the venue of its order: ask it, behind what was told before."""
        order = self.blotter.orders[event.order_seq]
        in_process = self._in_process.get(order.venue)
        if in_process is not None:
            for report in in_process.answer(event, order, self._moment(turn)):
                self._take(report, turn)
            return
        session = self._session_of_venue[order.venue]
        for request in self._venue_of_session[session].requests(event, order, self._moment(turn)):
            turn.send(session, request.msg_type, request.body)

    def _tell_received(self, event: events.OrderReceived, turn: Turn) -> None:
        if "new" in self._clients[event.session].report_pending:
            self._report(event, self.blotter.orders[event.seq], reports.PENDING_NEW, turn)

    def _tell_accepted(self, event: events.OrderAccepted, turn: Turn) -> None:
        self._report(event, self.blotter.orders[event.order_seq], reports.NEW, turn)

    def _tell_rejected(self, event: events.OrderRefused | events.OrderRejected, turn: Turn) -> None:
        order = self.blotter.orders[event.order_seq]
        code = ord_rej_reason(event.reason, self._clients[order.session].dialect)
        detail = b"103=%b\x0158=%b\x01" % (code, event.text.encode("latin-1", "replace"))
        self._report(event, order, reports.REJECTED, turn, detail=detail)
        if isinstance(event, events.OrderRefused) and _is_throttled(event.text, *event.also):
            self._refused_for_throttle(order.session, turn)

    def _tell_duplicate(self, event: events.DuplicateRefused, turn: Turn) -> None:
        """One report refuses the new order and tells the status of the one that has its ClOrdID (Appendix D, F.1.a)."""
        client = self._clients[event.session]
        detail = b"103=6\x0158=%b\x01" % event.text.encode("latin-1", "replace")
        if event.order_seq is not None:
            order = self.blotter.orders[event.order_seq]
            self._report(event, order, reports.REJECTED, turn, cl_ord_id=event.cl_ord_id, detail=detail)
        else:
            body = reports.spent_cl_ord_id_report(event.cl_ord_id, self._exec_id(event.seq), detail, client.dialect)
            turn.send(event.session, MsgType.EXECUTION_REPORT, body)
        if message_throttle(event.session, self.blotter, self._moment(turn)) is not None:
            self._refused_for_throttle(event.session, turn)

    def _tell_poss_resend(self, event: events.PossResendRecognized, turn: Turn) -> None:
        order = self.blotter.orders[event.order_seq]
        exec_id_ = self._exec_id(event.seq)
        dialect = self._clients[event.session].dialect
        body = reports.status_report(order, exec_id_, self._transact_time(turn), dialect, event.cl_ord_id)
        turn.send(event.session, MsgType.EXECUTION_REPORT, body)

    def _tell_filled(self, event: events.OrderFilled, turn: Turn) -> None:
        order = self.blotter.orders[event.order_seq]
        body = reports.trade_report(
            order,
            self._exec_id(event.seq),
            event.last_qty,
            event.last_px,
            self._transact_time(turn),
            self._clients[order.session].dialect,
        )
        turn.send(order.session, MsgType.EXECUTION_REPORT, body)

    def _tell_expired(self, event: events.OrderExpired, turn: Turn) -> None:
        self._report(event, self.blotter.orders[event.order_seq], reports.EXPIRED, turn, detail=_text(event.text))

    def _tell_cancel_requested(self, event: events.CancelRequested, turn: Turn) -> None:
        order = self.blotter.orders[event.order_seq]
        if not event.cause and "cancel" in self._clients[order.session].report_pending:
            self._report(event, order, reports.PENDING_CANCEL, turn, event.cl_ord_id, order.cl_ord_id)
        self._ask_venue(event, turn)

    def _tell_replace_requested(self, event: events.ReplaceRequested, turn: Turn) -> None:
        order = self.blotter.orders[event.order_seq]
        if "replace" in self._clients[order.session].report_pending:
            self._report(event, order, reports.PENDING_REPLACE, turn, event.cl_ord_id, order.cl_ord_id)
        self._ask_venue(event, turn)

    def _tell_canceled(self, event: events.OrderCanceled, turn: Turn) -> None:
        order = self.blotter.orders[event.order_seq]
        if event.cl_ord_id:
            self._report(event, order, reports.CANCELED, turn, event.cl_ord_id, event.orig_cl_ord_id, _text(event.text))
            return
        # The client did not ask: the order's own ClOrdID, and why, if it was we who asked.
        cause = "" if event.venue_cl_ord_id is None else order.requests[event.venue_cl_ord_id].name
        text = f"{cause}: {event.text}" if cause and event.text else cause or event.text
        self._report(event, order, reports.CANCELED, turn, detail=_text(text))

    def _tell_replaced(self, event: events.OrderReplaced, turn: Turn) -> None:
        order = self.blotter.orders[event.order_seq]
        self._report(event, order, reports.REPLACED, turn, event.cl_ord_id, event.orig_cl_ord_id)

    def _tell_cancel_refused(self, event: events.CancelRefused | events.CancelRejected, turn: Turn) -> None:
        self._reject_request(event, reports.CANCEL_REQUEST, turn)

    def _tell_replace_refused(self, event: events.ReplaceRefused | events.ReplaceRejected, turn: Turn) -> None:
        self._reject_request(event, reports.REPLACE_REQUEST, turn)

    def _reject_request(
        self,
        event: events.CancelRefused | events.CancelRejected | events.ReplaceRefused | events.ReplaceRejected,
        response_to: bytes,
        turn: Turn,
    ) -> None:
        order = None if event.order_seq is None else self.blotter.orders[event.order_seq]
        if not event.cl_ord_id:
            assert order is not None
            details = {"order_id": order.order_id, "text": event.text}
            turn.note("error", order.session, "cancel_of_ours_rejected", details)
            return  # the client did not ask, and the order is what it was
        if isinstance(event, events.CancelRefused | events.ReplaceRefused):
            session = event.session
        else:
            assert order is not None
            session = order.session
        code = cxl_rej_reason(event.reason, self._clients[session].dialect)
        text = event.text.encode("latin-1", "replace")
        body = reports.order_cancel_reject(order, event.cl_ord_id, event.orig_cl_ord_id, response_to, code, text)
        turn.send(session, MsgType.ORDER_CANCEL_REJECT, body)
        also = event.also if isinstance(event, events.ReplaceRefused) else ()
        if _is_throttled(event.text, *also):
            self._refused_for_throttle(session, turn)


def _is_throttled(*texts: str) -> bool:
    """Whether one of these refusals is that of a throttle."""
    return any(text.startswith(("THROTTLED", "CANCEL_THROTTLED")) for text in texts)


def _text(text: str) -> bytes:
    return b"58=%b\x01" % text.encode("latin-1", "replace") if text else b""
