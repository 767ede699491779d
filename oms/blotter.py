"""All state of the OMS and its indexes. `apply` folds one event; nothing else changes anything, and no rule lives here.

The fold of a log from its first event to its last is the state: live, after a restart, anywhere. `state_hash` says
whether two blotters are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from oms.client import Client
from oms.events import (
    CHANGE_NOTHING,
    BlackoutSet,
    CancelRefused,
    CancelRejected,
    CancelRequested,
    ClientArrived,
    ClientLeft,
    ClosingPhaseBegan,
    ConversionRateSet,
    CopyTermsSet,
    DuplicateRefused,
    EntitlementSet,
    Event,
    ExecutionBusted,
    ExecutionCorrected,
    InstrumentDefined,
    KillSwitchEngaged,
    KillSwitchReleased,
    LimitRowChanged,
    LimitsSet,
    ListCancelRequested,
    ListExecuted,
    ListFinished,
    ListReceived,
    ListRefused,
    ListRequestRefused,
    LogOpened,
    MassCancelRefused,
    MassCancelRequested,
    OrderAccepted,
    OrderAdopted,
    OrderCanceled,
    OrderClaimed,
    OrderDoneForDay,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderQueried,
    OrderReceived,
    OrderRefused,
    OrderReinstated,
    OrderRejected,
    OrderReplaced,
    OrderResolved,
    OrderRestated,
    OrderRouted,
    OrdersOfLeaverCanceled,
    OrderStopped,
    OrderSuspended,
    OrderTriggered,
    OrderWorked,
    OverrideGranted,
    OverrideLapsed,
    OverrideUsed,
    PossResendRecognized,
    ReferencePriceSet,
    ReplaceRefused,
    ReplaceRejected,
    ReplaceRequested,
    ReportingSet,
    ReportQuarantined,
    RequestCounted,
    RequestRetargeted,
    RestrictionChanged,
    SessionRatesSet,
    StartOfDayPositionSet,
    SymbolStatusChanged,
    TradeDisputed,
    TradingDayBegan,
    TradingHoursSet,
    TradingStateChanged,
    VenueCapabilitiesSet,
    VenueStateChanged,
)
from oms.exposure import Exposures
from oms.finished import FINISHED_KEPT, Finished, History, begun, folded, names_at_venues, no_history
from oms.further_gates import FurtherGate
from oms.limits import Limits
from oms.lists import OrderList
from oms.monitor import MONITORED
from oms.order import Order
from oms.positions import Positions
from oms.start_of_day import open_position
from oms.surroundings import Surroundings
from oms.telephoned import Telephoned, telephoned
from oms.types import TimeInForce
from oms.waiting import Waiting

_CANONICAL: Final = msgspec.json.Encoder(order="deterministic")


def by_order_id(venue_order_id: str) -> str:
    """The name of an order that we know by the OrderID(37) of its venue; '' when it has none."""
    return f"37={venue_order_id}" if venue_order_id else ""


def _order_seq(order: Order) -> int:
    return order.order_seq


class Blotter(Surroundings):
    """Read anything; write nothing. `quarantined` counts the reports that fitted nothing.

    `parents` counts the orders that were ever worked in parts. `lists` are by session and ListID(66), None where that
    was spent on a list of which nothing came; `lists_by_seq` by the number of their ListReceived.
    `waiting` has the orders that the gateway watches a price or the clock for.
    `orders` has those in memory, open ones and young finished ones: ask for any of them by `order`, which also finds
    those that have been forgotten (`oms.finished`), by means of `history`.
    `open_orders` has those on which something is still to come, by their `order_seq` and in no particular order: not
    ended and not filled, or with a request pending. Whoever looks for orders looks there, and not at all there ever
    were."""

    __slots__ = (
        "_by_venue_cl_ord_id",
        "_external",
        "exposures",
        "finished",
        "further_gates",
        "history",
        "last_seq",
        "lists",
        "lists_by_seq",
        "open_orders",
        "orders",
        "parents",
        "positions",
        "quarantined",
        "telephoned",
        "waiting",
    )

    def __init__(self, finished_kept: int = FINISHED_KEPT) -> None:
        super().__init__()
        self.history: History = no_history
        self.further_gates: tuple[FurtherGate, ...] = ()
        """Of this installation; whoever runs the blotter sets them."""
        self.finished = Finished(finished_kept)
        self.last_seq = 0
        self.waiting = Waiting()
        self.orders: dict[int, Order] = {}
        self.open_orders: dict[int, Order] = {}
        self.parents = 0
        self.lists: dict[tuple[str, str], OrderList | None] = {}
        self.lists_by_seq: dict[int, OrderList] = {}
        self.positions = Positions()
        self.exposures = Exposures(self, self.orders)
        self.quarantined = 0
        self.telephoned: dict[str, list[Telephoned]] = {}
        """Orders given by telephone today, by session."""
        self._by_venue_cl_ord_id: dict[str, Order] = {}
        self._external: dict[tuple[str, str], int] = {}

    # --------------------------------------------------------------------------------------------------------- look-ups

    def order(self, order_seq: int) -> Order:
        """The order that the event of this number began. KeyError when that was none.

        One that has been forgotten is made anew from the log, for this look only."""
        try:
            return self.orders[order_seq]
        except KeyError:
            return folded(self._life(order_seq), self.store_id, self.day)

    def _life(self, order_seq: int) -> list[Event]:
        """All events of a forgotten order. KeyError when there is none."""
        numbers = self.finished.life(order_seq)
        if numbers is None:
            raise KeyError(order_seq)
        events = self.history(numbers)
        assert [event.seq for event in events] == numbers, f"the log does not have {numbers}"
        return events

    def _found(self, order_seq: int) -> Order | None:
        try:
            return self.order(order_seq)
        except KeyError:
            return None

    def order_by_cl_ord_id(self, session: str, cl_ord_id: str) -> Order | None:
        """The order of that session that was accepted under this ClOrdID(11), or may still be. Another session's order
        is not found: who does not own it cannot learn that it exists."""
        client = self.clients.get(session)
        if client is None:
            return None
        order_seq = client.cl_ord_ids.get(cl_ord_id)
        order = None if order_seq is None else self.order(order_seq)
        return order if order is not None and order.is_named(cl_ord_id) else None

    def order_by_id(self, order_id: str) -> Order | None:
        """The order with this OrderID(37), whosever it is."""
        store_id, _, number = order_id.rpartition("-")
        if store_id != self.store_id or not (number.isascii() and number.isdigit()):
            return None
        order = self._found(int(number)) if len(number) <= 18 else None
        return order if order is not None and order.order_id == order_id else None

    def order_by_venue_cl_ord_id(self, venue_cl_ord_id: str) -> Order | None:
        """The order that this ClOrdID, one of those we made for a venue, belongs to: its own or a request's on it."""
        order = self._by_venue_cl_ord_id.get(venue_cl_ord_id)
        return order if order is not None else self._forgotten_by_venue_cl_ord_id(venue_cl_ord_id)

    def _forgotten_by_venue_cl_ord_id(self, venue_cl_ord_id: str) -> Order | None:
        """Our ids carry the number of the event that gave them."""
        number = venue_cl_ord_id.removeprefix(self.store_id)
        if not (number.isascii() and number.isdigit()) or len(number) > 18 or int(number) > self.last_seq:
            return None
        for event in self.history([int(number)]):
            if isinstance(event, OrderEvent) and getattr(event, "venue_cl_ord_id", None) == venue_cl_ord_id:
                return self._found(event.order_seq)
        return None

    def external_order(self, venue: str, name: str) -> Order | None:
        """The order that we found at this venue: by the ClOrdID that it had there, or `by_order_id`."""
        order_seq = self._external.get((venue, name))
        return None if order_seq is None else self._found(order_seq)

    def unresolved_orders(self, venue: str) -> Iterator[Order]:
        """Orders that this venue owes an answer to, the oldest first."""
        owed = [order for order in self.open_orders.values() if order.venue == venue and order.unresolved]
        owed.sort(key=_order_seq)
        return iter(owed)

    def state_hash(self) -> bytes:
        """SHA-256 over everything there is, in canonical form. For tests and audits: its cost grows with the state."""
        content = [
            self.last_seq,
            *self.surroundings(),
            [order.content() for order in sorted(self.orders.values(), key=_order_seq)],
            sorted([key, order.order_seq] for key, order in self._by_venue_cl_ord_id.items()),
            [[*key, order_seq] for key, order_seq in self._external.items()],
            self.finished.content(),
            self.parents,
            self.positions.content(),
            self.exposures.content(),
            [[key, orders and orders.content()] for key, orders in self.lists.items()],
            self.quarantined,
            self.telephoned,
        ]
        return hashlib.sha256(_CANONICAL.encode(content)).digest()

    # -------------------------------------------------------------------------------------------------- the only writer

    def apply(self, event: Event) -> None:
        """Fold one event. Total for facts: an event that does not fit the state is a bug, and raises."""
        assert event.seq > self.last_seq, (event.seq, self.last_seq)
        self.last_seq = event.seq
        _FOLD[type(event)](self, event)
        if self.is_followed:
            self._follow(event, self.orders)

    def use_limits(self, limits: Limits) -> None:
        super().use_limits(limits)
        self.own_prices.use(limits.self_match, self.groups, self.open_orders)
        self.exposures.use(self.tables, self.positions, self.open_orders)

    def _accounts(self) -> Iterable[str]:
        return self.positions.accounts()

    def _instrument_defined(self, event: InstrumentDefined) -> None:
        super()._instrument_defined(event)
        if self.exposures.books:
            self.exposures.use(self.tables, self.positions, self.open_orders)

    def _conversion_rate_set(self, event: ConversionRateSet) -> None:
        super()._conversion_rate_set(event)
        self.exposures.rate_changed(event.currency)

    def _start_of_day_position_set(self, event: StartOfDayPositionSet) -> None:
        open_position(event, self.positions, self.exposures, self.monitor.results, self)

    def _trading_day_began(self, event: TradingDayBegan) -> None:
        self.day.name = event.day
        self.day.began_seq = event.seq
        self.positions.begin_day()
        self.closed_symbols.clear()
        self.telephoned.clear()
        self.finished.begin_day()
        open_orders = self.open_orders
        for client in self.clients.values():
            client.cl_ord_ids = {
                cl_ord_id: order_seq for cl_ord_id, order_seq in client.cl_ord_ids.items() if order_seq in open_orders
            }
        self.lists = {
            name: orders
            for name, orders in self.lists.items()
            if orders is not None and not open_orders.keys().isdisjoint(orders.orders)
        }
        self.lists_by_seq = {orders.list_seq: orders for orders in self.lists.values() if orders is not None}

    def _order_received(self, event: OrderReceived) -> None:
        order = begun(event, self.store_id, self.day)
        if event.cl_ord_id:  # else it is no client's request: a child, or telephoned
            client = self._client(event.session)
            assert event.cl_ord_id not in client.cl_ord_ids, event.cl_ord_id
            client.cl_ord_ids[event.cl_ord_id] = event.seq
            client.count_message(event.at_ns, self.limits)
            if event.special is not None:
                client.bind(event.special)
        elif event.operator:
            self.telephoned.setdefault(event.session, []).append(telephoned(event))
        self.orders[event.seq] = self.open_orders[event.seq] = order
        if self.limits.duplicate_interval_ms and event.parent_seq is None:
            self.recent_orders.remember(event, self.limits.duplicate_interval_ms)

    def _order_refused(self, event: OrderRefused) -> None:
        self._open_or_finished(event)
        if self.recent_orders.orders and (order := self.orders.get(event.order_seq)) is not None:
            self.recent_orders.forget(order)

    def _order_adopted(self, event: OrderAdopted) -> None:
        order = begun(event, self.store_id, self.day)
        self.orders[event.seq] = self.open_orders[event.seq] = order
        self.monitor.to_deliver(event)
        if self.exposures.books:
            self.exposures.follow(order)
        for name in dict.fromkeys((event.venue_cl_ord_id, by_order_id(event.venue_order_id))):
            if name:
                assert (event.venue, name) not in self._external, name
                self._external[event.venue, name] = event.seq

    def _order_routed(self, event: OrderRouted) -> None:
        order = self.orders.get(event.order_seq) or self._back(event.order_seq)
        order.apply(event)
        self._by_venue_cl_ord_id[event.venue_cl_ord_id] = order
        if self.exposures.books:
            self.exposures.follow(order)
        if order.time_in_force is TimeInForce.GOOD_TILL_DATE or event.order_seq in self.waiting:
            self._wait(order)

    def _order_held(self, event: OrderHeld | OrderTriggered) -> None:
        order = self.orders.get(event.order_seq) or self._back(event.order_seq)
        order.apply(event)
        if self.exposures.books:
            self.exposures.follow(order)
            if type(event) is OrderTriggered:
                self.exposures.revalue(order)
        self._wait(order)

    def _wait(self, order: Order) -> None:
        """Whether the gateway has something to watch for on this order, and what."""
        venue = order.venue
        takes = self.capabilities_of(venue).times_in_force if venue else ()
        self.waiting.update(order, venue_expires=TimeInForce.GOOD_TILL_DATE in takes)

    def _order_worked(self, event: OrderWorked) -> None:
        order = self.orders.get(event.order_seq) or self._back(event.order_seq)
        if event.order_seq not in self.open_orders:
            self._reopen(order)
        if not order.children:
            self.parents += 1
        order.apply(event)
        if self.exposures.books:
            self.exposures.follow(order)
        if order.time_in_force is TimeInForce.GOOD_TILL_DATE:
            self._wait(order)

    def _back(self, order_seq: int) -> Order:
        """A forgotten order is to be written to: it is in memory again, and behind all that have finished."""
        events = self._life(order_seq)
        order = self.orders[order_seq] = folded(events, self.store_id, self.day)
        for name in names_at_venues(events):
            self._by_venue_cl_ord_id[name] = order
        self._finish(order_seq)
        return order

    def _reopen(self, order: Order) -> None:
        """A finished order is open again. Its ClOrdIDs are its own, unless a new day has given them to others."""
        self.open_orders[order.order_seq] = order
        if order.chain:
            cl_ord_ids = self._client(order.session).cl_ord_ids
            for cl_ord_id in order.chain:
                cl_ord_ids.setdefault(cl_ord_id, order.order_seq)

    def _finish(self, order_seq: int) -> None:
        """Nothing more is to come on the order. When there are too many of those, the oldest is forgotten."""
        finished = self.finished
        queue = finished.queue
        queue.append(order_seq)
        if len(queue) <= finished.kept:
            return
        oldest = queue.popleft()
        if oldest == order_seq or oldest in self.open_orders:
            return
        order = self.orders.pop(oldest, None)
        if order is None:
            return
        finished.days[-1].put(order.life)
        names = self._by_venue_cl_ord_id
        names.pop(order.venue_cl_ord_id, None)
        if order.requests:
            for number in order.life:
                names.pop(f"{self.store_id}{number}", None)

    def _order_event(self, event: OrderEvent) -> None:
        """An event after which an open order is open and a finished one is finished."""
        order = self.orders.get(event.order_seq) or self._back(event.order_seq)
        order.apply(event)

    def _open_or_finished(self, event: OrderEvent) -> None:
        order = self.orders.get(event.order_seq) or self._back(event.order_seq)
        order.apply(event)
        if self.exposures.books:
            self.exposures.follow(order)
        if self.kill_switches.by_scope:
            self.kill_switches.see(event, order)
        if order.time_in_force is TimeInForce.GOOD_TILL_DATE or event.order_seq in self.waiting:
            self._wait(order)
        if order.is_open:
            if event.order_seq not in self.open_orders:
                self._reopen(order)
        elif self.open_orders.pop(event.order_seq, None) is not None:
            self._finish(event.order_seq)

    def _order_filled(self, event: OrderFilled) -> None:
        if self.exposures.books:
            order = self.orders.get(event.order_seq) or self._back(event.order_seq)
            self.exposures.filled(order, event.last_qty, event.last_px)
        self._open_or_finished(event)
        order = self.orders[event.order_seq]
        if not order.children:  # a parent's fills are those of its children
            key = (order.account, order.symbol, event.venue)
            self.positions.filled(key, event.seq, order.side, event.last_qty, event.last_px, event.details)

    def _execution_revised(self, event: ExecutionBusted | ExecutionCorrected) -> None:
        order = self.orders.get(event.order_seq) or self._back(event.order_seq)
        if not order.children:
            self.positions.execution_revised(order, event)
        if self.exposures.books:
            self.exposures.taken_back(order, order.executions[event.venue, event.trade_id])
            if isinstance(event, ExecutionCorrected):
                self.exposures.filled(order, event.last_qty, event.last_px)
        self._open_or_finished(event)

    def _order_claimed(self, event: OrderClaimed) -> None:
        """What was executed on it is that account's."""
        order = self.orders.get(event.order_seq) or self._back(event.order_seq)
        qty, gross = order.executed()
        account = order.account
        order.apply(event)
        self.positions.order_claimed(order, account, event.seq)
        if self.exposures.books:
            self.exposures.moved(order, account, qty, gross)
            self.exposures.follow(order)

    def _cancel_requested(self, event: CancelRequested) -> None:
        if event.cause:  # not the client's: it has no ClOrdID and does not count
            self._request_sent(event)
            if self.kill_switches.by_scope:
                self.kill_switches.asked(event, self.orders[event.order_seq])
            return
        self._request(event).count_cancel(event.at_ns, self.limits)

    def _replace_requested(self, event: ReplaceRequested) -> None:
        client = self._request(event)
        client.count_message(event.at_ns, self.limits)
        if event.special is not None:
            client.bind(event.special)

    def _request_sent(self, event: CancelRequested | ReplaceRequested) -> None:
        order = self.orders.get(event.order_seq) or self._back(event.order_seq)
        if event.order_seq not in self.open_orders:
            self._reopen(order)
        order.apply(event)
        if self.exposures.books:
            self.exposures.follow(order)
        self._by_venue_cl_ord_id[event.venue_cl_ord_id] = order
        if event.order_seq in self.waiting:
            self._wait(order)

    def _request_retargeted(self, event: RequestRetargeted) -> None:
        order = self.orders.get(event.order_seq) or self._back(event.order_seq)
        order.apply(event)
        self._by_venue_cl_ord_id[event.venue_cl_ord_id] = order

    def _request(self, event: CancelRequested | ReplaceRequested) -> Client:
        self._request_sent(event)
        client = self._client(event.session)
        assert event.cl_ord_id not in client.cl_ord_ids, event.cl_ord_id
        client.cl_ord_ids[event.cl_ord_id] = event.order_seq
        return client

    def _list_received(self, event: ListReceived) -> None:
        assert (event.session, event.list_id) not in self.lists, event.list_id
        self.lists[event.session, event.list_id] = self.lists_by_seq[event.seq] = OrderList(event)

    def _list_refused(self, event: ListRefused) -> None:
        self.lists.setdefault((event.session, event.list_id))
        client = self._client(event.session)
        for cl_ord_id in event.cl_ord_ids:
            client.cl_ord_ids.setdefault(cl_ord_id)
        client.count_message(event.at_ns, self.limits)

    def _list_executed(self, event: ListExecuted) -> None:
        self.lists_by_seq[event.list_seq].executed = True
        self._client(event.session).count_message(event.at_ns, self.limits)

    def _list_cancel_requested(self, event: ListCancelRequested) -> None:
        self.lists_by_seq[event.list_seq].canceling = True
        self._client(event.session).count_cancel(event.at_ns, self.limits)

    def _list_finished(self, event: ListFinished) -> None:
        self.lists_by_seq[event.list_seq].finished = True

    def _report_quarantined(self, event: ReportQuarantined) -> None:
        self.quarantined += 1
        self.monitor.to_deliver(event)


