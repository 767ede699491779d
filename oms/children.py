"""An order worked in parts: the parent has the client's terms and never a venue, each child has a venue and never a
client. What happens to a child is told of the parent in the same decision.

    child accepted, the first one     OrderAccepted of the parent
    child filled, busted, corrected   the same of the parent, with the child's venue: a sum of sums is the sum
    child suspended, done for day     the same of the parent, when it is true of all children that live
    child ends without our asking     what it leaves open goes to venues that have refused no part yet; when none is
                                      left, and nothing lives any more, the parent ends as the last child did
    parent to be canceled             every living child is to be canceled. When each of them has ended, is filled or
                                      has refused, the parent is canceled; the cancel is rejected when the parent turned
                                      out filled, or when a child lives on
    parent to be replaced             likewise, and what is then open goes to the venues anew, on the new terms

**Why a parent is never worked for more than its quantity.** Let the *possible quantity* of a child be what it can come
to: OrderQty(38) while it lives, CumQty(14) once it has ended. The law is

        sum of the children's possible quantities  <=  OrderQty(38) of the parent's terms that stand

A new part is made in one place, `_work_the_rest`, of exactly OrderQty minus that sum, so making parts keeps the law.
A child's own events lower the sum (an end does) or leave it (a fill moves quantity from open to done). The parent's
terms change in one place, `_answer`, and only when no child lives: the sum is then CumQty, and the new OrderQty is the
greater of the two. A replace is therefore never in force at one venue and not yet at another; there are no two versions
of the terms whose fills could add up. The price of it is that the order loses its places in the books, also when its
quantity is only lowered. An amendment of each child in place would keep them and would have to be undone where one
venue amends and the other refuses, with fills on both sides meanwhile.

Three things can still break the sum, all of them a venue that goes back on its word: a fill after the end that it told,
a fill above its child's quantity, a restatement upwards. Such a fill is money, so it is booked, and flagged as always;
what is too much then is asked back from the youngest children that live.

A child that does not answer is neither dead nor alive: it may execute, so it counts, and the parent's request stays
pending with it. Whoever resolves the child resolves the parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from oms.blotter import Blotter
from oms.causes import EXPIRED, KILL_SWITCH, REASONS
from oms.events import (
    CancelRejected,
    CancelRequested,
    Event,
    ExecutionBusted,
    ExecutionCorrected,
    OrderAccepted,
    OrderCanceled,
    OrderDoneForDay,
    OrderExpired,
    OrderFilled,
    OrderReceived,
    OrderReinstated,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderRouted,
    OrderStopped,
    OrderSuspended,
    OrderWorked,
    PartRefused,
    ReplaceRejected,
    ReplaceRequested,
)
from oms.exact import ZERO, add, plain, subtract
from oms.order import Order
from oms.outlook import PARENT, Outlook, Outlooks
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest, Stage
from oms.risk.venue_parts import part_refusals
from oms.routing import Share, shares
from oms.special_terms import NO_SPECIAL_TERMS, SpecialTerms
from oms.types import (
    FillFlag,
    Moment,
    OrdStatus,
    OrdType,
    RestatementReason,
    Side,
    TimeInForce,
    TradingState,
    WorkReason,
)

CANCELED_WITH_PARENT = PARENT + "CANCEL"
CANCELED_FOR_REPLACE = PARENT + "REPLACE"
CANCELED_AS_TOO_MUCH = PARENT + "EXCESS"
"""Causes of the cancels of children."""

_OF_ONE_ORDER = (FillFlag.OVERFILL, FillFlag.AFTER_END)
"""What can be odd of a fill for a child and not for its parent."""
_NOT_ROUTED_AGAIN = (TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL)


class PartTerms:
    """What a part has in common with its parent."""

    __slots__ = ("account", "ord_type", "order_seq", "price", "side", "special", "symbol", "time_in_force")

    def __init__(
        self,
        order_seq: int,
        account: str,
        symbol: str,
        side: Side,
        ord_type: OrdType,
        price: Decimal | None,
        time_in_force: TimeInForce,
        special: SpecialTerms,
    ) -> None:
        self.order_seq = order_seq
        self.account = account
        self.symbol = symbol
        self.side = side
        self.ord_type = ord_type
        self.price = price
        self.time_in_force = time_in_force
        self.special = None if special is NO_SPECIAL_TERMS else special


def worked(terms: PartTerms, parts: list[Share], reason: WorkReason, store_id: str, at: Moment) -> list[Event]:
    """OrderWorked, and the children."""
    at_ns, seq = at
    first = seq + 1
    children = tuple(first + 2 * place for place in range(len(parts)))
    venues, quantities = tuple(part.venue for part in parts), tuple(part.order_qty for part in parts)
    events: list[Event] = [OrderWorked(seq, at_ns, terms.order_seq, children, venues, quantities, reason)]
    for child, (venue, order_qty) in zip(children, parts, strict=True):
        events.append(
            OrderReceived(
                child, at_ns, "", terms.account, "", terms.symbol, terms.side, terms.ord_type, order_qty, terms.price,
                terms.time_in_force, None, terms.special, terms.order_seq,
            )
        )  # fmt: skip
        events.append(OrderRouted(child + 1, at_ns, child, venue, f"{store_id}{child + 1}"))
    return events


class Family:
    """One parent and its children in one decision. `events` is the decision so far; what follows is added to it."""

    def __init__(self, blotter: Blotter, outlooks: Outlooks, parent: Order, events: list[Event], at: Moment) -> None:
        self._blotter = blotter
        self._outlooks = outlooks
        self._order = parent
        self._parent = outlooks[parent.order_seq]
        self._children = self._considered(blotter, parent)
        self._worked_seq = parent.worked_seq
        self._special = parent.special
        self._events = events
        self._at = at
        self._refusal: Refusal | None = None
        self._gate_refusal: Refusal | None = None
        self._passed_over: set[str] = set()
        self._last_end: Event | None = None

    @staticmethod
    def _considered(blotter: Blotter, parent: Order) -> list[int]:
        """The children on the terms that stand, and any that lives. What others have done is in the parent's
        CumQty(14); after a day of replaces there are thousands of them, and nobody has to look at each again."""
        open_orders, since = blotter.open_orders, parent.worked_seq
        return [order_seq for order_seq in parent.children if order_seq > since or order_seq in open_orders]

    # ------------------------------------------------------------------------------------------------------- roll-up

    def of_child(self, event: Event, child: Order) -> None:
        """State of the parent what `event`, a fact of that child, means for it."""
        parent = self._parent
        if child.order_seq not in self._children:
            self._children.insert(0, child.order_seq)
        if isinstance(event, OrderFilled):
            self._fill(event, child)
        elif isinstance(event, ExecutionBusted | ExecutionCorrected):
            self._change_of_a_fill(event, child)
        elif isinstance(event, OrderAccepted):
            if not parent.acknowledged and not parent.ended:
                self._state(OrderAccepted(*self._next(), parent.order_seq, ""))
        elif isinstance(event, OrderDoneForDay | OrderSuspended | OrderReinstated | OrderStopped):
            self._mark(event)
        elif isinstance(event, OrderRestated):
            self._restatement(event, child)
        elif isinstance(event, CancelRejected):
            self._refusal = Refusal(event.code, event.reason, event.text)
        elif isinstance(event, OrderRejected | OrderExpired | OrderCanceled):
            self._last_end = event

    def _fill(self, event: OrderFilled, child: Order) -> None:
        parent = self._parent
        flags: tuple[FillFlag, ...] = tuple(
            flag for flag in event.flags if flag not in (FillFlag.OVERFILL, FillFlag.AFTER_END)
        )
        if add(parent.cum_qty, event.last_qty) > self._largest_qty():
            flags = (FillFlag.OVERFILL, *flags)
        if parent.ended:
            flags = (*flags, FillFlag.AFTER_END)
        self._state(
            OrderFilled(
                *self._next(),
                parent.order_seq,
                event.venue,
                self._name(child, event.exec_id),
                event.last_qty,
                event.last_px,
                event.transact_time_ns,
                flags,
                event.details,
            )
        )

    def _change_of_a_fill(self, event: ExecutionBusted | ExecutionCorrected, child: Order) -> None:
        parent, trade_id = self._parent, self._name(child, event.trade_id)
        ref_seq = self._order.executions[event.venue, trade_id].seq
        exec_id = self._name(child, event.exec_id)
        if isinstance(event, ExecutionBusted):
            self._state(
                ExecutionBusted(*self._next(), parent.order_seq, event.venue, exec_id, trade_id, ref_seq, event.text)
            )
            return
        self._state(
            ExecutionCorrected(
                *self._next(),
                parent.order_seq,
                event.venue,
                exec_id,
                trade_id,
                ref_seq,
                event.last_qty,
                event.last_px,
                event.transact_time_ns,
                event.flags,
            )
        )

    def _mark(self, event: OrderDoneForDay | OrderSuspended | OrderReinstated | OrderStopped) -> None:
        """What is true of all living children is true of the parent. A guarantee for a part is one for the parent."""
        parent, living = self._parent, list(self._living())
        if parent.ended or not living:
            return
        if isinstance(event, OrderStopped):
            self._state(OrderStopped(*self._next(), parent.order_seq, event.last_qty, event.last_px, event.text))
        elif isinstance(event, OrderReinstated):
            if parent.marks & {OrdStatus.DONE_FOR_DAY, OrdStatus.SUSPENDED}:
                self._state(OrderReinstated(*self._next(), parent.order_seq, event.text))
        else:
            mark = OrdStatus.DONE_FOR_DAY if isinstance(event, OrderDoneForDay) else OrdStatus.SUSPENDED
            if mark not in parent.marks and all(mark in child.marks for child in living):
                self._state(type(event)(*self._next(), parent.order_seq, event.text))

    def _restatement(self, event: OrderRestated, child: Order) -> None:
        """A corporate action makes more or less of the parent by what it makes of the child. Any other restatement is
        a venue that wants another quantity than it was given: `go_on` sees to the difference."""
        parent = self._parent
        if event.reason is not RestatementReason.GT_CORPORATE_ACTION or parent.ended:
            return
        order_qty, cum_qty = add(parent.order_qty, subtract(event.order_qty, child.order_qty)), None
        if event.cum_qty is not None:
            cum_qty = add(parent.cum_qty, subtract(event.cum_qty, child.cum_qty))
        reason, price = event.reason, event.price
        self._state(OrderRestated(*self._next(), parent.order_seq, reason, order_qty, price, cum_qty, event.text))

    def _name(self, child: Order, exec_id: str) -> str:
        """What the parent calls an execution: a venue may number them by order, and have two children."""
        return f"{exec_id}/{child.order_seq}"

    def _largest_qty(self) -> Decimal:
        parent = self._parent
        quantities = [asked.order_qty for asked in parent.pending if isinstance(asked, ReplaceRequested)]
        return max([parent.order_qty, *quantities])

    # ------------------------------------------------------------------------------------------------------ what to do

    def go_on(self) -> None:
        """Ask and answer what is to be asked and answered now."""
        parent = self._parent
        if parent.ended:
            for child in list(self._living()):
                if not self._was_asked(child, PARENT):
                    self._cancel(child, CANCELED_WITH_PARENT)
            return
        if parent.pending:
            cause = CANCELED_WITH_PARENT if parent.cancel_pending else CANCELED_FOR_REPLACE
            newest = parent.pending[-1].seq
            for child in list(self._living()):
                if not self._was_asked(child, PARENT, newest):
                    self._cancel(child, cause)
            living = list(self._living())
            if any(child.cancel_pending for child in living):
                return
            for asked in list(parent.pending):
                self._answer(asked, living)
        self._ask_back_what_is_too_much()
        self._work_the_rest()
        self._end_if_nothing_lives()

    def _living(self) -> Iterator[Outlook]:
        return (child for order_seq in self._children if (child := self._outlooks[order_seq]).is_live)

    def _was_asked(self, child: Outlook, cause: str, since: int = 0) -> bool:
        """A cancel of the child was asked for by these rules, after the event `since`. No venue is asked twice for the
        same reason: one that has refused is not to be pestered."""
        order = child.order
        if order is None:
            return False
        for request in order.requests.values():
            asked = request.asked
            if isinstance(asked, CancelRequested) and asked.cause.startswith(cause) and asked.seq > since:
                return True
        return False

    def _cancel(self, child: Outlook, cause: str) -> None:
        if child.cancel_pending:
            return
        assert child.order is not None, child.order_seq
        at_ns, seq = self._moment()
        known_as = child.order.newest_venue_cl_ord_id
        name = f"{self._blotter.store_id}{seq}"
        self._state(CancelRequested(seq, at_ns, child.order_seq, "", "", "", name, known_as, cause))

    def _answer(self, asked: CancelRequested | ReplaceRequested, living: list[Outlook]) -> None:
        """Answer a request on the parent: every child has ended, is filled, or lives on against our wish."""
        parent = self._parent
        refusal = None
        if living:
            refusal = self._refusal or refuse("PART_NOT_CANCELED", f"venue={living[0].venue}")
        elif isinstance(asked, CancelRequested):
            if parent.cum_qty >= parent.order_qty:
                refusal = refuse("TOO_LATE", f"order_id={self._order.order_id} status=FILLED")
        else:
            refusal = self._replace_refusal(asked)
        common = (*self._next(), parent.order_seq, asked.cl_ord_id, parent.cl_ord_id, asked.venue_cl_ord_id)
        if refusal is not None:
            kind = CancelRejected if isinstance(asked, CancelRequested) else ReplaceRejected
            self._state(kind(*common, *refusal))
        elif isinstance(asked, CancelRequested) and asked.cause == EXPIRED:
            self._state(OrderExpired(*self._next(), parent.order_seq, EXPIRED, asked.venue_cl_ord_id))
        elif isinstance(asked, CancelRequested):
            self._state(OrderCanceled(*common, self._left_open(), REASONS.get(asked.cause)))
        else:
            self._state(OrderReplaced(*common, max(asked.order_qty, self._least_qty()), asked.price))
            self._special = asked.special or NO_SPECIAL_TERMS
            self._worked_seq = self._events[-1].seq

    def _left_open(self) -> str:
        """What its client should know of an order that has been canceled, beside that."""
        return ""

    def _least_qty(self) -> Decimal:
        """What a replace cannot go below."""
        return self._parent.cum_qty

    def _replace_refusal(self, asked: ReplaceRequested) -> Refusal | None:
        parent = self._parent
        # Appendix D: only more quantity opens a filled order again (C.1.c); nothing else can change it (C.2.a)
        if parent.cum_qty >= parent.order_qty and asked.order_qty <= parent.cum_qty:
            figures = f"status=FILLED order_qty={plain(asked.order_qty)} cum_qty={plain(parent.cum_qty)}"
            return refuse("TOO_LATE", figures)
        if asked.order_qty <= parent.cum_qty:
            return None
        if not self._trades():
            return refuse("TRADING_STATE", f"state={self._blotter.trading_state} symbol={self._order.symbol}")
        special = asked.special or NO_SPECIAL_TERMS
        terms = self._terms(asked.ord_type, asked.price, asked.time_in_force, special)
        if not self._parts(terms, subtract(asked.order_qty, parent.cum_qty), set()):
            venues = self._blotter.instruments[self._order.symbol].venues
            return self._gate_refusal or refuse("VENUE_UNAVAILABLE", f"venue={','.join(venues)}")
        return None

    def _terms(
        self, ord_type: OrdType, price: Decimal | None, time_in_force: TimeInForce, special: SpecialTerms
    ) -> PartTerms:
        order = self._order
        return PartTerms(
            order.order_seq, order.account, order.symbol, order.side, ord_type, price, time_in_force, special
        )

    def _parts(self, terms: PartTerms, qty: Decimal, without: set[str]) -> list[Share]:
        """`qty` divided over venues that take it and whose limits let it; empty when there are none. What one of them
        must not take goes to the others."""
        blotter, special = self._blotter, terms.special or NO_SPECIAL_TERMS
        instrument = blotter.instruments[terms.symbol]
        while parts := shares(instrument, blotter, terms.ord_type, terms.time_in_force, special, qty, without):
            passed = True
            for part in parts:
                refused = part_refusals(self._request(terms, part), blotter, self._at)
                if refused:
                    passed, self._gate_refusal = False, refused[0]
                    without = without | {part.venue}
                    # said once: not while other parts live on and nothing has ended
                    if part.venue not in self._passed_over and (self._last_end is not None or self._parent.pending):
                        self._passed_over.add(part.venue)
                        code, _, text = refused[0]
                        self._state(PartRefused(*self._next(), terms.order_seq, part.venue, code, text))
            if passed:
                return parts
        return []

    def _request(self, terms: PartTerms, part: Share) -> OrderRequest:
        """The part, for the gates. What an order that has ended just now has reserved at that venue is still counted,
        and counts for the part."""
        order, qty = self._order, part.order_qty
        before = [self._outlooks[order_seq] for order_seq in self._children]
        reserved = self._blotter.exposures.reservations
        ended = [
            child.order_seq
            for child in before
            if child.venue == part.venue and child.ended and child.order_seq in reserved
        ]
        return OrderRequest(
            order.session, order.account, order.symbol, self._blotter.instruments[order.symbol], order.side,
            terms.ord_type, qty, terms.price, terms.time_in_force, qty, terms.price, part.venue, None,
            terms.special or NO_SPECIAL_TERMS, order.trader, order.cl_ord_link_id, ended[0] if ended else None,
            stage=Stage.PART,
        )  # fmt: skip

    def _rest(self) -> Decimal:
        """What no child can come to; negative when the children can come to more than is wanted."""
        parent, possible, done = self._parent, ZERO, ZERO
        for order_seq in self._children:
            child = self._outlooks[order_seq]
            possible, done = add(possible, child.possible_qty), add(done, child.cum_qty)
        own = subtract(parent.cum_qty, done)  # what was booked on the parent itself, by a person
        return subtract(subtract(parent.order_qty, possible), own)

    def _ask_back_what_is_too_much(self) -> None:
        if self._parent.ended:
            return
        excess = self._rest().copy_negate()
        for child in reversed(list(self._living())):
            if excess <= 0:
                return
            if not self._was_asked(child, CANCELED_AS_TOO_MUCH):
                self._cancel(child, CANCELED_AS_TOO_MUCH)
            if child.cancel_pending:
                excess = subtract(excess, subtract(child.order_qty, child.cum_qty))

    def _work_the_rest(self) -> None:
        """Give what no child has to venues that have refused nothing of the order on these terms."""
        parent, order, blotter = self._parent, self._order, self._blotter
        rest = self._rest()
        if not self._trades():
            return
        afresh = self._worked_seq > order.worked_seq
        if rest <= 0 or parent.ended or (not afresh and (self._is_being_closed() or not self._may_try_again())):
            return
        refused = set() if afresh else self._refused()
        terms = self._terms(parent.ord_type, parent.price, parent.time_in_force, self._special)
        parts = self._parts(terms, rest, refused)
        if not parts:
            return
        reason = WorkReason.REPLACED if afresh else WorkReason.REROUTED
        for event in worked(terms, parts, reason, blotter.store_id, self._moment()):
            self._state(event)
            if isinstance(event, OrderReceived):
                self._children.append(event.seq)

    def _is_being_closed(self) -> bool:
        """Its client wants it canceled: no part that has gone is replaced by another."""
        return any(
            not request.is_replace and request.asked.seq > self._worked_seq for request in self._order.requests.values()
        )

    def _may_try_again(self) -> bool:
        """Not what is to be executed at once, or was good until a moment that has passed."""
        expire_time_ns = self._special.expire_time_ns
        if expire_time_ns is not None and expire_time_ns <= self._at.utc_ns:
            return False
        return self._parent.time_in_force not in _NOT_ROUTED_AGAIN

    def _trades(self) -> bool:
        """Nothing new goes out while trading is halted, all of it or the symbol. REDUCING lets through what is a part
        of an order that was let through."""
        blotter = self._blotter
        if blotter.trading_state is TradingState.HALTED or ("", self._order.symbol) in blotter.halts:
            return False
        return blotter.kill_switches.holding(self._order) is None

    def _refused(self) -> set[str]:
        since = self._worked_seq
        children = (self._outlooks[order_seq] for order_seq in self._children if order_seq > since)
        return {child.venue for child in children if child.refused}

    def _end_if_nothing_lives(self) -> None:
        """Then nothing more can be done, and the parent ends as its last child did."""
        parent, end = self._parent, self._last_end
        if parent.ended or parent.cum_qty >= parent.order_qty or any(True for _ in self._living()):
            return
        by_gate = self._gate_refusal
        if by_gate is not None and self._rest() > 0:  # there were venues left, and their limits were not
            code, why, text = by_gate
            if not parent.acknowledged and not parent.cum_qty:
                self._state(OrderRejected(*self._next(), parent.order_seq, code, why, text))
            else:
                why_ended = RestatementReason.BROKER_OPTION
                self._state(
                    OrderCanceled(*self._next(), parent.order_seq, None, parent.cl_ord_id, None, text, why_ended)
                )
        elif isinstance(end, OrderRejected) and not parent.acknowledged and not parent.cum_qty:
            self._state(OrderRejected(*self._next(), parent.order_seq, end.code, end.reason, end.text))
        elif isinstance(end, OrderExpired):
            self._state(OrderExpired(*self._next(), parent.order_seq, end.text))
        else:
            text, reason = "", None
            if isinstance(end, OrderCanceled | OrderRejected):
                text = end.text
            if isinstance(end, OrderCanceled):
                reason = end.reason
                if end.venue_cl_ord_id is not None and self._was_killed(end):
                    text = KILL_SWITCH
            self._state(OrderCanceled(*self._next(), parent.order_seq, None, parent.cl_ord_id, None, text, reason))

    def _was_killed(self, end: OrderCanceled) -> bool:
        """A kill switch took the part from its venue."""
        order = self._outlooks[end.order_seq].order
        request = None if order is None or end.venue_cl_ord_id is None else order.requests.get(end.venue_cl_ord_id)
        return request is not None and request.name == KILL_SWITCH

    # ----------------------------------------------------------------------------------------------------- bookkeeping

    def _moment(self) -> Moment:
        return Moment(self._at.utc_ns, self._at.seq + len(self._events))

    def _next(self) -> tuple[int, int]:
        """Number and time of the next fact."""
        return self._at.seq + len(self._events), self._at.utc_ns

    def _state(self, event: Event) -> None:
        self._events.append(event)
        self._outlooks.see(event)
