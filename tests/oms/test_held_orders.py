"""Held orders and special terms, decided and folded: stop orders, what cannot be, cash orders."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.commands import (
    ReplaceOrder,
    SetLimits,
    SetTradingState,
)
from oms.events import (
    Event,
    OrderCanceled,
    OrderReceived,
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
    Side,
    SymbolStatus,
    TradingState,
)
from oms.venue_reports import (
    VenueDisconnected,
    VenueSymbolStatus,
)
from tests.oms.timed_orders import CLOSE, DAY, GTD, D, send, takes, text_of, tick
from tests.oms.world import SESSION, VENUE, World, names

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
