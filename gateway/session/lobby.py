"""From a connection to its session, by the Logon it brings. Who cannot be told apart from a stranger hears nothing.

A refused connection is closed without a byte: an answer would consume a number of a session that is not proven to be
the caller's (FIX session test cases 1S.b, 1S.c, 2S; acceptance definitions 1b to 1e). Only a known and authenticated
sender whose terms are not acceptable is told so, by the session.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fixspec.codec import Framer, Garbled, decode
from fixspec.message import Message
from fixspec.tags import BEGIN_STRING, SENDER_COMP_ID, TARGET_COMP_ID, MsgType
from gateway.instant import NS_PER_S, Instant
from gateway.session.session import Session
from gateway.session.settings import Role

LOGON_TIMEOUT_S = 5
"""A connection that has not brought a Logon by then is refused."""


class Admitted(NamedTuple):
    """The Logon was for this session, which has taken it, and the transport with it."""

    session: Session


class Refused(NamedTuple):
    """Close the transport without sending anything. `reason` is for our log."""

    reason: str


class Lobby:
    """The acceptor sessions of a process."""

    __slots__ = ("_logon_timeout_s", "_message_bytes_max", "_sessions")

    def __init__(self, sessions: Iterable[Session] = (), logon_timeout_s: int = LOGON_TIMEOUT_S) -> None:
        self._logon_timeout_s = logon_timeout_s
        self._message_bytes_max = 0
        self._sessions: dict[tuple[bytes, bytes, bytes], Session] = {}
        for session in sessions:
            self.add(session)

    def add(self, session: Session) -> None:
        settings = session.settings
        identity = (settings.begin_string, settings.target_comp_id, settings.sender_comp_id)
        assert settings.role is Role.ACCEPTOR, settings.name
        assert identity not in self._sessions, identity
        self._sessions[identity] = session
        self._message_bytes_max = max(self._message_bytes_max, settings.message_bytes_max)

    def arrive(self, now: Instant) -> Arrival:
        """A transport is up and has not said who it is."""
        framer = Framer(self._message_bytes_max) if self._message_bytes_max else Framer()
        return Arrival(self, framer, now.mono_ns + self._logon_timeout_s * NS_PER_S)

    def find(self, logon: Message) -> Session | None:
        """The session a message claims to be of, by BeginString(8), SenderCompID(49) and TargetCompID(56)."""
        fields = logon.fields
        return self._sessions.get(
            (fields[BEGIN_STRING], fields.get(SENDER_COMP_ID, b""), fields.get(TARGET_COMP_ID, b""))
        )


class Arrival:
    """A connection between its opening and its first message."""

    __slots__ = ("_deadline", "_framer", "_lobby")

    def __init__(self, lobby: Lobby, framer: Framer, deadline: int) -> None:
        self._lobby = lobby
        self._framer = framer
        self._deadline = deadline

    def receive_data(self, data: bytes, now: Instant) -> Admitted | Refused | None:
        """None: not yet a whole message. After a verdict this object is done with."""
        self._framer.feed(data)
        frame = self._framer.next_frame()
        if frame is None:
            return None
        logon = decode(frame) if isinstance(frame, bytes) else frame
        if isinstance(logon, Garbled):
            return Refused(f"first message is garbled: {logon.reason}")
        if logon.msg_type != MsgType.LOGON:
            return Refused("first message is not a Logon(A)")
        session = self._lobby.find(logon)
        if session is None:
            return Refused("no session has this BeginString(8), SenderCompID(49) and TargetCompID(56)")
        refusal = session.accept(self._framer, logon, now)
        if refusal is not None:
            return Refused(f"{session.settings.name}: {refusal}")
        return Admitted(session)

    def receive_eof(self, now: Instant) -> Refused:
        return Refused("closed before a Logon(A)")

    def deadline(self) -> int:
        """When the host should call `expired` (monotonic, ns)."""
        return self._deadline

    def expired(self, now: Instant) -> Refused | None:
        """Refused when the time for a Logon is over."""
        return Refused("no Logon(A) in time") if now.mono_ns >= self._deadline else None
