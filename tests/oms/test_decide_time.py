"""Held orders, expiry, trading days and halts, decided and folded."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.commands import (
    BeginClosingPhase,
    BeginTradingDay,
    CancelForLeaver,
    DefineInstrument,
    ExpireOrder,
    NewOrder,
    RenewOrder,
    ReplaceOrder,
    SetLimits,
    SetSymbolStatus,
    SetTradingState,
    SetVenueCapabilities,
)
from oms.events import (
    CancelRequested,
    Event,
    OrderCanceled,
    OrderExpired,
    OrderHeld,
    OrderReceived,
    OrderRefused,
    OrderRestated,
    OrderRouted,
    OrderTriggered,
    ReplaceRefused,
    ReplaceRequested,
)
from oms.order_state import Base
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
    TradingState,
)
from oms.venue_capabilities import PLAIN
from oms.venue_reports import (
    ReferencePriceSeen,
    VenueCanceled,
    VenueCancelRejected,
    VenueConnected,
    VenueDisconnected,
    VenueSymbolStatus,
)
from tests.oms.world import BTC, SECOND_NS, SESSION, VENUE, World, names

D = Decimal
DAY, GTC, GTD = TimeInForce.DAY, TimeInForce.GOOD_TILL_CANCEL, TimeInForce.GOOD_TILL_DATE
CLOSE = TimeInForce.AT_THE_CLOSE
WITH_CLOSE = msgspec.structs.replace(BTC, has_close=True)


def send(
    world: World,
    cl_ord_id: str,
    *,
    stop_px: str | None = None,
    price: str | None = None,
    side: Side = Side.BUY,
    qty: str = "10",
    time_in_force: TimeInForce = DAY,
    expire_in_s: int | None = None,
    exec_inst: tuple[ExecInst, ...] = (),
    cash: str | None = None,
    display_qty: str | None = None,
) -> list[Event]:
    if stop_px is None:
        ord_type = OrdType.MARKET if price is None else OrdType.LIMIT
    else:
        ord_type = OrdType.STOP if price is None else OrdType.STOP_LIMIT
    special = SpecialTerms(
        None if stop_px is None else D(stop_px),
        None if expire_in_s is None else world.now_ns + expire_in_s * SECOND_NS,
        None if display_qty is None else D(display_qty),
        exec_inst,
        None if cash is None else D(cash),
    )
    limit = None if price is None else D(price)
    return world.do(
        NewOrder(
            SESSION, "ACC", cl_ord_id, "BTC-USD", side, ord_type, D(qty), limit, time_in_force, None, False,
            None if special == SpecialTerms() else special,
        )
    )  # fmt: skip


def tick(world: World, price: str) -> list[Event]:
    return world.do(ReferencePriceSeen(VENUE, "BTC-USD", D(price)))


def takes(world: World, **changes: object) -> None:
    world.do(SetVenueCapabilities(VENUE, msgspec.structs.replace(PLAIN, **changes)))


def text_of(events: list[Event]) -> str:
    last = events[-1]
    assert isinstance(last, OrderRefused), last
    return last.text


# --------------------------------------------------------------------------------------------------------- stop orders


def test_a_stop_order_is_held_and_triggered_at_its_price() -> None:
    world = World()
    assert names(send(world, "A", stop_px="101")) == ["OrderReceived", "OrderHeld"]
    order = world.order("A")
    assert order.base is Base.HELD
    assert order.hold is HoldReason.STOP_PRICE
    assert order.ord_status is OrdStatus.NEW
    assert names(tick(world, "100.99")) == ["ReferencePriceSet"]
    _, triggered, routed = tick(world, "101")
    assert isinstance(triggered, OrderTriggered) and triggered.price == D(101)
    assert isinstance(routed, OrderRouted) and routed.venue == VENUE
    assert names(tick(world, "102")) == ["ReferencePriceSet"]
    assert world.order("A").hold is None
    assert world.replayed().state_hash() == world.blotter.state_hash()


def test_a_sell_is_triggered_at_or_below_its_price() -> None:
    world = World()
    send(world, "A", stop_px="99", side=Side.SELL)
    assert names(tick(world, "99.01")) == ["ReferencePriceSet"]
    assert names(tick(world, "98")) == ["ReferencePriceSet", "OrderTriggered", "OrderRouted"]


def test_those_that_one_price_triggers_go_by_price_and_then_by_age() -> None:
    world = World()
    for name, stop_px in (("A", "103"), ("B", "101"), ("C", "101"), ("D", "105")):
        send(world, name, stop_px=stop_px)
    triggered = [event.order_seq for event in tick(world, "103") if isinstance(event, OrderTriggered)]
    assert triggered == [world.order(name).order_seq for name in ("B", "C", "A")]


def test_what_the_market_has_reached_already_is_triggered_at_once() -> None:
    world = World()
    assert names(send(world, "A", stop_px="100")) == ["OrderReceived", "OrderHeld", "OrderTriggered", "OrderRouted"]
    assert names(send(world, "B", stop_px="100.01")) == ["OrderReceived", "OrderHeld"]


def test_a_venue_that_takes_stop_orders_gets_them() -> None:
    world = World()
    takes(world, ord_types=(OrdType.MARKET, OrdType.LIMIT, OrdType.STOP))
    assert names(send(world, "A", stop_px="101")) == ["OrderReceived", "OrderRouted"]
    assert names(send(world, "B", stop_px="101", price="102")) == ["OrderReceived", "OrderHeld"]


def test_the_gates_are_asked_again_at_the_trigger() -> None:
    world = World()
    send(world, "A", stop_px="101")
    send(world, "B", stop_px="102")
    send(world, "C", stop_px="103")
    world.do(SetTradingState(TradingState.HALTED, "op", "why"))
    assert text_of(tick(world, "101")) == "TRADING_STATE: state=HALTED"
    world.do(SetTradingState(TradingState.ACTIVE, "op", "over"))
    world.do(VenueDisconnected(VENUE))
    assert text_of(tick(world, "102")) == "VENUE_UNAVAILABLE: venue=XSIM,XALT"
    assert [world.order(name).ord_status for name in "ABC"] == [OrdStatus.REJECTED, OrdStatus.REJECTED, OrdStatus.NEW]


def test_nothing_is_triggered_while_the_symbol_is_halted() -> None:
    world = World()
    send(world, "A", stop_px="101")
    world.do(VenueSymbolStatus(VENUE, "BTC-USD", SymbolStatus.HALTED, "news"))
    assert names(tick(world, "105")) == ["ReferencePriceSet"]
    world.do(VenueSymbolStatus(VENUE, "BTC-USD", SymbolStatus.TRADING))
    assert "OrderTriggered" in names(tick(world, "105"))


def test_a_canceled_stop_order_waits_for_nothing() -> None:
    world = World()
    send(world, "A", stop_px="101")
    assert world.cancel("B", "A")[-1].__class__ is OrderCanceled
    assert len(world.blotter.waiting) == 0
    assert names(tick(world, "102")) == ["ReferencePriceSet"]


def test_a_replaced_stop_order_waits_for_its_new_price() -> None:
    world = World()
    send(world, "A", stop_px="101")
    world.do(
        ReplaceOrder(
            SESSION, "B", "A", "BTC-USD", Side.BUY, OrdType.STOP, D(5), None, DAY, False, SpecialTerms(stop_px=D(103))
        )
    )
    assert names(tick(world, "102")) == ["ReferencePriceSet"]
    assert "OrderTriggered" in names(tick(world, "103"))


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({"stop_px": "101.005"}, "STOP_PX_INCREMENT: stop_px=101.005 min_price_increment=0.01"),
        ({"stop_px": "0"}, "STOP_PX_INCREMENT: stop_px=0 min_price_increment=0.01"),
        ({"stop_px": "101", "price": "112"}, "PRICE_BAND: price=112 reference=101 band=10%"),
        ({"price": "100", "expire_in_s": 5}, "EXPIRE_TIME_NOT_ALLOWED: time_in_force=DAY"),
        ({"price": "100", "time_in_force": GTD}, "EXPIRE_TIME_MISSING: time_in_force=GOOD_TILL_DATE"),
        ({"price": "100", "time_in_force": GTD, "expire_in_s": -2}, "EXPIRE_TIME_PAST: late_ms=2000"),
        ({"price": "100", "time_in_force": CLOSE}, "NO_CLOSE: symbol=BTC-USD"),
        ({"price": "100", "display_qty": "11"}, "DISPLAY_QTY: display_qty=11 order_qty=10 round_lot=0.0001"),
        (
            {"price": "100", "display_qty": "1"},
            "NOT_SUPPORTED_BY_VENUE: venue=XSIM display_qty=yes taken=no",
        ),
        (
            {"price": "100", "exec_inst": (ExecInst.PARTICIPATE_DONT_INITIATE,)},
            "NOT_SUPPORTED_BY_VENUE: venue=XSIM exec_inst=PARTICIPATE_DONT_INITIATE taken=none",
        ),
        (
            {"exec_inst": (ExecInst.PARTICIPATE_DONT_INITIATE,)},
            "EXEC_INST_CONFLICT: exec_inst=PARTICIPATE_DONT_INITIATE ord_type=MARKET time_in_force=DAY",
        ),
        (
            {"price": "100", "exec_inst": (ExecInst.REINSTATE_ON_TRADING_HALT, ExecInst.CANCEL_ON_TRADING_HALT)},
            "EXEC_INST_CONFLICT: exec_inst=REINSTATE_ON_TRADING_HALT,CANCEL_ON_TRADING_HALT",
        ),
        (
            {"price": "100", "exec_inst": (ExecInst.MARKET_PEG,)},
            "PEG_NOT_ALLOWED: ord_type=LIMIT exec_inst=MARKET_PEG",
        ),
        ({"cash": "1000"}, "CASH_ORDER_QTY: cash_order_qty=1000 order_qty=10"),
        ({"cash": "-1", "qty": "0"}, "CASH_ORDER_QTY: cash_order_qty=-1 order_qty=0"),
    ],
)
def test_terms_that_cannot_be(terms: dict[str, object], text: str) -> None:
    world = World()
    assert text_of(send(world, "A", **terms)) == text  # type: ignore[arg-type]


def test_instructions_that_the_gateway_carries_out_need_no_venue() -> None:
    world = World()
    gateway_does = (ExecInst.WORK, ExecInst.NOT_HELD, ExecInst.CANCEL_ON_TRADING_HALT)
    assert names(send(world, "A", price="100", exec_inst=gateway_does))[-1] == "OrderRouted"


@given(
    stops=st.lists(st.tuples(st.integers(90, 110), st.booleans()), max_size=8),
    moves=st.lists(st.tuples(st.integers(88, 112), st.integers(0, 120)), max_size=12),
)
def test_a_stop_is_triggered_once_and_by_a_fresh_price_only(
    stops: list[tuple[int, bool]], moves: list[tuple[int, int]]
) -> None:
    """However the price moves: the first price at or through a stop since it came in triggers it, no other one does,
    and a price that was seen long ago is not taken for the present."""
    age_ms_max = 60_000
    world = World()
    limits = msgspec.structs.replace(world.blotter.limits, reference_price_age_ms_max=age_ms_max, price_band=D(1))
    world.do(SetLimits(limits, "tester", "law"))
    waiting: dict[int, tuple[int, bool]] = {}
    last, seen_ns = 100, world.now_ns
    for at, (stop_px, buy) in enumerate(stops):
        events = send(world, f"S{at}", stop_px=str(stop_px), side=Side.BUY if buy else Side.SELL)
        through = last >= stop_px if buy else last <= stop_px
        assert ("OrderTriggered" in names(events)) == through
        if not through:
            waiting[events[0].seq] = (stop_px, buy)
    for number, (price, pause_s) in enumerate(moves):
        world.pass_ms(pause_s * 1000)
        late = send(world, f"L{number}", stop_px=str(last), side=Side.BUY)
        if world.now_ns - seen_ns > age_ms_max * 1_000_000:
            assert text_of(late).startswith("STALE_REFERENCE")
        else:
            assert "OrderTriggered" in names(late)
        expected = {
            order_seq
            for order_seq, (stop_px, buy) in waiting.items()
            if (price >= stop_px if buy else price <= stop_px)
        }
        events = tick(world, str(price))
        triggered = [event.order_seq for event in events if isinstance(event, OrderTriggered)]
        assert sorted(triggered) == sorted(expected)
        assert names(events).count("OrderRouted") == len(expected)
        for order_seq in expected:
            del waiting[order_seq]
        last, seen_ns = price, world.now_ns
    assert len(world.blotter.waiting) == len(waiting)
    assert world.replayed().state_hash() == world.blotter.state_hash()


# ---------------------------------------------------------------------------------------------------------- cash orders


@pytest.mark.parametrize(
    ("cash", "price", "qty"),
    [("1000", None, "10"), ("1000", "99", "10.101"), ("1000.99", "100", "10.0099"), ("0.05", "100", None)],
)
def test_a_cash_order_is_computed_from_its_price_and_rounded_down_to_the_lot(
    cash: str, price: str | None, qty: str | None
) -> None:
    world = World()
    events = send(world, "A", cash=cash, price=price, qty="0")
    received = events[0]
    assert isinstance(received, OrderReceived)
    if qty is None:
        assert text_of(events) == "QTY_BELOW_MIN: order_qty=0.0005 min=0.001"
    else:
        assert received.order_qty == D(qty)
        assert received.special is not None and received.special.cash_order_qty == D(cash)
        assert names(events)[-1] == "OrderRouted"


def test_a_cash_order_at_market_needs_a_fresh_reference_price() -> None:
    world = World()
    world.pass_ms(3_600_001)
    assert text_of(send(world, "A", cash="1000", qty="0")).startswith("STALE_REFERENCE: symbol=BTC-USD cash_order_qty")


def test_a_cash_order_is_replaced_by_another_amount() -> None:
    world = World()
    send(world, "A", cash="1000", price="100", qty="0")
    world.accept("A")

    def replace(name: str, qty: str, cash: str) -> list[Event]:
        terms = OrdType.LIMIT, D(qty), D(99), DAY, False, SpecialTerms(cash_order_qty=D(cash))
        return world.do(ReplaceOrder(SESSION, name, "A", "BTC-USD", Side.BUY, *terms))

    (refused,) = replace("B", "5", "2000")
    assert isinstance(refused, ReplaceRefused) and refused.text == "CASH_ORDER_QTY: cash_order_qty=2000 order_qty=5"
    (requested,) = replace("C", "0", "1980")
    assert isinstance(requested, ReplaceRequested) and requested.order_qty == D(20)


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
