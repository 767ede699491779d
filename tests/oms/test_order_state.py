"""The transition table over its whole cross product, and the precedence of statuses."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.events import EVENT_TYPES, OrderEvent
from oms.order_state import ENDED, MARKS, PRECEDENCE, TRANSITIONS, Base, ord_status
from oms.types import OrdStatus

GOLDEN = Path(__file__).with_name("transitions.txt")
ORDER_EVENTS = [kind for kind in EVENT_TYPES if issubclass(kind, OrderEvent)]


def drawn() -> str:
    """The table as a person reads it: a row per event, a column per base state, `.` where nothing is allowed."""
    lines = ["".join(f"{name:18}" for name in ("", *Base)).rstrip()]
    for kind in ORDER_EVENTS:
        cells = [TRANSITIONS.get((base, kind), ".") for base in Base]
        lines.append("".join(f"{cell:18}" for cell in (kind.__name__, *cells)).rstrip())
    return "\n".join(lines) + "\n"


def test_the_table_is_the_golden_one() -> None:
    """A change of the table shows in review. GOLDEN=write writes the file anew."""
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(drawn())
    assert drawn() == GOLDEN.read_text()


def test_the_table_has_no_rows_outside_the_cross_product() -> None:
    assert {base for base, _ in TRANSITIONS} == set(Base)
    assert {kind for _, kind in TRANSITIONS} == set(ORDER_EVENTS)


@pytest.mark.parametrize("base", Base)
def test_ended_states_are_left_by_nothing(base: Base) -> None:
    if base in ENDED:
        assert {after for (before, _), after in TRANSITIONS.items() if before is base} == {base}


def test_only_what_ends_leads_to_an_ended_state() -> None:
    ends = {(kind.__name__, after) for (before, kind), after in TRANSITIONS.items() if before not in ENDED} & {
        (kind.__name__, base) for kind in ORDER_EVENTS for base in ENDED
    }
    assert ends == {
        ("OrderRefused", Base.REJECTED),
        ("OrderRejected", Base.REJECTED),
        ("OrderCanceled", Base.CANCELED),
        ("OrderExpired", Base.EXPIRED),
    }


_OF_BASE = {
    Base.RECEIVED: OrdStatus.PENDING_NEW,
    Base.HELD: OrdStatus.NEW,
    Base.ROUTED: OrdStatus.PENDING_NEW,
    Base.WORKING: OrdStatus.NEW,
    Base.CANCELED: OrdStatus.CANCELED,
    Base.EXPIRED: OrdStatus.EXPIRED,
    Base.REJECTED: OrdStatus.REJECTED,
}


@given(
    st.sampled_from(Base),
    st.integers(1, 5),
    st.integers(0, 6),
    st.booleans(),
    st.booleans(),
    st.frozensets(st.sampled_from(sorted(MARKS))),
    st.booleans(),
)
def test_status_is_the_highest_of_all_that_is_true(
    base: Base,
    order_qty: int,
    cum_qty: int,
    cancel_pending: bool,
    replace_pending: bool,
    marks: frozenset[OrdStatus],
    acknowledged: bool,
) -> None:
    true_at_once = {OrdStatus.NEW if base is Base.ROUTED and acknowledged else _OF_BASE[base]}
    if cum_qty:
        true_at_once.add(OrdStatus.FILLED if cum_qty >= order_qty else OrdStatus.PARTIALLY_FILLED)
    if base not in ENDED:
        true_at_once |= marks
        if cancel_pending:
            true_at_once.add(OrdStatus.PENDING_CANCEL)
        if replace_pending:
            true_at_once.add(OrdStatus.PENDING_REPLACE)
    quantities = Decimal(order_qty), Decimal(cum_qty)
    status = ord_status(base, *quantities, cancel_pending, replace_pending, marks, acknowledged)
    assert status is max(true_at_once, key=PRECEDENCE.__getitem__)


def test_every_status_has_a_precedence() -> None:
    assert set(PRECEDENCE) == set(OrdStatus)
