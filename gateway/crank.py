"""Turns the crank: wakes when there is input or a deadline, runs one turn, carries out its effects.

All of it happens on the event loop's one thread. Inputs that arrive while a turn runs wait in the inbox and form the
next one, so under load the batches grow by themselves and one fsync pays for all of them.
"""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, Protocol

from gateway.effects import (
    AnswerCommand,
    CheckPassword,
    CloseConnection,
    ConnectionAdmitted,
    Effect,
    LimitUnsent,
    LogMessages,
    LogNote,
    RoomWanted,
    SendBytes,
)
from gateway.inbox import CommandReceived, Inbox, Input, ShutdownRequested, Tick
from gateway.instant import NS_PER_S, Instant
from gateway.journal import EXIT_JOURNAL_FAILED, JournalFailed
from gateway.net.pump import Pump
from gateway.password_check import PasswordChecks
from gateway.telemetry.log_redaction import redact_text
from gateway.telemetry.turn_times import TurnTimes
from gateway.telemetry.watchdog import Watchdog
from gateway.transact import Spine
from oms.kill_switch_commands import EngageKillSwitch

EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h
BATCH_INPUTS_MAX = 256
GOING_DOWN = {"error": "the process is ending; nothing was done"}


class Record(Protocol):
    """Where notes and wire messages go; never blocks, never raises."""

    def note(self, level: str, session: str, event: str, details: Mapping[str, object]) -> None: ...

    def messages(self, session: str, utc_ns: int, raws: list[bytes]) -> None: ...


