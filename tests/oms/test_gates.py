"""Each gate on both sides of its limit, and the exact text of its refusal."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.commands import DefineInstrument, SetLimits, SetTradingState
from oms.events import Event, OrderRefused, ReplaceRefused
from oms.limits import NOTHING, Limits, Rate
from oms.refusals import CODES
from oms.risk.pipeline import GATES
from oms.types import RejectReason, Side, TradingState
from oms.venue_reports import ReferencePriceSeen, VenueConnected, VenueDisconnected
from tests.oms.world import BTC, LIMITS, VENUE, World, names

PASSED = ["OrderReceived", "OrderRouted"]


def limits(**changes: object) -> Limits:
    return msgspec.structs.replace(LIMITS, **changes)


def refusal(events: list[Event]) -> str:
    """The text of the refusal; '' when the request passed."""
    last = events[-1]
    if isinstance(last, OrderRefused | ReplaceRefused):
        assert last.reason is CODES[last.code].reason
        assert last.text.startswith(last.code + ": ")
        return last.text
    return ""


def test_order_of_the_gates() -> None:
    assert [gate.__name__ for gate in GATES] == [
        "kill_switch",
        "trading_state",
        "entitlement",
        "duplicate_content",
        "restricted",
        "halted_symbol",
        "instrument",
        "order_terms",
        "trading_hours",
        "blackout",
        "order_limits",
        "price_band",
        "throttle",
        "slice_throttle",
        "slice_limits",
        "self_match",
        "position",
        "gross_exposure",
        "net_exposure",
        "credit",
        "repeated_executions",
        "limit_breached",
        "order_to_trade",
        "venue_parts",
        "venue_available",
        "venue_supports",
    ]


# ------------------------------------------------------------------------------------------------------- trading state


def test_halted_refuses_orders_and_replaces_and_lets_cancels_pass() -> None:
    world = World()
    world.live("X")
    assert names(world.do(SetTradingState(TradingState.HALTED, "op", "why"))) == ["TradingStateChanged"]
    assert refusal(world.new("A")) == "TRADING_STATE: state=HALTED"
    assert refusal(world.replace("B", "X", "5")) == "TRADING_STATE: state=HALTED"
    assert names(world.cancel("C", "X")) == ["CancelRequested"]
    world.do(SetTradingState(TradingState.ACTIVE, "op", "over"))
    assert refusal(world.new("D")) == ""


def test_reducing_lets_only_pass_what_does_nothing_but_lower() -> None:
    world = World()
    world.live("X", "10", "100")
    world.do(SetTradingState(TradingState.REDUCING, "op", "why"))
    assert refusal(world.new("A")) == "TRADING_STATE: state=REDUCING"
    assert refusal(world.replace("B", "X", "10", "100")) == "TRADING_STATE: state=REDUCING"
    assert refusal(world.replace("C", "X", "9", "101")) == "TRADING_STATE: state=REDUCING"
    assert refusal(world.replace("D", "X", "9", None)) == "TRADING_STATE: state=REDUCING"
    assert names(world.replace("E", "X", "9", "100")) == ["ReplaceRequested"]
    assert names(world.cancel("F", "X")) == ["CancelRequested"]


# ---------------------------------------------------------------------------------------------------------- instrument


@pytest.mark.parametrize(
    ("qty", "price", "text"),
    [
        ("0.001", "100", ""),
        ("0.0009", "100", "QTY_BELOW_MIN: order_qty=0.0009 min=0.001"),
        ("0", "100", "QTY_BELOW_MIN: order_qty=0 min=0.001"),
        ("-1", "100", "QTY_BELOW_MIN: order_qty=-1 min=0.001"),
        ("500", "100", ""),
        ("500.0001", "100", "QTY_ABOVE_MAX: order_qty=500.0001 max=500"),
        ("1.0001", "100", ""),
        ("1.00010", "100", ""),
        ("1.00005", "100", "QTY_INCREMENT: order_qty=1.00005 round_lot=0.0001"),
        ("1", "100.01", ""),
        ("1", "100.010", ""),
        ("1", "100.005", "PRICE_INCREMENT: price=100.005 min_price_increment=0.01"),
        ("1", "0.00", "PRICE_NOT_POSITIVE: price=0.00"),
        ("1", "-100", "PRICE_NOT_POSITIVE: price=-100"),
        ("1", None, ""),
    ],
)
def test_instrument(qty: str, price: str | None, text: str) -> None:
    world = World(instrument=msgspec.structs.replace(BTC, max_trade_vol=Decimal(500)))
    assert refusal(world.new("X", qty, price)) == text
    world.live("Y")
    assert refusal(world.replace("Z", "Y", qty, price)) == text


def test_unknown_symbol() -> None:
    (_, event) = World().new("X", symbol="DOGE")
    assert isinstance(event, OrderRefused)
    assert event.text == "UNKNOWN_SYMBOL: symbol=DOGE"
    assert event.reason is RejectReason.UNKNOWN_SYMBOL
    assert event.also == ("STALE_REFERENCE: symbol=DOGE reference=none max_ms=3600000",)


def test_price_against_ord_type() -> None:
    from oms.commands import NewOrder
    from oms.types import OrdType, TimeInForce

    world = World()
    market = NewOrder("S", "", "X", "BTC-USD", Side.BUY, OrdType.MARKET, Decimal(1), Decimal(100), TimeInForce.DAY)
    assert refusal(world.do(market)) == "PRICE_NOT_ALLOWED: ord_type=MARKET price=100"
    limit = NewOrder("S", "", "Y", "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(1), None, TimeInForce.DAY)
    assert refusal(world.do(limit)) == "PRICE_MISSING: ord_type=LIMIT"


# -------------------------------------------------------------------------------------------------------- order limits


def test_order_qty_limit() -> None:
    world = World(limits(order_qty_max=Decimal(10)))
    assert refusal(world.new("A", "10")) == ""
    assert refusal(world.new("B", "10.0001")) == "ORDER_QTY_LIMIT: order_qty=10.0001 limit=10"


def test_order_notional_limit() -> None:
    world = World(limits(order_notional_max=Decimal(1000)))
    assert refusal(world.new("A", "10", "100")) == ""
    assert refusal(world.new("B", "10", "100.01")) == "ORDER_NOTIONAL_LIMIT: notional=1000.10 limit=1000"
    assert refusal(world.new("C", "10", None)) == ""
    assert refusal(world.new("D", "10.0001", None)) == "ORDER_NOTIONAL_LIMIT: notional=1000.0100 limit=1000"


def test_notional_takes_the_multiplier() -> None:
    world = World(
        limits(order_notional_max=Decimal(1000)), msgspec.structs.replace(BTC, contract_multiplier=Decimal("0.1"))
    )
    assert refusal(world.new("A", "100", "100")) == ""
    assert refusal(world.new("B", "100.0001", "100")) == "ORDER_NOTIONAL_LIMIT: notional=1000.00100 limit=1000"


def test_a_replace_counts_with_the_larger_of_old_and_new() -> None:
    """Until the venue answers, either may execute: quantity and price at their largest."""
    world = World(limits(order_notional_max=Decimal(1000)))
    world.live("X", "10", "100")
    # 5 x 110 = 550 would pass, but 10 may be filled at 110 in the meantime
    assert refusal(world.replace("Y", "X", "5", "110")) == "ORDER_NOTIONAL_LIMIT: notional=1100 limit=1000"
    assert refusal(world.replace("Z", "X", "5", "90")) == ""
    # the pending 5 @ 90 does not lower what may execute
    assert refusal(world.replace("W", "Z", "10.0001", "90")) == ("ORDER_NOTIONAL_LIMIT: notional=1000.0100 limit=1000")


def test_a_replace_counts_what_is_pending() -> None:
    world = World(limits(order_qty_max=Decimal(20)))
    world.live("X", "10", "100")
    assert refusal(world.replace("Y", "X", "20")) == ""
    world.do(SetLimits(limits(order_qty_max=Decimal(15)), "op", "lower"))
    assert refusal(world.replace("Z", "Y", "5")) == "ORDER_QTY_LIMIT: order_qty=20 limit=15"
    world.venue_refuse("Y")
    assert refusal(world.replace("W", "X", "5")) == ""


# ---------------------------------------------------------------------------------------------------------- price band


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("110", ""),
        ("110.01", "PRICE_BAND: price=110.01 reference=100 band=10%"),
        ("90", ""),
        ("89.99", "PRICE_BAND: price=89.99 reference=100 band=10%"),
    ],
)
@pytest.mark.parametrize("side", Side)
def test_price_band_on_both_sides(price: str, text: str, side: Side) -> None:
    world = World()
    assert refusal(world.new("X", "1", price, side=side)) == text


def test_the_text_of_the_field() -> None:
    world = World(instrument=BTC, price="50000")
    assert refusal(world.new("X", "1", "60000")) == "PRICE_BAND: price=60000 reference=50000 band=10%"


def test_an_instruments_own_band() -> None:
    world = World()
    world.do(DefineInstrument(msgspec.structs.replace(BTC, price_band=Decimal("0.005"))))
    assert refusal(world.new("A", "1", "100.50")) == ""
    assert refusal(world.new("B", "1", "100.51")) == "PRICE_BAND: price=100.51 reference=100 band=0.5%"


@pytest.mark.parametrize("price", ["100", None])
def test_a_stale_reference_refuses(price: str | None) -> None:
    world = World(limits(reference_price_age_ms_max=5000))
    world.pass_ms(5000)
    assert refusal(world.new("A", "1", price)) == ""
    world.now_ns += 1
    stale = "STALE_REFERENCE: symbol=BTC-USD reference=100 age_ms=5000 max_ms=5000"
    assert refusal(world.new("B", "1", price)) == stale
    world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal("101")))
    assert refusal(world.new("C", "1", price)) == ""


def test_without_a_reference_nothing_passes() -> None:
    world = World()
    world.do(DefineInstrument(msgspec.structs.replace(BTC, symbol="ETH-USD")))
    for cl_ord_id, price in (("A", "100"), ("B", None)):
        assert refusal(world.new(cl_ord_id, "1", price, symbol="ETH-USD")) == (
            "STALE_REFERENCE: symbol=ETH-USD reference=none max_ms=3600000"
        )


# ------------------------------------------------------------------------------------------------------------ throttle


def test_throttle_counts_refused_requests_and_duplicates_and_queries_too() -> None:
    world = World(limits(messages=Rate(per_s=10, burst=4)))
    world.new("A")
    world.new("A")
    world.new("B", "0")
    world.query("A")
    assert refusal(world.new("C")) == "THROTTLED: per_s=10 burst=4 retry_ms=100"
    (event,) = world.query("A")
    assert (event.code, event.text) == ("THROTTLED", "THROTTLED: per_s=10 burst=4 retry_ms=100")  # type: ignore[attr-defined]
    world.pass_ms(99)
    world.now_ns += 999_999
    assert refusal(world.new("D")) == "THROTTLED: per_s=10 burst=4 retry_ms=1"
    world.pass_ms(100)
    assert refusal(world.new("E")) == ""


def test_throttle_is_by_session() -> None:
    world = World(limits(messages=Rate(per_s=1, burst=1)))
    assert refusal(world.new("A")) == ""
    assert refusal(world.new("B")) != ""
    assert refusal(world.new("A", session="OTHER")) == ""


def test_replaces_are_throttled_with_orders() -> None:
    world = World(limits(messages=Rate(per_s=1, burst=1)))
    world.live("X")
    assert refusal(world.replace("Y", "X", "5")) == "THROTTLED: per_s=1 burst=1 retry_ms=1000"


def test_orders_never_block_a_cancel_and_cancels_have_their_own_budget() -> None:
    world = World(limits(messages=Rate(per_s=1, burst=2), cancels=Rate(per_s=1, burst=2)))
    world.live("X")
    world.live("Y")
    for name in "ABC":
        assert "THROTTLED" in refusal(world.new(name))
    assert names(world.cancel("C1", "X")) == ["CancelRequested"]
    assert names(world.cancel("C2", "nothing")) == ["CancelRefused"]
    (event,) = world.cancel("C3", "Y")
    assert event.text == "CANCEL_THROTTLED: per_s=1 burst=2 retry_ms=1000"  # type: ignore[attr-defined]
    world.pass_ms(1000)
    assert names(world.cancel("C4", "Y")) == ["CancelRequested"]


# --------------------------------------------------------------------------------------------------------------- venue


def test_a_disconnected_venue_takes_no_orders_and_loses_none() -> None:
    world = World()
    order = world.live("X")
    before = order.content()
    assert names(world.do(VenueDisconnected(VENUE))) == ["VenueStateChanged"]
    assert order.content() == before
    assert refusal(world.new("A")) == "VENUE_UNAVAILABLE: venue=XSIM,XALT"
    assert refusal(world.replace("B", "X", "5")) == "VENUE_UNAVAILABLE: venue=XSIM"
    assert names(world.cancel("C", "X")) == ["CancelRequested"]
    assert world.do(VenueDisconnected(VENUE)) == []
    world.do(VenueConnected("XALT"))
    assert names(world.new("D")) == PASSED
    assert world.order("D").venue == "XALT"
    assert refusal(world.replace("E", "D", "5")) == ""
    world.do(VenueConnected(VENUE))
    world.new("F")
    assert world.order("F").venue == VENUE


# ------------------------------------------------------------------------------------------------------------ together


def test_every_gate_is_asked_and_the_first_refusal_is_told() -> None:
    world = World(limits(order_qty_max=Decimal(1), messages=Rate(per_s=1, burst=1)))
    world.new("A", "1")
    world.do(SetTradingState(TradingState.HALTED, "op", "why"))
    world.do(VenueDisconnected(VENUE))
    (_, event) = world.new("B", "2.00001", "1000")
    assert isinstance(event, OrderRefused)
    assert (event.code, event.text) == ("TRADING_STATE", "TRADING_STATE: state=HALTED")
    assert event.also == (
        "QTY_INCREMENT: order_qty=2.00001 round_lot=0.0001",
        "ORDER_QTY_LIMIT: order_qty=2.00001 limit=1",
        "PRICE_BAND: price=1000 reference=100 band=10%",
        "THROTTLED: per_s=1 burst=1 retry_ms=1000",
        "VENUE_UNAVAILABLE: venue=XSIM,XALT",
    )


def test_until_limits_are_set_no_order_passes() -> None:
    world = World(NOTHING)
    (_, event) = world.new("A", "0.001", "100")
    assert isinstance(event, OrderRefused)
    assert event.text == "ORDER_QTY_LIMIT: order_qty=0.001 limit=0"


def test_codes_are_documented_sentences() -> None:
    for code, (_, meaning, cure) in CODES.items():
        assert code.isupper()
        assert meaning.endswith(".")
        assert cure.endswith(".")
