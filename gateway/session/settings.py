"""What a session is told once, and what it must remember for ever."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from gateway.session.schedule import Schedule
from gateway.session.version import VERSIONS, Version


class Role(enum.Enum):
    ACCEPTOR = "acceptor"
    INITIATOR = "initiator"


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """One session's configuration. Seconds are whole seconds on the monotonic clock unless said otherwise.

    QuickFIX's name for a setting is the same words in camel case (`reset_on_logon` is ResetOnLogon)."""

    name: str
    """Key of the session in the journal and in logs."""
    role: Role
    begin_string: bytes
    """BeginString(8), one of `VERSIONS`."""
    sender_comp_id: bytes
    """Our own CompID: SenderCompID(49) of what we send, TargetCompID(56) of what we get."""
    target_comp_id: bytes
    default_appl_ver_id: bytes = b""
    """DefaultApplVerID(1137) that we state, as on the wire (b"9" is FIX.5.0SP2). FIXT only."""
    heart_bt_int_s: int = 30
    """HeartBtInt(108) that an initiator asks for. An acceptor takes the client's, within the bounds below."""
    heart_bt_int_s_min: int = 1
    """Least HeartBtInt(108) an acceptor takes. 0 permits a session without heartbeats, which is never found dead."""
    heart_bt_int_s_max: int = 3600
    heart_bt_int_override_s: int = 0
    """Where it is not 0, an acceptor's sessions beat at this interval, whatever the client asked for; the answer to the
    Logon says so."""
    test_request_delay_multiplier: float = 0.2
    """A TestRequest(1) goes out when nothing has arrived for one HeartBtInt(108) and this part of it."""
    heart_beat_timeout_multiplier: float = 1.4
    """The peer is given up when nothing has arrived for one HeartBtInt(108) and this multiple of it. Must be greater
    than `test_request_delay_multiplier`."""
    disable_heart_beat_check: bool = False
    """Heartbeats are sent, but the peer's silence is nothing to us: no TestRequest, no end."""
    reset_on_logon: bool = False
    """Both numbers go to 1 at each Logon (after authentication). An initiator also sends ResetSeqNumFlag(141)=Y."""
    reset_on_logout: bool = False
    reset_on_disconnect: bool = False
    """Both numbers go to 1 when the transport goes without a Logout."""
    reset_seq_num_flag: bool = False
    """An initiator sends ResetSeqNumFlag(141)=Y with each Logon. Same effect there as `reset_on_logon`."""
    persist_messages: bool = True
    """False: our messages are not kept, and a ResendRequest(2) is answered by a gap fill."""
    enable_last_msg_seq_num_processed: bool = False
    """LastMsgSeqNumProcessed(369) in the header of all we send (FIX 4.2 on)."""
    send_next_expected_msg_seq_num: bool = False
    """NextExpectedMsgSeqNum(789) in our Logons, and the peer's one is answered by what it has not got, without a
    ResendRequest(2). FIX.4.4 and FIXT.1.1; before them the switch has no effect."""
    check_comp_id: bool = True
    on_behalf_of_comp_ids: frozenset[bytes] | None = None
    """The values of OnBehalfOfCompID(115) that are agreed; None for any, and none."""
    deliver_to_comp_ids: frozenset[bytes] | None = None
    """The values of DeliverToCompID(128) that are agreed; None for any, and none."""
    sender_sub_ids: frozenset[bytes] | None = None
    """The values of SenderSubID(50) that are agreed; None for any, and none."""
    target_sub_ids: frozenset[bytes] | None = None
    """The values of TargetSubID(57) that are agreed; None for any, and none."""
    check_latency: bool = True
    max_latency_s: int = 120
    """How far SendingTime(52) may be from our wall clock, either way."""
    logon_timeout_s: int = 10
    """An initiator waits this long for the answer to its Logon."""
    logout_timeout_s: int = 2
    """How long we wait for the answer to our Logout, and for the peer to hang up once we answered its Logout."""
    timestamp_digits: int = 3
    """Digits of the second's fraction in SendingTime(52), 0 to 9. FIX.4.0 and 4.1 always use 0."""
    message_bytes_max: int = 65536
    """Largest message taken; more is garbled by its BodyLength(9), before it is buffered."""
    requires_orig_sending_time: bool = True
    """A possible duplicate without OrigSendingTime(122) is rejected. False takes it as it is."""
    allow_pos_dup: bool = False
    """True leaves PossDupFlag(43) and OrigSendingTime(122) in messages of the application; false takes them out."""
    reject_garbled_message: bool = False
    """True: a garbled message that shows the number we expect is rejected and its number consumed, not ignored."""
    reject_invalid_message: bool = True
    """False hands application messages that break the rulebook to the application all the same, with a note: for
    venues, whose fills must not be lost to an unknown tag. Session messages are always judged."""
    held_messages_max: int = 10_000
    """Messages above a gap that are kept until it is filled; what does not fit is dropped and asked for again."""
    held_bytes_max: int = 4 * 1024 * 1024
    resend_timeout_s: int = 30
    """A ResendRequest(2) of ours without any progress for this long is repeated."""
    resend_requests_max: int = 3
    """Times that the same gap is asked for before the session is logged out, whichever side asks."""
    resend_request_chunk_size: int = 0
    """Most messages one ResendRequest(2) of ours asks for; the next part is asked for when it has arrived. 0: all."""
    closed_resend_interval: bool = False
    """EndSeqNo(16) of our ResendRequests names the last number missing, not "all there are" (0, or 999999)."""
    send_redundant_resend_requests: bool = False
    """Ask at each message above a gap, also while the answer to an earlier ResendRequest(2) is under way."""
    garbled_messages_max: int = 16
    """Garbled messages in a row before we hang up; 0 sets no limit."""
    session_messages_per_s: int = 50
    """Session messages, and messages that we reject, that a peer may send for long; more is a flood and ends in a
    Logout. 0 sets no limit. What is counted: `gateway.session.throttle`."""
    session_messages_burst: int = 200
    """How many of them it may send at once."""
    slow_consumer_bytes_max: int = 4 * 1024 * 1024
    """A peer that has more than this to read, and is to get more, is cut."""
    slow_consumer_timeout_s: int = 10
    """A peer that leaves what it has to read for this long is cut."""
    schedule: Schedule | None = None
    """When the session is held and its numbers are reset; None for always and never."""
    username: bytes | None = None
    """Username(553) of an initiator's Logon."""
    password: bytes | None = field(default=None, repr=False)
    """Password(554) of an initiator's Logon."""

    @property
    def version(self) -> Version:
        return VERSIONS[self.begin_string]

    def faults(self) -> list[str]:
        """What is wrong with these settings: setting, value, rule. Empty when they can be used."""
        found = []
        if self.begin_string not in VERSIONS:
            known = ", ".join(version.decode() for version in VERSIONS)
            found.append(f"begin_string: {self.begin_string!r} is not one of {known}")
        elif self.version.default_appl_ver_id and not self.default_appl_ver_id:
            found.append("default_appl_ver_id: missing; a FIXT.1.1 session must name the version of its messages")
        for name in ("sender_comp_id", "target_comp_id", "username", "password"):
            value = getattr(self, name)
            if value is not None and (not value or b"\x01" in value):
                found.append(f"{name}: must not be empty nor contain SOH")
        least = {"heart_bt_int_s_min": 0, "max_latency_s": 1, "logon_timeout_s": 1, "logout_timeout_s": 1}
        least |= {"message_bytes_max": 256, "held_messages_max": 1, "held_bytes_max": 1, "resend_timeout_s": 1}
        least |= {"resend_requests_max": 1, "garbled_messages_max": 0, "timestamp_digits": 0}
        least |= {"session_messages_per_s": 0, "session_messages_burst": 1}
        least |= {"resend_request_chunk_size": 0, "heart_bt_int_override_s": 0, "test_request_delay_multiplier": 0}
        for name, minimum in least.items():
            if getattr(self, name) < minimum:
                found.append(f"{name}: {getattr(self, name)} is below {minimum}")
        if self.timestamp_digits > 9:
            found.append(f"timestamp_digits: {self.timestamp_digits} is above 9")
        if self.heart_bt_int_s_max < self.heart_bt_int_s_min:
            found.append(f"heart_bt_int_s_max: {self.heart_bt_int_s_max} is below heart_bt_int_s_min")
        if not self.heart_bt_int_s_min <= self.heart_bt_int_s <= self.heart_bt_int_s_max:
            found.append(f"heart_bt_int_s: {self.heart_bt_int_s} is outside its bounds")
        if self.heart_beat_timeout_multiplier <= self.test_request_delay_multiplier:
            why = "must be greater than test_request_delay_multiplier"
            found.append(f"heart_beat_timeout_multiplier: {self.heart_beat_timeout_multiplier} {why}")
        if self.schedule is not None:
            found += self.schedule.faults()
        return found


@dataclass(slots=True)
class SessionNumbers:
    """The part of a session that outlives the process. The session moves it; its host reads and stores it.

    A reset of the numbers opens a new generation: messages of older ones stay in the journal under theirs."""

    generation: int = 1
    next_sender_msg_seq_num: int = 1
    """MsgSeqNum(34) of the next message we send (NextNumOut)."""
    next_target_msg_seq_num: int = 1
    """MsgSeqNum(34) we expect next from the peer (NextNumIn)."""
