"""Values against a strict reference: what Python's own parsers take and FIX does not is refused."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec.numbers import (
    format_decimal,
    format_utc_timestamp,
    is_date,
    is_decimal,
    is_utc_timestamp,
    parse_decimal,
    parse_int,
    parse_utc_timestamp,
)

NOT_NUMBERS = [
    b"", b"-", b"+", b"+5", b" 5", b"5 ", b"5\n", b"1_000", b"0x10", b"1e5", b"1E5", b"--5", b"5-", b"nan", b"NaN",
    b"Infinity", b"inf", "٣".encode(), b"\xef\xbc\x95", b"\xb2", b"5\x00", b"1,5", b"1'000",
]  # fmt: skip


@pytest.mark.parametrize("value", [*NOT_NUMBERS, b"1.0", b"1" * 19, b"-" + b"1" * 19])
def test_not_an_int(value: bytes) -> None:
    assert parse_int(value) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [(b"0", 0), (b"00023", 23), (b"-1", -1), (b"-0", 0), (b"9" * 18, 10**18 - 1), (b"-" + b"9" * 18, 1 - 10**18)],
)
def test_int(value: bytes, number: int) -> None:
    assert parse_int(value) == number


@pytest.mark.parametrize("value", [*NOT_NUMBERS, b".", b"-.", b"1.2.3", b"1" * 16, b"1." + b"1" * 13, b"1.-5"])
def test_not_a_decimal(value: bytes) -> None:
    assert parse_decimal(value) is None
    assert not is_decimal(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"0", "0"), (b"200.00", "200.00"), (b"002000.00", "2000.00"), (b"-5", "-5"), (b"-0.00", "0.00"), (b"-0", "0"),
        (b"9" * 15 + b"." + b"9" * 12, "9" * 15 + "." + "9" * 12), (b"0.000000000001", "1E-12"),
    ],
)  # fmt: skip
def test_decimal_is_exact_and_keeps_its_digits(value: bytes, text: str) -> None:
    number = parse_decimal(value)
    assert number is not None
    assert str(number) == text


# Texts near the grammar, so that accepted and refused ones both come up often.
NUMBER_LIKE = st.text(st.sampled_from("0123456789.-+_ eE٣"), max_size=22).map(str.encode)


@given(NUMBER_LIKE)
def test_numbers_by_the_grammar(value: bytes) -> None:
    text = value.decode()
    assert parse_int(value) == (int(text) if re.fullmatch(r"-?[0-9]{1,18}", text, re.ASCII) else None)
    decimal = Decimal(text) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", text, re.ASCII) else None
    assert parse_decimal(value) == decimal
    assert bool(is_decimal(value)) == (decimal is not None)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**14), max_value=10**14))
def test_decimals_come_back(number: Decimal) -> None:
    parsed = parse_decimal(format_decimal(number))
    assert parsed == number
    assert number == 0 or str(parsed) == format(number, "f")


@pytest.mark.parametrize(
    ("number", "text"),
    [("1E+3", b"1000"), ("1E-10", b"0.0000000001"), ("0E-8", b"0.00000000"), ("200.00", b"200.00"), ("-1.5", b"-1.5")],
)
def test_decimals_are_written_without_exponent(number: str, text: bytes) -> None:
    assert format_decimal(Decimal(number)) == text


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_only_finite_decimals_are_written(number: str) -> None:
    with pytest.raises(AssertionError):
        format_decimal(Decimal(number))


EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - the reference counts in UTC by itself
MOMENTS = st.datetimes(datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31))  # noqa: DTZ001


@given(MOMENTS, st.text("0123456789", max_size=9))
def test_timestamps_against_datetime(moment: datetime.datetime, fraction: str) -> None:
    moment = moment.replace(microsecond=0)
    value = (moment.strftime("%Y").zfill(4) + moment.strftime("%m%d-%H:%M:%S")).encode()
    seconds = (moment - EPOCH) // datetime.timedelta(seconds=1)
    if fraction:
        value += b"." + fraction.encode()
    expected = seconds * 10**9 + int(fraction.ljust(9, "0"))
    assert parse_utc_timestamp(value) == expected
    assert is_utc_timestamp(value)
    for digits in range(10):
        shown = format_utc_timestamp(expected, digits)
        assert shown == value[:17] + (b"." + fraction.ljust(9, "0")[:digits].encode() if digits else b"")


@pytest.mark.parametrize(
    "value",
    [
        b"", b"20261121", b"20261121-", b"20261121-10:11", b"20261121-10:11:1", b"20261121 10:11:12",
        b"2026112110:11:12",
        b"20261121-10:11:12.", b"20261121-10:11:12.1234567890", b"20261121-10:11:12,5", b"20261121-10:11:12Z",
        b"20261121-10:11:12.-5", b"20261121-10:11:12. 5", b"20261121-10:11:12.1_0", b" 20261121-10:11:12",
        b"20261121-24:00:00", b"20261121-10:60:00", b"20261121-10:11:61", b"20261121-10:11:60", b"20260230-10:11:12",
        b"20250229-10:11:12", b"20261301-10:11:12", b"20260001-10:11:12", b"20260100-10:11:12", b"00000101-10:11:12",
        "٢0261121-10:11:12".encode(),
    ],
)  # fmt: skip
def test_not_a_timestamp(value: bytes) -> None:
    assert parse_utc_timestamp(value) is None
    assert not is_utc_timestamp(value)


@given(
    st.text(st.sampled_from("0123456789-:. "), max_size=28).map(str.encode),
    st.sampled_from([b"", b"20261121-10:11:12"]),
)
def test_the_predicate_and_the_parser_agree(tail: bytes, second: bytes) -> None:
    parse_utc_timestamp(second)  # the second is known from now on, which takes the short way
    value = second + tail
    assert is_utc_timestamp(value) == (parse_utc_timestamp(value) is not None)


def test_the_leap_second_is_the_next_midnight() -> None:
    assert parse_utc_timestamp(b"20161231-23:59:60.5") == parse_utc_timestamp(b"20170101-00:00:00.5")


def test_timestamps_of_many_seconds_do_not_stay_in_memory() -> None:
    from fixspec import numbers

    for second in range(3000):
        parse_utc_timestamp(format_utc_timestamp(second * 10**9))
    assert len(numbers._SECONDS) <= 1024
    assert parse_utc_timestamp(b"19700101-00:00:00.000") == 0


@given(st.text(st.sampled_from("0123456789"), min_size=6, max_size=9).map(str.encode))
def test_dates_by_the_calendar(value: bytes) -> None:
    try:
        expected = len(value) == 8 and bool(datetime.date(int(value[:4]), int(value[4:6]), int(value[6:])))
    except ValueError:
        expected = False
    assert is_date(value) == expected
