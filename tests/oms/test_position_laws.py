"""Whatever is executed, taken back, put right, claimed or told: the ledger is what it would be if it were kept anew
from what stands, in fractions that round nothing; and to the last digit what one walk over it comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from oms.average_cost import OpenValue, folded
from oms.codec import decode_event
from oms.commands import BeginTradingDay, NewOrder
from oms.events import (
    Event,
    ExecutionBusted,
    ExecutionCorrected,
    OrderAdopted,
    OrderClaimed,
    OrderFilled,
    OrderReceived,
    OrderRouted,
    StartOfDayPositionSet,
    TradingDayBegan,
)
from oms.fill_details import FillDetails
from oms.instruments import Instrument
from oms.limits import Limits
from oms.operator_commands import ClaimOrder
from oms.position_commands import SetStartOfDay, StartOfDay
from oms.profit import profit_of
from oms.snapshot import SCHEMA, encode_snapshot, load_snapshot
from oms.types import OrdStatus, OrdType, Side, TimeInForce
from oms.venue_reports import (
    ReferencePriceSeen,
    VenueAccepted,
    VenueBusted,
    VenueConnected,
    VenueCorrected,
    VenueFilled,
    VenueStranger,
)
from tests.oms.world import BTC, LIMITS, SESSION, VENUE, World

Key = tuple[str, str, str]
PRICES = (Decimal("97"), Decimal("99.5"), Decimal("100"), Decimal("100.25"), Decimal("103.01"))
CLOSE = Fraction(1, 10**15)


class Book:
    """One position, in fractions."""

    def __init__(self) -> None:
        self.opening = (Fraction(0), Fraction(0))
        self.entries: list[tuple[int, Fraction, Fraction]] = []
        self.earlier = Fraction(0)
        self.fees: dict[str, Fraction] = defaultdict(Fraction)

    def walk(self) -> tuple[Fraction, Fraction, Fraction]:
        """Quantity, cost and what was realised."""
        qty, value = self.opening
        realised = Fraction(0)
        for _, more, price in self.entries:
            if qty * more >= 0:
                value += more * price
            else:
                closed = -more if abs(more) <= abs(qty) else qty
                realised += closed * (price - value / qty)
                value = value - value / qty * closed + (more + closed) * price
            qty += more
        return qty, value, realised


class Auditor:
    """Keeps books from the log alone, anew each time."""

    def __init__(self, events: list[Event]) -> None:
        self.books: dict[Key, Book] = defaultdict(Book)
        self.orders: dict[int, list[str]] = {}
        self.sides: dict[int, int] = {}
        self.trades: dict[tuple[int, str, str], tuple[int, Fraction, Fraction, FillDetails | None]] = {}
        for event in events:
            self.take(event)

    def key(self, order_seq: int, venue: str) -> Key:
        account, symbol = self.orders[order_seq]
        return account, symbol, venue

    def take(self, event: Event) -> None:
        if isinstance(event, OrderReceived | OrderAdopted):
            account = event.account if isinstance(event, OrderReceived) else ""
            self.orders[event.seq] = [account, event.symbol]
            self.sides[event.seq] = 1 if event.side is Side.BUY else -1
        elif isinstance(event, OrderFilled):
            book = self.books[self.key(event.order_seq, event.venue)]
            qty, price = Fraction(event.last_qty) * self.sides[event.order_seq], Fraction(event.last_px)
            book.entries.append((event.seq, qty, price))
            self.trades[event.order_seq, event.venue, event.exec_id] = (event.seq, qty, price, event.details)
            self.charge(book, event.details, 1)
        elif isinstance(event, ExecutionBusted | ExecutionCorrected):
            self.revise(event)
        elif isinstance(event, OrderClaimed):
            self.claim(event)
        elif isinstance(event, TradingDayBegan):
            for book in self.books.values():
                qty, value, realised = book.walk()
                book.opening, book.entries, book.earlier = (qty, value), [], book.earlier + realised
        elif isinstance(event, StartOfDayPositionSet):
            key = (event.account, event.symbol, event.venue)
            for other, book in self.books.items():
                if other[:2] == key[:2] and not event.venue:
                    book.opening = (Fraction(0), Fraction(0))
            self.books[key].opening = (Fraction(event.qty), Fraction(event.qty) * Fraction(event.price))

    def revise(self, event: ExecutionBusted | ExecutionCorrected) -> None:
        trade = (event.order_seq, event.venue, event.trade_id)
        seq, qty, price, details = self.trades[trade]
        book = self.books[self.key(event.order_seq, event.venue)]
        new = None
        if isinstance(event, ExecutionCorrected):
            new = (Fraction(event.last_qty) * self.sides[event.order_seq], Fraction(event.last_px))
            self.trades[trade] = (seq, *new, details)
        else:
            del self.trades[trade]
            self.charge(book, details, -1)
        if not self.replaced(book, seq, new):
            book.entries.append((event.seq, -qty, price))
            if new is not None:
                book.entries.append((event.seq, *new))

    def claim(self, event: OrderClaimed) -> None:
        order_seq = event.order_seq
        for (of, venue, _), (seq, qty, price, details) in self.trades.items():
            if of != order_seq:
                continue
            book, there = self.books[self.key(order_seq, venue)], (event.account, self.orders[order_seq][1], venue)
            if self.replaced(book, seq, None):
                self.books[there].entries.append((seq, qty, price))
                self.books[there].entries.sort(key=lambda entry: entry[0])
            else:
                book.entries.append((event.seq, -qty, price))
                self.books[there].entries.append((event.seq, qty, price))
            self.charge(book, details, -1)
            self.charge(self.books[there], details, 1)
        self.orders[order_seq][0] = event.account

    @staticmethod
    def replaced(book: Book, seq: int, new: tuple[Fraction, Fraction] | None) -> bool:
        for i, entry in enumerate(book.entries):
            if entry[0] == seq:
                book.entries[i : i + 1] = [] if new is None else [(seq, *new)]
                return True
        return False

    @staticmethod
    def charge(book: Book, details: FillDetails | None, times: int) -> None:
        if details is not None and details.commission is not None:
            book.fees[details.commission_currency] += times * Fraction(details.commission)


class Trading:
    """A world of two accounts, an order of nobody at a venue, and a person who tells positions."""

    def __init__(self, limits: Limits = LIMITS, instrument: Instrument = BTC) -> None:
        self.world = World(limits, instrument)
        self.world.do(VenueConnected("XALT"))
        self.names = 0
        self.days = 0
        self.orders: dict[tuple[str, Side], str] = {}
        self.live: list[tuple[str, str]] = []
        """The venue's name for the order, and the ExecID that stands."""
        self.stranger: list[str] = []
        for account in ("A", "B"):
            for side in Side:
                self.order(account, side)

    def name(self) -> str:
        self.names += 1
        return f"N{self.names}"

    def order(self, account: str, side: Side) -> None:
        name = self.name()
        terms = (OrdType.LIMIT, Decimal(90000), Decimal(100), TimeInForce.GOOD_TILL_CANCEL)
        events = self.world.do(NewOrder(SESSION, account, name, "BTC-USD", side, *terms))
        (routed,) = [event for event in events if isinstance(event, OrderRouted)]
        self.orders[account, side] = routed.venue_cl_ord_id
        self.world.do(VenueAccepted(VENUE, routed.venue_cl_ord_id, "V"))

    def fill(self, pick: int, qty: Decimal, price: Decimal) -> None:
        places = list(self.orders.values())
        self._fill(places[pick % len(places)], qty, price, pick)

    def _fill(self, order: str, qty: Decimal, price: Decimal, pick: int) -> None:
        name = self.name()
        details = None
        if pick % 3 == 0:
            details = FillDetails(commission=Decimal("0.25"), commission_currency=("", "USD", "BTC")[pick % 7 % 3])
        self.world.do(VenueFilled(VENUE, order, "V", name, qty, price, details=details))
        self.live.append((order, name))

    def bust(self, pick: int, qty: Decimal, price: Decimal) -> None:
        if self.live:
            order, name = self.live.pop(pick % len(self.live))
            self.world.do(VenueBusted(VENUE, order, "V", self.name(), name))

    def correct(self, pick: int, qty: Decimal, price: Decimal) -> None:
        if self.live:
            i = pick % len(self.live)
            order, name = self.live[i]
            corrected = self.name()
            self.world.do(VenueCorrected(VENUE, order, "V", corrected, name, qty, price))
            self.live[i] = (order, corrected)

    def day(self, pick: int, qty: Decimal, price: Decimal) -> None:
        self.days += 1
        self.world.do(BeginTradingDay(f"2023{self.days:04}"))

    def tell(self, pick: int, qty: Decimal, price: Decimal) -> None:
        row = StartOfDay(
            "AB"[pick % 2], "BTC-USD", ("", "", VENUE)[pick % 3], qty if pick % 5 else qty.copy_negate(), price
        )
        self.world.do(SetStartOfDay((row,), "", "file", "ann", "file"))

    def adopt(self, pick: int, qty: Decimal, price: Decimal) -> None:
        """An order of nobody, and an execution of it."""
        if not self.stranger:
            name, terms = "STRANGER", (OrdType.LIMIT, Decimal(90000), Decimal(100), TimeInForce.GOOD_TILL_CANCEL)
            self.world.do(VenueStranger(VENUE, name, "V9", "BTC-USD", Side.SELL, *terms, OrdStatus.NEW, Decimal(0)))
            order = self.world.blotter.external_order(VENUE, name)
            assert order is not None
            self.stranger = [order.venue_cl_ord_id]
        self._fill(self.stranger[0], qty, price, pick)

    def claim(self, pick: int, qty: Decimal, price: Decimal) -> None:
        order = self.world.blotter.external_order(VENUE, "STRANGER")
        if order is not None:
            self.world.do(ClaimOrder(order.order_seq, "ann", "theirs", "AB"[pick % 2]))

    def laws(self) -> None:
        blotter, mark = self.world.blotter, Fraction(101)
        books = Auditor([decode_event(payload) for payload in self.world.log]).books
        for key, position in blotter.positions:
            book = books[key]
            qty, value, realised = book.walk()
            assert Fraction(position.net_qty) == qty, key
            assert abs(Fraction(position.open_value) - value) < CLOSE, key
            assert abs(Fraction(position.realised_today) - realised) < CLOSE, key
            assert abs(Fraction(position.realised) - book.earlier - realised) < CLOSE, key
            unrealised = Fraction(position.net_qty) * mark - Fraction(position.open_value)
            received = -sum(more * price for _, more, price in book.entries) - book.opening[1]
            assert abs(Fraction(position.realised_today) + unrealised - received - qty * mark) < CLOSE, key
            fees: dict[str, Fraction] = defaultdict(Fraction)
            for charged in (position.fees, position.earlier_fees):
                for currency, amount in charged.items():
                    fees[currency] += Fraction(amount)
            assert {**fees} == {currency: amount for currency, amount in book.fees.items() if currency in fees}, key
            walked = folded(position.opening_qty, position.opening_value, position.booked())
            assert walked == (position.net_qty, position.open_value), key
        assert all(key in dict(blotter.positions) for key, book in books.items() if book.entries)


