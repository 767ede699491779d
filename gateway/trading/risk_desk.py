"""`fixgate risk explain`: what the gates say of an order, one by one; it changes nothing. `fixgate risk override`: one
order passes in spite of them (`oms.overrides`); what nobody uses in time is stated to be over by this clock.

An order is judged as if it came now, with what is reserved for it counted once. Of a replace that was refused nothing
is left but its event in the log: to see what would become of it now, ask for its terms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.operators.risk_wishes import ExplainOrder, ExplainTerms
from gateway.trading.client_terms import Client
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command
from oms.decide_client import judged
from oms.decide_override import grant_refusal
from oms.events import OrderRefused
from oms.letting_go import request_of
from oms.order import Order
from oms.override_commands import GrantOverride, LapseOverrides
from oms.refusals import CODES, Refusal
from oms.risk.explain import Finding, explain
from oms.types import Moment

Answer = dict[str, object]


class RiskDesk:
    def __init__(
        self, blotter: Blotter, clients: Callable[[], Mapping[str, Client]], take: Callable[[Command, Turn], None]
    ) -> None:
        """`clients` are asked for at each turn anew; `take` decides a command and carries out what follows."""
        self._blotter = blotter
        self._clients = clients
        self._take = take
        self._due_mono_ns: int | None = None
        self.deeds: Mapping[type, Callable[..., Answer]] = {
            ExplainOrder: self._order,
            ExplainTerms: self._terms,
            GrantOverride: self._override,
        }
        """By the type of the command: the answer, with `error` in it when the wish cannot be met."""

    def _order(self, command: ExplainOrder, turn: Turn) -> Answer:
        order = self._find(command.order)
        if order is None:
            named = (
                f"order: {command.order!r} is neither an OrderID(37) of this gateway nor SESSION/CLORDID of an order"
            )
            return {"error": named}
        answer: Answer = {
            "order_id": order.order_id,
            "ord_status": str(order.ord_status),
            "recorded": self._recorded(order),
        }
        if order.special.legs:
            return answer | {"error": "order: a multileg order is judged leg by leg: ask for the terms of each leg"}
        if self._blotter.instruments.get(order.symbol) is None:
            return answer | {"now": []}
        at = Moment(turn.now.utc_ns, turn.next_seq())
        return answer | _told(explain(request_of(self._blotter, order), self._blotter, at))

    def _terms(self, command: ExplainTerms, turn: Turn) -> Answer:
        asked = command.command
        client = self._clients().get(asked.session)
        if client is None or client.listens_only:
            return {"error": f"session: {asked.session!r} is no session of a client that sends orders"}
        before: list[Refusal] = []
        if client.accounts and asked.account not in client.accounts:
            allowed = ", ".join(sorted(client.accounts))
            return {"error": f"account: {asked.account!r} is not one of those of {asked.session}: {allowed}"}
        at = Moment(turn.now.utc_ns, turn.next_seq())
        _, request, refused = judged(self._blotter, asked, at)
        found = explain(request, self._blotter, at)
        by_gates = {finding.refusal for finding in found}
        before += [refusal for refusal in refused if refusal not in by_gates]
        return _told(found) | {"beside_the_gates": [refusal.text for refusal in before]}

    # ------------------------------------------------------------------------------------------------------- overrides

    def _override(self, command: GrantOverride, turn: Turn) -> Answer:
        client = self._clients().get(command.session)
        if client is None or client.listens_only:
            return {"error": f"session: {command.session!r} is no session of a client that sends orders"}
        if why := grant_refusal(self._blotter, command):
            details = {"session": command.session, "operator": command.operator, "why": why}
            turn.note("warning", "", "override_not_granted", details)
            return {"error": why}
        self._take(command, turn)
        self.started(turn)
        return {"granted": list(command.codes), "valid_s": command.valid_s, "open": len(self._blotter.overrides)}

    def started(self, turn: Turn) -> None:
        """Also behind each change: when the next override is over."""
        ends = [granted.until_ns for granted in self._blotter.overrides.values()]
        self._due_mono_ns = turn.now.mono_ns + max(0, min(ends) - turn.now.utc_ns) if ends else None

    def deadline(self) -> int | None:
        return self._due_mono_ns

    def reached(self, turn: Turn) -> None:
        if self._due_mono_ns is not None and self._due_mono_ns <= turn.now.mono_ns:
            self._take(LapseOverrides(), turn)
            self.started(turn)

    # ------------------------------------------------------------------------------------------------------- questions

    def _recorded(self, order: Order) -> list[str]:
        """What was said when the order was refused; empty when it was not."""
        for event in self._blotter.history(order.life):
            if isinstance(event, OrderRefused):
                return [event.text, *event.also]
        return []

    def _find(self, named: str) -> Order | None:
        session, slash, cl_ord_id = named.partition("/")
        if slash:
            return self._blotter.order_by_cl_ord_id(session, cl_ord_id)
        return self._blotter.order_by_id(named)


def _told(found: list[Finding]) -> Answer:
    first = next((finding.refusal for finding in found if finding.refusal is not None), None)
    return {
        "passes": first is None,
        "answer": "" if first is None else first.text,
        "cure": "" if first is None else CODES[first.code].cure,
        "now": [
            {
                "gate": finding.gate,
                "verdict": "passes" if finding.refusal is None else "refuses",
                "code": "" if finding.refusal is None else finding.refusal.code,
                "text": "" if finding.refusal is None else finding.refusal.text,
                "figures": [figure._asdict() for figure in finding.figures],
            }
            for finding in found
        ],
    }
