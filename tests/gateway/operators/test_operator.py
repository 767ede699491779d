"""What operators may wish for, and what is wrong with the rest."""

from __future__ import annotations

import pytest

from gateway.operators.operator import Status, command_of
from gateway.operators.session_commands import (
    ExplainSession,
    ListSessions,
    LogOutSession,
    ReadConfiguration,
    ResetNumbers,
)
from oms.commands import SetSymbolStatus, SetTradingState
from oms.types import SymbolStatus, TradingState

WHO = {"operator": "ann", "reason": "test"}


@pytest.mark.parametrize("state", list(TradingState))
def test_trading_state(state: TradingState) -> None:
    assert command_of({"ask": "trading_state", "state": str(state), **WHO}) == SetTradingState(state, "ann", "test")


def test_status() -> None:
    assert isinstance(command_of({"ask": "status"}), Status)


@pytest.mark.parametrize(
    ("wish", "command"),
    [
        ({"ask": "sessions"}, ListSessions()),
        ({"ask": "session_logout", "session": "C", **WHO}, LogOutSession("C", "ann", "test")),
        ({"ask": "session_reset", "session": "C", **WHO}, ResetNumbers("C", None, None, "ann", "test")),
        ({"ask": "session_reset", "session": "C", "sender": 7, **WHO}, ResetNumbers("C", 7, None, "ann", "test")),
        ({"ask": "session_explain", "session": "C"}, ExplainSession("C", None, None)),
        ({"ask": "session_explain", "session": "C", "logon_seq": 1, "next_expected": 2}, ExplainSession("C", 1, 2)),
        ({"ask": "reload", "operator": "ann"}, ReadConfiguration("ann")),
        (
            {"ask": "symbol_status", "symbol": "X", "status": "HALTED", **WHO},
            SetSymbolStatus("X", SymbolStatus.HALTED, "ann", "test"),
        ),
    ],
)
def test_wishes_for_sessions(wish: dict[str, object], command: object) -> None:
    assert command_of(wish) == command


STATE = {"ask": "trading_state"}
RESET = {"ask": "session_reset", "session": "C"}


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (
            {},
            (
                "ask: None is not one of status, state_hash, trading_state, symbol_status, restriction, slice_resume, "
                "monitor, sessions"
            ),
        ),
        ({"ask": "symbol_status", "status": "OFF"}, "status: 'OFF' is not one of TRADING, HALTED, CLOSED"),
        ({"ask": "symbol_status", "status": "HALTED", **WHO}, "symbol: missing: which symbol"),
        ({"ask": "symbol_status", "status": "HALTED", "symbol": "X"}, "operator: missing: a halt has a name"),
        (STATE, "state: None is not one of ACTIVE, REDUCING, HALTED"),
        ({"state": "halted", **STATE, **WHO}, "state: 'halted' is not one of"),
        ({"state": ["HALTED"], **STATE, **WHO}, "is not one of"),
        ({"state": "HALTED", **STATE}, "operator: missing"),
        ({"state": "HALTED", "operator": "ann", **STATE}, "reason: missing"),
        ({"state": "HALTED", "operator": " ", "reason": "x", **STATE}, "operator: missing"),
        ({"state": "HALTED", "operator": "ann", "reason": 5, **STATE}, "reason: 5 is no text"),
        (RESET, "operator: missing: a change of sequence numbers has a name and a reason"),
        ({"ask": "session_logout", **WHO}, "session: missing"),
        ({"sender": 0, **RESET, **WHO}, "sender: 0 is no sequence number"),
        ({"target": True, **RESET, **WHO}, "target: True is no sequence number"),
        ({"target": "7", **RESET, **WHO}, "target: '7' is no sequence number"),
        ({"ask": "session_explain", "session": "C", "logon_seq": 10**18}, "logon_seq: 1000000000000000000 is no"),
        ({"ask": "reload"}, "operator: missing: a reload has a name"),
    ],
)
def test_what_cannot_be_wished_for(wish: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        command_of(wish)
