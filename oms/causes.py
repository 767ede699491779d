"""Why a cancel was asked for that no client asked for: CancelRequested.cause, and what it is told as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from oms.types import RestatementReason

EXPIRED: Final = "EXPIRED"
"""The order's time is over. The answer is told as its expiry, not as a cancel."""
CANCEL_ON_DISCONNECT: Final = "CANCEL_ON_DISCONNECT"
"""Its client has gone away."""
CANCEL_ON_TRADING_HALT: Final = "CANCEL_ON_TRADING_HALT"
"""Its symbol was halted, and its client wished it canceled then."""

REASONS: Final[Mapping[str, RestatementReason]] = {
    CANCEL_ON_DISCONNECT: RestatementReason.CANCEL_ON_SYSTEM_FAILURE,
    CANCEL_ON_TRADING_HALT: RestatementReason.CANCEL_ON_TRADING_HALT,
}
"""ExecRestatementReason(378) of the order's end."""
