"""Events of the monitor: what it has told of limits, of prices and of results. They are part of `oms.events`, whose
rules hold for them. All since schema 3."""

from __future__ import annotations

from decimal import Decimal

from oms.event import Event


class LimitWarned(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A slice uses so much of a limit that a person should know (`oms.limit_levels`)."""

    table: str
    """The dimensions of its table of limits, with commas."""
    values: tuple[str, ...]
    """One for each of them."""
    name: str
    """As operators write it: `account=A1 symbol=BTC-USD`."""
    bound: str
    """A field of `oms.slices.Bounds`."""
    used: Decimal
    limit: Decimal


class LimitBreached(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A slice is above a limit. With `halts` no new order of it passes until a named person lets it go on. Fields as in
    LimitWarned."""

    table: str
    values: tuple[str, ...]
    name: str
    bound: str
    used: Decimal
    limit: Decimal
    halts: bool


class LimitCleared(Event, frozen=True, gc=False, array_like=True, tag=True):
    """The use of a limit that was told of is low again. A slice that was halted stays so. Fields as in LimitWarned."""

    table: str
    values: tuple[str, ...]
    name: str
    bound: str
    used: Decimal
    limit: Decimal | None
    """None: it has no such limit any more."""


class SourceWentStale(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What limits are judged by is too old to judge by."""

    source: str
    """`reference` for a reference price, `rate` for a conversion rate."""
    name: str
    """The symbol, or the currency."""
    age_ms: int | None
    """None: there has never been one."""
    max_ms: int


class SourceIsFresh(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What was stale has been told anew, or is not asked for any more."""

    source: str
    name: str


class ResultMarked(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What a slice has earned since the ledger began, realised and not (`oms.results`)."""

    table: str
    values: tuple[str, ...]
    result: Decimal
    """In the base currency."""
    start: Decimal
    """Where its first mark began."""
    part_ns: int
    """A tenth of the period over which its loss is limited; 0 where it is not."""


class AlertingSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """From here on alerts are to be delivered to a receiver outside, or are not any more."""

    is_on: bool


class AlertsDelivered(Event, frozen=True, gc=False, array_like=True, tag=True):
    """The receiver has taken the alerts about these facts, or they are given up."""

    numbers: tuple[int, ...]
    """`seq` of each fact."""
    given_up: bool = False
