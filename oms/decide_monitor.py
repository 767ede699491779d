"""What the monitor states when it looks: levels that limits have come to (`oms.limit_levels`), sources that went stale,
marks of results. Nothing when nothing has changed, which is what nearly every look finds."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from oms.blotter import Blotter
from oms.events import (
    AlertingSet,
    AlertsDelivered,
    Event,
    LimitBreached,
    LimitCleared,
    LimitWarned,
    SourceIsFresh,
    SourceWentStale,
)
from oms.limit_levels import NEXT, Level, Thresholds, zone_of
from oms.limit_use import SOURCES, Reading, slice_name
from oms.monitor import Source
from oms.monitor_commands import LookAtSlices, LookAtSources, MarkDelivered, SetAlerting
from oms.result_use import RESULTS, mark_of, read_results, result_of
from oms.slice_flow import Slice
from oms.slices import RESULT_BOUNDS
from oms.types import Moment

OPENS_BY_ITSELF: Final = frozenset({"messages", "executions", "order_to_trade_max"})
"""Limits of rates, which their gates keep from message to message: a breach is told and halts nothing."""
STANDING: Final = "standing"
"""Not a source: the limits that were told of, wherever they are read."""

_NS_PER_MS: Final = 1_000_000


def look_at_slices(blotter: Blotter, command: LookAtSlices, at: Moment) -> list[Event]:
    """LimitWarned, LimitBreached, LimitCleared; for results also ResultMarked, SourceWentStale, SourceIsFresh."""
    events: list[Event] = []
    thresholds = command.thresholds
    if command.source == STANDING:
        for which in command.slices:
            _look_at_standing(blotter, which, at, thresholds, events)
    elif command.source == RESULTS:
        for which in command.slices:
            _look_at_result(blotter, which, at, thresholds, events)
    else:
        read = SOURCES[command.source].read
        for which in command.slices:
            _judge(blotter, which, read(blotter, which, at.utc_ns), at, thresholds, events)
    return events


def changes_level(blotter: Blotter, which: Slice, readings: Iterable[Reading], thresholds: Thresholds) -> bool:
    """`look_at_slices` would state something of these readings."""
    levels = blotter.monitor.levels
    for bound, used, limit in readings:
        zone = zone_of(used, limit, thresholds)
        level = levels.get((*which, bound), Level.OK)
        if NEXT[level, zone] is not level:
            return True
    return False


def _judge(
    blotter: Blotter,
    which: Slice,
    readings: Iterable[Reading],
    at: Moment,
    thresholds: Thresholds,
    events: list[Event],
) -> None:
    levels = blotter.monitor.levels
    for bound, used, limit in readings:
        zone = zone_of(used, limit, thresholds)
        level = levels.get((*which, bound), Level.OK)
        then = NEXT[level, zone]
        if then is not level:
            events.append(_told(which, bound, used, limit, then, at, len(events)))


def _told(which: Slice, bound: str, used: Decimal, limit: Decimal, level: Level, at: Moment, before: int) -> Event:
    table, values = which
    seq, at_ns, name = at.seq + before, at.utc_ns, slice_name(which)
    if level is Level.WARNED:
        return LimitWarned(seq, at_ns, table, values, name, bound, used, limit)
    if level is Level.BREACHED:
        halts = bound not in OPENS_BY_ITSELF
        return LimitBreached(seq, at_ns, table, values, name, bound, used, limit, halts)
    assert level is Level.OK, level
    return LimitCleared(seq, at_ns, table, values, name, bound, used, limit)


def _look_at_standing(
    blotter: Blotter, which: Slice, at: Moment, thresholds: Thresholds, events: list[Event]
) -> None:  # fmt: skip
    """A limit that was told of may be no limit any more, or nothing may be left in its slice."""
    for gauge in [gauge for gauge in blotter.monitor.levels if gauge[:2] == which]:
        bound = gauge[2]
        if bound in RESULT_BOUNDS:
            readings, _ = read_results(blotter, which, at.utc_ns)
        else:
            source = next(source for source in SOURCES.values() if bound in source.bounds)
            readings = list(source.read(blotter, which, at.utc_ns))
        if bound not in [reading.bound for reading in readings] and not _is_untold(blotter, which, bound):
            seq = at.seq + len(events)
            events.append(LimitCleared(seq, at.utc_ns, *which, slice_name(which), bound, Decimal(0), None))


def _is_untold(blotter: Blotter, which: Slice, bound: str) -> bool:
    """Its result cannot be told now: what was said of it stands."""
    return bound in RESULT_BOUNDS and (RESULTS, slice_name(which)) in blotter.monitor.stale


# -------------------------------------------------------------------------------------------------------------- results


def _look_at_result(
    blotter: Blotter, which: Slice, at: Moment, thresholds: Thresholds, events: list[Event]
) -> None:  # fmt: skip
    """What cannot be told whole is not judged by halves: that is told instead."""
    source = (RESULTS, slice_name(which))
    found = result_of(blotter, which, at.utc_ns)
    if found is None:
        return
    if found.missing:
        _stale(blotter, source, None, 0, at, events)
        return
    _fresh(blotter, source, at, events)
    mark = mark_of(blotter, which, found.result, at, len(events))
    if mark is not None:
        events.append(mark)
    readings, _ = read_results(blotter, which, at.utc_ns)
    _judge(blotter, which, readings, at, thresholds, events)


# -------------------------------------------------------------------------------------------------------------- sources


def look_at_sources(blotter: Blotter, command: LookAtSources, at: Moment) -> list[Event]:
    """SourceWentStale and SourceIsFresh. A symbol or currency that is not known any more is not stale."""
    events: list[Event] = []
    max_ms = blotter.limits.reference_price_age_ms_max
    for symbol in command.symbols:
        reference = blotter.market.reference(symbol)
        if symbol not in blotter.instruments:
            _fresh(blotter, ("reference", symbol), at, events)
        else:
            told_ns = None if reference is None else reference.at_ns
            _judge_age(blotter, ("reference", symbol), told_ns, max_ms, at, events)
    limits = blotter.limits
    for currency in command.currencies:
        rate = blotter.conversion.get(currency)
        if rate is None or not limits.rate_age_ms_max:
            _fresh(blotter, ("rate", currency), at, events)
        else:
            _judge_age(blotter, ("rate", currency), rate.as_of_ns, limits.rate_age_ms_max, at, events)
    for which in command.results:
        if result_of(blotter, which, at.utc_ns) is None:
            _fresh(blotter, (RESULTS, slice_name(which)), at, events)
    return events


def _judge_age(
    blotter: Blotter, source: Source, told_ns: int | None, max_ms: int, at: Moment, events: list[Event]
) -> None:  # fmt: skip
    if told_ns is None or at.utc_ns - told_ns > max_ms * _NS_PER_MS:
        age_ms = None if told_ns is None else (at.utc_ns - told_ns) // _NS_PER_MS
        _stale(blotter, source, age_ms, max_ms, at, events)
    else:
        _fresh(blotter, source, at, events)


def _stale(
    blotter: Blotter, source: Source, age_ms: int | None, max_ms: int, at: Moment, events: list[Event]
) -> None:  # fmt: skip
    if source not in blotter.monitor.stale:
        events.append(SourceWentStale(at.seq + len(events), at.utc_ns, *source, age_ms, max_ms))


def _fresh(blotter: Blotter, source: Source, at: Moment, events: list[Event]) -> None:
    if source in blotter.monitor.stale:
        events.append(SourceIsFresh(at.seq + len(events), at.utc_ns, *source))


# ------------------------------------------------------------------------------------------------------------- delivery


def set_alerting(blotter: Blotter, command: SetAlerting, at: Moment) -> list[Event]:
    """AlertingSet, unless it is so already."""
    return [] if blotter.monitor.alerting is command.is_on else [AlertingSet(at.seq, at.utc_ns, command.is_on)]


def mark_delivered(blotter: Blotter, command: MarkDelivered, at: Moment) -> list[Event]:
    """AlertsDelivered for those that still wait."""
    numbers = tuple(number for number in command.numbers if number in blotter.monitor.undelivered)
    return [AlertsDelivered(at.seq, at.utc_ns, numbers, command.given_up)] if numbers else []
