"""What operators may wish for, and what is wrong with the rest."""

from __future__ import annotations

import pytest

from gateway.operator import Status, command_of
from oms.commands import SetTradingState
from oms.types import TradingState

WHO = {"operator": "ann", "reason": "test"}


@pytest.mark.parametrize("state", list(TradingState))
def test_trading_state(state: TradingState) -> None:
    assert command_of({"ask": "trading_state", "state": str(state), **WHO}) == SetTradingState(state, "ann", "test")


def test_status() -> None:
    assert isinstance(command_of({"ask": "status"}), Status)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({}, "state: None is not one of ACTIVE, REDUCING, HALTED"),
        ({"state": "halted", **WHO}, "state: 'halted' is not one of"),
        ({"state": ["HALTED"], **WHO}, "is not one of"),
        ({"state": "HALTED"}, "operator: missing"),
        ({"state": "HALTED", "operator": "ann"}, "reason: missing"),
        ({"state": "HALTED", "operator": " ", "reason": "x"}, "operator: missing"),
        ({"state": "HALTED", "operator": "ann", "reason": 5}, "reason: missing"),
    ],
)
def test_what_cannot_be_wished_for(wish: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        command_of(wish)
