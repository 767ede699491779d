"""Executions that a person has booked, because the venue's own report was missing.

Such an execution has an ExecID made of its figures (or the venue's, when the person knew it). So the same wish made
twice is recognised, by whomever and after whatever restart. When the venue's report does come, it has another ExecID:
one with the same figures is probably that execution, so it is put aside and told (BOOKED_BY_HAND), and not booked
twice; one with other figures is another execution, and is booked and flagged.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.events import ExecutionBusted
from oms.order import Order

PREFIX: Final = "BY-HAND-"


def exec_id_of(order_seq: int, last_qty: Decimal, last_px: Decimal) -> str:
    """The ExecID of an execution with these figures; 1.50 and 1.5 are the same figure."""
    return f"{PREFIX}{order_seq}-{_figure(last_qty)}@{_figure(last_px)}"


def booked_with(order: Order, last_qty: Decimal, last_px: Decimal, by_hand_only: bool = False) -> str | None:
    """The ExecID of an execution that stands with these figures; None when there is none."""
    for (_, exec_id), execution in order.executions.items():
        if isinstance(execution, ExecutionBusted) or (by_hand_only and not exec_id.startswith(PREFIX)):
            continue
        if execution.last_qty == last_qty and execution.last_px == last_px:
            return exec_id
    return None


def _figure(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
