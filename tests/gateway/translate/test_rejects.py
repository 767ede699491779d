"""Every reason has its code in every version, and none that the version does not know."""

from __future__ import annotations

import pytest

from fixspec.codec import decode, encode
from fixspec.message import Message
from gateway.translate.dialect import FIX42, FIX44, FIX50SP2, Dialect
from gateway.translate.rejects import business_reject, cxl_rej_reason, ord_rej_reason
from oms.types import RejectReason

# reason: OrdRejReason(103) in 4.2, 4.4, 5.0SP2; CxlRejReason(102) likewise
TABLE = """
BROKER_OPTION                     0  0  0    2  2  2
UNKNOWN_SYMBOL                    1  1  1    2 99 99
EXCHANGE_CLOSED                   2  2  2    2  2  2
ORDER_EXCEEDS_LIMIT               3  3  3    2  2  2
TOO_LATE                          4  4  4    0  0  0
UNKNOWN_ORDER                     5  5  5    1  1  1
DUPLICATE                         6  6  6    2  6  6
DUPLICATE_OF_TELEPHONED           7  7  7    2  2  2
STALE                             8  8  8    2  2  2
UNSUPPORTED_ORDER_CHARACTERISTIC  0 11 11    2  2  2
INCORRECT_QUANTITY                0 13 13    2  2  2
UNKNOWN_ACCOUNT                   0 15 15    2  2  2
PRICE_INCREMENT                   0  0 18    2  2 18
ALREADY_PENDING                   0 99 99    3  3  3
OTHER                             0 99 99    2 99 99
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
VERSIONS = (FIX42, FIX44, FIX50SP2)


def test_the_table_has_every_reason() -> None:
    assert [row[0] for row in ROWS] == list(RejectReason)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_codes_by_version(row: list[str]) -> None:
    reason = RejectReason(row[0])
    assert [ord_rej_reason(reason, dialect).decode() for dialect in VERSIONS] == row[1:4]
    assert [cxl_rej_reason(reason, dialect).decode() for dialect in VERSIONS] == row[4:7]


@pytest.mark.parametrize(("dialect", "reason"), [(FIX42, b"0"), (FIX44, b"6"), (FIX50SP2, b"6")])
def test_not_authorized_is_other_where_it_is_not_known(dialect: Dialect, reason: bytes) -> None:
    refused = decode(encode(b"FIX.4.4", b"35=D\x0134=7\x0111=A\x01"))
    assert isinstance(refused, Message)
    body = business_reject(refused, b"6", b"NO: why=so", dialect)
    assert body == b"45=7\x01372=D\x01380=%b\x0158=NO: why=so\x01" % reason
