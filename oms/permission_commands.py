"""Commands about what may be traded, by whom and when. Each may be repeated: what stands so already is no event."""

from __future__ import annotations

import msgspec

from oms.entitlements import Entitlement

OPERATOR = "operator"
CONFIGURATION = "configuration"


class SetEntitlement(msgspec.Struct, frozen=True, gc=False):
    """What a session may trade; None for anything."""

    session: str
    entitlement: Entitlement | None


class RestrictSymbol(msgspec.Struct, frozen=True, gc=False):
    """Let in no new orders in a symbol, or let them in again."""

    symbol: str
    is_restricted: bool
    operator: str
    reason: str
    source: str = OPERATOR
    """Whose list it stands on: OPERATOR or CONFIGURATION."""


class SetTradingHours(msgspec.Struct, frozen=True, gc=False):
    """When a symbol is traded, now or next; both 0: at any time."""

    symbol: str
    start_ns: int
    end_ns: int


class SetBlackout(msgspec.Struct, frozen=True, gc=False):
    """When these symbols, or all, are not traded, now or next; both 0: there is no such blackout any more."""

    name: str
    symbols: tuple[str, ...]
    start_ns: int
    end_ns: int


class ResumeSlice(msgspec.Struct, frozen=True, gc=False):
    """Let a slice go on that was stopped for too many executions, or halted by the monitor."""

    name: str
    """As it was told: `account=A1 symbol=BTC-USD`."""
    operator: str
    reason: str
