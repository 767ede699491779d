"""From a connection to its session, by the Logon it brings. Who cannot be told apart from a stranger hears nothing.

A refused connection is closed without a byte: an answer would consume a number of a session that is not proven to be
the caller's (FIX session test cases 1S.b, 1S.c, 2S; acceptance definitions 1b to 1e). Only a known and authenticated
sender whose terms are not acceptable is told so, by the session.

    first message -> session or template -> header -> address, certificate -> lock-out -> password -> not connected yet

Everything up to the end of this line reads only; the session itself is touched last, by `Session.accept`. A password is
judged elsewhere, because that takes long: the arrival hands out a PasswordQuestion and waits.

Where passwords are in use, all Logons that are refused are closed the same time after their arrival, so that nobody can
tell an unknown CompID from a wrong user from a wrong password. A live session stays: the one who came second is closed,
and the first is asked by a TestRequest(1) whether it is still there, so that a dead one makes room soon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from fixspec.codec import Framer, Garbled, decode
from fixspec.message import Message
from fixspec.tags import BEGIN_STRING, SENDER_COMP_ID, TARGET_COMP_ID, MsgType
from gateway.instant import NS_PER_S, Instant
from gateway.networks import host_of, neighbourhood
from gateway.password_question import PasswordQuestion
from gateway.peer_certificate import Certificate
from gateway.session.admission import OPEN, Admission, NewPassword, digest_of, is_user, offer_of
from gateway.session.lock_out import LockOut
from gateway.session.session import Session
from gateway.session.settings import Role
from gateway.session.state import State

LOGON_TIMEOUT_S = 5
"""A connection that has not brought a Logon by then is refused."""
PASSWORD_TIMEOUT_S = 30
"""How long a Logon waits for the verdict on its password."""
REFUSED_AFTER_MS = 300
"""When a refused Logon is closed, counted from its arrival, where passwords are in use."""
WAITING_BYTES_MAX = 1 << 16
"""What a peer may send behind its Logon before its password is judged."""
DUMMY_HASH = b"$scrypt$ln=14,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""Of no password: what an unknown user's is compared with."""

SESSION_ACTIVE = 0
SESSION_PASSWORD_CHANGED = 1
NEW_PASSWORD_REFUSED = 3
"""Values of SessionStatus(1409)."""


class PasswordChange(NamedTuple):
    """A NewPassword(925) that was taken: must be on disk before anybody hears of it."""

    session: str
    replaced: str
    """`digest_of` the configured hash that it replaces."""
    password_hash: bytes


class Admitted(NamedTuple):
    """The Logon was for this session, which has taken it, and the transport with it."""

    session: Session
    password_change: PasswordChange | None = None


class Refused(NamedTuple):
    """Close the transport without sending anything. `reason` is for our log."""

    reason: str
    session: str = ""
    """Whom the Logon claimed to be, when that is one of ours."""
    is_alarm: bool = False
    challenged: Session | None = None
    """An authenticated peer wanted this session, which is connected: ask that one whether it is alive."""


Verdict = Admitted | Refused | PasswordQuestion


class Candidate(NamedTuple):
    """What a Logon may become, once it has proved what `admission` asks for."""

    name: str
    """Of the session, also of one that is not made yet."""
    admission: Admission
    session: Session | None
    make: Callable[[], Session] | None = None
    """Makes the session of a template: called when everything is proved, and never before."""