Step = tuple[Callable[[Trading, int, Decimal, Decimal], None], int, Decimal, Decimal]
WORKLOAD = [
    Trading.fill, Trading.fill, Trading.fill, Trading.bust, Trading.correct, Trading.correct, Trading.adopt,
    Trading.claim, Trading.tell, Trading.day,
]  # fmt: skip
quantities = st.sampled_from([Decimal(1), Decimal(3), Decimal("0.7"), Decimal(7), Decimal("2.001")])
steps = st.tuples(st.sampled_from(WORKLOAD), st.integers(0, 2**10), quantities, st.sampled_from(PRICES))


@given(st.lists(steps, min_size=20, max_size=60))
def test_the_ledger_is_what_stands(history: list[Step]) -> None:
    played = Trading()
    for step, pick, qty, price in history:
        step(played, pick, qty, price)
        played.laws()
    world = played.world
    assert world.replayed().state_hash() == world.blotter.state_hash()
    loaded = world.empty()
    load_snapshot(loaded, encode_snapshot(world.blotter, world.payloads), SCHEMA)
    world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal(101)))
    loaded.apply(decode_event(world.log[-1]))
    assert loaded.state_hash() == world.blotter.state_hash()
    for account in ("A", "B", ""):
        assert profit_of(loaded, account, world.now_ns) == profit_of(world.blotter, account, world.now_ns)


