"""Events about overrides. They are part of `oms.events`, whose rules hold for them."""

from __future__ import annotations

from decimal import Decimal

from oms.event import Event
from oms.types import Side


class OverrideGranted(Event, frozen=True, gc=False, array_like=True, tag=True):
    """One new order of the session may pass in spite of the refusals named, until `until_ns`. See `oms.overrides`.
    Since schema 3."""

    session: str
    cl_ord_id: str
    """Of the order it is for; '' for the next one on the terms that follow."""
    symbol: str
    side: Side
    qty_max: Decimal
    price: Decimal | None
    """The one limit price that it is for; None for any."""
    codes: tuple[str, ...]
    until_ns: int
    operator: str
    approver: str
    reason: str


class OverrideUsed(Event, frozen=True, gc=False, array_like=True, tag=True):
    """The order that begins with event `received_seq` passed by the override `granted_seq`, which is spent. Since
    schema 3."""

    granted_seq: int
    received_seq: int
    refusals: tuple[str, ...]
    """What the gates had against it."""


class OverrideLapsed(Event, frozen=True, gc=False, array_like=True, tag=True):
    """Its time is over, and no order has used it. Since schema 3."""

    granted_seq: int