_FOLD: Final[Mapping[type[Event], Callable[[Blotter, Any], None]]] = {
    LogOpened: Blotter._log_opened,
    InstrumentDefined: Blotter._instrument_defined,
    LimitsSet: Blotter._limits_set,
    LimitRowChanged: Blotter._limit_row_changed,
    ConversionRateSet: Blotter._conversion_rate_set,
    StartOfDayPositionSet: Blotter._start_of_day_position_set,
    SessionRatesSet: Blotter._session_rates_set,
    EntitlementSet: Blotter._entitlement_set,
    CopyTermsSet: Blotter._copy_terms_set,
    ReportingSet: Blotter._reporting_set,
    RestrictionChanged: Blotter._restriction_changed,
    TradingHoursSet: Blotter._trading_hours_set,
    BlackoutSet: Blotter._blackout_set,
    KillSwitchEngaged: Blotter._kill_switch_engaged,
    KillSwitchReleased: Blotter._kill_switch_released,
    OverrideGranted: Blotter._override_granted,
    OverrideUsed: Blotter._override_over,
    OverrideLapsed: Blotter._override_over,
    TradingStateChanged: Blotter._trading_state_changed,
    ClientArrived: Blotter._client_arrived,
    ClientLeft: Blotter._client_left,
    OrdersOfLeaverCanceled: Blotter._orders_of_leaver_canceled,
    VenueStateChanged: Blotter._venue_state_changed,
    VenueCapabilitiesSet: Blotter._venue_capabilities_set,
    ClosingPhaseBegan: Blotter._closing_phase_began,
    ReferencePriceSet: Blotter._reference_price_set,
    SymbolStatusChanged: Blotter._symbol_status_changed,
    TradingDayBegan: Blotter._trading_day_began,
    OrderReceived: Blotter._order_received,
    OrderRefused: Blotter._order_refused,
    DuplicateRefused: Blotter._message_counted,
    PossResendRecognized: Blotter._message_counted,
    OrderAdopted: Blotter._order_adopted,
    OrderHeld: Blotter._order_held,
    OrderTriggered: Blotter._order_held,
    OrderRouted: Blotter._order_routed,
    OrderWorked: Blotter._order_worked,
    ListReceived: Blotter._list_received,
    ListRefused: Blotter._list_refused,
    ListExecuted: Blotter._list_executed,
    ListCancelRequested: Blotter._list_cancel_requested,
    ListRequestRefused: Blotter._message_counted,
    ListFinished: Blotter._list_finished,
    OrderAccepted: Blotter._order_event,
    OrderRejected: Blotter._open_or_finished,
    OrderFilled: Blotter._order_filled,
    ExecutionBusted: Blotter._execution_revised,
    ExecutionCorrected: Blotter._execution_revised,
    OrderRestated: Blotter._open_or_finished,
    OrderDoneForDay: Blotter._order_event,
    OrderSuspended: Blotter._order_event,
    OrderReinstated: Blotter._order_event,
    OrderStopped: Blotter._order_event,
    OrderExpired: Blotter._open_or_finished,
    CancelRequested: Blotter._cancel_requested,
    CancelRefused: Blotter._cancel_refused,
    CancelRejected: Blotter._open_or_finished,
    OrderCanceled: Blotter._open_or_finished,
    ReplaceRequested: Blotter._replace_requested,
    ReplaceRefused: Blotter._replace_refused,
    ReplaceRejected: Blotter._open_or_finished,
    OrderReplaced: Blotter._open_or_finished,
    RequestRetargeted: Blotter._request_retargeted,
    MassCancelRequested: Blotter._mass_cancel,
    MassCancelRefused: Blotter._mass_cancel,
    RequestCounted: Blotter._message_counted,
    TradeDisputed: Blotter._message_counted,
    OrderQueried: Blotter._order_event,
    OrderResolved: Blotter._order_event,
    OrderClaimed: Blotter._order_claimed,
    **dict.fromkeys(CHANGE_NOTHING, Blotter._nothing),
    **dict.fromkeys(MONITORED, Blotter._monitored),
    ReportQuarantined: Blotter._report_quarantined,
}