class Lobby:
    """The acceptor sessions of a process, and their templates."""

    __slots__ = (
        "_candidates",
        "_logon_timeout_s",
        "_message_bytes_max",
        "keeps_time",
        "lock_out",
        "passwords",
        "template",
    )

    def __init__(
        self,
        sessions: Iterable[Session] = (),
        logon_timeout_s: int = LOGON_TIMEOUT_S,
        admissions: Mapping[str, Admission] | None = None,
        passwords: dict[str, PasswordChange] | None = None,
    ) -> None:
        """`admissions` by names of sessions; who has none is OPEN. `passwords` are the changes that the log holds, by
        names of sessions: the register's own mapping, which is read whenever a password is judged."""
        self._logon_timeout_s = logon_timeout_s
        self._message_bytes_max = 0
        self._candidates: dict[tuple[bytes, bytes, bytes], Candidate] = {}
        self.template: Callable[[Message], Candidate | None] | None = None
        """Asked for Logons that no session claims."""
        self.passwords: dict[str, PasswordChange] = {} if passwords is None else passwords
        self.lock_out = LockOut()
        self.keeps_time = False
        """Whether refusals must all take the same time."""
        for session in sessions:
            self.add(session, (admissions or {}).get(session.settings.name, OPEN))

    def add(self, session: Session, admission: Admission = OPEN) -> None:
        settings = session.settings
        identity = (settings.begin_string, settings.target_comp_id, settings.sender_comp_id)
        assert settings.role is Role.ACCEPTOR, settings.name
        assert identity not in self._candidates, identity
        self._candidates[identity] = Candidate(settings.name, admission, session)
        self.keeps_time |= admission.password_hash is not None
        self._message_bytes_max = max(self._message_bytes_max, settings.message_bytes_max)

    def remove(self, session: Session) -> None:
        """Nobody can log on as this one any more; who is logged on stays."""
        settings = session.settings
        self._candidates.pop((settings.begin_string, settings.target_comp_id, settings.sender_comp_id), None)

    def replace(self, session: Session, successor: Session) -> None:
        """Who logs on as this one gets the other from now on; nothing is done for one that was removed."""
        settings = session.settings
        identity = (settings.begin_string, settings.target_comp_id, settings.sender_comp_id)
        found = self._candidates.get(identity)
        if found is not None:
            self._candidates[identity] = found._replace(session=successor)
            self._message_bytes_max = max(self._message_bytes_max, successor.settings.message_bytes_max)

    def arrive(
        self, now: Instant, peer: str = "", certificate: Certificate | None = None, logon_timeout_s: int = 0
    ) -> Arrival:
        """A transport is up and has not said who it is. `peer` is `address:port`."""
        framer = Framer(self._message_bytes_max) if self._message_bytes_max else Framer()
        return Arrival(
            self, framer, now.mono_ns + (logon_timeout_s or self._logon_timeout_s) * NS_PER_S, peer, certificate
        )

    def find(self, logon: Message) -> Candidate | None:
        """Whom a message claims to be, by BeginString(8), SenderCompID(49) and TargetCompID(56)."""
        fields = logon.fields
        identity = (fields[BEGIN_STRING], fields.get(SENDER_COMP_ID, b""), fields.get(TARGET_COMP_ID, b""))
        found = self._candidates.get(identity)
        if found is None and self.template is not None:
            return self.template(logon)
        return found

    def current_hash(self, candidate: Candidate) -> bytes:
        """The configured one, or what a NewPassword(925) has put in its place since."""
        configured = candidate.admission.password_hash
        assert configured is not None, candidate.name
        changed = self.passwords.get(candidate.name)
        if changed is not None and changed.replaced == digest_of(configured):
            return changed.password_hash
        return configured


