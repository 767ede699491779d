"""An order and a wish -> the fields of the FIX message that says it, in the order a reader expects. Pure."""

from __future__ import annotations

from fixspec import tags
from gateway.client.orders import ClientOrder

# HandlInst(21): required in D and G of FIX.4.2, optional later, the same meaning everywhere.
HANDL_INST = (tags.HANDL_INST, tags.HandlInst.AUTOMATED_EXECUTION_NO_INTERVENTION)

Fields = list[tuple[bytes, bytes]]


def new_order_single(order: ClientOrder, transact_time: bytes) -> Fields:
    fields = [(tags.CL_ORD_ID, order.cl_ord_id.encode())]
    if order.account:
        fields.append((tags.ACCOUNT, order.account.encode()))
    return [
        *fields,
        HANDL_INST,
        *_instrument_and_side(order),
        (tags.TRANSACT_TIME, transact_time),
        (tags.ORDER_QTY, order.order_qty.encode()),
        *_price(order.price),
        *_time_in_force(order),
    ]


def order_cancel_request(order: ClientOrder, cl_ord_id: str, transact_time: bytes) -> Fields:
    return [
        (tags.ORIG_CL_ORD_ID, order.cl_ord_id.encode()),
        *_order_id(order),
        (tags.CL_ORD_ID, cl_ord_id.encode()),
        *_instrument_and_side(order),
        (tags.TRANSACT_TIME, transact_time),
        (tags.ORDER_QTY, order.order_qty.encode()),
    ]


def order_cancel_replace_request(
    order: ClientOrder, cl_ord_id: str, order_qty: str, price: str, transact_time: bytes
) -> Fields:
    fields = [*_order_id(order), (tags.ORIG_CL_ORD_ID, order.cl_ord_id.encode()), (tags.CL_ORD_ID, cl_ord_id.encode())]
    if order.account:
        fields.append((tags.ACCOUNT, order.account.encode()))
    return [
        *fields,
        HANDL_INST,
        *_instrument_and_side(order),
        (tags.TRANSACT_TIME, transact_time),
        (tags.ORDER_QTY, order_qty.encode()),
        *_price(price),
        *_time_in_force(order),
    ]


def order_status_request(order: ClientOrder) -> Fields:
    return [*_order_id(order), (tags.CL_ORD_ID, order.cl_ord_id.encode()), *_instrument_and_side(order)]


def _instrument_and_side(order: ClientOrder) -> Fields:
    side = tags.Side.BUY if order.side == "BUY" else tags.Side.SELL
    return [(tags.SYMBOL, order.symbol.encode()), (tags.SIDE, side)]


def _price(price: str) -> Fields:
    if not price:
        return [(tags.ORD_TYPE, tags.OrdType.MARKET)]
    return [(tags.ORD_TYPE, tags.OrdType.LIMIT), (tags.PRICE, price.encode())]


def _time_in_force(order: ClientOrder) -> Fields:
    return [(tags.TIME_IN_FORCE, order.time_in_force.encode())] if order.time_in_force else []


def _order_id(order: ClientOrder) -> Fields:
    return [(tags.ORDER_ID, order.order_id.encode())] if order.order_id else []
