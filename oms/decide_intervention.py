"""What a named person may do to one order, and what follows.

Every decision begins with who and why: OperatorIntervened, then the facts; or OperatorRefused alone, and nothing has
happened. Of a new order it stands behind the facts, since only then there is an order.

    enter               a telephoned order (Appendix D, E.1.a): without ClOrdID(11), through the same gates
    cancel              a cancel goes to the venue; an order that is held here ends at once
    restate             other terms, agreed with the venue by other means (E.1.c, E.1.d), or a split (H.1.b)
    bust, correct       an execution is taken back or put right, as the venue has done
    done, suspend, reinstate   marks: no more today; cannot trade; can again
    claim               an order found at a venue gets an account

Restatements, busts, corrections and marks change our book and tell the client. The venue is told nothing: they are for
what it has done without a report that could be read.
"""

from __future__ import annotations

from decimal import Decimal

from oms.blotter import Blotter, by_order_id
from oms.causes import OPERATOR
from oms.commands import NewOrder
from oms.decide_client import new_order
from oms.decide_executions import execution_named
from oms.decide_time import our_cancel
from oms.events import (
    Event,
    ExecutionBusted,
    ExecutionCorrected,
    OperatorIntervened,
    OperatorRefused,
    OrderCanceled,
    OrderClaimed,
    OrderDoneForDay,
    OrderFilled,
    OrderReinstated,
    OrderRestated,
    OrderSuspended,
)
from oms.exact import add, in_bounds, subtract
from oms.operator_commands import (
    BustByOperator,
    CancelByOperator,
    ClaimOrder,
    CorrectByOperator,
    EnterOrder,
    Intervention,
    MarkDoneForDay,
    ReinstateOrder,
    RestateOrder,
    SuspendOrder,
)
from oms.order import Execution, Order
from oms.order_state import Base
from oms.reported_order import behind
from oms.types import FillFlag, Moment, OrdStatus, OrdType, RestatementReason, exec_id


def refused(command: Intervention, text: str, at: Moment) -> list[Event]:
    """OperatorRefused: nothing came of it, and why."""
    return [
        OperatorRefused(
            at.seq, at.utc_ns, command.order_seq, command.action, command.operator, command.reason, text
        )
    ]  # fmt: skip


