"""What an operator may turn: the two configurations, record by record. `config.load` makes them from YAML.

Every field has its default where one can be right, and one line that says what it is for; `config check` and the schema
for editors print the same lines. A key is named as its field. Units stand at the end of a name; a path is taken from
the working directory; prices and quantities are exact decimals, best written in quotes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from config.limit_slices import (
    AccountConfig,
    AgeSeconds,
    ConversionRate,
    Currency,
    InitialMargin,
    RiskClass,
    SliceConfig,
)
from config.listen import Listen, ListenTls
from config.people import PersonConfig
from config.records import ONE_OR_MORE, CurrencyCode, MarketId, Name, Positive, Record, Symbol
from config.session import (
    APPL_VER_IDS,
    Connect,
    ConnectTls,
    SessionConfig,
    SessionTemplate,
    SessionThrottle,
    Throttle,
)
from config.trading import Blackout, Close, Hours, SelfMatch, Supports, TradingDay
from config.watching import AlertsConfig, MetricsConfig, MonitorConfig

__all__ = [
    "APPL_VER_IDS",
    "AdminConfig",
    "Close",
    "Connect",
    "ConnectTls",
    "ExchangeConfig",
    "FixStandardVenue",
    "GatewayConfig",
    "InstrumentConfig",
    "JournalConfig",
    "KillSwitchConfig",
    "LimitsConfig",
    "ListedSymbol",
    "Listen",
    "ListenTls",
    "LogsConfig",
    "Record",
    "Routing",
    "SessionConfig",
    "SessionTemplate",
    "SessionThrottle",
    "SimulatedVenue",
    "Supports",
    "Throttle",
    "TradingDay",
    "VenueConfig",
]  # fmt: skip


# -- the process -------------------------------------------------------------------------------------------------------


class JournalConfig(Record, frozen=True, kw_only=True):
    """The durable store."""

    directory: Annotated[str, Meta(min_length=1, description="everything that must survive; back this up")] = (
        "run/journal"
    )
    map_size_gb: Annotated[int, Meta(ge=1, le=16384, description="address space reserved once, not disk")] = 64
    segment_bytes: Annotated[
        int,
        Meta(ge=8192, le=1 << 30, description="size of each of the two write-ahead files, fixed at the first start"),
    ] = 8 << 20
    snapshot_records: Annotated[
        int,
        Meta(ge=0, le=1 << 40, description="records between two snapshots, which make a restart short; 0 for none"),
    ] = 500_000


class LogsConfig(Record, frozen=True, kw_only=True):
    """What is told about it, for reading."""

    directory: Annotated[str, Meta(min_length=1, description="for reading only: no state is in it")] = "run/logs"
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="the least level that is written")
    ] = "info"
    raw_messages: Annotated[bool, Meta(description="one file per session with every FIX message, secrets masked")] = (
        True
    )
    masked_tags: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=99_999)], ...],
        Meta(description="tags that are masked in all logs besides the secrets, as 1 for Account(1)"),
    ] = ()


class AdminConfig(Record, frozen=True, kw_only=True):
    """The operators' door."""

    socket: Annotated[str, Meta(max_length=100, description="operators' Unix socket; empty for none")] = (
        "run/fixgate.sock"
    )


# -- venues, instruments, limits ---------------------------------------------------------------------------------------


class FixStandardVenue(Record, frozen=True, kw_only=True, tag_field="adapter", tag="fix_standard"):
    """A venue that speaks plain FIX 4.2 or 4.4 over one of the sessions."""

    name: Annotated[Name, Meta(description="named by instruments, in logs and in reports")]
    session: Annotated[Name, Meta(description="its session, of kind venue")]
    mic: Annotated[
        MarketId | None, Meta(description="LastMkt(30) of its executions, its ISO 10383 code; without it its name")
    ] = None
    market_data: Annotated[
        bool, Meta(description="subscribe to prices (35=V) for the reference price at each Logon")
    ] = True
    answer_timeout_s: Annotated[
        int, Meta(ge=1, le=3600, description="an unanswered order or request is told and asked about after so long")
    ] = 5
    quiet_time_s: Annotated[
        int, Meta(ge=0, le=3600, description="so long after an order was sent its 'not found' proves nothing")
    ] = 10
    supports: Annotated[Supports, Meta(description="what it takes")] = Supports()


class SimulatedVenue(Record, frozen=True, kw_only=True, tag_field="adapter", tag="simulated"):
    """A venue inside this process that answers by rules: for the first steps and for tests."""

    name: Annotated[Name, Meta(description="named by instruments, in logs and in reports")]
    mic: Annotated[
        MarketId | None, Meta(description="LastMkt(30) of its executions, its ISO 10383 code; without it its name")
    ] = None
    reference_interval_ms: Annotated[
        int, Meta(ge=10, le=86_400_000, description="how often it repeats its reference prices")
    ] = 1000
    answer_timeout_s: Annotated[
        int, Meta(ge=1, le=3600, description="an unanswered order or request is told and asked about after so long")
    ] = 5


