"""What surrounds orders: instruments, limits, venues, prices, halts, the trading day, and the clients.

The other half of the blotter has the orders (`oms.blotter`). The rules of the fold are the same for both.
"""

from __future__ import annotations

from oms.client import Client
from oms.events import (
    CancelRefused,
    ClientArrived,
    ClientLeft,
    ClosingPhaseBegan,
    DuplicateRefused,
    EntitlementSet,
    InstrumentDefined,
    KillSwitchEngaged,
    KillSwitchReleased,
    LimitsSet,
    ListRequestRefused,
    LogOpened,
    MassCancelRefused,
    MassCancelRequested,
    OrdersOfLeaverCanceled,
    PossResendRecognized,
    ReferencePriceSet,
    ReplaceRefused,
    RequestCounted,
    SessionRatesSet,
    SymbolStatusChanged,
    TradingStateChanged,
    VenueCapabilitiesSet,
    VenueStateChanged,
)
from oms.instruments import Instrument
from oms.kill_switches import KillSwitches
from oms.limits import NOTHING, Limits
from oms.market import Market
from oms.order import TradingDay
from oms.recent_orders import RecentOrders
from oms.types import SymbolStatus, TradingState
from oms.venue_capabilities import PLAIN, VenueCapabilities


class Surroundings:
    """Read anything; write nothing.

    `halts` has what does not trade, by who says so (a venue, '' for operators) and symbol; `closed_symbols` have had
    their close on this trading day."""

    __slots__ = (
        "capabilities",
        "clients",
        "closed_symbols",
        "day",
        "halts",
        "instruments",
        "kill_switches",
        "limits",
        "market",
        "recent_orders",
        "store_id",
        "trading_state",
        "venues",
    )

    def __init__(self) -> None:
        self.store_id = ""
        self.trading_state = TradingState.ACTIVE
        self.kill_switches = KillSwitches()
        self.limits: Limits = NOTHING
        self.instruments: dict[str, Instrument] = {}
        self.venues: dict[str, bool] = {}
        self.capabilities: dict[str, VenueCapabilities] = {}
        self.closed_symbols: dict[str, None] = {}
        self.market = Market()
        self.halts: dict[tuple[str, str], SymbolStatus] = {}
        self.day = TradingDay()
        self.recent_orders = RecentOrders()
        self.clients: dict[str, Client] = {}

    # --------------------------------------------------------------------------------------------------------- look-ups

    @property
    def trading_day(self) -> str:
        """TradeDate(75) of the trading day, as YYYYMMDD; '' before the first."""
        return self.day.name

    def symbol_status(self, symbol: str, venue: str = "") -> SymbolStatus:
        """Whether the symbol trades, by the word of the operators and of that venue."""
        halts = self.halts
        return halts.get(("", symbol)) or halts.get((venue, symbol), SymbolStatus.TRADING)

    def capabilities_of(self, venue: str) -> VenueCapabilities:
        """What the venue takes; what every venue takes when nothing has been said of it."""
        return self.capabilities.get(venue, PLAIN)

    # --------------------------------------------------------------------------------------------------------- the fold

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

    def _entitlement_set(self, event: EntitlementSet) -> None:
        self._client(event.session).entitle(event.entitlement)

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

    def _kill_switch_engaged(self, event: KillSwitchEngaged) -> None:
        self.kill_switches.engage(event)

    def _kill_switch_released(self, event: KillSwitchReleased) -> None:
        self.kill_switches.release(event)

    def _venue_state_changed(self, event: VenueStateChanged) -> None:
        self.venues[event.venue] = event.connected

    def _venue_capabilities_set(self, event: VenueCapabilitiesSet) -> None:
        self.capabilities[event.venue] = event.capabilities

    def _closing_phase_began(self, event: ClosingPhaseBegan) -> None:
        self.closed_symbols[event.symbol] = None

    def _reference_price_set(self, event: ReferencePriceSet) -> None:
        self.market.set(event.symbol, event.price, event.at_ns)

    def _symbol_status_changed(self, event: SymbolStatusChanged) -> None:
        if event.status is SymbolStatus.TRADING:
            self.halts.pop((event.venue, event.symbol), None)
        else:
            self.halts[event.venue, event.symbol] = event.status

    def _cancel_refused(self, event: CancelRefused) -> None:
        client = self._client(event.session)
        client.cl_ord_ids.setdefault(event.cl_ord_id)
        client.count_cancel(event.at_ns, self.limits)

    def _replace_refused(self, event: ReplaceRefused) -> None:
        client = self._client(event.session)
        client.cl_ord_ids.setdefault(event.cl_ord_id)
        client.count_message(event.at_ns, self.limits)

    def _mass_cancel(self, event: MassCancelRequested | MassCancelRefused) -> None:
        client = self._client(event.session)
        client.cl_ord_ids.setdefault(event.cl_ord_id)
        client.count_cancel(event.at_ns, self.limits)

    def _message_counted(
        self, event: DuplicateRefused | PossResendRecognized | RequestCounted | ListRequestRefused
    ) -> None:
        self._client(event.session).count_message(event.at_ns, self.limits)
