"""The order state changes of FIX 4.4 Volume 4, Appendix D, read from appendix_d.txt and played against the OMS.

The reports are drawn by a small renderer of this file, so that a row of the text is a row of the standard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oms.events import (
    CancelRefused,
    CancelRejected,
    CancelRequested,
    DuplicateRefused,
    Event,
    OrderAccepted,
    OrderCanceled,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderReceived,
    OrderRefused,
    OrderRejected,
    OrderReplaced,
    OrderRouted,
    PossResendRecognized,
    ReplaceRefused,
    ReplaceRejected,
    ReplaceRequested,
    RequestCounted,
    RequestRetargeted,
)
from oms.order import Order
from oms.types import OrdStatus, RejectReason
from oms.venue_reports import VenueCancelRejected, VenueExpired, VenueRejected
from tests.oms.world import SESSION, VENUE, World, figures

TEXT = Path(__file__).with_name("appendix_d.txt")
P0 = ["> D(X) 10000", "< 8(X) | A A | 10000 0 10000 0", "v new X", "< 8(X) | 0 0 | 10000 0 10000 0"]
STATUS = {
    OrdStatus.PENDING_NEW: "A",
    OrdStatus.NEW: "0",
    OrdStatus.PARTIALLY_FILLED: "1",
    OrdStatus.FILLED: "2",
    OrdStatus.CANCELED: "4",
    OrdStatus.PENDING_CANCEL: "6",
    OrdStatus.REJECTED: "8",
    OrdStatus.EXPIRED: "C",
    OrdStatus.PENDING_REPLACE: "E",
}
ORD_REJ_REASON = {RejectReason.BROKER_OPTION: 0, RejectReason.UNKNOWN_ORDER: 5, RejectReason.DUPLICATE: 6}
CXL_REJ_REASON = {
    RejectReason.TOO_LATE: 0,
    RejectReason.UNKNOWN_ORDER: 1,
    RejectReason.BROKER_OPTION: 2,
    RejectReason.ALREADY_PENDING: 3,
    RejectReason.DUPLICATE: 6,
    RejectReason.INCORRECT_QUANTITY: 2,
    RejectReason.ORDER_EXCEEDS_LIMIT: 2,
}


def scenarios() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in TEXT.read_text().splitlines():
        if line.startswith("== "):
            name = line[3:]
            assert name not in found, name
            lines = found[name] = []
        elif line == "P0":
            lines += P0
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


SCENARIOS = scenarios()


@pytest.mark.parametrize("name", SCENARIOS)
def test_appendix_d(name: str) -> None:
    world = World()
    told: list[str] = []
    for line in SCENARIOS[name]:
        if line.startswith("<"):
            assert told, f"nothing was told, expected {line}"
            assert told.pop(0) == line
        else:
            assert not told, f"before {line!r}"
            told = [f"< {row}" for row in play(world, line)]
    assert not told
    assert world.replayed().state_hash() == world.blotter.state_hash()


def play(world: World, line: str) -> list[str]:
    """Do what the line says; what the client is told of it."""
    if line.startswith(">"):
        match = re.fullmatch(r"> ([DFGH])\((\w+)(?:,(\w+))?\)(?: (\d+))?( resend)?", line)
        assert match, line
        kind, cl_ord_id, orig, qty, resend = match.groups()
        if kind == "D":
            return render(world, world.new(cl_ord_id, qty, poss_resend=bool(resend)))
        if kind == "F":
            return render(world, world.cancel(cl_ord_id, orig))
        if kind == "G":
            return render(world, world.replace(cl_ord_id, orig, qty))
        return render(world, world.query(cl_ord_id))
    verb, name, *more = line.removeprefix("v ").split()
    return render(world, say(world, verb, name, *more))


def say(world: World, verb: str, name: str, *more: str) -> list[Event]:
    venue_id = world.venue_id(name)
    match verb:
        case "new":
            return world.accept(name)
        case "reject":
            return world.do(VenueRejected(VENUE, venue_id, "no"))
        case "expire":
            return world.do(VenueExpired(VENUE, venue_id))
        case "fill":
            return world.fill(name, *more)
        case "cancel":
            return world.venue_cancel(name, *more)
        case "replace":
            return world.venue_replace(name, *more)
        case "refuse":
            return world.venue_refuse(name)
        case "late":
            return world.do(VenueCancelRejected(VENUE, venue_id, "too late", RejectReason.TOO_LATE))
    raise AssertionError(verb)


def render(world: World, events: list[Event]) -> list[str]:
    """Each event as the row of the report on it."""
    return [row for event in events if (row := report(world, event))]


def report(world: World, event: Event) -> str:
    if isinstance(event, RequestCounted):
        return status_report(world.blotter.order_by_cl_ord_id(SESSION, event.cl_ord_id), event.cl_ord_id)
    if isinstance(event, DuplicateRefused):
        assert event.order_seq is not None
        order = world.blotter.order(event.order_seq)
        return execution_report(order, event.cl_ord_id, "8", "0") + f" | 103={ORD_REJ_REASON[event.reason]}"
    if isinstance(event, PossResendRecognized):
        return status_report(world.blotter.order(event.order_seq), event.cl_ord_id)
    if isinstance(event, CancelRefused | ReplaceRefused):
        status = OrdStatus.REJECTED
        if event.order_seq is not None:
            status = world.blotter.order(event.order_seq).ord_status
        return f"9({event.cl_ord_id},{event.orig_cl_ord_id}) | - {STATUS[status]} | 102={CXL_REJ_REASON[event.reason]}"
    if isinstance(event, RequestRetargeted):
        return ""
    if isinstance(event, OrderEvent):
        return order_report(world.blotter.order(event.order_seq), event)
    assert isinstance(event, OrderReceived), event
    return ""


def order_report(order: Order, event: OrderEvent) -> str:
    match event:
        case OrderRouted():
            return execution_report(order, order.cl_ord_id, "A", "0")
        case OrderAccepted():
            return execution_report(order, order.cl_ord_id, "0", "0")
        case OrderRefused() | OrderRejected():
            reason = ORD_REJ_REASON[event.reason]
            return execution_report(order, order.cl_ord_id, "8", "0") + f" | 103={reason}"
        case OrderFilled():
            return execution_report(order, order.cl_ord_id, "F", f"{event.last_qty:f}")
        case OrderExpired():
            return execution_report(order, order.cl_ord_id, "C", "0")
        case CancelRequested():
            return execution_report(order, f"{event.cl_ord_id},{order.cl_ord_id}", "6", "0")
        case ReplaceRequested():
            return execution_report(order, f"{event.cl_ord_id},{order.cl_ord_id}", "E", "0")
        case OrderCanceled(cl_ord_id=None):
            return execution_report(order, order.cl_ord_id, "4", "0")
        case OrderCanceled():
            return execution_report(order, f"{event.cl_ord_id},{event.orig_cl_ord_id}", "4", "0")
        case OrderReplaced():
            return execution_report(order, f"{event.cl_ord_id},{event.orig_cl_ord_id}", "5", "0")
        case CancelRejected() | ReplaceRejected():
            ids = f"{event.cl_ord_id},{event.orig_cl_ord_id}"
            return f"9({ids}) | - {STATUS[order.ord_status]} | 102={CXL_REJ_REASON[event.reason]}"
    raise AssertionError(event)


def execution_report(order: Order, ids: str, exec_type: str, last_qty: str) -> str:
    return f"8({ids}) | {exec_type} {STATUS[order.ord_status]} | {' '.join(figures(order))} {last_qty}"


def status_report(order: Order | None, cl_ord_id: str) -> str:
    if order is None:
        return f"8({cl_ord_id}) | I 8 | 0 0 0 - | 103=5"
    ids = f"{order.pending[-1].cl_ord_id},{order.cl_ord_id}" if order.pending else order.cl_ord_id
    return execution_report(order, ids, "I", "-")


def test_the_text_has_the_groups_that_it_should() -> None:
    found = " ".join(SCENARIOS)
    for group in "A.1.a B.1.a B.1.b B.1.c B.1.d B.1.e B.1.f C.1.a C.1.b C.1.c C.2.a C.3.a C.3.b C.3.c".split():
        assert group in found
    for group in "D.1.a D.1.b D.1.c D.2.a D.2.b D.2.c F.1.a F.1.b G.1.a G.1.b G.1.c I.1.a I.1.b J.1.b".split():
        assert group in found
