"""When instruments are traded, and the blackouts: which window runs or comes next is told to the orders as a fact.

A window is told before it begins, so nothing has to happen at the instant at which it does. The wall clock is looked at
once a minute, so that one that is put right, also backwards, is noticed; windows are worked out anew only then, or when
one is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.session.schedule import Schedule, Window
from gateway.session.steady_clock import SteadyClock
from gateway.trading.day_clock import LOOK_NS
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command
from oms.permission_commands import CONFIGURATION, RestrictSymbol, SetBlackout, SetTradingHours


@dataclass(frozen=True, slots=True)
class BlackoutTerms:
    """`when` is a schedule, or the one window there is."""

    symbols: tuple[str, ...]
    when: Schedule | Window


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """What the operator has configured: hours by symbol, blackouts by name, and the restricted list."""

    hours: Mapping[str, Schedule] = field(default_factory=dict)
    blackouts: Mapping[str, BlackoutTerms] = field(default_factory=dict)
    restricted: tuple[str, ...] = ()


class MarketHours:
    """`take` decides a command and carries out what follows."""

    def __init__(self, terms: MarketTerms, blotter: Blotter, take: Callable[[Command, Turn], None]) -> None:
        self._terms = terms
        self._blotter = blotter
        self._take = take
        self._clock = SteadyClock()
        self._deadline_ns: int | None = None
        self._looked_ns = 0
        self._windows: dict[Schedule, Window] = {}

    def started(self, turn: Turn) -> None:
        """Take back what is configured no more, and tell what is."""
        terms, closures = self._terms, self._blotter.closures
        for symbol in [symbol for symbol in closures.hours if symbol not in terms.hours]:
            self._take(SetTradingHours(symbol, 0, 0), turn)
        for name in [name for name in closures.blackouts if name not in terms.blackouts]:
            self._take(SetBlackout(name, (), 0, 0), turn)
        listed = [symbol for source, symbol in closures.restricted if source == CONFIGURATION]
        for symbol in dict.fromkeys((*listed, *terms.restricted)):
            self._take(RestrictSymbol(symbol, symbol in terms.restricted, CONFIGURATION, "start", CONFIGURATION), turn)
        if terms.hours or terms.blackouts:
            self._look(turn)

    def deadline(self) -> int | None:
        return self._deadline_ns

    def reached(self, turn: Turn) -> None:
        if self._deadline_ns is not None and self._deadline_ns <= turn.now.mono_ns:
            self._look(turn)

    def _look(self, turn: Turn) -> None:
        utc_ns = self._clock.read(turn.now)
        if utc_ns < self._looked_ns:
            self._windows.clear()  # the clock was put back
        self._looked_ns = utc_ns
        for symbol, schedule in self._terms.hours.items():
            self._take(SetTradingHours(symbol, *self._window(schedule, utc_ns)), turn)
        for name, blackout in self._terms.blackouts.items():
            when = blackout.when
            window = self._window(when, utc_ns) if isinstance(when, Schedule) else when
            self._take(SetBlackout(name, blackout.symbols, *window), turn)
        next_ns = min([utc_ns + LOOK_NS, *(window.end_ns for window in self._windows.values())])
        self._deadline_ns = self._clock.mono_of(next_ns)

    def _window(self, schedule: Schedule, utc_ns: int) -> Window:
        window = self._windows.get(schedule)
        if window is None or window.end_ns <= utc_ns:
            window = self._windows[schedule] = schedule.instance(utc_ns)
        return window
