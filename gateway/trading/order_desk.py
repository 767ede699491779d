"""What operators ask about orders, carried out. Whatever changes an order is decided by `oms.decide`, and in the log
with who and why before it is answered; the answer is the order as it stands then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from gateway.operators.order_commands import ActOnOrder, ListOrders, ShowOrder
from gateway.operators.order_view import order_details, order_line
from gateway.trading.client_terms import Client
from gateway.trading.unresolved_watch import UnresolvedWatch
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command
from oms.decide import decide
from oms.decide_intervention import is_external
from oms.events import OperatorRefused, OrderRefused
from oms.operator_commands import EnterOrder
from oms.order import Order
from oms.types import Moment

Answer = dict[str, object]


class OrderDesk:
    """`take` decides a command and carries out what follows; `clients` are asked for at each turn anew."""

    def __init__(
        self,
        blotter: Blotter,
        watch: UnresolvedWatch,
        clients: Callable[[], Mapping[str, Client]],
        take: Callable[[Command, Turn], None],
    ) -> None:
        self._blotter = blotter
        self._watch = watch
        self._clients = clients
        self._take = take
        self.deeds: Mapping[type, Callable[..., Answer]] = {
            ListOrders: self._list,
            ShowOrder: self._show,
            ActOnOrder: self._act,
            EnterOrder: self._enter,
        }
        """By the type of the command: the answer, with `error` in it when the wish cannot be met."""

    def _list(self, command: ListOrders, turn: Turn) -> Answer:
        open_orders, which = self._blotter.open_orders, command.which
        if which == "unresolved":
            found = self._watch.unresolved()
        else:
            found = [open_orders[order_seq] for order_seq in sorted(open_orders)]
            if which == "external":
                found = list(filter(is_external, found))
        listed = [order_line(order, self._watch) for order in found[: command.limit]]
        return {"orders": listed, "count": len(found), "which": which}

    def _show(self, command: ShowOrder, turn: Turn) -> Answer:
        order = self._find(command.order)
        return _unknown(command.order) if order is None else order_details(order, self._blotter, self._watch)

    def _act(self, command: ActOnOrder, turn: Turn) -> Answer:
        order = self._find(command.order)
        if order is None:
            return _unknown(command.order)
        asked = msgspec.structs.replace(command.command, order_seq=order.order_seq)
        # deciding changes nothing, so what will be said can be read beforehand
        events = decide(self._blotter, asked, Moment(turn.now.utc_ns, turn.next_seq()))
        self._take(asked, turn)
        for event in events:
            if isinstance(event, OperatorRefused):
                return {"error": event.text}
        return self._done(order.order_seq, [type(event).__name__ for event in events])

    def _enter(self, command: EnterOrder, turn: Turn) -> Answer:
        client = self._clients().get(command.session)
        if client is None or client.listens_only:
            return {"error": f"session: {command.session!r} is no session of a client that sends orders"}
        if client.accounts and command.account not in client.accounts:
            allowed = ", ".join(sorted(client.accounts))
            return {"error": f"account: {command.account!r} is not one of those of {command.session}: {allowed}"}
        events = decide(self._blotter, command, Moment(turn.now.utc_ns, turn.next_seq()))
        self._take(command, turn)
        for event in events:
            if isinstance(event, OrderRefused):
                told = "; ".join((event.text, *event.also))
                return {"error": f"{self._blotter.order(events[0].seq).order_id} was entered and refused: {told}"}
        return self._done(events[0].seq, [type(event).__name__ for event in events])

    def _done(self, order_seq: int, facts: list[str]) -> Answer:
        return order_details(self._blotter.order(order_seq), self._blotter, self._watch) | {"facts": facts}

    def _find(self, named: str) -> Order | None:
        session, slash, cl_ord_id = named.partition("/")
        if slash:
            return self._blotter.order_by_cl_ord_id(session, cl_ord_id)
        return self._blotter.order_by_id(named)


def _unknown(named: str) -> Answer:
    return {"error": f"order: {named!r} is neither an OrderID(37) of this gateway nor SESSION/CLORDID of an order"}
