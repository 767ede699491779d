"""What no client can leave out by FIX is refused all the same: operators enter orders, too."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.commands import NewOrder
from oms.events import OrderRefused
from oms.types import OrdType, Side, TimeInForce
from tests.oms.world import SESSION, World


@pytest.mark.parametrize(
    ("ord_type", "time_in_force", "code"),
    [
        (OrdType.STOP, TimeInForce.DAY, "STOP_PX_MISSING"),
        (OrdType.STOP_LIMIT, TimeInForce.DAY, "STOP_PX_MISSING"),
        (OrdType.LIMIT, TimeInForce.GOOD_TILL_DATE, "EXPIRE_TIME_MISSING"),
    ],
)
def test_what_is_missing_is_named(ord_type: OrdType, time_in_force: TimeInForce, code: str) -> None:
    price = None if ord_type is OrdType.STOP else Decimal(100)
    world = World()
    events = world.do(
        NewOrder(SESSION, "ACC", "X", "BTC-USD", Side.BUY, ord_type, Decimal(1), price, time_in_force)
    )  # fmt: skip
    last = events[-1]
    assert isinstance(last, OrderRefused)
    assert last.code == code
