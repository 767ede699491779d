"""From the configuration to the applications: what the operator wrote, in the applications' own words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast
from zoneinfo import ZoneInfo

from config.conversion_rates import rate_terms
from config.limit_rows import margins_of, rows_of
from config.model import (
    ExchangeConfig,
    FixStandardVenue,
    GatewayConfig,
    InstrumentConfig,
    SessionConfig,
    SessionThrottle,
    SimulatedVenue,
)
from config.trading import Blackout, MayTrade, SelfMatch
from fixspec.numbers import format_decimal
from gateway.exchange.house import HouseQuote
from gateway.exchange.rules import ExchangeSettings, ListedInstrument
from gateway.from_config.doors import venue_tls_of
from gateway.from_config.further_gates import further_gates_of
from gateway.from_config.session_hours import second_of_day, weekdays_of
from gateway.net.hosts import Calling, Host
from gateway.operators.people import People, Person
from gateway.session.schedule import Schedule, Window
from gateway.trading.client_terms import Client
from gateway.trading.day_clock import TradingHours
from gateway.trading.desk import Desk, Terms
from gateway.trading.kill_switch_desk import KillTerms
from gateway.trading.leavers import CancelOnDisconnect
from gateway.trading.market_hours import BlackoutTerms, MarketTerms
from gateway.trading.monitor_desk import MonitorTerms
from gateway.trading.unresolved_watch import Patience
from gateway.translate.dialect import Dialect, dialect_of
from oms.copy_terms import CopyTerms
from oms.entitlements import Entitlement
from oms.instruments import Instrument
from oms.limit_levels import Thresholds
from oms.limits import RATE_MAX, Account, Limits, Rate
from oms.self_match_policy import SelfMatchPolicy
from oms.types import OrdType, Side, TimeInForce
from venues.port import FixVenue, InProcessVenue
from venues.registry import make_venue

_GONE = Client(dialect_of(b"FIX.4.4", b""), listens_only=True)
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
MS_PER_S = 1_000


def desk_of(config: GatewayConfig, store_id: str) -> Desk:
    """The order desk with its clients and venues."""
    clients = clients_of(config.sessions)
    fix_venues: dict[str, FixVenue] = {}
    in_process: list[InProcessVenue] = []
    for venue_config in config.venues:
        venue = make_venue(venue_config, config)
        if isinstance(venue_config, FixStandardVenue):
            fix_venues[venue_config.session] = cast(FixVenue, venue)
        else:
            in_process.append(cast(InProcessVenue, venue))
    terms = terms_of(config)
    adapters: list[FixVenue | InProcessVenue] = [*fix_venues.values(), *in_process]
    silent = {venue.name: False for venue in adapters if not venue.capabilities.status_query}
    patience = {name: replace(its, can_be_asked=silent.get(name, True)) for name, its in terms.patience.items()}
    terms = replace(terms, patience=patience)
    desk = Desk(store_id, clients, fix_venues, in_process, terms)
    desk.blotter.further_gates = further_gates_of(config.risk.further_gates)
    return desk


def calling_of(session: SessionConfig) -> Calling:
    """Whom an initiator calls, in which order, how often."""
    return Calling(
        hosts=tuple(
            Host(to.host, to.port, venue_tls_of(to), "" if to.tls is None else to.tls.server_name)
            for to in session.connect
        ),
        reconnect_interval_s=session.reconnect_interval_s,
        by_priority=session.host_selection_policy == "priority",
        start_over_s=session.host_selection_policy_priority_start_over_interval_s,
    )


def exchange_settings_of(config: ExchangeConfig, store_id: str) -> ExchangeSettings:
    """What the exchange is told; its name and its store's make identifiers that no other exchange has."""
    return ExchangeSettings(
        exchange_id=f"{config.name}-{store_id}",
        sessions=members_of(config.sessions),
        instruments=tuple(
            ListedInstrument(s.symbol.encode(), s.tick_size, s.lot_size, s.reference_price) for s in config.symbols
        ),
        house={
            s.symbol.encode(): HouseQuote(
                format_decimal(s.house_bid), format_decimal(s.house_offer), format_decimal(s.house_qty)
            )
            for s in config.symbols
            if s.house_bid is not None and s.house_offer is not None
        },
        market_data_interval_ns=config.market_data_interval_ms * NS_PER_MS,
        market_data_refresh_ns=config.market_data_refresh_ms * NS_PER_MS,
    )


