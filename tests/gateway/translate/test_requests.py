"""Client messages to commands: each field where it belongs, and no field read that may be missing."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from decimal import Decimal

import pytest

from fixspec import tags
from fixspec.codec import decode, encode
from fixspec.message import Message
from gateway.translate import requests
from gateway.translate.dialect import FIX42, FIX44, FIX50SP2, Dialect
from gateway.translate.engagement import RULES_OF_ENGAGEMENT
from gateway.translate.multileg import new_multileg, replace_multileg
from gateway.translate.requests import (
    Unsupported,
    cancel_order,
    dispute_trade,
    mass_cancel,
    new_order,
    query_order,
    replace_order,
)
from gateway.translate.special_terms import special_fields, special_terms
from oms.commands import CancelOrder, DisputeTrade, MassCancel, NewOrder, QueryOrder, ReplaceOrder
from oms.special_terms import SpecialTerms
from oms.types import ExecInst, OrdType, RejectReason, Side, TimeInForce

NOON_NS = 1_700_049_600_000_000_000
ORDER = b"11=A\x0155=BTC-USD\x0154=2\x0160=20231115-12:00:00\x0138=1.50\x0140=2\x0144=50000.10\x01"


def message(msg_type: bytes, body: bytes) -> Message:
    made = decode(encode(b"FIX.4.4", b"35=%b\x0134=2\x01%b" % (msg_type, body)))
    assert isinstance(made, Message)
    return made


def test_new_order() -> None:
    made = new_order("S", message(b"D", b"97=Y\x01" + ORDER + b"1=acc\x0159=3\x01"), FIX44)
    assert made == NewOrder(
        "S", "acc", "A", "BTC-USD", Side.SELL, OrdType.LIMIT, Decimal("1.50"), Decimal("50000.10"),
        TimeInForce.IMMEDIATE_OR_CANCEL, NOON_NS, True,
    )  # fmt: skip
    assert isinstance(made, NewOrder)
    assert str(made.order_qty) == "1.50", "the client's digits are kept"


def test_what_a_new_order_need_not_say() -> None:
    made = new_order("S", message(b"D", b"11=A\x0155=B\x0154=1\x0138=1\x0140=1\x01"), FIX44)
    assert made == NewOrder("S", "", "A", "B", Side.BUY, OrdType.MARKET, Decimal(1), None, TimeInForce.DAY, None, False)


def test_cancel_replace_and_query() -> None:
    assert cancel_order("S", message(b"F", b"11=B\x0141=A\x0155=X\x0154=1\x01")) == CancelOrder(
        "S", "B", "A", "X", Side.BUY
    )
    assert replace_order("S", message(b"G", b"41=Z\x01" + ORDER), FIX44) == ReplaceOrder(
        "S", "A", "Z", "BTC-USD", Side.SELL, OrdType.LIMIT, Decimal("1.50"), Decimal("50000.10"), TimeInForce.DAY
    )
    assert query_order("S", message(b"H", b"11=A\x0137=O-1\x01")) == QueryOrder("S", "A", "O-1")


def test_every_byte_of_an_identifier_is_kept() -> None:
    odd = bytes(byte for byte in range(256) if byte not in b"\x01=")
    made = new_order("S", message(b"D", ORDER.replace(b"11=A", b"11=" + odd)), FIX44)
    assert isinstance(made, NewOrder)
    assert made.cl_ord_id.encode("latin-1") == odd


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (b"40=K", "NOT_SUPPORTED: OrdType(40)=K taken=1,2,3,4,P"),
        (b"54=5", "NOT_SUPPORTED: Side(54)=5 taken=1,2"),
        (b"59=2", "NOT_SUPPORTED: TimeInForce(59)=2 taken=0,1,3,4,6,7"),
        (b"18=G", "NOT_SUPPORTED: ExecInst(18)=G taken=1,2,5,6,H,J,K,M,P,Q,R"),
    ],
)
def test_what_fix_knows_and_the_desk_does_not_take(field: bytes, text: str) -> None:
    body = b"".join(part + b"\x01" for part in ORDER.split(b"\x01") if part and part[:2] != field[:2])
    for read, head in ((new_order, b""), (replace_order, b"41=Z\x01")):
        refused = read("S", message(b"D", head + body + field + b"\x01"), FIX44)
        assert isinstance(refused, Unsupported)
        assert (refused.reason, refused.text) == (RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC, text)


READERS: dict[bytes, Callable[..., object]] = {
    b"D": new_order,
    b"F": cancel_order,
    b"G": replace_order,
    b"H": query_order,
    b"q": mass_cancel,
    b"AB": new_multileg,
    b"AC": replace_multileg,
}


@pytest.mark.parametrize("msg_type", READERS)
def test_what_is_read_without_asking_is_required(msg_type: bytes) -> None:
    """`fields[tags.SIDE]` ends the process when the field is missing: the terms must name it, whatever a dictionary
    says."""
    tree = ast.parse(inspect.getsource(READERS[msg_type]))
    unasked = {
        getattr(tags, node.slice.id if isinstance(node.slice, ast.Name) else node.slice.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name | ast.Attribute)
    }
    assert unasked or msg_type == b"H"
    assert unasked <= RULES_OF_ENGAGEMENT.messages[msg_type].required


def test_only_these_messages_are_taken() -> None:
    taken = b"D F G H AF q Q E L K M AB AC x c g AN j".split()
    assert set(RULES_OF_ENGAGEMENT.messages) == set(taken)
    assert requests.account_not_allowed("x").reason is RejectReason.UNKNOWN_ACCOUNT


@pytest.mark.parametrize(
    ("dialect", "fields", "terms"),
    [
        (FIX44, b"99=49000\x01", SpecialTerms(stop_px=Decimal(49000))),
        (FIX42, b"126=20231115-12:00:00\x01", SpecialTerms(expire_time_ns=NOON_NS)),
        (FIX42, b"432=20231114\x01", SpecialTerms(expire_time_ns=NOON_NS - 43_200_000_000_000)),
        (FIX44, b"111=5\x01", SpecialTerms(display_qty=Decimal(5))),
        (FIX50SP2, b"1138=5\x01", SpecialTerms(display_qty=Decimal(5))),
        (FIX42, b"18=1 6\x01", SpecialTerms(exec_inst=(ExecInst.NOT_HELD, ExecInst.PARTICIPATE_DONT_INITIATE))),
        (FIX44, b"18=Q\x01", SpecialTerms(exec_inst=(ExecInst.CANCEL_ON_CONNECTION_LOSS,))),
        (FIX50SP2, b"18=o\x01", SpecialTerms(exec_inst=(ExecInst.CANCEL_ON_CONNECTION_LOSS,))),
        (FIX44, b"18=R\x01211=-0.5\x01", SpecialTerms(exec_inst=(ExecInst.PRIMARY_PEG,), peg_offset=Decimal("-0.5"))),
        (FIX50SP2, b"1094=2\x01", SpecialTerms(exec_inst=(ExecInst.MID_PRICE_PEG,))),
        (FIX44, b"152=100\x01", SpecialTerms(cash_order_qty=Decimal(100))),
    ],
)
def test_special_terms_come_in_and_go_out(dialect: Dialect, fields: bytes, terms: SpecialTerms) -> None:
    for read, head in ((new_order, b""), (replace_order, b"41=Z\x01")):
        made = read("S", message(b"D", head + ORDER + fields), dialect)
        assert isinstance(made, NewOrder | ReplaceOrder)
        assert made.special == terms
    told = special_fields(terms, dialect)
    pairs = [field.partition(b"=") for field in told.split(b"\x01")[:-1]]
    assert special_terms({tag: value for tag, _, value in pairs}, dialect) == terms


def test_an_amount_of_money_needs_no_quantity() -> None:
    made = new_order("S", message(b"D", ORDER.replace(b"38=1.50\x01", b"152=100\x01")), FIX44)
    assert isinstance(made, NewOrder)
    assert (made.order_qty, made.special) == (Decimal(0), SpecialTerms(cash_order_qty=Decimal(100)))


def test_mass_cancel_and_disputed_trade() -> None:
    assert mass_cancel("S", message(b"q", b"11=M\x01530=1\x0155=X\x0154=2\x01")) == MassCancel(
        "S", "M", "1", "X", Side.SELL
    )
    assert mass_cancel("S", message(b"q", b"11=M\x01530=7\x01")) == MassCancel("S", "M", "7")
    assert isinstance(mass_cancel("S", message(b"q", b"11=M\x01530=7\x0154=5\x01")), Unsupported)
    assert dispute_trade("S", message(b"Q", b"37=O-1\x0117=E-2\x01127=D\x0158=what?\x01")) == DisputeTrade(
        "S", "O-1", "E-2", "D", "what?"
    )
