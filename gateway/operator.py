"""What an operator may ask for: from the admin door's JSON to a command, or to what is wrong with the wish."""

from __future__ import annotations

from oms.commands import SetTradingState
from oms.types import TradingState


class Status:
    """Asks for a picture of the process. Changes nothing."""


def command_of(wish: dict[str, object]) -> object:
    """The command that a wish states. Raises ValueError naming the key, the value and the rule."""
    if wish.get("ask") == "status":
        return Status()
    state = wish.get("state")
    if state not in list(TradingState):
        raise ValueError(f"state: {state!r} is not one of {', '.join(TradingState)}")
    for key in ("operator", "reason"):
        value = wish.get(key)
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{key}: missing: a change of the trading state has a name and a reason")
    return SetTradingState(TradingState(str(state)), str(wish["operator"]), str(wish["reason"]))