def terms_of(config: GatewayConfig) -> Terms:
    limits = config.limits
    throttle = limits.throttle
    return Terms(
        mics={venue.name: venue.mic for venue in config.venues if venue.mic is not None},
        instruments=tuple(_instrument(instrument) for instrument in config.instruments),
        limits=Limits(
            order_qty_max=limits.max_order_qty,
            order_notional_max=limits.max_notional,
            price_band=limits.price_band_percent / Decimal(100),
            reference_price_age_ms_max=limits.reference_price_age_ms_max,
            messages=_rate(throttle.messages, throttle.interval_ms),
            cancels=_rate(throttle.cancel_messages, throttle.interval_ms),
            unhedged_qty_max=limits.max_unhedged_qty,
            rows=rows_of(limits),
            accounts=tuple(Account(of.name, of.group or "", of.currency or "") for of in config.accounts),
            base_currency=limits.base_currency,
            **rate_terms(limits)._asdict(),
            initial_margins=margins_of(limits),
            raises_need_approval=limits.raises_need_approval,
            duplicate_interval_ms=limits.duplicate_interval_ms,
            self_match=_self_match(limits.self_match),
        ),
        references={
            instrument.symbol: (instrument.venue, instrument.reference_price)
            for instrument in config.instruments
            if instrument.reference_price is not None
        },
        hours=_hours(config),
        market=_market(config),
        patience={venue.name: _patience(venue) for venue in config.venues},
        people=People(Person(one.name, frozenset(one.may), frozenset(one.approves)) for one in config.people),
        kill_switch=KillTerms(config.kill_switch.deadline_s * NS_PER_S, config.kill_switch.second_person),
        monitor=_monitor(config),
    )


def _monitor(config: GatewayConfig) -> MonitorTerms:
    warn, clear = Decimal(config.monitor.warn_percent), Decimal(config.monitor.clear_percent)
    return MonitorTerms(Thresholds(warn / 100, clear / 100), config.alerts.webhook is not None)


def _self_match(config: SelfMatch | None) -> SelfMatchPolicy | None:
    if config is None:
        return None
    return SelfMatchPolicy(config.by == "group", config.except_symbols, config.except_accounts)


def _market(config: GatewayConfig) -> MarketTerms:
    zone = config.trading_day.time_zone
    return MarketTerms(
        hours={
            instrument.symbol: Schedule(
                ZoneInfo(hours.time_zone or zone),
                second_of_day(hours.opens),
                second_of_day(hours.closes),
                weekdays=weekdays_of(hours.weekdays),
            )
            for instrument in config.instruments
            if (hours := instrument.hours) is not None
        },
        blackouts={each.name: BlackoutTerms(each.symbols, _blackout(each, zone)) for each in config.blackouts},
        restricted=config.limits.restricted_symbols,
    )


def _blackout(blackout: Blackout, default_zone: str) -> Schedule | Window:
    zone = ZoneInfo(blackout.time_zone or default_zone)
    begins_s = second_of_day(blackout.begins)
    when = Schedule(zone, begins_s, second_of_day(blackout.ends), weekdays=weekdays_of(blackout.weekdays))
    if not blackout.date:
        return when
    begins = datetime.strptime(blackout.date, "%Y%m%d").replace(tzinfo=zone) + timedelta(seconds=begins_s)
    return when.instance(int(begins.timestamp()) * NS_PER_S)


def _hours(config: GatewayConfig) -> TradingHours:
    zone, begins_s = ZoneInfo(config.trading_day.time_zone), second_of_day(config.trading_day.begins)
    return TradingHours(
        Schedule(zone, begins_s, begins_s),
        {
            instrument.symbol: Schedule(zone, second_of_day(close.begins), second_of_day(close.ends))
            for instrument in config.instruments
            if (close := instrument.close) is not None
        },
    )


