"""When a trading day begins, which date it has, and what is dealt with at once and what in turns."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from gateway.instant import NS_PER_S, Instant
from gateway.session.schedule import Schedule
from gateway.trading.day_clock import LOOK_NS, ORDERS_A_TURN, DayClock, TradingHours, day_of
from gateway.turn import Turn
from oms.commands import BeginClosingPhase, BeginTradingDay, Command, ExpireOrder, NewOrder, RenewOrder
from oms.types import OrdType, Side, TimeInForce
from oms.venue_reports import ReferencePriceSeen
from tests.gateway.exchange.floor_in_memory import MemoryTurn
from tests.oms.world import BTC, SESSION, VENUE, World

NEW_YORK = ZoneInfo("America/New_York")
WITH_CLOSE = msgspec.structs.replace(BTC, has_close=True)


def at(text: str) -> int:
    return int(datetime.strptime(text, "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC).timestamp()) * NS_PER_S


@pytest.mark.parametrize(
    ("schedule", "moment", "day"),
    [
        (Schedule(UTC), "20231115-00:00:00", "20231115"),
        (Schedule(UTC), "20231115-23:59:59", "20231115"),
        (Schedule(NEW_YORK, 17 * 3600, 17 * 3600), "20231115-21:59:59", "20231115"),
        (Schedule(NEW_YORK, 17 * 3600, 17 * 3600), "20231115-22:00:00", "20231116"),
        (Schedule(NEW_YORK, 6 * 3600, 6 * 3600), "20231115-11:00:00", "20231115"),
    ],
)
def test_a_day_has_the_date_on_which_most_of_it_falls(schedule: Schedule, moment: str, day: str) -> None:
    assert day_of(schedule, at(moment)) == day


class House:
    """A day clock over a real blotter, and everything that it has had decided."""

    def __init__(self, hours: TradingHours, start: str) -> None:
        self.world = World(instrument=WITH_CLOSE)
        self.taken: list[Command] = []
        self.turn = MemoryTurn()
        self.begin_ns = at(start)
        self.pass_s(0)
        self.clock = DayClock(hours, self.world.blotter, self._take)

    def _take(self, command: Command, turn: Turn) -> None:
        self.taken.append(command)
        self.world.do(command)

    def pass_s(self, seconds: int) -> None:
        mono_ns = self.turn.now.mono_ns + seconds * NS_PER_S
        self.turn.now = Instant(self.begin_ns + mono_ns, mono_ns)
        self.world.now_ns = self.turn.now.utc_ns

    def step_s(self, seconds: int) -> None:
        """The wall clock is set."""
        self.begin_ns += seconds * NS_PER_S
        self.pass_s(0)

    def run(self, seconds: int) -> list[Command]:
        """Time passes, and every deadline in it."""
        self.taken.clear()
        end_ns = self.turn.now.mono_ns + seconds * NS_PER_S
        while (deadline := self.clock.deadline()) is not None and deadline <= end_ns:
            mono_ns = max(deadline, self.turn.now.mono_ns)
            self.turn.now = Instant(self.begin_ns + mono_ns, mono_ns)
            self.world.now_ns = self.turn.now.utc_ns
            self.clock.reached(lambda session: session == SESSION, self.turn)
        self.turn.now = Instant(self.begin_ns + end_ns, end_ns)
        self.world.now_ns = self.turn.now.utc_ns
        return self.taken


DAYS = TradingHours(Schedule(UTC), {"BTC-USD": Schedule(UTC, 16 * 3600, 17 * 3600)})


def test_a_day_begins_once_and_a_close_once_a_day() -> None:
    house = House(DAYS, "20231115-12:00:00")
    house.clock.started(house.turn)
    assert house.taken == [BeginTradingDay("20231115")]
    assert house.run(4 * 3600 - 1) == []
    assert house.run(1) == [BeginClosingPhase("BTC-USD")]
    assert house.run(8 * 3600 - 1) == []
    assert house.run(1) == [BeginTradingDay("20231116")]
    again = DayClock(DAYS, house.world.blotter, house._take)
    house.taken.clear()
    again.started(house.turn)
    assert house.taken == []


def test_who_was_down_until_the_close_was_over_lets_nothing_go() -> None:
    house = House(DAYS, "20231115-17:00:00")
    house.clock.started(house.turn)
    assert house.taken == [BeginTradingDay("20231115")]
    late = House(DAYS, "20231115-16:59:59")
    late.clock.started(late.turn)
    assert late.taken == [BeginTradingDay("20231115"), BeginClosingPhase("BTC-USD")]


def test_a_wall_clock_that_is_set_back_does_not_begin_an_old_day() -> None:
    house = House(DAYS, "20231115-23:59:00")
    house.clock.started(house.turn)
    assert house.run(60) == [BeginTradingDay("20231116")]
    house.step_s(-3600)
    assert house.run(7200) == []


def test_orders_are_dealt_with_in_turns_and_a_restart_goes_on() -> None:
    house = House(DAYS, "20231115-23:59:59")
    house.clock.started(house.turn)
    world = house.world
    world.do(ReferencePriceSeen(VENUE, "BTC-USD", Decimal(100)))
    for number in range(ORDERS_A_TURN + 20):
        name = f"A{number}"
        time_in_force = TimeInForce.GOOD_TILL_CANCEL if number % 2 else TimeInForce.DAY
        session = SESSION if number % 4 < 2 else "QUIET"
        price = Decimal(100)
        world.do(NewOrder(session, "", name, "BTC-USD", Side.BUY, OrdType.LIMIT, Decimal(1), price, time_in_force))
    house.pass_s(1)
    house.taken.clear()
    house.clock.reached(lambda session: session == SESSION, house.turn)
    assert house.taken[0] == BeginTradingDay("20231116")
    first = house.taken[1:]
    assert len(first) == ORDERS_A_TURN - ORDERS_A_TURN // 4  # a quarter hears nothing and is not asked
    restarted = DayClock(DAYS, world.blotter, house._take)
    house.taken.clear()
    restarted.started(house.turn)
    assert house.taken == []
    assert restarted.deadline() == 0
    restarted.reached(lambda session: session == SESSION, house.turn)
    restarted.reached(lambda session: session == SESSION, house.turn)
    expired = {command.order_seq for command in (*first, *house.taken) if isinstance(command, ExpireOrder)}
    renewed = {command.order_seq for command in (*first, *house.taken) if isinstance(command, RenewOrder)}
    orders = world.blotter.open_orders.values()
    assert expired == {order.order_seq for order in orders if order.time_in_force is TimeInForce.DAY}
    assert renewed == {
        order.order_seq for order in orders if order.time_in_force is not TimeInForce.DAY and order.session == SESSION
    }
    assert all(order.cancel_pending for order in orders if order.time_in_force is TimeInForce.DAY)
    deadline = restarted.deadline()
    assert deadline is not None and deadline <= house.turn.now.mono_ns + LOOK_NS
