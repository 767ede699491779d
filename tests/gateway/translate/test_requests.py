"""Client messages to commands: each field where it belongs, and no field read that may be missing."""

from __future__ import annotations

import ast
import inspect
from decimal import Decimal

import pytest

from fixspec import tags
from fixspec.codec import decode, encode
from fixspec.message import Message
from gateway.translate import requests
from gateway.translate.requests import (
    RULES_OF_ENGAGEMENT,
    Unsupported,
    cancel_order,
    new_order,
    query_order,
    replace_order,
)
from oms.commands import CancelOrder, NewOrder, QueryOrder, ReplaceOrder
from oms.types import OrdType, RejectReason, Side, TimeInForce

NOON_NS = 1_700_049_600_000_000_000
ORDER = b"11=A\x0155=BTC-USD\x0154=2\x0160=20231115-12:00:00\x0138=1.50\x0140=2\x0144=50000.10\x01"


def message(msg_type: bytes, body: bytes) -> Message:
    made = decode(encode(b"FIX.4.4", b"35=%b\x0134=2\x01%b" % (msg_type, body)))
    assert isinstance(made, Message)
    return made


def test_new_order() -> None:
    made = new_order("S", message(b"D", b"97=Y\x01" + ORDER + b"1=acc\x0159=3\x01"))
    assert made == NewOrder(
        "S", "acc", "A", "BTC-USD", Side.SELL, OrdType.LIMIT, Decimal("1.50"), Decimal("50000.10"),
        TimeInForce.IMMEDIATE_OR_CANCEL, NOON_NS, True,
    )  # fmt: skip
    assert isinstance(made, NewOrder)
    assert str(made.order_qty) == "1.50", "the client's digits are kept"


def test_what_a_new_order_need_not_say() -> None:
    made = new_order("S", message(b"D", b"11=A\x0155=B\x0154=1\x0138=1\x0140=1\x01"))
    assert made == NewOrder("S", "", "A", "B", Side.BUY, OrdType.MARKET, Decimal(1), None, TimeInForce.DAY, None, False)


def test_cancel_replace_and_query() -> None:
    assert cancel_order("S", message(b"F", b"11=B\x0141=A\x0155=X\x0154=1\x01")) == CancelOrder(
        "S", "B", "A", "X", Side.BUY
    )
    assert replace_order("S", message(b"G", b"41=Z\x01" + ORDER)) == ReplaceOrder(
        "S", "A", "Z", "BTC-USD", Side.SELL, OrdType.LIMIT, Decimal("1.50"), Decimal("50000.10"), TimeInForce.DAY
    )
    assert query_order("S", message(b"H", b"11=A\x0137=O-1\x01")) == QueryOrder("S", "A", "O-1")


def test_every_byte_of_an_identifier_is_kept() -> None:
    odd = bytes(byte for byte in range(256) if byte not in b"\x01=")
    made = new_order("S", message(b"D", ORDER.replace(b"11=A", b"11=" + odd)))
    assert isinstance(made, NewOrder)
    assert made.cl_ord_id.encode("latin-1") == odd


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (b"40=K", "NOT_SUPPORTED: OrdType(40)=K taken=1,2"),
        (b"54=5", "NOT_SUPPORTED: Side(54)=5 taken=1,2"),
        (b"59=6", "NOT_SUPPORTED: TimeInForce(59)=6 taken=0,1,3,4"),
    ],
)
def test_what_fix_knows_and_the_desk_does_not_take(field: bytes, text: str) -> None:
    body = b"".join(part + b"\x01" for part in ORDER.split(b"\x01") if part and part[:2] != field[:2])
    for read, head in ((new_order, b""), (replace_order, b"41=Z\x01")):
        refused = read("S", message(b"D", head + body + field + b"\x01"))
        assert isinstance(refused, Unsupported)
        assert (refused.reason, refused.text) == (RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC, text)


READERS = {b"D": new_order, b"F": cancel_order, b"G": replace_order, b"H": query_order}


@pytest.mark.parametrize("msg_type", READERS)
def test_what_is_read_without_asking_is_required(msg_type: bytes) -> None:
    """`fields[tags.SIDE]` ends the process when the field is missing: the terms must name it, whatever a dictionary
    says."""
    tree = ast.parse(inspect.getsource(READERS[msg_type]))
    unasked = {
        getattr(tags, node.slice.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Attribute)
    }
    assert unasked
    assert unasked <= RULES_OF_ENGAGEMENT.messages[msg_type].required


def test_only_these_messages_are_taken() -> None:
    assert set(RULES_OF_ENGAGEMENT.messages) == {b"D", b"F", b"G", b"H", b"j"}
    assert requests.account_not_allowed("x").reason is RejectReason.UNKNOWN_ACCOUNT
