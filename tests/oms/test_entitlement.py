"""What a session may trade: each of symbols, sides and types by itself, for orders and for replaces."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms import snapshot
from oms.commands import DefineInstrument, NewOrder
from oms.entitlements import Entitlement
from oms.permission_commands import SetEntitlement
from oms.snapshot import encode_snapshot, load_snapshot
from oms.types import OrdType, Side, TimeInForce
from tests.oms.test_gates import refusal
from tests.oms.world import BTC, SESSION, World, names

SIDES = Entitlement(sides=(Side.BUY,))
TYPES = Entitlement(ord_types=(OrdType.LIMIT,))
SYMBOLS = Entitlement(symbols=("ETH-USD", "BTC-USD"))


def world_of(entitlement: Entitlement | None) -> World:
    world = World()
    world.do(SetEntitlement(SESSION, entitlement))
    return world


def test_without_an_entitlement_everything_may_be_traded() -> None:
    world = World()
    assert world.do(SetEntitlement(SESSION, None)) == []
    assert refusal(world.new("A", side=Side.SELL)) == ""


@pytest.mark.parametrize(
    ("entitlement", "changes", "text"),
    [
        (SIDES, {}, ""),
        (SIDES, {"side": Side.SELL}, "NOT_ENTITLED: field=Side(54) value=SELL"),
        (TYPES, {}, ""),
        (TYPES, {"price": None}, "NOT_ENTITLED: field=OrdType(40) value=MARKET"),
        (SYMBOLS, {}, ""),
        (Entitlement(symbols=("ETH-USD",)), {}, "NOT_ENTITLED: field=Symbol(55) value=BTC-USD"),
        (Entitlement(), {"side": Side.SELL, "price": None}, ""),
    ],
)
def test_each_of_the_three(entitlement: Entitlement, changes: dict[str, object], text: str) -> None:
    world = world_of(entitlement)
    assert refusal(world.new("A", **changes)) == text  # type: ignore[arg-type]
    assert refusal(world.new("A", session="OTHER", **changes)) == ""  # type: ignore[arg-type]


def test_an_unknown_symbol_is_refused_for_both() -> None:
    (_, refused) = world_of(SYMBOLS).new("A", symbol="DOGE")
    assert refused.text == "NOT_ENTITLED: field=Symbol(55) value=DOGE"  # type: ignore[attr-defined]
    assert "UNKNOWN_SYMBOL: symbol=DOGE" in refused.also  # type: ignore[attr-defined]


def test_a_replace_may_not_become_what_may_not_be_sent_and_a_cancel_always_passes() -> None:
    world = world_of(TYPES)
    world.live("A")
    assert refusal(world.replace("B", "A", "10", None)) == "NOT_ENTITLED: field=OrdType(40) value=MARKET"
    world.do(SetEntitlement(SESSION, Entitlement(sides=(Side.SELL,))))
    assert refusal(world.replace("C", "A", "5")) == "NOT_ENTITLED: field=Side(54) value=BUY"
    assert names(world.cancel("D", "A")) == ["CancelRequested"]


def test_a_change_is_a_fact_once() -> None:
    world = world_of(SIDES)
    assert world.do(SetEntitlement(SESSION, SIDES)) == []
    assert names(world.do(SetEntitlement(SESSION, None))) == ["EntitlementSet"]
    assert refusal(world.new("A", side=Side.SELL)) == ""


def test_a_telephoned_order_of_the_session_is_one_of_its_own() -> None:
    world = world_of(SIDES)
    order = NewOrder(
        SESSION, "ACC", "", "BTC-USD", Side.SELL, OrdType.LIMIT, Decimal(1), Decimal(100), TimeInForce.DAY,
        operator="ann",
    )  # fmt: skip
    assert refusal(world.do(order)) == "NOT_ENTITLED: field=Side(54) value=SELL"


def test_it_is_in_the_log_and_in_snapshots() -> None:
    world = world_of(Entitlement(("BTC-USD",), (Side.BUY,), (OrdType.LIMIT,)))
    world.do(DefineInstrument(BTC))
    assert world.replayed().state_hash() == world.blotter.state_hash()
    blotter = world.empty()
    load_snapshot(blotter, encode_snapshot(world.blotter, world.payloads), snapshot.SCHEMA)
    assert blotter.state_hash() == world.blotter.state_hash()
    world.blotter = blotter
    assert refusal(world.new("A", side=Side.SELL)) == "NOT_ENTITLED: field=Side(54) value=SELL"
