"""Commands of named persons about one order. Each has who and why; both are in the log with what came of it, or with
why nothing did. Commands are never logged themselves.

`order_seq` names the order: the number of its OrderReceived or OrderAdopted.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import msgspec

from oms.special_terms import SpecialTerms
from oms.types import OrdType, RestatementReason, Side, TimeInForce


class Intervention(msgspec.Struct, frozen=True, gc=False):
    """A wish about one order."""

    order_seq: int
    operator: str
    reason: str

    action: ClassVar[str] = ""


class ResolveOrder(Intervention, frozen=True, gc=False):
    """Say what became of an order, or of the requests on it, that the venue left unanswered; or book an execution that
    the venue did not tell. See `oms.decide_resolution`."""

    action: ClassVar[str] = "resolve"

    outcome: str
    last_qty: Decimal | None = None
    last_px: Decimal | None = None
    """Of the execution, for the outcome `filled`."""
    exec_id: str = ""
    """The venue's ExecID(17) of that execution, if it is known; '' has one made from the figures."""


class CancelByOperator(Intervention, frozen=True, gc=False):
    """Cancel the order: at its venue, or here if it never went out."""

    action: ClassVar[str] = "cancel"


class RestateOrder(Intervention, frozen=True, gc=False):
    """The order stands on other terms, as was agreed with the venue in another way: the venue is told nothing."""

    action: ClassVar[str] = "restate"

    why: RestatementReason
    order_qty: Decimal | None = None
    price: Decimal | None = None
    """None: as it is."""
    cum_qty: Decimal | None = None
    """CumQty(14) after a split; None: as it is."""


class BustByOperator(Intervention, frozen=True, gc=False):
    """Take an execution back that the venue has taken back without a report of it."""

    action: ClassVar[str] = "bust"

    exec_id: str
    """ExecID(17) as the client was told, or the venue's."""


class CorrectByOperator(Intervention, frozen=True, gc=False):
    """Put the figures of an execution right, as the venue has them."""

    action: ClassVar[str] = "correct"

    exec_id: str
    last_qty: Decimal
    last_px: Decimal


class MarkDoneForDay(Intervention, frozen=True, gc=False):
    action: ClassVar[str] = "done"


class SuspendOrder(Intervention, frozen=True, gc=False):
    action: ClassVar[str] = "suspend"


class ReinstateOrder(Intervention, frozen=True, gc=False):
    """A suspended order, or one that was done for the day, can trade again."""

    action: ClassVar[str] = "reinstate"


class ClaimOrder(Intervention, frozen=True, gc=False):
    """An order found at a venue belongs to this account."""

    action: ClassVar[str] = "claim"

    account: str


class EnterOrder(msgspec.Struct, frozen=True, gc=False):
    """A telephoned order of a client: it has no ClOrdID(11), and passes the same gates as any other."""

    action: ClassVar[str] = "enter"

    session: str
    account: str
    symbol: str
    side: Side
    ord_type: OrdType
    order_qty: Decimal
    price: Decimal | None
    time_in_force: TimeInForce
    operator: str
    reason: str
    special: SpecialTerms | None = None


AnyIntervention = (
    ResolveOrder
    | CancelByOperator
    | RestateOrder
    | BustByOperator
    | CorrectByOperator
    | MarkDoneForDay
    | SuspendOrder
    | ReinstateOrder
    | ClaimOrder
)
OperatorCommand = AnyIntervention | EnterOrder
