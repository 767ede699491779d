"""Commands of the monitor. Whoever gives them keeps the time; each may be repeated, for what stands is no event."""

from __future__ import annotations

import msgspec

from oms.limit_levels import Thresholds
from oms.slice_flow import Slice


class LookAtSlices(msgspec.Struct, frozen=True, gc=False):
    """Compare what these slices use with their limits."""

    source: str
    """A key of `oms.limit_use.SOURCES`."""
    slices: tuple[Slice, ...]
    thresholds: Thresholds = Thresholds()


class LookAtExecution(msgspec.Struct, frozen=True, gc=False):
    """An execution of this order stands now, or what was said of it later: see what has become of its slices."""

    order_seq: int
    exec_id: str
    thresholds: Thresholds = Thresholds()


class LookAtSources(msgspec.Struct, frozen=True, gc=False):
    """See whether these reference prices and conversion rates are fresh enough, and these results still asked for."""

    symbols: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    results: tuple[Slice, ...] = ()
    """Slices of which a result could not be told: they may have no limit of it any more."""


class SetAlerting(msgspec.Struct, frozen=True, gc=False):
    """Whether alerts are delivered to a receiver outside: then facts that are alerts wait for their delivery."""

    is_on: bool


class MarkDelivered(msgspec.Struct, frozen=True, gc=False):
    """The receiver has taken these alerts; or, `given_up`, it never will."""

    numbers: tuple[int, ...]
    given_up: bool = False


MonitorCommand = LookAtSlices | LookAtExecution | LookAtSources | SetAlerting | MarkDelivered
