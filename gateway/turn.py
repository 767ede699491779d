"""The seam between the spine and an application: what an application may do within a turn, and what it must answer.

Three applications live on it: the order desk (`gateway.trading.desk`), the simulated exchange (`gateway.exchange`) and
the echo of the conformance tests.
"""

from __future__ import annotations

from typing import Protocol

from fixspec.message import Message
from gateway.instant import Instant


class Turn(Protocol):
    """One turn, seen by the application. All it does becomes durable together, or never happened."""

    @property
    def now(self) -> Instant:
        """The one reading of the clock for the whole turn."""

    def next_seq(self) -> int:
        """The number that the next `append` will get."""

    def append(self, payload: bytes) -> int:
        """Put one fact into the log and return its number."""

    def send(self, session: str, msg_type: bytes, body: bytes) -> None:
        """Send an application message: `body` is the encoded fields behind the standard header.

        Works while the session is down: the message gets its number and the peer fetches it when it comes back."""

    def is_logged_on(self, session: str) -> bool: ...

    def want_room(self, session: str) -> None:
        """Have `Application.room_to_send` called when the session's connection has taken what it was given; never if
        it ends before."""

    def expel(self, session: str, text: str) -> None:
        """Log a session out by a Logout(5) with this Text(58), and take nothing more from its peer."""

    def note(self, level: str, session: str, event: str, details: dict[str, str]) -> None:
        """Something that a person should find in the log: level "info", "warning" or "error"."""


class Application(Protocol):
    """What the spine asks of an application. Every call returns before the next input is looked at.

    A call that raises costs what it was called for and nothing else (`gateway.failures`), but for `recover` and
    `started`, without which there is no process, and for MemoryUnknown."""

    def recover(self, seq: int, payload: bytes) -> None:
        """Fold one logged fact at the start. No turn, no output. Raises ValueError for what is none of its facts."""

    def started(self, turn: Turn) -> None:
        """Recovery is complete; no input has been looked at yet."""

    def logged_on(self, session: str, turn: Turn) -> None: ...

    def logged_out(self, session: str, in_good_order: bool, turn: Turn) -> None:
        """`in_good_order`: by a Logout(5) that was answered, whoever began."""

    def message_received(self, session: str, message: Message, turn: Turn) -> None:
        """An application message, in sequence and valid by the session's rulebook."""

    def message_failed(self, session: str, message: Message, turn: Turn) -> bool:
        """`message_received` has raised. Keep what must not be lost. True: the sender is told that its message was not
        processed (BusinessMessageReject 380=4); False: it is nothing to its sender."""

    def message_rejected(self, session: str, refused: Message, reject: Message, turn: Turn) -> None:
        """The peer has refused `refused`, a message of ours, by a Reject(3): it was not processed."""

    def room_to_send(self, session: str, turn: Turn) -> None:
        """As `Turn.want_room` asked for, once for each time."""

    def command(self, command: object, turn: Turn) -> object:
        """An operator's wish; the answer goes back to the operator after the commit."""

    def deadline(self) -> int | None:
        """When `deadline_reached` wants to be called next, on the monotonic clock (ns); None for never."""

    def deadline_reached(self, turn: Turn) -> None: ...
