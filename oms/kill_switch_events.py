"""Events about kill switches. They are part of `oms.events`, whose rules hold for them."""

from __future__ import annotations

from oms.event import Event
from oms.types import KillScope


class KillSwitchEngaged(Event, frozen=True, gc=False, array_like=True, tag=True):
    """From here on no new order and no replace of the slice passes. With `cancel` a CancelRequested, or OrderCanceled
    of a held order, of each open order of the slice follows, some of them in later turns. One that is engaged already
    may be engaged again: its open orders are then asked back once more. Since schema 3."""

    scope: KillScope
    value: str
    """'' for the scope of everything."""
    operator: str
    reason: str
    cancel: bool


class KillSwitchReleased(Event, frozen=True, gc=False, array_like=True, tag=True):
    """`approver` is the second person, '' where none is asked for. Since schema 3."""

    scope: KillScope
    value: str
    operator: str
    reason: str
    approver: str
