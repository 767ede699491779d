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
    reset_on_logon: bool = False
    """Both numbers go to 1 at each Logon (after authentication). An initiator also sends ResetSeqNumFlag(141)=Y."""
    reset_on_logout: bool = False
    reset_on_disconnect: bool = False
    """Both numbers go to 1 when the transport goes without a Logout."""
    reset_seq_num_flag: bool = False
    """An initiator sends ResetSeqNumFlag(141)=Y with each Logon. Same effect there as `reset_on_logon`."""
    check_comp_id: bool = True
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
    reject_invalid_message: bool = True
    """False hands application messages that break the rulebook to the application all the same, with a note: for
    venues, whose fills must not be lost to an unknown tag. Session messages are always judged."""
    held_messages_max: int = 10_000
    """Messages above a gap that are kept until it is filled; what does not fit is dropped and asked for again."""
    held_bytes_max: int = 4 * 1024 * 1024
    resend_timeout_s: int = 30
    """A ResendRequest(2) of ours without any progress for this long is repeated."""
    resend_requests_max: int = 3
    """Times that the same gap is asked for before the session is logged out."""
    garbled_messages_max: int = 16
    """Garbled messages in a row before we hang up; 0 sets no limit."""
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
        for name, minimum in least.items():
            if getattr(self, name) < minimum:
                found.append(f"{name}: {getattr(self, name)} is below {minimum}")
        if self.timestamp_digits > 9:
            found.append(f"timestamp_digits: {self.timestamp_digits} is above 9")
        if self.heart_bt_int_s_max < self.heart_bt_int_s_min:
            found.append(f"heart_bt_int_s_max: {self.heart_bt_int_s_max} is below heart_bt_int_s_min")
        if not self.heart_bt_int_s_min <= self.heart_bt_int_s <= self.heart_bt_int_s_max:
            found.append(f"heart_bt_int_s: {self.heart_bt_int_s} is outside its bounds")
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
