"""A multileg order worked leg by leg: the order counts units, each leg is an order of its own at a venue.

The first leg leads. It goes out in slices, and the other legs follow by what it has executed, each by its ratio. The
*leg guard* bounds what can stand alone:

    executed of the first leg, less what the others have followed  +  in the market of the first leg
                                                                          <=  Limits.unhedged_qty_max

A slice is cut to that, and the next one waits for the legs to follow. What follows is sent in lots of its own leg, when
it comes to its smallest order; what is below that waits for more, and counts as unhedged meanwhile.

A *unit* is done when every leg has done its ratio of it. CumQty(14) of the order is whole units, and its LastPx(31) the
average prices of the legs so far, by ratio, what was bought less what was sold. A bust of a leg takes units back: the
order's own executions are taken back from the last one on, and what is left of them is told anew.

A cancel cancels every leg, hedged or not: whoever cancels wants nothing more in the market. A replace takes every leg
off the market as well and goes on with the new quantity and prices; it cannot go below what the first leg has done.
A leg that ends without our asking is not sent again, and the first leg neither: what the order has in the market may
still execute, then it ends, and its text says what stands alone (UNHEDGED). That a person has to see to.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from oms.blotter import Blotter
from oms.children import CANCELED_AS_TOO_MUCH, Family
from oms.events import (
    Event,
    ExecutionBusted,
    ExecutionCorrected,
    OrderCanceled,
    OrderDoneForDay,
    OrderExpired,
    OrderFilled,
    OrderReceived,
    OrderReinstated,
    OrderRejected,
    OrderRestated,
    OrderRouted,
    OrderStopped,
    OrderSuspended,
    OrderWorked,
    ReplaceRequested,
)
from oms.exact import (
    ZERO,
    add,
    floor_divide,
    fma,
    multiply,
    plain,
    quotient_for_display,
    remainder,
    subtract,
    written_like,
)
from oms.instruments import Instrument
from oms.order import Order
from oms.outlook import Outlook
from oms.refusals import Refusal, refuse
from oms.routing import choose_venue
from oms.special_terms import Leg, SpecialTerms
from oms.types import FillFlag, Moment, OrdType, Side, SymbolStatus, TimeInForce, TradingState, WorkReason

ONE = Decimal(1)
PARTS_MAX = 500
"""Orders of the legs of one order, its replaces included. Behind that there is no further slice, and no replace."""


class LegPart:
    """A quantity of a leg that is to go to a venue."""

    __slots__ = ("leg", "order_qty", "venue")

    def __init__(self, leg: Leg, venue: str, order_qty: Decimal) -> None:
        self.leg = leg
        self.venue = venue
        self.order_qty = order_qty


def legs_worked(
    order_seq: int, account: str, time_in_force: TimeInForce, parts: list[LegPart], reason: WorkReason, store_id: str,
    at: Moment,
) -> list[Event]:  # fmt: skip
    """OrderWorked, and the orders of the legs."""
    at_ns, seq = at
    children = tuple(seq + 1 + 2 * place for place in range(len(parts)))
    venues, quantities = tuple(part.venue for part in parts), tuple(part.order_qty for part in parts)
    events: list[Event] = [OrderWorked(seq, at_ns, order_seq, children, venues, quantities, reason)]
    for child, part in zip(children, parts, strict=True):
        leg = part.leg
        ord_type = OrdType.MARKET if leg.price is None else OrdType.LIMIT
        special = SpecialTerms(leg_ref_id=leg.ref_id)
        events.append(
            OrderReceived(
                child, at_ns, "", account, "", leg.symbol, leg.side, ord_type, part.order_qty, leg.price, time_in_force,
                None, special, order_seq,
            )
        )  # fmt: skip
        events.append(OrderRouted(child + 1, at_ns, child, part.venue, f"{store_id}{child + 1}"))
    return events


def first_slice(
    blotter: Blotter, order_seq: int, account: str, time_in_force: TimeInForce, legs: tuple[Leg, ...],
    order_qty: Decimal, at: Moment,
) -> list[Event]:  # fmt: skip
    """How a multileg order that has passed the gates begins."""
    lead, most = legs[0], blotter.limits.unhedged_qty_max
    instrument = blotter.instruments[lead.symbol]
    assert most is not None, order_seq
    venue = venue_of(blotter, lead)
    assert venue is not None, lead
    order_qty = in_lots(min(most, multiply(order_qty, lead.ratio_qty)), instrument)
    part = LegPart(lead, venue, order_qty)
    return legs_worked(order_seq, account, time_in_force, [part], WorkReason.NEW, blotter.store_id, at)


def venue_of(blotter: Blotter, leg: Leg) -> str | None:
    instrument = blotter.instruments.get(leg.symbol)
    ord_type = OrdType.MARKET if leg.price is None else OrdType.LIMIT
    return None if instrument is None else choose_venue(instrument, blotter, ord_type)


def in_lots(qty: Decimal, instrument: Instrument) -> Decimal:
    return written_like(multiply(floor_divide(qty, instrument.round_lot), instrument.round_lot), qty)


def net_price(legs: tuple[Leg, ...], prices: list[Decimal]) -> Decimal:
    """Price of a unit: by ratio, what is bought less what is sold."""
    net = ZERO
    for leg, price in zip(legs, prices, strict=True):
        value = multiply(leg.ratio_qty, price)
        net = add(net, value) if leg.side is Side.BUY else subtract(net, value)
    return net


class LegFamily(Family):
    """A multileg order and its legs in one decision."""

    @staticmethod
    def _considered(blotter: Blotter, parent: Order) -> list[int]:
        """All: units are counted by what each leg has done. PARTS_MAX bounds how many there are."""
        return list(parent.children)

    # ------------------------------------------------------------------------------------------------------- roll-up

    def _fill(self, event: OrderFilled, child: Order) -> None:
        self._count_units(event.transact_time_ns)

    def _change_of_a_fill(self, event: ExecutionBusted | ExecutionCorrected, child: Order) -> None:
        self._count_units(None)

    def _mark(self, event: OrderDoneForDay | OrderSuspended | OrderReinstated | OrderStopped) -> None:
        """One leg's; of the others it says nothing."""

    def _restatement(self, event: OrderRestated, child: Order) -> None:
        """Of one leg: nobody can say what it makes of the units. Its quantity is what it is from now on."""

    def _count_units(self, transact_time_ns: int | None) -> None:
        """State the units that are done by now, or not any more."""
        parent = self._parent
        units = min(floor_divide(self._done(leg), leg.ratio_qty) for leg in self._legs)
        if units < parent.cum_qty:
            self._take_back(units)
        if units > parent.cum_qty:
            flags: tuple[FillFlag, ...] = (FillFlag.OVERFILL,) if units > self._largest_qty() else ()
            if parent.ended:
                flags = (*flags, FillFlag.AFTER_END)
            seq, at_ns = self._next()
            last_qty = subtract(units, parent.cum_qty)
            price = quotient_for_display(net_price(self._legs, [self._avg_px(leg) for leg in self._legs]), ONE)
            self._state(
                OrderFilled(seq, at_ns, parent.order_seq, "", f"U{seq}", last_qty, price, transact_time_ns, flags)
            )

    def _take_back(self, units: Decimal) -> None:
        parent = self._parent
        for (venue, trade_id), told in reversed(list(self._order.executions.items())):
            if parent.cum_qty <= units:
                return
            if not isinstance(told, ExecutionBusted):
                seq, at_ns = self._next()
                self._state(ExecutionBusted(seq, at_ns, parent.order_seq, venue, f"U{seq}", trade_id, told.seq))

    @property
    def _legs(self) -> tuple[Leg, ...]:
        return self._special.legs

    def _of(self, leg: Leg) -> Iterator[Outlook]:
        """The orders of that leg."""
        for order_seq in self._children:
            child = self._outlooks[order_seq]
            if child.leg_ref_id == leg.ref_id:
                yield child

    def _done(self, leg: Leg) -> Decimal:
        done = ZERO
        for child in self._of(leg):
            done = add(done, child.cum_qty)
        return done

    def _avg_px(self, leg: Leg) -> Decimal:
        gross, done = ZERO, ZERO
        for child in self._of(leg):
            gross, done = add(gross, child.gross), add(done, child.cum_qty)
        return quotient_for_display(gross, done)

    def _in_market(self, leg: Leg) -> Decimal:
        qty = ZERO
        for child in self._of(leg):
            qty = add(qty, subtract(child.possible_qty, child.cum_qty))
        return qty

    # ------------------------------------------------------------------------------------------------------ what to do

    def _replace_refusal(self, asked: ReplaceRequested) -> Refusal | None:
        parent = self._parent
        if parent.cum_qty >= parent.order_qty and asked.order_qty <= parent.cum_qty:
            figures = f"status=FILLED order_qty={plain(asked.order_qty)} cum_qty={plain(parent.cum_qty)}"
            return refuse("TOO_LATE", figures)
        if asked.order_qty > parent.cum_qty and not self._trades():
            return refuse("TRADING_STATE", f"state={self._blotter.trading_state}")
        return None

    def _least_qty(self) -> Decimal:
        """Whole units, so that the other legs can follow what the first has done."""
        lead = self._legs[0]
        done = self._done(lead)
        units = floor_divide(done, lead.ratio_qty)
        if remainder(done, lead.ratio_qty):
            units = add(units, ONE)
        return max(units, self._parent.cum_qty)

    def _ask_back_what_is_too_much(self) -> None:
        """When a leg is broken nothing more is to be done of the first one."""
        if not self._parent.ended and self._broken():
            for child in list(self._of(self._legs[0])):
                if child.is_live and not self._was_asked(child, CANCELED_AS_TOO_MUCH):
                    self._cancel(child, CANCELED_AS_TOO_MUCH)

    def _broken(self) -> set[str]:
        """The legs of which an order has ended without our asking."""
        since = self._worked_seq
        children = (self._outlooks[order_seq] for order_seq in self._children if order_seq > since)
        return {child.leg_ref_id for child in children if child.refused and child.cum_qty < child.order_qty}

    def _work_the_rest(self) -> None:
        parent, order = self._parent, self._order
        afresh = self._worked_seq > order.worked_seq
        if parent.ended or parent.cum_qty >= parent.order_qty or not self._trades():
            return
        if not afresh and self._is_being_closed():
            return
        broken = set() if afresh else self._broken()
        parts = [*self._next_slice(broken), *self._followers(broken)]
        if not parts:
            return
        reason = WorkReason.REPLACED if afresh else WorkReason.REROUTED
        account, time_in_force, store_id = order.account, parent.time_in_force, self._blotter.store_id
        for event in legs_worked(order.order_seq, account, time_in_force, parts, reason, store_id, self._moment()):
            self._state(event)
            if isinstance(event, OrderReceived):
                self._children.append(event.seq)

    def _trades(self) -> bool:
        """Nothing new goes out while trading is halted, all of it or one of the legs' symbols by an operator."""
        blotter = self._blotter
        halted = any(("", leg.symbol) in blotter.halts for leg in self._legs)
        if blotter.trading_state is TradingState.HALTED or halted:
            return False
        return blotter.kill_switches.holding(self._order) is None

    def _next_slice(self, broken: set[str]) -> Iterator[LegPart]:
        """Not while a leg could not follow: its venue is away, or has halted it."""
        lead, most = self._legs[0], self._blotter.limits.unhedged_qty_max
        if broken or most is None or self._in_market(lead) or len(self._children) >= PARTS_MAX:
            return
        for leg in self._legs:
            venue = venue_of(self._blotter, leg)
            if venue is None or self._blotter.symbol_status(leg.symbol, venue) is not SymbolStatus.TRADING:
                return
        done, instrument = self._done(lead), self._blotter.instruments[lead.symbol]
        rest = subtract(multiply(self._parent.order_qty, lead.ratio_qty), done)
        allowed = subtract(most, subtract(done, self._followed(instrument)))
        qty = in_lots(min(rest, allowed), instrument)
        venue = venue_of(self._blotter, lead)
        if venue is not None and qty > 0 and (qty >= instrument.min_trade_vol or qty == rest):
            yield LegPart(lead, venue, written_like(qty, ONE))

    def _followed(self, instrument: Instrument) -> Decimal:
        """How much of the first leg all others have followed, in its lots."""
        lead = self._legs[0]
        followed = []
        for leg in self._legs[1:]:
            part = multiply(self._done(leg), lead.ratio_qty)
            lots = floor_divide(part, multiply(leg.ratio_qty, instrument.round_lot))
            followed.append(multiply(lots, instrument.round_lot))
        return min(followed)

    def _followers(self, broken: set[str]) -> Iterator[LegPart]:
        lead = self._legs[0]
        lead_done = self._done(lead)
        for leg in self._legs[1:]:
            instrument, venue = self._blotter.instruments[leg.symbol], venue_of(self._blotter, leg)
            due = multiply(lead_done, leg.ratio_qty)
            lots = floor_divide(due, multiply(lead.ratio_qty, instrument.round_lot))
            qty = subtract(multiply(lots, instrument.round_lot), add(self._done(leg), self._in_market(leg)))
            if leg.ref_id not in broken and venue is not None and qty >= instrument.min_trade_vol:
                yield LegPart(leg, venue, written_like(qty, lead_done))

    def _left_open(self) -> str:
        alone = []
        for leg in self._legs:
            qty = fma(self._parent.cum_qty.copy_negate(), leg.ratio_qty, self._done(leg))
            if qty > 0:
                alone.append(f"leg={leg.ref_id} qty={plain(qty)}")
        return f"UNHEDGED: {' '.join(alone)}" if alone else ""

    def _end_if_nothing_lives(self) -> None:
        parent, end = self._parent, self._last_end
        if parent.ended or parent.cum_qty >= parent.order_qty or any(True for _ in self._living()):
            return
        text = "" if not isinstance(end, OrderCanceled | OrderRejected | OrderExpired) else end.text
        alone = self._left_open()
        if isinstance(end, OrderRejected) and not parent.acknowledged and not alone:
            self._state(OrderRejected(*self._next(), parent.order_seq, end.code, end.reason, end.text))
            return
        told = f"{alone} {text}".strip() if alone else text
        self._state(OrderCanceled(*self._next(), parent.order_seq, None, parent.cl_ord_id, None, told))
