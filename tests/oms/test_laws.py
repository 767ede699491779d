"""Laws that hold after every event of every history: random clients against a venue that answers late, twice, in any
order, takes trades back, restates and halts orders, and sometimes lies; with restarts and new trading days in between.

Three parts, kept apart. The *workload* makes input from a list of numbers and knows nothing of what is right. The
*venue* is an honest exchange of a few lines that answers each request once; its reports wait in a pool, from which the
workload takes any of them, and takes some of them again. The *auditor* keeps its own books from the events alone, in
fractions, and compares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.commands import (
    AskVenue,
    BeginTradingDay,
    CancelOrder,
    NewOrder,
    QueryOrder,
    ReplaceOrder,
    SetLimits,
    SetTradingState,
)
from oms.events import (
    CancelRefused,
    CancelRejected,
    CancelRequested,
    DuplicateRefused,
    Event,
    ExecutionBusted,
    ExecutionCorrected,
    OrderFilled,
    OrderReceived,
    OrderReplaced,
    OrderRestated,
    OrderRouted,
    PossResendRecognized,
    ReplaceRefused,
    ReplaceRejected,
    ReplaceRequested,
    ReportQuarantined,
    RequestCounted,
    RequestRetargeted,
)
from oms.order import Order
from oms.order_state import ENDED, PRECEDENCE, Base
from oms.request import Outcome
from oms.special_terms import SpecialTerms
from oms.types import (
    FillFlag,
    OrdStatus,
    OrdType,
    RestatementReason,
    Side,
    TimeInForce,
    TradingState,
)
from oms.venue_reports import (
    AnyVenueReport,
    ReferencePriceSeen,
    VenueAccepted,
    VenueBusted,
    VenueCanceled,
    VenueCancelRejected,
    VenueConnected,
    VenueCorrected,
    VenueDisconnected,
    VenueDoneForDay,
    VenueExpired,
    VenueFilled,
    VenueOrderStatus,
    VenueReinstated,
    VenueRejected,
    VenueReplaced,
    VenueRestated,
    VenueStopped,
    VenueSuspended,
    VenueUnknownOrder,
)
from tests.oms.world import LIMITS, VENUE, World

SESSIONS = ("ANN", "BOB")
ORDERS_MAX = 4
PRICES = (Decimal("99.5"), Decimal("100"), Decimal("100.25"))
STATUS_OF_BASE = {
    Base.RECEIVED: OrdStatus.PENDING_NEW,
    Base.HELD: OrdStatus.NEW,
    Base.ROUTED: OrdStatus.PENDING_NEW,
    Base.WORKING: OrdStatus.NEW,
    Base.CANCELED: OrdStatus.CANCELED,
    Base.EXPIRED: OrdStatus.EXPIRED,
    Base.REJECTED: OrdStatus.REJECTED,
}
COUNTED = (
    OrderReceived,
    DuplicateRefused,
    PossResendRecognized,
    CancelRequested,
    CancelRefused,
    ReplaceRequested,
    ReplaceRefused,
    RequestCounted,
)


class VenueOrder:
    """An order as an honest venue holds it."""

    def __init__(self, venue_id: str, order_qty: Decimal) -> None:
        self.venue_id = venue_id
        self.order_qty = order_qty
        self.cum_qty = Decimal(0)
        self.gone = False
        self.trades: list[tuple[str, Decimal]] = []
        """ExecID and quantity of what may still be taken back."""


class Trade:
    """An execution in the auditor's books."""

    def __init__(self, seq: int, qty: Decimal, price: Decimal) -> None:
        self.first_seq = self.last_seq = seq
        self.put(seq, qty, price)

    def put(self, seq: int, qty: Decimal, price: Decimal) -> None:
        self.last_seq, self.qty, self.price = seq, Fraction(qty), Fraction(price)

    @property
    def value(self) -> Fraction:
        return self.qty * self.price


