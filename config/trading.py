"""The keys of what may be traded when, and of what a venue takes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from config.records import Day, Name, Record, Symbol, TimeOfDay

OrdTypeName = Literal["MARKET", "LIMIT", "STOP", "STOP_LIMIT", "PEGGED"]
SideName = Literal["BUY", "SELL"]
TimeInForceName = Literal[
    "DAY", "GOOD_TILL_CANCEL", "IMMEDIATE_OR_CANCEL", "FILL_OR_KILL", "GOOD_TILL_DATE", "AT_THE_CLOSE"
]
ExecInstName = Literal[
    "NOT_HELD",
    "WORK",
    "HELD",
    "PARTICIPATE_DONT_INITIATE",
    "MARKET_PEG",
    "PRIMARY_PEG",
    "MID_PRICE_PEG",
    "REINSTATE_ON_TRADING_HALT",
    "CANCEL_ON_TRADING_HALT",
    "REINSTATE_ON_CONNECTION_LOSS",
    "CANCEL_ON_CONNECTION_LOSS",
]


class TradingDay(Record, frozen=True, kw_only=True):
    """When a trading day begins: day orders of the day before end, ClOrdIDs of finished orders are free again."""

    begins: Annotated[TimeOfDay, Meta(description="HH:MM:SS; the day has the date on which most of it falls")] = (
        "00:00:00"
    )
    time_zone: Annotated[
        str, Meta(min_length=1, max_length=64, description="zone of it and of every close, as Europe/Zurich")
    ] = "UTC"


class Hours(Record, frozen=True, kw_only=True):
    """When an instrument is traded; outside, new orders are refused. On a wall clock, summer time and all."""

    opens: Annotated[TimeOfDay, Meta(description="HH:MM:SS")]
    closes: Annotated[TimeOfDay, Meta(description="HH:MM:SS; at or before opens it is that of the next day")]
    weekdays: Annotated[tuple[Day, ...], Meta(description="days on which it opens; empty for every day")] = ()
    time_zone: Annotated[str, Meta(max_length=64, description="as America/New_York; empty for that of trading_day")] = (
        ""
    )


class Blackout(Record, frozen=True, kw_only=True):
    """A time in which new orders are refused: around news, an expiry, a maintenance."""

    name: Annotated[Name, Meta(description="as refusals name it")]
    begins: Annotated[TimeOfDay, Meta(description="HH:MM:SS")]
    ends: Annotated[TimeOfDay, Meta(description="HH:MM:SS; at or before begins it is that of the next day")]
    date: Annotated[
        str, Meta(max_length=8, description="YYYYMMDD on which it begins, once; empty for each of weekdays")
    ] = ""
    weekdays: Annotated[tuple[Day, ...], Meta(description="days on which it begins; empty for every day")] = ()
    symbols: Annotated[tuple[Symbol, ...], Meta(description="Symbol(55); empty for all")] = ()
    time_zone: Annotated[str, Meta(max_length=64, description="as America/New_York; empty for that of trading_day")] = (
        ""
    )


class SelfMatch(Record, frozen=True, kw_only=True):
    """A new order that would meet an open one of the same owner on the other side is refused."""

    by: Annotated[
        Literal["account", "group"], Meta(description="owner: the account, or its group; without account the session")
    ] = "account"
    except_symbols: Annotated[tuple[Symbol, ...], Meta(description="not in these")] = ()
    except_accounts: Annotated[tuple[str, ...], Meta(description="not of these")] = ()


class MayTrade(Record, frozen=True, kw_only=True):
    """What a session may trade, of what can be traded; what is left out is not restricted."""

    symbols: Annotated[tuple[Symbol, ...], Meta(description="Symbol(55), also of legs; empty for any")] = ()
    sides: Annotated[tuple[SideName, ...], Meta(description="Side(54); empty for both")] = ()
    ord_types: Annotated[tuple[OrdTypeName, ...], Meta(description="OrdType(40); empty for any")] = ()


class Close(Record, frozen=True, kw_only=True):
    """The closing phase of a market, every day: orders AT_THE_CLOSE that its venue does not take wait for it."""

    begins: Annotated[TimeOfDay, Meta(description="HH:MM:SS at which orders held for the close go to the venue")]
    ends: Annotated[TimeOfDay, Meta(description="HH:MM:SS; who was down until then lets none go")]


class Supports(Record, frozen=True, kw_only=True):
    """What a venue takes. What it does not take the gateway does in its place (stop, day, date, close), or refuses."""

    ord_types: Annotated[tuple[OrdTypeName, ...], Meta(description="OrdType(40); at least one")] = ("MARKET", "LIMIT")
    times_in_force: Annotated[tuple[TimeInForceName, ...], Meta(description="TimeInForce(59); at least one")] = (
        "DAY", "GOOD_TILL_CANCEL", "IMMEDIATE_OR_CANCEL", "FILL_OR_KILL",
    )  # fmt: skip
    exec_insts: Annotated[
        tuple[ExecInstName, ...], Meta(description="ExecInst(18) that it carries out; only these are passed on")
    ] = ()
    display_qty: Annotated[bool, Meta(description="it shows a part of an order (DisplayQty, MaxFloor)")] = False
    replace: Annotated[bool, Meta(description="it amends orders; otherwise a replace is refused")] = True
    symbols: Annotated[
        tuple[Symbol, ...], Meta(description="symbols that it takes; empty for all that instruments send there")
    ] = ()
