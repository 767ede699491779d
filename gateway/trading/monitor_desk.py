"""The monitor's clock: looks at all limits every second, tells what it finds, and shows it to whoever asks.

A round reads every slice in which something is, a share of them in a turn, so that orders pass in between. What it
reads is compared here; only a limit that comes to another level is decided about (`oms.decide_monitor`), for that is a
fact. While nothing has happened since the last round there is nothing to look for, and nothing is looked at. Reference
prices and conversion rates are looked at when the first of them would be too old.

Nothing of this is remembered but in the log: after a restart the first round finds what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from gateway.instant import NS_PER_S
from gateway.telemetry.alerts import told
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command
from oms.decide_monitor import STANDING, changes_level
from oms.events import (
    Event,
    LimitBreached,
    LimitCleared,
    LimitWarned,
    SliceResumed,
    SourceIsFresh,
    SourceWentStale,
)
from oms.exact import multiply, quotient_for_display, trimmed
from oms.limit_levels import Level, Thresholds
from oms.limit_use import SOURCES, Reading, slice_name, slice_of_name
from oms.monitor_commands import LookAtSlices, LookAtSources, MarkDelivered, SetAlerting
from oms.result_use import RESULTS, accounts_of, mark_of, read_results, slices_with_results
from oms.slice_flow import Slice
from oms.types import Moment

INTERVAL_NS: Final = NS_PER_S
STEPS_A_TURN: Final = 200
"""A slice is one; more with the accounts whose results it has, which cost as much as they hold positions."""
STEPS_OF_A_RESULT: Final = 10
SOURCES_A_TURN: Final = 1000
SHOWN_MAX: Final = 2000
"""Slices that one answer looks at."""
SILENT_FROM_THE_START_NS: Final = 5 * NS_PER_S
"""After a start a price that was never told, or is old, gets so long to come."""
LOOK_AGAIN_NS: Final = 60 * NS_PER_S
_NS_PER_MS: Final = 1_000_000
_FALLS_BY_ITSELF: Final = ("messages", "executions", "period_")
_HUNDRED: Final = Decimal(100)

Answer = dict[str, object]


class ShowMonitor(NamedTuple):
    """What of its limits each slice uses, what is halted and what is stale. Changes nothing."""


@dataclass(frozen=True, slots=True)
class MonitorTerms:
    thresholds: Thresholds = field(default_factory=Thresholds)
    alerting: bool = False
    """There is a receiver outside."""


class MonitorDesk:
    """`take` decides a command and carries out what follows. `highest` has of each table and bound the largest share of
    a limit that the last round found: for metrics."""

    def __init__(self, blotter: Blotter, terms: MonitorTerms, take: Callable[[Command, Turn], None]) -> None:
        self._blotter = blotter
        self._terms = terms
        self._take = take
        self._round: Iterator[tuple[str, Slice | None]] | None = None
        self._falls = False
        """A limit was told of that is used less and less while nothing happens."""
        self._next_mono_ns = 0
        self._sources_mono_ns: int | None = None
        self._seen_seq = 0
        self._highest: dict[tuple[str, str], float] = {}
        self.highest: dict[tuple[str, str], float] = {}
        self.deeds: Mapping[type, Callable[..., Answer]] = {
            ShowMonitor: lambda command, turn: self.show(turn),
            MarkDelivered: self._delivered,
        }
        """By the type of the command: the answer."""
        self.tellers: Mapping[type[Event], Callable[[Any, Turn], None]] = dict.fromkeys(
            (LimitWarned, LimitBreached, LimitCleared, SourceWentStale, SourceIsFresh, SliceResumed), self.tell
        )

    # ------------------------------------------------------------------------------------------------------- the clock

    def started(self, turn: Turn) -> None:
        """Alerts that nobody has taken are told again; the first round comes in a second."""
        self._take(SetAlerting(self._terms.alerting), turn)
        waiting = list(self._blotter.monitor.undelivered)
        for event in self._blotter.history(waiting) if waiting else ():
            level, name, details = told(event, self._blotter.store_id)
            stated = datetime.fromtimestamp(event.at_ns // NS_PER_S, UTC)
            turn.note(level, "", name, {**details, "stated_at": f"{stated:%Y-%m-%dT%H:%M:%SZ}"})
        self._next_mono_ns = turn.now.mono_ns + INTERVAL_NS
        self._sources_mono_ns = turn.now.mono_ns + SILENT_FROM_THE_START_NS

    def deadline(self) -> int | None:
        """Asked behind every turn."""
        if self._round is not None:
            return 0
        sources_ns = self._sources_mono_ns
        if self._is_due():
            return self._next_mono_ns if sources_ns is None else min(self._next_mono_ns, sources_ns)
        return sources_ns

    def _is_due(self) -> bool:
        """Something may be other than it was when the last round began."""
        blotter = self._blotter
        if blotter.last_seq == self._seen_seq:
            return self._falls
        return bool(blotter.tables or blotter.monitor.levels or blotter.monitor.stale)

    def reached(self, turn: Turn) -> None:
        now_ns = turn.now.mono_ns
        if self._sources_mono_ns is not None and self._sources_mono_ns <= now_ns:
            self._look_at_sources(turn)
        if self._round is None and self._next_mono_ns <= now_ns and self._is_due():
            self._begin(turn)
        if self._round is not None:
            self._go_on(turn)

    def _begin(self, turn: Turn) -> None:
        self._seen_seq = self._blotter.last_seq
        self._next_mono_ns = turn.now.mono_ns + INTERVAL_NS
        self._highest = {}
        self._round = self._slices()
        if self._blotter.monitor.stale:
            self._look_at_stale(turn)

    def _slices(self) -> Iterator[tuple[str, Slice | None]]:
        """All that a round looks at, by source. What comes to be meanwhile is in it or in the next one."""
        blotter = self._blotter
        for name, source in SOURCES.items():
            for which in source.slices(blotter):
                yield name, which
        for held in slices_with_results(blotter):
            yield RESULTS, held
        for which in dict.fromkeys((table, values) for table, values, _ in blotter.monitor.levels):
            yield STANDING, which

    def _go_on(self, turn: Turn) -> None:
        """As many slices as a turn takes."""
        assert self._round is not None
        steps, changed = 0, dict[str, list[Slice]]()
        for source, which in self._round:
            steps += 1
            if which is not None:
                if source == RESULTS:
                    steps += STEPS_OF_A_RESULT * len(accounts_of(self._blotter, which))
                if self._is_other(source, which, turn):
                    changed.setdefault(source, []).append(which)
            if steps >= STEPS_A_TURN:
                break
        else:
            self._round, self.highest = None, self._highest
            self._falls = any(bound.startswith(_FALLS_BY_ITSELF) for _, _, bound in self._blotter.monitor.levels)
        for source, slices in changed.items():
            self._take(LookAtSlices(source, tuple(slices), self._terms.thresholds), turn)

    def _is_other(self, source: str, which: Slice, turn: Turn) -> bool:
        """It is to be decided about."""
        if source == STANDING:
            return True
        if source == RESULTS:
            return self._is_other_result(which, turn)
        readings = list(SOURCES[source].read(self._blotter, which, turn.now.utc_ns))
        self._keep(which, readings)
        return changes_level(self._blotter, which, readings, self._terms.thresholds)

    def _is_other_result(self, which: Slice, turn: Turn) -> bool:
        blotter, at = self._blotter, Moment(turn.now.utc_ns, turn.next_seq())
        readings, found = read_results(blotter, which, at.utc_ns)
        self._keep(which, readings)
        if found is None:
            return False
        is_stale = (RESULTS, slice_name(which)) in blotter.monitor.stale
        if found.missing or is_stale:
            return bool(found.missing) is not is_stale
        return mark_of(blotter, which, found.result, at, 0) is not None or changes_level(
            blotter, which, readings, self._terms.thresholds
        )

    def _keep(self, which: Slice, readings: Iterable[Reading]) -> None:
        highest = self._highest
        for bound, used, limit in readings:
            share = float(used) / float(limit) if limit else float(bool(used))
            key = (which[0], bound)
            if share >= highest.get(key, 0.0):
                highest[key] = share

    # -------------------------------------------------------------------------------------------------------- sources

    def _look_at_sources(self, turn: Turn) -> None:
        """What is too old, and has not been told so."""
        blotter, now_ns = self._blotter, turn.now.utc_ns
        symbols, currencies, due_ns = list[str](), list[str](), list[int]()
        max_ns = blotter.limits.reference_price_age_ms_max * _NS_PER_MS
        for symbol in blotter.instruments:
            if ("reference", symbol) in blotter.monitor.stale:
                continue
            reference, window = blotter.market.reference(symbol), blotter.closures.hours.get(symbol)
            old_ns = 0 if reference is None else reference.at_ns + max_ns
            if window is not None and not window[0] <= now_ns < window[1]:  # nobody waits for its price at this hour
                due_ns.append(max(window[0] + SILENT_FROM_THE_START_NS, now_ns + LOOK_AGAIN_NS))
            elif old_ns < now_ns:
                symbols.append(symbol)
            else:
                due_ns.append(old_ns)
        max_ns = blotter.limits.rate_age_ms_max * _NS_PER_MS
        for currency, rate in blotter.conversion.by_currency.items():
            if ("rate", currency) in blotter.monitor.stale or not max_ns:
                continue
            if rate.as_of_ns + max_ns < now_ns:
                currencies.append(currency)
            else:
                due_ns.append(rate.as_of_ns + max_ns)
        if len(symbols) > SOURCES_A_TURN:
            due_ns.append(now_ns)
        self._sources_mono_ns = turn.now.mono_ns + min(due_ns) - now_ns + 1 if due_ns else None
        if symbols or currencies:
            self._take(LookAtSources(tuple(symbols[:SOURCES_A_TURN]), tuple(currencies)), turn)

    def _look_at_stale(self, turn: Turn) -> None:
        """What was told to be too old, and may not be any more; then it can be too old again."""
        blotter, now_ns = self._blotter, turn.now.utc_ns
        stale, max_ns = blotter.monitor.stale, blotter.limits.reference_price_age_ms_max * _NS_PER_MS
        before, references = len(stale), blotter.market.references
        symbols = [
            symbol
            for source, symbol in stale
            if source == "reference" and symbol in references and references[symbol].at_ns + max_ns >= now_ns
        ]
        currencies = [currency for source, currency in stale if source == "rate"]
        results = [slice_of_name(name) for source, name in stale if source == RESULTS]
        self._take(LookAtSources(tuple(symbols[:SOURCES_A_TURN]), tuple(currencies), tuple(results)), turn)
        if len(stale) < before:
            again_ns = turn.now.mono_ns + SILENT_FROM_THE_START_NS
            sources_ns = self._sources_mono_ns
            self._sources_mono_ns = again_ns if sources_ns is None else min(sources_ns, again_ns)

    # ----------------------------------------------------------------------------------------------------- what is told

    def tell(self, event: Event, turn: Turn) -> None:
        """The line of the log for a fact that is an alert."""
        level, name, details = told(event, self._blotter.store_id)
        turn.note(level, "", name, details)

    def _delivered(self, command: MarkDelivered, turn: Turn) -> Answer:
        self._take(command, turn)
        return {"undelivered": len(self._blotter.monitor.undelivered)}

    def show(self, turn: Turn) -> Answer:
        """For operators: the use of each limit, the largest share first."""
        blotter, at_ns = self._blotter, turn.now.utc_ns
        monitor, rows, looked = blotter.monitor, list[tuple[Decimal, Answer]](), 0
        for source, which in self._slices():
            if source == STANDING or looked > SHOWN_MAX:
                break
            looked += 1
            if which is not None:
                rows += [
                    _row(which, reading, monitor.level((*which, reading.bound)))
                    for reading in self._readings(source, which, at_ns)
                ]
        rows.sort(key=lambda row: row[0], reverse=True)
        return {
            "limits": [row for _, row in rows],
            "looked_at": min(looked, SHOWN_MAX),
            "is_whole": looked <= SHOWN_MAX,
            "halted": [_halted(breach, at_ns) for breach in monitor.halts()],
            "stopped": [stopped.name for stopped in blotter.execution_flow.stopped.values()],
            "stale": [self._stale(source, name, at_ns) for source, name in monitor.stale],
            "undelivered": len(monitor.undelivered),
            "never_delivered": monitor.never_delivered,
        }

    def _readings(self, source: str, which: Slice, at_ns: int) -> Iterable[Reading]:
        if source == RESULTS:
            return read_results(self._blotter, which, at_ns)[0]
        return SOURCES[source].read(self._blotter, which, at_ns)

    def _stale(self, source: str, name: str, at_ns: int) -> Answer:
        blotter, told_ns = self._blotter, None
        if source == "reference" and (reference := blotter.market.reference(name)) is not None:
            told_ns = reference.at_ns
        elif source == "rate" and (rate := blotter.conversion.get(name)) is not None:
            told_ns = rate.as_of_ns
        return {"source": source, "name": name, "age_s": None if told_ns is None else (at_ns - told_ns) // NS_PER_S}


def _row(which: Slice, reading: Reading, level: Level) -> tuple[Decimal, Answer]:
    limit = reading.limit
    share = quotient_for_display(multiply(reading.used, _HUNDRED), limit) if limit else _HUNDRED
    return share, {
        "slice": slice_name(which),
        "bound": reading.bound,
        "used": trimmed(reading.used),
        "limit": trimmed(limit),
        "percent": f"{share:.1f}",
        "level": str(level),
    }


def _halted(breach: LimitBreached, at_ns: int) -> Answer:
    return {
        "slice": breach.name,
        "bound": breach.bound,
        "used": trimmed(breach.used),
        "limit": trimmed(breach.limit),
        "halted_s_ago": (at_ns - breach.at_ns) // NS_PER_S,
    }
