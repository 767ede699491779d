"""Alerts: what a person must hear of, as a record that a program can take.

There are two kinds. A *fact* that is an alert (`oms.monitor.ALERTS`) stands in the log; its id is made of the store and
its number, so it is the same whenever it is told, and it is told until its receiver has taken it, across restarts. A
*note* of level error is of this life of the process only (a turn took long, a venue does not answer): it is told as
long as the process lives, under an id that no other note ever has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from oms.events import (
    Event,
    KillSwitchEngaged,
    KillSwitchReleased,
    LimitBreached,
    LimitCleared,
    LimitWarned,
    OrderAdopted,
    ReportQuarantined,
    SliceResumed,
    SliceStopped,
    SourceIsFresh,
    SourceWentStale,
    TradingStateChanged,
)
from oms.exact import multiply, quotient_for_display, trimmed
from oms.kill_switches import slice_name as switch_name
from oms.limit_use import slice_name
from oms.quarantine import REASONS
from oms.types import TradingState, order_id

ALERT: Final = "alert"
"""The key of a note's details that makes it an alert about a fact: its id."""
LEVELS: Final = ("error", "critical")
"""Notes of these levels are alerts, too."""
OWN: Final = frozenset({"alert_given_up", "alerts_dropped", "webhook_fails"})
"""What delivery says of itself is not delivered."""


class Alert(NamedTuple):
    """One alert, for whoever is to have it."""

    id: str
    seq: int | None
    """Of the fact that it is about; None for a note."""
    level: str
    """`info`, `warning`, `error` or `critical`."""
    event: str
    session: str
    utc_ns: int
    details: Mapping[str, object]


def alert_id(store_id: str, seq: int) -> str:
    """The same for the same fact, for ever."""
    return f"{store_id}-{seq}"


_HUNDRED: Final = Decimal(100)

Told = tuple[str, str, dict[str, str]]
"""Level, event, details."""


def told(event: Event, store_id: str) -> Told:
    """The note for a fact that is an alert: one of `oms.monitor.ALERTS`."""
    level, name, details = _TOLD[type(event)](event)
    if isinstance(event, OrderAdopted):
        details["order_id"] = order_id(store_id, event.seq)
    return level, name, {**details, ALERT: alert_id(store_id, event.seq)}


def _warned(event: LimitWarned) -> Told:
    return "warning", "limit_warned", _use(event)


def _breached(event: LimitBreached) -> Told:
    details = _use(event)
    if event.halts:
        details["meaning"] = (
            "A limit is broken, and its slice halted: no new orders in it until a person lets it go on."
        )
        details["cure"] = "Look at fixgate monitor and the positions; then: fixgate limits resume, with a reason."
    else:
        details["meaning"] = "A limit of a rate is broken. Its gate refuses until the rate is lower: nothing is halted."
        details["cure"] = "Look at who sends so much."
    return "error", "limit_breached", details


def _cleared(event: LimitCleared) -> Told:
    details = {"slice": event.name, "bound": event.bound, "used": trimmed(event.used)}
    return "info", "limit_cleared", details


def _use(event: LimitWarned | LimitBreached) -> dict[str, str]:
    share = f"{quotient_for_display(multiply(event.used, _HUNDRED), event.limit):.1f}" if event.limit else "all"
    return {
        "slice": event.name,
        "bound": event.bound,
        "used": trimmed(event.used),
        "limit": trimmed(event.limit),
        "percent": share,
    }


def _stale(event: SourceWentStale) -> Told:
    details = {
        "source": event.source,
        "name": event.name,
        "age_ms": "none" if event.age_ms is None else str(event.age_ms),
        "max_ms": str(event.max_ms),
    }
    return "error", "source_stale", details


def _fresh(event: SourceIsFresh) -> Told:
    return "info", "source_fresh", {"source": event.source, "name": event.name}


def _stopped(event: SliceStopped) -> Told:
    return (
        "error",
        "slice_stopped",
        {"slice": event.name, "per_s": str(event.rate.per_s), "burst": str(event.rate.burst)},
    )


def _resumed(event: SliceResumed) -> Told:
    name = slice_name((event.table, event.values))
    return "warning", "slice_resumed", {"slice": name, "operator": event.operator, "reason": event.reason}


def _engaged(event: KillSwitchEngaged) -> Told:
    name = switch_name(event.scope, event.value)
    return "error", "kill_switch_engaged", {"slice": name, "operator": event.operator, "reason": event.reason}


def _released(event: KillSwitchReleased) -> Told:
    details = {"slice": switch_name(event.scope, event.value), "operator": event.operator, "approver": event.approver}
    return "warning", "kill_switch_released", {**details, "reason": event.reason}


def _trading_state(event: TradingStateChanged) -> Told:
    level = "info" if event.state is TradingState.ACTIVE else "warning"
    details = {"state": str(event.state), "operator": event.operator, "reason": event.reason}
    return level, "trading_state", details


def _put_aside(event: ReportQuarantined) -> Told:
    return "error", "report_put_aside", {"venue": event.venue, "why": event.why, "cure": REASONS[event.why].cure}


def _adopted(event: OrderAdopted) -> Told:
    details = {"venue": event.venue, "venue_cl_ord_id": event.venue_cl_ord_id, "venue_order_id": event.venue_order_id}
    return "error", "external_order", details


_TOLD: Final[Mapping[type[Event], Callable[[Any], Told]]] = {
    LimitWarned: _warned,
    LimitBreached: _breached,
    LimitCleared: _cleared,
    SourceWentStale: _stale,
    SourceIsFresh: _fresh,
    SliceStopped: _stopped,
    SliceResumed: _resumed,
    KillSwitchEngaged: _engaged,
    KillSwitchReleased: _released,
    TradingStateChanged: _trading_state,
    ReportQuarantined: _put_aside,
    OrderAdopted: _adopted,
}