class History:
    """One history. Each step takes two numbers: `pick` chooses among what there is, `qty` is a quantity."""

    def __init__(self) -> None:
        self.world = World()
        self.pool: list[AnyVenueReport] = []
        self.delivered: list[AnyVenueReport] = []
        self.at_venue: dict[int, VenueOrder] = {}
        self.requests: list[CancelRequested | ReplaceRequested | RequestRetargeted] = []
        self.fresh_ids = 0
        self.exec_ids = 0
        self.days = 0
        # the auditor's own books
        self.executions: dict[int, dict[tuple[str, str], Trade]] = {}
        self.carried: dict[int, tuple[Fraction, Fraction]] = {}
        self.booked: list[AnyVenueReport] = []
        self.day_began_seq = 0
        self.of_earlier_days: set[int] = set()
        self.flagged: Counter[int] = Counter()
        self.used: list[tuple[str, str]] = []
        self.order_ids: dict[int, str] = {}

    def orders(self) -> list[Order]:
        return list(self.world.blotter.orders.values())

    # -------------------------------------------------------------------------------------------------------- workload

    def client(self, command: NewOrder | CancelOrder | ReplaceOrder | QueryOrder) -> None:
        events = self.world.do(command)
        counted = [event for event in events if isinstance(event, COUNTED)]
        assert len(counted) == 1, "every request leaves exactly one event that counts"
        if not isinstance(command, QueryOrder):
            name = (command.session, command.cl_ord_id)
            moved = isinstance(counted[0], OrderReceived | CancelRequested | ReplaceRequested)
            assert not (moved and name in self.used), "a ClOrdID moved something twice"
            self.used.append(name)
        self.audit(events)

    def fresh(self) -> str:
        self.fresh_ids += 1
        return f"C{self.fresh_ids}"

    def target(self, pick: int) -> tuple[str, str]:
        """A session, and a name that it might give to an order: mostly one of the names of its own orders."""
        orders = self.orders()
        if not orders or pick % 11 == 0:
            return self.used[pick % len(self.used)] if self.used else ("ANN", "nothing")
        order = orders[pick % len(orders)]
        ids = [order.cl_ord_id, *order.chain, *(request.cl_ord_id for request in order.requests.values())]
        return order.session, ids[(pick // 16) % len(ids)]

    def new(self, pick: int, qty: Decimal) -> None:
        if len(self.orders()) >= ORDERS_MAX:
            return self.deliver(pick, qty)
        return self._new(SESSIONS[pick % 2], self.fresh(), pick, qty)

    def new_again(self, pick: int, qty: Decimal) -> None:
        if not self.used:
            return self.new(pick, qty)
        session, cl_ord_id = self.used[pick % len(self.used)]
        return self._new(session, cl_ord_id, pick, qty)

    def _new(self, session: str, cl_ord_id: str, pick: int, qty: Decimal) -> None:
        price: Decimal | None = PRICES[pick % 3]
        time_in_force = (TimeInForce.DAY, TimeInForce.GOOD_TILL_CANCEL)[(pick // 2) % 2]
        ord_type, special = OrdType.LIMIT, None
        if pick % 7 == 0:  # the venue takes no stop orders: it is held, or triggered already
            ord_type, price, special = OrdType.STOP, None, SpecialTerms(stop_px=Decimal(99 + pick % 4))
        self.client(
            NewOrder(
                session,
                "",
                cl_ord_id,
                "BTC-USD",
                Side.BUY,
                ord_type,
                qty,
                price,
                time_in_force,
                None,
                pick % 5 < 2,
                special,
            )
        )

    def move(self, pick: int, qty: Decimal) -> None:
        """The market moves, within the price band, and may trigger what is held."""
        self.audit(self.world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal(97 + pick % 7))))

    def day(self, pick: int, qty: Decimal) -> None:
        """Names are free again, except those of orders that are open."""
        self.days += 1
        (began,) = self.world.do(BeginTradingDay(f"2023{self.days:04}"))
        self.day_began_seq = began.seq
        clients = self.world.blotter.clients
        self.used = [(session, name) for session, name in self.used if name in clients[session].cl_ord_ids]
        self.of_earlier_days |= {order.order_seq for order in self.orders() if not order.is_open}

    def cancel(self, pick: int, qty: Decimal) -> None:
        session, orig = self.target(pick)
        cl_ord_id = self.fresh() if pick % 7 else orig
        self.client(CancelOrder(session, cl_ord_id, orig, "BTC-USD", Side.BUY, pick % 5 < 2))

    def replace(self, pick: int, qty: Decimal) -> None:
        session, orig = self.target(pick)
        cl_ord_id = self.fresh() if pick % 7 else orig
        price = PRICES[pick % 3]
        self.client(
            ReplaceOrder(
                session, cl_ord_id, orig, "BTC-USD", Side.BUY, OrdType.LIMIT, qty, price, TimeInForce.DAY, pick % 5 < 2
            )
        )

    def query(self, pick: int, qty: Decimal) -> None:
        self.client(QueryOrder(*self.target(pick)))

    def operate(self, pick: int, qty: Decimal) -> None:
        states = (TradingState.ACTIVE, TradingState.ACTIVE, TradingState.HALTED, TradingState.REDUCING)
        self.audit(self.world.do(SetTradingState(states[pick % 4], "op", "test")))
        limits = msgspec.structs.replace(LIMITS, order_qty_max=Decimal(8 + pick % 8))
        self.audit(self.world.do(SetLimits(limits, "op", "test")))

    def connect(self, pick: int, qty: Decimal) -> None:
        self.world.pass_ms(pick % 1000)
        before = [order.content() for order in self.orders()]
        status = [order.ord_status for order in self.orders()]
        connected = pick % 3 > 0
        self.audit(self.world.do(VenueConnected(VENUE) if connected else VenueDisconnected(VENUE)))
        assert [order.content() for order in self.orders()] == before, "something was concluded from silence"
        for order in list(self.world.blotter.unresolved_orders(VENUE)) if connected else ():
            self.audit(self.world.do(AskVenue(order.order_seq, is_after_quiet_time=pick % 2 > 0)))
        assert [order.ord_status for order in self.orders()] == status, "something was concluded from silence"

    def restart(self, pick: int, qty: Decimal) -> None:
        """kill -9: what is left is the log."""
        replayed = self.world.replayed()
        assert replayed.state_hash() == self.world.blotter.state_hash()
        self.world.blotter = replayed

    def deliver(self, pick: int, qty: Decimal) -> None:
        if self.pool:
            report = self.pool.pop(pick % len(self.pool))
            self.delivered.append(report)
            self.tell(report)

    def deliver_again(self, pick: int, qty: Decimal) -> None:
        if self.delivered:
            report = self.delivered[pick % len(self.delivered)]
            was_booked = any(report is other for other in self.booked)
            before = [(order.cum_qty, order.gross) for order in self.orders()]
            self.tell(report)
            after = [(order.cum_qty, order.gross) for order in self.orders()]
            assert not was_booked or after == before, "a report counted twice"

    def tell(self, report: AnyVenueReport) -> None:
        events = self.world.do(report)
        if events and not isinstance(events[0], ReportQuarantined):
            self.booked.append(report)
        self.audit(events)
        if isinstance(report, VenueAccepted):
            order = self.world.blotter.order_by_venue_cl_ord_id(report.venue_cl_ord_id)
            assert order is None or order.base is not Base.ROUTED, "the venue has it"
        for event in events:
            if isinstance(event, CancelRejected | ReplaceRejected) and isinstance(report, VenueCancelRejected):
                assert event.venue_cl_ord_id == report.venue_cl_ord_id, "the answer to another sending"

    # ----------------------------------------------------------------------------------------------------------- venue

    def trade(self, pick: int, qty: Decimal) -> None:
        living = [order for order in self.at_venue.values() if not order.gone and order.cum_qty < order.order_qty]
        if living:
            order = living[pick % len(living)]
            last_qty = min(qty, order.order_qty - order.cum_qty)
            order.cum_qty += last_qty
            self.exec_ids += 1
            order.trades.append((f"T{self.exec_ids}", last_qty))
            price = PRICES[pick % 3]
            self.pool.append(VenueFilled(VENUE, order.venue_id, "V", f"T{self.exec_ids}", last_qty, price))

    def take_back(self, pick: int, qty: Decimal) -> None:
        """A bust or a correction, which may be taken back in its turn; of an order that is gone too."""
        orders = [order for order in self.at_venue.values() if order.trades]
        if not orders:
            return self.trade(pick, qty)
        order = orders[pick % len(orders)]
        place = (pick // 4) % len(order.trades)
        ref, last_qty = order.trades.pop(place)
        self.exec_ids += 1
        name = f"T{self.exec_ids}"
        if pick % 3 == 0:
            order.cum_qty -= last_qty
            self.pool.append(VenueBusted(VENUE, order.venue_id, "V", name, ref))
        else:
            new_qty = max(Decimal(1), last_qty - 1) if pick % 3 == 1 else last_qty
            order.cum_qty += new_qty - last_qty
            order.trades.append((ref if pick % 2 else name, new_qty))
            self.pool.append(VenueCorrected(VENUE, order.venue_id, "V", name, ref, new_qty, PRICES[pick % 3]))
        return None

    def restate(self, pick: int, qty: Decimal) -> None:
        living = [order for order in self.at_venue.values() if not order.gone]
        if not living:
            return
        order = living[pick % len(living)]
        self.exec_ids += 1
        name = f"T{self.exec_ids}"
        if pick % 5 == 0:  # two for one
            order.order_qty, order.cum_qty, order.trades = order.order_qty * 2, order.cum_qty * 2, []
            cum_qty, why = order.cum_qty, RestatementReason.GT_CORPORATE_ACTION
            report = VenueRestated(VENUE, order.venue_id, order.order_qty, PRICES[0], cum_qty, why, exec_id=name)
        else:
            order.order_qty = max(qty, order.cum_qty)
            report = VenueRestated(VENUE, order.venue_id, order.order_qty, PRICES[pick % 3], exec_id=name)
        self.pool.append(report)

    def mark(self, pick: int, qty: Decimal) -> None:
        living = [order for order in self.at_venue.values() if not order.gone]
        if living:
            venue_id = living[pick % len(living)].venue_id
            marks: list[AnyVenueReport] = [
                VenueDoneForDay(VENUE, venue_id),
                VenueSuspended(VENUE, venue_id),
                VenueReinstated(VENUE, venue_id),
                VenueStopped(VENUE, venue_id, qty, PRICES[0]),
            ]
            self.pool.append(marks[(pick // 4) % 4])

    def answer(self, pick: int, qty: Decimal) -> None:
        if not self.requests:
            return self.trade(pick, qty)
        request = self.requests.pop(0)
        order = self.at_venue[request.order_seq]
        if pick % 4 == 0 or order.gone or request.orig_venue_cl_ord_id != order.venue_id:
            self.pool.append(VenueCancelRejected(VENUE, request.venue_cl_ord_id, "no"))
        elif not isinstance(request, ReplaceRequested):
            order.gone = True
            self.pool.append(VenueCanceled(VENUE, request.venue_cl_ord_id, order.venue_id))
        else:
            order.order_qty = max(request.order_qty, order.cum_qty)
            self.pool.append(
                VenueReplaced(VENUE, request.venue_cl_ord_id, order.venue_id, order.order_qty, request.price, "V")
            )
            order.venue_id = request.venue_cl_ord_id
        return None

    def end(self, pick: int, qty: Decimal) -> None:
        living = [order for order in self.at_venue.values() if not order.gone]
        if living:
            order = living[pick % len(living)]
            order.gone = True
            how = (VenueExpired, VenueCanceled, VenueRejected)[(pick // 8) % 3]
            self.pool.append(how(VENUE, order.venue_id))

    def lie(self, pick: int, qty: Decimal) -> None:
        """A report that may contradict everything, on any id that we ever made, or on none of ours."""
        orders = self.orders()
        if not orders:
            return
        order = orders[pick % len(orders)]
        ids = [order.venue_cl_ord_id, *order.requests, "GATE99999"]
        venue_id = ids[(pick // 4) % len(ids)]
        self.exec_ids += 1
        lies: list[AnyVenueReport] = [
            VenueAccepted(VENUE, venue_id, "V"),
            VenueRejected(VENUE, venue_id),
            VenueFilled(VENUE, venue_id, "V", f"T{self.exec_ids}", qty, PRICES[0]),
            VenueFilled(VENUE, venue_id, "V", "T1", qty, PRICES[0]),
            VenueCanceled(VENUE, venue_id),
            VenueReplaced(VENUE, venue_id, None, qty, PRICES[0]),
            VenueExpired(VENUE, venue_id),
            VenueCancelRejected(VENUE, venue_id),
            VenueOrderStatus(VENUE, venue_id, list(OrdStatus)[pick % len(OrdStatus)], qty, qty),
            VenueUnknownOrder(VENUE, venue_id),
            VenueBusted(VENUE, venue_id, "V", f"T{self.exec_ids}", f"T{pick % 8}"),
            VenueCorrected(VENUE, venue_id, "V", f"T{self.exec_ids}", f"T{pick % 8}", qty, PRICES[1]),
            VenueRestated(VENUE, venue_id, qty, PRICES[1], qty, exec_id=f"T{self.exec_ids}"),
            VenueDoneForDay(VENUE, venue_id),
            VenueReinstated(VENUE, venue_id),
        ]
        self.audit(self.world.do(lies[(pick // 4 + int(qty)) % len(lies)]))

    # --------------------------------------------------------------------------------------------------------- auditor

    def audit(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, OrderRouted):
                order = self.world.blotter.order(event.order_seq)
                self.at_venue[event.order_seq] = VenueOrder(event.venue_cl_ord_id, order.order_qty)
                self.pool.append(VenueAccepted(VENUE, event.venue_cl_ord_id, "V"))
            elif isinstance(event, CancelRequested | ReplaceRequested | RequestRetargeted):
                order = self.world.blotter.order(event.order_seq)
                if order.requests[event.venue_cl_ord_id].outcome is Outcome.PENDING:  # else it was decided here
                    self.requests.append(event)
            elif isinstance(event, OrderFilled):
                book = self.executions.setdefault(event.order_seq, {})
                key = (event.venue, event.exec_id)
                assert key not in book, "an execution was booked twice"
                book[key] = Trade(event.seq, event.last_qty, event.last_px)
                self.flagged[event.order_seq] += FillFlag.OVERFILL in event.flags
            elif isinstance(event, ExecutionBusted | ExecutionCorrected):
                trade = self.executions[event.order_seq][event.venue, event.trade_id]
                assert event.ref_seq == trade.last_seq, "it refers to something else than what was told last"
                if isinstance(event, ExecutionCorrected):
                    trade.put(event.seq, event.last_qty, event.last_px)
                    self.flagged[event.order_seq] += FillFlag.OVERFILL in event.flags
                else:
                    del self.executions[event.order_seq][event.venue, event.trade_id]
            elif isinstance(event, OrderReplaced | OrderRestated):
                assert event.order_qty >= self.world.blotter.order(event.order_seq).cum_qty
                if isinstance(event, OrderRestated) and event.cum_qty is not None:
                    book = self.executions.pop(event.order_seq, {})
                    value = sum((trade.value for trade in book.values()), Fraction(0))
                    _, carried = self.carried.get(event.order_seq, (Fraction(0), Fraction(0)))
                    self.carried[event.order_seq] = Fraction(event.cum_qty), carried + value

    def laws(self) -> None:
        open_orders = [seq for seq, order in self.world.blotter.orders.items() if order.is_open]
        assert sorted(self.world.blotter.open_orders) == open_orders
        for order in self.world.blotter.orders.values():
            self.quantity_laws(order)
            self.identifier_laws(order)
            self.status_laws(order)
        if not self.carried:  # after a split an order counts otherwise than its executions
            self.position_laws()

    def position_laws(self) -> None:
        """What is held, and the money for it, is the sum of what the orders say, over all days."""
        expected: dict[tuple[str, str, str], tuple[Fraction, Fraction]] = {}
        for order in self.world.blotter.orders.values():
            key, sign = (order.account, order.symbol, order.venue), 1 if order.side is Side.BUY else -1
            qty, paid = expected.get(key, (Fraction(0), Fraction(0)))
            expected[key] = qty + sign * Fraction(order.cum_qty), paid + sign * Fraction(order.gross)
        found = {
            key: (Fraction(position.net_qty), Fraction(position.open_value) - Fraction(position.realised))
            for key, position in self.world.blotter.positions
        }
        assert {key: sums for key, sums in expected.items() if any(sums)} == {
            key: sums for key, sums in found.items() if any(sums)
        }

    def quantity_laws(self, order: Order) -> None:
        book = self.executions.get(order.order_seq, {}).values()
        carried_qty, carried_value = self.carried.get(order.order_seq, (Fraction(0), Fraction(0)))
        assert Fraction(order.cum_qty) == carried_qty + sum(trade.qty for trade in book)
        assert Fraction(order.gross) == carried_value + sum(trade.value for trade in book)
        if order.cum_qty:
            shown = Fraction(order.avg_px)
            assert abs(shown - Fraction(order.gross) / Fraction(order.cum_qty)) <= Fraction(1, 2 * 10**12)
        else:
            assert order.avg_px == 0
        good_till = order.time_in_force is TimeInForce.GOOD_TILL_CANCEL
        if order.base in ENDED or (OrdStatus.DONE_FOR_DAY in order.marks and not good_till):
            assert order.leaves_qty == 0
        else:
            assert order.leaves_qty == max(Decimal(0), order.order_qty - order.cum_qty)
        # a correction counts for the day of its execution; what is carried counts for the days before
        today = [trade for trade in book if trade.first_seq > self.day_began_seq]
        assert Fraction(order.day_cum_qty) == sum(trade.qty for trade in today)
        assert order.day_order_qty == order.order_qty - (order.cum_qty - order.day_cum_qty)
        if order.day_cum_qty:
            value = sum(trade.value for trade in today)
            assert abs(Fraction(order.day_avg_px) - value / Fraction(order.day_cum_qty)) <= Fraction(1, 2 * 10**12)
        assert (order.overfill_qty > 0) == (order.cum_qty > order.order_qty)
        # an overfill is flagged, unless a replace that would have allowed it was pending then and was not to be
        if order.overfill_qty and not self.flagged[order.order_seq]:
            assert any(request.is_replace for request in order.requests.values())

    def identifier_laws(self, order: Order) -> None:
        blotter = self.world.blotter
        assert self.order_ids.setdefault(order.order_seq, order.order_id) == order.order_id
        assert len(set(order.chain)) == len(order.chain)
        assert order.cl_ord_id in order.chain
        for cl_ord_id in order.chain if order.order_seq not in self.of_earlier_days else ():
            assert blotter.order_by_cl_ord_id(order.session, cl_ord_id) is order
        other = SESSIONS[order.session == SESSIONS[0]]
        found = blotter.order_by_cl_ord_id(other, order.cl_ord_id)
        assert found is None or found.session == other
        for name, request in order.requests.items():
            assert blotter.order_by_venue_cl_ord_id(name) is order
            assert order.requests[request.venue_cl_ord_id] is request
            assert (request in order.pending) == (request.outcome is Outcome.PENDING)
            if request.outcome is Outcome.PENDING and not request.is_replace and not order.ended:
                target = order.requests.get(request.asked.orig_venue_cl_ord_id)
                assert target is None or target.outcome is not Outcome.REJECTED, "a cancel of what will never be"
            if request.outcome is Outcome.REJECTED:
                assert blotter.order_by_cl_ord_id(order.session, request.cl_ord_id) is None
        if order.venue:
            assert blotter.order_by_venue_cl_ord_id(order.venue_cl_ord_id) is order

    def status_laws(self, order: Order) -> None:
        on_its_way = order.base is Base.ROUTED and order.acknowledged
        true_at_once = {OrdStatus.NEW if on_its_way else STATUS_OF_BASE[order.base]}
        if order.cum_qty:
            true_at_once.add(OrdStatus.FILLED if order.cum_qty >= order.order_qty else OrdStatus.PARTIALLY_FILLED)
        if order.base not in ENDED:
            true_at_once |= order.marks
            for request in order.pending:
                true_at_once.add(OrdStatus.PENDING_REPLACE if request.is_replace else OrdStatus.PENDING_CANCEL)
        assert order.ord_status is max(true_at_once, key=PRECEDENCE.__getitem__)
        assert order.base is not Base.RECEIVED
        assert (order.base is Base.HELD) == (order.hold is not None and order.base not in ENDED)
        if order.base is Base.HELD:
            assert not order.venue
            assert not order.pending
        assert order.unresolved == (order.base is Base.ROUTED or bool(order.pending))
        assert sum(not request.is_replace for request in order.pending) <= 1


WORKLOAD: list[Callable[[History, int, Decimal], None]] = [
    *[History.new] * 4,
    History.new_again,
    *[History.cancel] * 3,
    *[History.replace] * 5,
    History.query,
    History.operate,
    History.connect,
    History.restart,
    *[History.deliver] * 10,
    *[History.deliver_again] * 2,
    *[History.trade] * 4,
    *[History.answer] * 5,
    History.end,
    *[History.take_back] * 4,
    *[History.restate] * 2,
    *[History.mark] * 2,
    *[History.move] * 2,
    History.day,
    *[History.lie] * 2,
]
steps = st.tuples(st.sampled_from(WORKLOAD), st.integers(0, 2**12), st.integers(1, 12).map(Decimal))


@settings(max_examples=settings().max_examples * 2)
@given(st.lists(steps, min_size=20, max_size=60))
def test_interleavings(history: list[tuple[Callable[[History, int, Decimal], None], int, Decimal]]) -> None:
    played = History()
    for step, pick, qty in history:
        step(played, pick, qty)
        played.laws()
    assert played.world.replayed().state_hash() == played.world.blotter.state_hash()
