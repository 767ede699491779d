"""Why a venue's report was put aside whole instead of becoming a fact, and what an operator should do."""

from __future__ import annotations

from typing import Final, NamedTuple

from oms.events import ReportQuarantined
from oms.order import Order
from oms.types import Moment
from oms.venue_reports import AnyVenueReport


class Reason(NamedTuple):
    meaning: str
    cure: str


REASONS: Final[dict[str, Reason]] = {
    "UNKNOWN_ORDER": Reason(
        "The report names an order that this venue never got from us.",
        "Find out at the venue whose order it is. If it is a fill, it is money: book it by hand.",
    ),
    "ILLEGAL_TRANSITION": Reason(
        "What the report says cannot happen to the order in its state: it contradicts an earlier report.",
        "Compare the order with the venue's own view of it.",
    ),
    "NO_SUCH_REQUEST": Reason(
        "The report answers a request that is not pending, and says otherwise than the first answer.",
        "Compare the order with the venue's own view of it.",
    ),
    "ACCEPTED_AFTER_END": Reason(
        "The venue acknowledges an order that it had rejected: it may be live there.",
        "Look at the venue at once; cancel it there if it is.",
    ),
    "EXEC_ID_REUSED": Reason(
        "An execution has the ExecID(17) of another one on this order, with different figures; the first one stands.",
        "Compare the executions with the venue's.",
    ),
    "NO_SUCH_EXECUTION": Reason(
        "The report takes back or corrects an execution that we never had, or that was taken back before.",
        "Compare the executions with the venue's, and bust or correct by hand what is wrong.",
    ),
    "EXECUTION_RESTATED": Reason(
        "The report takes back or corrects an execution from before a restatement of CumQty(14) (a split): what it "
        "counts now cannot be told from it.",
        "Ask the venue for the figures of the order, and restate it.",
    ),
    "BAD_NUMBER": Reason(
        "A quantity or price is not a positive number of at most 15 integer and 12 fraction digits.",
        "Ask the venue. If it is a fill, book it by hand.",
    ),
    "CUM_QTY_DIFFERS": Reason(
        "The venue's CumQty(14) is not ours: an execution is missing on one side.",
        "Ask the venue for its executions on the order.",
    ),
    "STATUS_DIFFERS": Reason(
        "The venue says that an order is working which has ended for us.",
        "Look at the venue at once; cancel it there if it is.",
    ),
    "UNKNOWN_AT_VENUE": Reason(
        "The venue says that it does not know an order which it had acknowledged and which is still working.",
        "Ask the venue, then resolve the order: nothing was changed, it still counts.",
    ),
    "BOOKED_BY_HAND": Reason(
        "An execution with the figures of one that a person has booked by hand on this order: it is probably that one.",
        "If it is another one, book it by hand under the ExecID(17) of this report: it is money.",
    ),
    "UNSUPPORTED": Reason(
        "The report is understood, but what it says of the order is nothing that can be booked yet.",
        "Compare the order with the venue's own view of it.",
    ),
    "HANDLER_FAILED": Reason(
        "The report was understood, and a fault of this program kept it from being booked: the log has the traceback.",
        "Book what it says by hand; if it is a fill, it is money. Report the fault.",
    ),
    "UNREADABLE": Reason(
        "The message could not be read as any report.",
        "Read it in the log, and ask the venue what it means.",
    ),
}


def quarantine(report: AnyVenueReport, why: str, order: Order | None, at: Moment) -> ReportQuarantined:
    assert why in REASONS, why
    return ReportQuarantined(at.seq, at.utc_ns, report.venue, why, None if order is None else order.order_seq, report)
