"""FIX values to Python values and back, strictly.

Python's own parsers accept what FIX forbids: `int(b"1_000")`, `int(b" 12 ")`, `int(b"+5")`, digits of other
scripts, `Decimal("NaN")`, `Decimal("1E300000")` (whose int() stalls the process for seconds). Every
function here accepts ASCII of the stated form and length only, and answers None to anything else.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Final

INT_DIGITS_MAX: Final = 18
"""A FIX int (and SeqNum, Length, NumInGroup) of more digits is refused: 18 digits always fit in 64 bits."""
INTEGER_DIGITS_MAX: Final = 15
FRACTION_DIGITS_MAX: Final = 12
NS_PER_SECOND: Final = 1_000_000_000

is_decimal: Final = re.compile(rb"-?(?:[0-9]{1,15}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})").fullmatch
"""Truthy exactly for what `parse_decimal` parses."""
_TO_SECOND: Final = re.compile(rb"([0-9]{4})([0-9]{2})([0-9]{2})-([0-9]{2}):([0-9]{2}):([0-9]{2})").fullmatch
_EPOCH_ORDINAL: Final = datetime.date(1970, 1, 1).toordinal()
_SCALE: Final[tuple[int, ...]] = tuple(10 ** (9 - digits) for digits in range(10))

# The times of neighbouring messages share their second. Bounded, because the keys come from the peer.
_SECONDS: Final[dict[bytes, int]] = {}
_SECONDS_MAX: Final = 1024


def parse_int(value: bytes) -> int | None:
    """`-?digits`, at most 18 digits; leading zeros are legal (FIX 4.4 vol. 1, int). None for other texts."""
    if value.isdigit():
        return int(value) if len(value) <= INT_DIGITS_MAX else None
    if value[:1] == b"-":
        digits = value[1:]
        if digits.isdigit() and len(digits) <= INT_DIGITS_MAX:
            return -int(digits)
    return None


def parse_decimal(value: bytes) -> Decimal | None:
    """`-?digits[.digits]`, at most 15 digits before and 12 after the point, exact. None for any other text.

    The standard allows `23.` (FIX 4.4 vol. 1, float); `.5` is what other engines send and take.

    Trailing zeros are kept (200.00 stays 200.00). A negative zero comes back as zero.
    """
    if is_decimal(value) is None:
        return None
    number = Decimal(value.decode("ascii"))
    if value[0] == 0x2D and not number:
        return number.copy_abs()
    return number


def parse_utc_timestamp(value: bytes) -> int | None:
    """`YYYYMMDD-HH:MM:SS[.s{1,9}]` in UTC as ns since 1970-01-01; None for any other text.

    A day that the calendar does not have is refused. The leap second 23:59:60 is accepted and equals 00:00:00
    of the next day; second 60 of any other minute is refused.
    """
    second = value[:17]
    seconds = _SECONDS.get(second) or _seconds_since_epoch(second)
    if seconds is None:
        return None
    fraction = value[17:]
    if not fraction:
        return seconds * NS_PER_SECOND
    digits = fraction[1:]
    if fraction[0] == 0x2E and digits.isdigit() and len(digits) <= 9:
        return seconds * NS_PER_SECOND + int(digits) * _SCALE[len(digits)]
    return None


def is_utc_timestamp(value: bytes) -> bool:
    """True exactly for what `parse_utc_timestamp` parses; faster when the second has been seen before."""
    if value[:17] in _SECONDS:
        length = len(value)
        return length == 17 or (length <= 27 and value[17] == 0x2E and value[18:].isdigit())
    return parse_utc_timestamp(value) is not None


def _seconds_since_epoch(second: bytes) -> int | None:
    match = _TO_SECOND(second)
    if match is None:
        return None
    year, month, day, hours, minutes, seconds = map(int, match.groups())
    if hours > 23 or minutes > 59 or (seconds > 59 and (hours, minutes, seconds) != (23, 59, 60)):
        return None
    days = _days_since_epoch(year, month, day)
    if days is None:
        return None
    total = days * 86_400 + hours * 3_600 + minutes * 60 + seconds
    if len(_SECONDS) >= _SECONDS_MAX:
        _SECONDS.clear()
    _SECONDS[second] = total
    return total


def _days_since_epoch(year: int, month: int, day: int) -> int | None:
    try:
        return datetime.date(year, month, day).toordinal() - _EPOCH_ORDINAL
    except ValueError:
        return None


def is_date(value: bytes) -> bool:
    """True for `YYYYMMDD` that is a day of the calendar (UTCDateOnly, LocalMktDate)."""
    return (
        len(value) == 8
        and value.isdigit()
        and _days_since_epoch(int(value[:4]), int(value[4:6]), int(value[6:])) is not None
    )


_last_second = -1
_last_second_text = b""


def format_utc_timestamp(utc_ns: int, digits: int = 3) -> bytes:
    """ns since 1970-01-01 as `YYYYMMDD-HH:MM:SS[.sss]`, cut (not rounded) to `digits` (0..9) of the second."""
    global _last_second, _last_second_text
    seconds, ns = divmod(utc_ns, NS_PER_SECOND)
    if seconds == _last_second:
        text = _last_second_text
    else:
        days, rest = divmod(seconds, 86_400)
        date = datetime.date.fromordinal(_EPOCH_ORDINAL + days)
        text = b"%04d%02d%02d-%02d:%02d:%02d" % (
            date.year, date.month, date.day, rest // 3_600, rest // 60 % 60, rest % 60,
        )  # fmt: skip
        _last_second_text = text
        _last_second = seconds
    if digits == 3:
        return b"%b.%03d" % (text, ns // 1_000_000)
    if digits == 0:
        return text
    return b"%b.%0*d" % (text, digits, ns // _SCALE[digits])


def format_decimal(value: Decimal) -> bytes:
    """A finite decimal in plain notation, never with an exponent; 200.00 stays 200.00."""
    assert value.is_finite(), value
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    return text.encode("ascii")
