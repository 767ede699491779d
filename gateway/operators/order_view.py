"""An order, for a person: the line of a list, and all that is known of it. Plain texts, in the words of FIX."""

from __future__ import annotations

from decimal import Decimal

from fixspec.numbers import format_utc_timestamp
from gateway.trading.unresolved_watch import UnresolvedWatch, what_is_owed
from oms.blotter import Blotter
from oms.decide_intervention import is_external
from oms.events import ExecutionBusted, ReplaceRequested
from oms.order import Execution, Order
from oms.request import Request
from oms.types import exec_id


def order_line(order: Order, watch: UnresolvedWatch) -> dict[str, object]:
    """What a list says of an order."""
    return {
        "order_id": order.order_id,
        "session": order.session,
        "cl_ord_id": order.cl_ord_id,
        "account": order.account,
        "side": str(order.side),
        "symbol": order.symbol,
        "ord_status": str(order.ord_status),
        "order_qty": _text(order.order_qty),
        "cum_qty": _text(order.cum_qty),
        "leaves_qty": _text(order.leaves_qty),
        "price": _text(order.price),
        "venue": order.venue,
        "unanswered": what_is_owed(order) if watch.is_unresolved(order) else "",
        "is_external": is_external(order),
        "is_part": order.parent_seq is not None,
    }


def order_details(order: Order, blotter: Blotter, watch: UnresolvedWatch) -> dict[str, object]:
    """All that is known of an order."""
    queried = order.queried
    return order_line(order, watch) | {
        "received": _time(order.received_at_ns),
        "operator": order.operator,
        "ord_type": str(order.ord_type),
        "time_in_force": str(order.time_in_force),
        "avg_px": _text(order.avg_px),
        "held_for": "" if order.hold is None else str(order.hold),
        "marks": sorted(str(mark) for mark in order.marks),
        "chain": list(order.chain),
        "venue_cl_ord_id": order.venue_cl_ord_id,
        "venue_order_id": order.venue_order_id,
        "part_of": "" if order.parent_seq is None else blotter.order(order.parent_seq).order_id,
        "parts": [blotter.order(child).order_id for child in order.children],
        "waits_for": what_is_owed(order),
        "last_asked": "" if queried is None else _time(queried.at_ns),
        "requests": [_request(request) for request in dict.fromkeys(order.requests.values())],
        "executions": [_execution(execution, name, blotter) for (_, name), execution in order.executions.items()],
    }


def _request(request: Request) -> dict[str, object]:
    asked = request.asked
    told: dict[str, object] = {
        "request": "replace" if request.is_replace else "cancel",
        "cl_ord_id": request.name,
        "venue_cl_ord_id": asked.venue_cl_ord_id,
        "sent": _time(asked.at_ns),
        "outcome": str(request.outcome),
    }
    if isinstance(asked, ReplaceRequested):
        told |= {"order_qty": _text(asked.order_qty), "price": _text(asked.price)}
    return told


def _execution(execution: Execution, name: str, blotter: Blotter) -> dict[str, object]:
    is_busted = isinstance(execution, ExecutionBusted)
    return {
        "exec_id": exec_id(blotter.store_id, execution.seq),
        "venue_exec_id": name,
        "last_qty": "0" if isinstance(execution, ExecutionBusted) else _text(execution.last_qty),
        "last_px": "0" if isinstance(execution, ExecutionBusted) else _text(execution.last_px),
        "at": _time(execution.at_ns),
        "is_busted": is_busted,
        "flags": [] if isinstance(execution, ExecutionBusted) else [str(flag) for flag in execution.flags],
    }


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


def _time(utc_ns: int) -> str:
    return format_utc_timestamp(utc_ns, 3).decode()
