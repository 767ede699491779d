"""Cancels and replaces of clients beyond their plain life: sent again, on held orders, crossing each other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.commands import CancelOrder, NewOrder, ReplaceOrder
from oms.events import (
    CancelRefused,
    CancelRejected,
    CancelRequested,
    Event,
    OrderCanceled,
    OrderReplaced,
    PossResendRecognized,
    ReplaceRefused,
    RequestRetargeted,
)
from oms.operator_commands import EnterOrder
from oms.order import Order
from oms.order_state import Base
from oms.special_terms import SpecialTerms
from oms.types import HoldReason, OrdStatus, OrdType, RejectReason, Side, TimeInForce
from oms.venue_reports import (
    ReferencePriceSeen,
    VenueCanceled,
    VenueCancelRejected,
    VenueReplaced,
)
from tests.oms.world import SESSION, VENUE, World, figures, names, venue_index

D = Decimal


def cancel_again(world: World, cl_ord_id: str, orig: str) -> list[Event]:
    return world.do(CancelOrder(SESSION, cl_ord_id, orig, "BTC-USD", Side.BUY, True))


def replace_again(world: World, cl_ord_id: str, orig: str, qty: str) -> list[Event]:
    limit = OrdType.LIMIT
    return world.do(
        ReplaceOrder(
            SESSION, cl_ord_id, orig, "BTC-USD", Side.BUY, limit, D(qty), D(100), TimeInForce.DAY, poss_resend=True
        )
    )


# ----------------------------------------------------------------------------------------------------------- sent again


def recognized(events: list[Event], order: Order) -> bool:
    (event,) = events
    return isinstance(event, PossResendRecognized) and event.order_seq == order.order_seq


@pytest.mark.parametrize("outcome", ["pending", "accepted", "rejected"])
def test_a_cancel_sent_again_is_recognized_whatever_became_of_it(outcome: str) -> None:
    world = World()
    order = world.live("X")
    world.cancel("Y", "X")
    if outcome == "accepted":
        world.venue_cancel("Y", "X")
    elif outcome == "rejected":
        world.venue_refuse("Y")
    before = order.content()
    assert recognized(cancel_again(world, "Y", "X"), order)
    assert order.content() == before


@pytest.mark.parametrize("outcome", ["pending", "accepted", "rejected"])
def test_a_replace_sent_again_is_recognized_whatever_became_of_it(outcome: str) -> None:
    world = World()
    order = world.live("X")
    world.replace("Y", "X", "12")
    if outcome == "accepted":
        world.venue_replace("Y", "12")
    elif outcome == "rejected":
        world.venue_refuse("Y")
    before = order.content()
    assert recognized(replace_again(world, "Y", "X", "12"), order)
    assert order.content() == before


def test_a_request_that_was_never_seen_is_taken_although_it_may_be_sent_again() -> None:
    world = World()
    world.live("X")
    assert names(replace_again(world, "Y", "X", "12")) == ["ReplaceRequested"]
    world.venue_replace("Y", "12")
    assert names(cancel_again(world, "Z", "Y")) == ["CancelRequested"]


def test_a_telephoned_order_has_no_first_name() -> None:
    world = World()
    (received, *_) = world.do(
        EnterOrder(SESSION, "", "BTC-USD", Side.BUY, OrdType.LIMIT, D(10), D(100), TimeInForce.DAY, "op", "by phone")
    )
    order = world.blotter.order(received.seq)
    assert not order.is_first_name("")
    assert not order.is_first_name("X")
    assert order.cl_ord_id == ""
    named = world.live("X")
    world.replace("Y", "X", "12")
    world.venue_replace("Y", "12")
    assert [named.is_first_name(name) for name in ("X", "Y", "Z")] == [True, False, False]


def test_a_cl_ord_id_of_another_kind_of_request_is_a_duplicate() -> None:
    world = World()
    world.live("X")
    world.replace("Y", "X", "12")
    (refused,) = cancel_again(world, "Y", "X")
    assert isinstance(refused, CancelRefused)
    assert refused.reason is RejectReason.DUPLICATE
    (refused,) = cancel_again(world, "X", "X")
    assert isinstance(refused, CancelRefused)
    assert refused.reason is RejectReason.DUPLICATE
    world.venue_replace("Y")
    world.cancel("Z", "Y")
    (again,) = replace_again(world, "Z", "Y", "12")
    assert isinstance(again, ReplaceRefused)
    assert again.reason is RejectReason.DUPLICATE


def test_a_request_that_we_refused_is_refused_again() -> None:
    world = World()
    world.cancel("Y", "X")
    (refused,) = cancel_again(world, "Y", "X")
    assert isinstance(refused, CancelRefused)
    assert refused.reason is RejectReason.DUPLICATE


def test_another_session_is_never_recognized() -> None:
    world = World()
    world.live("X")
    world.cancel("Y", "X")
    (refused,) = world.do(CancelOrder("OTHER", "Y", "X", "BTC-USD", Side.BUY, True))
    assert isinstance(refused, CancelRefused)
    assert refused.reason is RejectReason.UNKNOWN_ORDER


# ---------------------------------------------------------------------------------------------------------- held orders


def stop(world: World, cl_ord_id: str, qty: str, stop_px: str, time_in_force: TimeInForce = TimeInForce.DAY) -> Order:
    """A stop order for a venue that takes none."""
    special = SpecialTerms(stop_px=D(stop_px))
    world.do(
        NewOrder(
            SESSION, "", cl_ord_id, "BTC-USD", Side.BUY, OrdType.STOP, D(qty), None, time_in_force, special=special
        )
    )
    return world.order(cl_ord_id)


def replace_stop(
    world: World, cl_ord_id: str, orig: str, qty: str, stop_px: str | None, ord_type: OrdType = OrdType.STOP
) -> list[Event]:
    special = None if stop_px is None else SpecialTerms(stop_px=D(stop_px))
    price = D(100) if ord_type is OrdType.LIMIT else None
    return world.do(
        ReplaceOrder(
            SESSION, cl_ord_id, orig, "BTC-USD", Side.BUY, ord_type, D(qty), price, TimeInForce.DAY, special=special
        )
    )


def test_a_held_order_is_new_and_is_canceled_by_our_own_word() -> None:
    world = World()
    order = stop(world, "X", "10", "105")
    assert (order.base, order.hold, order.ord_status) == (Base.HELD, HoldReason.STOP_PRICE, OrdStatus.NEW)
    requested, canceled = world.cancel("Y", "X")
    assert isinstance(requested, CancelRequested)
    assert isinstance(canceled, OrderCanceled)
    assert (canceled.cl_ord_id, canceled.orig_cl_ord_id) == ("Y", "X")
    assert (order.ord_status, figures(order), order.pending) == (OrdStatus.CANCELED, ("10", "0", "0"), ())
    assert order.order_seq not in world.blotter.open_orders
    assert world.do(ReferencePriceSeen(VENUE, "BTC-USD", D(106)))
    assert order.base is Base.CANCELED
    (refused,) = world.cancel("Z", "X")
    assert isinstance(refused, CancelRefused)
    assert refused.reason is RejectReason.TOO_LATE


def test_a_held_order_is_replaced_by_our_own_word() -> None:
    world = World()
    order = stop(world, "X", "10", "105")
    requested, replaced = replace_stop(world, "Y", "X", "12", "107")
    assert isinstance(replaced, OrderReplaced)
    assert (replaced.cl_ord_id, replaced.orig_cl_ord_id, replaced.order_qty) == ("Y", "X", 12)
    assert (order.base, order.cl_ord_id, order.order_qty, order.special.stop_px) == (Base.HELD, "Y", 12, 107)
    assert names(world.do(ReferencePriceSeen(VENUE, "BTC-USD", D(106)))) == ["ReferencePriceSet"]
    assert order.base is Base.HELD
    assert order.unresolved is False
    assert requested.seq == replaced.seq - 1


def test_new_terms_may_trigger_a_held_order() -> None:
    world = World()
    order = stop(world, "X", "10", "105")
    events = names(replace_stop(world, "Y", "X", "12", "99"))
    assert events == ["ReplaceRequested", "OrderReplaced", "OrderHeld", "OrderTriggered", "OrderRouted"]
    assert (order.base, order.hold, order.triggered) == (Base.ROUTED, None, True)
    assert order.ord_status is OrdStatus.NEW  # to its client it was accepted long ago


def test_a_held_order_that_is_no_stop_order_any_more_goes_to_its_venue() -> None:
    world = World()
    order = stop(world, "X", "10", "105")
    events = names(replace_stop(world, "Y", "X", "12", None, OrdType.LIMIT))
    assert events == ["ReplaceRequested", "OrderReplaced", "OrderTriggered", "OrderRouted"]
    assert (order.base, order.ord_type, order.price) == (Base.ROUTED, OrdType.LIMIT, 100)
    assert order.special.stop_px is None
    assert names(world.accept("X")) == ["OrderAccepted"]
    assert order.base is Base.WORKING


def test_a_replace_of_a_held_order_passes_the_gates() -> None:
    world = World()
    order = stop(world, "X", "10", "105")
    (refused,) = replace_stop(world, "Y", "X", "1000000", "105")
    assert isinstance(refused, ReplaceRefused)
    assert refused.code == "ORDER_QTY_LIMIT"
    assert order.order_qty == 10


# ------------------------------------------------------------------------------------------------------------- crossing


def crossed(world: World) -> tuple[Order, str, str]:
    """A cancel Z of a replace Y that the venue then rejects: the order, and the ids of Z at the venue."""
    order = world.live("X", "10")
    world.replace("Y", "X", "12")
    (requested,) = world.cancel("Z", "Y")
    assert isinstance(requested, CancelRequested)
    assert requested.orig_venue_cl_ord_id == world.venue_id("Y")
    rejected, retargeted = world.venue_refuse("Y")
    assert isinstance(retargeted, RequestRetargeted)
    assert retargeted.old_venue_cl_ord_id == requested.venue_cl_ord_id
    assert retargeted.orig_venue_cl_ord_id == order.venue_cl_ord_id
    assert rejected.seq == retargeted.seq - 1
    assert venue_index(world.blotter)[retargeted.venue_cl_ord_id] is order
    return order, requested.venue_cl_ord_id, retargeted.venue_cl_ord_id


def test_a_cancel_of_a_rejected_replace_goes_out_against_what_stands() -> None:
    world = World()
    order, first, second = crossed(world)
    assert order.ord_status is OrdStatus.PENDING_CANCEL
    assert world.do(VenueCancelRejected(VENUE, first, "what?", RejectReason.UNKNOWN_ORDER)) == []
    (canceled,) = world.do(VenueCanceled(VENUE, second, order.venue_cl_ord_id))
    assert isinstance(canceled, OrderCanceled)
    assert (canceled.cl_ord_id, canceled.orig_cl_ord_id) == ("Z", "X")
    assert (figures(order), order.pending) == (("10", "0", "0"), ())
    assert world.do(VenueCanceled(VENUE, second, order.venue_cl_ord_id)) == []
    assert world.do(VenueCancelRejected(VENUE, first, "what?")) == []


def test_a_cancel_that_went_out_twice_may_be_accepted_under_its_first_name() -> None:
    world = World()
    order, first, second = crossed(world)
    (canceled,) = world.do(VenueCanceled(VENUE, first, None))
    assert isinstance(canceled, OrderCanceled)
    assert canceled.cl_ord_id == "Z"
    assert world.do(VenueCancelRejected(VENUE, second, "too late", RejectReason.TOO_LATE)) == []
    assert not order.pending


def test_a_cancel_that_went_out_twice_is_rejected_by_the_second_answer() -> None:
    world = World()
    order, first, second = crossed(world)
    world.do(VenueCancelRejected(VENUE, first, "what?", RejectReason.UNKNOWN_ORDER))
    (rejected,) = world.do(VenueCancelRejected(VENUE, second, "too late", RejectReason.TOO_LATE))
    assert isinstance(rejected, CancelRejected)
    assert (rejected.cl_ord_id, rejected.venue_cl_ord_id) == ("Z", second)
    assert order.ord_status is OrdStatus.NEW
    assert world.do(VenueCancelRejected(VENUE, second, "too late", RejectReason.TOO_LATE)) == []
    assert world.do(VenueCancelRejected(VENUE, first, "what?", RejectReason.UNKNOWN_ORDER)) == []


def test_a_cancel_behind_two_replaces_falls_back_to_the_one_that_may_still_stand() -> None:
    world = World()
    order = world.live("X", "10")
    world.replace("Y", "X", "12")
    world.replace("Z", "Y", "14")
    world.cancel("C", "Z")
    assert names(world.venue_refuse("Z")) == ["ReplaceRejected", "RequestRetargeted"]
    assert order.pending[-1].asked.orig_venue_cl_ord_id == world.venue_id("Y")
    first = order.pending[-1].old_venue_cl_ord_id
    assert names(world.venue_refuse("Y")) == ["ReplaceRejected", "RequestRetargeted"]
    assert order.pending[-1].asked.orig_venue_cl_ord_id == order.venue_cl_ord_id
    middle = order.pending[-1].old_venue_cl_ord_id
    assert first != middle
    for old in (first, middle):
        assert world.do(VenueCancelRejected(VENUE, old, "what?")) == []
    last = order.pending[-1].venue_cl_ord_id
    assert names(world.do(VenueCanceled(VENUE, last))) == ["OrderCanceled"]


def test_a_replace_of_a_rejected_replace_is_left_to_the_venue() -> None:
    world = World()
    order = world.live("X", "10")
    world.replace("Y", "X", "12")
    world.replace("Z", "Y", "14")
    assert names(world.venue_refuse("Y")) == ["ReplaceRejected"]
    assert order.ord_status is OrdStatus.PENDING_REPLACE


def test_nothing_goes_out_again_for_an_order_that_has_ended() -> None:
    world = World()
    world.live("X", "10")
    world.replace("Y", "X", "12")
    world.cancel("Z", "Y")
    world.venue_cancel("X")
    assert names(world.venue_refuse("Y")) == ["ReplaceRejected"]


def test_a_cancel_of_an_accepted_replace_is_not_sent_again() -> None:
    world = World()
    order = world.live("X", "10")
    world.replace("Y", "X", "12")
    world.cancel("Z", "Y")
    assert names(world.do(VenueReplaced(VENUE, world.venue_id("Y"), None, D(12), D(100)))) == ["OrderReplaced"]
    assert names(world.venue_cancel("Z", "Y")) == ["OrderCanceled"]
    assert order.chain[-1] == "Z"


@pytest.mark.parametrize("kind", ["cancel", "replace"])
def test_no_request_follows_a_pending_cancel(kind: str) -> None:
    world = World()
    order = world.live("X")
    world.cancel("Y", "X")
    (refused,) = world.cancel("Z", "X") if kind == "cancel" else world.replace("Z", "X", "12")
    assert isinstance(refused, CancelRefused | ReplaceRefused)
    assert refused.reason is RejectReason.ALREADY_PENDING
    assert order.ord_status is OrdStatus.PENDING_CANCEL


def test_a_cancel_confirmed_behind_the_last_fill_closes_the_request_and_stays_filled() -> None:
    world = World()
    order = world.live("X", "10")
    world.cancel("Y", "X")
    world.fill("X", "10")
    assert names(world.venue_cancel("Y", "X")) == ["OrderCanceled"]
    assert (order.base, order.ord_status, order.pending) == (Base.CANCELED, OrdStatus.FILLED, ())
