"""What a person says became of an unanswered order: it becomes so, once, and what the venue says later is compared."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.events import (
    CancelRejected,
    Event,
    OperatorRefused,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderResolved,
    ReportQuarantined,
)
from oms.operator_commands import ResolveOrder
from oms.order import Order
from oms.types import FillFlag, OrdStatus, RestatementReason
from oms.venue_reports import VenueAccepted
from tests.oms.world import VENUE, World, figures, names


def resolve(
    world: World, order: Order, outcome: str, qty: str | None = None, px: str | None = None, exec_id: str = ""
) -> list[Event]:
    last_qty, last_px = (None if text is None else Decimal(text) for text in (qty, px))
    return world.do(
        ResolveOrder(order.order_seq, "ann", "the venue's desk said so", outcome, last_qty, last_px, exec_id)
    )


def refusal(events: list[Event]) -> str:
    (event,) = events
    assert isinstance(event, OperatorRefused)
    assert (event.action, event.operator, event.reason) == ("resolve", "ann", "the venue's desk said so")
    return event.text


def test_an_order_that_did_not_arrive() -> None:
    world = World()
    world.new("X")
    world.cancel("C", "X")
    order = world.order("X")
    resolved, rejected, request = resolve(world, order, "rejected")
    assert isinstance(resolved, OrderResolved)
    assert (resolved.outcome, resolved.operator, resolved.reason) == ("rejected", "ann", "the venue's desk said so")
    assert isinstance(rejected, OrderRejected)
    assert rejected.text == "RESOLVED_BY_OPERATOR: outcome=rejected"
    assert isinstance(request, CancelRejected)
    assert order.ord_status is OrdStatus.REJECTED and not order.unresolved
    (event,) = world.accept("X")
    assert isinstance(event, ReportQuarantined) and event.why == "ACCEPTED_AFTER_END"
    assert "TESTA" not in refusal(resolve(world, order, "rejected"))


def test_a_request_that_had_no_effect() -> None:
    for outcome in ("rejected", "working"):
        world = World()
        order = world.live("X")
        world.replace("R", "X", "12")
        world.cancel("C", "X")
        assert names(resolve(world, order, outcome)) == ["OrderResolved", "ReplaceRejected", "CancelRejected"]
        assert figures(order) == ("10", "0", "10") and order.ord_status is OrdStatus.NEW
        assert "owes no answer" in refusal(resolve(world, order, outcome))
        assert world.venue_refuse("C") == []


def test_an_order_that_stands() -> None:
    world = World()
    world.new("X")
    order = world.order("X")
    assert names(resolve(world, order, "working")) == ["OrderResolved", "OrderAccepted"]
    assert order.ord_status is OrdStatus.NEW
    assert world.accept("X") == []


def test_an_order_that_is_gone() -> None:
    world = World()
    order = world.live("X")
    world.replace("R", "X", "12")
    world.cancel("C", "X")
    resolved, canceled, replace = resolve(world, order, "canceled")
    assert isinstance(canceled, OrderCanceled)
    assert (canceled.cl_ord_id, canceled.reason) == ("C", None)
    assert names([resolved, replace]) == ["OrderResolved", "ReplaceRejected"]
    assert world.venue_cancel("C", "X") == []


def test_an_order_that_the_venue_has_forgotten() -> None:
    world = World()
    order = world.live("X")
    _, canceled = resolve(world, order, "canceled")
    assert isinstance(canceled, OrderCanceled)
    assert (canceled.cl_ord_id, canceled.reason) == (None, RestatementReason.VERBAL_CHANGE)
    assert "is CANCELED already" in refusal(resolve(world, order, "canceled"))


def test_a_replace_that_was_accepted() -> None:
    world = World()
    order = world.live("X")
    world.replace("R", "X", "12")
    _, replaced = resolve(world, order, "replaced")
    assert isinstance(replaced, OrderReplaced)
    assert figures(order) == ("12", "0", "12") and order.cl_ord_id == "R"
    assert world.venue_replace("R") == []
    assert "has no replace pending" in refusal(resolve(world, order, "replaced"))


# ----------------------------------------------------------------------------------------------------------- executions


def test_an_execution_that_the_venue_did_not_tell_is_booked_once() -> None:
    world = World()
    world.new("X")
    order = world.order("X")
    _, fill = resolve(world, order, "filled", "4", "100.50")
    assert isinstance(fill, OrderFilled)
    assert fill.exec_id == f"BY-HAND-{order.order_seq}-4@100.5"
    assert figures(order) == ("10", "4", "6") and order.ord_status is OrdStatus.PARTIALLY_FILLED
    assert "is booked already" in refusal(resolve(world, order, "filled", "4.0", "100.5"))
    assert figures(order) == ("10", "4", "6")


def test_the_venues_late_report_of_it_is_recognised() -> None:
    world = World()
    order = world.live("X")
    resolve(world, order, "filled", "4", "100")
    for _ in range(2):
        (event,) = world.fill("X", "4", "100", "E7")
        assert isinstance(event, ReportQuarantined) and event.why == "BOOKED_BY_HAND"
    (event,) = world.fill("X", "3", "100", "E8")
    assert isinstance(event, OrderFilled) and event.flags == (FillFlag.BESIDE_BY_HAND,)
    assert figures(order) == ("10", "7", "3")


def test_an_execution_under_the_venues_own_name() -> None:
    world = World()
    order = world.live("X")
    resolve(world, order, "filled", "4", "100", "E7")
    assert world.fill("X", "4", "100", "E7") == []
    assert "if this is another one" in refusal(resolve(world, order, "filled", "4", "100"))
    assert names(resolve(world, order, "filled", "4", "100", "E8")) == ["OrderResolved", "OrderFilled"]
    assert figures(order) == ("10", "8", "2")


def test_a_filled_order_closes_its_requests() -> None:
    world = World()
    order = world.live("X")
    world.cancel("C", "X")
    assert names(resolve(world, order, "filled", "10", "100")) == ["OrderResolved", "OrderFilled", "CancelRejected"]
    assert order.ord_status is OrdStatus.FILLED and not order.unresolved


def test_money_after_the_end() -> None:
    world = World()
    order = world.live("X")
    world.venue_cancel("X")
    _, fill = resolve(world, order, "filled", "12", "100")
    assert isinstance(fill, OrderFilled) and fill.flags == (FillFlag.OVERFILL, FillFlag.AFTER_END)


@pytest.mark.parametrize(
    ("outcome", "qty", "px", "why"),
    [
        ("gone", None, None, "outcome: 'gone' is not one of rejected, canceled, filled, replaced, working"),
        ("filled", None, "1", "quantity: missing: a positive number"),
        ("filled", "0", "1", "quantity: 0: a positive number"),
        ("filled", "1", None, "price: missing: a number"),
        ("filled", "1", "NaN", "price: NaN: a number"),
    ],
)
def test_what_cannot_be_said(outcome: str, qty: str | None, px: str | None, why: str) -> None:
    world = World()
    assert why in refusal(resolve(world, world.live("X"), outcome, qty, px))


def test_of_an_order_that_never_went_out_there_is_nothing_to_find_out() -> None:
    world = World()
    world.new("X", "0")
    assert "has never been sent to a venue" in refusal(resolve(world, world.order("X"), "canceled"))


def test_after_a_restart_it_is_the_same() -> None:
    world = World()
    order = world.live("X")
    resolve(world, order, "filled", "4", "100")
    world.blotter = world.replayed()
    again = world.order("X")
    assert "is booked already" in refusal(resolve(world, again, "filled", "4", "100"))
    (event,) = world.do(VenueAccepted(VENUE, "nobody's", ""))
    assert isinstance(event, ReportQuarantined)
