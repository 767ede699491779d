"""One FIX session, acceptor or initiator, without I/O: bytes and the time go in, bytes and outputs come out.

How a host drives it
    transport up      `connected` (initiator) or, by way of the lobby, `accept` (acceptor)
    bytes, end        `receive_data`, `receive_eof`; then `next_output` until it gives None
    the clock         `deadline` says when; then `handle_deadline`, and `next_output` until None
    to say something  `send`, `logout`; at any time `take_outgoing` gives what is to be stored and written

`next_output` works lazily: it judges one buffered message at a time and stops as soon as the host has something to do,
so that the host's answer to a message stands in the stream before our answer to the next one.

What a peer sends never raises. What the host does out of turn (connecting twice) is a bug and asserts. Which message is
legal when, and what leads where, is in `state`; the header rules are in `checks`; what is done with a message that
arrives is in `reception`; here is what the host may ask for.
"""

from __future__ import annotations

from fixspec.codec import Framer
from fixspec.faults import BusinessFault
from fixspec.message import Message
from fixspec.rulebook import Rulebook
from fixspec.tags import DEFAULT_APPL_VER_ID, MSG_SEQ_NUM, MSG_TYPE, MsgType
from gateway.instant import Instant
from gateway.session.checks import first_refusal
from gateway.session.heartbeat import Pulse
from gateway.session.logon import LogonTerms
from gateway.session.outputs import Disconnect, NumbersChanged, Outgoing
from gateway.session.reception import Reception
from gateway.session.reject import refusal_of
from gateway.session.resend import without_poss_dup
from gateway.session.schedule import Window
from gateway.session.settings import Role, SessionNumbers, SessionSettings
from gateway.session.state import LIVE, State, Step

LOGON_NOT_ALLOWED_NOW = 7
"""SessionStatus(1409): Logons are not allowed at this time."""


