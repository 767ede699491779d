"""What can be asked of the exchange, as it came and as it is logged: the FIX values of a request, joined by SOH, which
no FIX value can contain.

    D|session|ClOrdID|Account|Symbol|Side|OrdType|TimeInForce|OrderQty|Price[|StopPx|ExecInst|DisplayQty|ExpireTime]
    F|order|ClOrdID
    G|order|ClOrdID|OrdType|TimeInForce|OrderQty|Price[|StopPx|ExecInst|DisplayQty|ExpireTime]
    X|order                             its time is over
    S|symbol|SecurityTradingStatus      it is halted, or trades again

The last four are written when one of them is there.
"""

from __future__ import annotations

from typing import NamedTuple

from fixspec.message import SOH


class NewOrder(NamedTuple):
    """An accepted NewOrderSingle(D). `price` is b"" for a market order; from `account` on anything may be b""."""

    session: str
    cl_ord_id: bytes
    account: bytes
    symbol: bytes
    side: bytes
    ord_type: bytes
    time_in_force: bytes
    order_qty: bytes
    price: bytes
    stop_px: bytes = b""
    exec_inst: bytes = b""
    display_qty: bytes = b""
    expire_time: bytes = b""


class CancelOrder(NamedTuple):
    """An accepted OrderCancelRequest(F) for the order with that number."""

    order_number: int
    cl_ord_id: bytes


class ReplaceOrder(NamedTuple):
    """An accepted OrderCancelReplaceRequest(G) for the order with that number: all that it may change, in full."""

    order_number: int
    cl_ord_id: bytes
    ord_type: bytes
    time_in_force: bytes
    order_qty: bytes
    price: bytes
    stop_px: bytes = b""
    exec_inst: bytes = b""
    display_qty: bytes = b""
    expire_time: bytes = b""


class ExpireOrder(NamedTuple):
    """The time of the order with that number is over."""

    order_number: int


class SetStatus(NamedTuple):
    """SecurityTradingStatus(326) of a symbol from now on: b"2" Trading halt, b"3" Resume."""

    symbol: bytes
    status: bytes


Command = NewOrder | CancelOrder | ReplaceOrder | ExpireOrder | SetStatus

_NOTHING_SPECIAL = (b"", b"", b"", b"")


def encode_command(command: Command) -> bytes:
    """The command for the log."""
    if isinstance(command, NewOrder):
        return SOH.join((b"D", command.session.encode(), *_short(command[1:])))
    if isinstance(command, SetStatus):
        return SOH.join((b"S", *command))
    if isinstance(command, ExpireOrder):
        return b"X%b%d" % (SOH, command.order_number)
    kind = b"F" if isinstance(command, CancelOrder) else b"G"
    return SOH.join((kind, b"%d" % command.order_number, *_short(command[1:])))


def _short(values: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return values[:-4] if values[-4:] == _NOTHING_SPECIAL else values


def decode_command(payload: bytes) -> Command:
    """The command that `encode_command` wrote. Raises ValueError for any other bytes: the log is not an exchange's."""
    kind, who, *values = payload.split(SOH)
    if kind == b"D" and len(values) in (8, 12):
        return NewOrder(who.decode(), *values)
    if kind == b"F" and len(values) == 1:
        return CancelOrder(int(who), *values)
    if kind == b"G" and len(values) in (5, 9):
        return ReplaceOrder(int(who), *values)
    if kind == b"X" and not values:
        return ExpireOrder(int(who))
    if kind == b"S" and len(values) == 1:
        return SetStatus(who, values[0])
    raise ValueError(f"not a command of an exchange: {payload[:80]!r}")
