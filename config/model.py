"""What an operator may turn: the two configurations, record by record. `config.load` makes them from YAML.

Every field has its default where one can be right, and one line that says what it is for; `config check` and the schema
for editors print the same lines. A key is named as its field. Units stand at the end of a name; a path is taken from
the working directory; prices and quantities are exact decimals, best written in quotes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from config.secret import Secret


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping in the YAML file; keys it does not know are errors."""


Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
CompId = Annotated[str, Meta(pattern=r"^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$", max_length=64)]
Symbol = Annotated[str, Meta(pattern=r"^[\x21-\x7e]+$", max_length=64)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Positive = Annotated[Decimal, Meta(extra={"positive": True})]
Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]


# -- the process -------------------------------------------------------------------------------------------------------


class Listen(Record, frozen=True, kw_only=True):
    """Where FIX clients connect."""

    host: Annotated[str, Meta(min_length=1, description="address of this machine to listen on; 0.0.0.0 for all")] = (
        "127.0.0.1"
    )
    port: Annotated[Port, Meta(description="TCP port; 0 takes a free one, for tests")] = 9878


class JournalConfig(Record, frozen=True, kw_only=True):
    directory: Annotated[str, Meta(min_length=1, description="everything that must survive; back this up")] = (
        "run/journal"
    )
    map_size_gb: Annotated[int, Meta(ge=1, le=16384, description="address space reserved once, not disk")] = 64
    segment_bytes: Annotated[
        int, Meta(ge=8192, le=1 << 30, description="size of each of the two write-ahead files, fixed at the first start")
    ] = 4 << 20


class LogsConfig(Record, frozen=True, kw_only=True):
    directory: Annotated[str, Meta(min_length=1, description="for reading only: no state is in it")] = "run/logs"
    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="the least level that is written")
    ] = "info"
    raw_messages: Annotated[bool, Meta(description="one file per session with every FIX message, secrets masked")] = (
        True
    )


class AdminConfig(Record, frozen=True, kw_only=True):
    socket: Annotated[str, Meta(max_length=100, description="operators' Unix socket; empty for none")] = (
        "run/fixgate.sock"
    )


# -- FIX sessions ------------------------------------------------------------------------------------------------------

BeginString = Literal["FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIXT.1.1"]
ApplVerId = Literal["", "FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIX.5.0", "FIX.5.0SP1", "FIX.5.0SP2"]
APPL_VER_IDS: dict[str, bytes] = {
    "FIX.4.0": b"2", "FIX.4.1": b"3", "FIX.4.2": b"4", "FIX.4.3": b"5", "FIX.4.4": b"6",
    "FIX.5.0": b"7", "FIX.5.0SP1": b"8", "FIX.5.0SP2": b"9",
}  # fmt: skip
"""Values of ApplVerID(1128) and DefaultApplVerID(1137) by the version's name."""


class Connect(Record, frozen=True, kw_only=True):
    """Where a session of kind venue calls."""

    host: Annotated[str, Meta(min_length=1, description="name or address of the venue")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="its TCP port")] = 9879


class Throttle(Record, frozen=True, kw_only=True):
    """How many requests one session may send. What is above it is refused, never delayed."""

    messages: Annotated[Count, Meta(description="orders, replaces and queries per interval")] = 1000
    interval_ms: Annotated[int, Meta(ge=1, le=86_400_000, description="length of the interval")] = 1000
    cancel_messages: Annotated[
        Count, Meta(description="cancels per interval, counted apart: leaving is always near")
    ] = 2000


