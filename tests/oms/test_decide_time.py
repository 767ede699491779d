"""Expiry, trading days, closes and halts, decided and folded."""

from __future__ import annotations

import msgspec
import pytest

from oms.commands import (
    BeginClosingPhase,
    BeginTradingDay,
    CancelForLeaver,
    DefineInstrument,
    ExpireOrder,
    RenewOrder,
    ReplaceOrder,
    SetSymbolStatus,
    SetVenueCapabilities,
)
from oms.events import (
    CancelRequested,
    Event,
    OrderCanceled,
    OrderExpired,
    OrderHeld,
    OrderRefused,
    OrderRestated,
    OrderRouted,
)
from oms.special_terms import SpecialTerms
from oms.types import (
    ExecInst,
    HoldReason,
    OrdStatus,
    OrdType,
    RestatementReason,
    Side,
    SymbolStatus,
    TimeInForce,
)
from oms.venue_capabilities import PLAIN
from oms.venue_reports import (
    VenueCanceled,
    VenueCancelRejected,
    VenueConnected,
    VenueSymbolStatus,
)
from tests.oms.timed_orders import CLOSE, GTC, GTD, WITH_CLOSE, D, send, takes, text_of, tick
from tests.oms.world import BTC, SECOND_NS, SESSION, VENUE, World, names

# -------------------------------------------------------------------------------------------------------------- expiry


def test_a_good_till_date_order_is_canceled_at_its_time_at_a_venue_that_knows_none() -> None:
    world = World()
    send(world, "A", price="100", time_in_force=GTD, expire_in_s=60)
    order = world.order("A")
    world.accept("A")
    waiting = world.blotter.waiting
    assert waiting.next_expiry_ns() == world.now_ns + 60 * SECOND_NS
    assert world.do(ExpireOrder(order.order_seq)) == []
    world.pass_ms(60_000)
    assert waiting.expired_by(world.now_ns, 10) == [order.order_seq]
    (request,) = world.do(ExpireOrder(order.order_seq))
    assert isinstance(request, CancelRequested) and request.cause == "EXPIRED"
    assert waiting.next_expiry_ns() is None
    assert world.do(ExpireOrder(order.order_seq)) == []
    (end,) = world.do(VenueCanceled(VENUE, request.venue_cl_ord_id, request.orig_venue_cl_ord_id))
    assert isinstance(end, OrderExpired) and end.venue_cl_ord_id == request.venue_cl_ord_id
    assert order.ord_status is OrdStatus.EXPIRED and not order.pending
    assert world.replayed().state_hash() == world.blotter.state_hash()


def test_a_venue_that_knows_good_till_date_ends_the_order_itself() -> None:
    world = World()
    takes(world, times_in_force=(*PLAIN.times_in_force, GTD))
    send(world, "A", price="100", time_in_force=GTD, expire_in_s=60)
    assert world.blotter.waiting.next_expiry_ns() is None


def test_a_refused_end_is_asked_for_once() -> None:
    world = World()
    send(world, "A", price="100", time_in_force=GTD, expire_in_s=60)
    world.accept("A")
    world.pass_ms(60_000)
    order = world.order("A")
    (request,) = world.do(ExpireOrder(order.order_seq))
    assert isinstance(request, CancelRequested)
    world.do(VenueCancelRejected(VENUE, request.venue_cl_ord_id, "no"))
    assert world.blotter.waiting.next_expiry_ns() is None
    assert world.do(ExpireOrder(order.order_seq)) == []


def test_what_its_client_is_canceling_is_left_to_that() -> None:
    world = World()
    send(world, "A", price="100", time_in_force=GTD, expire_in_s=60)
    world.accept("A")
    world.cancel("B", "A")
    world.pass_ms(60_000)
    assert world.blotter.waiting.next_expiry_ns() is None
    assert world.do(ExpireOrder(world.order("A").order_seq)) == []
    world.venue_refuse("B")
    assert names(world.do(ExpireOrder(world.order("A").order_seq))) == ["CancelRequested"]


