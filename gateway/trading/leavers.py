"""Cancel on disconnect: the open orders of a client that goes away, canceled when it does not come back in time.

    Logout, answered                 the client has left in good order: scope `logout` or `both`
    anything else                    scope `disconnect` or `both`: the line was lost, the client was thrown out, or this
                                     process died and finds at its start that the client was there

What counts is in the log: that the client is there, that it has left and when its orders are to be canceled, that this
is done. So a restart changes nothing: a moment that passed while the process was down has passed, and the cancels go
out at the start. A death of this process is the loss of the line, at the moment of the next start, for the client had
no chance to come back before.

The cancels are ordinary ones, a bounded number a turn. They have no ClOrdID(11), since the client did not ask; what it
reads at its next Logon is an unsolicited cancel with its own ClOrdID and the cause in Text(58).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import CancelForLeaver, Command, EndForLeaver, MarkClientArrived, MarkClientLeft
from oms.order import Order
from oms.types import ExecInst, TimeInForce

CANCELS_A_TURN = 100
LOOKS_A_TURN = 5_000


@dataclass(frozen=True, slots=True)
class CancelOnDisconnect:
    on_logout: bool
    on_disconnect: bool
    grace_ns: int
    """A client that is back by then keeps its orders."""
    keep: frozenset[TimeInForce]
    """Orders that stay."""


OF_BOUND_ORDERS = CancelOnDisconnect(on_logout=False, on_disconnect=True, grace_ns=0, keep=frozenset(TimeInForce))
"""Stands for a session without terms of its own, some of whose orders name the loss of its connection themselves."""


class _Sweep:
    """The open orders of one leaver: how far we are in looking at them, and how many cancels were asked for."""

    __slots__ = ("canceled", "looked", "orders")

    def __init__(self, orders: list[int]) -> None:
        self.orders = orders
        self.looked = 0
        self.canceled = 0


class Leavers:
    """`take` decides a command and carries out what follows."""

    def __init__(self, blotter: Blotter, take: Callable[[Command, Turn], None]) -> None:
        self._blotter = blotter
        self._take = take
        self._due_mono_ns: dict[str, int] = {}
        self._sweeps: dict[str, _Sweep] = {}

    def started(self, terms: Mapping[str, CancelOnDisconnect], turn: Turn) -> None:
        for session, client in list(self._blotter.clients.items()):
            its = terms.get(session)
            if its is None:
                self._take(MarkClientLeft(session, False, None), turn)
                self._take(EndForLeaver(session, 0), turn)
            elif client.is_present:
                self.left(session, its, False, turn)
            else:
                self._wait_for(session, turn)

    def arrived(self, session: str, turn: Turn) -> None:
        self._take(MarkClientArrived(session), turn)
        self._due_mono_ns.pop(session, None)
        self._sweeps.pop(session, None)

    def left(self, session: str, its: CancelOnDisconnect, in_good_order: bool, turn: Turn) -> None:
        concerned = its.on_logout if in_good_order else its.on_disconnect
        at_ns = turn.now.utc_ns + its.grace_ns if concerned else None
        self._take(MarkClientLeft(session, in_good_order, at_ns), turn)
        self._wait_for(session, turn)

    def _wait_for(self, session: str, turn: Turn) -> None:
        """From the moment on the wall clock to one on the clock that timers live on."""
        client = self._blotter.clients.get(session)
        if client is not None and client.cancel_at_ns is not None:
            now = turn.now
            self._due_mono_ns[session] = now.mono_ns + max(0, client.cancel_at_ns - now.utc_ns)

    def deadline(self) -> int | None:
        return min(self._due_mono_ns.values(), default=None)

    def deadline_reached(self, terms: Mapping[str, CancelOnDisconnect], turn: Turn) -> None:
        mono_ns = turn.now.mono_ns
        for session in [name for name, due_ns in self._due_mono_ns.items() if due_ns <= mono_ns]:
            its = terms.get(session)
            keep = frozenset(TimeInForce) if its is None else its.keep
            if self._sweep(session, keep, turn):
                del self._due_mono_ns[session]

    def _sweep(self, session: str, keep: frozenset[TimeInForce], turn: Turn) -> bool:
        """Cancel some orders of a leaver. True when none is left to be looked at."""
        sweep, open_orders = self._sweeps.get(session), self._blotter.open_orders
        if sweep is None:
            sweep = self._sweeps[session] = _Sweep(
                sorted(order_seq for order_seq, order in open_orders.items() if order.session == session)
            )
        orders, end = sweep.orders, min(len(sweep.orders), sweep.looked + LOOKS_A_TURN)
        canceled_max = sweep.canceled + CANCELS_A_TURN
        while sweep.looked < end and sweep.canceled < canceled_max:
            order = open_orders.get(orders[sweep.looked])
            sweep.looked += 1
            if order is None or not order.leaves_qty or order.cancel_pending or _stays(order, keep):
                continue
            sweep.canceled += 1
            self._take(CancelForLeaver(order.order_seq), turn)
        if sweep.looked < len(orders):
            return False
        del self._sweeps[session]
        self._take(EndForLeaver(session, sweep.canceled), turn)
        turn.note("warning", session, "cancel_on_disconnect", {"orders": str(sweep.canceled)})
        return True


def _stays(order: Order, keep: frozenset[TimeInForce]) -> bool:
    """An order that says itself what becomes of it precedes the terms of its session."""
    exec_inst = order.special.exec_inst
    if ExecInst.CANCEL_ON_CONNECTION_LOSS in exec_inst:
        return False
    return order.time_in_force in keep or ExecInst.REINSTATE_ON_CONNECTION_LOSS in exec_inst
