"""Events about limits of slices. They are part of `oms.events`, whose rules hold for them."""

from __future__ import annotations

from decimal import Decimal

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


class LimitExceeded(Event, frozen=True, gc=False, array_like=True, tag=True):
    """An execution, or what was said of it later, has brought a slice above a limit: its venue has executed at another
    price or more than was reserved, or has taken back what had reduced it. It is booked, for it is money. LimitBreached
    stops the slice. Since schema 3."""

    order_seq: int
    exec_id: str
    """Of the report, as the venue says it."""
    table: str
    values: tuple[str, ...]
    name: str
    """The slice, as operators write it."""
    bound: str
    """A field of `oms.slices.Bounds`."""
    used: Decimal
    limit: Decimal
