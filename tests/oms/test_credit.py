"""Credit: the margin of what a slice holds and of all that it may come to hold."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from oms.commands import DefineInstrument, SetLimits
from oms.limits import Limits, limits_faults
from oms.risk.figures import Figure
from oms.slices import ANY
from oms.types import Side
from oms.venue_reports import VenueBusted
from tests.oms.test_explain import asked
from tests.oms.test_exposure import refusal, row, slice_of, with_rows, world_with
from tests.oms.world import BTC, LIMITS, VENUE, World

CREDIT = row({"credit_max": "1000"}, account=ANY)


def margin_of(world: World) -> Decimal:
    return slice_of(world, "account", "ACC").margin


def test_without_a_margin_every_value_counts_whole() -> None:
    world = world_with(CREDIT)
    assert refusal(world.new("A", "6")) == ""
    assert refusal(world.new("B", "4.0001")) == (
        "CREDIT_LIMIT: before=600 more=400.01 slice=account=ACC limit=1000 value=1000.01"
    )
    assert refusal(world.new("C", "4")) == ""


def test_a_class_has_its_margin() -> None:
    world = world_with(CREDIT, initial_margins=(("crypto", Decimal("0.2")),))
    world.do(DefineInstrument(msgspec.structs.replace(BTC, risk_class="crypto")))
    assert refusal(world.new("A", "40")) == ""
    assert margin_of(world) == 800
    assert refusal(world.new("B", "21", "10", symbol="ETH-USD")) == (
        "CREDIT_LIMIT: before=800 more=210 slice=account=ACC limit=1000 value=1010"
    )
    assert refusal(world.new("C", "10")) == ""
    assert refusal(world.new("D", "0.001")).endswith(
        ": before=1000 more=0.02 slice=account=ACC limit=1000 value=1000.02"
    )


def test_of_two_sides_the_larger_one_has_margin() -> None:
    world = world_with(CREDIT)
    world.live("A", "8")
    assert refusal(world.new("B", "10", side=Side.SELL)) == ""
    assert margin_of(world) == 1000
    assert refusal(world.new("C", "1", side=Side.SELL)).startswith("CREDIT_LIMIT: before=1000 more=100 ")
    assert refusal(world.new("D", "2")) == "", "no more than the sells are already"


def test_an_execution_at_a_better_price_needs_less_and_a_bust_as_much_as_before() -> None:
    world = world_with(CREDIT)
    world.live("A", "10")
    world.fill("A", "4", "90", exec_id="E")
    assert margin_of(world) == 960
    assert refusal(world.new("B", "0.4")) == ""
    world.do(VenueBusted(VENUE, world.venue_id("A"), "V", "E2", "E"))
    assert margin_of(world) == 1040
    assert refusal(world.new("C", "0.001")) != ""
    assert refusal(world.replace("D", "A", "9")) == "", "what needs no more passes above the limit"


def test_a_change_of_margin_counts_for_what_is_there() -> None:
    crypto = msgspec.structs.replace(BTC, risk_class="crypto")
    world = world_with(CREDIT, initial_margins=(("crypto", Decimal("0.5")),))
    world.do(DefineInstrument(crypto))
    world.live("A", "10")
    world.fill("A", "10")
    assert margin_of(world) == 500
    world.do(SetLimits(with_rows(CREDIT, initial_margins=(("crypto", Decimal("1.5")),)), "op", "a wild day"))
    assert margin_of(world) == 1500
    assert refusal(world.new("B", "1")) == "CREDIT_LIMIT: before=1500 more=150 slice=account=ACC limit=1000 value=1650"
    assert refusal(world.new("C", "10", side=Side.SELL)) == ""


def test_another_currency_needs_a_rate() -> None:
    world = world_with(CREDIT, rates=(("EUR", Decimal(2)),))
    world.do(DefineInstrument(msgspec.structs.replace(BTC, currency="EUR")))
    assert refusal(world.new("A", "5")) == ""
    assert refusal(world.new("B", "0.001")).startswith("CREDIT_LIMIT: before=1000 more=0.2 ")
    world.do(DefineInstrument(msgspec.structs.replace(BTC, currency="JPY")))
    assert refusal(world.new("C", "1")) == "NO_CONVERSION_RATE: symbol=BTC-USD currency=JPY base=USD"


def test_what_is_explained() -> None:
    world = world_with(CREDIT)
    world.live("A", "5")
    found = asked(world, account="ACC", order_qty=Decimal("1.2345"))
    assert found["credit"].figures == (
        Figure("margin", "623.45", "1000", "account=ACC"),
        Figure("utilisation", "62.35%", "100%", "account=ACC"),
    )


@pytest.mark.parametrize(
    ("margins", "fault"),
    [
        ((("crypto", Decimal("0.2")), ("", Decimal(10))), []),
        ((("crypto", Decimal(0)),), ["initial_margins: crypto: 0: above 0, at most 10"]),
        ((("crypto", Decimal("10.1")),), ["initial_margins: crypto: 10.1: above 0, at most 10"]),
        ((("a", Decimal(1)), ("a", Decimal(2))), ["initial_margins: a: each class once"] * 2),
    ],
)
def test_what_is_wrong_with_margins(margins: tuple[tuple[str, Decimal], ...], fault: list[str]) -> None:
    limits: Limits = msgspec.structs.replace(LIMITS, initial_margins=margins)
    assert limits_faults(limits) == fault
