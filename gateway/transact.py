"""THE SPINE. Everything that happens to a process is one motion, and it happens here:

    inputs in -> sessions -> application -> append -> COMMIT -> effects out

A turn takes every input that is ready. Sessions turn bytes into messages, the application turns messages into facts and
answers, and all of it (the messages received, the facts, the messages to send, the sessions' numbers) is collected in
one transaction. `transact` returns its effects only after the commit has come back from the disk, so no byte can leave
for a fact that a crash could still undo: it is not a rule that callers keep, it is the only way to get at the bytes.

A crash before the commit: nothing happened, the peers will resend. A crash after it: the journal holds what we meant to
say, and the peers fetch it by its number. There is no undo: when anything raises here, the process ends and memory is
rebuilt from the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fixspec.codec import decode
from fixspec.faults import BusinessFault
from fixspec.message import Message
from gateway import session_events
from gateway.deadlines import Deadlines
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
from gateway.failures import handler_failed
from gateway.inbox import (
    BytesReceived,
    CommandReceived,
    ConnectionClosed,
    ConnectionOpened,
    Input,
    PasswordChecked,
    RoomToSend,
    ShutdownRequested,
    Tick,
)
from gateway.instant import NS_PER_S, Instant
from gateway.journal import Journal, Transaction
from gateway.register import Register
from gateway.replays import REPLAYS_MAX, Replays
from gateway.session.lobby import Admitted, Arrival, Lobby, PasswordChange, Refused, Verdict
from gateway.session.outputs import (
    Disconnect,
    InstanceBegan,
    LoggedOn,
    LoggedOut,
    MessageReceived,
    MessageRejected,
    Note,
    NumbersChanged,
    Outgoing,
    ResendWanted,
)
from gateway.session.schedule import Window
from gateway.session.session import Session
from gateway.session.settings import Role, SessionNumbers
from gateway.session.state import State
from gateway.session_events import SessionEvent, encode_event
from gateway.store.log_records import Numbers
from gateway.telemetry.log_redaction import SECRET_TAGS, redact_fix
from gateway.turn import Application

_LOGON = b"\x0135=A\x01"
NOT_PROCESSED = BusinessFault(4, None, "not processed: a fault of ours. Ask for the status of what it was about")


class _Line:
    """A session and what the spine knows about it."""

    __slots__ = ("cause", "connection", "logons", "name", "session", "stored", "successor", "wants_room")

    def __init__(self, session: Session, stored: Numbers) -> None:
        self.session = session
        self.name = session.settings.name
        self.stored = stored
        self.connection: int | None = None
        self.cause = ""
        self.logons = 0
        self.successor: Successor | None = None
        self.wants_room = False
        """The application wants to go on when its connection has room."""


Successor = Callable[[SessionNumbers, Window | None], Session]
"""Makes the session that takes over the numbers of another one."""


class _Turn:
    """The `gateway.turn.Turn` that applications see, and the spine's own notes for this turn."""

    __slots__ = ("_lines", "effects", "now", "replaying", "touched", "transaction")

    def __init__(self, now: Instant, transaction: Transaction, lines: dict[str, _Line]) -> None:
        self.now = now
        self.transaction = transaction
        self.effects: list[Effect] = []
        self.touched: dict[str, _Line] = {}
        self.replaying: dict[str, _Line] = {}
        """Sessions whose next piece of a replay follows when their connection has room."""
        self._lines = lines

    def next_seq(self) -> int:
        return self.transaction.next_seq

    def append(self, payload: bytes) -> int:
        return self.transaction.append_fact(payload)

    def send(self, session: str, msg_type: bytes, body: bytes) -> None:
        line = self._lines.get(session)
        if line is None:
            self.effects.append(LogNote("error", session, "no_such_session", {"msg_type": msg_type.decode()}))
            return
        self.touched[session] = line
        line.session.send(msg_type, body, self.now)

    def is_logged_on(self, session: str) -> bool:
        return self._lines[session].session.is_logged_on

    def want_room(self, session: str) -> None:
        line = self.replaying[session] = self._lines[session]
        line.wants_room = True

    def expel(self, session: str, text: str) -> None:
        line = self._lines[session]
        self.touched[session] = line
        line.session.expel(text, self.now)

    def note(self, level: str, session: str, event: str, details: dict[str, str]) -> None:
        self.effects.append(LogNote(level, session, event, details))


StewardsTurn = _Turn
"""A turn as those see it who do things to sessions themselves (`gateway.steward`)."""
Deed = Callable[[Any, _Turn], object]
"""Carries out a command within a turn; what it returns is the answer."""


