"""The words of an order: enumerations under their FIX names, and the moment at which something is decided.

The values are the FIX names themselves, so that a log can be read; which character a name has on a wire is known only
to the translators. Numbers are `decimal.Decimal` and exact everywhere: see `oms.exact`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple


class Side(StrEnum):
    """Side(54)."""

    BUY = "BUY"
    SELL = "SELL"


class OrdType(StrEnum):
    """OrdType(40)."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"
    STOP_LIMIT = "STOP_LIMIT"
    PEGGED = "PEGGED"


class TimeInForce(StrEnum):
    """TimeInForce(59)."""

    DAY = "DAY"
    GOOD_TILL_CANCEL = "GOOD_TILL_CANCEL"
    IMMEDIATE_OR_CANCEL = "IMMEDIATE_OR_CANCEL"
    FILL_OR_KILL = "FILL_OR_KILL"
    GOOD_TILL_DATE = "GOOD_TILL_DATE"
    AT_THE_CLOSE = "AT_THE_CLOSE"


class ExecInst(StrEnum):
    """ExecInst(18): those that mean something here. Any other is refused, not ignored."""

    NOT_HELD = "NOT_HELD"
    WORK = "WORK"
    HELD = "HELD"
    PARTICIPATE_DONT_INITIATE = "PARTICIPATE_DONT_INITIATE"
    """Post only: rejected rather than executed at once."""
    MARKET_PEG = "MARKET_PEG"
    PRIMARY_PEG = "PRIMARY_PEG"
    MID_PRICE_PEG = "MID_PRICE_PEG"
    REINSTATE_ON_TRADING_HALT = "REINSTATE_ON_TRADING_HALT"
    CANCEL_ON_TRADING_HALT = "CANCEL_ON_TRADING_HALT"
    REINSTATE_ON_CONNECTION_LOSS = "REINSTATE_ON_CONNECTION_LOSS"
    """The order outlives its client's session, whatever the session's cancel on disconnect says."""
    CANCEL_ON_CONNECTION_LOSS = "CANCEL_ON_CONNECTION_LOSS"
    """The order is canceled when its client's session is lost, also where the session has no cancel on disconnect."""


class HoldReason(StrEnum):
    """What an order that the gateway holds back from every venue is waiting for."""

    STOP_PRICE = "STOP_PRICE"
    CLOSE = "CLOSE"
    """The closing phase of its market."""
    OTHER_ORDER = "OTHER_ORDER"
    """An execution of the order that triggers it (OTO)."""
    LIST_EXECUTE = "LIST_EXECUTE"
    """The client's word to execute its list: ListExecute(L)."""


class WorkReason(StrEnum):
    """Why an order is given to its venues in parts."""

    NEW = "NEW"
    REROUTED = "REROUTED"
    """What one venue did not take goes to others."""
    REPLACED = "REPLACED"
    """On the terms of a replace, after all parts of before have ended."""


class Contingency(StrEnum):
    """ContingencyType(1385): what the orders of a list have to do with each other."""

    NONE = "NONE"
    ONE_CANCELS_THE_OTHER = "ONE_CANCELS_THE_OTHER"
    ONE_TRIGGERS_THE_OTHER = "ONE_TRIGGERS_THE_OTHER"


class RestatementReason(StrEnum):
    """ExecRestatementReason(378): why an order changed or ended without its client having asked."""

    GT_CORPORATE_ACTION = "GT_CORPORATE_ACTION"
    GT_RENEWAL = "GT_RENEWAL"
    VERBAL_CHANGE = "VERBAL_CHANGE"
    REPRICING_OF_ORDER = "REPRICING_OF_ORDER"
    BROKER_OPTION = "BROKER_OPTION"
    PARTIAL_DECLINE_OF_ORDER_QTY = "PARTIAL_DECLINE_OF_ORDER_QTY"
    CANCEL_ON_TRADING_HALT = "CANCEL_ON_TRADING_HALT"
    CANCEL_ON_SYSTEM_FAILURE = "CANCEL_ON_SYSTEM_FAILURE"
    MARKET_OPTION = "MARKET_OPTION"
    OTHER = "OTHER"