VenueConfig = FixStandardVenue | SimulatedVenue


class Routing(Record, frozen=True, kw_only=True):
    """How the orders of an instrument are divided over several venues."""

    split: Annotated[
        dict[Name, Annotated[int, Meta(ge=1, le=1_000_000)]],
        Meta(description="venue: weight; what lots leave over, and what is not divided, goes to the first"),
    ]


class InstrumentConfig(Record, frozen=True, kw_only=True):
    """What may be traded, and where an order for it goes."""

    symbol: Annotated[Symbol, Meta(description="Symbol(55), the same towards clients and venue")]
    venue: Annotated[Name, Meta(description="name of the venue its orders go to")]
    tick_size: Annotated[Positive, Meta(description="Price(44) is a multiple of it")] = Decimal("0.01")
    lot_size: Annotated[Positive, Meta(description="OrderQty(38) is a multiple of it")] = Decimal("0.01")
    min_qty: Annotated[Positive, Meta(description="least OrderQty(38)")] = Decimal("0.01")
    max_qty: Annotated[Positive, Meta(description="most OrderQty(38)")] = Decimal(1_000_000)
    reference_price: Annotated[
        Positive | None, Meta(description="stands until the venue tells one; without it the price band refuses")
    ] = None
    price_band_percent: Annotated[
        Positive | None, Meta(description="how far Price(44) may be from the reference; without it the limits' one")
    ] = None
    routing: Annotated[
        Routing | None, Meta(description="venues over which its orders are divided; without it they go whole to venue")
    ] = None
    hours: Annotated[Hours | None, Meta(description="when it is traded; without it always")] = None
    close: Annotated[
        Close | None, Meta(description="the closing phase of its market; without it AT_THE_CLOSE is refused")
    ] = None
    risk_class: RiskClass = None
    currency: Currency = None
    contract_multiplier: Annotated[
        Positive, Meta(description="value = quantity x price x multiplier; at most 9 digits")
    ] = Decimal(1)


class LimitsConfig(Record, frozen=True, kw_only=True):
    """Limits for every order, whoever sends it."""

    max_order_qty: Annotated[Positive, Meta(description="most OrderQty(38) of one order")] = Decimal(10_000)
    max_notional: Annotated[Positive, Meta(description="most OrderQty x price, in the quote currency")] = Decimal(
        10_000_000
    )
    price_band_percent: Annotated[Positive, Meta(description="band of instruments that set none")] = Decimal(10)
    reference_price_age_ms_max: Annotated[
        int, Meta(ge=1, le=86_400_000, description="an older reference price is no reference: orders are refused")
    ] = 60_000
    max_unhedged_qty: Annotated[
        Positive | None,
        Meta(
            description="most of a multileg order's first leg that may stand alone; without it there are no such orders"
        ),
    ] = None
    throttle: Annotated[Throttle, Meta(description="requests of one session")] = Throttle()
    slices: Annotated[
        tuple[SliceConfig, ...], Meta(description="limits of accounts, symbols, traders ..., besides these for all")
    ] = ()
    base_currency: Annotated[CurrencyCode, Meta(description="what notional values of slices are in")] = "USD"
    conversion_rates: Annotated[
        tuple[ConversionRate, ...], Meta(description="one for each other currency of an instrument")
    ] = ()
    conversion_rate_age_s_max: Annotated[
        AgeSeconds | None, Meta(description="an older rate is no rate: orders that need it are refused; without it any")
    ] = None
    initial_margins: Annotated[
        tuple[InitialMargin, ...], Meta(description="by class of instruments; 100 percent, as of cash, for all others")
    ] = ()
    raises_need_approval: Annotated[
        bool, Meta(description="while it runs a limit is only made weaker by two persons together")
    ] = False
    restricted_symbols: Annotated[
        tuple[Symbol, ...], Meta(description="no new orders in these; operators have a list of their own")
    ] = ()
    self_match: Annotated[
        SelfMatch | None,
        Meta(description="orders that would meet others of the same owner are refused; without it not"),
    ] = None
    duplicate_interval_ms: Annotated[
        int,
        Meta(
            ge=0, le=60_000, description="the same order sent again within it, as a new one, is refused; 0: it is not"
        ),
    ] = 0


class KillSwitchConfig(Record, frozen=True, kw_only=True):
    """Kill switches, beside the command `fixgate kill` and SIGUSR1."""

    file: Annotated[
        str, Meta(max_length=4096, description="when this file appears, everything is stopped; empty for none")
    ] = ""
    deadline_s: Annotated[
        int, Meta(ge=1, le=3600, description="cancels that a venue has not answered by then are told as an error")
    ] = 5
    second_person: Annotated[
        bool, Meta(description="a release needs an approver who neither engaged the switch nor asks for the release")
    ] = True


class RiskConfig(Record, frozen=True, kw_only=True):
    """What judges orders besides `limits`."""

    further_gates: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", max_length=200)], ...],
        Meta(description="gates of this installation, package.module:function each; docs/HACKING.md has one"),
    ] = ()