class Spine:
    """One process's sessions, application and journal. `transact` is the only thing that changes any of them."""

    def __init__(
        self,
        journal: Journal,
        sessions: Iterable[Session],
        lobby: Lobby,
        application: Application,
        register: Register | None = None,
        replays_max: int = REPLAYS_MAX,
    ) -> None:
        self._journal = journal
        self.register = Register() if register is None else register
        self._application = application
        self._lobby = lobby
        numbers = journal.numbers()
        self._lines = {
            session.settings.name: _Line(session, numbers.get(session.settings.name, Numbers(1, 1, 1)))
            for session in sessions
        }
        # None: we have closed it, and what still comes from it is nobody's.
        self._connections: dict[int, _Line | Arrival | None] = {}
        self._deadlines = Deadlines()
        self._replays = Replays(replays_max)
        self._in_turn = False
        self._deeds: Mapping[type, Deed] = {}
        self.newcomer: Callable[[Session, _Turn], None] | None = None
        """Told of a session that was made from a template, within the turn that takes its first Logon."""
        self._handlers: dict[type, Callable[..., None]] = {
            BytesReceived: self._bytes_received,
            ConnectionOpened: self._connection_opened,
            ConnectionClosed: self._connection_closed,
            CommandReceived: self._command_received,
            PasswordChecked: self._password_checked,
            RoomToSend: self._room_to_send,
            Tick: self._tick,
            ShutdownRequested: self._shutdown_requested,
        }

    def serve(self, deeds: Mapping[type, Deed]) -> None:
        """Commands of these types are carried out by these deeds, all others by the application."""
        self._deeds = deeds

    # -- the turn ------------------------------------------------------------------------------------------------

    def transact(self, inputs: Sequence[Input], now: Instant) -> list[Effect]:
        """Take the inputs, make all their consequences durable, and return what is now to be done in the world.

        Raises JournalFailed when the commit failed: nothing of this turn may then be said, ever. After a turn that
        raised, memory is ahead of the log, and there is no other turn."""
        turn = self._open(now)
        handlers = self._handlers
        for item in inputs:
            handlers[type(item)](item, turn)
        return self._close(turn)

    def start(self, now: Instant) -> list[Effect]:
        """The first turn, after recovery and before any input."""
        turn = self._open(now)
        for line in self._lines.values():
            line.session.started(now)
            self._work(line, turn)
        self._application.started(turn)
        return self._close(turn)

    def deadline(self) -> int | None:
        """When the next Tick is due, on the monotonic clock in ns."""
        own = self._application.deadline()
        earliest = self._deadlines.earliest()
        if own is None or (earliest is not None and earliest < own):
            return earliest
        return own

    def open_connections(self) -> int:
        return len(self._connections)

    def _open(self, now: Instant) -> _Turn:
        assert not self._in_turn, "an earlier turn raised; this process must end"
        self._in_turn = True
        return _Turn(now, self._journal.transaction(), self._lines)

    def _close(self, turn: _Turn) -> list[Effect]:
        transaction, effects = turn.transaction, turn.effects
        for line in turn.touched.values():
            self._stage(line, turn)
        for line in turn.replaying.values():
            if line.connection is not None:
                effects.append(RoomWanted(line.connection))
        if len(transaction):
            transaction.commit(turn.now.utc_ns)
        self._in_turn = False
        return effects

    def _stage(self, line: _Line, turn: _Turn) -> None:
        """What a session has to say goes into the transaction and, behind the commit, to its connection."""
        session, transaction = line.session, turn.transaction
        outgoing = session.take_outgoing()
        name = line.name
        for first, raws in _runs(outgoing):
            transaction.append_outbound(name, first.generation, first.msg_seq_num, raws)
        current = session.numbers
        numbers = Numbers(current.generation, current.next_sender_msg_seq_num, current.next_target_msg_seq_num)
        if numbers != line.stored:
            transaction.set_numbers(name, numbers, line.cause)
            if line.cause:
                self.register.numbers_changed(name, numbers, line.cause, turn.now.utc_ns)
            line.stored, line.cause = numbers, ""
        if line.connection is not None:
            data = b"".join([message.raw for message in outgoing if message.transmit])
            if data:
                turn.effects.append(SendBytes(line.connection, data))
        wire = session.take_wire_log()
        if wire:
            turn.effects.append(LogMessages(name, wire))
        self._deadlines.set(name, session.deadline())

    # -- inputs --------------------------------------------------------------------------------------------------

    def _bytes_received(self, item: BytesReceived, turn: _Turn) -> None:
        door = self._connections.get(item.connection)
        if door is None:
            return
        if isinstance(door, _Line):
            door.session.receive_data(item.data, turn.now)
            self._work(door, turn)
            return
        self._carry_out_verdict(item.connection, door, door.receive_data(item.data, turn.now), turn)

    def _password_checked(self, item: PasswordChecked, turn: _Turn) -> None:
        door = self._connections.get(item.connection)
        if isinstance(door, Arrival):
            verdict = door.password_checked(item.is_right, item.new_hash, turn.now)
            self._carry_out_verdict(item.connection, door, verdict, turn)

    def _connection_opened(self, item: ConnectionOpened, turn: _Turn) -> None:
        if item.session is None:
            arrival = self._lobby.arrive(turn.now, item.peer, item.certificate, item.logon_timeout_s)
            self._connections[item.connection] = arrival
            self._deadlines.set(item.connection, arrival.deadline())
            return
        line = self._lines[item.session]
        self._attach(line, item.connection, turn)
        line.session.connected(turn.now)
        self._work(line, turn)

    def _connection_closed(self, item: ConnectionClosed, turn: _Turn) -> None:
        door = self._connections.pop(item.connection, None)
        self._deadlines.set(item.connection, None)
        if item.cut:
            name = door.name if isinstance(door, _Line) else ""
            turn.effects.append(LogNote("warning", name, "slow_consumer_cut", {"why": item.cut}))
        if isinstance(door, _Line):
            door.session.receive_eof(turn.now)
            self._work(door, turn)
            self._detach(door, turn)
            self._succeed(door, turn)
        elif isinstance(door, Arrival):
            refused = door.receive_eof(turn.now)
            if refused is not None:
                self._note_refusal(door, refused, turn)

    def _room_to_send(self, item: RoomToSend, turn: _Turn) -> None:
        line = self._connections.get(item.connection)
        if not isinstance(line, _Line):
            return
        if line.name in self._replays:
            self._send_piece(line, turn)
            self._work(line, turn)
            if line.wants_room:
                turn.replaying[line.name] = line
        elif line.wants_room:
            line.wants_room = False
            self._attempt("room_to_send", line.name, turn, self._application.room_to_send, line.name, turn)

    def _command_received(self, item: CommandReceived, turn: _Turn) -> None:
        deed = self._deeds.get(type(item.command), self._application.command)
        try:
            answer = deed(item.command, turn)
        except Exception as error:
            turn.effects.append(handler_failed("command", "", error))
            answer = {"error": "INTERNAL_ERROR: a fault of ours, see handler_failed in the log"}
        turn.effects.append(AnswerCommand(item.ticket, answer))

    def _tick(self, item: Tick, turn: _Turn) -> None:
        mono_ns = turn.now.mono_ns
        for key in self._deadlines.due(mono_ns):
            if isinstance(key, int):
                door = self._connections[key]
                assert isinstance(door, Arrival), key
                self._carry_out_verdict(key, door, door.expired(turn.now), turn)
            else:
                line = self._lines[key]
                line.session.handle_deadline(turn.now)
                self._work(line, turn)
        own = self._application.deadline()
        if own is not None and own <= mono_ns:
            self._attempt("deadline_reached", "", turn, self._application.deadline_reached, turn)

    def _shutdown_requested(self, item: ShutdownRequested, turn: _Turn) -> None:
        for connection, door in list(self._connections.items()):
            if isinstance(door, _Line):
                door.session.logout(item.reason.encode(), turn.now)
                self._work(door, turn)
            elif door is not None:
                self._refuse(connection, door, Refused(item.reason), turn)

    # -- sessions ------------------------------------------------------------------------------------------------

    def _carry_out_verdict(self, connection: int, door: Arrival, verdict: Verdict | None, turn: _Turn) -> None:
        if isinstance(verdict, Admitted):
            if verdict.password_change is not None:
                self._change_password(verdict.password_change, turn)
            self._admit(connection, verdict.session, turn)
            return
        if isinstance(verdict, Refused):
            if verdict.challenged is not None:
                line = self._lines[verdict.challenged.settings.name]
                line.session.challenge(turn.now)
                self._work(line, turn)
            self._refuse(connection, door, verdict, turn)
            return
        if verdict is not None:
            turn.effects.append(CheckPassword(connection, verdict))
        self._deadlines.set(connection, door.deadline())

    def _change_password(self, change: PasswordChange, turn: _Turn) -> None:
        session, replaced, password_hash = change
        self.state(session_events.PasswordChanged(session, replaced, password_hash.decode()), turn)
        turn.effects.append(LogNote("info", session, "password_changed", {"by": "NewPassword(925)"}))

    def _admit(self, connection: int, session: Session, turn: _Turn) -> None:
        turn.effects.append(ConnectionAdmitted(connection))
        line = self._lines.get(session.settings.name) or self._take_in(session, turn)
        self._attach(line, connection, turn)
        self._deadlines.set(connection, None)
        self._work(line, turn)

    def _attach(self, line: _Line, connection: int, turn: _Turn) -> None:
        line.connection = connection
        self._connections[connection] = line
        settings = line.session.settings
        turn.effects.append(LimitUnsent(connection, settings.slow_consumer_bytes_max, settings.slow_consumer_timeout_s))

    def _hang_up(self, line: _Line, reason: str, turn: _Turn) -> None:
        connection = line.connection
        self._detach(line, turn)
        if connection is not None:
            self._connections[connection] = None
            turn.effects.append(CloseConnection(connection, reason))

    def _detach(self, line: _Line, turn: _Turn) -> None:
        """Session and connection part: what it said so far belongs to that one, the next may come within this turn."""
        self._stage(line, turn)
        line.connection = None
        line.wants_room = False
        self._replays.end(line.name)
        self._begin_replays(turn)

    def _send_piece(self, line: _Line, turn: _Turn) -> None:
        """The next piece of a replay. What was said before stands before it."""
        self._stage(line, turn)
        turn.touched[line.name] = line
        if self._replays.send_piece(line.name, line.session, turn.transaction, turn.now):
            turn.replaying[line.name] = line
            return
        self._replays.end(line.name)
        self._begin_replays(turn)

    def _begin_replays(self, turn: _Turn) -> None:
        """There may be room for one more. It begins with the next turn, so that this one stays short."""
        while (name := self._replays.next()) is not None:
            turn.replaying[name] = self._lines[name]

    def _refuse(self, connection: int, door: Arrival, refused: Refused, turn: _Turn) -> None:
        self._connections[connection] = None
        self._deadlines.set(connection, None)
        self._note_refusal(door, refused, turn)
        turn.effects.append(CloseConnection(connection, refused.reason))

    def _note_refusal(self, door: Arrival, refused: Refused, turn: _Turn) -> None:
        details = {"peer": door.peer, "reason": refused.reason}
        level = "error" if refused.is_alarm else "warning"
        turn.effects.append(LogNote(level, refused.session, "connection_refused", details))

    def _work(self, line: _Line, turn: _Turn) -> None:
        """Take everything that the session has for us, one message at a time, so that answers fall into place."""
        session, now, name = line.session, turn.now, line.name
        turn.touched[name] = line
        application, transaction = self._application, turn.transaction
        while True:
            output = session.next_output(now)
            if output is None:
                if line.successor is not None:
                    self._succeed(line, turn)
                return
            if isinstance(output, MessageReceived):
                message = output.message
                raw = message.raw
                if not message.fields.keys().isdisjoint(SECRET_TAGS):
                    raw = redact_fix(raw)
                transaction.append_inbound(name, raw)
                try:
                    application.message_received(name, message, turn)
                except Exception as error:
                    self._message_failed(line, message, error, turn)
            elif isinstance(output, ResendWanted):
                if not session.settings.persist_messages:
                    session.replay((), now)  # nothing is kept: one gap fill
                elif self._replays.ask(name):
                    self._send_piece(line, turn)
            elif isinstance(output, LoggedOn):
                line.logons += 1
                self._attempt("logged_on", name, turn, application.logged_on, name, turn)
            elif isinstance(output, LoggedOut):
                turn.effects.append(LogNote("info", name, "logged_out", {"reason": output.reason}))
                self._attempt("logged_out", name, turn, application.logged_out, name, output.in_good_order, turn)
            elif isinstance(output, Disconnect):
                self._hang_up(line, output.reason, turn)
            elif isinstance(output, MessageRejected):
                self._message_rejected(line, output, turn)
            elif isinstance(output, NumbersChanged):
                line.cause = f"{line.cause}; {output.cause}" if line.cause else output.cause
            elif isinstance(output, InstanceBegan):
                self.state(session_events.InstanceBegan(name, output.start_ns, output.end_ns), turn)
            else:
                assert isinstance(output, Note)
                turn.effects.append(LogNote(output.level, name, output.event, output.details))

    def _attempt(self, what: str, name: str, turn: _Turn, handler: Callable[..., object], *given: object) -> None:
        """Call a handler of the application; what it was called for is lost when it raises, and nothing else."""
        try:
            handler(*given)
        except Exception as error:
            turn.effects.append(handler_failed(what, name, error))

    def _message_failed(self, line: _Line, message: Message, error: Exception, turn: _Turn) -> None:
        """A handler has raised: the message is lost to it, and nobody else notices."""
        turn.effects.append(handler_failed("message_received", line.name, error, message))
        try:
            tell = self._application.message_failed(line.name, message, turn)
        except Exception as another:
            turn.effects.append(handler_failed("message_failed", line.name, another, message))
            tell = True
        if tell:
            line.session.refuse(message, NOT_PROCESSED, turn.now)

    # -- sessions that come and go -----------------------------------------------------------------------------------

    @property
    def sessions(self) -> list[Session]:
        return [line.session for line in self._lines.values()]

    def session(self, name: str) -> Session | None:
        line = self._lines.get(name)
        return None if line is None else line.session

    def opens_in_s(self, name: str, now: Instant) -> float:
        """How long it is until this session may be logged on; 0 when it may."""
        return self._lines[name].session.opens_in_ns(now) / NS_PER_S

    def logons(self, name: str) -> int:
        """How often this session has been logged on in the life of this process."""
        return self._lines[name].logons

    def adopt(self, name: str, maker: Successor, turn: _Turn) -> Session:
        """A session that was not there: it is from now on, with the numbers that the journal has for its name."""
        session = self.resume(name, maker)
        line = self._lines[name] = _Line(session, self._stored(name))
        session.started(turn.now)
        self._work(line, turn)
        return session

    def resume(self, name: str, maker: Successor) -> Session:
        """The engine of a session that is not there yet, at the place where the journal has it."""
        return maker(SessionNumbers(*self._stored(name)), self.register.instances.get(name))

    def _stored(self, name: str) -> Numbers:
        return self._journal.numbers().get(name, Numbers(1, 1, 1))

    def _take_in(self, session: Session, turn: _Turn) -> _Line:
        """The session of a template: made a moment ago, because of this Logon."""
        assert self.newcomer is not None, session.settings.name
        line = self._lines[session.settings.name] = _Line(session, self._stored(session.settings.name))
        self.newcomer(session, turn)
        return line

    def succeed(self, name: str, successor: Successor, turn: _Turn) -> None:
        """Another engine takes over from this session as soon as nobody is connected to it."""
        line = self._lines[name]
        line.successor = successor
        self._succeed(line, turn)

    def work(self, name: str, turn: _Turn) -> None:
        """Something was done to this session: take what it has to say."""
        self._work(self._lines[name], turn)

    def _succeed(self, line: _Line, turn: _Turn) -> None:
        old, successor = line.session, line.successor
        if successor is None or line.connection is not None or old.state is not State.DISCONNECTED:
            return
        self._stage(line, turn)
        line.successor = None
        line.session = new = successor(old.numbers, self.register.instances.get(line.name))
        if old.settings.role is Role.ACCEPTOR:
            self._lobby.replace(old, new)
        new.started(turn.now)
        self._work(line, turn)

    def state(self, event: SessionEvent, turn: _Turn) -> None:
        """Put something on record about a session."""
        turn.transaction.append_event(encode_event(event))
        self.register.apply(event, turn.now.utc_ns)

    def _message_rejected(self, line: _Line, rejected: MessageRejected, turn: _Turn) -> None:
        """Show the application which of its messages it was."""
        name, number, transaction = line.name, rejected.ref_seq_num, turn.transaction
        transaction.append_inbound(name, redact_fix(rejected.message.raw))
        for _, raw in transaction.outbound(name, line.session.numbers.generation, number, number):
            refused = decode(raw)
            if isinstance(refused, Message):
                handler = self._application.message_rejected
                self._attempt("message_rejected", name, turn, handler, name, refused, rejected.message, turn)


def _runs(outgoing: list[Outgoing]) -> list[tuple[Outgoing, list[bytes]]]:
    """The messages to store, in runs of numbers that follow one another. A Logon is stored without its secrets: it is
    never sent again."""
    runs: list[tuple[Outgoing, list[bytes]]] = []
    expected = (0, 0)
    for message in outgoing:
        if not message.fresh:
            continue
        raw = redact_fix(message.raw) if _LOGON in message.raw else message.raw
        if (message.generation, message.msg_seq_num) == expected:
            runs[-1][1].append(raw)
        else:
            runs.append((message, [raw]))
        expected = (message.generation, message.msg_seq_num + 1)
    return runs
