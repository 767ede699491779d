"""Kill switches, carried out: the flag at once, then the cancels, then what became of them.

    engaged       the fact is in the log, and from the next message on nothing new of the slice passes
    cancels       one for each open order, `CANCELS_A_TURN` a turn, so that others are heard in between; the first of
                  them in the turn of the flag itself. Held orders end here; the parts of an order go with the whole
    answered      noted once with the outcome of each venue; what is unanswered when `deadline_s` is over is an error
    released      by two people. Cancels that were not asked for yet are asked for no more; those that were, stand

Nothing of this has to be remembered: which orders are still to be asked for follows from the log, so a restart goes on
where it was (`oms.decide_kill_switch`).

A client with `kill_switch` engages the switch of its own session by OrderMassCancelRequest(q) with
MassCancelRequestType(530)=7 and a Text(58) that begins with KILL_SWITCH: it is stopped, and not only what it has now is
canceled. It is heard whatever its throttle says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fixspec import tags
from fixspec.message import Message
from fixspec.tags import MsgType
from gateway.instant import NS_PER_S
from gateway.operators.kill_switch_wishes import ShowKillSwitches
from gateway.telemetry.alerts import ALERT, alert_id
from gateway.trading.client_terms import Client
from gateway.trading.reporter import Reporter
from gateway.translate import reports
from gateway.translate.rejects import mass_cancel_reject_reason
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.causes import KILL_SWITCH
from oms.commands import Command, QueryOrder
from oms.decide_kill_switch import is_out_of_reach, is_to_be_killed, release_refusal
from oms.decide_mass_cancel import ALL_ORDERS
from oms.events import Event, KillSwitchEngaged, KillSwitchReleased
from oms.kill_switch_commands import EngageKillSwitch, KillOrder, ReleaseKillSwitch
from oms.kill_switches import KillSwitch, slice_name
from oms.order import Order
from oms.refusals import refuse
from oms.types import KillScope

Answer = dict[str, object]
Handler = Callable[[str, Client, Message, Turn], None]

CANCELS_A_TURN: Final = 100
LOOKS_A_TURN: Final = 5_000
WATCH_NS: Final = NS_PER_S
AT_NO_VENUE: Final = "here"
"""Stands for the venue of orders that are held here or worked in parts."""


@dataclass(frozen=True, slots=True)
class KillTerms:
    deadline_ns: int = 5 * NS_PER_S
    """What a venue has not answered by then is told to people."""
    second_person: bool = True
    """A release has an approver who neither engaged the switch nor asks for the release."""


class KillSwitchDesk:
    """`take` decides a command and carries out what follows; `names` says which values of a scope there are; `told` is
    called when a switch was engaged or released."""

    def __init__(
        self,
        blotter: Blotter,
        reporter: Reporter,
        terms: KillTerms,
        take: Callable[[Command, Turn], None],
        names: Callable[[KillScope], list[str] | None],
        told: Callable[[Turn], None],
    ) -> None:
        self._blotter = blotter
        self._reporter = reporter
        self._terms = terms
        self._take = take
        self._names = names
        self._told = told
        self._left: list[int] = []
        self._pending: list[int] = []
        """To be canceled by us unless the cancel succeeds that another has asked for."""
        self._watch_mono_ns: int | None = None
        self._noted: set[tuple[str, int, str]] = set()
        self.deeds: Mapping[type, Callable[..., Answer]] = {
            EngageKillSwitch: self._engage,
            ReleaseKillSwitch: self._release,
            ShowKillSwitches: lambda command, turn: self.status(turn),
        }
        self.tellers: Mapping[type[Event], Callable[[Any, Turn], None]] = {
            KillSwitchEngaged: self._engaged,
            KillSwitchReleased: self._released,
        }

    # ----------------------------------------------------------------------------------------------- what is asked for

    def _engage(self, command: EngageKillSwitch, turn: Turn) -> Answer:
        known = self._names(command.scope)
        if known is not None and command.value not in known:
            return {"error": f"scope: {command.scope} {command.value!r} is not one of {', '.join(known)}"}
        self._take(command, turn)
        return self.status(turn)

    def _release(self, command: ReleaseKillSwitch, turn: Turn) -> Answer:
        asked = ReleaseKillSwitch(
            command.scope, command.value, command.operator, command.reason, command.approver, self._terms.second_person
        )
        why = release_refusal(self._blotter, asked)
        if why:
            details = {"slice": slice_name(asked.scope, asked.value), "operator": asked.operator, "why": why}
            turn.note("warning", "", "kill_switch_not_released", details)
            return {"error": why}
        self._take(asked, turn)
        return self.status(turn)

    def of_client(self, plain: Handler) -> Handler:
        """The handler of OrderMassCancelRequest(q): `plain` for those that are no more than that."""

        def handle(session: str, client: Client, message: Message, turn: Turn) -> None:
            text = message.fields.get(tags.TEXT, b"").decode("latin-1")
            if not text.startswith(KILL_SWITCH):
                plain(session, client, message, turn)
            elif client.kill_switch and message.fields[tags.MASS_CANCEL_REQUEST_TYPE] == ALL_ORDERS.encode():
                concerned = sum(
                    1 for order in self._blotter.open_orders.values() if order.session == session and order.leaves_qty
                )
                report_id = self._reporter.exec_id(turn.next_seq())
                self._answer(message, report_id, session, client, concerned, b"", turn)
                self._take(EngageKillSwitch(KillScope.SESSION, session, session, text), turn)
            else:
                scope = message.fields[tags.MASS_CANCEL_REQUEST_TYPE].decode("latin-1")
                refusal = refuse("KILL_SWITCH_NOT_ALLOWED", f"session={session} mass_cancel_request_type={scope}")
                report_id = self._reporter.exec_id(turn.next_seq())
                self._answer(message, report_id, session, client, None, refusal.text.encode("latin-1"), turn)
                self._take(QueryOrder(session, message.fields[tags.CL_ORD_ID].decode("latin-1")), turn)

        return handle

    def _answer(
        self,
        message: Message,
        report_id: bytes,
        session: str,
        client: Client,
        orders: int | None,
        text: bytes,
        turn: Turn,
    ) -> None:
        fields = message.fields
        body = reports.order_mass_cancel_report(
            report_id,
            fields[tags.CL_ORD_ID].decode("latin-1"),
            fields[tags.MASS_CANCEL_REQUEST_TYPE].decode("latin-1"),
            orders,
            mass_cancel_reject_reason("KILL_SWITCH_NOT_ALLOWED"),
            self._reporter.transact_time(turn),
            text,
            client.dialect,
        )
        turn.send(session, MsgType.ORDER_MASS_CANCEL_REPORT, body)

    # ------------------------------------------------------------------------------------------------- what is told

    def _engaged(self, event: KillSwitchEngaged, turn: Turn) -> None:
        details = {
            "slice": slice_name(event.scope, event.value),
            "operator": event.operator,
            "reason": event.reason,
            "cancel": "yes" if event.cancel else "no",
            ALERT: alert_id(self._blotter.store_id, event.seq),
        }
        turn.note("error", "", "kill_switch_engaged", details)
        self._told(turn)
        if event.cancel:
            self._begin(turn)
            self._cancel_some(turn)

    def _released(self, event: KillSwitchReleased, turn: Turn) -> None:
        details = {
            "slice": slice_name(event.scope, event.value),
            "operator": event.operator,
            "approver": event.approver,
            "reason": event.reason,
            ALERT: alert_id(self._blotter.store_id, event.seq),
        }
        turn.note("warning", "", "kill_switch_released", details)
        self._told(turn)

    def status(self, turn: Turn) -> Answer:
        """What is engaged and what became of it, for operators."""
        return {
            "kill_switches": [self._line(switch, turn) for switch in self._blotter.kill_switches],
            "to_be_looked_at": len(self._left) + len(self._pending),
        }

    def _line(self, switch: KillSwitch, turn: Turn) -> Answer:
        return {
            "slice": switch.name,
            "operator": switch.operator,
            "reason": switch.reason,
            "cancel": switch.cancel,
            "engaged_seq": switch.engaged_seq,
            "engaged_s_ago": (turn.now.utc_ns - switch.engaged_at_ns) // NS_PER_S,
            "venues": {venue or AT_NO_VENUE: figures(switch, venue) for venue in sorted(switch.outcomes)},
            "unanswered": _unanswered(switch),
        }

    # ------------------------------------------------------------------------------------------------- the cancels

    def started(self, turn: Turn) -> None:
        """Go on where the last life was."""
        if any(switch.cancel for switch in self._blotter.kill_switches):
            self._begin(turn)

    def deadline(self) -> int | None:
        return 0 if self._left else self._watch_mono_ns

    def deadline_reached(self, turn: Turn) -> None:
        if self._left:
            self._cancel_some(turn)
        if self._watch_mono_ns is not None and self._watch_mono_ns <= turn.now.mono_ns:
            self._watch(turn)

    def _begin(self, turn: Turn) -> None:
        """Look at every open order: the oldest first."""
        self._left = sorted(self._blotter.open_orders, reverse=True)
        self._pending = []
        self._watch_mono_ns = turn.now.mono_ns + WATCH_NS

    def _cancel_some(self, turn: Turn) -> None:
        left, blotter, asked = self._left, self._blotter, 0
        for _ in range(min(LOOKS_A_TURN, len(left))):
            order = blotter.open_orders.get(left.pop())
            if order is None:
                continue
            if not is_to_be_killed(blotter, order):
                if is_out_of_reach(blotter, order):
                    turn.note("error", "", "kill_switch_out_of_reach", _place(order))
                continue
            if order.cancel_pending:
                self._pending.append(order.order_seq)
                continue
            self._take(KillOrder(order.order_seq), turn)
            asked += 1
            if asked >= CANCELS_A_TURN:
                return

    def _watch(self, turn: Turn) -> None:
        """Every second until all has been answered: cancels of others that were refused, deadlines, the outcome."""
        if not self._left:
            self._left, self._pending = self._pending, []
            self._cancel_some(turn)
        busy = bool(self._left or self._pending)
        for switch in self._blotter.kill_switches:
            if not switch.cancel:
                continue
            unanswered = _unanswered(switch)
            if not unanswered and not self._left:
                self._note("warning", "kill_switch_done", switch, turn)
            elif unanswered:
                busy = True
                if turn.now.utc_ns - switch.engaged_at_ns >= self._terms.deadline_ns:
                    self._note("error", "kill_switch_unanswered", switch, turn)
        self._watch_mono_ns = turn.now.mono_ns + WATCH_NS if busy else None

    def _note(self, level: str, event: str, switch: KillSwitch, turn: Turn) -> None:
        key = (switch.name, switch.engaged_seq, event)
        if key not in self._noted:
            self._noted.add(key)
            venues = {venue or AT_NO_VENUE: _told(figures(switch, venue)) for venue in sorted(switch.outcomes)}
            turn.note(level, "", event, {"slice": switch.name, **venues})


def figures(switch: KillSwitch, venue: str) -> dict[str, int]:
    outcome = switch.outcomes[venue]
    return {
        "asked": outcome.asked,
        "canceled": outcome.canceled,
        "filled": outcome.filled,
        "rejected": outcome.rejected,
        "unanswered": outcome.unanswered,
    }


def _unanswered(switch: KillSwitch) -> int:
    return sum(outcome.unanswered for outcome in switch.outcomes.values())


def _place(order: Order) -> dict[str, str]:
    """Where a person finds an order that only the venue's own desk can cancel."""
    return {"order_id": order.order_id, "venue": order.venue, "venue_order_id": order.venue_order_id}


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
