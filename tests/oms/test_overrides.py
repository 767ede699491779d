"""Overrides: by two people, for one order, for named soft refusals, once, and not for long."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.commands import NewOrder, SetTradingState
from oms.decide_override import grant_refusal
from oms.events import Event, OrderRefused, OverrideUsed
from oms.override_commands import GrantOverride, LapseOverrides
from oms.overrides import SOFT_CODES
from oms.refusals import CODES
from oms.snapshot import SCHEMA, encode_snapshot, load_snapshot
from oms.types import OrdType, Side, TimeInForce, TradingState
from tests.oms.world import SESSION, World, names

ORDER = NewOrder(SESSION, "A1", "A", "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(10), Decimal(120), TimeInForce.DAY)
GRANT = GrantOverride(
    SESSION, "A", "BTC-USD", Side.BUY, Decimal(10), None, ("PRICE_BAND",), 60, "ann", "bob", "hedge by hand"
)  # fmt: skip
REFUSED = ["OrderReceived", "OrderRefused"]
PASSED = ["OrderReceived", "OverrideUsed", "OrderRouted"]


def sent(world: World, **terms: object) -> list[Event]:
    return world.do(msgspec.structs.replace(ORDER, **terms))


def grant(**terms: object) -> GrantOverride:
    return msgspec.structs.replace(GRANT, **terms)


def test_an_override_lets_its_order_pass_and_is_spent() -> None:
    world = World()
    assert names(sent(world, cl_ord_id="0")) == REFUSED
    (granted,) = world.do(GRANT)
    events = sent(world)
    assert names(events) == PASSED
    used = events[1]
    assert isinstance(used, OverrideUsed)
    assert (used.granted_seq, used.received_seq) == (granted.seq, events[0].seq)
    assert used.refusals == ("PRICE_BAND: price=120 reference=100 band=10%",)
    assert not world.blotter.overrides
    assert names(sent(world, cl_ord_id="B")) == REFUSED
    assert world.replayed().state_hash() == world.blotter.state_hash()


def test_an_order_that_needs_none_leaves_it() -> None:
    world = World()
    world.do(grant(cl_ord_id=""))
    assert names(sent(world, cl_ord_id="0", price=Decimal(100))) == ["OrderReceived", "OrderRouted"]
    assert names(sent(world)) == PASSED


@pytest.mark.parametrize(
    "other",
    [
        {"session": "OTHER"},
        {"cl_ord_id": "B"},
        {"side": Side.SELL, "price": Decimal(80)},
        {"order_qty": Decimal("10.001")},
        {"symbol": "NO-SUCH"},
        {"order_qty": Decimal("9.99999")},
        {"price": Decimal("120.001")},
    ],
)
def test_it_is_for_no_other_order(other: dict[str, object]) -> None:
    world = World()
    world.do(GRANT)
    assert names(sent(world, **other)) == REFUSED
    assert world.blotter.overrides


def test_it_is_for_the_price_that_was_approved() -> None:
    world = World()
    world.do(grant(price=Decimal(119)))
    assert names(sent(world)) == REFUSED
    assert names(sent(world, cl_ord_id="B", price=Decimal(119))) == REFUSED
    world.do(grant(cl_ord_id="", price=Decimal(119)))
    assert names(sent(world, cl_ord_id="C", price=Decimal(119))) == PASSED


def test_every_refusal_must_be_named() -> None:
    world = World()
    world.do(grant(cl_ord_id="", qty_max=Decimal(200_000)))
    events = sent(world, order_qty=Decimal(200_000))
    assert names(events) == REFUSED
    world.do(grant(cl_ord_id="", qty_max=Decimal(200_000), codes=("PRICE_BAND", "ORDER_QTY_LIMIT")))
    assert names(sent(world, cl_ord_id="B", order_qty=Decimal(200_000))) == PASSED


def test_a_halt_is_not_overridden() -> None:
    world = World()
    world.do(GRANT)
    world.do(SetTradingState(TradingState.HALTED, "op", "why"))
    events = sent(world)
    assert isinstance(events[-1], OrderRefused) and events[-1].code == "TRADING_STATE"


def test_it_lapses() -> None:
    world = World()
    world.do(GRANT)
    world.pass_ms(59_999)
    assert world.do(LapseOverrides()) == []
    world.pass_ms(1)
    assert names(sent(world)) == REFUSED  # also when nobody has stated yet that it is over
    assert names(world.do(LapseOverrides())) == ["OverrideLapsed"]
    assert not world.blotter.overrides


def test_it_is_in_a_snapshot() -> None:
    world = World()
    world.do(GRANT)
    restored = world.empty()
    load_snapshot(restored, encode_snapshot(world.blotter, world.payloads), SCHEMA)
    assert restored.overrides == world.blotter.overrides != {}
    assert restored.state_hash() == world.blotter.state_hash()
    sent(world)
    assert restored.state_hash() != world.blotter.state_hash()


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"codes": ("KILL_SWITCH",)}, "codes: KILL_SWITCH: can be overridden: "),
        ({"codes": ("PRICE_BAND", "UNKNOWN_SYMBOL")}, "codes: UNKNOWN_SYMBOL: can be overridden: "),
        ({"codes": ("NOT_ENTITLED",)}, "codes: NOT_ENTITLED: can be overridden: "),
        ({"codes": ()}, "codes: none: can be overridden: "),
        ({"qty_max": Decimal(0)}, "qty_max: 0: positive"),
        ({"valid_s": 0}, "valid_s: 0: 1 to 3600"),
        ({"valid_s": 3601}, "valid_s: 3601: 1 to 3600"),
        ({"symbol": "NO-SUCH"}, "symbol: 'NO-SUCH' is not one of BTC-USD"),
        ({"operator": " "}, "operator: missing: "),
        ({"reason": ""}, "reason: missing: "),
        ({"approver": ""}, "approver: missing: "),
        ({"approver": " ANN "}, "approver: ' ANN ' is who asks for it: "),
        ({"cl_ord_id": "USED"}, "cl_ord_id: 'USED' is used already: "),
    ],
)
def test_what_is_not_granted(terms: dict[str, object], why: str) -> None:
    world = World()
    sent(world, cl_ord_id="USED")
    assert grant_refusal(world.blotter, grant(**terms)).startswith(why)
    assert world.do(grant(**terms)) == []


def test_soft_codes_are_codes() -> None:
    assert set(CODES) > SOFT_CODES