def test_a_held_order_expires_by_our_own_word() -> None:
    world = World()
    send(world, "A", stop_px="101", time_in_force=GTD, expire_in_s=60)
    world.pass_ms(60_000)
    assert names(world.do(ExpireOrder(world.order("A").order_seq))) == ["OrderExpired"]
    assert len(world.blotter.waiting) == 0
    assert names(tick(world, "105")) == ["ReferencePriceSet"]


def test_what_is_filled_or_replaced_to_another_time_does_not_expire() -> None:
    world = World()
    send(world, "A", price="100", time_in_force=GTD, expire_in_s=60)
    send(world, "B", price="100", time_in_force=GTD, expire_in_s=60)
    world.accept("A")
    world.accept("B")
    world.fill("A", "10")
    world.do(
        ReplaceOrder(
            SESSION, "C", "B", "BTC-USD", Side.BUY, OrdType.LIMIT, D(10), D(100), GTD, False,
            SpecialTerms(expire_time_ns=world.now_ns + 90 * SECOND_NS),
        )
    )  # fmt: skip
    world.venue_replace("C")
    assert world.blotter.waiting.next_expiry_ns() == world.now_ns + 90 * SECOND_NS
    assert len(world.blotter.waiting) == 1


# --------------------------------------------------------------------------------------------------------- trading day


def test_a_new_day_ends_day_orders_and_restates_the_others() -> None:
    world = World()
    world.do(BeginTradingDay("20231114"))
    send(world, "A", price="100")
    send(world, "B", price="100", time_in_force=GTC)
    send(world, "C", stop_px="101")
    for name in "AB":
        world.accept(name)
    world.fill("B", "2")
    a, b, c = (world.order(name) for name in "ABC")
    assert world.do(RenewOrder(b.order_seq)) == world.do(ExpireOrder(a.order_seq)) == []
    assert world.do(BeginTradingDay("20231114")) == []
    assert names(world.do(BeginTradingDay("20231115"))) == ["TradingDayBegan"]
    assert names(world.do(ExpireOrder(a.order_seq))) == ["CancelRequested"]
    assert names(world.do(ExpireOrder(c.order_seq))) == ["OrderExpired"]
    assert world.do(ExpireOrder(b.order_seq)) == world.do(RenewOrder(a.order_seq)) == []
    (restated,) = world.do(RenewOrder(b.order_seq))
    assert isinstance(restated, OrderRestated) and restated.reason is RestatementReason.GT_RENEWAL
    assert world.do(RenewOrder(b.order_seq)) == []
    assert (b.day_order_qty, b.day_cum_qty) == (D(8), D(0))
    world.fill("B", "1")
    assert (b.day_order_qty, b.day_cum_qty, b.leaves_qty) == (D(8), D(1), D(7))


def test_a_held_order_that_must_not_rest_ends_with_its_day_too() -> None:
    world = World()
    world.do(BeginTradingDay("20231114"))
    send(world, "A", stop_px="101", time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL)
    world.do(BeginTradingDay("20231115"))
    assert names(world.do(ExpireOrder(world.order("A").order_seq))) == ["OrderExpired"]


def test_cl_ord_ids_of_finished_orders_are_free_on_the_next_day_and_no_others() -> None:
    world = World()
    world.do(BeginTradingDay("20231114"))
    send(world, "DONE", price="100", time_in_force=GTC)
    send(world, "OPEN", price="100", time_in_force=GTC)
    world.accept("DONE")
    world.fill("DONE", "10")
    world.accept("OPEN")
    assert names(world.new("DONE")) == ["DuplicateRefused"]
    world.do(BeginTradingDay("20231115"))
    assert names(world.new("DONE")) == ["OrderReceived", "OrderRouted"]
    assert names(world.new("OPEN")) == ["DuplicateRefused"]
    assert world.replayed().state_hash() == world.blotter.state_hash()


# ----------------------------------------------------------------------------------------------------------- the close


