"""Reads what an ExecutionReport(8) says of an order that is none of ours: its terms, if they can be read.

ClOrdID(11), if there is one, is that of whoever sent the order. What must be there: OrderID(37), Symbol(55), a Side(54)
and a quantity that we know, OrdStatus(39), and OrdType(40) or a Price(44), which only a limit order has by itself.
A TimeInForce(59) that is missing is DAY, as FIX has it. Nothing else is assumed: without terms there is no order.
"""

from __future__ import annotations

from typing import Final

from fixspec import tags
from fixspec.message import Message
from fixspec.numbers import parse_decimal
from fixspec.tags import ExecTransType, ExecType, MsgType
from oms.exact import ZERO
from oms.types import OrdType, Side, TimeInForce
from oms.venue_reports import VenueStranger
from venues.fix_report_reader import ORD_STATUSES

_SIDES: Final = {getattr(tags.Side, side.name): side for side in Side}
_ORD_TYPES: Final = {getattr(tags.OrdType, ord_type.name): ord_type for ord_type in OrdType}
_TIMES_IN_FORCE: Final = {getattr(tags.TimeInForce, name.name): name for name in TimeInForce}
_OF_EARLIER_REPORTS: Final = frozenset({ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
_OF_EARLIER_TRANSACTIONS: Final = frozenset({ExecTransType.CANCEL, ExecTransType.CORRECT})
_NO_ORDER_IDS: Final = frozenset({b"", b"NONE", b"0", b"UNKNOWN"})


def read_stranger(venue: str, message: Message, name: str) -> VenueStranger | None:
    """The order, under `name`. None: its terms cannot be read, or the report is about an execution that we never saw.
    Never raises."""
    fields = message.fields
    if message.msg_type != MsgType.EXECUTION_REPORT or fields.get(tags.EXEC_TYPE) in _OF_EARLIER_REPORTS:
        return None
    if fields.get(tags.EXEC_TRANS_TYPE) in _OF_EARLIER_TRANSACTIONS:
        return None
    order_id, symbol = fields.get(tags.ORDER_ID, b""), fields.get(tags.SYMBOL)
    side, ord_status = _SIDES.get(fields.get(tags.SIDE, b"")), ORD_STATUSES.get(fields.get(tags.ORD_STATUS, b""))
    price_text, ord_type_text = fields.get(tags.PRICE), fields.get(tags.ORD_TYPE)
    order_qty = parse_decimal(fields.get(tags.ORDER_QTY, b""))
    price = None if price_text is None else parse_decimal(price_text)
    ord_type = _ORD_TYPES.get(ord_type_text) if ord_type_text is not None else OrdType.LIMIT
    time_in_force = _TIMES_IN_FORCE.get(fields.get(tags.TIME_IN_FORCE, tags.TimeInForce.DAY))
    if order_id in _NO_ORDER_IDS or not symbol or (price_text is None) != (price is None):
        return None
    if side is None or ord_status is None or order_qty is None or ord_type is None or time_in_force is None:
        return None
    if ord_type_text is None and price is None:
        return None
    return VenueStranger(
        venue,
        name,
        order_id.decode("latin-1"),
        symbol.decode("latin-1"),
        side,
        ord_type,
        order_qty,
        price,
        time_in_force,
        ord_status,
        parse_decimal(fields.get(tags.CUM_QTY, b"")) or ZERO,
    )
