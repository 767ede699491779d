"""Commands about overrides."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from oms.types import Side


class GrantOverride(msgspec.Struct, frozen=True, gc=False):
    """Let one order pass. See `oms.overrides`."""

    session: str
    cl_ord_id: str
    symbol: str
    side: Side
    qty_max: Decimal
    price: Decimal | None
    codes: tuple[str, ...]
    valid_s: int
    operator: str
    approver: str
    reason: str


class LapseOverrides(msgspec.Struct, frozen=True, gc=False):
    """The clock: what nobody has used in time is over."""


OverrideCommand = GrantOverride | LapseOverrides
