"""What a client's requests on lists lead to: NewOrderList(E), ListExecute(L), ListCancelRequest(K).

    E   ListID used before > not whole > too long > contingency > a ClOrdID used before, or twice > throttle
        for each of these the list is refused whole, and no order comes of it
        then the gates, order by order: one that is refused is refused alone. Of a list whose orders depend on each
        other none is let in then: half of it would be something that its client did not ask for
    K   unknown list > throttle of cancels
    L   unknown list > executed already > throttle

The throttle must reach for all orders of a list, for each of them counts. An order of a list is an order like any other
from then on: it is canceled and replaced by its own ClOrdID, and reported by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from oms.blotter import Blotter
from oms.causes import LIST_CANCEL
from oms.commands import CancelList, ExecuteList, NewList
from oms.contingencies import cancel_of, released
from oms.decide_client import judged, order_refused
from oms.events import (
    Event,
    ListCancelRequested,
    ListExecuted,
    ListReceived,
    ListRefused,
    ListRequestRefused,
    OrderHeld,
    RequestCounted,
)
from oms.letting_go import LettingGo
from oms.lists import OrderList
from oms.onward import onward
from oms.outlook import Outlook
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.risk.throttle import cancel_throttle, message_throttle
from oms.token_bucket import take, wait_ns
from oms.types import Contingency, HoldReason, Moment

ORDERS_MAX: Final = 100
"""Of one list."""


def new_list(blotter: Blotter, command: NewList, at: Moment) -> list[Event]:
    """ListReceived with an OrderReceived of each order and what follows of it; or ListRefused; or RequestCounted when
    the list was sent before (PossResend)."""
    at_ns, seq = at
    session, list_id = command.session, command.list_id
    if command.poss_resend and blotter.lists.get((session, list_id)) is not None:
        return [RequestCounted(seq, at_ns, session, list_id)]
    refusal = _list_refusal(blotter, command, at)
    if refusal is not None:
        return [ListRefused(seq, at_ns, session, list_id, command.cl_ord_ids, refusal.code, refusal.text)]
    whole = None if command.contingency is Contingency.NONE else _one_refused(blotter, command, at)
    events: list[Event] = []
    orders: list[int] = []
    let_in: list[OrderRequest] = []
    for place, order in enumerate(command.orders):
        moment = Moment(at_ns, seq + 1 + len(events))
        orders.append(moment.seq)
        waits = _waits(command, place)
        received, request, refusals = judged(blotter, order, moment, seq, tuple(let_in), waits=waits)
        events.append(received)
        further = Moment(at_ns, moment.seq + 1)
        reasons: Sequence[Refusal] = refusals or ([] if whole is None else [whole])
        if not refusals:
            let_in.append(request)
        if reasons:
            events.append(order_refused(received.seq, reasons, further))
            continue
        if place and command.contingency is Contingency.ONE_TRIGGERS_THE_OTHER:
            events.append(OrderHeld(further.seq, at_ns, received.seq, HoldReason.OTHER_ORDER))
        elif command.waits:
            events.append(OrderHeld(further.seq, at_ns, received.seq, HoldReason.LIST_EXECUTE))
        else:
            events += onward(blotter, request, received.seq, further)
    code, text = ("", "") if whole is None else (whole.code, whole.text)
    head = ListReceived(seq, at_ns, session, list_id, command.contingency, command.waits, tuple(orders), code, text)
    return [head, *events]


def _waits(command: NewList, place: int) -> bool:
    """The order at this place of the list is held by it."""
    return command.waits or (place > 0 and command.contingency is Contingency.ONE_TRIGGERS_THE_OTHER)


def _one_refused(blotter: Blotter, command: NewList, at: Moment) -> Refusal | None:
    """Why the others are refused with it, when an order of the list is."""
    let_in: tuple[OrderRequest, ...] = ()
    for place, order in enumerate(command.orders):
        _, request, refusals = judged(blotter, order, at, None, let_in, waits=_waits(command, place))
        if refusals:
            return refuse("OTHER_ORDER_REFUSED", f"cl_ord_id={order.cl_ord_id}")
        let_in = (*let_in, request)
    return None


def _list_refusal(blotter: Blotter, command: NewList, at: Moment) -> Refusal | None:
    """Why no order can come of the list."""
    session, cl_ord_ids, count = command.session, command.cl_ord_ids, len(command.cl_ord_ids)
    if (session, command.list_id) in blotter.lists:
        return refuse("DUPLICATE_LIST_ID", f"list_id={command.list_id}")
    if not command.is_whole:
        return refuse("LIST_INCOMPLETE", f"orders={count}")
    if command.fault is not None:
        return command.fault
    if count > ORDERS_MAX:
        return refuse("LIST_TOO_LONG", f"orders={count} max={ORDERS_MAX}")
    if command.contingency is not Contingency.NONE and count < 2:
        return refuse("CONTINGENCY_NOT_SUPPORTED", f"contingency={command.contingency} orders={count}")
    client = blotter.clients.get(session)
    used = set() if client is None else client.cl_ord_ids.keys()
    for place, cl_ord_id in enumerate(cl_ord_ids):
        if cl_ord_id in used or cl_ord_id in cl_ord_ids[:place]:
            return refuse("LIST_CL_ORD_ID", f"cl_ord_id={cl_ord_id}")
    return _throttled(blotter, session, count, at)


def _throttled(blotter: Blotter, session: str, count: int, at: Moment) -> Refusal | None:
    client, rate, full_at_ns = blotter.clients.get(session), blotter.limits.messages, 0
    if client is not None:
        rate, full_at_ns = client.messages or rate, client.messages_full_at_ns
    for place in range(count):
        if wait_ns(full_at_ns, at.utc_ns, rate):
            return refuse("LIST_THROTTLED", f"orders={count} budget={place} per_s={rate.per_s} burst={rate.burst}")
        full_at_ns = take(full_at_ns, at.utc_ns, rate)
    return None


def cancel_list(blotter: Blotter, command: CancelList, at: Moment) -> list[Event]:
    """ListCancelRequested with the cancel of each order that is open; or ListRequestRefused."""
    at_ns, seq = at
    orders = blotter.lists.get((command.session, command.list_id))
    refusal = _unknown(orders, command.list_id) or cancel_throttle(command.session, blotter, at)
    if orders is None or refusal is not None:
        return _refused(command, refusal, at)
    events: list[Event] = [ListCancelRequested(seq, at_ns, command.session, orders.list_seq)]
    for outlook in _outlooks(blotter, orders):
        if outlook.is_live and not outlook.cancel_pending:
            text = f"list_id={orders.list_id}"
            events.append(cancel_of(blotter, outlook, LIST_CANCEL, text, Moment(at_ns, seq + len(events))))
    return events


def execute_list(blotter: Blotter, command: ExecuteList, at: Moment) -> list[Event]:
    """ListExecuted with what follows of each order that waited for it; or ListRequestRefused."""
    at_ns, seq = at
    orders = blotter.lists.get((command.session, command.list_id))
    refusal = _unknown(orders, command.list_id)
    if refusal is None and orders is not None and orders.executed:
        refusal = refuse("LIST_EXECUTING", f"list_id={orders.list_id}")
    refusal = refusal or message_throttle(command.session, blotter, at)
    if orders is None or refusal is not None:
        return _refused(command, refusal, at)
    events: list[Event] = [ListExecuted(seq, at_ns, command.session, orders.list_seq)]
    letting_go = LettingGo(blotter)
    for outlook in _outlooks(blotter, orders):
        if outlook.is_live and outlook.hold is HoldReason.LIST_EXECUTE:
            events += released(letting_go, outlook, Moment(at_ns, seq + len(events)))
    return events


def _outlooks(blotter: Blotter, orders: OrderList) -> list[Outlook]:
    return [Outlook(blotter.order(order_seq)) for order_seq in orders.orders]


def _unknown(orders: OrderList | None, list_id: str) -> Refusal | None:
    return refuse("UNKNOWN_LIST", f"list_id={list_id}") if orders is None else None


def _refused(command: CancelList | ExecuteList, refusal: Refusal | None, at: Moment) -> list[Event]:
    assert refusal is not None, command
    return [ListRequestRefused(at.seq, at.utc_ns, command.session, command.list_id, refusal.code, refusal.text)]
