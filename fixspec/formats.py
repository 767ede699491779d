"""What a value of each FIX data type looks like (FIX 4.4 vol. 1 "FIX Data Types", FIX 5.0 SP2, older names beside).

A format is a predicate over the value, or None where every non-empty value will do. What passes for a number or a
timestamp here is exactly what `numbers` parses: after validation `parse_...` does not answer None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from fixspec.numbers import is_date, is_decimal, is_utc_timestamp

Format = Callable[[bytes], object]

_TIME = rb"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
_SECONDS = rb":(?:[0-5][0-9]|60)(?:\.[0-9]{1,9})?"
_ZONE = rb"Z|[+-][01][0-9](?::[0-5][0-9])?"

_INT: Final = re.compile(rb"-?[0-9]{1,18}").fullmatch
_COUNT: Final = re.compile(rb"[0-9]{1,18}").fullmatch
_CHAR: Final = re.compile(rb"[ -~]").fullmatch
_WORDS: Final = re.compile(rb"[^ ]+(?: [^ ]+)*").fullmatch
_CHARS: Final = re.compile(rb"[!-~](?: [!-~])*").fullmatch
_BOOLEAN: Final = frozenset((b"Y", b"N")).__contains__
_UTC_TIME: Final = re.compile(rb"%b(?:\.[0-9]{1,9})?" % _TIME).fullmatch
_LOCAL_TIME: Final = re.compile(_TIME).fullmatch
_TZ_TIME_ONLY: Final = re.compile(rb"(?:[01][0-9]|2[0-3]):[0-5][0-9](?:%b)?(?:%b)?" % (_SECONDS, _ZONE)).fullmatch
_MONTH_YEAR: Final = re.compile(rb"[0-9]{4}(?:0[1-9]|1[0-2])(?:w[1-5])?").fullmatch
_DAY_OF_MONTH: Final = re.compile(rb"0?[1-9]|[12][0-9]|3[01]").fullmatch
_TWO_LETTERS: Final = re.compile(rb"[A-Za-z]{2}").fullmatch
# ISO 4217 has three letters; crypto venues have USDT, 1INCH and longer ones.
_CURRENCY: Final = re.compile(rb"[A-Za-z0-9]{1,16}").fullmatch
# A MIC has four letters; FIX 4.2 still had Reuters codes of any length.
_EXCHANGE: Final = re.compile(rb"[!-~]{1,16}").fullmatch


def _is_month_year(value: bytes) -> bool:
    """YYYYMM, YYYYMMDD or YYYYMMwN."""
    return is_date(value) if len(value) == 8 and value.isdigit() else _MONTH_YEAR(value) is not None


def _is_tz_timestamp(value: bytes) -> bool:
    """YYYYMMDD-HH:MM[:SS[.s]][Z|+hh[:mm]|-hh[:mm]]."""
    return value[8:9] == b"-" and is_date(value[:8]) and _TZ_TIME_ONLY(value[9:]) is not None


FORMATS: Final[dict[str, Format | None]] = {
    "STRING": None,
    "DATA": None,
    "XMLDATA": None,
    "XID": None,
    "XIDREF": None,
    "PATTERN": None,
    "TENOR": None,
    "CHAR": _CHAR,
    "BOOLEAN": _BOOLEAN,
    "INT": _INT,
    "LENGTH": _COUNT,
    "SEQNUM": _COUNT,
    "NUMINGROUP": _COUNT,
    "TAGNUM": _COUNT,
    "DAYOFMONTH": _DAY_OF_MONTH,
    "FLOAT": is_decimal,
    "QTY": is_decimal,
    "QUANTITY": is_decimal,
    "PRICE": is_decimal,
    "PRICEOFFSET": is_decimal,
    "AMT": is_decimal,
    "PERCENTAGE": is_decimal,
    "MULTIPLEVALUESTRING": _WORDS,
    "MULTIPLESTRINGVALUE": _WORDS,
    "MULTIPLECHARVALUE": _CHARS,
    "EXCHANGE": _EXCHANGE,
    "CURRENCY": _CURRENCY,
    "COUNTRY": _TWO_LETTERS,
    "LANGUAGE": _TWO_LETTERS,
    "MONTHYEAR": _is_month_year,
    "UTCTIMESTAMP": is_utc_timestamp,
    "TIME": is_utc_timestamp,
    "UTCDATE": is_date,
    "UTCDATEONLY": is_date,
    "DATE": is_date,
    "LOCALMKTDATE": is_date,
    "UTCTIMEONLY": _UTC_TIME,
    "LOCALMKTTIME": _LOCAL_TIME,
    "TZTIMEONLY": _TZ_TIME_ONLY,
    "TZTIMESTAMP": _is_tz_timestamp,
}

MULTIPLE_VALUE_TYPES: Final = frozenset(("MULTIPLEVALUESTRING", "MULTIPLESTRINGVALUE", "MULTIPLECHARVALUE"))
"""Types whose value is a list of enumerated values separated by single spaces."""
