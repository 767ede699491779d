"""Events about limits of slices. They are part of `oms.events`, whose rules hold for them."""

from __future__ import annotations

from oms.event import Event
from oms.slices import LimitRow


class LimitRowChanged(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A named person has changed one row of the tables of limits. Since schema 3."""

    before: LimitRow | None
    """None: there was none for these slices."""
    after: LimitRow | None
    """None: there is none any more."""
    operator: str
    reason: str
    approver: str = ""
    """The second person; '' where none was needed and none was named."""