class GatewayConfig(Record, frozen=True, kw_only=True):
    """The file that `fixgate run` reads."""

    name: Annotated[Name, Meta(description="this gateway, in logs and displays")] = "fixgate"
    listen: Annotated[
        tuple[Listen, ...], ONE_OR_MORE, Meta(description="where FIX clients connect: one door, or a list of them")
    ] = (Listen(),)
    journal: Annotated[JournalConfig, Meta(description="the durable store")] = JournalConfig()
    logs: Annotated[LogsConfig, Meta(description="what is told about it")] = LogsConfig()
    admin: Annotated[AdminConfig, Meta(description="the operators' door")] = AdminConfig()
    sessions: Annotated[
        tuple[SessionConfig, ...], Meta(description="FIX sessions; session_defaults holds what they share")
    ] = ()
    session_templates: Annotated[
        tuple[SessionTemplate, ...], Meta(description="sessions made at the first Logon of who fits; same keys")
    ] = ()
    replays_max: Annotated[
        int, Meta(ge=1, le=1000, description="sessions that are sent old messages at the same time; others wait")
    ] = 5
    venues: Annotated[tuple[VenueConfig, ...], Meta(description="where orders go")] = ()
    instruments: Annotated[tuple[InstrumentConfig, ...], Meta(description="what may be traded")] = ()
    limits: Annotated[LimitsConfig, Meta(description="limits for every order")] = LimitsConfig()
    risk: Annotated[RiskConfig, Meta(description="what judges orders besides limits")] = RiskConfig()
    accounts: Annotated[tuple[AccountConfig, ...], Meta(description="accounts that limits group")] = ()
    blackouts: Annotated[tuple[Blackout, ...], Meta(description="times in which new orders are refused")] = ()
    trading_day: Annotated[TradingDay, Meta(description="when a trading day begins")] = TradingDay()
    kill_switch: Annotated[KillSwitchConfig, Meta(description="how everything is stopped")] = KillSwitchConfig()
    people: Annotated[
        tuple[PersonConfig, ...], Meta(description="operators and approvers; without any, anybody is one, by any name")
    ] = ()
    monitor: Annotated[MonitorConfig, Meta(description="what is told of the use of limits")] = MonitorConfig()
    alerts: Annotated[AlertsConfig, Meta(description="who hears of alerts")] = AlertsConfig()
    metrics: Annotated[MetricsConfig | None, Meta(description="figures for a monitoring system; without it none")] = (
        None
    )


# -- the bundled exchange ----------------------------------------------------------------------------------------------


class ListedSymbol(Record, frozen=True, kw_only=True):
    """What is traded on the exchange."""

    symbol: Annotated[Symbol, Meta(description="Symbol(55)")]
    tick_size: Annotated[Positive, Meta(description="Price(44) is a multiple of it")] = Decimal("0.01")
    lot_size: Annotated[Positive, Meta(description="OrderQty(38) is a multiple of it")] = Decimal("0.01")
    reference_price: Annotated[Positive, Meta(description="stands for the last trade until there is one")]
    house_bid: Annotated[Positive | None, Meta(description="price at which the exchange itself always buys")] = None
    house_offer: Annotated[Positive | None, Meta(description="price at which the exchange itself always sells")] = None
    house_qty: Annotated[Positive, Meta(description="size of each of its quotes, put up again when it has traded")] = (
        Decimal(10)
    )


class ExchangeConfig(Record, frozen=True, kw_only=True):
    """The file that `fixgate exchange` reads."""

    name: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9]+$", max_length=8)],
        Meta(description="begins every OrderID(37) and ExecID(17); no two exchanges share it"),
    ] = "EXCH"
    listen: Annotated[
        tuple[Listen, ...], ONE_OR_MORE, Meta(description="where its members connect: one door, or a list of them")
    ] = (Listen(port=9879),)
    journal: Annotated[JournalConfig, Meta(description="the durable store")] = JournalConfig(
        directory="run/exchange/journal"
    )
    logs: Annotated[LogsConfig, Meta(description="what is told about it")] = LogsConfig(directory="run/exchange/logs")
    market_data_interval_ms: Annotated[
        int, Meta(ge=10, le=86_400_000, description="least time between two prices of one symbol")
    ] = 1000
    market_data_refresh_ms: Annotated[
        int, Meta(ge=10, le=86_400_000, description="a price that has not changed is repeated after it")
    ] = 5000
    sessions: Annotated[
        tuple[SessionConfig, ...], Meta(description="its members; session_defaults holds what they share")
    ] = ()
    session_templates: Annotated[
        tuple[SessionTemplate, ...], Meta(description="members taken in at the first Logon of who fits; same keys")
    ] = ()
    replays_max: Annotated[
        int, Meta(ge=1, le=1000, description="sessions that are sent old messages at the same time; others wait")
    ] = 5
    symbols: Annotated[tuple[ListedSymbol, ...], Meta(description="what is traded")] = ()
