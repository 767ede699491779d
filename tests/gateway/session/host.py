"""A host for one session engine, in memory: does with its outputs what the spine does, on a clock the test turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fixspec.message import Message
from fixspec.rulebook import Rulebook
from gateway.instant import NS_PER_S, Instant
from gateway.session.lobby import Lobby, Verdict
from gateway.session.outputs import (
    Disconnect,
    InstanceBegan,
    LoggedOn,
    LoggedOut,
    MessageReceived,
    Note,
    NumbersChanged,
    Output,
    ResendWanted,
)
from gateway.session.schedule import Window
from gateway.session.session import Session
from gateway.session.settings import SessionNumbers, SessionSettings

NOON_NS = 1_700_049_600 * NS_PER_S  # 2023-11-15 12:00:00 UTC
SOH = b"\x01"


class Clock:
    """Both clocks of an Instant. They start at different values, so that mistaking one for the other shows."""

    def __init__(self) -> None:
        self.utc_ns = NOON_NS
        self.mono_ns = 5_000 * NS_PER_S

    @property
    def now(self) -> Instant:
        return Instant(self.utc_ns, self.mono_ns)

    def advance(self, seconds: float) -> None:
        self.advance_to(self.mono_ns + int(seconds * NS_PER_S))

    def advance_to(self, mono_ns: int) -> None:
        assert mono_ns >= self.mono_ns
        self.utc_ns += mono_ns - self.mono_ns
        self.mono_ns = mono_ns


Application = Callable[["Host", Message], None]


def no_application(host: Host, message: Message) -> None:
    pass


class Host:
    """A session, the store of what it sent, and the bytes between it and its transport."""

    def __init__(
        self,
        settings: SessionSettings,
        rulebook: Rulebook,
        clock: Clock,
        application: Application = no_application,
    ) -> None:
        self.clock = clock
        self.numbers = SessionNumbers()
        self.instance: Window | None = None
        """The instance of the schedule that the numbers belong to, as kept on disk."""
        self.session = Session(settings, rulebook, self.numbers)
        self._rulebook = rulebook
        self.application = application
        self.store: dict[tuple[int, int], bytes] = {}
        self.received: list[Message] = []
        self.outputs: list[Output] = []
        self.unsent: list[bytes] = []
        self.closing: str | None = None
        """The reason of the Disconnect that the transport has still to be told."""
        self.explains = False
        """Whether nobody but the session itself moves its numbers: each move must then have a cause."""
        self._place = (1, 1, 1)
        self._causes = self._fresh = self._wire = self._held = 0

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.session.started(self.clock.now)
        self.work()

    def successor(self) -> Host:
        """The process starts again: what is on disk, and nothing else."""
        host = Host(self.session.settings, self._rulebook, self.clock, self.application)
        host.numbers, host.instance, host.store = self.numbers, self.instance, self.store
        host.explains, host._place, host._causes = self.explains, self._place, self._causes
        host.outputs = [output for output in self.outputs if isinstance(output, NumbersChanged)]
        host.session = Session(self.session.settings, self._rulebook, self.numbers, instance=self.instance)
        return host

    # -- what a transport does ---------------------------------------------------------------------------------------

    def connect(self) -> None:
        self.closing = None
        self.session.connected(self.clock.now)
        self.work()

    def feed(self, data: bytes) -> None:
        self.session.receive_data(data, self.clock.now)
        self.work()

    def end_of_file(self) -> None:
        self.session.receive_eof(self.clock.now)
        self.work()
        self.unsent.clear()

    def take_bytes(self) -> bytes:
        data = b"".join(self.unsent)
        self.unsent.clear()
        return data

    # -- what a turn does --------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Take every output, then what there is to send."""
        while True:
            output = self.session.next_output(self.clock.now)
            if output is None:
                break
            self.outputs.append(output)
            if isinstance(output, MessageReceived):
                self.received.append(output.message)
                self.application(self, output.message)
            elif isinstance(output, ResendWanted):
                self.flush()
                self.session.replay(self.stored(output.begin_seq_no, output.end_seq_no), self.clock.now)
            elif isinstance(output, InstanceBegan):
                self.instance = Window(*output)
            elif isinstance(output, Disconnect):
                self.closing = output.reason
        self.flush()
        self._check_causes()

    def _check_causes(self) -> None:
        """The law of explainable numbers: what has moved by more than a message for each number has said why."""
        numbers, session = self.numbers, self.session
        generation, sender, target = self._place
        self._place = (numbers.generation, numbers.next_sender_msg_seq_num, numbers.next_target_msg_seq_num)
        wire, held, causes = len(session._sender.wire), len(session._gap.held), len(self.causes)
        if self.explains and causes == self._causes and session.settings.persist_messages:
            assert numbers.generation == generation, "a new generation without a cause"
            assert numbers.next_sender_msg_seq_num == sender + self._fresh, "a number to send moved without a cause"
            taken = numbers.next_target_msg_seq_num - target
            assert 0 <= taken <= max(0, wire - self._wire) + self._held, "a number to expect moved without a cause"
        self._causes, self._fresh, self._wire, self._held = causes, 0, wire, held

    def flush(self) -> None:
        for message in self.session.take_outgoing():
            if message.fresh:
                key = (message.generation, message.msg_seq_num)
                assert key not in self.store, f"number {key} given away twice"
                self._fresh += 1
                self.store[key] = message.raw
            if message.transmit:
                self.unsent.append(message.raw)

    def stored(self, begin_seq_no: int, end_seq_no: int) -> Iterable[tuple[int, bytes]]:
        generation = self.numbers.generation
        for msg_seq_num in range(begin_seq_no, end_seq_no + 1):
            raw = self.store.get((generation, msg_seq_num))
            if raw is not None:
                yield msg_seq_num, raw

    def ring(self) -> None:
        """Run the session's deadline if it is due."""
        deadline = self.session.deadline()
        if deadline is not None and deadline <= self.clock.mono_ns:
            self.session.handle_deadline(self.clock.now)
            self.work()

    def send(self, msg_type: bytes, body: bytes) -> int:
        msg_seq_num = self.session.send(msg_type, body, self.clock.now)
        self.work()
        return msg_seq_num

    def logout(self, text: bytes = b"") -> None:
        self.session.logout(text, self.clock.now)
        self.work()

    # -- what a test asks --------------------------------------------------------------------------------------------

    def outputs_of(self, kind: type[Output]) -> list[Output]:
        return [output for output in self.outputs if type(output) is kind]

    @property
    def logged_on_count(self) -> int:
        return len(self.outputs_of(LoggedOn)) - len(self.outputs_of(LoggedOut))

    @property
    def causes(self) -> list[str]:
        return [output.cause for output in self.outputs if isinstance(output, NumbersChanged)]

    @property
    def events(self) -> list[str]:
        return [output.event for output in self.outputs if isinstance(output, Note)]


def admit(host: Host, data: bytes) -> Verdict | None:
    """A new connection brings `data` to the lobby of an acceptor that stands alone."""
    verdict = Lobby([host.session]).arrive(host.clock.now).receive_data(data, host.clock.now)
    host.work()
    return verdict