class Session(Reception):
    """`settings`, `numbers`, `state` and `is_logged_on` may be read at any time."""

    __slots__ = ()

    def __init__(
        self,
        settings: SessionSettings,
        rulebook: Rulebook,
        numbers: SessionNumbers,
        instance: Window | None = None,
    ) -> None:
        """`instance` is what the last InstanceBegan of this session said. Raises ValueError when the settings cannot be
        used, with all that is wrong with them."""
        faults = settings.faults()
        if faults:
            raise ValueError(f"session {settings.name}: {'; '.join(faults)}")
        super().__init__(settings, rulebook, numbers, instance)

    # -- transport ---------------------------------------------------------------------------------------------------

    def connected(self, now: Instant) -> None:
        """Initiator: the transport is up. Sends the Logon."""
        settings = self.settings
        assert settings.role is Role.INITIATOR, settings.name
        self._keep_hours(now)
        if self._hours is not None and not self._hours.is_open:
            self._outputs.append(Disconnect("it is not the time for this session"))
            return
        self._attach(Framer(settings.message_bytes_max), now)
        if settings.reset_on_logon or settings.reset_seq_num_flag:
            self._reset_pledged = True
        if self._reset_pledged:
            self._reset_numbers("we reset at logon")
        self._move(Step.SEND_LOGON)
        self._start_timeout(settings.logon_timeout_s, now)
        self._send_logon(LogonTerms(settings.heart_bt_int_s, self._reset_pledged), now)

    def refusal_of(self, logon: Message, now: Instant) -> str | None:
        """Acceptor: why this Logon(A) cannot be one for us, for the log. Changes nothing; nothing is proved by None."""
        settings = self.settings
        refusal = first_refusal(logon, settings, now)
        if refusal is not None:
            return refusal.fault.text if refusal.fault is not None else str(refusal.logout)
        if settings.version.default_appl_ver_id and not logon.fields.get(DEFAULT_APPL_VER_ID):
            return "DefaultApplVerID(1137) is missing"
        return None

    def accept(
        self, framer: Framer, logon: Message, now: Instant, session_status: int | None = None, objection: str = ""
    ) -> str | None:
        """Acceptor: the lobby took this Logon for one of ours, and its sender for whom it says it is. `framer` may hold
        bytes that came behind it. The answer tells `session_status` as SessionStatus(1409) where the version has it;
        with an `objection` it is a Logout that says so.

        Returns why the connection must be closed without a word, nothing having changed; None when we have taken it
        (which includes telling an authenticated peer by a Logout that its terms are not acceptable)."""
        settings = self.settings
        assert settings.role is Role.ACCEPTOR, settings.name
        if self.state is not State.DISCONNECTED:
            return "the session is connected already"
        refusal = self.refusal_of(logon, now)
        if refusal is not None:
            return refusal
        self._keep_hours(now)
        self._attach(framer, now)
        self._sender.wire.append(logon.raw)
        if objection:
            self._expel(objection, now, session_status=session_status)
            return None
        if self._hours is not None and not self._hours.is_open:
            self._expel("Logons are not allowed at this time", now, session_status=LOGON_NOT_ALLOWED_NOW)
            return None
        terms = self._acceptable_terms(logon)
        if isinstance(terms, str):
            self._refuse_terms(logon, int(logon.fields[MSG_SEQ_NUM]), terms, now)
            return None
        if terms.reset_seq_num_flag or settings.reset_on_logon:
            by_peer = "Logon with ResetSeqNumFlag(141)=Y"
            self._reset_numbers(by_peer if terms.reset_seq_num_flag else "reset_on_logon")
            self._take_peers_reset()
        msg_seq_num = int(logon.fields[MSG_SEQ_NUM])
        if msg_seq_num < self.numbers.next_target_msg_seq_num:
            self._expel_too_low(msg_seq_num, now)
            return None
        if self._is_too_much_expected(terms, now):
            return None
        if msg_seq_num == self.numbers.next_target_msg_seq_num:
            self._consume(now)
        self._send_logon(terms, now, session_status)
        self._send_what_is_expected(terms, self.numbers.next_sender_msg_seq_num - 2, now)
        self._establish(terms.heart_bt_int_s, terms, msg_seq_num, now)
        return None

    def challenge(self, now: Instant) -> None:
        """Somebody else has logged on as this session: is our peer still there? Ask, unless that is asked already."""
        if self.state in LIVE and self._heartbeats.challenge(now.mono_ns):
            self._send_admin(MsgType.TEST_REQUEST, b"112=TEST\x01", now)

    def receive_data(self, data: bytes, now: Instant) -> None:
        if self._framer is not None:
            self._framer.feed(data)

    def receive_eof(self, now: Instant) -> None:
        """The transport is gone. No Disconnect follows; LoggedOut does when there was a session."""
        if self.state is not State.DISCONNECTED:
            self._end(Step.HANG_UP, self._why if self.state is State.EXPELLED else "the transport is gone")

    def disconnect(self, reason: str, now: Instant) -> None:
        """Hang up without a Logout."""
        if self.state is not State.DISCONNECTED:
            self._hang_up(reason)

    # -- the host's wishes -------------------------------------------------------------------------------------------

    def send(self, msg_type: bytes, body: bytes, now: Instant) -> int:
        """Send an application message; `body` is every field after TargetCompID(56), each closed by SOH.

        Works in every state: the message has its number (returned) and is in `take_outgoing`, and when this is not the
        moment to send it, the peer will find the gap in our numbers and ask for it."""
        transmit = self._transmits
        if b"43=" in body and not self.settings.allow_pos_dup:
            body = without_poss_dup(body)
        if not transmit and self.state is State.LOGON_SENT:
            self._withheld = True
        return self._sender.send(msg_type, body, now, transmit)

    def logout(self, text: bytes, now: Instant) -> None:
        """End the session in good order: Logout(5), with Text(58) unless empty, and wait for the answer."""
        if self.state in LIVE:
            self._send_admin(MsgType.LOGOUT, b"58=%b\x01" % text if text else b"", now)
            self._move(Step.SEND_LOGOUT)
            self._start_timeout(self.settings.logout_timeout_s, now)
        elif self.state is State.LOGON_SENT:
            self._hang_up("logged out before the Logon was answered")

    def expel(self, text: str, now: Instant) -> None:
        """End the session with a Logout(5) that says why, and take nothing more from the peer."""
        if self.state in LIVE:
            self._expel(text, now)

    def refuse(self, message: Message, fault: BusinessFault, now: Instant) -> None:
        """Tell the peer that this message of its was not processed: BusinessMessageReject(j), Reject(3) where there is
        none. Its number was consumed before the host heard of it."""
        msg_type, body = refusal_of(self.settings.version, message, int(message.fields[MSG_SEQ_NUM]), fault)
        self.send(msg_type, body, now)
        self._note("warning", "message_refused", message, MSG_SEQ_NUM, MSG_TYPE, fault=fault.text)

    def reset_sequence_numbers(self, cause: str, now: Instant) -> bool:
        """Start both numbers at 1: at once when disconnected (an initiator tells with its next Logon), by a Logon with
        ResetSeqNumFlag(141)=Y in a session. False, and nothing done, in any other state or where FIX has no 141."""
        if self.state is State.DISCONNECTED:
            self._reset_numbers(cause)
            self._reset_pledged = self.settings.role is Role.INITIATOR
            return True
        if self.state is not State.LOGGED_ON or not self.settings.version.reset_seq_num_flag:
            return False
        self.numbers.generation += 1
        self.numbers.next_sender_msg_seq_num = 1
        self._outputs.append(NumbersChanged(f"{cause}: our Logon with ResetSeqNumFlag(141)=Y"))
        self._reset_pledged = True
        self._move(Step.SEND_RESET)
        self._start_timeout(self.settings.logon_timeout_s, now)
        self._send_logon(LogonTerms(self._heartbeats.interval_s, True), now)
        return True

    def skip_sender_numbers(self, new_seq_no: int, cause: str, now: Instant) -> None:
        """Recover from lost state (session test case 9): our next number becomes `new_seq_no`, which must be higher,
        and a connected peer is told by a SequenceReset(4) in reset mode."""
        assert new_seq_no > self.numbers.next_sender_msg_seq_num, new_seq_no
        if self.state in LIVE:
            self._send_admin(MsgType.SEQUENCE_RESET, b"36=%d\x01123=N\x01" % new_seq_no, now)
        self.numbers.next_sender_msg_seq_num = new_seq_no
        self._outputs.append(NumbersChanged(f"{cause}: next sender number skips to {new_seq_no}"))

    def set_numbers(self, sender: int | None, target: int | None, cause: str) -> bool:
        """Lost agreement is put right by hand: the next number to send, or to expect, or both become these. A lower
        number to send opens a new generation, for what was sent under those numbers stays. False, and nothing done,
        unless disconnected."""
        if self.state is not State.DISCONNECTED:
            return False
        numbers = self.numbers
        before = (numbers.next_sender_msg_seq_num, numbers.next_target_msg_seq_num)
        new_sender = before[0] if sender is None else sender
        new_target = before[1] if target is None else target
        assert new_sender > 0 < new_target, (sender, target)
        if new_sender < before[0]:
            numbers.generation += 1
        numbers.next_sender_msg_seq_num, numbers.next_target_msg_seq_num = new_sender, new_target
        if (new_sender, new_target) != before:
            self._outputs.append(NumbersChanged(cause))
        return True

    def copy(self) -> Session:
        """A session in the same place and without a transport, to try on it what would happen."""
        numbers = self.numbers
        place = SessionNumbers(numbers.generation, numbers.next_sender_msg_seq_num, numbers.next_target_msg_seq_num)
        instance = None if self._hours is None else self._hours.instance
        copy = Session(self.settings, self._rulebook, place, instance=instance)
        copy._reset_pledged = self._reset_pledged
        return copy

    def take_outgoing(self) -> list[Outgoing]:
        """What there is to store and to write since the last call, in order."""
        outgoing, self._sender.outgoing = self._sender.outgoing, []
        return outgoing

    def take_wire_log(self) -> list[bytes]:
        """The whole messages that went either way since the last call, in order. They may hold credentials."""
        wire, self._sender.wire = self._sender.wire, []
        return wire

    # -- time --------------------------------------------------------------------------------------------------------

    def deadline(self) -> int | None:
        """When `handle_deadline` wants to be called (monotonic, ns); None for never."""
        earliest = self._timeout_ns
        if self.state in LIVE and self._replay is None:
            for deadline in (self._heartbeats.deadline(), self._gap.deadline()):
                if deadline is not None and (earliest is None or deadline < earliest):
                    earliest = deadline
        if self._hours is not None:
            deadline = self._hours.deadline()
            if deadline is not None and (earliest is None or deadline < earliest):
                earliest = deadline
        return earliest

    def started(self, now: Instant) -> None:
        """The host is up: from here on the schedule counts. Called once, before anything else."""
        self._keep_hours(now)

    def opens_in_ns(self, now: Instant) -> int:
        """How long it is until this session may be logged on (ns); 0 when it may."""
        return 0 if self._hours is None else self._hours.opens_in_ns(now)

    def _keep_hours(self, now: Instant) -> None:
        """Log out and reset the numbers when the schedule says so. A reset waits until nobody is connected."""
        hours = self._hours
        if hours is None:
            return
        hours.look(now)
        if self.state is State.DISCONNECTED:
            if hours.is_over:
                self._reset_numbers(hours.cause)
            self._note_instance(hours.enter())
        elif hours.must_close:
            self.logout(b"the hours of this session are over", now)
        elif hours.is_over and self.state is State.RESET_SENT:
            self._note_instance(hours.enter())  # one reset is enough
        elif hours.is_over and self.state is State.LOGGED_ON:
            if self.reset_sequence_numbers(hours.cause, now):
                self._note_instance(hours.enter())
            else:
                self.logout(b"the sequence numbers are reset now", now)

    def handle_deadline(self, now: Instant) -> None:
        self._keep_hours(now)
        if self._timeout_ns is not None and now.mono_ns >= self._timeout_ns:
            self._handshake_timed_out()
        if self.state not in LIVE or self._replay is not None:
            return  # a peer that is being sent a replay is watched by how it reads
        pulse = self._heartbeats.pulse(now.mono_ns)
        if pulse is Pulse.LOST:
            self._hang_up("no answer to our TestRequest(1)")
            return
        if pulse is Pulse.TEST_REQUEST:
            self._heartbeats.tested_ns = now.mono_ns
            self._send_admin(MsgType.TEST_REQUEST, b"112=TEST\x01", now)
        elif pulse is Pulse.HEARTBEAT:
            self._send_admin(MsgType.HEARTBEAT, b"", now)
        gap_deadline = self._gap.deadline()
        if gap_deadline is not None and now.mono_ns >= gap_deadline:
            self._ask_again(now)

    def _handshake_timed_out(self) -> None:
        if self.state is State.LOGON_SENT:
            self._hang_up("no answer to our Logon(A)")
        elif self.state is State.RESET_SENT:
            self._hang_up("no answer to our Logon(A) with ResetSeqNumFlag(141)=Y")
        elif self.state is State.LOGOUT_SENT:
            self._hang_up("no answer to our Logout(5)")
        elif self.state is State.LOGOUT_ANSWERED:
            self._hang_up("logged out; the peer left it to us to hang up")
        else:
            assert self.state is State.EXPELLED, self.state
            self._hang_up(self._why)
