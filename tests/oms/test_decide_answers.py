"""Orders without an answer: what is asked after a restart, and what an answer settles."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.commands import AskVenue
from oms.events import (
    CancelRejected,
    Event,
    OrderQueried,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
    ReportQuarantined,
)
from oms.types import OrdStatus, RejectReason
from oms.venue_reports import VenueDisconnected, VenueOrderStatus, VenueUnknownOrder
from tests.oms.world import VENUE, World, names


def status(world: World, cl_ord_id: str, ord_status: OrdStatus, cum: str = "0", leaves: str = "10") -> VenueOrderStatus:
    return VenueOrderStatus(VENUE, world.venue_id(cl_ord_id), ord_status, Decimal(cum), Decimal(leaves), "V9")


def ask(world: World, cl_ord_id: str, is_after_quiet_time: bool = True) -> list[Event]:
    return world.do(AskVenue(world.order(cl_ord_id).order_seq, is_after_quiet_time))


def test_what_has_no_answer_is_asked_for() -> None:
    world = World()
    world.new("lost")
    world.live("fine")
    world.live("filled")
    world.fill("filled", "10")
    world.live("canceling")
    world.cancel("C", "canceling")
    world.live("replacing")
    world.replace("R", "replacing", "12")
    world.new("refused", "0")
    assert [order.cl_ord_id for order in world.blotter.unresolved_orders(VENUE)] == ["lost", "canceling", "replacing"]
    assert list(world.blotter.unresolved_orders("XALT")) == []
    world.do(VenueDisconnected(VENUE))
    before = [order.ord_status for order in world.blotter.orders.values()]
    events = [
        event for cl_ord_id in ("lost", "fine", "filled", "canceling", "replacing") for event in ask(world, cl_ord_id)
    ]
    assert names(events) == ["OrderQueried"] * 4
    queries = [event for event in events if isinstance(event, OrderQueried)]
    assert [query.venue_cl_ord_id for query in queries] == [
        world.venue_id(name) for name in ("lost", "canceling", "R", "replacing")
    ]
    assert [query.query_id for query in queries] == [f"GATE{query.seq}" for query in queries]
    assert [order.ord_status for order in world.blotter.orders.values()] == before


@pytest.mark.parametrize("ord_status", [OrdStatus.NEW, OrdStatus.PENDING_CANCEL, OrdStatus.STOPPED])
def test_an_order_that_the_venue_has_is_accepted(ord_status: OrdStatus) -> None:
    world = World()
    world.new("X")
    assert names(world.do(status(world, "X", ord_status))) == ["OrderAccepted"]
    assert world.order("X").venue_order_id == "V9"
    assert world.do(status(world, "X", ord_status)) == []


def test_a_venue_that_is_still_thinking_settles_nothing() -> None:
    world = World()
    world.new("X")
    assert world.do(status(world, "X", OrdStatus.PENDING_NEW)) == []
    assert world.order("X").unresolved


@pytest.mark.parametrize(
    ("ord_status", "event"),
    [
        (OrdStatus.CANCELED, "OrderCanceled"),
        (OrdStatus.EXPIRED, "OrderExpired"),
        (OrdStatus.REJECTED, "OrderRejected"),
    ],
)
def test_an_order_that_has_ended_at_the_venue_ends(ord_status: OrdStatus, event: str) -> None:
    world = World()
    world.new("X")
    assert names(world.do(status(world, "X", ord_status, leaves="0"))) == [event]
    assert world.order("X").ord_status is ord_status
    assert world.do(status(world, "X", ord_status, leaves="0")) == []


def test_the_end_closes_what_is_pending() -> None:
    world = World()
    order = world.live("X")
    world.replace("R", "X", "12")
    world.cancel("C", "X")
    events = world.do(status(world, "X", OrdStatus.EXPIRED, leaves="0"))
    assert names(events) == ["OrderExpired", "ReplaceRejected", "CancelRejected"]
    replace, cancel = events[1:]
    assert isinstance(replace, ReplaceRejected)
    assert isinstance(cancel, CancelRejected)
    assert (replace.cl_ord_id, replace.orig_cl_ord_id, replace.reason) == ("R", "X", RejectReason.TOO_LATE)
    assert cancel.text == f"ORDER_ENDED: order_id={order.order_id}"
    assert not order.unresolved


def test_a_canceled_order_fulfils_the_cancel_and_closes_the_replace() -> None:
    world = World()
    world.live("X")
    world.replace("R", "X", "12")
    world.cancel("C", "X")
    assert names(world.do(status(world, "X", OrdStatus.CANCELED, leaves="0"))) == ["OrderCanceled", "ReplaceRejected"]


def test_requests_left_open_by_a_known_end_are_closed_by_the_answer() -> None:
    world = World()
    order = world.live("X")
    world.replace("R", "X", "12")
    world.venue_cancel("X")
    assert order.unresolved
    assert names(world.do(status(world, "X", OrdStatus.CANCELED, leaves="0"))) == ["ReplaceRejected"]
    assert not order.unresolved


def test_a_missing_execution_is_told_and_not_invented() -> None:
    world = World()
    order = world.live("X")
    world.fill("X", "3")
    (event,) = world.do(status(world, "X", OrdStatus.PARTIALLY_FILLED, "5", "5"))
    assert isinstance(event, ReportQuarantined)
    assert (event.why, event.order_seq) == ("CUM_QTY_DIFFERS", order.order_seq)
    assert order.cum_qty == 3
    assert world.do(status(world, "X", OrdStatus.PARTIALLY_FILLED, "3", "7")) == []


def test_an_order_accepted_by_an_answer_that_counts_more() -> None:
    world = World()
    world.new("X")
    assert names(world.do(status(world, "X", OrdStatus.FILLED, "10", "0"))) == ["OrderAccepted", "ReportQuarantined"]
    assert names(world.fill("X", "10")) == ["OrderFilled"]
    assert world.do(status(world, "X", OrdStatus.FILLED, "10", "0")) == []


def test_an_order_that_has_ended_here_and_works_there_is_an_alarm() -> None:
    world = World()
    world.live("X")
    world.venue_cancel("X")
    (event,) = world.do(status(world, "X", OrdStatus.NEW))
    assert isinstance(event, ReportQuarantined)
    assert event.why == "STATUS_DIFFERS"


def test_status_of_an_unknown_order() -> None:
    world = World()
    report = VenueOrderStatus(VENUE, "GATE99", OrdStatus.NEW, Decimal(0), Decimal(10))
    (event,) = world.do(report)
    assert isinstance(event, ReportQuarantined)
    assert event.why == "UNKNOWN_ORDER"


# ------------------------------------------------------------------------------------------------- definitely not there


def unknown(world: World, cl_ord_id: str) -> VenueUnknownOrder:
    return VenueUnknownOrder(VENUE, world.venue_id(cl_ord_id), "who?")


def test_an_order_never_acknowledged_and_not_there_did_not_arrive() -> None:
    world = World()
    order_id = "GATE7"
    world.new("X")
    world.cancel("C", "X")
    ask(world, "X")
    rejected, cancel = world.do(unknown(world, "X"))
    assert isinstance(rejected, OrderRejected)
    assert isinstance(cancel, CancelRejected)
    assert rejected.code == "VENUE_NOT_FOUND"
    assert rejected.reason is RejectReason.BROKER_OPTION
    assert rejected.text == f"VENUE_NOT_FOUND: venue={VENUE} venue_cl_ord_id={order_id}"
    assert cancel.reason is RejectReason.TOO_LATE
    assert world.order("X").ord_status is OrdStatus.REJECTED
    assert world.do(unknown(world, "X")) == []


def test_a_working_order_that_the_venue_forgot_is_an_alarm_and_stays() -> None:
    world = World()
    order = world.live("X")
    (event,) = world.do(unknown(world, "X"))
    assert isinstance(event, ReportQuarantined)
    assert event.why == "UNKNOWN_AT_VENUE"
    assert order.ord_status is OrdStatus.NEW


def test_a_finished_order_may_be_forgotten() -> None:
    world = World()
    world.live("X")
    world.fill("X", "10")
    assert world.do(unknown(world, "X")) == []
    world.live("Y")
    world.cancel("C", "Y")
    world.fill("Y", "10")
    assert names(world.do(unknown(world, "Y"))) == ["CancelRejected"]


def test_not_knowing_a_request_says_nothing_of_the_order() -> None:
    world = World()
    world.new("X")
    world.cancel("C", "X")
    ask(world, "X")
    assert world.do(unknown(world, "C")) == []
    assert world.order("X").unresolved


def test_not_found_too_early_is_no_evidence() -> None:
    """Nor is one that answers an older question, or none at all."""
    world = World()
    world.new("X")
    assert world.do(unknown(world, "X")) == []
    (early,) = ask(world, "X", is_after_quiet_time=False)
    assert isinstance(early, OrderQueried)
    assert world.do(unknown(world, "X")) == []
    (late,) = ask(world, "X")
    assert isinstance(late, OrderQueried)
    name = world.venue_id("X")
    assert world.do(VenueUnknownOrder(VENUE, name, "who?", early.query_id)) == []
    assert world.order("X").ord_status is OrdStatus.PENDING_NEW
    assert names(world.do(VenueUnknownOrder(VENUE, name, "who?", late.query_id))) == ["OrderRejected"]


def test_not_found_while_a_replace_is_pending_may_be_the_wrong_name() -> None:
    world = World()
    world.new("X")
    world.replace("R", "X", "12")
    assert names(ask(world, "X")) == ["OrderQueried"] * 2
    assert world.do(unknown(world, "X")) == []
    assert world.do(unknown(world, "R")) == []
    assert world.order("X").unresolved


# ---------------------------------------------------------------------------------- a replace whose answer never came


def renamed(world: World, qty: str, price: str | None, ord_status: OrdStatus = OrdStatus.NEW) -> VenueOrderStatus:
    """The venue calls the order by the name of the replace R."""
    px = None if price is None else Decimal(price)
    return VenueOrderStatus(
        VENUE, world.venue_id("R"), ord_status, Decimal(0), Decimal(qty), "V9", Decimal(qty), None, "", px
    )


def test_a_replace_is_accepted_when_the_order_has_its_name_and_its_terms() -> None:
    world = World()
    order = world.live("X")
    world.replace("R", "X", "12")
    (event,) = world.do(renamed(world, "12", "100"))
    assert isinstance(event, OrderReplaced)
    assert (event.cl_ord_id, event.order_qty, order.cl_ord_id) == ("R", 12, "R")
    assert not order.unresolved


@pytest.mark.parametrize(
    ("qty", "price", "ord_status"),
    [("10", "100", OrdStatus.NEW), ("12", "99", OrdStatus.NEW), ("12", None, OrdStatus.NEW),
     ("12", "100", OrdStatus.PENDING_REPLACE)],
)  # fmt: skip
def test_other_terms_are_no_evidence(qty: str, price: str | None, ord_status: OrdStatus) -> None:
    world = World()
    order = world.live("X")
    world.replace("R", "X", "12")
    assert world.do(renamed(world, qty, price, ord_status)) == []
    assert order.replace_pending


def test_the_old_name_with_the_wanted_terms_is_no_evidence() -> None:
    world = World()
    order = world.live("X")
    world.replace("R", "X", "12")
    told = VenueOrderStatus(
        VENUE, order.venue_cl_ord_id, OrdStatus.NEW, Decimal(0), Decimal(12), "V9", Decimal(12), None, "", Decimal(100)
    )
    assert world.do(told) == []
    assert order.replace_pending


def test_a_filled_order_closes_what_can_no_longer_change_it() -> None:
    world = World()
    order = world.live("X")
    world.cancel("C", "X")
    world.fill("X", "10")
    assert names(world.do(status(world, "X", OrdStatus.FILLED, "10", "0"))) == ["CancelRejected"]
    world.live("Y")
    world.replace("R", "Y", "12")
    world.fill("Y", "10")
    assert world.do(status(world, "Y", OrdStatus.FILLED, "10", "0")) == []  # it may still become larger
    assert not order.unresolved
