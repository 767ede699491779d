"""What surrounds orders: instruments, limits, venues, prices, halts, the trading day, and the clients.

The other half of the blotter has the orders (`oms.blotter`). The rules of the fold are the same for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

import msgspec

from oms.client import Client
from oms.closures import Closures
from oms.conversion_rates import ConversionRates, same_rates
from oms.copy_terms import CopyTerms, Reporting
from oms.events import (
    BlackoutSet,
    CancelRefused,
    ClientArrived,
    ClientLeft,
    ClosingPhaseBegan,
    ConversionRateSet,
    CopyTermsSet,
    DuplicateRefused,
    EntitlementSet,
    Event,
    InstrumentDefined,
    KillSwitchEngaged,
    KillSwitchReleased,
    LimitRowChanged,
    LimitsSet,
    ListRequestRefused,
    LogOpened,
    MassCancelRefused,
    MassCancelRequested,
    OrdersOfLeaverCanceled,
    OverrideGranted,
    OverrideLapsed,
    OverrideUsed,
    PossResendRecognized,
    ReferencePriceSet,
    ReplaceRefused,
    ReportingSet,
    RequestCounted,
    RestrictionChanged,
    SessionRatesSet,
    SymbolStatusChanged,
    TradingHoursSet,
    TradingStateChanged,
    VenueCapabilitiesSet,
    VenueStateChanged,
)
from oms.exact import add, multiply, multiply_rounded_up
from oms.execution_flow import ExecutionFlow
from oms.holdings import Place
from oms.instruments import Instrument
from oms.kill_switches import KillSwitches
from oms.limits import NOTHING, Limits
from oms.market import Market
from oms.monitor import Monitor
from oms.order import Order, TradingDay
from oms.order_to_trade import OrderToTrade
from oms.own_prices import OwnPrices
from oms.place_limits import PlaceLimits
from oms.recent_orders import RecentOrders
from oms.slice_flow import SliceFlow
from oms.slices import ORDER_BOUNDS, LimitTable, Traits, changed_rows, limit_tables, traits_of
from oms.types import SymbolStatus, TradingState
from oms.venue_capabilities import PLAIN, VenueCapabilities

_ONE: Final = Decimal(1)


class Surroundings:
    """Read anything; write nothing.

    `halts` has what does not trade, by who says so (a venue, '' for operators) and symbol; `closed_symbols` have had
    their close on this trading day.
    `limits` is what holds; `configured` what was set as a whole (LimitsSet), before rows of it were changed one by one.
    `copies` has what each drop copy session hears, `reporting` how clients are reported to, where there are copies.
    `tables` are the rows of `limits`, `order_tables` those that limit single orders; `groups` has the group of each
    account that is in one."""

    __slots__ = (
        "capabilities",
        "clients",
        "closed_symbols",
        "closures",
        "configured",
        "conversion",
        "copies",
        "day",
        "execution_flow",
        "groups",
        "halts",
        "instruments",
        "is_followed",
        "kill_switches",
        "limits",
        "margins",
        "market",
        "monitor",
        "order_tables",
        "order_to_trade",
        "overrides",
        "own_prices",
        "places",
        "rates",
        "recent_orders",
        "reporting",
        "slice_flow",
        "store_id",
        "tables",
        "trading_state",
        "venues",
    )

    def __init__(self) -> None:
        self.store_id = ""
        self.trading_state = TradingState.ACTIVE
        self.kill_switches = KillSwitches()
        self.overrides: dict[int, OverrideGranted] = {}
        self.limits: Limits = NOTHING
        self.configured: Limits = NOTHING
        self.tables: tuple[LimitTable, ...] = ()
        self.order_tables: tuple[LimitTable, ...] = ()
        self.places: dict[Place, PlaceLimits] = {}
        """Remembered by `oms.risk.within_slices`, and nothing of the state."""
        self.groups: dict[str, str] = {}
        self.margins: dict[str, Decimal] = {}
        self.conversion = ConversionRates()
        self.rates: dict[str, Decimal] = {}
        """What `conversion` says, however old it is."""
        self.instruments: dict[str, Instrument] = {}
        self.venues: dict[str, bool] = {}
        self.capabilities: dict[str, VenueCapabilities] = {}
        self.closures = Closures()
        self.is_followed = False
        """Something is kept of each event beside the state of orders."""
        self.own_prices = OwnPrices()
        self.slice_flow = SliceFlow()
        self.execution_flow = ExecutionFlow()
        self.order_to_trade = OrderToTrade()
        self.closed_symbols: dict[str, None] = {}
        self.market = Market()
        self.monitor = Monitor()
        self.halts: dict[tuple[str, str], SymbolStatus] = {}
        self.day = TradingDay()
        self.recent_orders = RecentOrders()
        self.clients: dict[str, Client] = {}
        self.copies: dict[str, CopyTerms] = {}
        self.reporting: dict[str, Reporting] = {}

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

    def traits(self, account: str, symbol: str, session: str, trader: str, venue: str) -> Traits:
        """What limits judge such an order by."""
        group, instrument = self.groups.get(account, ""), self.instruments.get(symbol)
        return traits_of(account, group, symbol, instrument, session, trader, venue)

    def value_factor(self, instrument: Instrument | None) -> Decimal:
        """From quantity x price to the base currency. 1 where nothing is known of it: gates refuse such orders."""
        if instrument is None:
            return _ONE
        rate = self.rates.get(instrument.currency, _ONE)
        multiplier = instrument.contract_multiplier
        return rate if multiplier == 1 else multiply(multiplier, rate)

    def margin_rate(self, instrument: Instrument | None) -> Decimal:
        """What of its value is margin, as a fraction. All of it where nothing is said of its class."""
        return _ONE if instrument is None else self.margins.get(instrument.risk_class, _ONE)

    def in_base_currency(self, value: Decimal, instrument: Instrument) -> Decimal:
        """Quantity x price in the base currency, rounded up to 12 fraction digits."""
        factor = self.value_factor(instrument)
        return value if factor == 1 else multiply_rounded_up(value, factor)

    def value_of(self, value: Decimal, symbol: str) -> Decimal:
        """The same by the name of the instrument."""
        factor = self.value_factor(self.instruments.get(symbol))
        return value if factor == 1 else multiply_rounded_up(value, factor)

    def worst_prices(
        self, symbol: str, told: Decimal | None = None
    ) -> tuple[Decimal | None, Decimal | None]:  # fmt: skip
        """The reference price, however old, and as far above it as the price band goes. `told` is one that is newer."""
        reference = self.market.reference(symbol)
        price = told if told is not None or reference is None else reference.price
        if price is None:
            return None, None
        instrument, band = self.instruments.get(symbol), self.limits.price_band
        if instrument is not None and instrument.price_band is not None:
            band = instrument.price_band
        return price, multiply(price, add(_ONE, band))

    def surroundings(self) -> list[object]:
        """Everything that is here and does not follow from the rest, as plain values: for the state hash."""
        return [
            self.store_id,
            self.trading_state,
            self.limits,
            self.configured,
            self.conversion.content(),
            list(self.instruments.items()),
            list(self.venues.items()),
            list(self.capabilities.items()),
            list(self.closed_symbols),
            list(self.market.references.items()),
            list(self.halts.items()),
            [self.day.name, self.day.began_seq],
            [[name, *client.content()] for name, client in self.clients.items()],
            self.recent_orders.content(),
            self.closures.content(),
            [self.slice_flow.content(), self.execution_flow.content(), self.order_to_trade.content()],
            self.kill_switches.content(),
            list(self.overrides.values()),
            self.monitor.content(),
            [list(self.copies.items()), list(self.reporting.items())],
        ]

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
        self.places.clear()

    def _limits_set(self, event: LimitsSet) -> None:
        """Rows that were changed by themselves stay so, unless the rows were set to others."""
        limits, configured = event.limits, self.configured
        self.configured = limits
        if not same_rates(limits, configured):
            self.conversion.configure(limits, event.at_ns)
        if limits.rows == configured.rows and limits.rows != self.limits.rows:
            limits = msgspec.structs.replace(limits, rows=self.limits.rows)
        self.use_limits(limits)

    def _conversion_rate_set(self, event: ConversionRateSet) -> None:
        self.conversion.set(event)
        self.rates = self.conversion.in_base(self.limits.base_currency)
        self.places.clear()

    def _limit_row_changed(self, event: LimitRowChanged) -> None:
        rows = changed_rows(self.limits.rows, event.before, event.after)
        self.use_limits(msgspec.structs.replace(self.limits, rows=rows))

    def use_limits(self, limits: Limits) -> None:
        """These hold, with what follows from them."""
        self.limits = limits
        self.places.clear()
        self.tables = tables = limit_tables(limits.rows)
        self.order_tables = tuple(table for table in tables if any(map(table.limits, ORDER_BOUNDS)))
        self.slice_flow.use(self.tables)
        self.execution_flow.use(self.tables)
        self.order_to_trade.use(self.tables)
        flows = self.slice_flow.tables or self.execution_flow.tables or self.order_to_trade.tables
        self.is_followed = bool(flows) or limits.self_match is not None
        self.margins = dict(limits.initial_margins)
        self.groups = {account.name: account.group for account in limits.accounts if account.group}
        self.monitor.use(tables, self._accounts(), self.groups)
        self.is_followed |= self.monitor.follows
        self.conversion.use_sources(limits)
        self.rates = self.conversion.in_base(limits.base_currency)

    def _follow(self, event: Event, orders: Mapping[int, Order]) -> None:
        if self.own_prices.policy is not None:
            self.own_prices.see(event, orders)
        if self.slice_flow.tables:
            self.slice_flow.see(event, orders, self.traits)
        if self.execution_flow.tables:
            self.execution_flow.see(event, orders, self.traits)
        if self.order_to_trade.tables:
            self.order_to_trade.see(event, orders, self.traits)
        if self.monitor.follows:
            self.monitor.follow(event, orders, self.traits, self.value_of)

    def _accounts(self) -> Iterable[str]:
        """Those that hold something."""
        return ()

    def _monitored(self, event: Event) -> None:
        self.monitor.fold(event)

    def _nothing(self, event: Event) -> None:
        """It is for those who read the log, or is folded by `_follow`."""

    def _session_rates_set(self, event: SessionRatesSet) -> None:
        client = self._client(event.session)
        client.messages, client.cancels = event.messages, event.cancels

    def _copy_terms_set(self, event: CopyTermsSet) -> None:
        if event.terms is None:
            self.copies.pop(event.session, None)
        else:
            self.copies[event.session] = event.terms

    def _reporting_set(self, event: ReportingSet) -> None:
        self.reporting[event.session] = event.reporting

    def _entitlement_set(self, event: EntitlementSet) -> None:
        self._client(event.session).entitle(event.entitlement)

    def _restriction_changed(self, event: RestrictionChanged) -> None:
        self.closures.restrict(event.source, event.symbol, event.is_restricted)

    def _trading_hours_set(self, event: TradingHoursSet) -> None:
        self.closures.set_hours(event.symbol, (event.start_ns, event.end_ns))

    def _blackout_set(self, event: BlackoutSet) -> None:
        self.closures.set_blackout(event.name, event.symbols, (event.start_ns, event.end_ns))

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
        self.monitor.to_deliver(event)

    def _override_granted(self, event: OverrideGranted) -> None:
        self.overrides[event.seq] = event

    def _override_over(self, event: OverrideUsed | OverrideLapsed) -> None:
        del self.overrides[event.granted_seq]

    def _kill_switch_engaged(self, event: KillSwitchEngaged) -> None:
        self.kill_switches.engage(event)
        self.monitor.to_deliver(event)

    def _kill_switch_released(self, event: KillSwitchReleased) -> None:
        self.kill_switches.release(event)
        self.monitor.to_deliver(event)

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
