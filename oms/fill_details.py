"""What not every venue tells of an execution."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class FillDetails(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Fields are only added, at the end, with a default."""

    last_mkt: str = ""
    """LastMkt(30): the market, where the venue has several; else the venue's own stands."""
    commission: Decimal | None = None
    """Commission(12) of this execution, absolute; negative for a rebate."""
    commission_currency: str = ""
    """CommCurrency(479)."""
    last_liquidity_ind: str = ""
    """LastLiquidityInd(851): '1' added liquidity, '2' removed it."""
