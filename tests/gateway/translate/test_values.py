"""Names of the desk and characters of the wire, paired by hand: the code makes the pairs from names alone."""

from __future__ import annotations

from gateway.translate import values
from oms.types import OrdStatus, OrdType, Side, TimeInForce


def test_pairs() -> None:
    assert values.SIDE_VALUES == {Side.BUY: b"1", Side.SELL: b"2"}
    assert values.ORD_TYPE_VALUES == {
        OrdType.MARKET: b"1",
        OrdType.LIMIT: b"2",
        OrdType.STOP: b"3",
        OrdType.STOP_LIMIT: b"4",
        OrdType.PEGGED: b"P",
    }
    assert values.TIME_IN_FORCE_VALUES == {
        TimeInForce.DAY: b"0",
        TimeInForce.GOOD_TILL_CANCEL: b"1",
        TimeInForce.IMMEDIATE_OR_CANCEL: b"3",
        TimeInForce.FILL_OR_KILL: b"4",
        TimeInForce.GOOD_TILL_DATE: b"6",
        TimeInForce.AT_THE_CLOSE: b"7",
    }
    assert values.ORD_STATUS_VALUES == {
        OrdStatus.PENDING_NEW: b"A",
        OrdStatus.NEW: b"0",
        OrdStatus.PARTIALLY_FILLED: b"1",
        OrdStatus.FILLED: b"2",
        OrdStatus.DONE_FOR_DAY: b"3",
        OrdStatus.CANCELED: b"4",
        OrdStatus.EXPIRED: b"C",
        OrdStatus.REJECTED: b"8",
        OrdStatus.SUSPENDED: b"9",
        OrdStatus.STOPPED: b"7",
        OrdStatus.PENDING_CANCEL: b"6",
        OrdStatus.PENDING_REPLACE: b"E",
    }


def test_and_back() -> None:
    assert {value: name for name, value in values.SIDE_VALUES.items()} == values.SIDES
    assert {value: name for name, value in values.ORD_TYPE_VALUES.items()} == values.ORD_TYPES
    assert {value: name for name, value in values.TIME_IN_FORCE_VALUES.items()} == values.TIMES_IN_FORCE
