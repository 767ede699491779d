"""What clients ask for: one small method for each MsgType(35), and `table`, which names them.

A method makes a command of the message and has it decided; what became of it is told by `gateway.tellers`. Only what
leaves no fact behind is answered here: a request that the desk does not take, and questions.
"""

from __future__ import annotations

from collections.abc import Callable

from fixspec import tags
from fixspec.message import Message
from fixspec.tags import MsgType
from gateway.client_terms import Client
from gateway.reporter import Reporter
from gateway.translate import reports
from gateway.translate.rejects import THROTTLED, business_reject, cxl_rej_reason, ord_rej_reason
from gateway.translate.requests import (
    Unsupported,
    account_not_allowed,
    cancel_order,
    new_order,
    query_order,
    replace_order,
)
from gateway.turn import Turn
from gateway.unresolved_watch import UnresolvedWatch
from oms.blotter import Blotter
from oms.commands import Command, NewOrder, QueryOrder
from oms.refusals import Refusal
from oms.risk.throttle import message_throttle
from oms.types import Moment
from oms.unresolved import VENUE_STATE_UNKNOWN

Handler = Callable[[str, Client, Message, Turn], None]
"""Takes a message of a client session: its name, its terms, the message, the turn."""


class ClientRequests:
    """`take` decides a command, and tells what came of it."""

    def __init__(
        self, blotter: Blotter, reporter: Reporter, take: Callable[[Command, Turn], None], watch: UnresolvedWatch
    ) -> None:
        self._blotter = blotter
        self._reporter = reporter
        self._take = take
        self._watch = watch
        self.table: dict[bytes, Handler] = {
            MsgType.NEW_ORDER_SINGLE: self._new_order_single,
            MsgType.ORDER_CANCEL_REQUEST: self._order_cancel_request,
            MsgType.ORDER_CANCEL_REPLACE_REQUEST: self._order_cancel_replace_request,
            MsgType.ORDER_STATUS_REQUEST: self._order_status_request,
            MsgType.BUSINESS_MESSAGE_REJECT: self._business_message_reject,
        }

    def _new_order_single(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        request = new_order(session, message, client.dialect)
        if type(request) is NewOrder:
            if not client.accounts or request.account in client.accounts:
                self._take(request, turn)
                return
            request = account_not_allowed(request.account)
        assert isinstance(request, Unsupported)
        exec_id = self._reporter.exec_id(turn.next_seq())
        refusal = self._count_unsupported(session, message, request, turn)
        code, text = ord_rej_reason(refusal.reason, client.dialect), refusal.text.encode("latin-1")
        body = reports.refused_order_report(message.fields, exec_id, code, text, client.dialect)
        turn.send(session, MsgType.EXECUTION_REPORT, body)
        if refusal is not request:
            self._reporter.refused_for_throttle(session, turn)

    def _count_unsupported(
        self, session: str, message: Message, unsupported: Unsupported, turn: Turn
    ) -> Unsupported | Refusal:
        """A request of which nothing comes counts all the same. What it is refused for: above the throttle, that."""
        throttled = self._throttled(session, turn)
        self._take(QueryOrder(session, message.fields[tags.CL_ORD_ID].decode("latin-1")), turn)
        return unsupported if throttled is None else throttled

    def _throttled(self, session: str, turn: Turn) -> Refusal | None:
        return message_throttle(session, self._blotter, Moment(turn.now.utc_ns, turn.next_seq()))

    def _order_cancel_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        request = cancel_order(session, message)
        if isinstance(request, Unsupported):
            self._refuse_unsupported(session, client, message, request, reports.CANCEL_REQUEST, turn)
        else:
            self._take(request, turn)

    def _order_cancel_replace_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        request = replace_order(session, message, client.dialect)
        if isinstance(request, Unsupported):
            self._refuse_unsupported(session, client, message, request, reports.REPLACE_REQUEST, turn)
        else:
            self._take(request, turn)

    def _refuse_unsupported(
        self, session: str, client: Client, message: Message, unsupported: Unsupported, response_to: bytes, turn: Turn
    ) -> None:
        orig_cl_ord_id = message.fields[tags.ORIG_CL_ORD_ID].decode("latin-1")
        cl_ord_id = message.fields[tags.CL_ORD_ID].decode("latin-1")
        order = self._blotter.order_by_cl_ord_id(session, orig_cl_ord_id)
        refusal = self._count_unsupported(session, message, unsupported, turn)
        code, text = cxl_rej_reason(refusal.reason, client.dialect), refusal.text.encode("latin-1")
        body = reports.order_cancel_reject(order, cl_ord_id, orig_cl_ord_id, response_to, code, text)
        turn.send(session, MsgType.ORDER_CANCEL_REJECT, body)
        if refusal is not unsupported:
            self._reporter.refused_for_throttle(session, turn)

    def _order_status_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        query = query_order(session, message)
        exec_id = self._reporter.exec_id(turn.next_seq())
        throttled = self._throttled(session, turn)
        self._take(query, turn)
        if throttled is not None:
            body = business_reject(message, THROTTLED, throttled.text.encode("latin-1"), client.dialect)
            turn.send(session, MsgType.BUSINESS_MESSAGE_REJECT, body)
            self._reporter.refused_for_throttle(session, turn)
            return
        order = self._blotter.order_by_cl_ord_id(session, query.cl_ord_id)
        if order is None:
            fields = message.fields
            symbol, side = fields.get(tags.SYMBOL, b"[N/A]"), fields.get(tags.SIDE, b"1")
            text = b"UNKNOWN_ORDER: ClOrdID=" + fields[tags.CL_ORD_ID]
            body = reports.unknown_order_report(fields[tags.CL_ORD_ID], symbol, side, exec_id, text, client.dialect)
        else:
            body = reports.status_report(order, exec_id, self._reporter.transact_time(turn), client.dialect)
            if self._watch.is_unresolved(order):
                body += b"58=%b: venue=%b\x01" % (VENUE_STATE_UNKNOWN.encode(), order.venue.encode())
        turn.send(session, MsgType.EXECUTION_REPORT, body)

    def _business_message_reject(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        """A reject is never answered by a reject, or two of a mind would go on for ever. The journal keeps it."""
