"""Watches what is sent to venues until it is answered: tells a person and asks the venue when it is not. What this
means, and what counts as an answer, is written in `oms.unresolved`.

An order or request that goes out costs an entry in a list. The lists are a twentieth of a second of traffic each, and
are looked through when the shortest patience is over, or five seconds: almost all has been answered by then. What has
not becomes a case, with its own due time in a heap. So a tick costs what is due, and a bounded number of cases at that.

Nothing of it is in the log but the questions. After a restart the cases are made anew from the open orders, and count
from there: a question is definite later than it need be, never earlier. All times are monotonic.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from gateway.instant import NS_PER_S
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import AskVenue
from oms.events import CancelRequested, OrderRouted, ReplaceRequested, RequestRetargeted
from oms.order import Order
from oms.order_state import Base

CASES_A_TICK: Final = 100
PAUSE_NS: Final = NS_PER_S // 10
"""Before the next cases are looked at, when more were due than a tick takes."""
BATCH_NS: Final = NS_PER_S // 20
ASK_AGAIN_S: Final = 2
ASK_AGAIN_S_MAX: Final = 60
TELL_AGAIN_S: Final = 60
TELL_AGAIN_S_MAX: Final = 3600
_NEVER: Final = 1 << 62

Sent = OrderRouted | CancelRequested | ReplaceRequested | RequestRetargeted


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a venue is waited for."""

    answer_timeout_ns: int
    quiet_time_ns: int
    """So long after an order was sent the venue may answer a question about it with "not found", and have it."""
    can_be_asked: bool


IMPATIENT: Final = Patience(5 * NS_PER_S, 10 * NS_PER_S, True)
"""Stands for a venue of which nothing is said."""


class _Case:
    """An order that its venue owes an answer to."""

    __slots__ = (
        "ask_again_s",
        "ask_ns",
        "asked",
        "due_ns",
        "name",
        "order_seq",
        "sent_ns",
        "tell_again_s",
        "tell_ns",
        "told",
    )

    def __init__(self, order_seq: int, name: str, sent_ns: int, tell_ns: int, ask_ns: int) -> None:
        self.order_seq = order_seq
        self.name = name
        """The id at the venue of what has been waited for longest."""
        self.sent_ns = sent_ns
        self.tell_ns = tell_ns
        self.tell_again_s = TELL_AGAIN_S
        self.ask_ns = ask_ns
        self.ask_again_s = ASK_AGAIN_S
        self.asked = 0
        self.told = 0
        self.due_ns = min(tell_ns, ask_ns)