class Crank:
    def __init__(self, spine: Spine, read_clock: Callable[[], Instant], record: Record) -> None:
        self.inbox = Inbox()
        self._spine = spine
        self._read_clock = read_clock
        self._record = record
        self._loop = asyncio.get_running_loop()
        self._pumps: dict[int, Pump] = {}
        self._tickets: dict[int, asyncio.Future[object]] = {}
        self._passwords = PasswordChecks(self._take, self._password_check_failed)
        self._last_connection = 0
        self._last_ticket = 0
        self._scheduled = False
        self._has_ended = False
        """The last turn is over: what still comes, as a timer or a connection's end, finds no journal any more."""
        self._woken_ns = 0
        self._held: frozenset[int] = frozenset()
        self._watchdog = Watchdog(record.note)
        self.turn_times = TurnTimes()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: int | None = None

    # -- doors -----------------------------------------------------------------------------------------------------

    def make_pump(self, session: str | None) -> Pump:
        self._last_connection += 1
        return Pump(self._last_connection, self.inbox, self.wake, self._pumps, session)

    async def command(self, command: object) -> object:
        """Give the application an operator's command and wait for its answer, which comes after the commit."""
        if self._has_ended:
            return GOING_DOWN
        self._last_ticket += 1
        answer: asyncio.Future[object] = self._loop.create_future()
        self._tickets[self._last_ticket] = answer
        put = self.inbox.put_first if isinstance(command, EngageKillSwitch) else self.inbox.put
        put(CommandReceived(self._last_ticket, command))
        self.wake()
        return await answer

    def start(self) -> None:
        """The turn before the first input."""
        now = self._read_clock()
        self._guard(lambda: self._spine.start(now), now)

    async def shut_down(self, reason: str, timeout_s: float) -> None:
        """Log every session out, wait for the peers to answer and hang up, then close what is left."""
        self.inbox.put(ShutdownRequested(reason))
        self.wake()
        end = self._loop.time() + timeout_s
        while (self._scheduled or self._spine.open_connections()) and self._loop.time() < end:
            await asyncio.sleep(0.02)
        for pump in list(self._pumps.values()):
            pump.close()
        self._passwords.close()
        self._has_ended = True
        if self._timer is not None:
            self._timer.cancel()
        for waiting in self._tickets.values():
            if not waiting.done():
                waiting.set_result(GOING_DOWN)

    # -- turning ---------------------------------------------------------------------------------------------------

    def wake(self) -> None:
        if not self._scheduled and not self._has_ended:
            self._scheduled = True
            self._woken_ns = self._read_clock().mono_ns
            self._loop.call_soon(self._turn)

    def _take(self, item: Input) -> None:
        self.inbox.put(item)
        self.wake()

    def _password_check_failed(self, error: BaseException) -> None:
        self._die(EXIT_BUG, "".join(traceback.format_exception(error)))

    def _turn(self) -> None:
        self._scheduled = False
        if self._has_ended:
            return
        inbox = self.inbox
        inputs = inbox.drain(BATCH_INPUTS_MAX, len(self._pumps))
        if inbox.behind or self._held:
            self._hold_back(inbox.behind)
        if inputs:
            now = self._read_clock()
            self._guard(lambda: self._spine.transact(inputs, now), now)
            ended_ns = self._read_clock().mono_ns
            self._watchdog.turned(self._woken_ns, now.mono_ns, ended_ns, inputs)
            self.turn_times.add(ended_ns - now.mono_ns, len(inputs))
            if inbox:
                self.wake()

    def _hold_back(self, behind: frozenset[int]) -> None:
        """Read no more from a peer before the turns have taken what it has sent: what waits here stays bounded."""
        for connection in self._held - behind:
            pump = self._pumps.get(connection)
            if pump is not None:
                pump.resume_reading()
        for connection in behind - self._held:
            pump = self._pumps.get(connection)
            if pump is not None:
                pump.pause_reading()
        self._held = behind

    def _guard(self, turn: Callable[[], list[Effect]], now: Instant) -> None:
        """Run a turn and its effects; a turn that raises ends the process with nothing said. So do effects that raise:
        what they left undone is told after the restart."""
        try:
            self._carry_out(turn(), now)
            self._arm_timer(now)
        except JournalFailed as failure:
            self._die(EXIT_JOURNAL_FAILED, str(failure))
        except BaseException:
            self._die(EXIT_BUG, traceback.format_exc())

    def _carry_out(self, effects: Sequence[Effect], now: Instant) -> None:
        for effect in effects:
            if isinstance(effect, SendBytes):
                pump = self._pumps.get(effect.connection)
                if pump is not None:
                    pump.send(effect.data)
            elif isinstance(effect, LogMessages):
                self._record.messages(effect.session, now.utc_ns, effect.raws)
            elif isinstance(effect, LogNote):
                self._record.note(effect.level, effect.session, effect.event, effect.details)
            elif isinstance(effect, RoomWanted):
                pump = self._pumps.get(effect.connection)
                if pump is not None:
                    pump.tell_room()
            elif isinstance(effect, LimitUnsent):
                pump = self._pumps.get(effect.connection)
                if pump is not None:
                    pump.limit(effect.bytes_max, effect.timeout_s)
            elif isinstance(effect, CloseConnection):
                pump = self._pumps.get(effect.connection)
                if pump is not None:
                    pump.close()
            elif isinstance(effect, ConnectionAdmitted):
                pump = self._pumps.get(effect.connection)
                if pump is not None:
                    pump.admitted()
            elif isinstance(effect, CheckPassword):
                self._passwords.ask(effect.connection, effect.question)
            else:
                assert isinstance(effect, AnswerCommand)
                waiting = self._tickets.pop(effect.ticket, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(effect.answer)

    def _arm_timer(self, now: Instant) -> None:
        deadline = self._spine.deadline()
        if deadline == self._timer_at and self._timer is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timer_at = deadline
        if deadline is not None:
            delay_s = max(0.001, (deadline - now.mono_ns) / NS_PER_S)
            self._timer = self._loop.call_later(delay_s, self._ring)

    def _ring(self) -> None:
        self._timer = self._timer_at = None
        self.inbox.put(Tick())
        self.wake()

    def _die(self, code: int, why: str) -> NoReturn:
        """End at once. Whatever was committed will be told after the restart; nothing else may be told at all."""
        why = redact_text(why)
        self._record.note("critical", "", "process_ends", {"exit_code": str(code), "why": why})
        print(f"fixgate: ended with exit code {code}: {why}", file=sys.stderr, flush=True)
        os._exit(code)
