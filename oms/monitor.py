"""What the monitor has told and not yet taken back: limits that are nearly or wholly used, slices that are halted for
it, sources that are stale, alerts that wait for their delivery; and what it keeps to judge by, periods and results.

Whoever is halted stays so until a named person lets the slice go on (SliceResumed), whatever becomes of the limit, its
row or its table, and whatever is restarted meanwhile. To ask whether an order is halted costs a look-up for each table
that has a halted slice; with none it costs the truth of an empty dict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from oms.events import (
    AlertingSet,
    AlertsDelivered,
    Event,
    KillSwitchEngaged,
    KillSwitchReleased,
    LimitBreached,
    LimitCleared,
    LimitWarned,
    OrderAdopted,
    ReportQuarantined,
    ResultMarked,
    SliceResumed,
    SliceStopped,
    SourceIsFresh,
    SourceWentStale,
    TradingDayBegan,
    TradingStateChanged,
)
from oms.limit_levels import Level
from oms.order import Order
from oms.period_flow import PeriodContent, PeriodFlow
from oms.results import Results, ResultsContent
from oms.slice_flow import Slice, TraitsOf, slice_of
from oms.slices import Dimension, LimitTable, Traits

Gauge = tuple[str, tuple[str, ...], str]
"""One limit of one slice: name of the table, values of the slice, field of `oms.slices.Bounds`."""
Source = tuple[str, str]
"""What may go stale: see SourceWentStale."""

ALERTS: Final[frozenset[type[Event]]] = frozenset({
    LimitWarned,
    LimitBreached,
    LimitCleared,
    SourceWentStale,
    SourceIsFresh,
    SliceStopped,
    SliceResumed,
    KillSwitchEngaged,
    KillSwitchReleased,
    TradingStateChanged,
    ReportQuarantined,
    OrderAdopted,
})  # fmt: skip
"""Facts that are delivered outside until the receiver has taken them."""
UNDELIVERED_MAX: Final = 1000
"""Beyond it the oldest is not delivered any more; it stands in the log."""

LevelContent = tuple[str, tuple[str, ...], str, Level]
ToldContent = tuple[list[LevelContent], list[LimitBreached], list[Source], bool, list[int], int]
MonitorContent = tuple[ToldContent, PeriodContent, ResultsContent]
"""What `Monitor.content` is made of."""


class Monitor:
    """Only the blotter writes to it.

    `levels` has those that are not OK. `halted` has by table and slice the breach that halted it. `undelivered` has the
    numbers of alerts that are to be delivered, in their order; `never_delivered` counts those that were too many, or
    given up."""

    __slots__ = (
        "_tables",
        "alerting",
        "halted",
        "levels",
        "never_delivered",
        "period_flow",
        "results",
        "stale",
        "undelivered",
    )

    def __init__(self) -> None:
        self.levels: dict[Gauge, Level] = {}
        self.halted: dict[str, dict[tuple[str, ...], LimitBreached]] = {}
        self.stale: dict[Source, None] = {}
        self.alerting = False
        self.undelivered: dict[int, None] = {}
        self.never_delivered = 0
        self.period_flow = PeriodFlow()
        self.results = Results()
        self._tables: dict[str, LimitTable] = {}

    # ------------------------------------------------------------------------------------------------------ to be read

    def level(self, gauge: Gauge) -> Level:
        return self.levels.get(gauge, Level.OK)

    def halt_of(self, traits: Traits) -> LimitBreached | None:
        """The breach for which such an order waits for a person; None when it does not."""
        for table, by_values in self.halted.items():
            breach = by_values.get(slice_of(self._tables[table], traits)[1])
            if breach is not None:
                return breach
        return None

    def is_halted(self, which: Slice) -> bool:
        return which[1] in self.halted.get(which[0], ())

    def halts(self) -> Iterator[LimitBreached]:
        """In the order in which their tables, then their slices, were first halted."""
        return (breach for by_values in self.halted.values() for breach in by_values.values())

    def content(self) -> MonitorContent:
        """Everything, as plain values: for the state hash and snapshots."""
        told: ToldContent = (
            [(*gauge, level) for gauge, level in self.levels.items()],
            list(self.halts()),
            list(self.stale),
            self.alerting,
            list(self.undelivered),
            self.never_delivered,
        )
        return told, self.period_flow.content(), self.results.content()

    # -------------------------------------------------------------------------------------------------------- the fold

    def restore(self, content: MonitorContent) -> None:
        """From a snapshot: what `content` was."""
        levels, halts, stale, self.alerting, undelivered, self.never_delivered = content[0]
        self.levels = {(table, values, bound): level for table, values, bound, level in levels}
        for breach in halts:
            self._halt(breach)
        self.stale = dict.fromkeys(stale)
        self.undelivered = dict.fromkeys(undelivered)
        self.period_flow.restore(content[1])
        self.results.restore(content[2])

    def use(self, tables: Iterable[LimitTable], accounts: Iterable[str], groups: Mapping[str, str]) -> None:
        """As `Results.use`."""
        tables = tuple(tables)
        self.period_flow.use(tables)
        self.results.use(tables, accounts, groups)

    @property
    def follows(self) -> bool:
        """It is to hear of each event, by `follow`."""
        return self.period_flow.is_used or bool(self.results.tables)

    def follow(
        self,
        event: Event,
        orders: Mapping[int, Order],
        traits_of: TraitsOf,
        value_of: Callable[[Decimal, str], Decimal],
    ) -> None:
        if self.period_flow.is_used:
            self.period_flow.see(event, orders, traits_of, value_of)
        if type(event) is TradingDayBegan:
            self.results.begin_day()

    def fold(self, event: Event) -> None:
        """One of MONITORED."""
        _FOLD[type(event)](self, event)
        self.to_deliver(event)

    def told_elsewhere(self, event: SliceStopped) -> None:
        """`oms.execution_flow` keeps it."""

    def result_marked(self, event: ResultMarked) -> None:
        self.results.marked(event)

    def warned(self, event: LimitWarned) -> None:
        self.levels[event.table, event.values, event.bound] = Level.WARNED

    def breached(self, event: LimitBreached) -> None:
        self.levels[event.table, event.values, event.bound] = Level.BREACHED
        if event.halts and not self.is_halted((event.table, event.values)):
            self._halt(event)

    def cleared(self, event: LimitCleared) -> None:
        del self.levels[event.table, event.values, event.bound]

    def resumed(self, event: SliceResumed) -> None:
        by_values = self.halted.get(event.table)
        if by_values is not None:
            by_values.pop(event.values, None)
            if not by_values:
                del self.halted[event.table]
        which = (event.table, event.values)
        self.results.resumed(which)
        for gauge, level in self.levels.items():
            if level is Level.BREACHED and gauge[:2] == which:
                self.levels[gauge] = Level.RELEASED

    def went_stale(self, event: SourceWentStale) -> None:
        self.stale[event.source, event.name] = None

    def is_fresh(self, event: SourceIsFresh) -> None:
        del self.stale[event.source, event.name]

    def set_alerting(self, event: AlertingSet) -> None:
        """What waited for a receiver that is not there any more is not kept for the next one."""
        self.alerting = event.is_on
        if not event.is_on:
            self.undelivered = {}

    def to_deliver(self, event: Event) -> None:
        """One of ALERTS stands from now on."""
        if self.alerting and type(event) in ALERTS:
            self.undelivered[event.seq] = None
            if len(self.undelivered) > UNDELIVERED_MAX:
                del self.undelivered[next(iter(self.undelivered))]
                self.never_delivered += 1

    def delivered(self, event: AlertsDelivered) -> None:
        for number in event.numbers:
            if number in self.undelivered:
                del self.undelivered[number]
                self.never_delivered += event.given_up

    def _halt(self, breach: LimitBreached) -> None:
        self.halted.setdefault(breach.table, {})[breach.values] = breach
        if breach.table not in self._tables:
            self._tables[breach.table] = table_of(breach.table)


def table_of(name: str) -> LimitTable:
    """The table of this name, without rows."""
    return LimitTable(tuple(map(Dimension, name.split(","))), ())


_FOLD: Final[Mapping[type[Event], Callable[[Monitor, Any], None]]] = {
    LimitWarned: Monitor.warned,
    LimitBreached: Monitor.breached,
    LimitCleared: Monitor.cleared,
    SourceWentStale: Monitor.went_stale,
    SourceIsFresh: Monitor.is_fresh,
    ResultMarked: Monitor.result_marked,
    AlertingSet: Monitor.set_alerting,
    AlertsDelivered: Monitor.delivered,
    SliceStopped: Monitor.told_elsewhere,
    SliceResumed: Monitor.resumed,
}
MONITORED: Final = tuple(_FOLD)
"""Events that `Monitor.fold` takes."""
