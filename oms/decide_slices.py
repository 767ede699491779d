"""Slices that are stopped for too many executions, and go on when a named person says so; so do those that the monitor
has halted."""

from __future__ import annotations

from collections.abc import Sequence

from oms.blotter import Blotter
from oms.events import Event, LimitBreached, OrderFilled, SliceResumed, SliceStopped
from oms.permission_commands import ResumeSlice
from oms.slice_flow import Slice
from oms.types import Moment


def with_stops(blotter: Blotter, events: list[Event], at: Moment) -> list[Event]:
    """The facts, and a SliceStopped for each slice that one of the executions among them is too many for."""
    flow, orders, seen = blotter.execution_flow, blotter.orders, set[Slice]()
    stops: list[Event] = []
    for event in _executions(events):
        order = orders.get(event.order_seq)
        if order is None:
            continue
        for which, name, rate in flow.stopping(order, orders, event.venue, at.utc_ns, blotter.traits):
            if which not in seen:
                seen.add(which)
                stops.append(SliceStopped(at.seq + len(events) + len(stops), at.utc_ns, *which, name, rate))
    return [*events, *stops] if stops else events


def _executions(events: Sequence[Event]) -> list[OrderFilled]:
    return [event for event in events if isinstance(event, OrderFilled)]


def resume_slice(blotter: Blotter, command: ResumeSlice, at: Moment) -> list[Event]:
    """SliceResumed, for all that it was stopped or halted for. No event when nothing of that name is."""
    for stop in stops(blotter):
        if stop.name == command.name:
            return [SliceResumed(at.seq, at.utc_ns, stop.table, stop.values, command.operator, command.reason)]
    return []


def stops(blotter: Blotter) -> list[SliceStopped | LimitBreached]:
    """Why slices wait for a person, in the order in which that came. One may be there twice."""
    found: list[SliceStopped | LimitBreached] = [*blotter.execution_flow.stopped.values(), *blotter.monitor.halts()]
    found.sort(key=_seq)
    return found


def _seq(event: Event) -> int:
    return event.seq


def stopped_slices(blotter: Blotter) -> list[str]:
    """The names of those that wait for a person."""
    return list(dict.fromkeys(stop.name for stop in stops(blotter)))
