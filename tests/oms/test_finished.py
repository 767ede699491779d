"""Finished orders leave memory, and nobody can tell: what is asked about them is answered as if they were there."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.blotter import Blotter
from oms.codec import decode_event
from oms.commands import BeginTradingDay, Command
from oms.decide import decide
from oms.events import (
    DuplicateRefused,
    Event,
    OrderFilled,
    PossResendRecognized,
    ReportQuarantined,
)
from oms.finished import DAYS_KEPT, Lives
from oms.order import Order
from oms.types import FillFlag, Moment, OrdStatus
from oms.venue_reports import AnyVenueReport, VenueFilled
from tests.oms.test_laws import History, steps
from tests.oms.world import VENUE, World, names


def finish(world: World, cl_ord_id: str) -> str:
    """An order that was filled; its id at the venue."""
    world.live(cl_ord_id)
    world.fill(cl_ord_id, "10")
    return world.venue_id(cl_ord_id)


@pytest.fixture
def world() -> World:
    """A, B and C have finished, in this order, and one finished order is kept: A and B are forgotten."""
    world = World(finished_kept=1)
    for cl_ord_id in "ABC":
        finish(world, cl_ord_id)
    assert [order.cl_ord_id for order in world.blotter.orders.values()] == ["C"]
    return world


def test_what_is_left_is_small(world: World) -> None:
    blotter = world.blotter
    assert not blotter.open_orders
    assert len(blotter._by_venue_cl_ord_id) == 1
    life = blotter.finished.life(world.order("A").order_seq)
    assert life is not None
    assert names(decode_event(world.log[number - 1]) for number in life) == [
        "OrderReceived",
        "OrderRouted",
        "OrderAccepted",
        "OrderFilled",
    ]


def test_a_forgotten_order_is_found_by_each_of_its_names(world: World) -> None:
    order = world.order("A")
    assert order.ord_status is OrdStatus.FILLED
    assert order.cum_qty == 10
    found = [
        world.blotter.order(order.order_seq),
        world.blotter.order_by_id(order.order_id),
        world.blotter.order_by_venue_cl_ord_id(order.venue_cl_ord_id),
    ]
    for one in found:
        assert one is not None
        assert one.content() == order.content()
    assert order.order_seq not in world.blotter.orders, "looking at it has put it into memory"


def test_what_is_no_order_is_still_none(world: World) -> None:
    blotter = world.blotter
    for number in (0, 1, 2, world.order("A").order_seq + 1, world.seq, world.seq + 1000, 10**17):
        assert blotter.order_by_id(f"GATE-{number}") is None
        with pytest.raises(KeyError):
            blotter.order(number)
    routed = world.order("A").venue_cl_ord_id
    for name in ("", "GATE", "GATE1", "GATE0", f"GATE{world.seq}", f"GATE0{routed[4:]}", "OTHER7", "GATE²", "GATE-7"):
        assert blotter.order_by_venue_cl_ord_id(name) is None, name


def test_a_duplicate_of_the_oldest_gets_its_status(world: World) -> None:
    (event,) = world.new("A")
    assert isinstance(event, DuplicateRefused)
    assert event.order_seq == world.order("A").order_seq
    (event,) = world.new("A", poss_resend=True)
    assert isinstance(event, PossResendRecognized)
    assert names(world.cancel("X1", "A")) == ["CancelRefused"]
    assert names(world.replace("X2", "A", "5")) == ["ReplaceRefused"]


def test_a_late_fill_is_booked_and_the_order_is_in_memory_again(world: World) -> None:
    order_seq, name = world.order("A").order_seq, world.order("A").venue_cl_ord_id
    (event,) = world.do(VenueFilled(VENUE, name, "V", "LATE", Decimal(2), Decimal(100)))
    assert isinstance(event, OrderFilled)
    assert event.flags == (FillFlag.OVERFILL,)
    assert list(world.blotter.orders) == [order_seq], "C has made room"
    assert world.order("A").cum_qty == 12
    finish(world, "D")
    assert order_seq not in world.blotter.orders
    assert world.order("A").cum_qty == 12, "the later life counts"


def test_an_execution_that_was_booked_is_not_booked_again(world: World) -> None:
    order = world.order("A")
    ((venue, exec_id),) = order.executions
    assert not world.do(VenueFilled(venue, order.venue_cl_ord_id, "V", exec_id, Decimal(10), Decimal(100)))


def test_a_forgotten_order_can_be_reopened(world: World) -> None:
    world.replace("A2", "A", "15")
    order = world.order("A")
    assert list(world.blotter.open_orders) == [order.order_seq]
    world.venue_replace("A2")
    for cl_ord_id in "EFG":
        finish(world, cl_ord_id)
    order = world.order("A2")
    assert order.order_seq in world.blotter.orders, "it is open"
    assert order.leaves_qty == 5
    world.fill("A2", "5")
    finish(world, "H")
    assert order.order_seq not in world.blotter.orders
    assert world.order("A2").content() == order.content()
    assert world.blotter.order_by_venue_cl_ord_id(order.venue_cl_ord_id) is not None


# ------------------------------------------------------------------------------------------------------ a trading day


def test_a_new_day_frees_the_cl_ord_ids_of_what_has_finished(world: World) -> None:
    world.live("OPEN")
    world.replace("OPEN2", "OPEN", "20")
    world.cancel("NONE1", "NOTHING")
    yesterday = world.order("A")
    world.do(BeginTradingDay("20231115"))
    assert list(world.blotter.clients["CLIENT44"].cl_ord_ids) == ["OPEN", "OPEN2"]
    assert names(world.new("OPEN")) == ["DuplicateRefused"]
    assert names(world.new("A"))[0] == "OrderReceived"
    assert world.order("A").order_seq != yesterday.order_seq
    found = world.blotter.order_by_id(yesterday.order_id)
    assert found is not None
    assert found.content() == yesterday.content()


def test_a_report_on_an_order_of_an_earlier_day_is_about_that_order(world: World) -> None:
    yesterday = world.order("A")
    world.do(BeginTradingDay("20231115"))
    finish(world, "A")
    (event,) = world.do(VenueFilled(VENUE, yesterday.venue_cl_ord_id, "V", "LATE", Decimal(1), Decimal(100)))
    assert isinstance(event, OrderFilled)
    assert event.order_seq == yesterday.order_seq


def test_lives_are_dropped_some_days_later_and_a_report_is_kept_all_the_same(world: World) -> None:
    order = world.order("A")
    for day in range(DAYS_KEPT):
        world.do(BeginTradingDay(f"202311{15 + day}"))
        assert world.blotter.order_by_id(order.order_id) is not None
    world.do(BeginTradingDay("20231130"))
    assert world.blotter.order_by_id(order.order_id) is None
    (event,) = world.do(VenueFilled(VENUE, order.venue_cl_ord_id, "V", "LATE", Decimal(1), Decimal(100)))
    assert isinstance(event, ReportQuarantined)


def test_an_order_of_yesterday_that_opens_again_has_its_names_unless_they_were_given_away(world: World) -> None:
    a, b = world.order("A"), world.order("B")
    world.do(BeginTradingDay("20231115"))
    finish(world, "B")
    for order in (a, b):
        world.blotter._reopen(world.blotter._back(order.order_seq))
    client = world.blotter.clients["CLIENT44"]
    assert client.cl_ord_ids["A"] == a.order_seq
    assert client.cl_ord_ids["B"] != b.order_seq


# ---------------------------------------------------------------------------------------------------------- the lives


@given(st.dictionaries(st.integers(1, 5000), st.lists(st.integers(1, 2**40), max_size=6), max_size=60))
def test_lives_are_given_back(lives: dict[int, list[int]]) -> None:
    kept = Lives()
    expected = {}
    for order_seq, steps_ in lives.items():
        expected[order_seq] = [order_seq]
        for step in steps_:
            kept.put(expected[order_seq])  # forgotten, and back, and forgotten again
            expected[order_seq] = [*expected[order_seq], expected[order_seq][-1] + step]
        kept.put(expected[order_seq])
    for one in (kept, Lives.restored(kept.content())):
        assert {order_seq: one.get(order_seq) for order_seq in expected} == expected
        assert one.get(5001) is None
        assert one.get(2**50) is None
    assert Lives.restored(kept.content()).content() == kept.content()


def test_an_order_with_more_events_than_fit_into_32_bits_with_its_number() -> None:
    lives = Lives()
    lives.put([5, 6])
    life = [7, *range(10, (1 << 22) + 50)]
    lives.put(life)
    assert lives.get(7) == life
    assert lives.get(5) == [5, 6]


# -------------------------------------------------------------------------------------------------------- the laws


class Twins(World):
    """Beside the blotter that forgets there is one that never does. They are asked the same, always."""

    def __init__(self) -> None:
        self.twin = Blotter()
        super().__init__(finished_kept=1)

    def do(self, item: Command | AnyVenueReport) -> list[Event]:
        expected = decide(self.twin, item, Moment(self.now_ns, self.seq))
        events = super().do(item)
        assert repr(events) == repr(expected), "forgetting has changed a decision"
        for event in events:
            self.twin.apply(event)
        return events


def same(one: Order | None, other: Order | None) -> bool:
    return (one and one.content()) == (other and other.content())


def compare(forgetful: Blotter, other: Blotter) -> None:
    assert forgetful.open_orders.keys() == other.open_orders.keys()
    assert len(forgetful.orders) <= len(forgetful.open_orders) + forgetful.finished.kept
    for order in other.orders.values():
        assert same(forgetful.order(order.order_seq), order)
        assert same(forgetful.order_by_id(order.order_id), order)
    for name, order in other._by_venue_cl_ord_id.items():
        assert same(forgetful.order_by_venue_cl_ord_id(name), order)
    assert forgetful.clients.keys() == other.clients.keys()
    for session, client in other.clients.items():
        assert forgetful.clients[session].content() == client.content()
        for cl_ord_id in client.cl_ord_ids:
            one = forgetful.order_by_cl_ord_id(session, cl_ord_id)
            assert same(one, other.order_by_cl_ord_id(session, cl_ord_id))


class ForgetfulHistory(History):
    world: Twins

    def __init__(self) -> None:
        super().__init__()
        self.world = Twins()
        self.days = 0

    def orders(self) -> list[Order]:
        return [self.world.blotter.order(order_seq) for order_seq in self.world.twin.orders]

    def day(self, pick: int, qty: Decimal) -> None:
        """As many as go by before a life is dropped: then the twins may differ."""
        self.days += 1
        if self.days > DAYS_KEPT:
            return
        self.audit(self.world.do(BeginTradingDay(f"2024{pick % 4096:04}")))
        self.used.clear()


days = st.tuples(st.just(ForgetfulHistory.day), st.integers(0, 2**12), st.just(Decimal(1)))
Step = tuple[Callable[[ForgetfulHistory, int, Decimal], None], int, Decimal]


@given(st.lists(st.one_of(steps, steps, steps, steps, steps, days), min_size=20, max_size=60))
def test_forgetting_changes_nothing_that_can_be_asked(history: list[Step]) -> None:
    played = ForgetfulHistory()
    for step, pick, qty in history:
        step(played, pick, qty)
        compare(played.world.blotter, played.world.twin)
    assert played.world.replayed().state_hash() == played.world.blotter.state_hash()
