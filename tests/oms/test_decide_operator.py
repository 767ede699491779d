"""Operators' commands: recorded once, repeated without effect, refused loudly when a record breaks its own rules."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.blotter import Blotter
from oms.commands import DefineInstrument, OpenLog, SetLimits, SetTradingState
from oms.decide import decide
from oms.events import LimitsSet, LogOpened, TradingStateChanged
from oms.limits import RATE_MAX, Rate
from oms.types import Moment, TradingState, check_store_id
from tests.oms.world import BTC, LIMITS, START_NS, World, names


def test_what_stands_already_leaves_no_event() -> None:
    world = World()
    assert world.do(OpenLog("OTHER")) == []
    assert world.do(DefineInstrument(BTC)) == []
    assert world.do(SetLimits(LIMITS, "someone", "again")) == []
    assert world.do(SetTradingState(TradingState.ACTIVE, "someone", "again")) == []
    assert world.blotter.store_id == "GATE"


def test_changes_carry_who_and_why() -> None:
    world = World()
    changed = msgspec.structs.replace(LIMITS, order_qty_max=Decimal(1))
    (event,) = world.do(SetLimits(changed, "ann", "quiet day"))
    assert isinstance(event, LimitsSet)
    assert (event.limits, event.operator, event.reason) == (changed, "ann", "quiet day")
    (event,) = world.do(SetTradingState(TradingState.HALTED, "bob", "fire"))
    assert isinstance(event, TradingStateChanged)
    assert (event.state, event.operator, event.reason) == (TradingState.HALTED, "bob", "fire")
    assert names(world.do(DefineInstrument(msgspec.structs.replace(BTC, round_lot=Decimal(1))))) == [
        "InstrumentDefined"
    ]
    assert world.blotter.instruments["BTC-USD"].round_lot == 1


@pytest.mark.parametrize("store_id", ["A", "GATE", "G1a", "12345678"[:7] + "z"])
def test_store_ids(store_id: str) -> None:
    (event,) = decide(Blotter(), OpenLog(store_id), Moment(START_NS, 1))
    assert event == LogOpened(1, START_NS, store_id)


@pytest.mark.parametrize("store_id", ["", "1", "A1", "ABCDEFGHI", "A-B", "A B", "É", "A\n"])
def test_bad_store_ids(store_id: str) -> None:
    with pytest.raises(ValueError, match="store_id"):
        check_store_id(store_id)
    with pytest.raises(ValueError, match="store_id"):
        decide(Blotter(), OpenLog(store_id), Moment(START_NS, 1))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"min_price_increment": Decimal(0)}, "min_price_increment: 0: a positive number"),
        ({"round_lot": Decimal(-1)}, "round_lot: -1: a positive number"),
        ({"min_trade_vol": Decimal("NaN")}, "min_trade_vol: NaN: a positive number"),
        ({"max_trade_vol": Decimal("1E15")}, "max_trade_vol: 1E\\+15: a positive number"),
        ({"max_trade_vol": Decimal("0.0001")}, "max_trade_vol: 0.0001: not below min_trade_vol 0.001"),
        ({"contract_multiplier": Decimal("0.0123456789")}, ""),
        ({"contract_multiplier": Decimal("10.123456789")}, "contract_multiplier: 10.123456789: at most 9 digits"),
        ({"symbol": ""}, "symbol: '': not empty"),
        ({"venues": ()}, "venues: \\(\\): at least one venue"),
        ({"venues": ("A", "B", "A")}, "venues: A, B, A: each venue once"),
        ({"price_band": Decimal(-1)}, "price_band: -1: not negative"),
    ],
)
def test_instruments_with_faults(changes: dict[str, object], fault: str) -> None:
    instrument = msgspec.structs.replace(BTC, **changes)
    if not fault:
        assert names(World().do(DefineInstrument(instrument))) == ["InstrumentDefined"]
        return
    with pytest.raises(ValueError, match=fault):
        World().do(DefineInstrument(instrument))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"order_qty_max": Decimal(-1)}, "order_qty_max: -1: not negative"),
        ({"order_notional_max": Decimal("NaN")}, "order_notional_max: NaN: a number"),
        ({"price_band": Decimal("Infinity")}, "price_band: Infinity: not negative"),
        ({"reference_price_age_ms_max": -1}, "reference_price_age_ms_max: -1: not negative"),
        ({"messages": Rate(-1, 1)}, "messages.per_s: -1: 0 to 1000000"),
        ({"cancels": Rate(1, RATE_MAX + 1)}, "cancels.burst: 1000001: 0 to 1000000"),
    ],
)
def test_limits_with_faults(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        World().do(SetLimits(msgspec.structs.replace(LIMITS, **changes), "ann", "mistake"))
