"""All state of the OMS and its indexes. `apply` folds one event; nothing else changes anything, and no rule lives here.

The fold of a log from its first event to its last is the state: live, after a restart, anywhere. `state_hash` says
whether two blotters are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from oms.client import Client
from oms.events import (
    CancelRefused,
    CancelRejected,
    CancelRequested,
    ClientArrived,
    ClientLeft,
    ClosingPhaseBegan,
    DuplicateRefused,
    Event,
    InstrumentDefined,
    LimitsSet,
    LogOpened,
    OrderAccepted,
    OrderCanceled,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderQueried,
    OrderReceived,
    OrderRefused,
    OrderRejected,
    OrderReplaced,
    OrderRouted,
    OrdersOfLeaverCanceled,
    PossResendRecognized,
    ReferencePriceSet,
    ReplaceRefused,
    ReplaceRejected,
    ReplaceRequested,
    ReportQuarantined,
    RequestCounted,
    SessionRatesSet,
    TradingStateChanged,
    VenueCapabilitiesSet,
    VenueStateChanged,
)
from oms.instruments import Instrument
from oms.limits import NOTHING, Limits
from oms.market import Market
from oms.order import Order
from oms.types import TradingState
from oms.venue_capabilities import PLAIN, VenueCapabilities
from oms.waiting import Waiting

_CANONICAL: Final = msgspec.json.Encoder(order="deterministic")


def _order_seq(order: Order) -> int:
    return order.order_seq


class Blotter:
    """Read anything; write nothing. `quarantined` counts the reports that fitted nothing.

    `open_orders` has those on which something is still to come, by their `order_seq` and in no particular order: not
    ended and not filled, or with a request pending. Whoever looks for orders looks there, and not at all there ever
    were."""

    __slots__ = (
        "_apply",
        "_by_venue_cl_ord_id",
        "capabilities",
        "clients",
        "closed_symbols",
        "instruments",
        "last_seq",
        "limits",
        "market",
        "open_orders",
        "orders",
        "quarantined",
        "store_id",
        "trading_state",
        "venues",
        "waiting",
    )

    def __init__(self) -> None:
        self.store_id = ""
        self.last_seq = 0
        self.trading_state = TradingState.ACTIVE
        self.limits: Limits = NOTHING
        self.instruments: dict[str, Instrument] = {}
        self.venues: dict[str, bool] = {}
        self.capabilities: dict[str, VenueCapabilities] = {}
        self.closed_symbols: dict[str, None] = {}
        self.waiting = Waiting()
        self.market = Market()
        self.clients: dict[str, Client] = {}
        self.orders: dict[int, Order] = {}
        self.open_orders: dict[int, Order] = {}
        self.quarantined = 0
        self._by_venue_cl_ord_id: dict[str, Order] = {}
        self._apply: Mapping[type[Event], Callable[[Any], None]] = {
            LogOpened: self._log_opened,
            InstrumentDefined: self._instrument_defined,
            LimitsSet: self._limits_set,
            SessionRatesSet: self._session_rates_set,
            TradingStateChanged: self._trading_state_changed,
            ClientArrived: self._client_arrived,
            ClientLeft: self._client_left,
            OrdersOfLeaverCanceled: self._orders_of_leaver_canceled,
            VenueStateChanged: self._venue_state_changed,
            VenueCapabilitiesSet: self._venue_capabilities_set,
            ClosingPhaseBegan: self._closing_phase_began,
            ReferencePriceSet: self._reference_price_set,
            OrderReceived: self._order_received,
            OrderRefused: self._open_or_finished,
            DuplicateRefused: self._message_counted,
            PossResendRecognized: self._message_counted,
            OrderRouted: self._order_routed,
            OrderAccepted: self._order_event,
            OrderRejected: self._open_or_finished,
            OrderFilled: self._open_or_finished,
            OrderExpired: self._open_or_finished,
            CancelRequested: self._cancel_requested,
            CancelRefused: self._cancel_refused,
            CancelRejected: self._open_or_finished,
            OrderCanceled: self._open_or_finished,
            ReplaceRequested: self._replace_requested,
            ReplaceRefused: self._replace_refused,
            ReplaceRejected: self._open_or_finished,
            OrderReplaced: self._open_or_finished,
            RequestCounted: self._message_counted,
            OrderQueried: self._order_event,
            ReportQuarantined: self._report_quarantined,
        }

    # --------------------------------------------------------------------------------------------------------- look-ups

    def order(self, order_seq: int) -> Order:
        """The order that the event of this number began. KeyError when that was none."""
        return self.orders[order_seq]

    def order_by_cl_ord_id(self, session: str, cl_ord_id: str) -> Order | None:
        """The order of that session that was accepted under this ClOrdID(11), or may still be. Another session's order
        is not found: who does not own it cannot learn that it exists."""
        client = self.clients.get(session)
        if client is None:
            return None
        order = client.cl_ord_ids.get(cl_ord_id)
        return order if order is not None and order.is_named(cl_ord_id) else None

    def order_by_id(self, order_id: str) -> Order | None:
        """The order with this OrderID(37), whosever it is."""
        store_id, _, number = order_id.rpartition("-")
        if store_id != self.store_id or not (number.isascii() and number.isdigit()):
            return None
        order = self.orders.get(int(number)) if len(number) <= 18 else None
        return order if order is not None and order.order_id == order_id else None

    def order_by_venue_cl_ord_id(self, venue_cl_ord_id: str) -> Order | None:
        """The order that this ClOrdID, one of those we made for a venue, belongs to: its own or a request's on it."""
        return self._by_venue_cl_ord_id.get(venue_cl_ord_id)

    def capabilities_of(self, venue: str) -> VenueCapabilities:
        """What the venue takes; what every venue takes when nothing has been said of it."""
        return self.capabilities.get(venue, PLAIN)

    def unresolved_orders(self, venue: str) -> Iterator[Order]:
        """Orders that this venue owes an answer to, the oldest first."""
        owed = [order for order in self.open_orders.values() if order.venue == venue and order.unresolved]
        owed.sort(key=_order_seq)
        return iter(owed)

    def state_hash(self) -> bytes:
        """SHA-256 over everything there is, in canonical form. For tests and audits: its cost grows with the state."""
        content = [
            self.store_id,
            self.last_seq,
            self.trading_state,
            self.limits,
            list(self.instruments.items()),
            list(self.venues.items()),
            list(self.capabilities.items()),
            list(self.closed_symbols),
            list(self.market.references.items()),
            [[name, *client.content()] for name, client in self.clients.items()],
            [order.content() for order in self.orders.values()],
            [[key, order.order_seq] for key, order in self._by_venue_cl_ord_id.items()],
            self.quarantined,
        ]
        return hashlib.sha256(_CANONICAL.encode(content)).digest()

    # -------------------------------------------------------------------------------------------------- the only writer

    def apply(self, event: Event) -> None:
        """Fold one event. Total for facts: an event that does not fit the state is a bug, and raises."""
        assert event.seq > self.last_seq, (event.seq, self.last_seq)
        self.last_seq = event.seq
        self._apply[type(event)](event)

    def _client(self, session: str) -> Client:
        client = self.clients.get(session)
        if client is None:
            client = self.clients[session] = Client()
        return client

    def _log_opened(self, event: LogOpened) -> None:
        assert not self.store_id, self.store_id
        self.store_id = event.store_id

    def _instrument_defined(self, event: InstrumentDefined) -> None:
        self.instruments[event.instrument.symbol] = event.instrument

    def _limits_set(self, event: LimitsSet) -> None:
        self.limits = event.limits

    def _session_rates_set(self, event: SessionRatesSet) -> None:
        client = self._client(event.session)
        client.messages, client.cancels = event.messages, event.cancels

    def _client_arrived(self, event: ClientArrived) -> None:
        client = self._client(event.session)
        client.is_present, client.cancel_at_ns = True, None

    def _client_left(self, event: ClientLeft) -> None:
        client = self._client(event.session)
        client.is_present, client.cancel_at_ns = False, event.cancel_at_ns

    def _orders_of_leaver_canceled(self, event: OrdersOfLeaverCanceled) -> None:
        self._client(event.session).cancel_at_ns = None

    def _trading_state_changed(self, event: TradingStateChanged) -> None:
        self.trading_state = event.state

    def _venue_state_changed(self, event: VenueStateChanged) -> None:
        self.venues[event.venue] = event.connected

    def _venue_capabilities_set(self, event: VenueCapabilitiesSet) -> None:
        self.capabilities[event.venue] = event.capabilities

    def _closing_phase_began(self, event: ClosingPhaseBegan) -> None:
        self.closed_symbols[event.symbol] = None

    def _reference_price_set(self, event: ReferencePriceSet) -> None:
        self.market.set(event.symbol, event.price, event.at_ns)

    def _order_received(self, event: OrderReceived) -> None:
        order = Order(event, f"{self.store_id}-{event.seq}")
        client = self._client(event.session)
        assert event.cl_ord_id not in client.cl_ord_ids, event.cl_ord_id
        client.cl_ord_ids[event.cl_ord_id] = order
        client.count_message(event.at_ns, self.limits)
        self.orders[event.seq] = self.open_orders[event.seq] = order

    def _order_routed(self, event: OrderRouted) -> None:
        order = self.orders[event.order_seq]
        order.apply(event)
        self._by_venue_cl_ord_id[event.venue_cl_ord_id] = order

    def _order_event(self, event: OrderEvent) -> None:
        """An event after which an open order is open and a finished one is finished."""
        self.orders[event.order_seq].apply(event)

    def _open_or_finished(self, event: OrderEvent) -> None:
        order = self.orders[event.order_seq]
        order.apply(event)
        if order.is_open:
            self.open_orders[event.order_seq] = order
        else:
            self.open_orders.pop(event.order_seq, None)

    def _cancel_requested(self, event: CancelRequested) -> None:
        if event.cause:  # not the client's: it has no ClOrdID and does not count
            self._request_sent(event)
            return
        self._request(event).count_cancel(event.at_ns, self.limits)

    def _replace_requested(self, event: ReplaceRequested) -> None:
        self._request(event).count_message(event.at_ns, self.limits)

    def _request_sent(self, event: CancelRequested | ReplaceRequested) -> Order:
        order = self.open_orders[event.order_seq] = self.orders[event.order_seq]
        order.apply(event)
        self._by_venue_cl_ord_id[event.venue_cl_ord_id] = order
        return order

    def _request(self, event: CancelRequested | ReplaceRequested) -> Client:
        order = self._request_sent(event)
        client = self._client(event.session)
        assert event.cl_ord_id not in client.cl_ord_ids, event.cl_ord_id
        client.cl_ord_ids[event.cl_ord_id] = order
        return client

    def _cancel_refused(self, event: CancelRefused) -> None:
        client = self._client(event.session)
        client.cl_ord_ids.setdefault(event.cl_ord_id)
        client.count_cancel(event.at_ns, self.limits)

    def _replace_refused(self, event: ReplaceRefused) -> None:
        client = self._client(event.session)
        client.cl_ord_ids.setdefault(event.cl_ord_id)
        client.count_message(event.at_ns, self.limits)

    def _message_counted(self, event: DuplicateRefused | PossResendRecognized | RequestCounted) -> None:
        self._client(event.session).count_message(event.at_ns, self.limits)

    def _report_quarantined(self, event: ReportQuarantined) -> None:
        self.quarantined += 1
