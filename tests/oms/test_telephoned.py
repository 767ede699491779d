"""What a late order must say to be the one that was telephoned meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import msgspec
import pytest

from oms.commands import BeginTradingDay, NewOrder
from oms.events import OrderReceived, OrderRefused, OrderRouted
from oms.operator_commands import EnterOrder
from oms.snapshot import SCHEMA, encode_snapshot, load_snapshot
from oms.types import OrdType, RejectReason, Side, TimeInForce
from tests.oms.world import SESSION, START_NS, World


@dataclass
class Call:
    """A world in which an order was given by telephone a second after the beginning."""

    world: World

    def late(self, **changes: object) -> str:
        """The name of what becomes of a client's order that was made at the beginning."""
        order = NewOrder(
            SESSION, "ACC", f"C{self.world.seq}", "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(10), Decimal(100),
            TimeInForce.DAY, START_NS,
        )  # fmt: skip
        received, told, *_ = self.world.do(msgspec.structs.replace(order, **changes))
        assert isinstance(received, OrderReceived)
        if isinstance(told, OrderRefused):
            assert (told.code, told.reason) == ("TELEPHONED_BEFORE", RejectReason.DUPLICATE_OF_TELEPHONED)
        return type(told).__name__


@pytest.fixture
def call() -> Call:
    world = World()
    world.pass_ms(1000)
    terms = ("BTC-USD", Side.BUY, OrdType.LIMIT, Decimal("10.0"), Decimal("100.00"), TimeInForce.DAY)
    world.do(EnterOrder(SESSION, "ACC", *terms, operator="ann", reason="the line is dead"))
    return Call(world)


def test_the_same_order_made_before_the_call_is_refused(call: Call) -> None:
    assert call.late() == OrderRefused.__name__
    assert call.late() == OrderRefused.__name__, "as often as it comes"


@pytest.mark.parametrize(
    "changes",
    [
        {"transact_time_ns": START_NS + 1_000_000_000},
        {"transact_time_ns": None},
        {"session": "OTHER"},
        {"account": "OTHER"},
        {"side": Side.SELL},
        {"order_qty": Decimal(11)},
        {"price": Decimal(101)},
        {"ord_type": OrdType.MARKET, "price": None},
    ],
)
def test_any_other_order_goes_its_way(call: Call, changes: dict[str, object]) -> None:
    assert call.late(**changes) == OrderRouted.__name__


def test_it_is_known_after_a_restart_and_from_a_snapshot(call: Call) -> None:
    world = call.world
    assert world.replayed().telephoned == world.blotter.telephoned
    restored = type(world.blotter)()
    load_snapshot(restored, encode_snapshot(world.blotter, world.payloads), SCHEMA)
    assert restored.telephoned == world.blotter.telephoned
    assert restored.state_hash() == world.blotter.state_hash()


def test_the_next_day_it_is_another_order(call: Call) -> None:
    call.world.do(BeginTradingDay("20300101"))
    assert call.late() == OrderRouted.__name__
