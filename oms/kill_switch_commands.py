"""Commands about kill switches."""

from __future__ import annotations

import msgspec

from oms.types import KillScope


class EngageKillSwitch(msgspec.Struct, frozen=True, gc=False):
    """Stop a slice. See `oms.kill_switches`."""

    scope: KillScope
    value: str
    operator: str
    reason: str
    cancel: bool = True
    """Its open orders are canceled, too."""


class ReleaseKillSwitch(msgspec.Struct, frozen=True, gc=False):
    """Let the slice go on. What was canceled stays so."""

    scope: KillScope
    value: str
    operator: str
    reason: str
    approver: str = ""
    second_person: bool = True
    """`approver` is neither who engaged it nor `operator`."""


class KillOrder(msgspec.Struct, frozen=True, gc=False):
    """Cancel the order if a switch wants it canceled. No event when it has been asked for already."""

    order_seq: int


KillSwitchCommand = EngageKillSwitch | ReleaseKillSwitch | KillOrder
