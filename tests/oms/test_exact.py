"""No digit is lost, at the largest and the smallest numbers that the wire lets in."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.exact import add, fma, in_bounds, multiply, percent, plain, quotient_for_display, remainder, subtract
from tests.oms.world import World, one_digit

LARGEST = Decimal("999999999999999.999999999999")
SMALLEST = Decimal("0.000000000001")

numbers = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places, decimal.Context(prec=40)),
    st.integers(-(10**27) + 1, 10**27 - 1),
    st.integers(0, 12),
).filter(in_bounds)


@given(numbers, numbers, numbers)
def test_arithmetic_is_exact_in_any_default_context(one: Decimal, two: Decimal, three: Decimal) -> None:
    with decimal.localcontext(one_digit()):
        results = add(one, two), subtract(one, two), multiply(one, two), fma(one, two, three)
    a, b, c = map(Fraction, (one, two, three))
    assert [Fraction(result) for result in results] == [a + b, a - b, a * b, a * b + c]


def test_a_lost_digit_raises() -> None:
    with pytest.raises(decimal.Inexact):
        multiply(multiply(LARGEST, LARGEST), multiply(LARGEST, LARGEST))


def test_extremes() -> None:
    assert multiply(LARGEST, LARGEST) == Decimal("999999999999999999999999998000.000000000000000000000001")
    assert multiply(SMALLEST, SMALLEST) == Decimal("1E-24")
    assert remainder(LARGEST, SMALLEST) == 0
    assert remainder(LARGEST, Decimal("0.0003")) == Decimal("0.000099999999")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", True),
        ("999999999999999.999999999999", True),
        ("-999999999999999.999999999999", True),
        ("0.000000000001", True),
        ("1E14", True),
        ("1000000000000000", False),
        ("1E15", False),
        ("0.0000000000001", False),
        ("1.1234567890123", False),
        ("1E999999", False),
        ("1E-999999", False),
        ("NaN", False),
        ("sNaN", False),
        ("Infinity", False),
        ("-Infinity", False),
    ],
)
def test_bounds(text: str, expected: bool) -> None:
    assert in_bounds(Decimal(text)) is expected


@given(numbers.map(abs), st.integers(1, 10**27 - 1))
def test_quotient_for_display_is_the_correctly_rounded_one(dividend: Decimal, digits: int) -> None:
    divisor = Decimal(digits).scaleb(-12, decimal.Context(prec=40))
    shown = quotient_for_display(dividend, divisor)
    exact = Fraction(dividend) / Fraction(divisor)
    assert abs(Fraction(shown) - exact) <= Fraction(1, 2 * 10**12)
    if exact * 10**12 == int(exact * 10**12):
        assert Fraction(shown) == exact


def test_quotient_for_display_ties_to_even() -> None:
    assert quotient_for_display(Decimal("0.000000000001"), Decimal(2)) == 0
    assert quotient_for_display(Decimal("0.000000000003"), Decimal(2)) == Decimal("0.000000000002")
    assert str(quotient_for_display(Decimal(1090000), Decimal(10000))) == "109"


def test_texts() -> None:
    assert plain(Decimal("200.00")) == "200.00"
    assert plain(Decimal("1E-12")) == "0.000000000001"
    assert plain(Decimal("1E+3")) == "1000"
    assert percent(Decimal("0.1")) == "10%"
    assert percent(Decimal("0.025")) == "2.5%"
    assert percent(Decimal("1")) == "100%"
    assert percent(Decimal("0")) == "0%"


def test_an_order_of_the_largest_numbers_stays_exact() -> None:
    """Two fills of all digits: CumQty, the value and AvgPx are exact; no exception of the arithmetic gets out."""
    world = World()
    order = world.live("X", "100000", "100")
    world.fill("X", "0.000000000001", "999999999999999.999999999999")
    world.fill("X", "999999999999999.999999999999", "0.000000000001")
    assert order.cum_qty == Decimal("1000000000000000")
    assert order.gross == multiply(Decimal(2), multiply(LARGEST, SMALLEST))
    assert order.avg_px == Decimal("0.000000000002")
    assert order.leaves_qty == 0
    assert order.overfill_qty == Decimal("999999999900000")
    assert world.replayed().state_hash() == world.blotter.state_hash()