class OrdStatus(StrEnum):
    """OrdStatus(39). Derived by `oms.order_state.ord_status`, never stored; also what a venue says of an order."""

    PENDING_NEW = "PENDING_NEW"
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    DONE_FOR_DAY = "DONE_FOR_DAY"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    SUSPENDED = "SUSPENDED"
    STOPPED = "STOPPED"
    PENDING_CANCEL = "PENDING_CANCEL"
    PENDING_REPLACE = "PENDING_REPLACE"


class RejectReason(StrEnum):
    """Why a request is turned down, in the words of OrdRejReason(103) and CxlRejReason(102) together.

    The translators give each name its number in either field; a name without one there becomes Other."""

    BROKER_OPTION = "BROKER_OPTION"  # 103=0, 102=2
    UNKNOWN_SYMBOL = "UNKNOWN_SYMBOL"  # 103=1
    EXCHANGE_CLOSED = "EXCHANGE_CLOSED"  # 103=2
    ORDER_EXCEEDS_LIMIT = "ORDER_EXCEEDS_LIMIT"  # 103=3
    TOO_LATE = "TOO_LATE"  # 103=4, 102=0
    UNKNOWN_ORDER = "UNKNOWN_ORDER"  # 103=5, 102=1
    DUPLICATE = "DUPLICATE"  # 103=6, 102=6
    DUPLICATE_OF_TELEPHONED = "DUPLICATE_OF_TELEPHONED"  # 103=7
    STALE = "STALE"  # 103=8
    UNSUPPORTED_ORDER_CHARACTERISTIC = "UNSUPPORTED_ORDER_CHARACTERISTIC"  # 103=11
    INCORRECT_QUANTITY = "INCORRECT_QUANTITY"  # 103=13
    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"  # 103=15
    PRICE_INCREMENT = "PRICE_INCREMENT"  # 103=18, 102=18
    ALREADY_PENDING = "ALREADY_PENDING"  # 102=3
    OTHER = "OTHER"  # 103=99, 102=99


class TradingState(StrEnum):
    """What the desk lets in. Cancels pass in every state."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"


class SymbolStatus(StrEnum):
    """Whether a symbol trades: what a venue or an operator says of it."""

    TRADING = "TRADING"
    HALTED = "HALTED"
    CLOSED = "CLOSED"


class KillScope(StrEnum):
    """What a kill switch stops: everything, or all that has one value of this."""

    GLOBAL = "global"
    VENUE = "venue"
    ACCOUNT = "account"
    SESSION = "session"
    TRADER = "trader"
    SYMBOL = "symbol"
    ALGO = "algo"


class FillFlag(StrEnum):
    """What was odd about a fill that was booked all the same: a fill is money."""

    OVERFILL = "OVERFILL"  # CumQty(14) is above OrderQty(38) with it
    AFTER_END = "AFTER_END"  # the order was canceled, expired or rejected before
    WRONG_SIDE = "WRONG_SIDE"  # the venue reports it for the other side
    WRONG_SYMBOL = "WRONG_SYMBOL"  # the venue reports it for another symbol
    BESIDE_BY_HAND = "BESIDE_BY_HAND"  # a person has booked executions on the order, and none with these figures


class Moment(NamedTuple):
    """When a decision is taken: UTC in ns since 1970-01-01, and the number its first event will have in the log."""

    utc_ns: int
    seq: int


STORE_ID_LENGTH_MAX: Final = 8
_STORE_ID = re.compile(r"[A-Za-z0-9]{0,7}[A-Za-z]").fullmatch


def check_store_id(store_id: str) -> None:
    """Raise ValueError unless `store_id` is 1 to 8 ASCII letters and digits of which the last is a letter.

    The last is a letter so that store id and sequence number, written together, name one event of one store only."""
    if _STORE_ID(store_id) is None:
        raise ValueError(f"store_id: {store_id!r}: 1 to 8 ASCII letters and digits, the last one a letter")


def order_id(store_id: str, order_seq: int) -> str:
    """OrderID(37): constant for the life of the order. `order_seq` is the number of its OrderReceived event."""
    return f"{store_id}-{order_seq}"


def exec_id(store_id: str, seq: int) -> str:
    """ExecID(17) of the report on event `seq`; unique for ever, because a log never reuses a number."""
    return f"{store_id}-{seq}"


def venue_cl_ord_id(store_id: str, seq: int) -> str:
    """ClOrdID(11) under which a venue hears of the request that event `seq` states: at most 20 letters and digits."""
    return f"{store_id}{seq}"
