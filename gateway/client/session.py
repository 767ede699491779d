"""The client's side of a FIX session: small, sans-I/O, an initiator only, on simplefix.

It exists to be an independent peer of our engine: nothing of gateway/session is used here. It keeps to the same
pattern: bytes and the time go in, bytes (`take_outgoing`) and what happened (`take_events`) come out.

What it does with a MsgSeqNum(34), `expected` being the next one:

    equal      consumed
    higher     dropped; a ResendRequest(2) from `expected` to infinity, once, and once more if nothing comes of it
    lower      dropped when PossDupFlag(43)=Y; otherwise the two sides disagree about the past: Logout, with advice

A SequenceReset(4) in reset mode and the answer to ResetSeqNumFlag(141)=Y set `expected` whatever it was. A
ResendRequest(2), a Logon(A) and a Logout(5) are acted on even when their own number is too high.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from fixspec import tags
from fixspec.tags import MsgType
from gateway.client.events import Ended, Event, LoggedOn, Note, Received, Sent
from gateway.client.wire import Fields, Garbled, Reader, WireMessage, decode, encode, timestamp
from gateway.instant import NS_PER_S, Instant

HEART_BT_INT_S = 30
LOGON_TIMEOUT_S = 10
LOGOUT_TIMEOUT_S = 2
RESEND_TIMEOUT_S = 10
KEPT_MESSAGES = 1000  # older ones are gap-filled when asked for

ADMIN = {
    MsgType.HEARTBEAT,
    MsgType.TEST_REQUEST,
    MsgType.RESEND_REQUEST,
    MsgType.REJECT,
    MsgType.SEQUENCE_RESET,
    MsgType.LOGOUT,
    MsgType.LOGON,
}
NOT_REPLAYED = {
    tags.BEGIN_STRING,
    tags.MSG_TYPE,
    tags.BODY_LENGTH,
    tags.CHECK_SUM,
    tags.SENDER_COMP_ID,
    tags.TARGET_COMP_ID,
    tags.MSG_SEQ_NUM,
    tags.SENDING_TIME,
}
NUMBERS_DISAGREE = (
    "the two sides disagree about the sequence numbers, as after a store was deleted on one side: "
    "start the client with --reset, which begins both at 1"
)


class Identity(NamedTuple):
    """Whose session it is. appl_ver_id: value of DefaultApplVerID(1137), empty but for FIXT.1.1."""

    begin_string: bytes
    sender_comp_id: bytes
    target_comp_id: bytes
    appl_ver_id: bytes = b""


@dataclass(slots=True)
class SessionMemory:
    """What must survive a restart: the next number each way, and the application messages sent, by MsgSeqNum."""

    next_sender_msg_seq_num: int = 1
    next_target_msg_seq_num: int = 1
    sent: dict[int, bytes] = field(default_factory=dict)

    def reset(self) -> None:
        self.next_sender_msg_seq_num = self.next_target_msg_seq_num = 1
        self.sent.clear()


class State(Enum):
    DISCONNECTED = "disconnected"
    LOGON_SENT = "logging on"
    LOGGED_ON = "logged on"
    LOGOUT_SENT = "logging out"


class ClientSession:
    """One initiator session. Never raises for what a peer sends."""

    def __init__(self, identity: Identity, memory: SessionMemory, heart_bt_int_s: int = HEART_BT_INT_S) -> None:
        self.identity = identity
        self.memory = memory
        self.state = State.DISCONNECTED
        self._heart_bt_int_ns = heart_bt_int_s * NS_PER_S
        self._reader = Reader()
        self._outgoing: list[bytes] = []
        self._events: list[Event] = []
        self._reset_asked = False
        self._since_ns = self._sent_ns = self._heard_ns = 0
        self._test_asked = False
        self._gap_end: int | None = None  # the highest number seen when the open ResendRequest was sent
        self._gap_asked_ns = 0

    # -- what the host calls -------------------------------------------------------------------------------------------

    def connected(self, now: Instant, *, reset: bool = False) -> None:
        """The connection is up: log on. `reset`: forget everything and begin at 1, both ways."""
        if reset:
            self.memory.reset()
        self._reset_asked = reset
        self._reader = Reader()
        self._gap_end, self._test_asked = None, False
        self._since_ns = self._heard_ns = now.mono_ns
        self.state = State.LOGON_SENT
        body = [(tags.ENCRYPT_METHOD, b"0"), (tags.HEART_BT_INT, b"%d" % (self._heart_bt_int_ns // NS_PER_S))]
        if reset:
            body.append((tags.RESET_SEQ_NUM_FLAG, b"Y"))
        if self.identity.appl_ver_id:
            body.append((tags.DEFAULT_APPL_VER_ID, self.identity.appl_ver_id))
        self._send(MsgType.LOGON, body, now)

    def receive(self, data: bytes, now: Instant) -> None:
        """Bytes from the peer, in any pieces."""
        for message in self._reader.feed(data):
            if self.state is State.DISCONNECTED:
                return
            self._heard_ns = now.mono_ns
            self._test_asked = False
            if isinstance(message, Garbled):
                self._note(f"garbled bytes from the peer are ignored: {message.why}", serious=True)
            else:
                self._received(message, now)

    def closed(self) -> None:
        """The peer closed the connection, or it broke."""
        if self.state is State.LOGON_SENT:
            self._end(
                "the other side closed the connection without an answer to our Logon(A): "
                f"it knows no session {self._who()}, or somebody is logged on with it already"
            )
        elif self.state is not State.DISCONNECTED:
            self._end("logged out" if self.state is State.LOGOUT_SENT else "the connection is lost")

    def send(self, msg_type: bytes, body: Fields, now: Instant) -> int:
        """An application message (or a raw one). Returns its MsgSeqNum; while not connected it waits to be fetched."""
        return self._send(msg_type, body, now)

    def logout(self, now: Instant) -> None:
        if self.state in (State.LOGON_SENT, State.LOGGED_ON):
            self._logout(b"", now)

    def tick(self, now: Instant) -> None:
        """Heartbeats and time limits; call it some times a second."""
        waited_ns = now.mono_ns - self._since_ns
        if self.state is State.LOGON_SENT and waited_ns > LOGON_TIMEOUT_S * NS_PER_S:
            self._end(f"no answer to our Logon(A) within {LOGON_TIMEOUT_S} s")
        elif self.state is State.LOGOUT_SENT and waited_ns > LOGOUT_TIMEOUT_S * NS_PER_S:
            self._end("logged out (the other side did not answer it)")
        elif self.state is State.LOGGED_ON:
            self._keep_alive(now)

    def take_outgoing(self) -> bytes:
        """The bytes to send since the last call. Keep `memory` safe before they leave."""
        data = b"".join(self._outgoing)
        self._outgoing.clear()
        return data

    def take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    # -- messages in ---------------------------------------------------------------------------------------------------

    def _received(self, message: WireMessage, now: Instant) -> None:
        wrong = self._not_ours(message)
        seq = message.number(tags.MSG_SEQ_NUM)
        fresh = not wrong and seq == self.memory.next_target_msg_seq_num and self.state is not State.LOGON_SENT
        self._events.append(Received(message, message.msg_type in ADMIN, fresh))
        if wrong or seq is None:
            self._logout((wrong or "MsgSeqNum(34) is missing").encode(), now)
        elif message.msg_type == MsgType.LOGON:
            self._on_logon(message, seq, now)
        elif self.state is State.LOGON_SENT and message.msg_type not in (MsgType.LOGOUT, MsgType.REJECT):
            self._logout(b"the first message must be a Logon", now)
        elif message.msg_type == MsgType.SEQUENCE_RESET and message.get(tags.GAP_FILL_FLAG) != b"Y":
            self._on_sequence_reset(message)
        else:
            self._in_sequence(message, seq, now)

    def _in_sequence(self, message: WireMessage, seq: int, now: Instant) -> None:
        expected = self.memory.next_target_msg_seq_num
        if seq < expected:
            if message.get(tags.POSS_DUP_FLAG) != b"Y":
                self._too_low(seq, now)
            return
        if message.msg_type == MsgType.RESEND_REQUEST:
            self._on_resend_request(message, now)
        elif message.msg_type == MsgType.LOGOUT:
            self._on_logout(message, now)
        if seq > expected:
            self._gap(seq, now)
            return
        self.memory.next_target_msg_seq_num = seq + 1
        if message.msg_type == MsgType.SEQUENCE_RESET:
            self._on_sequence_reset(message)
        elif message.msg_type == MsgType.TEST_REQUEST:
            self._send(MsgType.HEARTBEAT, [(tags.TEST_REQ_ID, message.get(tags.TEST_REQ_ID) or b"?")], now)
        self._gap_progress()

    def _on_logon(self, message: WireMessage, seq: int, now: Instant) -> None:
        memory = self.memory
        if message.get(tags.RESET_SEQ_NUM_FLAG) == b"Y":
            if not self._reset_asked:
                memory.sent.clear()
                memory.next_sender_msg_seq_num = 1
                self._note("the other side reset the sequence numbers", serious=False)
            memory.next_target_msg_seq_num = seq
        if seq < memory.next_target_msg_seq_num:
            self._too_low(seq, now)
            return
        if self.state is State.LOGON_SENT:
            self.state = State.LOGGED_ON
            self._events.append(LoggedOn())
        if seq > memory.next_target_msg_seq_num:
            self._gap(seq, now)
        else:
            memory.next_target_msg_seq_num = seq + 1

    def _on_logout(self, message: WireMessage, now: Instant) -> None:
        text = (message.get(tags.TEXT) or b"").decode("ascii", "replace")
        said = f": {text}" if text else ""
        if self.state is State.LOGOUT_SENT:
            self._end(f"logged out{said}")
            return
        before = self.state
        self._send(MsgType.LOGOUT, [], now)
        advice = f" ({NUMBERS_DISAGREE})" if "MsgSeqNum" in text or "sequence" in text.lower() else ""
        self._end(
            f"{'the Logon was refused' if before is State.LOGON_SENT else 'logged out by the other side'}{said}{advice}"
        )

    def _on_sequence_reset(self, message: WireMessage) -> None:
        new = message.number(tags.NEW_SEQ_NO)
        if new is None or new < self.memory.next_target_msg_seq_num:
            self._note("a SequenceReset(4) backwards is ignored", serious=True)
            return
        self.memory.next_target_msg_seq_num = new
        self._gap_progress()

    def _on_resend_request(self, message: WireMessage, now: Instant) -> None:
        """Replay: application messages as they were with 43=Y and 122, a gap fill over everything else."""
        last = self.memory.next_sender_msg_seq_num - 1
        begin = message.number(tags.BEGIN_SEQ_NO)
        end = message.number(tags.END_SEQ_NO)
        if begin is None or end is None or begin > last:
            self._note("a ResendRequest(2) for nothing we sent is ignored", serious=True)
            return
        end = last if end == 0 else min(end, last)
        filled_from = begin = max(begin, 1)
        for seq in range(begin, end + 1):
            raw = self.memory.sent.get(seq)
            if raw is None:
                continue
            self._gap_fill(filled_from, seq, now)
            self._replay(seq, raw, now)
            filled_from = seq + 1
        self._gap_fill(filled_from, end + 1, now)

    def _gap_fill(self, seq: int, new_seq_no: int, now: Instant) -> None:
        if seq < new_seq_no:
            body = [(tags.GAP_FILL_FLAG, b"Y"), (tags.NEW_SEQ_NO, b"%d" % new_seq_no)]
            self._write(MsgType.SEQUENCE_RESET, seq, body, now, orig_sending_time=timestamp(now.utc_ns))

    def _replay(self, seq: int, raw: bytes, now: Instant) -> None:
        stored = decode(raw)
        body = [pair for pair in stored.fields if pair[0] not in NOT_REPLAYED]
        self._write(stored.msg_type, seq, body, now, orig_sending_time=stored.get(tags.SENDING_TIME) or b"")

    # -- numbers -------------------------------------------------------------------------------------------------------

    def _gap(self, seq: int, now: Instant) -> None:
        if self.state is State.LOGGED_ON and self._gap_end is None:
            self._ask_for_the_gap(seq, now)

    def _ask_for_the_gap(self, seen: int, now: Instant) -> None:
        begin = self.memory.next_target_msg_seq_num
        self._gap_end, self._gap_asked_ns = seen, now.mono_ns
        self._note(f"messages {begin} to {seen - 1} are missing: asking for them", serious=False)
        self._send(MsgType.RESEND_REQUEST, [(tags.BEGIN_SEQ_NO, b"%d" % begin), (tags.END_SEQ_NO, b"0")], now)

    def _gap_progress(self) -> None:
        if self._gap_end is not None and self.memory.next_target_msg_seq_num > self._gap_end:
            self._gap_end = None

    def _too_low(self, seq: int, now: Instant) -> None:
        expected = self.memory.next_target_msg_seq_num
        self._logout(b"MsgSeqNum too low, expecting %d but received %d" % (expected, seq), now)
        self._note(f"the other side sent MsgSeqNum(34)={seq}, but {expected} is next: {NUMBERS_DISAGREE}", serious=True)

    # -- messages out --------------------------------------------------------------------------------------------------

    def _send(self, msg_type: bytes, body: Fields, now: Instant) -> int:
        memory = self.memory
        seq = memory.next_sender_msg_seq_num
        memory.next_sender_msg_seq_num = seq + 1
        message = self._write(msg_type, seq, body, now)
        if msg_type not in ADMIN:
            memory.sent[seq] = message.raw
            if len(memory.sent) > KEPT_MESSAGES:
                del memory.sent[min(memory.sent)]
        return seq

    def _write(
        self, msg_type: bytes, seq: int, body: Fields, now: Instant, *, orig_sending_time: bytes | None = None
    ) -> WireMessage:
        """One message out. orig_sending_time: of a message sent under an old number, which makes it a PossDup."""
        header = [
            (tags.MSG_TYPE, msg_type),
            (tags.SENDER_COMP_ID, self.identity.sender_comp_id),
            (tags.TARGET_COMP_ID, self.identity.target_comp_id),
            (tags.MSG_SEQ_NUM, b"%d" % seq),
        ]
        if orig_sending_time is not None:
            header.append((tags.POSS_DUP_FLAG, b"Y"))
        header.append((tags.SENDING_TIME, timestamp(now.utc_ns)))
        if orig_sending_time is not None:
            header.append((tags.ORIG_SENDING_TIME, orig_sending_time))
        message = encode(self.identity.begin_string, [*header, *body])
        if self.state is not State.DISCONNECTED:
            self._outgoing.append(message.raw)
            self._sent_ns = now.mono_ns
        self._events.append(Sent(message, msg_type in ADMIN))
        return message

    def _logout(self, text: bytes, now: Instant) -> None:
        if self.state is State.LOGOUT_SENT:
            return
        self._send(MsgType.LOGOUT, [(tags.TEXT, text)] if text else [], now)
        self.state, self._since_ns = State.LOGOUT_SENT, now.mono_ns

    def _keep_alive(self, now: Instant) -> None:
        silent_ns = now.mono_ns - self._heard_ns
        if silent_ns > self._heart_bt_int_ns * 12 // 5:
            self._end(f"nothing heard for {silent_ns // NS_PER_S} s: the connection is taken for dead")
            return
        if silent_ns > self._heart_bt_int_ns * 6 // 5 and not self._test_asked:
            self._test_asked = True
            self._send(MsgType.TEST_REQUEST, [(tags.TEST_REQ_ID, b"ARE-YOU-THERE")], now)
        if now.mono_ns - self._sent_ns >= self._heart_bt_int_ns:
            self._send(MsgType.HEARTBEAT, [], now)
        if self._gap_end is not None and now.mono_ns - self._gap_asked_ns > RESEND_TIMEOUT_S * NS_PER_S:
            self._ask_for_the_gap(self._gap_end, now)

    # -- small change --------------------------------------------------------------------------------------------------

    def _not_ours(self, message: WireMessage) -> str:
        identity = self.identity
        for tag, name, ours in (
            (tags.BEGIN_STRING, "BeginString(8)", identity.begin_string),
            (tags.SENDER_COMP_ID, "SenderCompID(49)", identity.target_comp_id),
            (tags.TARGET_COMP_ID, "TargetCompID(56)", identity.sender_comp_id),
        ):
            value = message.get(tag) or b""
            if value != ours:
                return f"{name} is {value.decode('ascii', 'replace')}, not {ours.decode()}"
        return ""

    def _who(self) -> str:
        begin_string, sender, target, _ = (part.decode() for part in self.identity)
        return f"{begin_string} SenderCompID(49)={sender} TargetCompID(56)={target}"

    def _note(self, text: str, *, serious: bool) -> None:
        self._events.append(Note(text, serious))

    def _end(self, reason: str) -> None:
        self.state = State.DISCONNECTED
        self._events.append(Ended(reason))
