"""What may be asked about kill switches: from the door's JSON to a command, or to what is wrong with the wish.

A slice is written `global`, or `account=A1` with any scope of `oms.types.KillScope`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from gateway.operators.wish import Wish, optional_word, word
from oms.kill_switch_commands import EngageKillSwitch, ReleaseKillSwitch
from oms.types import KillScope

WHY: Final = "a kill switch is engaged and released with a name and a reason"


class ShowKillSwitches(NamedTuple):
    """What is engaged, and what became of the cancels. Changes nothing."""


def slice_of(text: object) -> tuple[KillScope, str]:
    """Raises ValueError for what is no slice."""
    scope, equals, value = text.strip().partition("=") if isinstance(text, str) else ("", "", "")
    is_global = scope == KillScope.GLOBAL
    if scope not in list(KillScope) or is_global == bool(equals) or (equals and not value.strip()):
        scopes = ", ".join(f"{known}=..." for known in KillScope if known is not KillScope.GLOBAL)
        raise ValueError(f"scope: {text!r} is neither global nor one of {scopes}")
    return KillScope(scope), value.strip()


def _engage(wish: Wish) -> object:
    cancel = wish.get("cancel", True)
    if not isinstance(cancel, bool):
        raise ValueError(f"cancel: {cancel!r} is neither true nor false")
    return EngageKillSwitch(
        *slice_of(wish.get("scope")), word(wish, "operator", WHY), word(wish, "reason", WHY), cancel
    )


def _release(wish: Wish) -> object:
    approver = optional_word(wish, "approver")
    scope, value = slice_of(wish.get("scope"))
    return ReleaseKillSwitch(scope, value, word(wish, "operator", WHY), word(wish, "reason", WHY), approver)


READERS: Final[dict[str, Callable[[Wish], object]]] = {
    "kill_status": lambda wish: ShowKillSwitches(),
    "kill_engage": _engage,
    "kill_release": _release,
}
"""What may be asked for, as `ask` in the wish."""
