"""Keeps its own books of what clients are told, in fractions, and holds the laws of quantities against every report.

The laws (FIX 4.4 volume 4, Appendix D; FIX volume 6, tags 6, 14, 32, 38, 151): CumQty is the sum of the executions that
stand, AvgPx their average, LeavesQty what is left, 0 when the order is over. OrderQty changes by a replace or a
restatement only, and executions are told under the ClOrdID that was accepted last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from oms.events import ExecutionBusted
from oms.order import Order
from oms.types import OrdStatus, Side
from tests.peer import Peer, fields_of, show
from tests.world import World

OVER = frozenset("48C")
"""OrdStatus(39) of an order of which nothing is left."""
ENDED = frozenset({OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED})


class Told:
    """One order, as its client has heard of it."""

    def __init__(self) -> None:
        self.executions: dict[str, tuple[Decimal, Fraction]] = {}
        self.cl_ord_id = ""
        self.order_qty: Decimal | None = None
        self.rejected = False

    @property
    def cum_qty(self) -> Decimal:
        return sum((qty for qty, _ in self.executions.values()), Decimal(0))

    @property
    def value(self) -> Fraction:
        return sum((Fraction(qty) * px for qty, px in self.executions.values()), Fraction(0))


class Auditor:
    def __init__(self, world: World, clients: Sequence[Peer]) -> None:
        self.world = world
        self.clients = clients
        self.orders: dict[str, Told] = defaultdict(Told)
        self._exec_ids: set[str] = set()
        self._heard = {peer.name: 1 for peer in clients}

    def hold(self) -> None:
        """Read on what the clients got, in its sequence; then look at the gateway's own orders and positions."""
        for peer in self.clients:
            while self._heard[peer.name] < peer.next_in:
                raw = peer.received.get(self._heard[peer.name])
                self._heard[peer.name] += 1
                if raw is not None and fields_of(raw)[b"35"] == b"8":
                    fields = {tag.decode(): value.decode() for tag, value in fields_of(raw).items()}
                    try:
                        self._report(fields)
                    except AssertionError as failure:
                        failure.add_note(show(raw))
                        raise
        for order in self.world.desk.blotter.orders.values():
            self._order(order)
        self._positions()

    def told(self) -> dict[str, Decimal]:
        return {order_id: order.cum_qty for order_id, order in self.orders.items()}

    # -- what a client hears -----------------------------------------------------------------------------------------

    def _report(self, fields: dict[str, str]) -> None:
        assert fields["17"] not in self._exec_ids, "an ExecID was given twice"
        self._exec_ids.add(fields["17"])
        order_id, kind = fields["37"], kind_of(fields)
        if order_id == "NONE":
            return
        order = self.orders[order_id]
        if kind in ("F", "G", "H"):
            assert order.cl_ord_id in ("", fields["11"]), "not under the ClOrdID accepted last"
            self._execution(order, kind, fields)
        elif "32" in fields and kind != "7":
            assert Decimal(fields["32"]) == 0, "a quantity without an execution"
        self._quantities(order, kind, fields)

    def _execution(self, order: Told, kind: str, fields: dict[str, str]) -> None:
        if kind != "F":
            assert fields["19"] in order.executions, "ExecRefID names no execution that stands"
            del order.executions[fields["19"]]
        if kind != "H":
            order.executions[fields["17"]] = Decimal(fields["32"]), Fraction(fields["31"])

    def _quantities(self, order: Told, kind: str, fields: dict[str, str]) -> None:
        order_qty, cum_qty, leaves_qty = (Decimal(fields[tag]) for tag in ("38", "14", "151"))
        assert cum_qty == order.cum_qty, f"the executions told make {order.cum_qty}"
        if cum_qty:
            assert abs(Fraction(fields["6"]) * Fraction(cum_qty) - order.value) <= Fraction(cum_qty) / 10**6
        else:
            assert Decimal(fields["6"]) == 0
        order.rejected = order.rejected or fields["39"] == "8"
        over = fields["39"] in OVER or order.rejected  # an execution of a rejected order: it is filled in part, no more
        assert leaves_qty == (0 if over else max(Decimal(0), order_qty - cum_qty))
        if kind in ("5", "D") or order.order_qty is None:
            order.order_qty = order_qty
        assert order_qty == order.order_qty, "OrderQty has changed by itself"
        if kind == "5" or not order.cl_ord_id:
            order.cl_ord_id = fields["11"] if kind == "5" else fields.get("41", fields["11"])
        status = fields["39"]
        if status == "2":
            assert cum_qty >= order_qty
        elif status == "1":
            assert 0 < cum_qty < order_qty
        elif status in "0A":
            assert cum_qty == 0

    # -- what the gateway has ----------------------------------------------------------------------------------------

    def _order(self, order: Order) -> None:
        standing = [e for e in order.executions.values() if not isinstance(e, ExecutionBusted)]
        if order.carried_seq == 0:
            assert order.cum_qty == sum((e.last_qty for e in standing), Decimal(0))
        ended = order.base.name in {status.name for status in ENDED}
        assert order.leaves_qty == (0 if ended else max(Decimal(0), order.order_qty - order.cum_qty))
        assert order.pending or order.ord_status not in (OrdStatus.PENDING_CANCEL, OrdStatus.PENDING_REPLACE)

    def _positions(self) -> None:
        """Recomputed from the executions: bought and sold, by symbol."""
        bought: dict[str, Decimal] = defaultdict(Decimal)
        sold: dict[str, Decimal] = defaultdict(Decimal)
        for order in self.world.desk.blotter.orders.values():
            for execution in order.executions.values():
                if not isinstance(execution, ExecutionBusted):
                    (bought if order.side is Side.BUY else sold)[order.symbol] += execution.last_qty
        for (_, symbol, _), position in self.world.desk.blotter.positions:
            assert (position.long_qty, position.short_qty) == (bought[symbol], sold[symbol]), symbol


def kind_of(fields: dict[str, str]) -> str:
    """What kind of report it is, as later versions say it: by ExecTransType(20) in FIX 4.2."""
    if "20" not in fields:
        return fields["150"]
    by_trans_type = {"1": "H", "2": "G", "3": "I"}
    if fields["20"] in by_trans_type:
        return by_trans_type[fields["20"]]
    return "F" if fields["150"] in ("1", "2") else fields["150"]
