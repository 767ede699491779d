"""Who is told what: one small method for each fact that somebody outside must hear of, and `table`, which names them.

A fact of an order without a session (a child that works a part of another order, an order that we found at a venue) is
no client's business, and said to none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fixspec.numbers import format_decimal
from fixspec.tags import MsgType
from gateway.trading.alarms import Alarms
from gateway.trading.leg_reports import LegReports
from gateway.trading.markets import Markets
from gateway.trading.reporter import Reporter
from gateway.translate import reports
from gateway.translate.dialect import exec_restatement_reason
from gateway.translate.rejects import cxl_rej_reason, mass_cancel_reject_reason, ord_rej_reason
from gateway.turn import Turn
from oms import events
from oms.blotter import Blotter
from oms.causes import MASS_CANCEL
from oms.commands import CancelForLeaver, Command
from oms.events import Event
from oms.exact import plain
from oms.order import Order
from oms.risk.throttle import message_throttle
from oms.types import Moment, RestatementReason


class Tellers:
    """`table` is read by `gateway.trading.deciding` as each fact comes to stand."""

    def __init__(
        self,
        blotter: Blotter,
        reporter: Reporter,
        ask_venue: Callable[[Any, Turn], None],
        take: Callable[[Command, Turn], None],
        markets: Markets,
        alarms: Alarms,
    ) -> None:
        self._blotter = blotter
        self._reporter = reporter
        self._take = take
        self._alarms = alarms
        self._last_mkt = markets.last_mkt
        self._report = reporter.report
        self._legs = LegReports(blotter, reporter)
        self._ask_venue = ask_venue
        self.table: dict[type[Event], Callable[[Any, Turn], None]] = {
            events.OrderRefused: self._rejected,
            events.DuplicateRefused: self._duplicate,
            events.PossResendRecognized: self._poss_resend,
            events.OrderRouted: ask_venue,
            events.OrderHeld: self._held,
            events.OrderTriggered: self._triggered,
            events.OrderAccepted: self._accepted,
            events.OrderRejected: self._rejected,
            events.OrderFilled: self._filled,
            events.ExecutionBusted: self._revised,
            events.ExecutionCorrected: self._revised,
            events.OrderRestated: self._restated,
            events.OrderDoneForDay: self._done_for_day,
            events.OrderSuspended: self._suspended,
            events.OrderReinstated: self._reinstated,
            events.OrderStopped: self._stopped,
            events.OrderExpired: self._expired,
            events.CancelRequested: self._cancel_requested,
            events.CancelRefused: self._cancel_refused,
            events.CancelRejected: self._cancel_refused,
            events.OrderCanceled: self._canceled,
            events.ReplaceRequested: self._replace_requested,
            events.ReplaceRefused: self._replace_refused,
            events.ReplaceRejected: self._replace_refused,
            events.OrderReplaced: self._replaced,
            events.RequestRetargeted: ask_venue,
            events.MassCancelRequested: self._mass_cancel_requested,
            events.MassCancelRefused: self._mass_cancel_refused,
            events.TradeDisputed: self._trade_disputed,
            events.OrderQueried: ask_venue,
            **alarms.table,
        }
        self.clients_changed()

    def clients_changed(self) -> None:
        """That an order was received is told only if some client wants to hear it."""
        if any("new" in client.report_pending for client in self._reporter.clients.values()):
            self.table[events.OrderReceived] = self._received

    # -- new orders ----------------------------------------------------------------------------------------------

    def _received(self, event: events.OrderReceived, turn: Turn) -> None:
        if event.session and "new" in self._reporter.clients[event.session].report_pending:
            self._report(event.seq, self._blotter.order(event.seq), reports.PENDING_NEW, turn)

    def _held(self, event: events.OrderHeld, turn: Turn) -> None:
        """The order is New to its client, and no market works on it yet. One that was held before, for another reason
        or on other terms, is known to it."""
        order = self._blotter.order(event.order_seq)
        session = order.session or self._reporter.nobody
        if session and not order.triggered and len(order.chain) <= 1:
            knows = self._reporter.clients[session].dialect.working_indicator
            self._report(event.seq, order, reports.NEW, turn, detail=b"636=N\x01" if knows else b"")

    def _triggered(self, event: events.OrderTriggered, turn: Turn) -> None:
        order = self._blotter.order(event.order_seq)
        session = order.session or self._reporter.nobody
        if not session:
            return
        dialect = self._reporter.clients[session].dialect
        detail = b"636=Y\x01" if dialect.working_indicator else b""
        if dialect.triggered == reports.RESTATED:
            detail += _restatement(exec_restatement_reason(RestatementReason.MARKET_OPTION, dialect))
        text = "TRIGGERED" if event.price is None else f"TRIGGERED: reference_price={plain(event.price)}"
        self._report(event.seq, order, dialect.triggered, turn, detail=detail + _text(text))

    def _accepted(self, event: events.OrderAccepted, turn: Turn) -> None:
        """What the gateway held was New to its client from then on: that the venue has it now is no news."""
        order = self._blotter.order(event.order_seq)
        if not order.triggered:
            self._report(event.seq, order, reports.NEW, turn)

    def _rejected(self, event: events.OrderRefused | events.OrderRejected, turn: Turn) -> None:
        if isinstance(event, events.OrderRefused) and self._blotter.further_gates:
            self._alarms.gate_failed(event, turn)
        order = self._blotter.order(event.order_seq)
        session = order.session or self._reporter.nobody
        if not session:
            return
        code = ord_rej_reason(event.reason, self._reporter.clients[session].dialect)
        detail = b"103=%b\x0158=%b\x01" % (code, event.text.encode("latin-1", "replace"))
        self._report(event.seq, order, reports.REJECTED, turn, detail=detail)
        if isinstance(event, events.OrderRefused) and _is_throttled(event.text, *event.also):
            self._reporter.refused_for_throttle(session, turn)

    def _duplicate(self, event: events.DuplicateRefused, turn: Turn) -> None:
        """One report refuses the new order and tells the status of the one that has its ClOrdID (Appendix D, F.1.a)."""
        reporter = self._reporter
        detail = b"103=6\x0158=%b\x01" % event.text.encode("latin-1", "replace")
        if event.order_seq is not None:
            order = self._blotter.order(event.order_seq)
            self._report(event.seq, order, reports.REJECTED, turn, cl_ord_id=event.cl_ord_id, detail=detail)
        else:
            dialect = reporter.clients[event.session].dialect
            body = reports.spent_cl_ord_id_report(event.cl_ord_id, reporter.exec_id(event.seq), detail, dialect)
            turn.send(event.session, MsgType.EXECUTION_REPORT, body)
        if message_throttle(event.session, self._blotter, Moment(turn.now.utc_ns, turn.next_seq())) is not None:
            reporter.refused_for_throttle(event.session, turn)

    def _poss_resend(self, event: events.PossResendRecognized, turn: Turn) -> None:
        order, reporter = self._blotter.order(event.order_seq), self._reporter
        exec_id, time = reporter.exec_id(event.seq), reporter.transact_time(turn)
        dialect, listed = reporter.clients[event.session].dialect, reporter.list_field(order)
        body = reports.status_report(order, exec_id, time, dialect, event.cl_ord_id, listed)
        turn.send(event.session, MsgType.EXECUTION_REPORT, body)

    # -- what becomes of an order --------------------------------------------------------------------------------

    def _filled(self, event: events.OrderFilled, turn: Turn) -> None:
        if event.flags:
            self._alarms.odd_execution(event, turn)
        order, reporter = self._blotter.order(event.order_seq), self._reporter
        session = order.session
        if not session:
            if order.special.leg_ref_id:
                self._legs.filled(event, order, self._last_mkt(event.venue), turn)
                return
            session = reporter.nobody
            if not session:
                return
        dialect = reporter.clients[session].dialect
        more = self._last_mkt(event.venue) if event.venue else b""
        if event.details is not None:
            more = reports.fill_details(event.details, more, dialect)
        if order.list_seq is not None:
            more += reporter.list_field(order)
        body = reports.trade_report(
            order,
            reporter.exec_id(event.seq),
            event.last_qty,
            event.last_px,
            reporter.transact_time(turn),
            dialect,
            more,
        )
        turn.send(session, MsgType.EXECUTION_REPORT, body)

    def _revised(self, event: events.ExecutionBusted | events.ExecutionCorrected, turn: Turn) -> None:
        order, reporter = self._blotter.order(event.order_seq), self._reporter
        session = order.session
        if isinstance(event, events.ExecutionCorrected) and event.flags:
            self._alarms.odd_execution(event, turn)
        if not session:
            if order.special.leg_ref_id:
                self._legs.revised(event, order, turn)
                return
            session = reporter.nobody
            if not session:
                return
        correction, more = None, reporter.list_field(order)
        if isinstance(event, events.ExecutionBusted):
            more += _text(event.text)
        else:
            correction = (event.last_qty, event.last_px)
        body = reports.revision_report(
            order,
            reporter.exec_id(event.seq),
            reporter.exec_id(event.ref_seq),
            correction,
            reporter.transact_time(turn),
            reporter.clients[session].dialect,
            more,
        )
        turn.send(session, MsgType.EXECUTION_REPORT, body)

    def _restated(self, event: events.OrderRestated, turn: Turn) -> None:
        order = self._blotter.order(event.order_seq)
        self._report(
            event.seq, order, reports.RESTATED, turn, detail=self._why(event.reason, order) + _text(event.text)
        )

    def _why(self, reason: RestatementReason, order: Order) -> bytes:
        """ExecRestatementReason(378), as the order's client knows it."""
        session = order.session or self._reporter.nobody
        if not session:
            return b""
        return _restatement(exec_restatement_reason(reason, self._reporter.clients[session].dialect))

    def _done_for_day(self, event: events.OrderDoneForDay, turn: Turn) -> None:
        order = self._blotter.order(event.order_seq)
        self._report(event.seq, order, reports.DONE_FOR_DAY, turn, detail=_text(event.text))

    def _suspended(self, event: events.OrderSuspended, turn: Turn) -> None:
        order = self._blotter.order(event.order_seq)
        self._report(event.seq, order, reports.SUSPENDED, turn, detail=_text(event.text))

    def _reinstated(self, event: events.OrderReinstated, turn: Turn) -> None:
        """The market has let it go on."""
        order = self._blotter.order(event.order_seq)
        detail = self._why(RestatementReason.MARKET_OPTION, order) + _text(event.text)
        self._report(event.seq, order, reports.RESTATED, turn, detail=detail)

    def _stopped(self, event: events.OrderStopped, turn: Turn) -> None:
        """A guarantee: LastQty(32) and LastPx(31) are what is guaranteed, and no execution (Appendix D, L.1.a)."""
        order = self._blotter.order(event.order_seq)
        detail = b"32=%b\x0131=%b\x01" % (format_decimal(event.last_qty), format_decimal(event.last_px))
        self._report(event.seq, order, reports.STOPPED, turn, detail=detail + _text(event.text))

    def _expired(self, event: events.OrderExpired, turn: Turn) -> None:
        order = self._blotter.order(event.order_seq)
        self._report(event.seq, order, reports.EXPIRED, turn, detail=_text(event.text))

    # -- cancels and replaces ------------------------------------------------------------------------------------

    def _cancel_requested(self, event: events.CancelRequested, turn: Turn) -> None:
        order = self._blotter.order(event.order_seq)
        session = order.session or self._reporter.nobody
        if not event.cause and session and "cancel" in self._reporter.clients[session].report_pending:
            self._report(event.seq, order, reports.PENDING_CANCEL, turn, event.cl_ord_id, order.cl_ord_id)
        self._ask_venue(event, turn)

    def _replace_requested(self, event: events.ReplaceRequested, turn: Turn) -> None:
        order = self._blotter.order(event.order_seq)
        session = order.session or self._reporter.nobody
        if session and "replace" in self._reporter.clients[session].report_pending:
            self._report(event.seq, order, reports.PENDING_REPLACE, turn, event.cl_ord_id, order.cl_ord_id)
        self._ask_venue(event, turn)

    def _canceled(self, event: events.OrderCanceled, turn: Turn) -> None:
        order, cl_ord_id, text = self._blotter.order(event.order_seq), event.cl_ord_id, event.text
        if cl_ord_id:
            self._report(event.seq, order, reports.CANCELED, turn, cl_ord_id, event.orig_cl_ord_id, _text(text))
            return
        # The client did not ask: the order's own ClOrdID, and why, if it was we who asked.
        cause = "" if event.venue_cl_ord_id is None else order.requests[event.venue_cl_ord_id].name
        told = f"{cause}: {text}" if cause and text else cause or text
        why = b"" if event.reason is None else self._why(event.reason, order)
        self._report(event.seq, order, reports.CANCELED, turn, detail=why + _text(told))

    def _replaced(self, event: events.OrderReplaced, turn: Turn) -> None:
        order = self._blotter.order(event.order_seq)
        self._report(event.seq, order, reports.REPLACED, turn, event.cl_ord_id, event.orig_cl_ord_id)

    def _cancel_refused(self, event: events.CancelRefused | events.CancelRejected, turn: Turn) -> None:
        self._reject_request(event, reports.CANCEL_REQUEST, turn)

    def _replace_refused(self, event: events.ReplaceRefused | events.ReplaceRejected, turn: Turn) -> None:
        if isinstance(event, events.ReplaceRefused) and self._blotter.further_gates:
            self._alarms.gate_failed(event, turn)
        self._reject_request(event, reports.REPLACE_REQUEST, turn)

    def _reject_request(
        self,
        event: events.CancelRefused | events.CancelRejected | events.ReplaceRefused | events.ReplaceRejected,
        response_to: bytes,
        turn: Turn,
    ) -> None:
        order = None if event.order_seq is None else self._blotter.order(event.order_seq)
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
        code = cxl_rej_reason(event.reason, self._reporter.clients[session].dialect)
        text = event.text.encode("latin-1", "replace")
        body = reports.order_cancel_reject(order, event.cl_ord_id, event.orig_cl_ord_id, response_to, code, text)
        turn.send(session, MsgType.ORDER_CANCEL_REJECT, body)
        also = event.also if isinstance(event, events.ReplaceRefused) else ()
        if _is_throttled(event.text, *also):
            self._reporter.refused_for_throttle(session, turn)

    # -- many orders at once, and no order at all ----------------------------------------------------------------

    def _mass_cancel_requested(self, event: events.MassCancelRequested, turn: Turn) -> None:
        """First the answer, also when there is nothing to cancel; then each order's own cancel."""
        self._report_mass_cancel(event, len(event.orders), b"", b"", turn)
        for order_seq in event.orders:
            self._take(CancelForLeaver(order_seq, MASS_CANCEL), turn)

    def _mass_cancel_refused(self, event: events.MassCancelRefused, turn: Turn) -> None:
        text = event.text.encode("latin-1", "replace")
        self._report_mass_cancel(event, None, mass_cancel_reject_reason(event.code), text, turn)
        if _is_throttled(event.text):
            self._reporter.refused_for_throttle(event.session, turn)

    def _report_mass_cancel(
        self,
        event: events.MassCancelRequested | events.MassCancelRefused,
        orders: int | None,
        reason: bytes,
        text: bytes,
        turn: Turn,
    ) -> None:
        reporter, session = self._reporter, event.session
        exec_id, time = reporter.exec_id(event.seq), reporter.transact_time(turn)
        dialect = reporter.clients[session].dialect
        body = reports.order_mass_cancel_report(
            exec_id, event.cl_ord_id, event.scope, orders, reason, time, text, dialect
        )
        turn.send(session, MsgType.ORDER_MASS_CANCEL_REPORT, body)

    def _trade_disputed(self, event: events.TradeDisputed, turn: Turn) -> None:
        """For people: a client and a venue disagree about an execution, and neither is believed here by itself."""
        details = {
            "order_id": event.order_id,
            "exec_id": event.exec_id,
            "dk_reason": event.dk_reason,
            "ours": "no" if event.order_seq is None else "yes",
            "text": event.text,
        }
        turn.note("error", event.session, "trade_disputed", details)


def _is_throttled(*texts: str) -> bool:
    """Whether one of these refusals is that of a throttle."""
    return any(text.startswith(("THROTTLED", "CANCEL_THROTTLED")) for text in texts)


def _text(text: str) -> bytes:
    return b"58=%b\x01" % text.encode("latin-1", "replace") if text else b""


def _restatement(reason: bytes) -> bytes:
    return b"378=%b\x01" % reason
