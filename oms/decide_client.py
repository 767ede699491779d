"""What a client's request leads to. Each function answers with facts and changes nothing.

The order of the checks is the order of the refusals, and part of what clients are told:

    D   ClOrdID used before > the gates
    F   ClOrdID used before > unknown order > wrong symbol, side > finished > a cancel is pending > throttle
    G   the same, with the superseded OrigClOrdID before `finished`, and the gates in place of the throttle

A request with PossResend(97)=Y whose ClOrdID was used by a request of the same kind is not refused: it is that one, and
is answered by the status of its order. Every request leaves exactly one event that counts for its session's budget,
also when it is refused.

An order that the gateway holds is canceled and replaced by our own word, in the same decision: no venue knows of it.

A cancel may name the order by any ClOrdID of its chain: what the client wants is not in doubt, and a cancel that
crosses the answer to a replace must not bounce. A replace must name the terms it was written against: the last
accepted ClOrdID, or that of a replace still pending. To the venue both name the last id that it has not rejected.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from oms.blotter import Blotter
from oms.cash_quantity import cash_quantity
from oms.commands import CancelOrder, NewOrder, QueryOrder, ReplaceOrder
from oms.decide_multileg import leg_refusals, legs_differ
from oms.events import (
    CancelRefused,
    CancelRequested,
    DuplicateRefused,
    Event,
    OrderCanceled,
    OrderHeld,
    OrderReceived,
    OrderRefused,
    OrderReplaced,
    OrderTriggered,
    OverrideUsed,
    PossResendRecognized,
    ReplaceRefused,
    ReplaceRequested,
    RequestCounted,
)
from oms.onward import onward
from oms.order import Order, max_price
from oms.order_state import Base
from oms.overrides import matching
from oms.refusals import Refusal, refuse
from oms.risk.duplicate_content import duplicate_content
from oms.risk.gate import OrderRequest
from oms.risk.pipeline import refusals
from oms.risk.throttle import cancel_throttle, message_throttle
from oms.routing import choose_venue
from oms.special_terms import NO_SPECIAL_TERMS
from oms.telephoned import telephoned_before
from oms.types import HoldReason, Moment, order_id


def new_order(blotter: Blotter, command: NewOrder, at: Moment) -> list[Event]:
    """OrderReceived, after it OverrideUsed if it passes by that, and what follows (`oms.onward`) or OrderRefused; or
    DuplicateRefused; or PossResendRecognized."""
    session, cl_ord_id = command.session, command.cl_ord_id
    client = blotter.clients.get(session)
    if client is not None and cl_ord_id in client.cl_ord_ids:
        return [_used_before(blotter, command, at)]
    received, request, refused = judged(blotter, command, at)
    at_ns, seq = at
    if refused:
        granted = matching(blotter.overrides.values(), command, request.order_qty, refused, at_ns)
        if granted is None:
            return [received, order_refused(seq, refused, Moment(at_ns, seq + 1))]
        used = OverrideUsed(seq + 1, at_ns, granted.seq, seq, tuple(refusal.text for refusal in refused))
        return [received, used, *onward(blotter, request, seq, Moment(at_ns, seq + 2))]
    return [received, *onward(blotter, request, seq, Moment(at_ns, seq + 1))]


def judged(
    blotter: Blotter,
    command: NewOrder,
    at: Moment,
    list_seq: int | None = None,
    beside: tuple[OrderRequest, ...] = (),
    *,
    waits: bool = False,
) -> tuple[OrderReceived, OrderRequest, list[Refusal]]:
    """The order as it is received, the request for which the gates were asked, and what they have against it."""
    symbol, side, ord_type = command.symbol, command.side, command.ord_type
    order_qty, price, time_in_force = command.order_qty, command.price, command.time_in_force
    if command.special is not None and command.special.legs:
        return _multileg_judged(blotter, command, at)
    instrument, special, unknown_qty = blotter.instruments.get(symbol), command.special or NO_SPECIAL_TERMS, None
    if special.cash_order_qty is not None:
        computed = cash_quantity(special, order_qty, price, instrument, blotter, at)
        if isinstance(computed, Refusal):
            unknown_qty = computed
        else:
            order_qty = computed
    venue = None if instrument is None else choose_venue(instrument, blotter, ord_type, time_in_force, special)
    request = OrderRequest(
        command.session, command.account, symbol, instrument, side, ord_type, order_qty, price, time_in_force,
        order_qty, price, venue, None, special, command.trader, command.cl_ord_link_id, None, beside, waits=waits,
    )  # fmt: skip
    refused = refusals(request, blotter, at)
    if unknown_qty is not None:
        refused.insert(0, unknown_qty)
    if blotter.telephoned:
        before = telephoned_before(blotter.telephoned.get(command.session, []), command)
        if before is not None:
            refused.insert(0, refuse("TELEPHONED_BEFORE", f"order_id={order_id(blotter.store_id, before.order_seq)}"))
    received = OrderReceived(
        at.seq, at.utc_ns, command.session, command.account, command.cl_ord_id, symbol, side, ord_type, order_qty,
        price, time_in_force, command.transact_time_ns, command.special, None, command.operator, list_seq,
        command.trader, command.cl_ord_link_id,
    )  # fmt: skip
    return received, request, refused


def _multileg_judged(
    blotter: Blotter, command: NewOrder, at: Moment
) -> tuple[OrderReceived, OrderRequest, list[Refusal]]:
    special = command.special or NO_SPECIAL_TERMS
    request = OrderRequest(
        command.session, command.account, command.symbol, None, command.side, command.ord_type, command.order_qty,
        command.price, command.time_in_force, command.order_qty, command.price, None, None, special,
        command.trader, command.cl_ord_link_id,
    )  # fmt: skip
    received = OrderReceived(
        at.seq, at.utc_ns, command.session, command.account, command.cl_ord_id, command.symbol, command.side,
        command.ord_type, command.order_qty, command.price, command.time_in_force, command.transact_time_ns, special,
        None, command.operator, None, command.trader, command.cl_ord_link_id,
    )  # fmt: skip
    refused = leg_refusals(blotter, command, command.account, at)
    if (duplicate := duplicate_content(request, blotter, at)) is not None:
        refused.insert(0, duplicate)
    return received, request, refused


def order_refused(order_seq: int, refused: Sequence[Refusal], at: Moment) -> OrderRefused:
    """The first refusal is told, the others are in the log with it."""
    first, *others = refused
    also = tuple(refusal.text for refusal in others)
    return OrderRefused(at.seq, at.utc_ns, order_seq, first.code, first.reason, first.text, also)


def _used_before(blotter: Blotter, command: NewOrder, at: Moment) -> Event:
    at_ns, seq = at
    session, cl_ord_id = command.session, command.cl_ord_id
    order = blotter.order_by_cl_ord_id(session, cl_ord_id)
    if order is not None and command.poss_resend and order.is_first_name(cl_ord_id):
        return PossResendRecognized(seq, at_ns, session, cl_ord_id, order.order_seq)
    order_seq, order_id = (None, "NONE") if order is None else (order.order_seq, order.order_id)
    refusal = refuse("DUPLICATE_CL_ORD_ID", f"cl_ord_id={cl_ord_id} order_id={order_id}")
    return DuplicateRefused(seq, at_ns, session, cl_ord_id, order_seq, *refusal)


def _resent(blotter: Blotter, command: CancelOrder | ReplaceOrder, at: Moment) -> list[Event]:
    """PossResendRecognized, when the request went on already; also one that the venue has refused."""
    client = blotter.clients.get(command.session)
    order_seq = None if client is None else client.cl_ord_ids.get(command.cl_ord_id)
    if order_seq is None:
        return []
    is_replace = isinstance(command, ReplaceOrder)
    for request in blotter.order(order_seq).requests.values():
        if request.cl_ord_id == command.cl_ord_id and request.is_replace == is_replace:
            return [PossResendRecognized(at.seq, at.utc_ns, command.session, command.cl_ord_id, order_seq)]
    return []


def cancel_order(blotter: Blotter, command: CancelOrder, at: Moment) -> list[Event]:
    """CancelRequested, followed by OrderCanceled for a held order; or CancelRefused; or PossResendRecognized."""
    if command.poss_resend and (resent := _resent(blotter, command, at)):
        return resent
    at_ns, seq = at
    session, cl_ord_id = command.session, command.cl_ord_id
    order = blotter.order_by_cl_ord_id(session, command.orig_cl_ord_id)
    refusal = (
        _request_refusal(blotter, command, order)
        or (order is not None and _cancel_refusal(order))
        or cancel_throttle(session, blotter, at)
    )
    if refusal:
        order_seq = None if order is None else order.order_seq
        return [CancelRefused(seq, at_ns, session, cl_ord_id, command.orig_cl_ord_id, order_seq, *refusal)]
    assert order is not None
    order_seq, name = order.order_seq, f"{blotter.store_id}{seq}"
    requested = CancelRequested(
        seq, at_ns, order_seq, session, cl_ord_id, command.orig_cl_ord_id, name, order.newest_venue_cl_ord_id
    )
    if order.base is Base.HELD:
        return [requested, OrderCanceled(seq + 1, at_ns, order_seq, cl_ord_id, order.cl_ord_id, name)]
    return [requested]


def replace_order(blotter: Blotter, command: ReplaceOrder, at: Moment) -> list[Event]:
    """ReplaceRequested, followed by OrderReplaced for a held order; or ReplaceRefused; or PossResendRecognized."""
    if command.poss_resend and (resent := _resent(blotter, command, at)):
        return resent
    at_ns, seq = at
    session, cl_ord_id = command.session, command.cl_ord_id
    order = blotter.order_by_cl_ord_id(session, command.orig_cl_ord_id)
    unknown_qty = None
    if command.special is not None and command.special.cash_order_qty is not None and order is not None:
        instrument = blotter.instruments.get(order.symbol)
        computed = cash_quantity(command.special, command.order_qty, command.price, instrument, blotter, at)
        if isinstance(computed, Refusal):
            unknown_qty = computed
        else:
            command = msgspec.structs.replace(command, order_qty=computed)
    refusal = (
        _request_refusal(blotter, command, order)
        or unknown_qty
        or (order is not None and _replace_refusal(order, command.orig_cl_ord_id, command.order_qty))
    )
    refused = [refusal] if refusal else []
    request = None
    if order is not None and not refused:
        if order.special.legs:
            killed = blotter.kill_switches.holding(order)
            refused = leg_refusals(blotter, command, order.account, at)
            if killed is not None:
                refused.insert(0, refuse("KILL_SWITCH", f"slice={killed.name}"))
        else:
            request = _replacement(blotter, order, command)
            refused = refusals(request, blotter, at)
    if refused:
        first, *others = refused
        order_seq = None if order is None else order.order_seq
        also = tuple(other.text for other in others)
        return [ReplaceRefused(seq, at_ns, session, cl_ord_id, command.orig_cl_ord_id, order_seq, *first, also)]
    assert order is not None
    requested = ReplaceRequested(
        seq, at_ns, order.order_seq, session, cl_ord_id, command.orig_cl_ord_id, f"{blotter.store_id}{seq}",
        order.newest_venue_cl_ord_id, command.ord_type, command.order_qty, command.price, command.time_in_force,
        command.special,
    )  # fmt: skip
    if order.base is Base.HELD:
        assert request is not None, order
        return _held_order_replaced(blotter, order, requested, request, at)
    return [requested]


def _held_order_replaced(
    blotter: Blotter, order: Order, requested: ReplaceRequested, request: OrderRequest, at: Moment
) -> list[Event]:
    """The new terms stand at once. They may be such that the order need not wait any more for a price or the close;
    another order, or the word to execute its list, it waits for all the same."""
    at_ns, seq = at
    replaced = OrderReplaced(
        seq + 1, at_ns, order.order_seq, requested.cl_ord_id, order.cl_ord_id, requested.venue_cl_ord_id,
        requested.order_qty, requested.price,
    )  # fmt: skip
    if order.hold not in (HoldReason.STOP_PRICE, HoldReason.CLOSE):
        return [requested, replaced]
    further = onward(blotter, request, order.order_seq, Moment(at_ns, seq + 2))
    if isinstance(further[0], OrderHeld):
        if further[0].why is order.hold and len(further) == 1:
            return [requested, replaced]
        return [requested, replaced, *further]
    triggered = OrderTriggered(seq + 2, at_ns, order.order_seq)
    return [requested, replaced, triggered, *onward(blotter, request, order.order_seq, Moment(at_ns, seq + 3))]


def query_order(blotter: Blotter, command: QueryOrder, at: Moment) -> list[Event]:
    """RequestCounted, with the code of the refusal when the session has no budget left."""
    refusal = message_throttle(command.session, blotter, at)
    code, text = ("", "") if refusal is None else (refusal.code, refusal.text)
    return [RequestCounted(at.seq, at.utc_ns, command.session, command.cl_ord_id, code, text)]


def _request_refusal(blotter: Blotter, command: CancelOrder | ReplaceOrder, order: Order | None) -> Refusal | None:
    """What is wrong with a request on an order before the order's own state is looked at."""
    client = blotter.clients.get(command.session)
    if client is not None and command.cl_ord_id in client.cl_ord_ids:
        order_id = "NONE" if order is None else order.order_id
        return refuse("DUPLICATE_CL_ORD_ID", f"cl_ord_id={command.cl_ord_id} order_id={order_id}")
    if order is None:
        return refuse("UNKNOWN_ORDER", f"orig_cl_ord_id={command.orig_cl_ord_id}")
    if command.symbol != order.symbol:
        return refuse("SYMBOL_MISMATCH", f"symbol={command.symbol} order={order.symbol}")
    if command.side is not order.side:
        return refuse("SIDE_MISMATCH", f"side={command.side} order={order.side}")
    if isinstance(command, ReplaceOrder) and (order.special.legs or (command.special and command.special.legs)):
        return legs_differ(order, command)
    return None


