"""Multileg orders to commands: legs by name or place, and what a leg must say."""

from __future__ import annotations

from decimal import Decimal

from fixspec.codec import decode, encode
from fixspec.dictionary import own_dictionary
from fixspec.message import Message
from fixspec.rulebook import Rulebook
from gateway.translate.multileg import new_multileg, replace_multileg
from gateway.translate.requests import Unsupported
from oms.commands import NewOrder, ReplaceOrder
from oms.special_terms import Leg, SpecialTerms
from oms.types import OrdType, Side, TimeInForce

HEAD = b"49=C\x0156=G\x0134=2\x0152=20231115-12:00:00\x01"
TERMS = b"55=[N/A]\x0154=1\x0160=20231115-12:00:00\x0138=3\x0140=2\x0144=20\x0159=1\x01"
LEGS = b"555=2\x01600=X\x01623=2\x01624=1\x01654=long\x01566=30\x01600=Y\x01624=2\x01566=40\x01"
EXPECTED = (Leg("long", "X", Side.BUY, Decimal(2), Decimal(30)), Leg("2", "Y", Side.SELL, Decimal(1), Decimal(40)))


def message(msg_type: bytes, body: bytes) -> Message:
    made = decode(encode(b"FIX.4.4", b"35=%b\x01" % msg_type + HEAD + body))
    assert isinstance(made, Message)
    assert Rulebook(own_dictionary("FIX44")).validate(made) is None
    return made


def test_new_and_replace() -> None:
    made = new_multileg("S", message(b"AB", b"11=A\x01" + TERMS + LEGS))
    assert isinstance(made, NewOrder)
    assert (made.cl_ord_id, made.symbol, made.order_qty, made.price) == ("A", "[N/A]", Decimal(3), Decimal(20))
    assert (made.ord_type, made.time_in_force) == (OrdType.LIMIT, TimeInForce.GOOD_TILL_CANCEL)
    assert made.special == SpecialTerms(legs=EXPECTED)
    amended = replace_multileg("S", message(b"AC", b"11=B\x0141=A\x01" + TERMS + LEGS))
    assert isinstance(amended, ReplaceOrder)
    assert (amended.cl_ord_id, amended.orig_cl_ord_id, amended.special) == ("B", "A", SpecialTerms(legs=EXPECTED))


def test_a_leg_without_a_side_is_none() -> None:
    legs = LEGS.replace(b"624=2\x01", b"")
    for read, body in ((new_multileg, b"11=A\x01"), (replace_multileg, b"11=B\x0141=A\x01")):
        msg_type = b"AB" if read is new_multileg else b"AC"
        refused = read("S", message(msg_type, body + TERMS + legs))
        assert isinstance(refused, Unsupported)
        assert refused.text == "LEGS: leg=2 needs LegSymbol(600), LegSide(624)=1 or 2"


def test_a_side_that_is_not_taken() -> None:
    refused = new_multileg("S", message(b"AB", b"11=A\x01" + TERMS.replace(b"54=1", b"54=5") + LEGS))
    assert isinstance(refused, Unsupported)
    assert refused.text.startswith("NOT_SUPPORTED: Side(54)=5")
