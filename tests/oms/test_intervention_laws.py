"""Random histories in which persons put their hands on orders, in any state, with any words: the laws of orders hold,
what is refused changes nothing, and the fold of the log is the state."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.decide_resolution import OUTCOMES
from oms.events import CancelRequested, Event, OperatorIntervened, OperatorRefused, OrderResolved
from oms.operator_commands import (
    AnyIntervention,
    BustByOperator,
    CancelByOperator,
    ClaimOrder,
    CorrectByOperator,
    MarkDoneForDay,
    ReinstateOrder,
    ResolveOrder,
    RestateOrder,
    SuspendOrder,
)
from oms.order import Order
from oms.types import OrdStatus, OrdType, RestatementReason, Side, TimeInForce
from oms.venue_reports import VenueFilled, VenueStranger
from tests.oms.test_laws import PRICES, WORKLOAD, History
from tests.oms.world import VENUE

WHY = (RestatementReason.VERBAL_CHANGE, RestatementReason.PARTIAL_DECLINE_OF_ORDER_QTY, RestatementReason.OTHER)


class Handled(History):
    """A history with operators in it, and with an order at the venue that is somebody else's."""

    def intervene(self, pick: int, qty: Decimal) -> None:
        orders = self.orders()
        if not orders:
            return
        order = orders[pick % len(orders)]
        before = [other.content() for other in orders]
        events = self.world.do(self.wish(order, pick // 4, qty))
        assert isinstance(events[0], OperatorIntervened | OperatorRefused | OrderResolved)
        if isinstance(events[0], OperatorRefused):
            assert len(events) == 1
            assert [other.content() for other in orders] == before
        self.audit(events)

    def wish(self, order: Order, pick: int, qty: Decimal) -> AnyIntervention:
        seq, who, price = order.order_seq, ("ann", "why not"), PRICES[pick % 3]
        named = [name for _, name in order.executions] + [f"GATE-{seq}", "T1"]
        wishes: list[AnyIntervention] = [
            *(ResolveOrder(seq, *who, outcome, qty, price) for outcome in OUTCOMES),
            ResolveOrder(seq, *who, "filled", qty, price, f"H{pick}"),
            CancelByOperator(seq, *who),
            RestateOrder(seq, *who, WHY[pick % 3], qty, price),
            BustByOperator(seq, *who, named[pick % len(named)]),
            CorrectByOperator(seq, *who, named[pick % len(named)], qty, price),
            MarkDoneForDay(seq, *who),
            SuspendOrder(seq, *who),
            ReinstateOrder(seq, *who),
            ClaimOrder(seq, *who, f"ACC{pick % 2}"),
        ]
        return wishes[(pick // 8) % len(wishes)]

    def stranger(self, pick: int, qty: Decimal) -> None:
        """Somebody's order at the venue, and an execution of it, now or later."""
        name = f"T-{pick % 2}"
        found = VenueStranger(
            VENUE, name, f"V-{pick % 2}", "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(10), PRICES[0], TimeInForce.DAY,
            OrdStatus.NEW, Decimal(0),
        )  # fmt: skip
        self.audit(self.world.do(found))
        self.exec_ids += 1
        self.pool.append(VenueFilled(VENUE, name, f"V-{pick % 2}", f"T{self.exec_ids}", qty, PRICES[pick % 3]))

    def audit(self, events: list[Event]) -> None:
        """What is asked about somebody else's order the venue leaves unanswered."""
        for event in events:
            asked = isinstance(event, CancelRequested) and not self.world.blotter.order(event.order_seq).session
            super().audit([] if asked else [event])

    def identifier_laws(self, order: Order) -> None:
        if order.session:
            super().identifier_laws(order)
        else:
            assert self.world.blotter.external_order(order.venue, order.venue_cl_ord_id) is order


Step = Callable[[Handled, int, Decimal], None]
ACTS: list[Step] = [
    *(step for step in WORKLOAD if step is not History.lie),
    *[Handled.intervene] * 12,
    *[Handled.stranger] * 2,
]
steps = st.tuples(st.sampled_from(ACTS), st.integers(0, 2**12), st.integers(1, 12).map(Decimal))


@given(st.lists(steps, min_size=20, max_size=60))
def test_a_person_cannot_break_a_law(history: list[tuple[Step, int, Decimal]]) -> None:
    played = Handled()
    for step, pick, qty in history:
        step(played, pick, qty)
        played.laws()
    assert played.world.replayed().state_hash() == played.world.blotter.state_hash()


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 2**12), st.integers(1, 12).map(Decimal)), min_size=30, max_size=60))
def test_nothing_but_hands(history: list[tuple[int, Decimal]]) -> None:
    """Orders that are made, and then only handled, while the venue stays as it is."""
    played = Handled()
    for number, (pick, qty) in enumerate(history):
        (Handled.new if number < 4 else Handled.stranger if number == 5 else Handled.intervene)(played, pick, qty)
        played.laws()
    assert played.world.replayed().state_hash() == played.world.blotter.state_hash()
