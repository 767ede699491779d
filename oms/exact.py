"""Exact arithmetic. Numbers come from outside with at most 15 integer and 12 fraction digits; nothing here rounds them.

Python's default decimal context silently rounds a result to 28 digits, and quantity x price has up to 54. All sums
and products of the OMS therefore go through the functions below, whose context holds 64 digits and raises where a
digit would be lost: 54 digits of a product leave room to add ten thousand million of them. Comparisons of Decimals are
exact in any context and are written with operators.
"""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Subnormal,
    Underflow,
)
from typing import Final

INTEGER_DIGITS_MAX: Final = 15
FRACTION_DIGITS_MAX: Final = 12
ZERO: Final = Decimal(0)

_EXACT: Final = Context(prec=64, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow, Underflow, Subnormal])
_DISPLAY: Final = Context(prec=64, traps=[InvalidOperation, DivisionByZero, Overflow])
_BOUNDS: Final = Context(
    prec=INTEGER_DIGITS_MAX + FRACTION_DIGITS_MAX, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow]
)
_FINEST: Final = Decimal(1).scaleb(-FRACTION_DIGITS_MAX)

add: Final = _EXACT.add
subtract: Final = _EXACT.subtract
multiply: Final = _EXACT.multiply
remainder: Final = _EXACT.remainder
floor_divide: Final = _EXACT.divide_int
fma: Final = _EXACT.fma


_UP: Final = Context(prec=64, rounding=ROUND_CEILING, traps=[InvalidOperation, DivisionByZero, Overflow])


def multiply_rounded_up(one: Decimal, other: Decimal) -> Decimal:
    """The product, rounded towards plus infinity to 12 fraction digits: for limits, where more is worse."""
    return _UP.quantize(_UP.multiply(one, other), _FINEST)


def part_rounded_up(value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """value x part / whole, rounded in the same way."""
    return _UP.quantize(_UP.divide(_UP.multiply(value, part), whole), _FINEST)


def part_for_display(value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """value x part / whole, rounded half-even to 12 fraction digits: for amounts that are told."""
    quotient = _DISPLAY.divide(_DISPLAY.multiply(value, part), whole)
    return quotient.quantize(_FINEST, rounding=ROUND_HALF_EVEN, context=_DISPLAY)


def in_bounds(number: Decimal) -> bool:
    """The number is finite and has at most 15 integer and 12 fraction digits."""
    try:
        _BOUNDS.quantize(number, _FINEST)
    except DecimalException:
        return False
    return number.is_finite()


def quotient_for_display(dividend: Decimal, divisor: Decimal) -> Decimal:
    """dividend / divisor rounded half-even to 12 fraction digits; not to be calculated with further.

    Rounded twice, and right all the same: a quotient of numbers with at most 24 and 12 fraction digits is a tie or at
    least 5E-40 away from one, and the first rounding moves it by less than 1E-48."""
    quotient = _DISPLAY.divide(dividend, divisor)
    exponent = quotient.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -FRACTION_DIGITS_MAX:
        quotient = quotient.quantize(_FINEST, rounding=ROUND_HALF_EVEN, context=_DISPLAY)
    return quotient


def written_like(number: Decimal, other: Decimal) -> Decimal:
    """The same number with as many fraction digits as `other` has, if it has none that would be lost: 6.00 like 10 is
    6, and 6.50 like 10 stays."""
    try:
        return _EXACT.quantize(number, other)
    except DecimalException:
        return number


def plain(number: Decimal) -> str:
    """The number in plain notation, as given: 200.00 stays 200.00."""
    return f"{number:f}"


def trimmed(number: Decimal) -> str:
    """The number in plain notation without zeros at its end: of sums, which have as many digits as their parts."""
    return f"{_EXACT.normalize(number):f}"


def percent_of(part: Decimal, whole: Decimal) -> str:
    """1 of 3 -> 33.34%: for people, rounded up to two fraction digits."""
    hundredths = _UP.quantize(_UP.divide(_UP.scaleb(part, Decimal(2)), whole), Decimal("0.01"))
    return f"{_EXACT.normalize(hundredths):f}%"


def percent(fraction: Decimal) -> str:
    """0.10 -> 10%, 0.025 -> 2.5%."""
    return f"{_EXACT.normalize(_EXACT.scaleb(fraction, Decimal(2))):f}%"