def _cancel_refusal(order: Order) -> Refusal | None:
    if order.ended or (order.cum_qty >= order.order_qty and not order.replace_pending):
        return refuse("TOO_LATE", f"status={order.ord_status}")
    return _cancel_pending(order)


def _replace_refusal(order: Order, orig_cl_ord_id: str, order_qty: Decimal) -> Refusal | None:
    if not order.is_newest_name(orig_cl_ord_id):
        return refuse("ORIG_CL_ORD_ID_SUPERSEDED", f"orig_cl_ord_id={orig_cl_ord_id} current={order.cl_ord_id}")
    if order.ended:
        return refuse("TOO_LATE", f"status={order.ord_status}")
    # a filled order may be reopened by a larger quantity (Appendix D, C.1.c), and by nothing else (C.2.a)
    if order.cum_qty >= order.order_qty and order_qty <= order.cum_qty:
        return refuse("TOO_LATE", f"status={order.ord_status} order_qty={order_qty:f} cum_qty={order.cum_qty:f}")
    return _cancel_pending(order)


def _cancel_pending(order: Order) -> Refusal | None:
    for request in order.pending:
        if not request.is_replace:
            return refuse("CANCEL_PENDING", f"pending={request.name}")
    return None


def _replacement(blotter: Blotter, order: Order, command: ReplaceOrder) -> OrderRequest:
    worst_qty, worst_price = order.worst_terms()
    special = command.special or NO_SPECIAL_TERMS
    instrument = blotter.instruments.get(order.symbol)
    if order.children or order.base is Base.HELD:
        assert instrument is not None, order
        venue = choose_venue(instrument, blotter, command.ord_type, command.time_in_force, special)
    else:
        venue = order.venue if blotter.venues.get(order.venue) else None
    return OrderRequest(
        command.session,
        order.account,
        order.symbol,
        instrument,
        order.side,
        command.ord_type,
        command.order_qty,
        command.price,
        command.time_in_force,
        max(worst_qty, command.order_qty),
        max_price(worst_price, command.price),
        venue,
        order,
        special,
        command.trader,
        order.cl_ord_link_id,
        order.order_seq,
    )
