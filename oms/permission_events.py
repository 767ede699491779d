"""Events of what may be traded, by whom and when. All since schema 3, but for SessionRatesSet."""

from __future__ import annotations

from oms.entitlements import Entitlement
from oms.event import Event
from oms.limits import Rate


class EntitlementSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What `session` may trade; None for anything."""

    session: str
    entitlement: Entitlement | None


class SessionRatesSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What `session` may send, in place of the rates that the limits give everybody; None for those."""

    session: str
    messages: Rate | None
    cancels: Rate | None


class RestrictionChanged(Event, frozen=True, gc=False, array_like=True, tag=True):
    """No new orders in `symbol`, or new orders again. `source` is who keeps this list: `operator` or `configuration`;
    one does not end what the other has begun."""

    symbol: str
    is_restricted: bool
    source: str
    operator: str
    reason: str


class TradingHoursSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """`symbol` is traded from `start_ns` up to `end_ns` (UTC), and not before the next such event after that. Both 0:
    it has no hours."""

    symbol: str
    start_ns: int
    end_ns: int


class BlackoutSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """No new orders in `symbols`, or in any when that is empty, from `start_ns` up to `end_ns` (UTC). Both 0: the
    blackout of this name is taken back."""

    name: str
    symbols: tuple[str, ...]
    start_ns: int
    end_ns: int


class SliceStopped(Event, frozen=True, gc=False, array_like=True, tag=True):
    """More executions than `rate`: no new orders in this slice until a person lets it go on."""

    table: str
    """The dimensions of its table of limits, with commas."""
    values: tuple[str, ...]
    """One for each of them."""
    name: str
    """As operators write it: `account=A1 symbol=BTC-USD`."""
    rate: Rate


class SliceResumed(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A named person lets a stopped slice go on; its executions are counted anew."""

    table: str
    values: tuple[str, ...]
    operator: str
    reason: str
