"""What an OrderMassCancelRequest(q) and a DontKnowTrade(Q) lead to.

A mass cancel is one request: it counts once, and its ClOrdID(11) is spent. What it concerns are the open orders of the
session, by symbol, side and account where it names them; each of them is then canceled as if it had been asked for
alone, but without a ClOrdID of its own. None at all is an answer too.

A disputed trade changes nothing. An execution is what the venue says; that a client does not know it is for people.
"""

from __future__ import annotations

from typing import Final

from oms.blotter import Blotter
from oms.commands import DisputeTrade, MassCancel
from oms.events import Event, MassCancelRefused, MassCancelRequested, TradeDisputed
from oms.order import Order
from oms.refusals import Refusal, refuse
from oms.risk.throttle import cancel_throttle
from oms.types import Moment

ONE_SECURITY: Final = "1"
ALL_ORDERS: Final = "7"


def mass_cancel(blotter: Blotter, command: MassCancel, at: Moment) -> list[Event]:
    """MassCancelRequested or MassCancelRefused."""
    at_ns, seq = at
    refusal = _refusal(blotter, command, at)
    if refusal is not None:
        return [MassCancelRefused(seq, at_ns, command.session, command.cl_ord_id, command.scope, *refusal)]
    concerned = sorted(order.order_seq for order in blotter.open_orders.values() if _concerns(command, order))
    return [
        MassCancelRequested(
            seq,
            at_ns,
            command.session,
            command.cl_ord_id,
            command.scope,
            command.symbol,
            command.side,
            tuple(concerned),
        )
    ]


def _refusal(blotter: Blotter, command: MassCancel, at: Moment) -> Refusal | None:
    client = blotter.clients.get(command.session)
    if client is not None and command.cl_ord_id in client.cl_ord_ids:
        return refuse("DUPLICATE_CL_ORD_ID", f"cl_ord_id={command.cl_ord_id} order_id=NONE")
    if command.scope not in (ONE_SECURITY, ALL_ORDERS):
        return refuse("MASS_CANCEL_SCOPE", f"mass_cancel_request_type={command.scope} taken=1,7")
    if command.symbol not in blotter.instruments and (command.symbol or command.scope == ONE_SECURITY):
        return refuse("UNKNOWN_SYMBOL", f"symbol={command.symbol}")
    return cancel_throttle(command.session, blotter, at)


def _concerns(command: MassCancel, order: Order) -> bool:
    return (
        order.session == command.session
        and not order.ended
        and not order.cancel_pending
        and (order.cum_qty < order.order_qty or order.replace_pending)
        and (not command.symbol or order.symbol == command.symbol)
        and (command.side is None or order.side is command.side)
        and (not command.account or order.account == command.account)
    )


def dispute_trade(blotter: Blotter, command: DisputeTrade, at: Moment) -> list[Event]:
    """TradeDisputed: about an execution of the session, or `order_seq` None when it never had such a one."""
    order = blotter.order_by_id(command.order_id)
    if order is not None and (order.session != command.session or not _has(order, command.exec_id, blotter.store_id)):
        order = None
    return [
        TradeDisputed(
            at.seq,
            at.utc_ns,
            command.session,
            command.order_id,
            command.exec_id,
            None if order is None else order.order_seq,
            command.dk_reason,
            command.text,
        )
    ]


def _has(order: Order, exec_id: str, store_id: str) -> bool:
    """The execution was reported under this ExecID(17): by its fill, its last correction or its bust."""
    prefix, _, number = exec_id.rpartition("-")
    if prefix != store_id or not (number.isascii() and number.isdigit() and len(number) <= 18):
        return False
    seq = int(number)
    told = (*order.executions.values(), *order.revisions.values())
    return any(execution.seq == seq for execution in told)
