"""What a kill switch leads to. The flag is one fact and stands at once; the cancels are decided order by order, so that
whoever asks for them can let others be heard in between, and go on after a restart: an order itself says whether its
switch has asked for it."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.causes import KILL_SWITCH, REASONS
from oms.decide_intervention import is_known_by_order_id
from oms.decide_time import our_cancel
from oms.events import CancelRequested, Event, KillSwitchEngaged, KillSwitchReleased, OrderCanceled
from oms.kill_switch_commands import EngageKillSwitch, KillOrder, ReleaseKillSwitch
from oms.kill_switches import slice_name
from oms.order import Order
from oms.order_state import Base
from oms.persons import person
from oms.types import KillScope, Moment


def engage_refusal(command: EngageKillSwitch) -> str:
    """Why there is no such switch; '' when there is."""
    if (command.scope is KillScope.GLOBAL) == bool(command.value):
        return f"scope: {slice_name(command.scope, command.value)!r}: a value for each scope but global"
    return ""


def engage(blotter: Blotter, command: EngageKillSwitch, at: Moment) -> list[Event]:
    """KillSwitchEngaged, unless it stands so already and nothing is to be canceled. Raises ValueError for a scope
    without a value."""
    if why := engage_refusal(command):
        raise ValueError(why)
    if not command.cancel and blotter.kill_switches.get(command.scope, command.value) is not None:
        return []
    return [
        KillSwitchEngaged(
            at.seq, at.utc_ns, command.scope, command.value, command.operator, command.reason, command.cancel
        )
    ]  # fmt: skip


def release_refusal(blotter: Blotter, command: ReleaseKillSwitch) -> str:
    """Why the switch stays engaged; '' when it can be released."""
    switch = blotter.kill_switches.get(command.scope, command.value)
    if switch is None:
        engaged = ", ".join(other.name for other in blotter.kill_switches) or "none"
        return f"scope: {slice_name(command.scope, command.value)!r} is not engaged; engaged: {engaged}"
    if command.second_person:
        approver = person(command.approver)
        if not approver:
            return "approver: missing: a second person approves of the release"
        for role, name in (("engaged it", switch.operator), ("asks for the release", command.operator)):
            if approver == person(name):
                return f"approver: {command.approver!r} is who {role}: a second person approves of the release"
    return ""


def release(blotter: Blotter, command: ReleaseKillSwitch, at: Moment) -> list[Event]:
    """KillSwitchReleased; nothing when `release_refusal` has something against it."""
    if release_refusal(blotter, command):
        return []
    return [
        KillSwitchReleased(
            at.seq, at.utc_ns, command.scope, command.value, command.operator, command.reason, command.approver
        )
    ]  # fmt: skip


def is_out_of_reach(blotter: Blotter, order: Order) -> bool:
    """A switch wants it canceled, and no message can: it was found at its venue, where it has no ClOrdID(11)."""
    return order.is_open and is_known_by_order_id(order) and bool(blotter.kill_switches.canceling(order))


def is_to_be_killed(blotter: Blotter, order: Order) -> bool:
    """A switch wants it canceled, it is open, and no cancel of it was asked for since that switch was engaged. One of
    which another's cancel is pending is to be looked at again when that is answered."""
    if order.ended or (order.cum_qty >= order.order_qty and not order.replace_pending):
        return False
    switches = blotter.kill_switches.canceling(order)
    if not switches or is_known_by_order_id(order):
        return False
    since = max(switch.engaged_seq for switch in switches)
    for request in order.requests.values():
        asked = request.asked
        if isinstance(asked, CancelRequested) and asked.cause == KILL_SWITCH and asked.seq > since:
            return False
    return True


def kill_order(blotter: Blotter, command: KillOrder, at: Moment) -> list[Event]:
    """CancelRequested; OrderCanceled for a held order; nothing for one that is not to be canceled (any more)."""
    order = blotter.open_orders.get(command.order_seq)
    if order is None or order.cancel_pending or not is_to_be_killed(blotter, order):
        return []
    if order.base is Base.HELD:
        why = REASONS[KILL_SWITCH]
        return [
            OrderCanceled(at.seq, at.utc_ns, order.order_seq, None, order.cl_ord_id, None, KILL_SWITCH, why)
        ]  # fmt: skip
    return [our_cancel(blotter, order, KILL_SWITCH, at)]
