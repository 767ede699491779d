"""The pen of the desk: identifiers and times of what it says to clients, and the report on an order as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fixspec.numbers import format_utc_timestamp
from fixspec.tags import MsgType
from gateway.trading.client_terms import Client
from gateway.trading.throttling import Refusals
from gateway.translate import reports
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.order import Order

NS_PER_MS: Final = 1_000_000


class Reporter:
    """`clients` may be exchanged for others at any time: see `Desk.use_clients`."""

    def __init__(self, store_id: str, clients: Mapping[str, Client], blotter: Blotter) -> None:
        self.clients = clients
        self._blotter = blotter
        self._exec_id_prefix = store_id.encode()
        self._refusals = Refusals()
        self._stamped_ms = -1
        self._stamp = b""
        self.nobody = ""
        """Who hears of an order without a session: nobody, but for the one who writes copies
        (`gateway.trading.copies`)."""

    def exec_id(self, seq: int) -> bytes:
        """ExecID(17) of the report on the fact `seq`, as `oms.types.exec_id` has it; an answer that states no fact
        takes the number of the next record."""
        return b"%b-%d" % (self._exec_id_prefix, seq)

    def transact_time(self, turn: Turn) -> bytes:
        """TransactTime(60): the time of the turn, formatted once."""
        at_ms = turn.now.utc_ns // NS_PER_MS
        if at_ms != self._stamped_ms:
            self._stamp = format_utc_timestamp(turn.now.utc_ns)
            self._stamped_ms = at_ms
        return self._stamp

    def list_field(self, order: Order) -> bytes:
        """ListID(66) of an order that came in a list: every report on it has it."""
        if order.list_seq is None:
            return b""
        orders = self._blotter.lists_by_seq.get(order.list_seq)
        return b"" if orders is None else b"66=%b\x01" % orders.list_id.encode("latin-1")

    def report(
        self,
        seq: int,
        order: Order,
        exec_type: bytes,
        turn: Turn,
        cl_ord_id: str | None = None,
        orig_cl_ord_id: str | None = None,
        detail: bytes = b"",
    ) -> None:
        """Tell the client of `order` the fact `seq`. Of an order without a session no client hears."""
        session = order.session or self.nobody
        if not session:
            return
        if order.list_seq is not None:
            detail = self.list_field(order) + detail
        body = reports.execution_report(
            order,
            self.exec_id(seq),
            exec_type,
            self.transact_time(turn),
            self.clients[session].dialect,
            cl_ord_id,
            orig_cl_ord_id,
            detail,
        )
        turn.send(session, MsgType.EXECUTION_REPORT, body)

    def refused_for_throttle(self, session: str, turn: Turn) -> None:
        """A request of the session was refused for its throttle. That counts towards a Logout."""
        rate = self.clients[session].refusals
        if rate is not None and self._refusals.count(session, rate, turn.now.mono_ns):
            turn.expel(session, f"THROTTLED: more than {rate.burst} requests refused for the throttle")
