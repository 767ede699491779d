"""The kill switch, rehearsed: orders stand at the exchange, others stream in, and then everything is stopped.

What is measured is taken from outside where it can be (the client's clock, the exchange's journal) and from the
gateway's journal where only that knows. All are processes of one machine, so there is one clock. The drill fails when
an order went to the venue behind the flag, when an order is open or a cancel unanswered at the end, when one person
alone could release the switch, or when no order passes after two have.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from gateway.drill.stage import Stage
from gateway.drill.trader import Trader
from gateway.journal import Journal
from gateway.store.log_records import FACT, INBOUND, TURN, split_inbound, split_turn
from oms.causes import KILL_SWITCH
from oms.codec import decode_event
from oms.events import CancelRequested, KillSwitchEngaged, KillSwitchReleased, OrderRouted

NS_PER_MS = 1_000_000
WARM_UP_S = 1.0
BEHIND_S = 1.0
"""So long orders stream in behind the command."""
READY_S = 60.0
MAP_SIZE_GB = 4


class Plan(NamedTuple):
    resting: int
    """Orders that stand at the exchange before the load begins."""
    rate: int
    """Orders a second that stream in."""
    scope: str
    operator: str
    approver: str
    deadline_s: float


class Times(msgspec.Struct):
    """Milliseconds from the command to each of these; None when it did not come to it."""

    flag_is_durable_and_answered: float | None = None
    first_refusal_at_client: float | None = None
    first_cancel_decided: float | None = None
    last_cancel_decided: float | None = None
    first_cancel_at_venue: float | None = None
    last_cancel_at_venue: float | None = None
    first_canceled_report_at_client: float | None = None
    last_canceled_report_at_client: float | None = None


class Result(msgspec.Struct):
    at: str
    plan: dict[str, object]
    ms: Times
    orders: dict[str, int]
    outcome: dict[str, dict[str, int]]
    """By venue: of the cancels."""
    release: dict[str, str]
    findings: list[str]
    """What was not as it must be; empty when the drill has passed."""


class _Command(threading.Thread):
    """The command, from another thread, so that the load goes on meanwhile."""

    def __init__(self, scene: Stage, plan: Plan) -> None:
        super().__init__()
        self._scene = scene
        self._plan = plan
        self.sent_ns = self.answered_ns = 0
        self.status = 0

    def run(self) -> None:
        body = {"scope": self._plan.scope, "operator": self._plan.operator, "reason": "drill", "cancel": True}
        self.sent_ns = time.time_ns()
        self.status, _ = self._scene.ask("POST", "/kill/engage", body)
        self.answered_ns = time.time_ns()


class Rehearsal:
    def __init__(self, scene: Stage, plan: Plan) -> None:
        self._scene = scene
        self._plan = plan
        self._trader = Trader(scene.port)
        self._command = _Command(scene, plan)
        self._findings: list[str] = []
        self._outcome: dict[str, dict[str, int]] = {}
        self._release: dict[str, str] = {}

    def play(self) -> None:
        """All that needs the processes."""
        trader, plan = self._trader, self._plan
        self._until(lambda: trader.logged_on, READY_S, "the client could not log on")
        while not self._venue_is_up():
            trader.poll(0.05)
        trader.send_orders(plan.resting)
        self._until(lambda: all(fate.accepted_ns for fate in trader.orders.values()), READY_S, "orders do not rest")
        trader.trade(plan.rate, WARM_UP_S)
        self._command.start()
        trader.trade(plan.rate, BEHIND_S)
        self._until(self._all_is_answered, plan.deadline_s, "cancels are unanswered at the deadline")
        if self._command.is_alive() or self._command.status != 200:
            self._findings.append(f"the command was not answered in good order (HTTP {self._command.status})")
        self._command.join(plan.deadline_s)
        self._read_outcome()
        self._try_releases()
        trader.close()

    def _venue_is_up(self) -> bool:
        return bool(self._scene.ask("GET", "/status")[1]["sessions"]["EXCHANGE"])

    def _all_is_answered(self) -> bool:
        return all(fate.refused_ns or fate.canceled_ns for fate in self._trader.orders.values())

    def _until(self, done: Callable[[], bool], timeout_s: float, else_: str) -> None:
        end = time.monotonic() + timeout_s
        while not done():
            if time.monotonic() > end:
                self._findings.append(else_)
                return
            self._trader.poll(0.01)

    def _read_outcome(self) -> None:
        status = self._scene.ask("GET", "/status")[1]
        if status["open_orders"]:
            self._findings.append(f"{status['open_orders']} orders are open at the end")
        for switch in self._scene.ask("GET", "/kill")[1]["kill_switches"]:
            self._outcome |= switch["venues"]
            if switch["unanswered"]:
                self._findings.append(f"{switch['unanswered']} cancels are unanswered")

    def _try_releases(self) -> None:
        plan, trader = self._plan, self._trader
        for who, approver, wanted in (("alone", plan.operator, 409), ("by two", plan.approver, 200)):
            body = {"scope": plan.scope, "operator": plan.operator, "reason": "drill is over", "approver": approver}
            code, answer = self._scene.ask("POST", "/kill/release", body)
            self._release[who] = answer.get("error", "released")
            if code != wanted:
                self._findings.append(f"release {who} was answered by HTTP {code}: {self._release[who]}")
        trader.send_orders(1)
        last = list(trader.orders.values())[-1]
        self._until(lambda: bool(last.accepted_ns or last.refused_ns), READY_S, "no answer after the release")
        self._release["an order then"] = "accepted" if last.accepted_ns else f"refused: {last.text}"
        if not last.accepted_ns:
            self._findings.append(f"after the release an order is refused: {last.text}")

    # --------------------------------------------------------------------------------------------------- figures

    def result(self, at: str) -> Result:
        """When the processes have ended: what the client saw and the journals say."""
        fates = list(self._trader.orders.values())[:-1]
        refused = [fate.refused_ns for fate in fates if fate.refused_ns]
        canceled = [fate.canceled_ns for fate in fates if fate.canceled_ns]
        decided, routed_behind = self._of_the_gateway()
        arrived = list(_cancels_at(self._scene.venue_journal))
        if routed_behind:
            self._findings.append(f"{routed_behind} orders went to the venue behind the flag")
        strange = [fate.text for fate in fates if fate.refused_ns and not fate.text.startswith(KILL_SWITCH)]
        if strange:
            self._findings.append(f"{len(strange)} orders were refused for something else: {strange[0]}")
        ms = self._ms
        times = Times(
            ms([self._command.answered_ns], min),
            ms(refused, min),
            ms(decided, min),
            ms(decided, max),
            ms(arrived, min),
            ms(arrived, max),
            ms(canceled, min),
            ms(canceled, max),
        )
        orders = {
            "sent": len(fates),
            "resting_before_the_load": self._plan.resting,
            "canceled": len(canceled),
            "refused": len(refused),
            "routed_behind_the_flag": routed_behind,
        }
        return Result(at, self._plan._asdict(), times, orders, self._outcome, self._release, self._findings)

    def _ms(self, moments: list[int], which: Callable[[list[int]], int]) -> float | None:
        return round((which(moments) - self._command.sent_ns) / NS_PER_MS, 1) if moments else None

    def _of_the_gateway(self) -> tuple[list[int], int]:
        """When cancels were decided, and how many orders were routed while the switch was engaged."""
        decided, routed, is_engaged = [], 0, False
        for payload in _facts(self._scene.journal):
            event: Any = decode_event(payload)
            if isinstance(event, KillSwitchEngaged | KillSwitchReleased):
                is_engaged = isinstance(event, KillSwitchEngaged)
            elif isinstance(event, CancelRequested):
                decided.append(event.at_ns)
            elif isinstance(event, OrderRouted):
                routed += is_engaged
        return decided, routed


def _facts(journal: Path) -> Iterator[bytes]:
    opened = Journal.open(journal, MAP_SIZE_GB)
    try:
        yield from (record.payload for record in opened.records() if record.kind == FACT)
    finally:
        opened.close()


def _cancels_at(journal: Path) -> Iterator[int]:
    """When the exchange took each OrderCancelRequest(F): the time of the turn that read it."""
    opened, in_turn = Journal.open(journal, MAP_SIZE_GB), 0
    try:
        for record in opened.records():
            if record.kind == INBOUND:
                in_turn += b"\x0135=F\x01" in split_inbound(record.payload)[1]
            elif record.kind == TURN:
                for _ in range(in_turn):
                    yield split_turn(record.payload)[0]
                in_turn = 0
    finally:
        opened.close()