class Arrival:
    """A connection between its opening and its session."""

    __slots__ = (
        "_candidate",
        "_certificate",
        "_deadline",
        "_framer",
        "_has_spoken",
        "_hopeless",
        "_host",
        "_lobby",
        "_logon",
        "_logon_ns",
        "_new_password",
        "_withheld",
        "peer",
    )

    def __init__(self, lobby: Lobby, framer: Framer, deadline: int, peer: str, certificate: Certificate | None) -> None:
        self.peer = peer
        self._lobby = lobby
        self._framer = framer
        self._deadline = deadline
        self._host = host_of(peer)
        self._certificate = certificate
        self._logon: Message | None = None
        self._logon_ns = 0
        self._candidate: Candidate | None = None
        self._new_password: NewPassword | None = None
        self._hopeless = False  # the user is unknown, whatever the password
        self._withheld: Refused | None = None  # until its time has come
        self._has_spoken = False

    def receive_data(self, data: bytes, now: Instant) -> Verdict | None:
        """None: there is nothing to do before more bytes or the deadline come. After Admitted or Refused this object is
        done with; a PasswordQuestion wants to be answered by `password_checked`."""
        if self._withheld is not None:
            return None
        self._has_spoken = True
        self._framer.feed(data)
        if self._logon is not None:
            if self._framer.buffered_bytes > WAITING_BYTES_MAX:
                return Refused(f"more than {WAITING_BYTES_MAX} bytes behind a Logon(A) that is not admitted yet")
            return None
        frame = self._framer.next_frame()
        if frame is None:
            return None
        logon = decode(frame) if isinstance(frame, bytes) else frame
        if isinstance(logon, Garbled):
            return Refused(f"first message is garbled: {logon.reason}")
        if logon.msg_type != MsgType.LOGON:
            return Refused("first message is not a Logon(A)")
        self._logon, self._logon_ns = logon, now.mono_ns
        verdict = self._judge(logon, now)
        return self._withhold(verdict, now) if isinstance(verdict, Refused) else verdict

    def password_checked(self, is_right: bool | None, new_hash: bytes | None, now: Instant) -> Verdict | None:
        """The answer to the PasswordQuestion; None when nobody had the time to find out. As `receive_data`."""
        candidate, logon = self._candidate, self._logon
        if candidate is None or logon is None or self._withheld is not None:
            return None
        pair = (neighbourhood(self._host), candidate.name)
        if is_right is None:
            return self._withhold(Refused("too many passwords are being judged", candidate.name), now)
        if not is_right or self._hopeless:
            return self._withhold(self._failed("wrong Username(553) or Password(554)", candidate.name, now), now)
        self._lobby.lock_out.succeeded(pair)
        verdict = self._enter(candidate, logon, new_hash, now)
        return self._withhold(verdict, now) if isinstance(verdict, Refused) else verdict

    def receive_eof(self, now: Instant) -> Refused | None:
        """The peer has hung up. None when it had said nothing: a look whether somebody listens."""
        if self._withheld is not None:
            return self._withheld
        if self._logon is not None and self._candidate is not None:
            return self._failed("hung up before its password was judged", self._candidate.name, now)
        return Refused("hung up before its Logon(A)") if self._has_spoken else None

    def deadline(self) -> int:
        """When the host should call `expired` (monotonic, ns)."""
        return self._deadline

    def expired(self, now: Instant) -> Refused | None:
        """Refused when the time for a Logon, or for the refusal of one, is over."""
        if now.mono_ns < self._deadline:
            return None
        if self._withheld is not None:
            return self._withheld
        return Refused("no Logon(A) in time" if self._logon is None else "no verdict on its password in time")

    def _failed(self, reason: str, session: str, now: Instant) -> Refused:
        """A try at a password came to nothing."""
        place = neighbourhood(self._host)
        lock_s = self._lobby.lock_out.failed((place, session), now.mono_ns)
        if lock_s:
            reason += f", once too often: {place} is locked out of this session for {lock_s} s"
        return Refused(reason, session, bool(lock_s))

    # -- judging -----------------------------------------------------------------------------------------------------

    def _judge(self, logon: Message, now: Instant) -> Verdict:
        lobby = self._lobby
        candidate = lobby.find(logon)
        if candidate is None:
            return Refused("no session has this BeginString(8), SenderCompID(49) and TargetCompID(56)")
        name, admission, session, _ = candidate
        self._candidate = candidate
        reason = session.refusal_of(logon, now) if session is not None else None
        reason = reason or admission.refusal_of(self._host, self._certificate)
        if reason is not None:
            return Refused(reason, name)
        if admission.password_hash is None:
            return self._enter(candidate, logon, None, now)
        pair = (neighbourhood(self._host), name)
        if not lobby.lock_out.try_again(pair, now.mono_ns):
            return Refused(f"{pair[0]} is locked out of this session: too many wrong passwords", name)
        offer = offer_of(logon)
        self._hopeless = not is_user(offer.username, admission.username)
        self._new_password = offer.new_password
        self._deadline = now.mono_ns + PASSWORD_TIMEOUT_S * NS_PER_S
        new = offer.new_password
        return PasswordQuestion(
            name,
            offer.password,
            DUMMY_HASH if self._hopeless else lobby.current_hash(candidate),
            new.text if new is not None and not new.objection else None,
        )

    def _enter(self, candidate: Candidate, logon: Message, new_hash: bytes | None, now: Instant) -> Admitted | Refused:
        """Everything is proved: the first moment at which anything may change. A reload may have come in between: what
        counts is the session that there is now, and only if its demands are those that were met."""
        name, admission, session, make = candidate
        if self._candidate_changed_since(candidate, logon):
            return Refused("the session was removed or changed while its password was judged", name)
        if session is None:
            assert make is not None, name
            session = make()
        if session.state is not State.DISCONNECTED:
            reason = "the session is connected already; it stays, and is asked whether it lives"
            return Refused(reason, name, challenged=session)
        change = None
        status = None if admission.password_hash is None else SESSION_ACTIVE
        objection = "" if self._new_password is None else self._new_password.objection
        if objection:
            status, new_hash = NEW_PASSWORD_REFUSED, None
        elif new_hash is not None and admission.password_hash is not None:
            change = PasswordChange(name, digest_of(admission.password_hash), new_hash)
            status = SESSION_PASSWORD_CHANGED
        refusal = session.accept(self._framer, logon, now, status, objection)
        return Admitted(session, change) if refusal is None else Refused(refusal, name)

    def _candidate_changed_since(self, candidate: Candidate, logon: Message) -> bool:
        found = self._lobby.find(logon)
        if found is None or found.name != candidate.name or found.admission != candidate.admission:
            return True
        return candidate.session is not None and found.session is not candidate.session

    def _withhold(self, refused: Refused, now: Instant) -> Refused | None:
        """Now, or where passwords are in use when it is time for refusals."""
        if refused.challenged is not None or not self._lobby.keeps_time:
            return refused
        self._withheld = refused
        self._deadline = max(now.mono_ns, self._logon_ns + REFUSED_AFTER_MS * 1_000_000)
        return None
