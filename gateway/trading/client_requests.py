"""What clients ask for: one small method for each MsgType(35), and `table`, which names them.

A method makes a command of the message and has it decided; what became of it is told by `gateway.trading.tellers`. Only
what leaves no fact behind is answered here: a request that the desk does not take. Questions are in
`gateway.trading.client_questions`.
"""

from __future__ import annotations

from collections.abc import Callable

from fixspec import tags
from fixspec.message import Message
from fixspec.tags import MsgType
from gateway.trading.client_questions import ClientQuestions
from gateway.trading.client_terms import Client
from gateway.trading.reporter import Reporter
from gateway.translate import reports
from gateway.translate.multileg import new_multileg, replace_multileg
from gateway.translate.rejects import cxl_rej_reason, mass_cancel_reject_reason, ord_rej_reason
from gateway.translate.requests import (
    Unsupported,
    account_not_allowed,
    cancel_order,
    dispute_trade,
    mass_cancel,
    new_order,
    replace_order,
)
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command, NewOrder, QueryOrder, ReplaceOrder
from oms.refusals import Refusal
from oms.risk.throttle import message_throttle
from oms.types import Moment

Handler = Callable[[str, Client, Message, Turn], None]
"""Takes a message of a client session: its name, its terms, the message, the turn."""


class ClientRequests:
    """`take` decides a command, and tells what came of it."""

    def __init__(
        self,
        blotter: Blotter,
        reporter: Reporter,
        take: Callable[[Command, Turn], None],
        questions: ClientQuestions,
    ) -> None:
        self._blotter = blotter
        self._reporter = reporter
        self._take = take
        self.table: dict[bytes, Handler] = {
            MsgType.NEW_ORDER_SINGLE: self._new_order_single,
            MsgType.ORDER_CANCEL_REQUEST: self._order_cancel_request,
            MsgType.ORDER_CANCEL_REPLACE_REQUEST: self._order_cancel_replace_request,
            MsgType.NEW_ORDER_MULTILEG: self._new_order_multileg,
            MsgType.MULTILEG_ORDER_CANCEL_REPLACE: self._multileg_order_cancel_replace,
            MsgType.ORDER_MASS_CANCEL_REQUEST: self._order_mass_cancel_request,
            MsgType.DONT_KNOW_TRADE: self._dont_know_trade,
            MsgType.BUSINESS_MESSAGE_REJECT: self._business_message_reject,
            **questions.table,
        }

    def _new_order_single(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        self._new(session, client, message, new_order(session, message, client.dialect), turn)

    def _new_order_multileg(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        self._new(session, client, message, new_multileg(session, message), turn)

    def _new(self, session: str, client: Client, message: Message, request: NewOrder | Unsupported, turn: Turn) -> None:
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
        self._replace(session, client, message, replace_order(session, message, client.dialect), turn)

    def _multileg_order_cancel_replace(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        self._replace(session, client, message, replace_multileg(session, message), turn)

    def _replace(
        self, session: str, client: Client, message: Message, request: ReplaceOrder | Unsupported, turn: Turn
    ) -> None:
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

    def _order_mass_cancel_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        request = mass_cancel(session, message)
        if not isinstance(request, Unsupported):
            self._take(request, turn)
            return
        report_id, fields = self._reporter.exec_id(turn.next_seq()), message.fields
        refusal = self._count_unsupported(session, message, request, turn)
        body = reports.order_mass_cancel_report(
            report_id,
            fields[tags.CL_ORD_ID].decode("latin-1"),
            fields[tags.MASS_CANCEL_REQUEST_TYPE].decode("latin-1"),
            None,
            mass_cancel_reject_reason(refusal.code),
            self._reporter.transact_time(turn),
            refusal.text.encode("latin-1", "replace"),
            client.dialect,
        )
        turn.send(session, MsgType.ORDER_MASS_CANCEL_REPORT, body)
        if refusal is not request:
            self._reporter.refused_for_throttle(session, turn)

    def _dont_know_trade(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        self._take(dispute_trade(session, message), turn)

    def _business_message_reject(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        """A reject is never answered by a reject, or two of a mind would go on for ever. The journal keeps it."""
