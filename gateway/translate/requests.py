"""Client messages to commands: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G),
OrderStatusRequest(H). From here on there is no FIX.

The session has judged the message by then: it is in sequence, every field has its format, and what the rules of
engagement require is there. What is left to refuse are values that FIX knows and this desk does not.
"""

from __future__ import annotations

from typing import NamedTuple

from fixspec import tags
from fixspec.message import Message
from fixspec.numbers import parse_decimal, parse_utc_timestamp
from fixspec.rulebook import Condition, MessageTerms, RulesOfEngagement
from fixspec.tags import MsgType, OrdType
from gateway.translate.values import ORD_TYPES, SIDES, TIMES_IN_FORCE
from oms.commands import CancelOrder, NewOrder, QueryOrder, ReplaceOrder
from oms.types import RejectReason

DAY = b"0"

_PRICED = Condition(tags.PRICE, tags.ORD_TYPE, frozenset({OrdType.LIMIT}))
_ORDER = frozenset({tags.CL_ORD_ID, tags.SYMBOL, tags.SIDE})
_TERMS = frozenset({tags.ORD_TYPE, tags.ORDER_QTY})
_OF_AN_ORDER = frozenset({tags.ORIG_CL_ORD_ID})
RULES_OF_ENGAGEMENT = RulesOfEngagement(
    {
        MsgType.NEW_ORDER_SINGLE: MessageTerms(required=_ORDER | _TERMS, conditions=(_PRICED,)),
        MsgType.ORDER_CANCEL_REQUEST: MessageTerms(required=_ORDER | _OF_AN_ORDER),
        MsgType.ORDER_CANCEL_REPLACE_REQUEST: MessageTerms(
            required=_ORDER | _OF_AN_ORDER | _TERMS, conditions=(_PRICED,)
        ),
        MsgType.ORDER_STATUS_REQUEST: MessageTerms(required=frozenset({tags.CL_ORD_ID})),
        MsgType.BUSINESS_MESSAGE_REJECT: MessageTerms(),
    }
)
"""What a client session may send, on top of its dictionary. The rest gets a BusinessMessageReject(j).

Every field that is read below without asking whether it is there stands here, for dictionaries differ: from FIX 4.4 on
a Symbol(55) may be missing, in FIX 5.0 SP2 even an OrigClOrdID(41)."""


class Unsupported(NamedTuple):
    """A request that FIX allows and this desk does not take."""

    code: str
    reason: RejectReason
    text: str


def new_order(session: str, message: Message) -> NewOrder | Unsupported:
    fields = message.fields
    get = fields.get
    ord_type = ORD_TYPES.get(fields[tags.ORD_TYPE])
    side = SIDES.get(fields[tags.SIDE])
    time_in_force = TIMES_IN_FORCE.get(get(tags.TIME_IN_FORCE, DAY))
    if ord_type is None or side is None or time_in_force is None:
        return _unsupported(fields)
    order_qty = parse_decimal(fields[tags.ORDER_QTY])
    price = get(tags.PRICE)
    transact_time = get(tags.TRANSACT_TIME)
    assert order_qty is not None, "the rulebook checks formats"
    return NewOrder(
        session,
        get(tags.ACCOUNT, b"").decode("latin-1"),
        fields[tags.CL_ORD_ID].decode("latin-1"),
        fields[tags.SYMBOL].decode("latin-1"),
        side,
        ord_type,
        order_qty,
        None if price is None else parse_decimal(price),
        time_in_force,
        None if transact_time is None else parse_utc_timestamp(transact_time),
        get(tags.POSS_RESEND) == b"Y",
    )


def cancel_order(session: str, message: Message) -> CancelOrder | Unsupported:
    fields = message.fields
    side = SIDES.get(fields[tags.SIDE])
    if side is None:
        return _unsupported(fields)
    return CancelOrder(
        session,
        fields[tags.CL_ORD_ID].decode("latin-1"),
        fields[tags.ORIG_CL_ORD_ID].decode("latin-1"),
        fields[tags.SYMBOL].decode("latin-1"),
        side,
    )


def replace_order(session: str, message: Message) -> ReplaceOrder | Unsupported:
    fields = message.fields
    ord_type = ORD_TYPES.get(fields[tags.ORD_TYPE])
    side = SIDES.get(fields[tags.SIDE])
    time_in_force = TIMES_IN_FORCE.get(fields.get(tags.TIME_IN_FORCE, DAY))
    if ord_type is None or side is None or time_in_force is None:
        return _unsupported(fields)
    order_qty = parse_decimal(fields[tags.ORDER_QTY])
    price = fields.get(tags.PRICE)
    assert order_qty is not None, "the rulebook checks formats"
    return ReplaceOrder(
        session,
        fields[tags.CL_ORD_ID].decode("latin-1"),
        fields[tags.ORIG_CL_ORD_ID].decode("latin-1"),
        fields[tags.SYMBOL].decode("latin-1"),
        side,
        ord_type,
        order_qty,
        None if price is None else parse_decimal(price),
        time_in_force,
    )


def query_order(session: str, message: Message) -> QueryOrder:
    order_id = message.fields.get(tags.ORDER_ID)
    return QueryOrder(
        session,
        message.fields[tags.CL_ORD_ID].decode("latin-1"),
        None if order_id is None else order_id.decode("latin-1"),
    )


def _unsupported(fields: dict[bytes, bytes]) -> Unsupported:
    """Names the first of the fields whose value the desk does not take."""
    for name, tag, known in (
        ("Side", tags.SIDE, SIDES),
        ("OrdType", tags.ORD_TYPE, ORD_TYPES),
        ("TimeInForce", tags.TIME_IN_FORCE, TIMES_IN_FORCE),
    ):
        value = fields.get(tag)
        if value is not None and value not in known:
            figures = f"{name}({tag.decode()})={value.decode('latin-1')} taken={','.join(v.decode() for v in known)}"
            return Unsupported(
                "NOT_SUPPORTED", RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC, f"NOT_SUPPORTED: {figures}"
            )
    raise AssertionError("every value is supported")


def account_not_allowed(account: str) -> Unsupported:
    """The session may not trade for this Account(1)."""
    return Unsupported(
        "ACCOUNT_NOT_ALLOWED", RejectReason.UNKNOWN_ACCOUNT, f"ACCOUNT_NOT_ALLOWED: Account(1)={account}"
    )
