"""Who may ask for what, and who may approve of it: each wish that reaches the desk is looked at here first.

With no people in the configuration anybody may do everything, under any name. With some, whoever asks for something
must be one of them and have the right to, and so must whoever approves. To stop something is anybody's right: a kill
switch, a halt, a restriction, REDUCING. Names are what the operators' door is told; who can reach that door at all is
for the operating system to say (SECURITY.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from gateway.operators.order_commands import ActOnOrder
from oms.commands import SetSymbolStatus, SetTradingState
from oms.kill_switch_commands import ReleaseKillSwitch
from oms.limit_commands import RemoveLimitRow, SetLimitRow
from oms.operator_commands import EnterOrder
from oms.override_commands import GrantOverride
from oms.permission_commands import RestrictSymbol, ResumeSlice
from oms.persons import person
from oms.position_commands import SetConversionRate, SetStartOfDay
from oms.types import SymbolStatus, TradingState

LIMITS: Final = "limits"
KILL_SWITCH: Final = "kill_switch"
OVERRIDES: Final = "overrides"
POSITIONS: Final = "positions"
TRADING: Final = "trading"
ORDERS: Final = "orders"

AREAS: Final[Mapping[type, str]] = {
    SetLimitRow: LIMITS,
    RemoveLimitRow: LIMITS,
    ResumeSlice: LIMITS,
    ReleaseKillSwitch: KILL_SWITCH,
    GrantOverride: OVERRIDES,
    SetStartOfDay: POSITIONS,
    SetConversionRate: POSITIONS,
    SetTradingState: TRADING,
    SetSymbolStatus: TRADING,
    RestrictSymbol: TRADING,
    ActOnOrder: ORDERS,
    EnterOrder: ORDERS,
}
"""By the type of the command. What is not here only shows something, or stops something."""


class Person(NamedTuple):
    name: str
    may: frozenset[str]
    approves: frozenset[str]


class People:
    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._people = {person(one.name): one for one in people}

    def refusal(self, command: object) -> str:
        """Why it is not for them to ask for this; '' when it is."""
        area = AREAS.get(type(command))
        if not self._people or area is None or _stops(command):
            return ""
        wish = command.command if isinstance(command, ActOnOrder) else command
        operator: str = getattr(wish, "operator", "")
        who = self._people.get(person(operator))
        if who is None:
            return f"operator: {operator!r} is none of the people in the configuration"
        if area not in who.may:
            return f"operator: {operator!r} may not ask for {area}; may: {', '.join(sorted(who.may)) or 'nothing'}"
        approver: str = getattr(wish, "approver", "")
        if not approver.strip():
            return ""  # whether somebody has to approve is for the decision to say
        second = self._people.get(person(approver))
        if second is None:
            return f"approver: {approver!r} is none of the people in the configuration"
        if area not in second.approves:
            approved = ", ".join(sorted(second.approves)) or "nothing"
            return f"approver: {approver!r} may not approve of {area}; approves of: {approved}"
        return ""


def _stops(command: object) -> bool:
    if isinstance(command, SetTradingState):
        return command.state is not TradingState.ACTIVE
    if isinstance(command, SetSymbolStatus):
        return command.status is not SymbolStatus.TRADING
    return isinstance(command, RestrictSymbol) and command.is_restricted
