"""What the desk must know of a client session: how it speaks, what it may do, what is done for it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.trading.leavers import CancelOnDisconnect
from gateway.translate.dialect import Dialect
from oms.copy_terms import CopyTerms
from oms.entitlements import Entitlement
from oms.limits import Rate


@dataclass(frozen=True, slots=True)
class Client:
    """The terms of one client session."""

    dialect: Dialect
    listens_only: bool = False
    """A drop copy session: it sends no requests."""
    accounts: frozenset[str] = frozenset()
    """Account(1) values it may use; empty for any."""
    report_pending: frozenset[str] = frozenset({"cancel", "replace"})
    """Requests that are answered at once as pending: "new", "cancel", "replace"."""
    cancel_on_disconnect: CancelOnDisconnect | None = None
    """What becomes of its orders when it goes away; None: they stay."""
    messages: Rate | None = None
    """Its own rates, in place of those of the limits."""
    cancels: Rate | None = None
    refusals: Rate | None = None
    """More refusals for the throttle than these end in a Logout; None: never."""
    restate_gt_orders: bool = True
    """It hears at the beginning of each trading day that its orders of days before stand (ExecType D)."""
    entitlement: Entitlement | None = None
    """What it may trade; None for anything."""
    kill_switch: bool = False
    """It may engage the kill switch of its own session."""
    comp_id: str = ""
    """Its CompID: whom copies of its reports name."""
    hears: CopyTerms | None = None
    """What a drop copy session hears."""
