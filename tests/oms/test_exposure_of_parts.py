"""The ledger of orders in parts against books that are kept anew, at every step of any history; and no venue, whatever
it does that it may do, can execute more than the limits of any scope let it: account, session, venue.

The price that an order was let in at is tracked beside, from the facts alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.blotter import Blotter
from oms.commands import SetLimits
from oms.events import Event, OrderRefused, OrderTriggered, ReplaceRequested
from oms.order import Order
from oms.order_state import Base
from oms.slices import ANY
from oms.snapshot import SCHEMA, encode_snapshot, load_snapshot
from oms.types import OrdType, Side
from oms.venue_reports import ReferencePriceSeen, VenueCorrected, VenueFilled
from tests.oms.test_children_laws import ACTS, History
from tests.oms.test_exposure import row, values_fit, with_rows, worst_cases
from tests.oms.venues_of_parts import A
from tests.oms.world import SESSION

ROWS = (
    row({"long_qty_max": "150", "short_qty_max": "120"}, account=ANY, symbol=ANY),
    row({"gross_notional_max": "16000", "net_notional_max": "15000"}, session=ANY),
    row({"long_qty_max": "80", "short_qty_max": "70"}, symbol=ANY, venue=ANY),
    row({"gross_notional_max": "9000", "net_notional_max": "8500"}, venue=ANY),
)
TIGHTER = (
    row({"long_qty_max": "60", "short_qty_max": "60"}, account=ANY, symbol=ANY),
    row({"long_qty_max": "30", "short_qty_max": "30"}, symbol=ANY, venue=ANY),
    row({"gross_notional_max": "5000"}, venue=ANY),
)


def open_qty(order: Order) -> Fraction:
    """What may still be executed, read from the terms one by one."""
    if order.ended or order.base is Base.RECEIVED:
        return Fraction(0)
    quantities = [order.order_qty]
    quantities += [asked.order_qty for asked in _asked(order)]
    return max(Fraction(max(quantities)) - Fraction(order.cum_qty), Fraction(0))


def _asked(order: Order) -> list[ReplaceRequested]:
    return [request.asked for request in order.pending if isinstance(request.asked, ReplaceRequested)]


class Let:
    """At which reference price each order was let in, for as long as something of it is open."""

    def __init__(self) -> None:
        self.price: dict[int, Decimal] = {}

    def see(self, blotter: Blotter, events: list[Event]) -> None:
        told = blotter.market.reference("BTC-USD")
        assert told is not None
        for order in blotter.orders.values():
            if not open_qty(order):
                self.price.pop(order.order_seq, None)
            else:
                self.price.setdefault(order.order_seq, told.price)
        for event in events:
            if isinstance(event, OrderTriggered) and event.order_seq in self.price:
                self.price[event.order_seq] = told.price

    def worth(self, blotter: Blotter, order: Order) -> Fraction:
        """A unit of it at worst: the highest limit of a buy; of a sale the reference, if that is higher."""
        reference = self.price[order.order_seq]
        found = []
        for ord_type, price in [
            (order.ord_type, order.price),
            *((asked.ord_type, asked.price) for asked in _asked(order)),
        ]:
            if price is None or ord_type is OrdType.MARKET:
                found.append(Fraction(reference) * (1 + Fraction(blotter.limits.price_band)))
            else:
                found.append(Fraction(max(price, reference) if order.side is Side.SELL else price))
        return max(found)


Books = dict[tuple[str, object], list[Fraction]]


def anew(blotter: Blotter, let: Let) -> Books:
    """Position, open buys and sells with their values, by table and slice, from all orders that there ever were. Where
    slices are cut by venue the parts count, elsewhere the order."""
    books: Books = defaultdict(lambda: [Fraction(0)] * 5)
    for order in blotter.orders.values():
        owner = order if order.parent_seq is None else blotter.orders[order.parent_seq]
        keys: list[tuple[str, object]] = []
        if order.parent_seq is None:
            keys += [("account,symbol", (order.account, order.symbol)), ("session", owner.session)]
        if order.venue:
            keys += [("symbol,venue", (order.symbol, order.venue)), ("venue", order.venue)]
        executed, _ = order.executed()
        qty, sign = open_qty(order), 1 if order.side is Side.BUY else -1
        value = qty * let.worth(blotter, order) if qty else Fraction(0)
        for key in keys:
            sums = books[key]
            place = 1 if sign > 0 else 3
            sums[0] += sign * Fraction(executed)
            sums[place] += qty
            sums[place + 1] += value
    return {key: sums for key, sums in books.items() if any(sums)}


def told(blotter: Blotter) -> Books:
    found: Books = {}
    for book in blotter.exposures.books:
        for key, exposure in book.slices.items():
            for held in exposure.holdings.values():
                numbers = (held.net_qty, held.buy_qty, held.buy_value, held.sell_qty, held.sell_value)
                found[book.table.name, key] = list(map(Fraction, numbers))
    return {key: sums for key, sums in found.items() if any(sums)}


class Watched(History):
    def __init__(self, ordered: bool) -> None:
        super().__init__(ordered)
        self.let = Let()
        self.hear(self.world.do(SetLimits(with_rows(*ROWS), "op", "law")))

    def new(self, pick: int) -> None:
        name, side = self.name(), Side.SELL if pick % 3 == 0 else Side.BUY
        price = None if pick % 7 == 0 else f"{98 + pick % 4}"
        events = self.world.new(name, f"{1 + pick % 97}", price, side=side)
        self.hear(events)
        if not isinstance(events[-1], OrderRefused):
            self.live_names.append(name)

    def replace(self, pick: int) -> None:
        if self.live_names:
            place = pick % len(self.live_names)
            name, of = self.name(), self.live_names[place]
            side = self.side_of(of)
            events = self.world.replace(name, of, f"{1 + pick % 120}", f"{98 + pick % 4}", side=side)
            if isinstance(events[0], ReplaceRequested) and pick % 3:
                self.live_names[place] = name
            self.hear(events)

    def cancel(self, pick: int) -> None:
        if self.live_names:
            of = self.live_names[pick % len(self.live_names)]
            self.hear(self.world.cancel(self.name(), of, side=self.side_of(of)))

    def side_of(self, name: str) -> Side:
        order = self.world.blotter.order_by_cl_ord_id(SESSION, name)
        return Side.BUY if order is None else order.side  # of a request that was rejected: no order has that name

    def price(self, pick: int) -> None:
        self.hear(self.world.do(ReferencePriceSeen(A, "BTC-USD", Decimal(96 + pick % 9))))

    def limits(self, pick: int) -> None:
        rows = (ROWS, TIGHTER, ROWS[:2], ROWS[2:], (*ROWS[:1], *TIGHTER[1:]))[pick % 5]
        self.hear(self.world.do(SetLimits(with_rows(*rows), "op", "law")))

    def correct(self, pick: int) -> None:
        """A venue says that it was a little less, or at another price."""
        traded = [part for part in self.parts if part.trades]
        if not traded:
            return
        part = traded[pick % len(traded)]
        exec_id, last_qty = part.trades.pop()
        self.executions += 1
        name, now = f"T{self.executions}", max(last_qty - pick % 2, Decimal(1))
        part.cum_qty += now - last_qty
        part.trades.append((name, now))
        self.say(VenueCorrected(part.venue, part.name, "V", name, exec_id, now, Decimal(97 + pick % 6)))

    def hear(self, events: list[Event]) -> None:
        super().hear(events)
        self.let.see(self.world.blotter, events)

    def laws(self) -> None:
        super().laws()
        blotter = self.world.blotter
        tables = {book.table.name for book in blotter.exposures.books}
        wanted = {key: sums for key, sums in anew(blotter, self.let).items() if key[0] in tables}
        valued = {book.table.name for book in blotter.exposures.books if book.has_values}
        assert _without_values(told(blotter), valued) == _without_values(wanted, valued)
        for book in blotter.exposures.books:
            for exposure in book.slices.values():
                if book.has_values:
                    values_fit(exposure)

    def restarted(self) -> None:
        super().restarted()
        again = Blotter(self.world.blotter.finished.kept)
        load_snapshot(again, encode_snapshot(self.world.blotter, self.world.payloads), SCHEMA)
        assert again.state_hash() == self.world.blotter.state_hash()
        assert told(again) == told(self.world.blotter)


class AtTheLimit(Watched):
    """Venues execute at the worst price that an order lets them: at its limit, without one as far off as it was
    reserved for; never at a worse one."""

    def trade(self, pick: int) -> None:
        part = self.living(pick)
        order = None if part is None else self.world.blotter.order_by_venue_cl_ord_id(part.name)
        if part is None or order is None:
            return
        last_qty = min(Decimal(1 + pick % 40), part.order_qty - part.cum_qty)
        part.cum_qty += last_qty
        self.executions += 1
        exec_id = f"T{self.executions}"
        part.trades.append((exec_id, last_qty))
        price = order.price
        if price is None:
            price = self.let.price.get(order.order_seq, Decimal(90)) * Decimal("1.1")
        self.say(VenueFilled(part.venue, part.name, "V", exec_id, last_qty, price))


def _without_values(books: Books, valued: set[str]) -> Books:
    return {
        key: sums if key[0] in valued else [sums[0], sums[1], sums[3]]
        for key, sums in books.items()
        if key[0] in valued or any((sums[0], sums[1], sums[3]))
    }


EXAMPLES = max(settings().max_examples // 2, 1)
"""All orders there ever were are added up at each step: few histories, each of them dear."""

Acts = list[tuple[Callable[[Watched, int], None], int]]
EVERY: list[Callable[[Watched, int], None]] = [
    *[Watched.new] * 3, *[Watched.replace] * 2, Watched.price, Watched.correct,
    *[getattr(Watched, act.__name__) for act in ACTS],
]  # fmt: skip
HONEST = [act for act in EVERY if act.__name__ not in ("bust", "correct", "deliver_again")]
"""What clients do, and venues that keep their word."""


def acts_of(kinds: list[Callable[[Watched, int], None]]) -> st.SearchStrategy[Acts]:
    return st.lists(st.tuples(st.sampled_from(kinds), st.integers(0, 2**12)), min_size=10, max_size=40)


def play(history: Watched, acts: Acts, law: Callable[[], None]) -> None:
    history.new(60)
    for act, pick in acts:
        getattr(history, act.__name__)(pick)
        history.laws()
        law()
    history.restarted()


@settings(max_examples=EXAMPLES)
@given(acts_of([*EVERY, Watched.limits]), st.booleans())
def test_the_ledger_is_what_orders_and_their_parts_come_to(acts: Acts, ordered: bool) -> None:
    play(Watched(ordered), acts, lambda: None)


@settings(max_examples=EXAMPLES * 2)
@given(acts_of(HONEST))
def test_what_the_venues_could_execute_never_exceeds_a_limit_of_any_scope(acts: Acts) -> None:
    """Neither in quantity nor in value, of the account, the session and each venue."""
    history = AtTheLimit(ordered=True)

    def law() -> None:
        for place, (worst, limit) in worst_cases(history.world.blotter).items():
            assert worst <= limit, place

    play(history, acts, law)


@settings(max_examples=EXAMPLES)
@given(acts_of([*HONEST, Watched.limits]))
def test_no_decision_makes_worse_what_is_above_a_limit(acts: Acts) -> None:
    """Also while limits go up and down under open orders: no client's request, no part that goes elsewhere."""
    history = Watched(ordered=True)
    before = worst_cases(history.world.blotter)

    def law() -> None:
        nonlocal before
        after = worst_cases(history.world.blotter)
        for place, (worst, limit) in after.items():
            if place[2].startswith(("long", "short")) and place in before:
                assert worst <= max(before[place][0], limit), place
        before = after

    play(history, acts, law)
