"""How a session begins and ends: its state, and what every way out of it has in common.

`Lifecycle` is the lowest of the three layers of `Session`: it moves the state by the table, sends session messages, and
knows what must be true after an end. `Reception` puts what arrives on top of it, `Session` what the host may ask.
"""

from __future__ import annotations

from collections import deque

from fixspec.codec import Framer
from fixspec.faults import BusinessFault, Fault
from fixspec.message import Message
from fixspec.rulebook import Rulebook
from fixspec.tags import MSG_SEQ_NUM, MSG_TYPE, MsgType
from gateway.instant import NS_PER_S, Instant
from gateway.session.gap import Gap
from gateway.session.heartbeat import Heartbeats
from gateway.session.hours import Hours
from gateway.session.logon import LogonTerms, logon_body
from gateway.session.outputs import Disconnect, InstanceBegan, LoggedOut, Note, NumbersChanged, Output
from gateway.session.reject import refusal_of
from gateway.session.replay import Replay
from gateway.session.schedule import Window
from gateway.session.sender import Sender
from gateway.session.settings import Role, SessionNumbers, SessionSettings
from gateway.session.state import LIVE, RECEPTION, TRANSITIONS, Kind, State, Step
from gateway.session.throttle import Throttle

_ENDS_A_REPLAY = frozenset({MsgType.LOGOUT, MsgType.LOGON, MsgType.SEQUENCE_RESET})


