"""Laws of orders that are worked in parts, after every event of random histories: venues that answer late, twice, or in
any order, and lines that break.

Honest venues speak in order: then an order is never worked for more than its quantity, whatever crosses whatever.
Venues whose words arrive in any order can have a fill told behind an end: then it is the sums that hold, and the fold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.events import CancelRequested, Event, OrderRouted
from oms.finished import FINISHED_KEPT
from oms.order import Order
from oms.types import TimeInForce
from oms.venue_reports import (
    AnyVenueReport,
    VenueAccepted,
    VenueBusted,
    VenueCanceled,
    VenueCancelRejected,
    VenueConnected,
    VenueDisconnected,
    VenueExpired,
    VenueFilled,
    VenueRejected,
)
from tests.oms.venues_of_parts import A, B, C, Parts, sums

ZERO = Decimal(0)
VENUES = (A, B, C)
LIFETIMES = (TimeInForce.DAY, TimeInForce.DAY, TimeInForce.GOOD_TILL_CANCEL, TimeInForce.IMMEDIATE_OR_CANCEL)


class Part:
    """A part as its venue has it."""

    def __init__(self, event: OrderRouted, order_qty: Decimal) -> None:
        self.venue, self.name = event.venue, event.venue_cl_ord_id
        self.order_qty = order_qty
        self.cum_qty = ZERO
        self.gone = False
        self.cancels: list[str] = []
        self.trades: list[tuple[str, Decimal]] = []


class History:
    def __init__(self, ordered: bool, finished_kept: int = FINISHED_KEPT) -> None:
        self.world = Parts(50, 30, 20, finished_kept=finished_kept)
        self.ordered = ordered
        self.parts: list[Part] = []
        self.mail: dict[str, list[AnyVenueReport]] = defaultdict(list)
        self.last_said: AnyVenueReport | None = None
        self.names = 0
        self.live_names: list[str] = []
        self.executions = 0

    # ---------------------------------------------------------------------------------------------------------- clients

    def name(self) -> str:
        self.names += 1
        return f"N{self.names}"

    def new(self, pick: int) -> None:
        name = self.name()
        lifetime = LIFETIMES[pick % len(LIFETIMES)]
        self.hear(self.world.new(name, f"{1 + pick % 97}", f"{98 + pick % 4}", time_in_force=lifetime))
        self.live_names.append(name)

    def cancel(self, pick: int) -> None:
        if self.live_names:
            self.hear(self.world.cancel(self.name(), self.live_names[pick % len(self.live_names)]))

    def replace(self, pick: int) -> None:
        if self.live_names:
            place = pick % len(self.live_names)
            name = self.name()
            events = self.world.replace(name, self.live_names[place], f"{1 + pick % 120}", f"{98 + pick % 4}")
            if type(events[0]).__name__ == "ReplaceRequested" and pick % 3:
                self.live_names[place] = name
            self.hear(events)

    # ----------------------------------------------------------------------------------------------------------- venues

    def say(self, report: AnyVenueReport) -> None:
        self.mail[report.venue].append(report)

    def living(self, pick: int) -> Part | None:
        parts = [part for part in self.parts if not part.gone and part.cum_qty < part.order_qty]
        return parts[pick % len(parts)] if parts else None

    def accept(self, pick: int) -> None:
        part = self.living(pick)
        if part is not None:
            self.say(VenueAccepted(part.venue, part.name, "V"))

    def trade(self, pick: int) -> None:
        part = self.living(pick)
        if part is not None:
            last_qty = min(Decimal(1 + pick % 40), part.order_qty - part.cum_qty)
            part.cum_qty += last_qty
            self.executions += 1
            exec_id = f"T{self.executions}"
            part.trades.append((exec_id, last_qty))
            self.say(VenueFilled(part.venue, part.name, "V", exec_id, last_qty, Decimal(98 + pick % 4)))

    def bust(self, pick: int) -> None:
        traded = [part for part in self.parts if part.trades]
        if traded:
            part = traded[pick % len(traded)]
            exec_id, last_qty = part.trades.pop()
            part.cum_qty -= last_qty
            self.executions += 1
            self.say(VenueBusted(part.venue, part.name, "V", f"T{self.executions}", exec_id))

    def end(self, pick: int) -> None:
        part = self.living(pick)
        if part is not None:
            part.gone = True
            how = (VenueRejected, VenueCanceled, VenueExpired)[pick % 3]
            if how is VenueRejected and part.cum_qty:
                how = VenueCanceled
            self.say(how(part.venue, part.name))

    def answer(self, pick: int) -> None:
        asked = [part for part in self.parts if part.cancels]
        if not asked:
            return
        part = asked[pick % len(asked)]
        name = part.cancels.pop(0)
        if part.gone or part.cum_qty >= part.order_qty or pick % 5 == 0:
            self.say(VenueCancelRejected(part.venue, name, "no"))
        else:
            part.gone = True
            self.say(VenueCanceled(part.venue, name, part.name))

    def deliver(self, pick: int) -> None:
        waiting = [venue for venue in VENUES if self.mail[venue]]
        if waiting:
            letters = self.mail[waiting[pick % len(waiting)]]
            self.last_said = letters.pop(0 if self.ordered else pick % len(letters))
            self.hear(self.world.do(self.last_said))

    def deliver_again(self, pick: int) -> None:
        """What was said last. In another order also what is still on its way."""
        if self.last_said is not None:
            self.hear(self.world.do(self.last_said))

    def line(self, pick: int) -> None:
        how = VenueDisconnected if pick % 2 else VenueConnected
        self.hear(self.world.do(how(VENUES[pick % 3])))

    def hear(self, events: list[Event]) -> None:
        """What the venues are asked."""
        for event in events:
            if isinstance(event, OrderRouted):
                self.parts.append(Part(event, self.world.blotter.order(event.order_seq).order_qty))
            elif isinstance(event, CancelRequested):
                order = self.world.blotter.order(event.order_seq)
                if order.venue:
                    part = next(part for part in self.parts if part.name == order.venue_cl_ord_id)
                    part.cancels.append(event.venue_cl_ord_id)

    # ------------------------------------------------------------------------------------------------------------- laws

    def laws(self) -> None:
        for order in self.world.blotter.orders.values():
            if order.children:
                self.laws_of(order)

    def laws_of(self, parent: Order) -> None:
        world = self.world
        children = world.children(parent)
        cum_qty, leaves_qty = sums(world, parent)
        assert parent.cum_qty == cum_qty, "a sum of sums is the sum"
        assert parent.gross == sum((child.gross for child in children), ZERO)
        assert parent.venue == ""
        possible = sum((child.cum_qty if child.ended else child.order_qty for child in children), ZERO)
        living = [child for child in children if child.leaves_qty]
        if self.ordered:
            assert parent.overfill_qty == 0
            assert possible <= parent.order_qty, "worked for more than is wanted"
            if not parent.ended:
                assert leaves_qty + (parent.order_qty - possible) == parent.leaves_qty
        if parent.pending:
            assert any(child.cancel_pending for child in living), "nobody will ever answer"
        if not parent.ended and parent.leaves_qty:
            assert living, "it stands, and nobody works it"
        if parent.ended and self.ordered:
            # a bust may have revived one behind the end
            assert all(child.requests for child in living), "it has ended, and is worked on"

    def restarted(self) -> None:
        again = self.world.replayed()
        assert again.state_hash() == self.world.blotter.state_hash()


ACTS: list[Callable[[History, int], None]] = [
    *[History.new] * 2,
    *[History.cancel] * 2,
    *[History.replace] * 3,
    History.accept,
    *[History.trade] * 4,
    History.bust,
    *[History.end] * 2,
    *[History.answer] * 5,
    *[History.deliver] * 10,
    *[History.deliver_again] * 2,
    History.line,
]
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 2**12)), min_size=15, max_size=70)


def play(history: History, acts: list[tuple[Callable[[History, int], None], int]]) -> None:
    history.new(60)
    for act, pick in acts:
        act(history, pick)
        history.laws()
    history.restarted()


@given(steps)
def test_venues_that_speak_in_order(acts: list[tuple[Callable[[History, int], None], int]]) -> None:
    play(History(ordered=True), acts)


@given(steps)
def test_venues_whose_words_arrive_in_any_order(acts: list[tuple[Callable[[History, int], None], int]]) -> None:
    play(History(ordered=False), acts)


@settings(max_examples=settings().max_examples // 2)
@given(steps)
def test_orders_that_are_forgotten_while_their_parts_live(
    acts: list[tuple[Callable[[History, int], None], int]],
) -> None:
    play(History(ordered=False, finished_kept=1), acts)


@settings(max_examples=settings().max_examples // 2)
@given(steps)
def test_in_the_evening_all_is_answered(acts: list[tuple[Callable[[History, int], None], int]]) -> None:
    """When every venue has answered everything, nothing is pending and no order hangs."""
    history = History(ordered=True)
    play(history, acts)
    for _ in range(100):
        for part in list(history.parts):
            while part.cancels:
                history.answer(1)
        if not any(history.mail.values()):
            break
        while any(history.mail.values()):
            history.deliver(0)
            history.laws()
    for order in history.world.blotter.orders.values():
        assert not order.pending
    history.restarted()
