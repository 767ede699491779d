"""Each FIX data type: what its values look like."""

from __future__ import annotations

import pytest

from fixspec.formats import FORMATS

GOOD: dict[str, list[bytes]] = {
    "CHAR": [b"A", b"1", b" "],
    "BOOLEAN": [b"Y", b"N"],
    "INT": [b"0", b"-5", b"007"],
    "LENGTH": [b"0", b"12"],
    "SEQNUM": [b"1"],
    "NUMINGROUP": [b"0", b"3"],
    "TAGNUM": [b"35"],
    "DAYOFMONTH": [b"1", b"01", b"31"],
    "FLOAT": [b"1.5", b"-1.5", b"0"],
    "QTY": [b"002000.00"],
    "PRICE": [b"-37.63"],
    "PRICEOFFSET": [b"-0.25"],
    "AMT": [b"1000000"],
    "PERCENTAGE": [b"0.05"],
    "MULTIPLEVALUESTRING": [b"1", b"1 G AB"],
    "MULTIPLESTRINGVALUE": [b"AV AN A"],
    "MULTIPLECHARVALUE": [b"2 A F"],
    "EXCHANGE": [b"XNYS", b"N"],
    "CURRENCY": [b"USD", b"GBp", b"USDT", b"1INCH"],
    "COUNTRY": [b"CH"],
    "LANGUAGE": [b"en"],
    "MONTHYEAR": [b"202612", b"20261231", b"202612w1", b"202612w5"],
    "UTCTIMESTAMP": [b"20261121-10:11:12", b"20261121-10:11:12.123456789"],
    "TIME": [b"20261121-10:11:12"],
    "UTCDATE": [b"20261121"],
    "UTCDATEONLY": [b"20240229"],
    "DATE": [b"20261121"],
    "LOCALMKTDATE": [b"20261121"],
    "UTCTIMEONLY": [b"10:11:12", b"23:59:60", b"10:11:12.123"],
    "LOCALMKTTIME": [b"10:11:12"],
    "TZTIMEONLY": [b"07:39Z", b"02:39-05", b"15:39+08", b"13:09+05:30", b"07:39:12.5Z", b"07:39"],
    "TZTIMESTAMP": [b"20060901-07:39Z", b"20060901-13:09:12.123+05:30", b"20060901-07:39"],
    "STRING": [b"any text \xe9 at all"],
}

BAD: dict[str, list[bytes]] = {
    "CHAR": [b"AB", b"\x00"],
    "BOOLEAN": [b"y", b"1", b"YY"],
    "INT": [b"+5", b"1.0", b"abc", b"1" * 19],
    "LENGTH": [b"-1", b"1_0"],
    "SEQNUM": [b"-1", b"1.0", b"1" * 19],
    "NUMINGROUP": [b"-1", b"two"],
    "TAGNUM": [b"x"],
    "DAYOFMONTH": [b"0", b"32", b"001"],
    "FLOAT": [b"+1.5", b"1e5", b"NaN"],
    "QTY": [b"+200.00", b"."],
    "PRICE": [b"1,5"],
    "PRICEOFFSET": [b"--1"],
    "AMT": [b"Infinity"],
    "PERCENTAGE": [b"5%"],
    "MULTIPLEVALUESTRING": [b" 1", b"1 ", b"1  G"],
    "MULTIPLESTRINGVALUE": [b"AV "],
    "MULTIPLECHARVALUE": [b"2 AF"],
    "EXCHANGE": [b"X NYS", b"X" * 17],
    "CURRENCY": [b"US$", b"U" * 17],
    "COUNTRY": [b"CHE", b"C1"],
    "LANGUAGE": [b"eng"],
    "MONTHYEAR": [b"202613", b"20260230", b"202612w6", b"2026"],
    "UTCTIMESTAMP": [b"20260230-10:11:12", b"20261121"],
    "TIME": [b"10:11:12"],
    "UTCDATE": [b"20260230"],
    "UTCDATEONLY": [b"20230229"],
    "DATE": [b"2026-11-21"],
    "LOCALMKTDATE": [b"2026112"],
    "UTCTIMEONLY": [b"24:00:00", b"10:11", b"10:11:12."],
    "LOCALMKTTIME": [b"10:11:12.5"],
    "TZTIMEONLY": [b"7:39Z", b"07:39+5", b"07:39+20", b"24:00Z"],
    "TZTIMESTAMP": [b"20060230-07:39Z", b"07:39Z", b"20060901 07:39Z"],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in GOOD.items() for value in values])
def test_good(kind: str, value: bytes) -> None:
    check = FORMATS[kind]
    assert check is None or check(value)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in BAD.items() for value in values])
def test_bad(kind: str, value: bytes) -> None:
    check = FORMATS[kind]
    assert check is not None
    assert not check(value)


def test_every_checked_type_is_tested() -> None:
    checked = {kind for kind, check in FORMATS.items() if check is not None} - {"QUANTITY"}
    assert set(BAD) == checked
    assert set(GOOD) == checked | {"STRING"}
