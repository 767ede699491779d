"""What is let go is judged as if it came now, and is valued so from then on."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.commands import NewOrder, SetLimits
from oms.entitlements import Entitlement
from oms.events import Event, OrderHeld, OrderRefused, OrderRouted
from oms.further_gates import FurtherGate
from oms.letting_go import GATES_AGAIN
from oms.limits import Limits
from oms.permission_commands import SetEntitlement
from oms.rates import Rate
from oms.refusals import refuse
from oms.risk.pipeline import GATES
from oms.slices import Bounds, Dimension, limit_row
from oms.special_terms import SpecialTerms
from oms.types import OrdType, Side, TimeInForce
from oms.venue_reports import ReferencePriceSeen
from tests.oms.test_exposure import row, slice_of, with_rows
from tests.oms.world import LIMITS, SESSION, VENUE, World

NOT_ASKED_AGAIN = {
    "duplicate_content": "it is not sent again",
    "instrument": "about its form",
    "order_terms": "about its form",
    "price_band": "asked unless a price has triggered it",
    "throttle": "the message was counted when it came",
}

PER_ACCOUNT = row({"gross_notional_max": "1300"}, account="*")


def held(limits: Limits = LIMITS, side: Side = Side.BUY, stop_px: str = "105", price: str | None = None) -> World:
    world = World(limits)
    ord_type = OrdType.STOP if price is None else OrdType.STOP_LIMIT
    order = NewOrder(
        SESSION, "ACC", "S", "BTC-USD", side, ord_type, Decimal(10), None if price is None else Decimal(price),
        TimeInForce.DAY, special=SpecialTerms(stop_px=Decimal(stop_px)),
    )  # fmt: skip
    events = world.do(order)
    assert isinstance(events[-1], OrderHeld), events
    return world


def told(world: World, price: str) -> list[Event]:
    return world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal(price)))


def code_of(events: list[Event]) -> str:
    return events[-1].code if isinstance(events[-1], OrderRefused) else ""


def change(world: World, limits: Limits) -> None:
    world.do(SetLimits(limits, "op", "test"))


def test_it_is_valued_at_the_price_that_triggers_it() -> None:
    world = held(with_rows(PER_ACCOUNT))
    assert slice_of(world, "account", "ACC").gross == Decimal(1100)
    assert isinstance(told(world, "115")[-1], OrderRouted)
    assert slice_of(world, "account", "ACC").gross == Decimal(1265), "115, and 10% above it"
    assert code_of(world.new("X", "1", "110")) == "GROSS_EXPOSURE"


def test_it_is_refused_when_that_is_too_much() -> None:
    world = held(with_rows(PER_ACCOUNT))
    assert code_of(told(world, "119")) == "GROSS_EXPOSURE"
    assert world.blotter.exposures.reservations == {}


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        ({"order_qty_max": "9"}, "ORDER_QTY_LIMIT"),
        ({"order_notional_max": "1099"}, "ORDER_NOTIONAL_LIMIT"),
        ({"gross_notional_max": "1200"}, "GROSS_EXPOSURE"),
        ({"net_notional_max": "1200"}, "NET_EXPOSURE"),
    ],
)
def test_limits_that_were_lowered_meanwhile_hold(bounds: dict[str, str], code: str) -> None:
    world = held()
    change(world, with_rows(row(bounds, account="*")))
    assert code_of(told(world, "110")) == code


def test_what_was_reserved_stands_though_the_limit_was_lowered() -> None:
    """It adds nothing: a position limit is asked about what is added. The order was let in when it held."""
    world = held(with_rows(row({"long_qty_max": "10"}, account="*", symbol="*")))
    change(world, with_rows(row({"long_qty_max": "5"}, account="*", symbol="*")))
    assert isinstance(told(world, "110")[-1], OrderRouted)


def test_a_right_that_was_taken_away_meanwhile_is_gone() -> None:
    world = held(side=Side.SELL, stop_px="95")
    world.do(SetEntitlement(SESSION, Entitlement(sides=(Side.BUY,))))
    assert code_of(told(world, "95")) == "NOT_ENTITLED"


def test_the_price_of_a_stop_limit_order_meets_a_narrower_band_of_its_slice() -> None:
    world = held(price="108")
    change(world, with_rows(row({"price_band": "0.01"}, account="*")))
    assert code_of(told(world, "105")) == "PRICE_BAND"


def test_the_limits_for_everybody_are_asked_at_the_price_of_the_trigger() -> None:
    world = held(msgspec.structs.replace(LIMITS, order_notional_max=Decimal(1150)))
    assert code_of(told(world, "116")) == "ORDER_NOTIONAL_LIMIT"


def test_it_is_not_counted_as_a_message_twice() -> None:
    bounds = Bounds(messages=Rate(1, 1))
    world = held(with_rows(limit_row(bounds, [(Dimension.ACCOUNT, "*")])))
    assert code_of(world.new("X", "1")) == "SLICE_THROTTLED"
    assert isinstance(told(world, "105")[-1], OrderRouted)


def test_no_gate_is_forgotten() -> None:
    asked = {gate.__name__ for gate in GATES_AGAIN}
    missing = [gate.__name__ for gate in GATES if gate.__name__ not in asked | NOT_ASKED_AGAIN.keys()]
    assert not missing, f"ask them in oms.letting_go, too, or say here why not: {missing}"


def test_gates_of_the_installation_are_asked_again() -> None:
    world = held()
    world.blotter.further_gates = (FurtherGate("greeks", lambda *_: refuse("FURTHER_LIMIT", "delta=2 limit=1")),)
    assert code_of(told(world, "105")) == "FURTHER_LIMIT"
