"""What becomes of a venue's report: early, late, twice, contradicting, unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.events import (
    Event,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
    ReportQuarantined,
)
from oms.order_state import Base
from oms.quarantine import REASONS
from oms.types import FillFlag, OrdStatus, RejectReason
from oms.venue_reports import (
    AnyVenueReport,
    ReferencePriceSeen,
    VenueAccepted,
    VenueCanceled,
    VenueCancelRejected,
    VenueExpired,
    VenueFilled,
    VenuePendingCancel,
    VenuePendingReplace,
    VenueRejected,
    VenueReplaced,
    VenueUnreadable,
)
from tests.oms.world import VENUE, World, names


def quarantined(events: list[Event]) -> str:
    (event,) = events
    assert isinstance(event, ReportQuarantined), event
    assert event.why in REASONS
    return event.why


UNKNOWN = [
    VenueAccepted(VENUE, "GATE99"),
    VenueRejected(VENUE, "GATE99"),
    VenueFilled(VENUE, "GATE99", "V", "E", Decimal(1), Decimal(1)),
    VenueCanceled(VENUE, "GATE99"),
    VenueCanceled(VENUE, "GATE99", "GATE98"),
    VenueReplaced(VENUE, "GATE99"),
    VenueExpired(VENUE, "GATE99"),
    VenuePendingCancel(VENUE, "GATE99"),
    VenuePendingReplace(VENUE, "GATE99"),
    VenueCancelRejected(VENUE, "GATE99"),
]


@pytest.mark.parametrize("report", UNKNOWN, ids=lambda report: type(report).__name__)
def test_a_report_on_an_unknown_order_is_kept_whole(report: VenueAccepted) -> None:
    world = World()
    world.live("X")
    (event,) = world.do(report)
    assert isinstance(event, ReportQuarantined)
    assert (event.why, event.order_seq, event.report, event.venue) == ("UNKNOWN_ORDER", None, report, VENUE)
    assert world.blotter.quarantined == 1


def test_another_venues_word_on_an_order_counts_for_nothing() -> None:
    world = World()
    order = world.live("X")
    fill = VenueFilled("XALT", order.venue_cl_ord_id, "V", "E1", Decimal(1), Decimal(100))
    assert quarantined(world.do(fill)) == "UNKNOWN_ORDER"
    assert quarantined(world.do(VenueCanceled("XALT", "", order.venue_cl_ord_id))) == "UNKNOWN_ORDER"
    assert order.cum_qty == 0


# ------------------------------------------------------------------------------------------------------ acknowledgement


def test_an_acknowledgement_counts_once() -> None:
    world = World()
    world.new("X")
    (event,) = world.accept("X")
    assert isinstance(event, OrderAccepted)
    assert event.venue_order_id == world.order("X").venue_order_id == "V-X"
    assert world.accept("X") == []


def test_an_acknowledgement_overtaken_by_the_end_says_nothing() -> None:
    world = World()
    world.new("X")
    world.venue_cancel("X")
    assert world.accept("X") == []


def test_an_acknowledgement_after_a_reject_is_an_alarm() -> None:
    world = World()
    world.new("X")
    world.do(VenueRejected(VENUE, world.venue_id("X"), "no"))
    assert quarantined(world.accept("X")) == "ACCEPTED_AFTER_END"


def test_reject_by_the_venue() -> None:
    world = World()
    world.new("X")
    order = world.order("X")
    reject = VenueRejected(VENUE, order.venue_cl_ord_id, "too big", RejectReason.ORDER_EXCEEDS_LIMIT)
    (event,) = world.do(reject)
    assert isinstance(event, OrderRejected)
    assert (event.code, event.reason) == ("VENUE_REJECTED", RejectReason.ORDER_EXCEEDS_LIMIT)
    assert event.text == "VENUE_REJECTED: text=too big"
    assert order.ord_status is OrdStatus.REJECTED
    assert order.leaves_qty == 0
    assert world.do(reject) == []


def test_a_reject_may_come_behind_the_acknowledgement_but_not_behind_another_end() -> None:
    world = World()
    world.live("X")
    assert names(world.do(VenueRejected(VENUE, world.venue_id("X"), "after all"))) == ["OrderRejected"]
    world.live("Y")
    world.venue_cancel("Y")
    assert quarantined(world.do(VenueRejected(VENUE, world.venue_id("Y"), "no"))) == "ILLEGAL_TRANSITION"


# ---------------------------------------------------------------------------------------------------------------- fills


def test_a_fill_counts_once() -> None:
    world = World()
    order = world.live("X")
    assert names(world.fill("X", "3", "100", "E1")) == ["OrderFilled"]
    assert world.fill("X", "3", "100", "E1") == []
    assert world.fill("X", "3.00", "100.0", "E1") == []
    assert order.cum_qty == 3
    assert order.gross == 300


@pytest.mark.parametrize(("qty", "price"), [("4", "100"), ("3", "101")])
def test_an_exec_id_with_other_figures_is_an_alarm_and_the_first_stands(qty: str, price: str) -> None:
    world = World()
    order = world.live("X")
    world.fill("X", "3", "100", "E1")
    assert quarantined(world.fill("X", qty, price, "E1")) == "EXEC_ID_REUSED"
    assert order.cum_qty == 3


def test_two_orders_may_share_an_exec_id() -> None:
    """Venues number a trade, not its two sides: who trades with himself sees one id twice."""
    world = World()
    world.live("X")
    world.live("Y")
    assert names(world.fill("X", "1", "100", "T1")) == ["OrderFilled"]
    assert names(world.fill("Y", "1", "100", "T1")) == ["OrderFilled"]


def test_the_same_execution_told_under_another_name_of_the_order_counts_once() -> None:
    world = World()
    order = world.live("X")
    world.fill("X", "3", "100", "E1")
    world.replace("Y", "X", "12")
    world.venue_replace("Y", "12")
    assert world.fill("Y", "3", "100", "E1") == []
    assert order.cum_qty == 3


def test_an_overfill_is_booked_and_flagged() -> None:
    world = World()
    order = world.live("X", "10")
    (event,) = world.fill("X", "10")
    assert isinstance(event, OrderFilled)
    assert event.flags == ()
    (event,) = world.fill("X", "1")
    assert isinstance(event, OrderFilled)
    assert event.flags == (FillFlag.OVERFILL,)
    assert order.cum_qty == 11
    assert order.leaves_qty == 0
    assert order.overfill_qty == 1
    assert order.ord_status is OrdStatus.FILLED


def test_a_fill_of_what_a_pending_replace_adds_is_no_overfill() -> None:
    world = World()
    order = world.live("X", "10")
    world.replace("Y", "X", "12")
    (event,) = world.fill("Y", "12")
    assert isinstance(event, OrderFilled)
    assert event.flags == ()
    world.venue_replace("Y", "12")
    assert order.order_qty == 12
    assert order.leaves_qty == 0


@pytest.mark.parametrize("end", ["cancel", "expire", "reject"])
def test_a_fill_after_the_end_is_booked_and_flagged(end: str) -> None:
    world = World()
    order = world.live("X")
    venue_id = world.venue_id("X")
    ends: dict[str, AnyVenueReport] = {
        "cancel": VenueCanceled(VENUE, venue_id),
        "expire": VenueExpired(VENUE, venue_id),
        "reject": VenueRejected(VENUE, venue_id),
    }
    world.do(ends[end])
    (event,) = world.fill("X", "4")
    assert isinstance(event, OrderFilled)
    assert event.flags == (FillFlag.AFTER_END,)
    assert order.cum_qty == 4
    assert order.leaves_qty == 0
    (event,) = world.fill("X", "7")
    assert isinstance(event, OrderFilled)
    assert event.flags == (FillFlag.OVERFILL, FillFlag.AFTER_END)
    assert order.ord_status is OrdStatus.FILLED


@pytest.mark.parametrize(
    ("qty", "price"),
    [("0", "100"), ("-1", "100"), ("NaN", "100"), ("1", "Infinity"), ("1E15", "1"), ("1", "1E-13"), ("1E-13", "1")],
)
def test_a_fill_without_a_usable_number_is_quarantined(qty: str, price: str) -> None:
    world = World()
    world.live("X")
    assert quarantined(world.fill("X", qty, price)) == "BAD_NUMBER"


# ------------------------------------------------------------------------------------------------------------- cancels


def test_a_cancel_counts_once() -> None:
    world = World()
    world.live("X")
    world.cancel("Y", "X")
    assert names(world.venue_cancel("Y", "X")) == ["OrderCanceled"]
    assert world.venue_cancel("Y", "X") == []
    assert world.venue_cancel("X") == []


def test_a_cancel_that_names_only_the_order_fulfils_the_request() -> None:
    world = World()
    world.live("X")
    world.cancel("Y", "X")
    (event,) = world.do(VenueCanceled(VENUE, "", world.venue_id("X")))
    assert isinstance(event, OrderCanceled)
    assert (event.cl_ord_id, event.orig_cl_ord_id, event.venue_cl_ord_id) == ("Y", "X", world.venue_id("Y"))


def test_an_unsolicited_cancel() -> None:
    world = World()
    world.live("X")
    (event,) = world.venue_cancel("X")
    assert isinstance(event, OrderCanceled)
    assert (event.cl_ord_id, event.venue_cl_ord_id, event.text) == (None, None, "gone")


def test_a_cancel_confirmed_behind_another_end_closes_the_request() -> None:
    world = World()
    order = world.live("X")
    world.cancel("Y", "X")
    world.do(VenueExpired(VENUE, world.venue_id("X")))
    assert order.pending
    assert names(world.venue_cancel("Y", "X")) == ["OrderCanceled"]
    assert not order.pending
    assert order.ord_status is OrdStatus.EXPIRED


@pytest.mark.parametrize("first", [VenueExpired, VenueRejected])
def test_another_end_contradicts_the_first(first: type[VenueExpired]) -> None:
    world = World()
    world.live("X")
    world.do(first(VENUE, world.venue_id("X")))
    assert world.do(first(VENUE, world.venue_id("X"))) == []
    assert quarantined(world.venue_cancel("X")) == "ILLEGAL_TRANSITION"
    world.live("Y")
    world.venue_cancel("Y")
    assert quarantined(world.do(VenueExpired(VENUE, world.venue_id("Y")))) == "ILLEGAL_TRANSITION"


def test_a_rejected_cancel_counts_once_and_may_not_turn_into_an_accepted_one() -> None:
    world = World()
    order = world.live("X")
    world.cancel("Y", "X")
    assert names(world.venue_refuse("Y")) == ["CancelRejected"]
    assert world.venue_refuse("Y") == []
    # the order is off the market all the same, if that is what the venue says: nobody's request did it
    (event,) = world.venue_cancel("Y", "X")
    assert isinstance(event, OrderCanceled)
    assert event.cl_ord_id is None
    assert order.base is Base.CANCELED


def test_a_reject_of_a_fulfilled_cancel_contradicts() -> None:
    world = World()
    world.live("X")
    world.cancel("Y", "X")
    world.venue_cancel("Y", "X")
    assert quarantined(world.venue_refuse("Y")) == "NO_SUCH_REQUEST"
    assert quarantined(world.do(VenueCancelRejected(VENUE, world.venue_id("X")))) == "NO_SUCH_REQUEST"


def test_a_business_reject_of_a_request_is_a_reject_of_the_request_only() -> None:
    world = World()
    order = world.live("X")
    world.replace("Y", "X", "12")
    (event,) = world.do(VenueRejected(VENUE, world.venue_id("Y"), "not now", RejectReason.EXCHANGE_CLOSED))
    assert isinstance(event, ReplaceRejected)
    assert (event.cl_ord_id, event.orig_cl_ord_id, event.reason) == ("Y", "X", RejectReason.EXCHANGE_CLOSED)
    assert order.ord_status is OrdStatus.NEW


def test_pending_reports_say_nothing_new() -> None:
    world = World()
    world.live("X")
    world.cancel("Y", "X")
    assert world.do(VenuePendingCancel(VENUE, world.venue_id("Y"))) == []
    assert world.do(VenuePendingReplace(VENUE, world.venue_id("Y"))) == []


# ------------------------------------------------------------------------------------------------------------ replaces


def test_a_replace_moves_the_terms_and_counts_once() -> None:
    world = World()
    order = world.live("X", "10", "100")
    world.replace("Y", "X", "12", "101")
    assert order.order_qty == 10
    assert order.price == 100
    assert order.cl_ord_id == "X"
    (event,) = world.venue_replace("Y")
    assert isinstance(event, OrderReplaced)
    assert (event.cl_ord_id, event.orig_cl_ord_id) == ("Y", "X")
    assert order.order_qty == 12
    assert order.price == 101
    assert order.cl_ord_id == "Y"
    assert order.venue_cl_ord_id == world.venue_id("Y")
    assert world.venue_replace("Y") == []


def test_what_the_venue_says_of_quantity_and_price_stands() -> None:
    world = World()
    order = world.live("X", "10", "100")
    world.replace("Y", "X", "12", "101")
    world.venue_replace("Y", "11", "100.5")
    assert order.order_qty == 11
    assert order.price == Decimal("100.5")


def test_a_replace_below_cum_qty_is_amended_up_to_it() -> None:
    world = World()
    order = world.live("X", "10")
    world.fill("X", "8")
    world.replace("Y", "X", "7")
    world.venue_replace("Y", "7")
    assert order.order_qty == 8
    assert order.cum_qty == 8
    assert order.leaves_qty == 0
    assert order.ord_status is OrdStatus.FILLED


def test_answers_in_the_wrong_order_leave_the_younger_terms() -> None:
    world = World()
    order = world.live("X", "10", "100")
    world.replace("Y", "X", "12", "101")
    world.replace("Z", "Y", "14", "102")
    world.venue_replace("Z", "14", "102")
    (event,) = world.venue_replace("Y", "12", "101")
    assert isinstance(event, OrderReplaced)
    assert event.order_qty == 14
    assert event.price == 102
    assert order.order_qty == 14
    assert order.price == 102
    assert order.cl_ord_id == "Z"
    assert order.venue_cl_ord_id == world.venue_id("Z")
    assert sorted(order.chain) == ["X", "Y", "Z"]


def test_a_replace_accepted_before_the_acknowledgement_acknowledges() -> None:
    world = World()
    world.new("X", "10")
    world.replace("Y", "X", "12")
    world.venue_replace("Y", "12")
    assert world.order("X").ord_status is OrdStatus.NEW
    assert world.accept("X") == []


def test_replace_reports_that_fit_nothing() -> None:
    world = World()
    world.live("X")
    world.replace("Y", "X", "12")
    assert quarantined(world.venue_replace("Y", "0")) == "BAD_NUMBER"
    assert quarantined(world.venue_replace("Y", "5", "NaN")) == "BAD_NUMBER"
    world.venue_refuse("Y")
    assert quarantined(world.venue_replace("Y", "12")) == "NO_SUCH_REQUEST"
    world.cancel("C", "X")
    assert quarantined(world.venue_replace("C", "12")) == "NO_SUCH_REQUEST"


def test_a_replace_told_after_the_end_closes_the_request() -> None:
    world = World()
    order = world.live("X")
    world.replace("Y", "X", "12")
    world.venue_cancel("X")
    assert names(world.venue_replace("Y", "12")) == ["OrderReplaced"]
    assert order.ord_status is OrdStatus.CANCELED
    assert order.order_qty == 12
    assert order.leaves_qty == 0
    assert not order.pending


# ------------------------------------------------------------------------------------------------- what is not an order


def test_unreadable_messages_are_kept_with_the_order_they_name() -> None:
    world = World()
    order = world.live("X")
    report = VenueUnreadable(VENUE, "ExecType(150)=? is unknown", b"35=8\x01\xff", order.venue_cl_ord_id)
    (event,) = world.do(report)
    assert isinstance(event, ReportQuarantined)
    assert (event.why, event.order_seq, event.report) == ("UNREADABLE", order.order_seq, report)


def test_reference_prices() -> None:
    world = World()
    assert names(world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal("101.5")))) == ["ReferencePriceSet"]
    reference = world.blotter.market.reference("BTC-USD")
    assert reference is not None
    assert reference.price == Decimal("101.5")
    assert world.do(ReferencePriceSeen(VENUE, "DOGE", Decimal(1))) == []
    assert world.do(ReferencePriceSeen("XELSEWHERE", "BTC-USD", Decimal(1))) == []
    for bad in ("0", "-1", "NaN", "1E15", "1E-13"):
        assert quarantined(world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal(bad)))) == "BAD_NUMBER"
    assert world.blotter.market.reference("BTC-USD") == reference
