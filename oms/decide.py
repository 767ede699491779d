"""One door: what follows from an input, given all that is known. Pure: the same arguments give the same facts.

The caller logs the events, gives each to `blotter.apply`, and only then asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from oms import (
    decide_answers,
    decide_client,
    decide_copies,
    decide_excess,
    decide_executions,
    decide_external,
    decide_intervention,
    decide_kill_switch,
    decide_limits,
    decide_list,
    decide_mass_cancel,
    decide_monitor,
    decide_operator,
    decide_override,
    decide_permissions,
    decide_positions,
    decide_presence,
    decide_resolution,
    decide_restatements,
    decide_slices,
    decide_time,
    decide_venue,
    unresolved,
)
from oms.blotter import Blotter
from oms.commands import (
    AskVenue,
    BeginClosingPhase,
    BeginTradingDay,
    CancelForLeaver,
    CancelList,
    CancelOrder,
    Command,
    DefineInstrument,
    DisputeTrade,
    EndForLeaver,
    ExecuteList,
    ExpireOrder,
    MarkClientArrived,
    MarkClientLeft,
    MassCancel,
    NewList,
    NewOrder,
    OpenLog,
    QueryOrder,
    RenewOrder,
    ReplaceOrder,
    SetLimits,
    SetSessionRates,
    SetSymbolStatus,
    SetTradingState,
    SetVenueCapabilities,
)
from oms.consequences import consequences
from oms.copy_commands import SetCopyTerms, SetReporting
from oms.events import Event
from oms.kill_switch_commands import EngageKillSwitch, KillOrder, ReleaseKillSwitch
from oms.limit_commands import RemoveLimitRow, SetLimitRow
from oms.monitor_commands import LookAtExecution, LookAtSlices, LookAtSources, MarkDelivered, SetAlerting
from oms.operator_commands import (
    BustByOperator,
    CancelByOperator,
    ClaimOrder,
    CorrectByOperator,
    EnterOrder,
    MarkDoneForDay,
    ReinstateOrder,
    ResolveOrder,
    RestateOrder,
    SuspendOrder,
)
from oms.override_commands import GrantOverride, LapseOverrides
from oms.permission_commands import RestrictSymbol, ResumeSlice, SetBlackout, SetEntitlement, SetTradingHours
from oms.position_commands import SetConversionRate, SetStartOfDay
from oms.types import Moment
from oms.venue_reports import (
    AnyVenueReport,
    ReferencePriceSeen,
    VenueAccepted,
    VenueBusted,
    VenueCanceled,
    VenueCancelRejected,
    VenueConnected,
    VenueCorrected,
    VenueDisconnected,
    VenueDoneForDay,
    VenueExpired,
    VenueFilled,
    VenueOrderStatus,
    VenuePendingCancel,
    VenuePendingReplace,
    VenueReinstated,
    VenueRejected,
    VenueReplaced,
    VenueRestated,
    VenueStopped,
    VenueStranger,
    VenueSuspended,
    VenueSymbolStatus,
    VenueTriggered,
    VenueUnknownOrder,
    VenueUnreadable,
)

_DECISIONS: Final[Mapping[type[object], Callable[[Blotter, Any, Moment], list[Event]]]] = {
    NewOrder: decide_client.new_order,
    CancelOrder: decide_client.cancel_order,
    ReplaceOrder: decide_client.replace_order,
    QueryOrder: decide_client.query_order,
    NewList: decide_list.new_list,
    CancelList: decide_list.cancel_list,
    ExecuteList: decide_list.execute_list,
    OpenLog: decide_operator.open_log,
    DefineInstrument: decide_operator.define_instrument,
    SetLimits: decide_operator.set_limits,
    SetSessionRates: decide_operator.set_session_rates,
    SetEntitlement: decide_permissions.set_entitlement,
    SetCopyTerms: decide_copies.set_copy_terms,
    SetReporting: decide_copies.set_reporting,
    RestrictSymbol: decide_permissions.restrict_symbol,
    SetTradingHours: decide_permissions.set_trading_hours,
    SetBlackout: decide_permissions.set_blackout,
    ResumeSlice: decide_slices.resume_slice,
    SetLimitRow: decide_limits.set_limit_row,
    RemoveLimitRow: decide_limits.remove_limit_row,
    LookAtExecution: decide_excess.look_at_execution,
    SetStartOfDay: decide_positions.set_start_of_day,
    SetConversionRate: decide_positions.set_conversion_rate,
    LookAtSlices: decide_monitor.look_at_slices,
    LookAtSources: decide_monitor.look_at_sources,
    SetAlerting: decide_monitor.set_alerting,
    MarkDelivered: decide_monitor.mark_delivered,
    EngageKillSwitch: decide_kill_switch.engage,
    ReleaseKillSwitch: decide_kill_switch.release,
    KillOrder: decide_kill_switch.kill_order,
    GrantOverride: decide_override.grant,
    LapseOverrides: decide_override.lapse,
    SetTradingState: decide_operator.set_trading_state,
    SetVenueCapabilities: decide_time.set_venue_capabilities,
    SetSymbolStatus: decide_time.set_symbol_status,
    BeginTradingDay: decide_time.begin_trading_day,
    BeginClosingPhase: decide_time.begin_closing_phase,
    ExpireOrder: decide_time.expire_order,
    RenewOrder: decide_time.renew_order,
    MarkClientArrived: decide_presence.client_arrived,
    MarkClientLeft: decide_presence.client_left,
    CancelForLeaver: decide_presence.cancel_for_leaver,
    EndForLeaver: decide_presence.end_for_leaver,
    MassCancel: decide_mass_cancel.mass_cancel,
    DisputeTrade: decide_mass_cancel.dispute_trade,
    AskVenue: unresolved.ask_venue,
    ResolveOrder: decide_resolution.resolve,
    EnterOrder: decide_intervention.enter,
    CancelByOperator: decide_intervention.cancel,
    RestateOrder: decide_intervention.restate,
    BustByOperator: decide_intervention.bust,
    CorrectByOperator: decide_intervention.correct,
    MarkDoneForDay: decide_intervention.mark_done_for_day,
    SuspendOrder: decide_intervention.suspend,
    ReinstateOrder: decide_intervention.reinstate,
    ClaimOrder: decide_intervention.claim,
    VenueStranger: decide_external.stranger,
    VenueAccepted: decide_venue.accepted,
    VenueRejected: decide_venue.rejected,
    VenueFilled: decide_venue.filled,
    VenueBusted: decide_executions.busted,
    VenueCorrected: decide_executions.corrected,
    VenueRestated: decide_restatements.restated,
    VenueDoneForDay: decide_restatements.done_for_day,
    VenueSuspended: decide_restatements.suspended,
    VenueReinstated: decide_restatements.reinstated,
    VenueStopped: decide_restatements.stopped,
    VenueTriggered: decide_restatements.triggered,
    VenueCanceled: decide_venue.canceled,
    VenueReplaced: decide_venue.replaced,
    VenueExpired: decide_venue.expired,
    VenuePendingCancel: decide_venue.pending,
    VenuePendingReplace: decide_venue.pending,
    VenueCancelRejected: decide_venue.cancel_rejected,
    VenueOrderStatus: decide_answers.order_status,
    VenueUnknownOrder: decide_answers.unknown_order,
    VenueUnreadable: decide_venue.unreadable,
    ReferencePriceSeen: decide_time.reference_price_seen,
    VenueSymbolStatus: decide_time.venue_symbol_status,
    VenueConnected: decide_venue.connected,
    VenueDisconnected: decide_venue.disconnected,
}


def decide(blotter: Blotter, item: Command | AnyVenueReport, at: Moment) -> list[Event]:
    """The facts that follow from `item`, numbered from `at.seq` on; empty when it says nothing new.

    Never changes the blotter. Raises ValueError for an operator's record that breaks its own rules."""
    events = _DECISIONS[type(item)](blotter, item, at)
    if events and (blotter.parents or blotter.lists):
        events = consequences(blotter, events, at)
    if events and blotter.execution_flow.tables:
        return decide_slices.with_stops(blotter, events, at)
    return events
