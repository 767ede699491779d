"""Restricted symbols, hours and blackouts as the gates see them: at the ends of a window, and what still passes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms import snapshot
from oms.commands import NewOrder
from oms.permission_commands import CONFIGURATION, RestrictSymbol, SetBlackout, SetTradingHours
from oms.snapshot import encode_snapshot, load_snapshot
from oms.special_terms import SpecialTerms
from oms.types import OrdType, Side, TimeInForce
from oms.venue_reports import ReferencePriceSeen
from tests.oms.test_gates import refusal
from tests.oms.world import SECOND_NS, SESSION, START_NS, VENUE, World, names

OPENS, CLOSES = START_NS + 10 * SECOND_NS, START_NS + 20 * SECOND_NS
AT_OPENS, AT_CLOSES = "20231114-22:13:30", "20231114-22:13:40"


@pytest.mark.parametrize(
    ("now_ns", "text"),
    [
        (OPENS - 1, f"OUT_OF_HOURS: symbol=BTC-USD opens={AT_OPENS}"),
        (OPENS, ""),
        (CLOSES - 1, ""),
        (CLOSES, f"OUT_OF_HOURS: symbol=BTC-USD closed={AT_CLOSES}"),
    ],
)
def test_hours(now_ns: int, text: str) -> None:
    world = World()
    world.live("X")
    world.do(SetTradingHours("BTC-USD", OPENS, CLOSES))
    world.now_ns = now_ns
    assert refusal(world.new("A")) == text
    assert refusal(world.replace("B", "X", "11")) == text
    assert refusal(world.replace("C", "X", "9")) == ""


@pytest.mark.parametrize("symbols", [(), ("BTC-USD",), ("ETH-USD", "BTC-USD")])
@pytest.mark.parametrize(
    ("now_ns", "text"),
    [
        (OPENS - 1, ""),
        (OPENS, f"BLACKOUT: symbol=BTC-USD blackout=CPI ends={AT_CLOSES}"),
        (CLOSES - 1, f"BLACKOUT: symbol=BTC-USD blackout=CPI ends={AT_CLOSES}"),
        (CLOSES, ""),
    ],
)
def test_blackouts(symbols: tuple[str, ...], now_ns: int, text: str) -> None:
    world = World()
    world.live("X")
    world.do(SetBlackout("CPI", symbols, OPENS, CLOSES))
    world.now_ns = now_ns
    assert refusal(world.new("A")) == text
    assert refusal(world.replace("B", "X", "11")) == text
    assert refusal(world.replace("C", "X", "9")) == ""


def test_a_blackout_of_other_symbols_and_one_that_was_taken_back_stop_nothing() -> None:
    world = World()
    world.do(SetBlackout("ETH", ("ETH-USD",), START_NS, CLOSES))
    world.do(SetBlackout("ALL", (), START_NS, CLOSES))
    assert refusal(world.new("A")).startswith("BLACKOUT: symbol=BTC-USD blackout=ALL ")
    world.do(SetBlackout("ALL", (), 0, 0))
    assert refusal(world.new("B")) == ""
    assert world.do(SetBlackout("ALL", (), 0, 0)) == []


def test_one_list_does_not_lift_what_the_other_restricts() -> None:
    world = World()
    world.live("X")
    world.do(RestrictSymbol("BTC-USD", True, "ann", "why"))
    world.do(RestrictSymbol("BTC-USD", True, "configuration", "start", CONFIGURATION))
    assert refusal(world.new("A")) == "RESTRICTED: symbol=BTC-USD by=configuration"
    world.do(RestrictSymbol("BTC-USD", False, "configuration", "start", CONFIGURATION))
    assert refusal(world.new("B")) == "RESTRICTED: symbol=BTC-USD by=operator"
    assert refusal(world.replace("C", "X", "9")) == ""
    assert names(world.cancel("D", "X")) == ["CancelRequested"]
    world.do(RestrictSymbol("BTC-USD", False, "ann", "over"))
    assert refusal(world.new("E")) == ""


def test_what_stands_so_already_is_no_fact() -> None:
    world = World()
    for command in (
        RestrictSymbol("BTC-USD", True, "ann", "why"),
        SetTradingHours("BTC-USD", OPENS, CLOSES),
        SetBlackout("CPI", (), OPENS, CLOSES),
    ):
        assert len(world.do(command)) == 1
        assert world.do(command) == []
    assert world.do(RestrictSymbol("ETH-USD", False, "ann", "why")) == []
    assert world.do(SetTradingHours("ETH-USD", 0, 0)) == []
    assert names(world.do(SetTradingHours("BTC-USD", 0, 0))) == ["TradingHoursSet"]
    assert not world.blotter.closures.hours


def test_a_held_order_is_judged_again_when_it_is_let_go() -> None:
    world = World()
    special = SpecialTerms(stop_px=Decimal(105))
    order = NewOrder(
        SESSION, "ACC", "X", "BTC-USD", Side.BUY, OrdType.STOP, Decimal(1), None, TimeInForce.DAY, special=special
    )
    world.do(order)
    world.do(RestrictSymbol("BTC-USD", True, "ann", "why"))
    events = world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal(106)))
    assert refusal(events) == "RESTRICTED: symbol=BTC-USD by=operator"


def test_they_are_in_the_log_and_in_snapshots() -> None:
    world = World()
    world.do(RestrictSymbol("ETH-USD", True, "ann", "why"))
    world.do(SetTradingHours("ETH-USD", OPENS, CLOSES))
    world.do(SetBlackout("CPI", ("BTC-USD",), START_NS, CLOSES))
    assert world.replayed().state_hash() == world.blotter.state_hash()
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    assert blotter.state_hash() == world.blotter.state_hash()
    world.blotter = blotter
    assert refusal(world.new("A")).startswith("BLACKOUT: ")
