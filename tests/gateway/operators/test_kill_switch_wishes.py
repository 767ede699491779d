"""What may be asked about kill switches, and what is wrong with other wishes."""

from __future__ import annotations

import pytest

from gateway.operators.kill_switch_wishes import READERS, ShowKillSwitches, slice_of
from gateway.operators.operator import command_of
from oms.kill_switch_commands import EngageKillSwitch, ReleaseKillSwitch
from oms.types import KillScope

WHO = {"operator": "ann", "reason": "why"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("global", (KillScope.GLOBAL, "")),
        ("account=A1", (KillScope.ACCOUNT, "A1")),
        (" algo=a=b ", (KillScope.ALGO, "a=b")),
        ("symbol=BTC-USD", (KillScope.SYMBOL, "BTC-USD")),
    ],
)
def test_slices(text: str, found: tuple[KillScope, str]) -> None:
    assert slice_of(text) == found


@pytest.mark.parametrize(
    "text", [None, 7, "", "everything", "global=", "global=x", "account", "account=", "account= ", "=A1"]
)
def test_no_slices(text: object) -> None:
    with pytest.raises(ValueError, match=r"scope: .* is neither global nor one of venue=\.\.\., account="):
        slice_of(text)


def test_commands() -> None:
    assert command_of({"ask": "kill_status"}) == ShowKillSwitches()
    assert command_of({**WHO, "ask": "kill_engage", "scope": "trader=T1"}) == EngageKillSwitch(
        KillScope.TRADER, "T1", "ann", "why", True
    )
    assert command_of({**WHO, "ask": "kill_engage", "scope": "global", "cancel": False}) == EngageKillSwitch(
        KillScope.GLOBAL, "", "ann", "why", False
    )
    assert command_of({**WHO, "ask": "kill_release", "scope": "global", "approver": " bob "}) == ReleaseKillSwitch(
        KillScope.GLOBAL, "", "ann", "why", "bob"
    )


@pytest.mark.parametrize(
    ("ask", "wish", "why"),
    [
        ("kill_engage", {"scope": "global", "reason": "why"}, "operator: missing"),
        ("kill_engage", {"scope": "global", "operator": "ann", "reason": " "}, "reason: missing"),
        ("kill_engage", {**WHO, "scope": "global", "cancel": "no"}, "cancel: 'no'"),
        ("kill_release", {**WHO, "scope": "global", "approver": 7}, "approver: 7"),
    ],
)
def test_wishes_that_cannot_be_read(ask: str, wish: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        READERS[ask](wish)
