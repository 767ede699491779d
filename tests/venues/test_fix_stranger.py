"""The terms of an order that is none of ours: read when they are there, and never assumed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec.message import Message
from oms.types import OrdStatus, OrdType, Side, TimeInForce
from oms.venue_reports import VenueStranger
from venues.fix_stranger import read_stranger

NEW = "35=8|37=V-99|11=T-7|150=0|39=0|55=BTC-USD|54=2|38=100|40=2|44=50000|59=1|14=7"


def message(text: str) -> Message:
    fields = {tag.encode(): value.encode() for tag, _, value in (part.partition("=") for part in text.split("|"))}
    return Message(b"", fields.pop(b"35"), fields, len(fields))


def changed(**changes: str) -> Message:
    fields = dict(part.split("=") for part in NEW.split("|"))
    fields |= {tag.removeprefix("t"): value for tag, value in changes.items()}
    return message("|".join(f"{tag}={value}" for tag, value in fields.items() if value != "<none>"))


def test_its_terms() -> None:
    assert read_stranger("V", message(NEW), "T-7") == VenueStranger(
        "V", "T-7", "V-99", "BTC-USD", Side.SELL, OrdType.LIMIT, Decimal(100), Decimal(50000),
        TimeInForce.GOOD_TILL_CANCEL, OrdStatus.NEW, Decimal(7),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"t59": "<none>"}, "time_in_force", TimeInForce.DAY),
        ({"t40": "<none>"}, "ord_type", OrdType.LIMIT),
        ({"t40": "1", "t44": "<none>"}, "ord_type", OrdType.MARKET),
        ({"t14": "<none>"}, "cum_qty", Decimal(0)),
        ({"t20": "3"}, "ord_status", OrdStatus.NEW),
    ],
)
def test_what_may_be_missing(changes: dict[str, str], field: str, value: object) -> None:
    stranger = read_stranger("V", changed(**changes), "T-7")
    assert getattr(stranger, field) == value


@pytest.mark.parametrize(
    "changes",
    [
        {"t37": "<none>"}, {"t37": "NONE"}, {"t55": "<none>"}, {"t54": "9"}, {"t54": "<none>"}, {"t38": "<none>"},
        {"t38": "many"}, {"t39": "<none>"}, {"t39": "Z"}, {"t40": "Z"}, {"t40": "<none>", "t44": "<none>"},
        {"t44": "dear"}, {"t59": "Z"}, {"t150": "H"}, {"t150": "G"}, {"t20": "1"}, {"t20": "2"}, {"t35": "9"},
    ],
    ids=str,
)  # fmt: skip
def test_what_must_not_be_guessed(changes: dict[str, str]) -> None:
    assert read_stranger("V", changed(**changes), "T-7") is None


@given(
    st.dictionaries(
        st.sampled_from([f"t{tag}" for tag in (37, 55, 54, 38, 39, 40, 44, 59, 14, 150, 20)]),
        st.text(st.characters(blacklist_characters="|=", max_codepoint=255), max_size=8),
    )
)
def test_it_never_raises(changes: dict[str, str]) -> None:
    read_stranger("V", changed(**changes), "T-7")
