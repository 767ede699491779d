"""The book against its laws and against a reference that is too simple to be wrong (and too slow to be used)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oms.types import TimeInForce
from venues.matching import Book, PriceLevel, Trade

DAY = TimeInForce.DAY
GTC = TimeInForce.GOOD_TILL_CANCEL
IOC = TimeInForce.IMMEDIATE_OR_CANCEL
FOK = TimeInForce.FILL_OR_KILL
BUY, SELL = True, False
D = Decimal


def told(trades: list[Trade]) -> list[tuple[int, int, Decimal, Decimal]]:
    return [(t.aggressor.order_id, t.resting.order_id, t.last_qty, t.last_px) for t in trades]


# -- the rules, one by one ---------------------------------------------------------------------------------------------


def test_an_order_nobody_wants_rests() -> None:
    book = Book()
    order, trades = book.submit(1, BUY, D(5), D("99.5"), DAY)
    assert not trades and order.resting and book.bids() == [PriceLevel(D("99.5"), D(5), 1)]
    assert book.best_bid() == D("99.5") and book.best_offer() is None and book.last_px is None


def test_the_aggressor_gets_the_resting_price_best_first_then_oldest_first() -> None:
    book = Book()
    book.submit(1, SELL, D(1), D(102), DAY)
    book.submit(2, SELL, D(1), D(101), DAY)
    book.submit(3, SELL, D(2), D(101), GTC)
    order, trades = book.submit(4, BUY, D(5), D(103), DAY)
    assert told(trades) == [(4, 2, D(1), D(101)), (4, 3, D(2), D(101)), (4, 1, D(1), D(102))]
    assert order.resting and order.cum_qty == 4 and order.leaves_qty == 1 and book.best_bid() == 103
    assert book.best_offer() is None and set(book.orders) == {4} and book.last_px == 102


def test_a_resting_order_is_filled_in_part_and_keeps_its_place() -> None:
    book = Book()
    book.submit(1, BUY, D(10), D(100), DAY)
    book.submit(2, BUY, D(10), D(100), DAY)
    book.submit(3, SELL, D(4), D(100), DAY)
    _, trades = book.submit(4, SELL, D(10), D(100), DAY)
    assert told(trades) == [(4, 1, D(6), D(100)), (4, 2, D(4), D(100))]
    assert book.bids() == [PriceLevel(D(100), D(6), 1)]


def test_a_market_order_takes_what_is_there_and_never_rests() -> None:
    book = Book()
    book.submit(1, SELL, D(1), D(101), DAY)
    book.submit(2, SELL, D(1), D(500), DAY)
    order, trades = book.submit(3, BUY, D(3), None, DAY)
    assert [t.last_px for t in trades] == [101, 500]
    assert not order.resting and order.leaves_qty == 1 and not book.orders


def test_immediate_or_cancel_respects_its_limit_and_never_rests() -> None:
    book = Book()
    book.submit(1, SELL, D(1), D(101), DAY)
    book.submit(2, SELL, D(1), D(102), DAY)
    order, trades = book.submit(3, BUY, D(3), D(101), IOC)
    assert told(trades) == [(3, 1, D(1), D(101))] and not order.resting and order.leaves_qty == 2


@pytest.mark.parametrize(("order_qty", "filled"), [(D(3), True), (D("3.000001"), False)])
@pytest.mark.parametrize("price", [D(102), None])
def test_fill_or_kill_trades_in_full_or_not_at_all(order_qty: Decimal, filled: bool, price: Decimal | None) -> None:
    book = Book()
    book.submit(1, SELL, D(1), D(101), DAY)
    book.submit(2, SELL, D(2), D(102), DAY)
    if price is not None:
        book.submit(3, SELL, D(9), D(103), DAY)  # beyond the limit: does not count
    order, trades = book.submit(4, BUY, order_qty, price, FOK)
    assert (order.cum_qty == order_qty) is filled and bool(trades) is filled and not order.resting
    assert (1 in book.orders) is not filled


def test_cancel_takes_an_order_out_from_any_place_in_the_queue() -> None:
    for canceled in (1, 2, 3):
        book = Book()
        for order_id in (1, 2, 3):
            book.submit(order_id, BUY, D(1), D(100), DAY)
        order = book.cancel(canceled)
        assert order is not None and not order.resting and order.leaves_qty == 1
        assert book.cancel(canceled) is None
        _, trades = book.submit(4, SELL, D(2), D(100), DAY)
        assert [t.resting.order_id for t in trades] == [n for n in (1, 2, 3) if n != canceled]
        assert book.best_bid() is None


@pytest.mark.parametrize("order_qty", [D(3), D(5)])
def test_replace_without_more_quantity_keeps_the_place(order_qty: Decimal) -> None:
    book = Book()
    book.submit(1, BUY, D(5), D(100), DAY)
    book.submit(2, BUY, D(5), D(100), DAY)
    assert book.replace(1, order_qty, D(100), DAY) is not None
    book.replace(1, D(3), D(100), DAY)
    _, trades = book.submit(3, SELL, D(4), D(100), DAY)
    assert told(trades) == [(3, 1, D(3), D(100)), (3, 2, D(1), D(100))]


@pytest.mark.parametrize(("order_qty", "price"), [(D(6), D(100)), (D(5), D(101))])
def test_replace_with_more_quantity_or_another_price_goes_to_the_end(order_qty: Decimal, price: Decimal) -> None:
    book = Book()
    book.submit(1, BUY, D(5), D(100), DAY)
    book.submit(2, BUY, D(5), price, DAY)
    book.replace(1, order_qty, price, DAY)
    _, trades = book.submit(3, SELL, D(1), D(100), DAY)
    assert [t.resting.order_id for t in trades] == [2]


def test_replace_into_the_other_side_trades() -> None:
    book = Book()
    book.submit(1, SELL, D(2), D(101), DAY)
    book.submit(2, BUY, D(5), D(100), DAY)
    result = book.replace(2, D(5), D(101), DAY)
    assert result is not None
    order, trades = result
    assert told(trades) == [(2, 1, D(2), D(101))] and order.resting and order.leaves_qty == 3


@pytest.mark.parametrize("order_qty", [D(3), D(2)])
def test_replace_to_what_is_filled_or_below_closes_the_order(order_qty: Decimal) -> None:
    book = Book()
    book.submit(1, BUY, D(5), D(100), DAY)
    book.submit(2, SELL, D(3), D(100), DAY)
    result = book.replace(1, order_qty, D(100), DAY)
    assert result is not None
    order, trades = result
    assert not trades and order.order_qty == 3 and order.leaves_qty == 0 and not order.resting and not book.orders
    assert book.replace(1, D(9), D(100), DAY) is None


def test_replace_of_an_unknown_order_is_refused() -> None:
    assert Book().replace(1, D(1), D(1), DAY) is None


def test_depth_is_published_best_first() -> None:
    book = Book()
    for order_id, price in enumerate((99, 100, 98, 100)):
        book.submit(order_id, BUY, D(order_id + 1), D(price), DAY)
    assert book.bids(2) == [PriceLevel(D(100), D(6), 2), PriceLevel(D(99), D(1), 1)]
    assert [level.price for level in book.bids(9)] == [100, 99, 98] and book.offers(9) == []


# -- the laws ----------------------------------------------------------------------------------------------------------


@dataclass
class Waiting:
    order_id: int
    buy: bool
    order_qty: Decimal
    price: Decimal | None
    arrival: int
    cum_qty: Decimal = field(default=D(0))

    @property
    def leaves_qty(self) -> Decimal:
        return self.order_qty - self.cum_qty


@dataclass
class Reference:
    """Price-time priority by sorting everything, every time."""

    waiting: list[Waiting] = field(default_factory=list)
    arrivals: int = 0

    def submit(self, new: Waiting, time_in_force: TimeInForce) -> list[tuple[int, int, Decimal, Decimal]]:
        self.arrivals += 1
        new.arrival = self.arrivals
        opposite = [
            other
            for other in self.waiting
            if other.buy is not new.buy
            and (new.price is None or (other.price <= new.price if new.buy else other.price >= new.price))  # type: ignore[operator]
        ]
        opposite.sort(key=lambda other: ((other.price if new.buy else -other.price), other.arrival))  # type: ignore[operator]
        if time_in_force is FOK and sum(other.leaves_qty for other in opposite) < new.leaves_qty:
            return []
        trades = []
        for other in opposite:
            quantity = min(other.leaves_qty, new.leaves_qty)
            if quantity:
                other.cum_qty += quantity
                new.cum_qty += quantity
                assert other.price is not None
                trades.append((new.order_id, other.order_id, quantity, other.price))
        self.waiting = [other for other in self.waiting if other.leaves_qty]
        if new.leaves_qty and new.price is not None and time_in_force not in (IOC, FOK):
            self.waiting.append(new)
        return trades

    def find(self, order_id: int) -> Waiting | None:
        return next((order for order in self.waiting if order.order_id == order_id), None)

    def cancel(self, order_id: int) -> Waiting | None:
        order = self.find(order_id)
        if order is not None:
            self.waiting.remove(order)
        return order

    def replace(
        self, order_id: int, order_qty: Decimal, price: Decimal | None, time_in_force: TimeInForce
    ) -> list[tuple[int, int, Decimal, Decimal]] | None:
        order = self.find(order_id)
        if order is None:
            return None
        if order_qty <= order.cum_qty:
            self.waiting.remove(order)
            order.order_qty = order.cum_qty
            return []
        if price == order.price and order_qty <= order.order_qty and time_in_force not in (IOC, FOK):
            order.order_qty = order_qty
            return []
        self.waiting.remove(order)
        order.order_qty, order.price = order_qty, price
        return self.submit(order, time_in_force)


class Step(NamedTuple):
    what: str
    order_id: int
    buy: bool
    order_qty: Decimal
    price: Decimal | None
    time_in_force: TimeInForce


quantities = st.integers(1, 12).map(lambda n: D(n) / 8)
prices = st.integers(995, 1005).map(lambda n: D(n) / 10)
steps = st.builds(
    Step,
    what=st.sampled_from(["submit", "submit", "submit", "cancel", "replace"]),
    order_id=st.integers(0, 39),
    buy=st.booleans(),
    order_qty=quantities,
    price=st.one_of(prices, prices, prices, st.none()),
    time_in_force=st.sampled_from([DAY, DAY, GTC, IOC, FOK]),
)


@settings(max_examples=300)
@given(st.lists(steps, max_size=60))
def test_the_book_obeys_its_laws_and_the_reference(script: list[Step]) -> None:
    book, reference = Book(), Reference()
    bought = sold = traded = D(0)
    for number, step in enumerate(script):
        if step.what == "submit":
            terms = (step.buy, step.order_qty, step.price)
            order, trades = book.submit(number, *terms, step.time_in_force)
            assert told(trades) == reference.submit(Waiting(number, *terms, 0), step.time_in_force)
            assert order.cum_qty == sum(t.last_qty for t in trades)
        elif step.what == "cancel":
            assert (book.cancel(step.order_id) is None) is (reference.cancel(step.order_id) is None)
            trades = []
        else:
            wish = (step.order_id, step.order_qty, step.price, step.time_in_force)
            result, expected = book.replace(*wish), reference.replace(*wish)
            assert (told(result[1]) if result else None) == expected
            trades = result[1] if result else []
        for trade in trades:
            assert trade.last_qty > 0 and trade.aggressor.buy is not trade.resting.buy
            traded += trade.last_qty
            bought += trade.last_qty if trade.aggressor.buy else 0
            sold += trade.last_qty if trade.resting.buy else 0
        check_rest(book, reference)
    assert bought + sold == traded  # every trade has one buyer and one seller


def check_rest(book: Book, reference: Reference) -> None:
    bid, offer = book.best_bid(), book.best_offer()
    assert bid is None or offer is None or bid < offer
    assert set(book.orders) == {order.order_id for order in reference.waiting}
    for waiting in reference.waiting:
        order = book.orders[waiting.order_id]
        assert order.resting and order.leaves_qty > 0 and order.cum_qty + order.leaves_qty == order.order_qty
        assert (order.order_qty, order.cum_qty, order.price) == (waiting.order_qty, waiting.cum_qty, waiting.price)
    for buy, published in ((True, book.bids(99)), (False, book.offers(99))):
        side = [order for order in reference.waiting if order.buy is buy]
        assert sum(level.orders for level in published) == len(side)
        assert sum(level.quantity for level in published) == sum(order.leaves_qty for order in side)
        assert [level.price for level in published] == sorted({order.price for order in side}, reverse=buy)  # type: ignore[type-var]