class Lifecycle:
    __slots__ = (
        "_answered",
        "_answered_ns",
        "_answers",
        "_application_verdict",
        "_asked",
        "_framer",
        "_gap",
        "_garbled",
        "_has_own_rules",
        "_heartbeats",
        "_hours",
        "_late_gap",
        "_outputs",
        "_replay",
        "_reset_pledged",
        "_rulebook",
        "_sender",
        "_throttle",
        "_timeout_ns",
        "_transmits",
        "_why",
        "_withheld",
        "is_logged_on",
        "numbers",
        "settings",
        "state",
    )

    def __init__(
        self, settings: SessionSettings, rulebook: Rulebook, numbers: SessionNumbers, instance: Window | None = None
    ) -> None:
        self.settings = settings
        self.numbers = numbers
        self.state = State.DISCONNECTED
        self.is_logged_on = False
        """True between the outputs LoggedOn and LoggedOut."""
        self._rulebook = rulebook
        parties = (settings.on_behalf_of_comp_ids, settings.deliver_to_comp_ids)
        desks = (settings.sender_sub_ids, settings.target_sub_ids)
        self._has_own_rules = bool(settings.default_appl_ver_id) or any(ids is not None for ids in (*parties, *desks))
        self._framer: Framer | None = None
        self._outputs: deque[Output] = deque()
        self._heartbeats = Heartbeats(
            1 + settings.test_request_delay_multiplier,
            1 + settings.heart_beat_timeout_multiplier,
            not settings.disable_heart_beat_check,
        )
        self._sender = Sender(settings, numbers, self._heartbeats)
        self._gap = Gap(settings)
        self._throttle = Throttle(settings.session_messages_per_s, settings.session_messages_burst)
        self._hours = None if settings.schedule is None else Hours(settings.schedule, instance)
        self._application_verdict = RECEPTION[self.state][Kind.APPLICATION]
        self._timeout_ns: int | None = None  # for the handshake that is under way
        self._why = ""  # the peer was expelled
        self._replay: Replay | None = None  # the one that is under way
        self._asked: deque[tuple[int, int]] = deque()  # ResendRequests that wait for their replay
        self._answered = (0, 0)  # the last one that was answered whole, when, and how often in a row
        self._answered_ns = self._answers = 0
        self._transmits = False  # whether a new message may leave at once
        self._late_gap = 0  # number of a ResendRequest above a gap, to be followed by ours
        self._reset_pledged = False  # we set the numbers back, and the peer has not answered yet
        self._withheld = False  # messages got numbers while our Logon was unanswered
        self._garbled = 0  # in a row

    # -- state -------------------------------------------------------------------------------------------------------

    def _move(self, step: Step) -> None:
        state = TRANSITIONS[self.state].get(step)
        assert state is not None, f"{self.settings.name}: {step} in {self.state}"
        self.state = state
        self._application_verdict = RECEPTION[state][Kind.APPLICATION]
        self._transmits = state in LIVE and self._replay is None

    def _attach(self, framer: Framer, now: Instant) -> None:
        assert self.state is State.DISCONNECTED, self.settings.name
        self._framer = framer
        self._garbled = 0
        self._withheld = False
        self._heartbeats.start(0, now.mono_ns)

    def _start_timeout(self, timeout_s: int, now: Instant) -> None:
        self._timeout_ns = now.mono_ns + timeout_s * NS_PER_S

    def _hang_up(self, reason: str) -> None:
        self._end(Step.HANG_UP, reason)
        self._outputs.append(Disconnect(reason))

    def _end(self, step: Step, reason: str) -> None:
        """Everything that is of one transport is forgotten; the numbers stay, unless the settings reset them."""
        settings, was = self.settings, self.state
        answered = was is State.LOGOUT_SENT and step is Step.PEER_LOGOUT
        in_good_order = answered or was is State.LOGOUT_ANSWERED
        self._move(step)
        assert self.state is State.DISCONNECTED, was
        self._framer = self._timeout_ns = None
        self._abandon_replay()
        self._answers = self._late_gap = 0
        self._gap.forget()
        self._announce_logged_out(reason, in_good_order)
        if was is State.RESET_SENT:
            self.numbers.next_target_msg_seq_num = 1
            self._reset_pledged = settings.role is Role.INITIATOR
            self._outputs.append(NumbersChanged("our reset was not answered; the peer will be taken to have made it"))
        if settings.reset_on_logout if in_good_order else settings.reset_on_disconnect:
            self._reset_numbers("reset_on_logout" if in_good_order else "reset_on_disconnect")
        if self._hours is not None:
            self._hours.look_soon()

    def _announce_logged_out(self, reason: str, in_good_order: bool = False) -> None:
        if self.is_logged_on:
            self.is_logged_on = False
            self._outputs.append(LoggedOut(reason, in_good_order))

    def _reset_numbers(self, cause: str) -> None:
        """Both numbers to 1, in a new generation unless nothing was ever sent or taken in this one."""
        numbers = self.numbers
        self._gap.forget()
        self._abandon_replay()
        if numbers.next_sender_msg_seq_num == numbers.next_target_msg_seq_num == 1:
            return
        numbers.generation += 1
        numbers.next_sender_msg_seq_num = numbers.next_target_msg_seq_num = 1
        self._outputs.append(NumbersChanged(cause))

    def _abandon_replay(self) -> None:
        """What has not gone out yet is found by the peer at its next Logon."""
        self._replay = None
        self._asked.clear()
        self._transmits = self.state in LIVE

    def _take_peers_reset(self) -> None:
        """The peer has reset the numbers of a session that goes on for ever: its clock may be ahead of ours."""
        hours = self._hours
        if hours is not None and hours.schedule.stays_connected:
            self._note_instance(hours.skip_end())

    def _note_instance(self, instance: Window | None) -> None:
        if instance is not None:
            self._outputs.append(InstanceBegan(instance.start_ns, instance.end_ns))

    # -- the peer broke a rule -----------------------------------------------------------------------------------------

    def _expel(self, text: str, now: Instant, why: str = "", session_status: int | None = None) -> None:
        """Logout(5), with Text(58) unless empty, and nothing more is taken from this peer. `why` is for the log.
        SessionStatus(1409) is told where the version has it."""
        why = why or text
        self._outputs.append(Note("error", "expelled", {"reason": why}))
        if self.state is State.EXPELLED or self.state is State.LOGOUT_ANSWERED:
            self._hang_up(why)
            return
        if self.state is not State.LOGOUT_SENT:
            body = b"58=%b\x01" % text.encode("ascii", "replace") if text else b""
            if session_status is not None and self.settings.version.default_appl_ver_id:
                body = b"1409=%d\x01%b" % (session_status, body)
            self._send_admin(MsgType.LOGOUT, body, now)
        self._move(Step.EXPEL)
        self._start_timeout(self.settings.logout_timeout_s, now)
        self._why = why
        self._announce_logged_out(why)

    def _expel_too_low(self, msg_seq_num: int, now: Instant) -> None:
        expected = self.numbers.next_target_msg_seq_num
        self._expel(f"MsgSeqNum too low, expecting {expected} but received {msg_seq_num}", now)

    def _send_refusal(self, message: Message, msg_seq_num: int, fault: Fault | BusinessFault, now: Instant) -> None:
        msg_type, body = refusal_of(self.settings.version, message, msg_seq_num, fault)
        self._send_admin(msg_type, body, now)
        self._note("warning", "message_refused", message, MSG_SEQ_NUM, MSG_TYPE, fault=text_of(fault))

    # -- sending and noting ------------------------------------------------------------------------------------------

    def _send_admin(self, msg_type: bytes, body: bytes, now: Instant) -> None:
        """Waits behind a replay, unless it ends what the replay was for."""
        if self._replay is not None and msg_type in _ENDS_A_REPLAY:
            self._abandon_replay()
        self._sender.send(msg_type, body, now, self._replay is None)

    def _send_logon(self, terms: LogonTerms, now: Instant, session_status: int | None = None) -> None:
        body = logon_body(self.settings, terms, self.numbers.next_target_msg_seq_num)
        if session_status is not None and self.settings.version.default_appl_ver_id:
            body += b"1409=%d\x01" % session_status
        self._send_admin(MsgType.LOGON, body, now)

    def _note(self, level: str, event: str, message: Message, *tags: bytes, **details: str) -> None:
        """A note on a message, with the fields of these tags. Never give it a tag that may hold a secret."""
        fields = message.fields
        shown = {tag.decode(): show(fields[tag]) for tag in tags if tag in fields}
        self._outputs.append(Note(level, event, shown | details))


def text_of(fault: Fault | BusinessFault) -> str:
    """The fault in words, with its tag."""
    tag = fault.ref_tag_id
    return fault.text if tag is None else f"{fault.text} ({show(tag)})"


def show(value: bytes) -> str:
    """A value from a peer for a log: bounded, printable."""
    return value[:256].decode("ascii", "backslashreplace")