class SessionConfig(Record, frozen=True, kw_only=True):
    """One FIX session. QuickFIX's word for a key is the same words in camel case: reset_on_logon is ResetOnLogon."""

    name: Annotated[Name, Meta(description="key in journal, logs and commands; never rename: its numbers hang on it")]
    kind: Annotated[
        Literal["client", "drop_copy", "venue"],
        Meta(description="client sends orders; drop_copy hears the reports of others; venue is where we send orders"),
    ] = "client"
    begin_string: Annotated[BeginString, Meta(description="BeginString(8)")]
    sender_comp_id: Annotated[CompId, Meta(description="our own CompID: SenderCompID(49) of what we send")] = "FIXGATE"
    target_comp_id: Annotated[CompId, Meta(description="the counterparty's CompID")]
    default_appl_ver_id: Annotated[
        ApplVerId, Meta(description="DefaultApplVerID(1137); required with FIXT.1.1, meaningless without")
    ] = ""
    username: Annotated[str, Meta(max_length=256, description="Username(553) of our Logon to a venue")] = ""
    password: Annotated[
        Secret | None, Meta(description="Password(554) of our Logon to a venue, as env:NAME or file:PATH")
    ] = None

    heart_bt_int_s: Annotated[int, Meta(ge=0, le=86400, description="HeartBtInt(108) we ask a venue for")] = 30
    heart_bt_int_s_min: Annotated[
        int, Meta(ge=0, le=86400, description="least HeartBtInt(108) a client may ask for; 0 allows none at all")
    ] = 1
    heart_bt_int_s_max: Annotated[int, Meta(ge=0, le=86400, description="most a client may ask for")] = 3600
    logon_timeout_s: Annotated[int, Meta(ge=1, le=3600, description="wait for a Logon, or for the answer to ours")] = 10
    logout_timeout_s: Annotated[int, Meta(ge=1, le=3600, description="wait for the answer to our Logout")] = 2
    resend_timeout_s: Annotated[
        int, Meta(ge=1, le=3600, description="our ResendRequest(2) without progress is repeated after it")
    ] = 30
    reset_on_logon: Annotated[
        bool, Meta(description="both numbers to 1 at each Logon; what was not fetched before stays unfetched")
    ] = False
    reset_on_logout: Annotated[bool, Meta(description="both numbers to 1 after a regular Logout")] = False
    reset_on_disconnect: Annotated[bool, Meta(description="both numbers to 1 when the connection is lost")] = False

    check_comp_id: Annotated[bool, Meta(description="49 and 56 of every message must be the session's")] = True
    check_latency: Annotated[bool, Meta(description="SendingTime(52) must be near our clock")] = True
    max_latency_s: Annotated[int, Meta(ge=1, le=86400, description="how near, either way")] = 120
    timestamp_precision: Annotated[
        int, Meta(ge=0, le=9, description="digits of the second's fraction that we write; FIX.4.0 and 4.1 write none")
    ] = 3
    message_bytes_max: Annotated[
        int, Meta(ge=256, le=16_777_216, description="largest message taken, known by BodyLength(9) before buffering")
    ] = 65536

    data_dictionary: Annotated[str, Meta(description="QuickFIX XML for FIX.4.x; empty for our own")] = ""
    transport_data_dictionary: Annotated[str, Meta(description="QuickFIX XML of FIXT.1.1; empty for our own")] = ""
    app_data_dictionary: Annotated[str, Meta(description="QuickFIX XML of FIX.5.0x; empty for our own")] = ""
    validate_fields_out_of_order: Annotated[bool, Meta(description="header fields in the body are faults")] = True
    validate_fields_have_values: Annotated[bool, Meta(description="fields without a value are faults")] = True
    validate_user_defined_fields: Annotated[bool, Meta(description="unknown tags from 5000 are faults")] = True
    allow_unknown_msg_fields: Annotated[bool, Meta(description="tags below 5000 a message does not have may stand")] = (
        False
    )
    reject_invalid_message: Annotated[
        bool, Meta(description="false: a venue's message is used although it breaks the dictionary, with a warning")
    ] = True

    connect: Annotated[Connect | None, Meta(description="where a session of kind venue calls")] = None
    reconnect_interval_s: Annotated[int, Meta(ge=1, le=86400, description="pause between two calls to a venue")] = 30
    accounts: Annotated[tuple[str, ...], Meta(description="Account(1) values a client may use; empty for any")] = ()
    report_pending: Annotated[
        tuple[Literal["new", "cancel", "replace"], ...],
        Meta(description="requests answered at once as Pending (39=A, 6, E), before the venue has spoken"),
    ] = ("cancel", "replace")

    @property
    def default_appl_ver_id_value(self) -> bytes:
        """DefaultApplVerID(1137) as on the wire; b"" when there is none."""
        return APPL_VER_IDS.get(self.default_appl_ver_id, b"")


# -- venues, instruments, limits ---------------------------------------------------------------------------------------


class FixStandardVenue(Record, frozen=True, kw_only=True, tag_field="adapter", tag="fix_standard"):
    """A venue that speaks plain FIX 4.2 or 4.4 over one of the sessions."""

    name: Annotated[Name, Meta(description="named by instruments, in logs and in reports")]
    session: Annotated[Name, Meta(description="its session, of kind venue")]
    market_data: Annotated[
        bool, Meta(description="subscribe to prices (35=V) for the reference price at each Logon")
    ] = True


class SimulatedVenue(Record, frozen=True, kw_only=True, tag_field="adapter", tag="simulated"):
    """A venue inside this process that answers by rules: for the first steps and for tests."""

    name: Annotated[Name, Meta(description="named by instruments, in logs and in reports")]
    reference_interval_ms: Annotated[
        int, Meta(ge=10, le=86_400_000, description="how often it repeats its reference prices")
    ] = 1000


VenueConfig = FixStandardVenue | SimulatedVenue


class InstrumentConfig(Record, frozen=True, kw_only=True):
    """What may be traded, and where an order for it goes."""

    symbol: Annotated[Symbol, Meta(description="Symbol(55), the same towards clients and venue")]
    venue: Annotated[Name, Meta(description="name of the venue its orders go to")]
    instrument_class: Annotated[Name, Meta(description="group of instruments, for limits and displays")] = (
        msgspec.field(default="spot", name="class")
    )
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
    throttle: Annotated[Throttle, Meta(description="requests of one session")] = Throttle()


class GatewayConfig(Record, frozen=True, kw_only=True):
    """The file that `fixgate run` reads."""

    name: Annotated[Name, Meta(description="this gateway, in logs and displays")] = "fixgate"
    listen: Annotated[Listen, Meta(description="where FIX clients connect")] = Listen()
    journal: Annotated[JournalConfig, Meta(description="the durable store")] = JournalConfig()
    logs: Annotated[LogsConfig, Meta(description="what is told about it")] = LogsConfig()
    admin: Annotated[AdminConfig, Meta(description="the operators' door")] = AdminConfig()
    sessions: Annotated[
        tuple[SessionConfig, ...], Meta(description="FIX sessions; session_defaults holds what they share")
    ] = ()
    venues: Annotated[tuple[VenueConfig, ...], Meta(description="where orders go")] = ()
    instruments: Annotated[tuple[InstrumentConfig, ...], Meta(description="what may be traded")] = ()
    limits: Annotated[LimitsConfig, Meta(description="limits for every order")] = LimitsConfig()


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
    listen: Annotated[Listen, Meta(description="where its members connect")] = Listen(port=9879)
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
    symbols: Annotated[tuple[ListedSymbol, ...], Meta(description="what is traded")] = ()
