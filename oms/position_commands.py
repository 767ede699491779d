"""Commands about what is held and what currencies are worth. Each has who and why; what a person gets wrong leads to
OperatorRefused, and to nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

ROWS_MAX: Final = 10_000
"""Of positions that are told together."""


class StartOfDay(msgspec.Struct, frozen=True, gc=False):
    """What an account held when the trading day began."""

    account: str
    symbol: str
    venue: str
    """'' for all that the account holds of the symbol, wherever it is."""
    qty: Decimal
    """Negative when it was sold short."""
    price: Decimal | None
    """What one has cost; None for the reference price of the moment."""
    where: str = ""
    """Where it was said, for a person: `line 7`."""


class SetStartOfDay(msgspec.Struct, frozen=True, gc=False):
    """All of these, or none. No event for what was told so already today."""

    rows: tuple[StartOfDay, ...]
    day: str
    """The trading day that it is about, as YYYYMMDD; '' for the one that it is."""
    source: str
    operator: str
    reason: str
    approver: str = ""
    """A second person, who approves."""


class SetConversionRate(msgspec.Struct, frozen=True, gc=False):
    """What one of a currency is in the base currency."""

    currency: str
    rate: Decimal
    as_of_ns: int | None
    """When it was so; None for now."""
    operator: str
    reason: str
    approver: str = ""
    """A second person, who approves."""


PositionCommand = SetStartOfDay | SetConversionRate