changes = st.lists(
    st.one_of(
        st.tuples(st.just("book"), st.integers(-9, 9).filter(bool), st.integers(1, 9)),
        st.tuples(st.just("book"), st.integers(-9, 9).filter(bool), st.integers(1, 9)),
        st.tuples(st.just("book"), st.integers(-9, 9).filter(bool), st.integers(1, 9)),
        st.tuples(st.sampled_from(["bust", "insert", "ask", "restart"]), st.integers(0, 2**10), st.integers(1, 9)),
        st.tuples(st.sampled_from(["correct", "open"]), st.integers(-9, 9).filter(bool), st.integers(1, 9)),
    ),
    max_size=80,
)


@settings(max_examples=settings().max_examples * 2)
@given(changes, st.integers(1, 5))
def test_packs_are_of_no_matter(history: list[tuple[str, int, int]], pack_size: int) -> None:
    """Against a plain list: whatever is revised, however much of it is packed away, asked for or not in between."""
    opened, plain, opening = OpenValue(pack_size), list[tuple[int, Decimal, Decimal]](), (Decimal(0), Decimal(0))
    newest = 0
    for word, one, other in history:
        first, second = Decimal(one), Decimal(other)
        if word == "book":
            newest += 2
            opened.book((newest, first, second))
            plain.append((newest, first, second))
        elif word == "insert":
            seq = one % (newest + 1) // 2 * 2 + 1
            if all(entry[0] != seq for entry in plain) and seq < newest:
                opened.insert((seq, second, first + 1))
                plain.append((seq, second, first + 1))
                plain.sort()
        elif word == "open":
            opening = (first, first * second)
            opened.begin_with(*opening)
        elif word == "ask":
            assert opened.value == folded(*opening, plain)[1]
        elif word == "restart":
            again = OpenValue(pack_size)
            again.restore(opened.content())
            opened = again
        elif plain:
            i = one % len(plain)
            seq, before, price = plain[i]
            revised = None if word == "bust" else (first, second)
            assert opened.revise(seq, revised) == (seq, before, price)
            plain[i : i + 1] = [] if revised is None else [(seq, *revised)]
            assert opened.revise(seq + 1_000_000, None) is None
    assert list(opened) == plain
    assert opened.value == folded(*opening, plain)[1]
