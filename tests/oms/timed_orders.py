"""Orders with special terms, and what time and prices do, for the tests of both."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from oms.commands import (
    NewOrder,
    SetVenueCapabilities,
)
from oms.events import (
    Event,
    OrderRefused,
)
from oms.special_terms import SpecialTerms
from oms.types import (
    ExecInst,
    OrdType,
    Side,
    TimeInForce,
)
from oms.venue_capabilities import PLAIN
from oms.venue_reports import (
    ReferencePriceSeen,
)
from tests.oms.world import BTC, SECOND_NS, SESSION, VENUE, World

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
