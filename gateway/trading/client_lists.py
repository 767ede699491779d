"""What clients ask of lists: NewOrderList(E), ListCancelRequest(K), ListExecute(L), ListStatusRequest(M).

Each is answered by a ListStatus(N) behind whatever its orders had to say for themselves; one more comes by itself when
the last order of a list is done. Of a list that is not there a ListStatus cannot tell: its group of orders must not be
empty, so that is a BusinessMessageReject(j).
"""

from __future__ import annotations

from collections.abc import Callable

from fixspec import tags
from fixspec.message import Message
from fixspec.tags import BusinessRejectReason, ListStatusType, MsgType
from gateway.trading.client_terms import Client
from gateway.trading.reporter import Reporter
from gateway.translate.lists import list_status, missing_field, new_list, refused_list_status
from gateway.translate.rejects import THROTTLED, business_reject
from gateway.turn import Turn
from oms import events
from oms.blotter import Blotter
from oms.commands import CancelList, Command, ExecuteList, QueryOrder
from oms.lists import OrderList
from oms.refusals import Refusal
from oms.risk.throttle import cancel_throttle, message_throttle
from oms.types import Moment

_UNKNOWN_ID = BusinessRejectReason.UNKNOWN_ID
_FIELD_MISSING = BusinessRejectReason.CONDITIONALLY_REQUIRED_FIELD_MISSING


class ClientLists:
    """`requests` as the table in `gateway.trading.client_requests`, `tellers` as that in `gateway.trading.tellers`."""

    def __init__(self, blotter: Blotter, reporter: Reporter, take: Callable[[Command, Turn], None]) -> None:
        self._blotter = blotter
        self._reporter = reporter
        self._take = take
        self.requests: dict[bytes, Callable[[str, Client, Message, Turn], None]] = {
            MsgType.NEW_ORDER_LIST: self._new_order_list,
            MsgType.LIST_CANCEL_REQUEST: self._list_cancel_request,
            MsgType.LIST_EXECUTE: self._list_execute,
            MsgType.LIST_STATUS_REQUEST: self._list_status_request,
        }
        self.tellers: dict[type[events.Event], Callable[..., None]] = {
            events.ListRefused: self._refused,
            events.ListFinished: self._finished,
        }

    # -- requests --------------------------------------------------------------------------------------------------

    def _new_order_list(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        missing = missing_field(message)
        if missing is not None:
            text = b"Conditionally required field missing, field=%b, ListSeqNo(67)=%b" % (missing[1], missing[0])
            self._reject(session, client, message, _FIELD_MISSING, text, turn)
            return
        command = new_list(session, message, client.accounts, client.dialect)
        known = self._blotter.lists.get((session, command.list_id))
        self._take(command, turn)
        orders = self._blotter.lists.get((session, command.list_id))
        if orders is not None and (known is None or command.poss_resend):
            answer = ListStatusType.ACK if known is None else ListStatusType.RESPONSE
            self._tell(orders, answer, "", turn)

    def _list_cancel_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        throttled = cancel_throttle(session, self._blotter, self._moment(turn))
        command = CancelList(session, message.fields[tags.LIST_ID].decode("latin-1"))
        self._ask(session, client, message, command, throttled, ListStatusType.RESPONSE, turn)

    def _list_execute(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        throttled = message_throttle(session, self._blotter, self._moment(turn))
        command = ExecuteList(session, message.fields[tags.LIST_ID].decode("latin-1"))
        self._ask(session, client, message, command, throttled, ListStatusType.EXEC_STARTED, turn)

    def _list_status_request(self, session: str, client: Client, message: Message, turn: Turn) -> None:
        list_id = message.fields[tags.LIST_ID].decode("latin-1")
        throttled = message_throttle(session, self._blotter, self._moment(turn))
        self._take(QueryOrder(session, list_id), turn)
        if throttled is not None:
            self._reject(session, client, message, THROTTLED, throttled.text.encode(), turn)
            self._reporter.refused_for_throttle(session, turn)
            return
        orders = self._blotter.lists.get((session, list_id))
        if orders is None:
            self._reject(session, client, message, _UNKNOWN_ID, b"UNKNOWN_LIST: list_id=%b" % list_id.encode(), turn)
        else:
            self._tell(orders, ListStatusType.RESPONSE, "", turn)

    def _ask(
        self,
        session: str,
        client: Client,
        message: Message,
        command: CancelList | ExecuteList,
        throttled: Refusal | None,
        answer: bytes,
        turn: Turn,
    ) -> None:
        """A request on a list that is there or not."""
        before = self._blotter.lists.get((session, command.list_id))
        refused = before is not None and isinstance(command, ExecuteList) and before.executed
        self._take(command, turn)
        if before is None:
            text = b"UNKNOWN_LIST: list_id=%b" % command.list_id.encode("latin-1")
            self._reject(session, client, message, _UNKNOWN_ID, text, turn)
        elif refused:
            self._tell(before, ListStatusType.RESPONSE, f"LIST_EXECUTING: list_id={command.list_id}", turn)
        elif throttled is not None:
            self._reject(session, client, message, THROTTLED, throttled.text.encode(), turn)
            self._reporter.refused_for_throttle(session, turn)
        else:
            self._tell(before, answer, "", turn)

    # -- telling ---------------------------------------------------------------------------------------------------

    def _refused(self, event: events.ListRefused, turn: Turn) -> None:
        reporter, session = self._reporter, event.session
        body = refused_list_status(
            event.list_id,
            event.cl_ord_ids,
            ListStatusType.ACK,
            event.code,
            event.text,
            reporter.transact_time(turn),
            reporter.clients[session].dialect,
        )
        turn.send(session, MsgType.LIST_STATUS, body)
        if event.code == "LIST_THROTTLED":
            reporter.refused_for_throttle(session, turn)

    def _finished(self, event: events.ListFinished, turn: Turn) -> None:
        self._tell(self._blotter.lists_by_seq[event.list_seq], ListStatusType.ALL_DONE, "", turn)

    def _tell(self, orders: OrderList, status_type: bytes, text: str, turn: Turn) -> None:
        reporter = self._reporter
        members = [self._blotter.order(order_seq) for order_seq in orders.orders]
        dialect = reporter.clients[orders.session].dialect
        body = list_status(orders, members, status_type, text, reporter.transact_time(turn), dialect)
        turn.send(orders.session, MsgType.LIST_STATUS, body)

    def _reject(self, session: str, client: Client, message: Message, reason: bytes, text: bytes, turn: Turn) -> None:
        body = business_reject(message, reason, text, client.dialect)
        turn.send(session, MsgType.BUSINESS_MESSAGE_REJECT, body)

    def _moment(self, turn: Turn) -> Moment:
        return Moment(turn.now.utc_ns, turn.next_seq())
