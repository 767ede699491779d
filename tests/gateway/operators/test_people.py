"""Who may ask, and who may approve: by the kind of command, and for every kind there is."""

from __future__ import annotations

import inspect
from decimal import Decimal
from types import ModuleType

import msgspec
import pytest

from config.load import ConfigRefused, load_gateway
from gateway.operators.people import AREAS, People, Person
from oms import (
    commands,
    kill_switch_commands,
    limit_commands,
    operator_commands,
    override_commands,
    permission_commands,
    position_commands,
)
from oms.commands import SetSymbolStatus, SetTradingState
from oms.kill_switch_commands import EngageKillSwitch, ReleaseKillSwitch
from oms.limit_commands import RemoveLimitRow
from oms.override_commands import GrantOverride
from oms.permission_commands import RestrictSymbol, ResumeSlice
from oms.slices import Dimension
from oms.types import KillScope, Side, SymbolStatus, TradingState

MODULES: tuple[ModuleType, ...] = (
    commands,
    kill_switch_commands,
    limit_commands,
    operator_commands,
    override_commands,
    permission_commands,
    position_commands,
)
NOT_ASKED = {
    "EngageKillSwitch": "to stop something is anybody's right",
    "SetLimits": "given by the configuration at the start",
}
EVERYTHING = frozenset(AREAS.values())
PEOPLE = People([Person("ann", EVERYTHING, frozenset()), Person("bob", frozenset(), EVERYTHING)])
OF = ((Dimension.ACCOUNT, "*"),)
OVERRIDE = GrantOverride(
    session="client", cl_ord_id="", symbol="BTC-USD", side=Side.BUY, qty_max=Decimal(1), price=None,
    codes=("PRICE_BAND",), valid_s=60, operator="ann", approver="bob", reason="why not",
)  # fmt: skip


def test_every_command_that_has_an_operator_is_somebodys_right() -> None:
    found = {
        kind
        for module in MODULES
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, msgspec.Struct) and "operator" in kind.__struct_fields__
    }
    by_order = {kind for kind in found if issubclass(kind, operator_commands.Intervention)}
    missing = {kind.__name__ for kind in found - by_order - AREAS.keys()} - NOT_ASKED.keys()
    assert not missing - {"NewOrder"}, f"say in gateway.operators.people whose right it is: {missing}"


@pytest.mark.parametrize(
    "command",
    [
        RemoveLimitRow(OF, "ann", "why not", "bob"),
        ResumeSlice("account=A1", "ann", "why not"),
        ReleaseKillSwitch(KillScope.GLOBAL, "", "ann", "why not", "bob"),
        OVERRIDE,
        SetTradingState(TradingState.ACTIVE, "ann", "why not"),
        SetSymbolStatus("BTC-USD", SymbolStatus.TRADING, "ann", "why not"),
        RestrictSymbol("BTC-USD", False, "ann", "why not"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_the_right_people_and_no_others(command: msgspec.Struct) -> None:
    assert PEOPLE.refusal(command) == ""
    assert People().refusal(msgspec.structs.replace(command, operator="eve")) == "", "nobody is named"
    assert PEOPLE.refusal(msgspec.structs.replace(command, operator="eve")).startswith("operator: 'eve' is none")
    assert PEOPLE.refusal(msgspec.structs.replace(command, operator="bob")).startswith("operator: 'bob' may not ask")
    assert PEOPLE.refusal(msgspec.structs.replace(command, operator="\u0430nn")).startswith("operator: "), "Cyrillic"
    assert PEOPLE.refusal(msgspec.structs.replace(command, operator=" ANN")) == ""
    if "approver" in command.__struct_fields__:
        assert PEOPLE.refusal(msgspec.structs.replace(command, approver="eve")).startswith("approver: 'eve' is none")
        assert PEOPLE.refusal(msgspec.structs.replace(command, approver="ann")).startswith("approver: 'ann' may not")


@pytest.mark.parametrize(
    "command",
    [
        EngageKillSwitch(KillScope.GLOBAL, "", "eve", "fire", True),
        SetTradingState(TradingState.HALTED, "eve", "fire"),
        SetTradingState(TradingState.REDUCING, "eve", "fire"),
        SetSymbolStatus("BTC-USD", SymbolStatus.HALTED, "eve", "fire"),
        RestrictSymbol("BTC-USD", True, "eve", "fire"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_whoever_stops_something_needs_no_right(command: object) -> None:
    assert PEOPLE.refusal(command) == ""


@pytest.mark.parametrize(
    ("people", "fault"),
    [
        ("{name: ann}, {name: ' Ann'}", "people[1].name"),
        ("{name: ann}, {name: ANN}", "'ANN' is already people[0]"),
        ("{name: ann, may: [limits]}, {name: bob}", ""),
        ("{name: ann, may: [overrides]}, {name: bob, approves: [limits]}", "ann may ask for overrides, which a second"),
        ("{name: ann, may: [overrides], approves: [overrides]}", "ann may ask for overrides, which a second person"),
        ("{name: ann, may: [kill_switch]}, {name: bob, approves: [kill_switch]}", ""),
        ("{name: ann, may: [everything]}", "people[0].may"),
        ("{name: ann\u0301}", "people[0].name"),
    ],
)
def test_the_list(tmp_path_factory: pytest.TempPathFactory, people: str, fault: str) -> None:
    file = tmp_path_factory.mktemp("people") / "gateway.yaml"
    file.write_text(f"listen: {{}}\npeople: [{people}]\n", encoding="utf-8")
    if not fault:
        assert load_gateway(file).people
        return
    with pytest.raises(ConfigRefused) as refused:
        load_gateway(file)
    assert fault in str(refused.value) or any(fault in problem for problem in refused.value.problems)
