r"""Where an order stands: the base states, the table of what may happen in each, and OrdStatus(39) derived from them.

Theory. What FIX calls the status of an order is four things at once, and we keep them apart:

    base state       how far the order itself has come: below, seven states
    quantities       OrderQty, CumQty: arithmetic over its executions. Filled and partially filled are not states
    pending stack    the cancel and replace requests on it that the venue has not answered: any number, answered in any
                     order. Pending Cancel and Pending Replace are not states
    marks            what a market says of an order that lives on: done for the day, suspended, stopped (guaranteed)

OrdStatus is computed from the four whenever somebody asks, and stored nowhere: of all that is true of the order at
once, the one of highest precedence is reported (FIX 4.4 Volume 4, Appendix D). So a bust can take a filled order
back, a rejected replace leaves no trace, and two replaces in flight need no memory of "the status before".

    RECEIVED --OrderRouted------------------> ROUTED --OrderAccepted--> WORKING
      |  \\__OrderHeld--> HELD --OrderRouted____^|  \\__ a fill or a replace may beat the acknowledgement ___^
      |                   |                     |                          |
      OrderRefused        OrderRefused,         OrderRejected,             OrderCanceled, OrderExpired, OrderRejected
      v                   v    Canceled ...     v    Canceled ...          v
     REJECTED         REJECTED, CANCELED, EXPIRED        CANCELED, EXPIRED, REJECTED

RECEIVED lasts from one event to the next: an order is refused, held or routed in the decision that receives it. HELD
says that the gateway keeps it and no venue knows of it, until a price, a phase of the market or another order triggers
it; to its client it is New from then on, on its way to the venue too. ROUTED says that the venue has been told and has
not answered. It is not a guess of either outcome, and only evidence ends it.

What is said of an order on its way (ROUTED) beside its answer leaves it there: only an acknowledgement, a fill or an
accepted replace tells that the venue has it. An order that stands at a venue and is none of ours begins as WORKING.

The last three states are *ended*: the order is off the market and LeavesQty(151) is 0. They are not silent: an
execution may come late, be taken back or corrected, and it is money (Appendix D, J.1.b), so it is booked and the base
stays. An answer to a request may come late too, and closes the request.

A request pending on an ended order can no longer change anything, and a mark says nothing of it any more; its status is
then what the order ended as. On a *filled* order it can (C.1.c reopens one), therefore Pending precedes Filled (B.1.c),
as the table of precedence says.

Rule: a pair that is not in TRANSITIONS cannot be a fact. `oms.decide` never states one; a report that would need one
says nothing new or is quarantined. An event that breaks the table is a bug or another program's log, and ends the
process.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

from oms.events import (
    CancelRejected,
    CancelRequested,
    ExecutionBusted,
    ExecutionCorrected,
    OrderAccepted,
    OrderCanceled,
    OrderClaimed,
    OrderDoneForDay,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderQueried,
    OrderRefused,
    OrderReinstated,
    OrderRejected,
    OrderReplaced,
    OrderResolved,
    OrderRestated,
    OrderRouted,
    OrderStopped,
    OrderSuspended,
    OrderTriggered,
    OrderWorked,
    ReplaceRejected,
    ReplaceRequested,
    RequestRetargeted,
)
from oms.types import OrdStatus


class Base(StrEnum):
    RECEIVED = "RECEIVED"
    HELD = "HELD"
    ROUTED = "ROUTED"
    WORKING = "WORKING"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"


ENDED: Final = frozenset({Base.CANCELED, Base.EXPIRED, Base.REJECTED})
MARKS: Final = frozenset({OrdStatus.DONE_FOR_DAY, OrdStatus.STOPPED, OrdStatus.SUSPENDED})
NO_MARKS: Final[frozenset[OrdStatus]] = frozenset()

TRANSITIONS: Final[Mapping[tuple[Base, type[OrderEvent]], Base]] = {
    # our own decision
    (Base.RECEIVED, OrderRouted): Base.ROUTED,
    (Base.RECEIVED, OrderRefused): Base.REJECTED,
    (Base.RECEIVED, OrderHeld): Base.HELD,
    (Base.HELD, OrderHeld): Base.HELD,  # what it waited for has come, and it waits for something else
    (Base.HELD, OrderTriggered): Base.HELD,  # E.1.f; the venue may be away just then
    (Base.HELD, OrderRouted): Base.ROUTED,
    (Base.HELD, OrderRefused): Base.REJECTED,  # a gate does not let it out
    (Base.RECEIVED, OrderWorked): Base.ROUTED,  # in parts, to several venues
    (Base.HELD, OrderWorked): Base.ROUTED,
    (Base.ROUTED, OrderWorked): Base.ROUTED,  # what one venue did not take goes to others
    (Base.WORKING, OrderWorked): Base.WORKING,
    # the venue's first word
    (Base.ROUTED, OrderAccepted): Base.WORKING,
    (Base.WORKING, OrderAccepted): Base.WORKING,  # the acknowledgement came behind a fill
    (Base.ROUTED, OrderRejected): Base.REJECTED,
    (Base.WORKING, OrderRejected): Base.REJECTED,  # Appendix D: New -> Rejected, a venue may think again
    # executions: booked in every state that a venue can know of
    (Base.ROUTED, OrderFilled): Base.WORKING,  # a fill may beat the acknowledgement
    (Base.WORKING, OrderFilled): Base.WORKING,
    (Base.CANCELED, OrderFilled): Base.CANCELED,  # J.1.b: a fill on a canceled order is money
    (Base.EXPIRED, OrderFilled): Base.EXPIRED,
    (Base.REJECTED, OrderFilled): Base.REJECTED,  # the venue contradicts itself; the money is still there
    # executions taken back or corrected: wherever there may be one. A filled order may so be open again (J.1.a)
    (Base.WORKING, ExecutionBusted): Base.WORKING,
    (Base.CANCELED, ExecutionBusted): Base.CANCELED,
    (Base.EXPIRED, ExecutionBusted): Base.EXPIRED,
    (Base.REJECTED, ExecutionBusted): Base.REJECTED,
    (Base.WORKING, ExecutionCorrected): Base.WORKING,
    (Base.CANCELED, ExecutionCorrected): Base.CANCELED,
    (Base.EXPIRED, ExecutionCorrected): Base.EXPIRED,
    (Base.REJECTED, ExecutionCorrected): Base.REJECTED,
    # cancels
    (Base.HELD, CancelRequested): Base.HELD,
    (Base.HELD, CancelRejected): Base.HELD,
    (Base.HELD, OrderCanceled): Base.CANCELED,  # by our own word: no venue has it
    (Base.ROUTED, CancelRequested): Base.ROUTED,  # B.1.d: before the acknowledgement
    (Base.WORKING, CancelRequested): Base.WORKING,
    (Base.ROUTED, CancelRejected): Base.ROUTED,
    (Base.WORKING, CancelRejected): Base.WORKING,
    (Base.CANCELED, CancelRejected): Base.CANCELED,  # it ended otherwise, and the answer came after
    (Base.EXPIRED, CancelRejected): Base.EXPIRED,
    (Base.REJECTED, CancelRejected): Base.REJECTED,
    (Base.ROUTED, OrderCanceled): Base.CANCELED,  # FOK and IOC, or a cancel before the acknowledgement
    (Base.WORKING, OrderCanceled): Base.CANCELED,
    (Base.CANCELED, OrderCanceled): Base.CANCELED,  # the three below: a request's answer behind another end
    (Base.EXPIRED, OrderCanceled): Base.EXPIRED,
    (Base.REJECTED, OrderCanceled): Base.REJECTED,
    (Base.ROUTED, RequestRetargeted): Base.ROUTED,
    (Base.WORKING, RequestRetargeted): Base.WORKING,
    # replaces
    (Base.HELD, ReplaceRequested): Base.HELD,
    (Base.HELD, ReplaceRejected): Base.HELD,
    (Base.HELD, OrderReplaced): Base.HELD,
    (Base.ROUTED, ReplaceRequested): Base.ROUTED,
    (Base.WORKING, ReplaceRequested): Base.WORKING,
    (Base.ROUTED, ReplaceRejected): Base.ROUTED,
    (Base.WORKING, ReplaceRejected): Base.WORKING,
    (Base.CANCELED, ReplaceRejected): Base.CANCELED,
    (Base.EXPIRED, ReplaceRejected): Base.EXPIRED,
    (Base.REJECTED, ReplaceRejected): Base.REJECTED,
    (Base.ROUTED, OrderReplaced): Base.WORKING,  # what is replaced has been accepted
    (Base.WORKING, OrderReplaced): Base.WORKING,
    (Base.CANCELED, OrderReplaced): Base.CANCELED,  # accepted before the end, told after it
    (Base.EXPIRED, OrderReplaced): Base.EXPIRED,
    (Base.REJECTED, OrderReplaced): Base.REJECTED,
    # what happens to it without a request: the order lives on
    (Base.HELD, OrderRestated): Base.HELD,
    (Base.ROUTED, OrderRestated): Base.ROUTED,
    (Base.WORKING, OrderRestated): Base.WORKING,
    (Base.HELD, OrderDoneForDay): Base.HELD,
    (Base.ROUTED, OrderDoneForDay): Base.ROUTED,
    (Base.WORKING, OrderDoneForDay): Base.WORKING,
    (Base.HELD, OrderSuspended): Base.HELD,
    (Base.ROUTED, OrderSuspended): Base.ROUTED,
    (Base.WORKING, OrderSuspended): Base.WORKING,
    (Base.HELD, OrderReinstated): Base.HELD,
    (Base.ROUTED, OrderReinstated): Base.ROUTED,
    (Base.WORKING, OrderReinstated): Base.WORKING,
    (Base.ROUTED, OrderStopped): Base.ROUTED,
    (Base.WORKING, OrderStopped): Base.WORKING,
    (Base.ROUTED, OrderTriggered): Base.ROUTED,  # a stop order that the venue holds
    (Base.WORKING, OrderTriggered): Base.WORKING,
    # the end of its time
    (Base.HELD, OrderExpired): Base.EXPIRED,
    (Base.ROUTED, OrderExpired): Base.EXPIRED,
    (Base.WORKING, OrderExpired): Base.EXPIRED,
    # a question changes nothing, and neither does a person's word: what it means follows
    (Base.ROUTED, OrderQueried): Base.ROUTED,
    (Base.WORKING, OrderQueried): Base.WORKING,
    (Base.CANCELED, OrderQueried): Base.CANCELED,
    (Base.EXPIRED, OrderQueried): Base.EXPIRED,
    (Base.REJECTED, OrderQueried): Base.REJECTED,
    (Base.ROUTED, OrderResolved): Base.ROUTED,
    (Base.WORKING, OrderResolved): Base.WORKING,
    (Base.CANCELED, OrderResolved): Base.CANCELED,
    (Base.EXPIRED, OrderResolved): Base.EXPIRED,
    (Base.REJECTED, OrderResolved): Base.REJECTED,
    # whose it is changes nothing either
    (Base.WORKING, OrderClaimed): Base.WORKING,
    (Base.CANCELED, OrderClaimed): Base.CANCELED,
    (Base.EXPIRED, OrderClaimed): Base.EXPIRED,
    (Base.REJECTED, OrderClaimed): Base.REJECTED,
}

PRECEDENCE: Final[Mapping[OrdStatus, int]] = {
    # FIX 4.4 Volume 4, Appendix D, "Order State Changes": of several the highest is reported
    OrdStatus.PENDING_CANCEL: 12,
    OrdStatus.PENDING_REPLACE: 11,
    OrdStatus.DONE_FOR_DAY: 10,
    OrdStatus.FILLED: 8,
    OrdStatus.STOPPED: 7,
    OrdStatus.SUSPENDED: 6,
    OrdStatus.CANCELED: 5,
    OrdStatus.EXPIRED: 5,
    OrdStatus.PARTIALLY_FILLED: 4,
    OrdStatus.NEW: 2,
    OrdStatus.REJECTED: 2,
    OrdStatus.PENDING_NEW: 2,
}

_OF_BASE: Final[Mapping[Base, OrdStatus]] = {
    Base.RECEIVED: OrdStatus.PENDING_NEW,
    Base.HELD: OrdStatus.NEW,
    Base.ROUTED: OrdStatus.PENDING_NEW,
    Base.WORKING: OrdStatus.NEW,
    Base.CANCELED: OrdStatus.CANCELED,
    Base.EXPIRED: OrdStatus.EXPIRED,
    Base.REJECTED: OrdStatus.REJECTED,
}


def ord_status(
    base: Base,
    order_qty: Decimal,
    cum_qty: Decimal,
    cancel_pending: bool,
    replace_pending: bool,
    marks: frozenset[OrdStatus] = NO_MARKS,
    acknowledged: bool = False,
) -> OrdStatus:
    """OrdStatus(39) by the precedence of Appendix D. The tests compare it with the maximum over PRECEDENCE."""
    if base in ENDED:
        marks = NO_MARKS
    elif cancel_pending:
        return OrdStatus.PENDING_CANCEL
    elif replace_pending:
        return OrdStatus.PENDING_REPLACE
    elif marks and OrdStatus.DONE_FOR_DAY in marks:
        return OrdStatus.DONE_FOR_DAY
    if cum_qty and cum_qty >= order_qty:
        return OrdStatus.FILLED
    if marks:
        return OrdStatus.STOPPED if OrdStatus.STOPPED in marks else OrdStatus.SUSPENDED
    if cum_qty and base is not Base.CANCELED and base is not Base.EXPIRED:
        return OrdStatus.PARTIALLY_FILLED
    if acknowledged and base is Base.ROUTED:
        return OrdStatus.NEW
    return _OF_BASE[base]