def test_an_order_at_the_close_is_held_until_the_close_of_its_market() -> None:
    world = World(instrument=WITH_CLOSE)
    (_, held) = send(world, "A", price="100", time_in_force=CLOSE)
    assert isinstance(held, OrderHeld) and held.why is HoldReason.CLOSE
    began = world.do(BeginClosingPhase("BTC-USD"))
    assert names(began) == ["ClosingPhaseBegan", "OrderTriggered", "OrderRouted"]
    assert world.do(BeginClosingPhase("BTC-USD")) == []
    assert text_of(send(world, "B", price="100", time_in_force=CLOSE)) == "CLOSE_PASSED: symbol=BTC-USD"
    world.do(BeginTradingDay("20231115"))
    assert names(send(world, "C", price="100", time_in_force=CLOSE)) == ["OrderReceived", "OrderHeld"]


def test_a_venue_that_knows_the_close_gets_the_order_at_once() -> None:
    world = World(instrument=WITH_CLOSE)
    takes(world, times_in_force=(*PLAIN.times_in_force, CLOSE))
    assert names(send(world, "A", price="100", time_in_force=CLOSE))[-1] == "OrderRouted"


def test_a_stop_order_for_the_close_waits_for_both() -> None:
    world = World(instrument=WITH_CLOSE)
    send(world, "A", stop_px="101", time_in_force=CLOSE)
    events = tick(world, "101")
    assert names(events) == ["ReferencePriceSet", "OrderTriggered", "OrderHeld"]
    assert world.order("A").hold is HoldReason.CLOSE
    assert names(tick(world, "102")) == ["ReferencePriceSet"]
    assert names(world.do(BeginClosingPhase("BTC-USD")))[1:] == ["OrderTriggered", "OrderRouted"]


# --------------------------------------------------------------------------------------------------------------- halts


def halted(world: World, venue: str = VENUE) -> list[Event]:
    return world.do(VenueSymbolStatus(venue, "BTC-USD", SymbolStatus.HALTED, "news"))


def test_a_halt_suspends_and_its_end_reinstates() -> None:
    world = World()
    world.live("A")
    assert names(halted(world)) == ["SymbolStatusChanged", "OrderSuspended"]
    assert halted(world) == []
    assert world.order("A").ord_status is OrdStatus.SUSPENDED
    (_, refused) = world.new("B")
    assert isinstance(refused, OrderRefused)
    assert refused.text == "SYMBOL_HALTED: symbol=BTC-USD status=HALTED by=XSIM"
    assert names(world.cancel("C", "A")) == ["CancelRequested"]
    world.venue_refuse("C")
    over = world.do(VenueSymbolStatus(VENUE, "BTC-USD", SymbolStatus.TRADING))
    assert names(over) == ["SymbolStatusChanged", "OrderReinstated"]
    assert world.order("A").ord_status is OrdStatus.NEW
    assert names(world.new("D")) == ["OrderReceived", "OrderRouted"]


def test_an_order_that_two_have_halted_goes_on_when_both_let_it() -> None:
    world = World()
    world.live("A")
    halted(world)
    assert names(world.do(SetSymbolStatus("BTC-USD", SymbolStatus.CLOSED, "op", "why"))) == ["SymbolStatusChanged"]
    assert names(world.do(VenueSymbolStatus(VENUE, "BTC-USD", SymbolStatus.TRADING))) == ["SymbolStatusChanged"]
    assert text_of(world.new("B")) == "SYMBOL_HALTED: symbol=BTC-USD status=CLOSED by=operator"
    over = world.do(SetSymbolStatus("BTC-USD", SymbolStatus.TRADING, "op", "over"))
    assert names(over) == ["SymbolStatusChanged", "OrderReinstated"]


def test_who_wished_so_is_canceled_by_a_halt() -> None:
    world = World(instrument=msgspec.structs.replace(BTC, venues=(VENUE,)))
    send(world, "A", price="100", exec_inst=(ExecInst.CANCEL_ON_TRADING_HALT,))
    send(world, "B", stop_px="101", exec_inst=(ExecInst.CANCEL_ON_TRADING_HALT,))
    world.accept("A")
    _, request, canceled = halted(world)
    assert isinstance(request, CancelRequested) and request.cause == "CANCEL_ON_TRADING_HALT"
    assert isinstance(canceled, OrderCanceled) and canceled.reason is RestatementReason.CANCEL_ON_TRADING_HALT
    (end,) = world.do(VenueCanceled(VENUE, request.venue_cl_ord_id, request.orig_venue_cl_ord_id))
    assert isinstance(end, OrderCanceled) and end.reason is RestatementReason.CANCEL_ON_TRADING_HALT


