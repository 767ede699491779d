"""Laws that hold after every event of every history: random clients against a venue that answers late, twice, in any
order, and sometimes lies; with restarts in between.

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
    CancelOrder,
    NewOrder,
    QueryOrder,
    ReplaceOrder,
    SetLimits,
    SetTradingState,
)
from oms.events import (
    CancelRefused,
    CancelRequested,
    DuplicateRefused,
    Event,
    OrderFilled,
    OrderReceived,
    OrderReplaced,
    OrderRouted,
    PossResendRecognized,
    ReplaceRefused,
    ReplaceRequested,
    RequestCounted,
)
from oms.order import Order, Outcome
from oms.order_state import ENDED, PRECEDENCE, Base
from oms.types import FillFlag, OrdStatus, OrdType, Side, TimeInForce, TradingState
from oms.venue_reports import (
    AnyVenueReport,
    VenueAccepted,
    VenueCanceled,
    VenueCancelRejected,
    VenueConnected,
    VenueDisconnected,
    VenueExpired,
    VenueFilled,
    VenueOrderStatus,
    VenueRejected,
    VenueReplaced,
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


class History:
    """One history. Each step takes two numbers: `pick` chooses among what there is, `qty` is a quantity."""

    def __init__(self) -> None:
        self.world = World()
        self.pool: list[AnyVenueReport] = []
        self.delivered: list[AnyVenueReport] = []
        self.at_venue: dict[int, VenueOrder] = {}
        self.requests: list[CancelRequested | ReplaceRequested] = []
        self.fresh_ids = 0
        self.exec_ids = 0
        # the auditor's own books
        self.executions: dict[int, dict[tuple[str, str], tuple[Fraction, Fraction]]] = {}
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
        price = PRICES[pick % 3]
        self.client(
            NewOrder(
                session,
                "",
                cl_ord_id,
                "BTC-USD",
                Side.BUY,
                OrdType.LIMIT,
                qty,
                price,
                TimeInForce.DAY,
                None,
                pick % 5 < 2,
            )
        )

    def cancel(self, pick: int, qty: Decimal) -> None:
        session, orig = self.target(pick)
        cl_ord_id = self.fresh() if pick % 7 else orig
        self.client(CancelOrder(session, cl_ord_id, orig, "BTC-USD", Side.BUY))

    def replace(self, pick: int, qty: Decimal) -> None:
        session, orig = self.target(pick)
        cl_ord_id = self.fresh() if pick % 7 else orig
        price = PRICES[pick % 3]
        self.client(
            ReplaceOrder(session, cl_ord_id, orig, "BTC-USD", Side.BUY, OrdType.LIMIT, qty, price, TimeInForce.DAY)
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
            self.audit(self.world.do(report))

    def deliver_again(self, pick: int, qty: Decimal) -> None:
        if self.delivered:
            report = self.delivered[pick % len(self.delivered)]
            before = [order.cum_qty for order in self.orders()]
            self.audit(self.world.do(report))
            assert [order.cum_qty for order in self.orders()] == before, "a report counted twice"

    # ----------------------------------------------------------------------------------------------------------- venue

    def trade(self, pick: int, qty: Decimal) -> None:
        living = [order for order in self.at_venue.values() if not order.gone and order.cum_qty < order.order_qty]
        if living:
            order = living[pick % len(living)]
            last_qty = min(qty, order.order_qty - order.cum_qty)
            order.cum_qty += last_qty
            self.exec_ids += 1
            price = PRICES[pick % 3]
            self.pool.append(VenueFilled(VENUE, order.venue_id, "V", f"T{self.exec_ids}", last_qty, price))

    def answer(self, pick: int, qty: Decimal) -> None:
        if not self.requests:
            return self.trade(pick, qty)
        request = self.requests.pop(0)
        order = self.at_venue[request.order_seq]
        if pick % 4 == 0 or order.gone or request.orig_venue_cl_ord_id != order.venue_id:
            self.pool.append(VenueCancelRejected(VENUE, request.venue_cl_ord_id, "no"))
        elif isinstance(request, CancelRequested):
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
        ]
        self.audit(self.world.do(lies[(pick // 4 + int(qty)) % len(lies)]))

    # --------------------------------------------------------------------------------------------------------- auditor

    def audit(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, OrderRouted):
                order = self.world.blotter.order(event.order_seq)
                self.at_venue[event.order_seq] = VenueOrder(event.venue_cl_ord_id, order.order_qty)
                self.pool.append(VenueAccepted(VENUE, event.venue_cl_ord_id, "V"))
            elif isinstance(event, CancelRequested | ReplaceRequested):
                self.requests.append(event)
            elif isinstance(event, OrderFilled):
                book = self.executions.setdefault(event.order_seq, {})
                key = (event.venue, event.exec_id)
                assert key not in book, "an execution was booked twice"
                book[key] = (Fraction(event.last_qty), Fraction(event.last_px))
                self.flagged[event.order_seq] += FillFlag.OVERFILL in event.flags
            elif isinstance(event, OrderReplaced):
                assert event.order_qty >= self.world.blotter.order(event.order_seq).cum_qty

    def laws(self) -> None:
        open_orders = [seq for seq, order in self.world.blotter.orders.items() if order.is_open]
        assert sorted(self.world.blotter.open_orders) == open_orders
        for order in self.world.blotter.orders.values():
            self.quantity_laws(order)
            self.identifier_laws(order)
            self.status_laws(order)

    def quantity_laws(self, order: Order) -> None:
        book = self.executions.get(order.order_seq, {}).values()
        assert Fraction(order.cum_qty) == sum(qty for qty, _ in book)
        assert Fraction(order.gross) == sum(qty * price for qty, price in book)
        if order.cum_qty:
            shown = Fraction(order.avg_px)
            assert abs(shown - Fraction(order.gross) / Fraction(order.cum_qty)) <= Fraction(1, 2 * 10**12)
        else:
            assert order.avg_px == 0
        if order.base in ENDED:
            assert order.leaves_qty == 0
        else:
            assert order.leaves_qty == max(Decimal(0), order.order_qty - order.cum_qty)
        assert (order.overfill_qty > 0) == (order.cum_qty > order.order_qty)
        # an overfill is flagged, unless a replace that would have allowed it was pending then and was not to be
        if order.overfill_qty and not self.flagged[order.order_seq]:
            assert any(request.is_replace for request in order.requests.values())

    def identifier_laws(self, order: Order) -> None:
        blotter = self.world.blotter
        assert self.order_ids.setdefault(order.order_seq, order.order_id) == order.order_id
        assert len(set(order.chain)) == len(order.chain)
        assert order.cl_ord_id in order.chain
        for cl_ord_id in order.chain:
            assert blotter.order_by_cl_ord_id(order.session, cl_ord_id) is order
        other = SESSIONS[order.session == SESSIONS[0]]
        found = blotter.order_by_cl_ord_id(other, order.cl_ord_id)
        assert found is None or found.session == other
        for request in order.requests.values():
            assert blotter.order_by_venue_cl_ord_id(request.venue_cl_ord_id) is order
            assert (request in order.pending) == (request.outcome is Outcome.PENDING)
            if request.outcome is Outcome.REJECTED:
                assert blotter.order_by_cl_ord_id(order.session, request.cl_ord_id) is None
        if order.venue:
            assert blotter.order_by_venue_cl_ord_id(order.venue_cl_ord_id) is order

    def status_laws(self, order: Order) -> None:
        true_at_once = {STATUS_OF_BASE[order.base]}
        if order.cum_qty:
            true_at_once.add(OrdStatus.FILLED if order.cum_qty >= order.order_qty else OrdStatus.PARTIALLY_FILLED)
        if order.base not in ENDED:
            for request in order.pending:
                true_at_once.add(OrdStatus.PENDING_REPLACE if request.is_replace else OrdStatus.PENDING_CANCEL)
        assert order.ord_status is max(true_at_once, key=PRECEDENCE.__getitem__)
        assert order.base is not Base.RECEIVED
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