def _intervened(command: Intervention, at: Moment) -> OperatorIntervened:
    return OperatorIntervened(
        at.seq, at.utc_ns, command.order_seq, command.action, command.operator, command.reason
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------- enter, cancel, restate


def enter(blotter: Blotter, command: EnterOrder, at: Moment) -> list[Event]:
    """What a NewOrderSingle(D) with these terms would lead to, and who entered it."""
    order = NewOrder(
        command.session,
        command.account,
        "",
        command.symbol,
        command.side,
        command.ord_type,
        command.order_qty,
        command.price,
        command.time_in_force,
        special=command.special,
        operator=command.operator,
    )
    events = new_order(blotter, order, at)
    at_ns, seq = behind(at, len(events))
    return [*events, OperatorIntervened(seq, at_ns, at.seq, command.action, command.operator, command.reason)]


def cancel(blotter: Blotter, command: CancelByOperator, at: Moment) -> list[Event]:
    order = blotter.order(command.order_seq)
    if order.ended or (order.cum_qty >= order.order_qty and not order.replace_pending):
        return refused(command, f"{order.order_id} is {order.ord_status}: there is nothing to cancel", at)
    for request in order.pending:
        if not request.is_replace:
            why = f"{order.order_id}: a cancel is pending already ({request.name}); see what the venue says to it"
            return refused(command, why, at)
    if is_known_by_order_id(order):
        why = f"{order.order_id} has no ClOrdID(11) at {order.venue}, so no message can cancel it: cancel it there"
        return refused(command, why, at)
    at_ns, seq = behind(at, 1)
    if order.base is Base.HELD:
        text, reason = OPERATOR, RestatementReason.VERBAL_CHANGE
        end = OrderCanceled(seq, at_ns, order.order_seq, None, order.cl_ord_id, None, text, reason)
        return [_intervened(command, at), end]
    return [_intervened(command, at), our_cancel(blotter, order, OPERATOR, behind(at, 1))]


def restate(blotter: Blotter, command: RestateOrder, at: Moment) -> list[Event]:
    order = blotter.order(command.order_seq)
    order_qty = order.order_qty if command.order_qty is None else command.order_qty
    price = order.price if command.price is None else command.price
    cum_qty = order.cum_qty if command.cum_qty is None else command.cum_qty
    why = _not_restatable(order, command, order_qty, price, cum_qty)
    if why:
        return refused(command, f"{order.order_id}: {why}", at)
    at_ns, seq = behind(at, 1)
    new_cum_qty = None if cum_qty == order.cum_qty else cum_qty
    restated = OrderRestated(
        seq, at_ns, order.order_seq, command.why, order_qty, price, new_cum_qty, "", command.operator
    )
    return [_intervened(command, at), restated]


def _not_restatable(
    order: Order, command: RestateOrder, order_qty: Decimal, price: Decimal | None, cum_qty: Decimal
) -> str:
    """Why the order cannot stand on these terms; '' when it can."""
    if order.ended or order.cum_qty >= order.order_qty:
        return f"it is {order.ord_status}: it stands on no terms any more"
    if order.children or order.pending:
        return "requests are pending on it; resolve them first" if order.pending else "it is worked in parts"
    if not in_bounds(order_qty) or order_qty <= 0 or not in_bounds(cum_qty) or cum_qty < 0:
        return "a quantity is a positive number of at most 15 integer and 12 fraction digits"
    if price is not None and not in_bounds(price):
        return "a price is a number of at most 15 integer and 12 fraction digits"
    if price is not None and order.ord_type in (OrdType.MARKET, OrdType.STOP):
        return f"an order of OrdType {order.ord_type} has no price"
    if cum_qty != order.cum_qty and command.why is not RestatementReason.GT_CORPORATE_ACTION:
        return "CumQty(14) changes only by a corporate action (GT_CORPORATE_ACTION)"
    if order_qty < cum_qty:
        return f"OrderQty(38) {order_qty:f} would be below CumQty(14) {cum_qty:f}"
    if (order_qty, price, cum_qty) == (order.order_qty, order.price, order.cum_qty):
        return "it stands on these terms already"
    return ""


# ----------------------------------------------------------------------------------------------------------- executions


def bust(blotter: Blotter, command: BustByOperator, at: Moment) -> list[Event]:
    order = blotter.order(command.order_seq)
    found = _execution(blotter, order, command.exec_id)
    if isinstance(found, str):
        return refused(command, found, at)
    venue, trade_id, last = found
    at_ns, seq = behind(at, 1)
    name = f"{OPERATOR}-{blotter.store_id}{seq}"
    return [_intervened(command, at), ExecutionBusted(seq, at_ns, order.order_seq, venue, name, trade_id, last.seq)]


def correct(blotter: Blotter, command: CorrectByOperator, at: Moment) -> list[Event]:
    order = blotter.order(command.order_seq)
    found = _execution(blotter, order, command.exec_id)
    if isinstance(found, str):
        return refused(command, found, at)
    venue, trade_id, last = found
    last_qty, last_px = command.last_qty, command.last_px
    assert not isinstance(last, ExecutionBusted)
    if not in_bounds(last_qty) or last_qty <= 0 or not in_bounds(last_px):
        why = f"{last_qty:f} at {last_px:f}: a positive quantity and a price, of at most 15 and 12 digits each"
        return refused(command, f"{order.order_id}: {why}; to take the execution back, bust it", at)
    if (last_qty, last_px) == (last.last_qty, last.last_px):
        return refused(command, f"{order.order_id}: execution {command.exec_id} has these figures already", at)
    cum_qty = add(subtract(order.cum_qty, last.last_qty), last_qty)
    flags = (FillFlag.OVERFILL,) if cum_qty > order.worst_terms()[0] else ()
    at_ns, seq = behind(at, 1)
    name = f"{OPERATOR}-{blotter.store_id}{seq}"
    corrected = ExecutionCorrected(
        seq, at_ns, order.order_seq, venue, name, trade_id, last.seq, last_qty, last_px, None, flags
    )
    return [_intervened(command, at), corrected]


def _execution(blotter: Blotter, order: Order, named: str) -> tuple[str, str, Execution] | str:
    """Venue and first ExecID of the execution that a person names by ours or the venue's, and what was last said of it;
    or why it cannot be touched."""
    found = execution_named(order, order.venue, named)
    key = None if found is None else (order.venue, found[0])
    if key is None:
        for told in (*order.executions.values(), *order.revisions.values()):
            if named == exec_id(blotter.store_id, told.seq):
                key = (told.venue, told.exec_id if isinstance(told, OrderFilled) else told.trade_id)
    if key is None:
        booked = ", ".join(
            f"{exec_id(blotter.store_id, execution.seq)} ({name})" for (_, name), execution in order.executions.items()
        )
        return f"{order.order_id} has no execution {named}; it has {booked or 'none'}"
    last = order.executions[key]
    if isinstance(last, ExecutionBusted):
        return f"{order.order_id}: execution {named} has been taken back already"
    if order.children:
        return f"{order.order_id} is worked in parts: name the part that was executed"
    if last.seq < order.carried_seq:
        return f"{order.order_id}: execution {named} was before a restatement of CumQty(14), which replaced its figures"
    return (*key, last)


# ---------------------------------------------------------------------------------------------------------------- marks


def mark_done_for_day(blotter: Blotter, command: MarkDoneForDay, at: Moment) -> list[Event]:
    order = blotter.order(command.order_seq)
    why = _not_markable(order, OrdStatus.DONE_FOR_DAY)
    at_ns, seq = behind(at, 1)
    fact = OrderDoneForDay(seq, at_ns, order.order_seq)
    return refused(command, why, at) if why else [_intervened(command, at), fact]


def suspend(blotter: Blotter, command: SuspendOrder, at: Moment) -> list[Event]:
    order = blotter.order(command.order_seq)
    why = _not_markable(order, OrdStatus.SUSPENDED)
    at_ns, seq = behind(at, 1)
    fact = OrderSuspended(seq, at_ns, order.order_seq)
    return refused(command, why, at) if why else [_intervened(command, at), fact]


def reinstate(blotter: Blotter, command: ReinstateOrder, at: Moment) -> list[Event]:
    order = blotter.order(command.order_seq)
    if order.ended or not order.marks & {OrdStatus.SUSPENDED, OrdStatus.DONE_FOR_DAY}:
        return refused(command, f"{order.order_id} is {order.ord_status}: neither suspended nor done for the day", at)
    at_ns, seq = behind(at, 1)
    return [_intervened(command, at), OrderReinstated(seq, at_ns, order.order_seq)]


def _not_markable(order: Order, mark: OrdStatus) -> str:
    if order.ended or order.cum_qty >= order.order_qty or mark in order.marks:
        return f"{order.order_id} is {order.ord_status}"
    return ""


def claim(blotter: Blotter, command: ClaimOrder, at: Moment) -> list[Event]:
    """Whose account it is. No session: whoever sent it to the venue hears of it there, under its own ClOrdID."""
    order = blotter.order(command.order_seq)
    if not is_external(order):
        return refused(command, f"{order.order_id} is an order of ours", at)
    if order.account == command.account:
        return refused(command, f"{order.order_id} has this account already", at)
    at_ns, seq = behind(at, 1)
    return [_intervened(command, at), OrderClaimed(seq, at_ns, order.order_seq, command.account)]


def is_known_by_order_id(order: Order) -> bool:
    """Nobody gave it a ClOrdID at its venue."""
    return is_external(order) and order.venue_cl_ord_id == by_order_id(order.venue_order_id)


def is_external(order: Order) -> bool:
    """It was found at its venue."""
    return not order.session and order.parent_seq is None