class UnresolvedWatch:
    """`take` decides a command and carries out what follows. `patience` is by the name of the venue."""

    def __init__(
        self, blotter: Blotter, patience: Mapping[str, Patience], take: Callable[[AskVenue, Turn], None]
    ) -> None:
        self._blotter = blotter
        self._patience = patience
        self._take = take
        patiences = [its.answer_timeout_ns for its in patience.values()]
        self._look_after_ns = BATCH_NS + min([*patiences, IMPATIENT.answer_timeout_ns])
        self._batches: deque[tuple[int, list[Sent]]] = deque()
        self._batch: list[Sent] = []
        self._batch_ends_ns = -1
        self._cases: dict[int, _Case] = {}
        self._heap: list[tuple[int, int]] = []
        self._not_before_ns = 0

    # -- what happens ------------------------------------------------------------------------------------------------

    def sent(self, event: Sent, turn: Turn) -> None:
        """Something has been sent to a venue that it must answer."""
        now_ns = turn.now.mono_ns
        if now_ns >= self._batch_ends_ns:
            self._batch = []
            self._batch_ends_ns = now_ns + BATCH_NS
            self._batches.append((now_ns, self._batch))
        self._batch.append(event)

    def started(self, turn: Turn) -> None:
        """After a restart: what is open is waited for from now on. It is asked about when its venue is there."""
        for order in self._blotter.open_orders.values():
            if order.unresolved and order.venue:
                self._open(order, turn.now.mono_ns, _NEVER)

    def connected(self, venue: str, turn: Turn) -> None:
        """The line to the venue is up: it is asked about all that it has not answered, and its quiet time begins."""
        for order in self._blotter.unresolved_orders(venue):
            self._open(order, turn.now.mono_ns, turn.now.mono_ns)
        self.deadline_reached(turn)

    def is_unresolved(self, order: Order) -> bool:
        """The venue owes an answer for so long that a person has been told."""
        case = self._cases.get(order.order_seq)
        return case is not None and case.told > 0 and order.unresolved and case.name == _owed(order)

    def silent_venue(self, order: Order) -> str:
        """The venue that `is_unresolved` at, of the order or of a part of it; '' when none is."""
        if self.is_unresolved(order):
            return order.venue
        for child_seq in order.children:
            child = self._blotter.open_orders.get(child_seq)
            if child is not None and self.is_unresolved(child):
                return child.venue
        return ""

    def unresolved(self) -> list[Order]:
        """The orders for which `is_unresolved` holds, the oldest first."""
        open_orders = self._blotter.open_orders
        cases = [open_orders[order_seq] for order_seq in sorted(self._cases) if order_seq in open_orders]
        return [order for order in cases if self.is_unresolved(order)]

    def deadline(self) -> int | None:
        batches, heap = self._batches, self._heap
        due_ns = batches[0][0] + self._look_after_ns if batches else _NEVER
        if heap and heap[0][0] < due_ns:
            due_ns = max(heap[0][0], self._not_before_ns)
        return None if due_ns == _NEVER else due_ns

    def deadline_reached(self, turn: Turn) -> None:
        now_ns = turn.now.mono_ns
        batches, heap, cases = self._batches, self._heap, self._cases
        while batches and batches[0][0] + self._look_after_ns <= now_ns:
            sent_ns, batch = batches.popleft()
            self._look_through(batch, sent_ns)
        if now_ns < self._not_before_ns:
            return
        looked = 0
        while heap and heap[0][0] <= now_ns:
            if looked >= CASES_A_TICK:
                self._not_before_ns = now_ns + PAUSE_NS
                return
            due_ns, order_seq = heappop(heap)
            case = cases.get(order_seq)
            if case is not None and case.due_ns == due_ns:
                looked += 1
                self._handle(case, turn)

    # -- cases -------------------------------------------------------------------------------------------------------

    def _look_through(self, batch: list[Sent], sent_ns: int) -> None:
        open_orders = self._blotter.open_orders
        for event in batch:
            order = open_orders.get(event.order_seq)
            if order is None or event.order_seq in self._cases:
                continue
            if type(event) is OrderRouted:
                if order.base is not Base.ROUTED:
                    continue
            elif not any(request.venue_cl_ord_id == event.venue_cl_ord_id for request in order.pending):
                continue
            due_ns = sent_ns + BATCH_NS + self._patience_of(order).answer_timeout_ns
            self._put(_Case(order.order_seq, _owed(order), sent_ns + BATCH_NS, due_ns, due_ns))

    def _open(self, order: Order, now_ns: int, ask_ns: int) -> None:
        """A case that counts from now, whatever was known of it."""
        known = self._cases.get(order.order_seq)
        tell_ns = now_ns + self._patience_of(order).answer_timeout_ns if known is None else known.tell_ns
        case = _Case(order.order_seq, _owed(order), now_ns, tell_ns, ask_ns)
        if known is not None:
            case.told, case.tell_again_s, case.asked = known.told, known.tell_again_s, known.asked
        self._put(case)

    def _put(self, case: _Case) -> None:
        self._cases[case.order_seq] = case
        case.due_ns = min(case.tell_ns, case.ask_ns)
        heappush(self._heap, (case.due_ns, case.order_seq))

    def _handle(self, case: _Case, turn: Turn) -> None:
        """A case is due: close it, or tell, or ask."""
        order, now_ns = self._blotter.open_orders.get(case.order_seq), turn.now.mono_ns
        if order is None or not order.unresolved:
            self._close(case, order, turn)
            return
        if case.name != _owed(order):
            self._close(case, order, turn)
            waited_ns = max(0, turn.now.utc_ns - order.pending[0].asked.at_ns) if order.pending else 0
            due_ns = now_ns + max(0, self._patience_of(order).answer_timeout_ns - waited_ns)
            self._put(_Case(case.order_seq, _owed(order), now_ns, due_ns, due_ns))
            return
        if case.tell_ns <= now_ns:
            case.told += 1
            case.tell_ns = now_ns + case.tell_again_s * NS_PER_S
            case.tell_again_s = min(2 * case.tell_again_s, TELL_AGAIN_S_MAX)
            turn.note("error", order.session, "order_unresolved", self._details(case, order, turn))
        patience, is_due = self._patience_of(order), case.ask_ns <= now_ns
        if is_due and not (patience.can_be_asked and self._blotter.venues.get(order.venue)):
            is_due, case.ask_ns = False, _NEVER  # until the venue is connected
        if is_due:
            case.asked += 1
            case.ask_ns = now_ns + case.ask_again_s * NS_PER_S
            case.ask_again_s = min(2 * case.ask_again_s, ASK_AGAIN_S_MAX)
        self._put(case)  # before the question: if it cannot be written, it is tried again
        if is_due:
            self._take(AskVenue(order.order_seq, now_ns - case.sent_ns >= patience.quiet_time_ns), turn)

    def _close(self, case: _Case, order: Order | None, turn: Turn) -> None:
        del self._cases[case.order_seq]
        if case.told:
            session = "" if order is None else order.session
            details = {"order_id": f"{self._blotter.store_id}-{case.order_seq}", "venue_cl_ord_id": case.name}
            turn.note("info", session, "order_resolved", details)

    def _details(self, case: _Case, order: Order, turn: Turn) -> dict[str, str]:
        return {
            "order_id": order.order_id,
            "cl_ord_id": order.cl_ord_id,
            "owed": what_is_owed(order),
            "venue": order.venue,
            "venue_cl_ord_id": case.name,
            "asked": str(case.asked),
            "told": str(case.told),
        }

    def _patience_of(self, order: Order) -> Patience:
        return self._patience.get(order.venue, IMPATIENT)


def what_is_owed(order: Order) -> str:
    """What the venue has not answered, for a person: `new order`, `cancel`, `replace`, or several."""
    owed = ["new order"] if order.base is Base.ROUTED else []
    owed += ["replace" if request.is_replace else "cancel" for request in order.pending]
    return ", ".join(owed)


def _owed(order: Order) -> str:
    """The id at the venue of what has been waited for longest."""
    if order.base is Base.ROUTED or not order.pending:
        return order.venue_cl_ord_id
    return order.pending[0].venue_cl_ord_id
