"""Lists of orders to commands, and what a client is told of a list."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fixspec.codec import decode, encode
from fixspec.dictionary import join_dictionaries, own_dictionary
from fixspec.message import Message
from fixspec.rulebook import Rulebook
from gateway.translate.dialect import FIX42, FIX44, FIX50SP2, Dialect
from gateway.translate.lists import missing_field, new_list, refused_list_status
from oms.commands import NewList
from oms.types import Contingency

HEAD = b"35=E\x0149=C\x0156=G\x0134=2\x0152=20231115-12:00:00\x01"
A = b"11=A\x0167=1\x011=ACC\x0155=X\x0154=1\x0138=2\x0140=2\x0144=5\x01"
B = b"11=B\x0167=2\x0155=X\x0154=2\x0138=3\x0140=1\x01"


def message(body: bytes, orders: bytes = A + B, count: int = 2) -> Message:
    made = decode(encode(b"FIX.4.4", HEAD + b"66=L\x01394=3\x0168=2\x01" + body + b"73=%d\x01" % count + orders))
    assert isinstance(made, Message)
    assert Rulebook(own_dictionary("FIX44")).validate(made) is None
    return made


def read(body: bytes = b"", dialect: Dialect = FIX44, accounts: frozenset[str] = frozenset()) -> NewList:
    return new_list("S", message(body), accounts, dialect)


def test_a_list() -> None:
    made = read()
    assert (made.list_id, made.contingency, made.waits, made.is_whole) == ("L", Contingency.NONE, False, True)
    assert made.cl_ord_ids == ("A", "B")
    assert [(order.cl_ord_id, order.order_qty) for order in made.orders] == [("A", Decimal(2)), ("B", Decimal(3))]
    assert made.fault is None


@pytest.mark.parametrize(
    ("body", "contingency"),
    [
        (b"69=OCO\x01", Contingency.ONE_CANCELS_THE_OTHER),
        (b"69= oto \x01", Contingency.ONE_TRIGGERS_THE_OTHER),
    ],
)
def test_what_the_orders_have_to_do_with_each_other(body: bytes, contingency: Contingency) -> None:
    assert read(body).contingency is contingency


def test_what_makes_a_list_wait() -> None:
    assert read(b"433=2\x01").waits
    assert not read(b"433=1\x01").waits


@pytest.mark.parametrize("body", [b"893=N\x01"])
def test_a_fragment_is_no_list(body: bytes) -> None:
    assert not read(body).is_whole
    assert not new_list("S", message(b"", A, 1), frozenset(), FIX44).is_whole


@pytest.mark.parametrize("body", [b"69=OCO please\x01", b"433=4\x01"])
def test_what_is_not_taken(body: bytes) -> None:
    assert read(body).fault is not None


def test_an_order_that_is_not_taken_refuses_the_list() -> None:
    made = read(accounts=frozenset({"ACC"}))
    assert made.fault is not None
    assert made.fault.code == "ACCOUNT_NOT_ALLOWED"
    assert made.cl_ord_ids == ("A", "B")


@pytest.mark.parametrize("tag", [b"55", b"54", b"40", b"38"])
def test_what_each_order_must_say(tag: bytes) -> None:
    fields = [field for field in B.split(b"\x01")[:-1] if not field.startswith(tag + b"=")]
    if tag == b"54":
        return  # FIX 4.4 itself requires it
    found = missing_field(message(b"", A + b"".join(field + b"\x01" for field in fields)))
    assert found == (b"2", tag)
    assert missing_field(message(b"")) is None


@pytest.mark.parametrize(("dialect", "name"), [(FIX42, "FIX42"), (FIX44, "FIX44"), (FIX50SP2, "FIX50SP2")])
def test_a_refusal_is_valid_in_each_version(dialect: Dialect, name: str) -> None:
    body = refused_list_status("L", ("A", "B"), b"1", "DUPLICATE_LIST_ID", "text", b"20231115-12:00:00", dialect)
    begin = b"FIXT.1.1" if name == "FIX50SP2" else b"FIX.4.%b" % name[-1].encode()
    dictionary = own_dictionary(name)
    if name == "FIX50SP2":
        dictionary = join_dictionaries(own_dictionary("FIXT11"), dictionary)
    made = decode(encode(begin, HEAD.replace(b"35=E", b"35=N") + body))
    assert isinstance(made, Message)
    assert Rulebook(dictionary).validate(made) is None
    assert (b"1386" in made.fields) is (dialect is FIX50SP2)