def _patience(venue: FixStandardVenue | SimulatedVenue) -> Patience:
    """A venue inside the process knows at once what it was sent."""
    quiet_time_s = venue.quiet_time_s if isinstance(venue, FixStandardVenue) else 0
    return Patience(venue.answer_timeout_s * NS_PER_S, quiet_time_s * NS_PER_S, can_be_asked=True)


class Clients(dict[str, Client]):
    """The clients by their sessions. An order outlives its session: who is configured no more is still a client, whose
    reports are made and go nowhere."""

    def __missing__(self, session: str) -> Client:
        return _GONE


def clients_of(sessions: Iterable[SessionConfig]) -> Clients:
    return Clients({session.name: _client(session) for session in sessions if session.kind != "venue"})


def members_of(sessions: Iterable[SessionConfig]) -> dict[str, Dialect]:
    """What the exchange must know of its sessions."""
    return {session.name: _dialect(session) for session in sessions}


def _client(session: SessionConfig) -> Client:
    throttle = session.throttle
    return Client(
        dialect=_dialect(session),
        listens_only=session.kind == "drop_copy",
        accounts=frozenset(session.accounts),
        entitlement=_entitlement(session.may_trade),
        report_pending=frozenset(session.report_pending),
        cancel_on_disconnect=_cancel_on_disconnect(session),
        messages=None if throttle is None else _rate(throttle.messages, throttle.interval_ms),
        cancels=None if throttle is None else _rate(throttle.cancel_messages, throttle.interval_ms),
        refusals=_refusals(throttle),
        restate_gt_orders=session.restate_gt_orders,
        kill_switch=session.kill_switch,
        comp_id=session.target_comp_id,
        hears=_hears(session) if session.kind == "drop_copy" else None,
    )


def _hears(session: SessionConfig) -> CopyTerms:
    """All but the venues' market identifier codes, which the desk knows."""
    copies = session.copies
    return CopyTerms(
        dialect=_dialect(session).name,
        firm=session.sender_comp_id,
        accounts=copies.accounts,
        sessions=copies.sessions,
        symbols=copies.symbols,
        cancel_rejects=copies.cancel_rejects,
    )


def _entitlement(may_trade: MayTrade | None) -> Entitlement | None:
    if may_trade is None:
        return None
    return Entitlement(
        symbols=may_trade.symbols,
        sides=tuple(Side(name) for name in may_trade.sides),
        ord_types=tuple(OrdType(name) for name in may_trade.ord_types),
    )


def _cancel_on_disconnect(session: SessionConfig) -> CancelOnDisconnect | None:
    scope = session.cancel_on_disconnect
    if scope == "none":
        return None
    return CancelOnDisconnect(
        on_logout=scope in ("logout", "both"),
        on_disconnect=scope in ("disconnect", "both"),
        grace_ns=session.cancel_on_disconnect_grace_s * NS_PER_S,
        keep=frozenset(TimeInForce(name) for name in session.cancel_on_disconnect_keep),
    )


def _refusals(throttle: SessionThrottle | None) -> Rate | None:
    if throttle is None or not throttle.logout_messages:
        return None
    rate = _rate(throttle.logout_messages, throttle.interval_ms)
    return Rate(per_s=max(1, rate.per_s), burst=rate.burst)  # the slowest there is


def _dialect(session: SessionConfig) -> Dialect:
    return dialect_of(session.begin_string.encode(), session.default_appl_ver_id_value)


def _instrument(instrument: InstrumentConfig) -> Instrument:
    band = instrument.price_band_percent
    split = {} if instrument.routing is None else instrument.routing.split
    return Instrument(
        symbol=instrument.symbol,
        min_price_increment=instrument.tick_size,
        round_lot=instrument.lot_size,
        min_trade_vol=instrument.min_qty,
        max_trade_vol=instrument.max_qty,
        venues=tuple(split) or (instrument.venue,),
        price_band=None if band is None else band / Decimal(100),
        weights=tuple(split.values()),
        has_close=instrument.close is not None,
        risk_class=instrument.risk_class or "",
        currency=instrument.currency or "",
        contract_multiplier=instrument.contract_multiplier,
    )


def _rate(messages: int, interval_ms: int) -> Rate:
    return Rate(per_s=min(RATE_MAX, messages * MS_PER_S // interval_ms), burst=min(RATE_MAX, messages))