def test_a_venue_speaks_for_its_own_orders_only() -> None:
    world = World()
    world.live("A")
    assert names(halted(world, "XALT")) == ["SymbolStatusChanged"]
    assert names(world.new("B")) == ["OrderReceived", "OrderRouted"]
    assert world.do(VenueSymbolStatus("OTHER", "BTC-USD", SymbolStatus.HALTED)) == []
    assert world.do(VenueSymbolStatus(VENUE, "DOGE", SymbolStatus.HALTED)) == []
    with pytest.raises(ValueError, match="DOGE"):
        world.do(SetSymbolStatus("DOGE", SymbolStatus.HALTED, "op", "why"))


# ------------------------------------------------------------------------------------------------------- cancel, venues


def test_a_held_order_of_one_who_has_gone_is_canceled_by_our_own_word() -> None:
    world = World()
    send(world, "A", stop_px="101")
    (end,) = world.do(CancelForLeaver(world.order("A").order_seq))
    assert isinstance(end, OrderCanceled) and end.reason is RestatementReason.CANCEL_ON_SYSTEM_FAILURE


def test_an_order_goes_to_the_first_venue_that_takes_it() -> None:
    world = World()
    world.do(VenueConnected("XALT"))
    world.do(SetVenueCapabilities("XALT", msgspec.structs.replace(PLAIN, display_qty=True)))
    (_, routed) = send(world, "A", price="100", display_qty="1")
    assert isinstance(routed, OrderRouted) and routed.venue == "XALT"
    (_, routed) = send(world, "B", price="100")
    assert isinstance(routed, OrderRouted) and routed.venue == VENUE
    halted(world)
    (_, routed) = send(world, "C", price="100")
    assert isinstance(routed, OrderRouted) and routed.venue == "XALT"


def test_capabilities_are_said_once() -> None:
    world = World()
    assert world.do(SetVenueCapabilities(VENUE, PLAIN)) == []
    takes(world, replace=False)
    assert world.do(SetVenueCapabilities(VENUE, msgspec.structs.replace(PLAIN, replace=False))) == []
    world.live("A")
    assert (
        text_of_replace(world)
        == "NOT_SUPPORTED_BY_VENUE: venue=XSIM request=OrderCancelReplaceRequest taken=OrderCancelRequest"
    )


def text_of_replace(world: World) -> str:
    (refused,) = world.replace("B", "A", "5")
    text = getattr(refused, "text", "")
    assert isinstance(text, str)
    return text


def test_an_instrument_without_a_close_changes_by_an_event() -> None:
    world = World()
    assert names(world.do(DefineInstrument(WITH_CLOSE))) == ["InstrumentDefined"]


def test_an_order_in_parts_ends_as_a_whole() -> None:
    two = msgspec.structs.replace(BTC, weights=(1, 1))
    world = World(instrument=two)
    world.do(VenueConnected("XALT"))
    events = send(world, "A", price="100", time_in_force=GTD, expire_in_s=60)
    assert names(events).count("OrderRouted") == 2
    order = world.order("A")
    assert world.blotter.waiting.expired_by(world.now_ns + 60 * SECOND_NS, 10) == [order.order_seq]
    world.pass_ms(60_000)
    asked = [event for event in world.do(ExpireOrder(order.order_seq)) if isinstance(event, CancelRequested)]
    assert [event.order_seq == order.order_seq for event in asked] == [True, False, False]
    for request in asked[1:]:
        venue = world.blotter.order(request.order_seq).venue
        world.do(VenueCanceled(venue, request.venue_cl_ord_id, request.orig_venue_cl_ord_id))
    assert order.ord_status is OrdStatus.EXPIRED
    assert world.replayed().state_hash() == world.blotter.state_hash()
