"""The trading day: when it begins, what is over then, what goes on, and when markets close.

A day is an instance of a schedule around the clock, and has the date on which most of it falls: one that begins at
midnight has its own date, one that begins at 17:00 the next. It begins once, whatever the wall clock does: a day that
is before the one that stands is not begun again.

What a new day means for each order that stands is dealt with order by order, a bounded number a turn. An order itself
says whether it has been dealt with, so a restart in between goes on where it was.

The wall clock is looked at once a minute, so that one that is put right is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gateway.instant import NS_PER_S
from gateway.session.schedule import Schedule
from gateway.session.steady_clock import SteadyClock
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import BeginClosingPhase, BeginTradingDay, Command, ExpireOrder, RenewOrder
from oms.order import GOOD_TILL

ORDERS_A_TURN = 100
LOOK_NS = 60 * NS_PER_S


@dataclass(frozen=True, slots=True)
class TradingHours:
    """`day` is a schedule around the clock. `closes` has the closing phase of each symbol whose market has one."""

    day: Schedule
    closes: Mapping[str, Schedule] = field(default_factory=dict)


AROUND_THE_CLOCK = TradingHours(Schedule(UTC))


def day_of(day: Schedule, utc_ns: int) -> str:
    """TradeDate(75) of this instant, as YYYYMMDD."""
    window = day.instance(utc_ns)
    middle_s = (window.start_ns + (window.end_ns - window.start_ns) // 2) // NS_PER_S
    return datetime.fromtimestamp(middle_s, day.time_zone).strftime("%Y%m%d")


class DayClock:
    """`take` decides a command and carries out what follows."""

    def __init__(self, hours: TradingHours, blotter: Blotter, take: Callable[[Command, Turn], None]) -> None:
        self._hours = hours
        self._blotter = blotter
        self._take = take
        self._clock = SteadyClock()
        self._deadline_ns: int | None = None
        self._left: list[int] = []

    def started(self, turn: Turn) -> None:
        """Begin the day that it is, or go on with what it means."""
        self._look(turn)
        self._left = self._outlived()

    def deadline(self) -> int | None:
        return 0 if self._left else self._deadline_ns

    def reached(self, restates: Callable[[str], bool], turn: Turn) -> None:
        """`restates` says whether a session hears that its orders go on."""
        if self._deadline_ns is not None and self._deadline_ns <= turn.now.mono_ns:
            self._look(turn)
        self._deal_with_some(restates, turn)

    def _look(self, turn: Turn) -> None:
        utc_ns, blotter = self._clock.read(turn.now), self._blotter
        day = day_of(self._hours.day, utc_ns)
        if day > blotter.trading_day:
            self._take(BeginTradingDay(day), turn)
            self._left = self._outlived()
        next_ns = min(utc_ns + LOOK_NS, self._hours.day.instance(utc_ns).end_ns)
        for symbol, close in self._hours.closes.items():
            window = close.instance(utc_ns)
            if window.start_ns > utc_ns:
                next_ns = min(next_ns, window.start_ns)
            elif symbol not in blotter.closed_symbols:
                self._take(BeginClosingPhase(symbol), turn)
        self._deadline_ns = self._clock.mono_of(next_ns)

    def _outlived(self) -> list[int]:
        """Orders of clients that are older than the day, the oldest last. A part of an order goes with its whole."""
        began_seq = self._blotter.day.began_seq
        return sorted(
            (
                order.order_seq
                for order in self._blotter.open_orders.values()
                if order.order_seq < began_seq and order.session and order.parent_seq is None
            ),
            reverse=True,
        )

    def _deal_with_some(self, restates: Callable[[str], bool], turn: Turn) -> None:
        left, open_orders = self._left, self._blotter.open_orders
        for _ in range(min(ORDERS_A_TURN, len(left))):
            order = open_orders.get(left.pop())
            if order is None:
                continue
            if order.time_in_force not in GOOD_TILL:
                self._take(ExpireOrder(order.order_seq), turn)
            elif restates(order.session):
                self._take(RenewOrder(order.order_seq), turn)
