"""Events about what is held and what it is worth, said by persons or by prices. They are part of `oms.events`, whose
rules hold for them."""

from __future__ import annotations

from decimal import Decimal

from oms.event import Event


class StartOfDayPositionSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A named person says what an account held when the trading day began. Since schema 3."""

    day: str
    """The trading day, as YYYYMMDD; '' before the first."""
    account: str
    symbol: str
    venue: str
    """Where it is held; '' for all that the account holds of the symbol, wherever it is."""
    qty: Decimal
    """Negative when it was sold short."""
    price: Decimal
    """What one has cost: P&L of it is counted from there. 0 when nothing is held."""
    is_reference: bool
    """No price was told: it is the reference price of the moment."""
    source: str
    """The file; '' when it was said by itself."""
    operator: str
    reason: str
    approver: str = ""
    """The second person; '' where none was needed and none was named."""


class ConversionRateSet(Event, frozen=True, gc=False, array_like=True, tag=True):
    """What one of a currency is in the base currency from now on. Since schema 3."""

    currency: str
    rate: Decimal
    as_of_ns: int
    """When it was so, UTC."""
    symbol: str
    """The instrument whose reference price it is; '' when `operator` has said so."""
    operator: str = ""
    reason: str = ""
    approver: str = ""
    """The second person; '' where none was needed and none was named."""
