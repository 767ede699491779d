"""What an override leads to: it is granted by two people, used by an order (`oms.decide_client`), or lapses."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.events import Event, OverrideGranted, OverrideLapsed
from oms.exact import in_bounds
from oms.override_commands import GrantOverride, LapseOverrides
from oms.overrides import SOFT_CODES, VALID_S_MAX
from oms.persons import is_second
from oms.types import Moment

_NS_PER_S = 1_000_000_000


def grant_refusal(blotter: Blotter, command: GrantOverride) -> str:
    """Why there is no such override; '' when there is."""
    hard = [code for code in command.codes if code not in SOFT_CODES]
    if hard or not command.codes:
        return f"codes: {','.join(hard) or 'none'}: can be overridden: {', '.join(sorted(SOFT_CODES))}"
    if not in_bounds(command.qty_max) or command.qty_max <= 0:
        return f"qty_max: {command.qty_max:f}: positive"
    if not 1 <= command.valid_s <= VALID_S_MAX:
        return f"valid_s: {command.valid_s}: 1 to {VALID_S_MAX}"
    if command.symbol not in blotter.instruments:
        return f"symbol: {command.symbol!r} is not one of {', '.join(blotter.instruments)}"
    for name in ("operator", "reason", "approver"):
        if not getattr(command, name).strip():
            return f"{name}: missing: an override has a name, a reason, and a second person who approves"
    if not is_second(command.approver, command.operator):
        return f"approver: {command.approver!r} is who asks for it: a second person approves of an override"
    client = blotter.clients.get(command.session)
    if command.cl_ord_id and client is not None and command.cl_ord_id in client.cl_ord_ids:
        return f"cl_ord_id: {command.cl_ord_id!r} is used already: the order is sent again under another"
    return ""


def grant(blotter: Blotter, command: GrantOverride, at: Moment) -> list[Event]:
    """OverrideGranted; nothing when `grant_refusal` has something against it."""
    if grant_refusal(blotter, command):
        return []
    return [
        OverrideGranted(
            at.seq, at.utc_ns, command.session, command.cl_ord_id, command.symbol, command.side, command.qty_max,
            command.price, command.codes, at.utc_ns + command.valid_s * _NS_PER_S, command.operator, command.approver,
            command.reason,
        )
    ]  # fmt: skip


def lapse(blotter: Blotter, command: LapseOverrides, at: Moment) -> list[Event]:
    """OverrideLapsed of each one whose time is over."""
    over = [seq for seq, granted in blotter.overrides.items() if granted.until_ns <= at.utc_ns]
    return [OverrideLapsed(at.seq + place, at.utc_ns, seq) for place, seq in enumerate(over)]
