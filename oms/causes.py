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
OPERATOR: Final = "OPERATOR"
"""A named person asked for it: OperatorIntervened says who and why."""
LIST_CANCEL: Final = "LIST_CANCEL"
"""Its client asked for the cancel of the list that it came with."""
ONE_CANCELS_THE_OTHER: Final = "ONE_CANCELS_THE_OTHER"
"""Another order of its list was executed."""
ONE_TRIGGERS_THE_OTHER: Final = "ONE_TRIGGERS_THE_OTHER"
"""The order that it waited for has ended without being filled."""

MASS_CANCEL: Final = "MASS_CANCEL"
"""Its client asked for all of its orders, or all in a symbol, to be canceled."""

KILL_SWITCH: Final = "KILL_SWITCH"
"""A kill switch was engaged: KillSwitchEngaged says by whom and why."""

REASONS: Final[Mapping[str, RestatementReason]] = {
    CANCEL_ON_DISCONNECT: RestatementReason.CANCEL_ON_SYSTEM_FAILURE,
    CANCEL_ON_TRADING_HALT: RestatementReason.CANCEL_ON_TRADING_HALT,
    OPERATOR: RestatementReason.VERBAL_CHANGE,
    KILL_SWITCH: RestatementReason.BROKER_OPTION,
    ONE_CANCELS_THE_OTHER: RestatementReason.OTHER,
    ONE_TRIGGERS_THE_OTHER: RestatementReason.OTHER,
}
"""ExecRestatementReason(378) of the order's end."""
