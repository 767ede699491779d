"""The session's state machine. Whatever moves a session from one state to another stands in this file.

A FIX session is a conversation over one transport at a time; its sequence numbers outlive the transport, its state does
not. So the machine begins and ends DISCONNECTED, and the numbers are kept elsewhere (`SessionNumbers`).

    DISCONNECTED     no transport, or one that has not shown a Logon yet (the lobby keeps those)
    LOGON_SENT       initiator: our Logon(A) is out, nothing but its answer is of interest
    LOGGED_ON        both Logons exchanged; application messages flow
    RESET_SENT       in mid-session we sent a Logon with ResetSeqNumFlag(141)=Y and wait for the same. What we send
                     counts from 1 already; what still comes in is counted the old way until the answer arrives
    LOGOUT_SENT      we said Logout(5). The peer may finish what it has to say, ask for a resend, then answers
    LOGOUT_ANSWERED  the peer said Logout(5), we answered, and it is the peer that hangs up. It may find a gap in front
                     of our Logout, so a ResendRequest(2) is still served
    EXPELLED         the peer broke a rule after which its messages cannot be trusted; it was told by a Logout(5), and
                     all that is still heard is its own Logout

Two tables. TRANSITIONS says where a step leads; a pair that is not in it cannot happen, and trying is a bug of ours
(the session asserts it). RECEPTION says what becomes of a message by its kind and the state it arrives in; it has a
verdict for every pair, because what arrives is not ours to choose. Neither table knows the role: an acceptor that takes
a Logon and an initiator whose Logon is answered are the same from there on.

A Logon is two kinds. With ResetSeqNumFlag(141)=Y it is a request (or the answer to one) to start both numbers at 1,
which is legal in mid-session; without it a second Logon in a session makes no sense and ends it. Any session message
but a SequenceReset that comes with PossDupFlag(43)=Y is of the kind RESENT: it should never have been sent again, so
its number is taken and nothing is done about what it says (FIX 4.2, session volume, on inadvertently resent messages).

LOGGED_ON lists LOGON_COMPLETE for the peer that resets in mid-session: the handshake happens again in place.
DISCONNECTED lists EXPEL for the acceptor: a Logon whose sender is known and authenticated but whose terms are not
acceptable (MsgSeqNum too low, HeartBtInt out of bounds) is told so by a Logout. A stranger is not told anything: that
is the lobby's refusal, and no step of this machine. In LOGOUT_SENT an EXPEL sends no second Logout.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping


class State(enum.Enum):
    DISCONNECTED = "disconnected"
    LOGON_SENT = "logon sent"
    LOGGED_ON = "logged on"
    RESET_SENT = "reset sent"
    LOGOUT_SENT = "logout sent"
    LOGOUT_ANSWERED = "logout answered"
    EXPELLED = "expelled"


class Step(enum.Enum):
    """What moves a session."""

    SEND_LOGON = "we send the Logon that opens the session"
    LOGON_COMPLETE = "the Logon exchange is complete"
    SEND_RESET = "we send a Logon with ResetSeqNumFlag in mid-session"
    SEND_LOGOUT = "we send a Logout of our own accord"
    PEER_LOGOUT = "the peer's Logout arrives"
    EXPEL = "the peer broke a rule that ends the session"
    HANG_UP = "the transport is gone, or we give it up"


TRANSITIONS: Mapping[State, Mapping[Step, State]] = {
    State.DISCONNECTED: {
        Step.SEND_LOGON: State.LOGON_SENT,
        Step.LOGON_COMPLETE: State.LOGGED_ON,
        Step.EXPEL: State.EXPELLED,
    },
    State.LOGON_SENT: {
        Step.LOGON_COMPLETE: State.LOGGED_ON,
        Step.PEER_LOGOUT: State.DISCONNECTED,
        Step.EXPEL: State.EXPELLED,
        Step.HANG_UP: State.DISCONNECTED,
    },
    State.LOGGED_ON: {
        Step.LOGON_COMPLETE: State.LOGGED_ON,
        Step.SEND_RESET: State.RESET_SENT,
        Step.SEND_LOGOUT: State.LOGOUT_SENT,
        Step.PEER_LOGOUT: State.LOGOUT_ANSWERED,
        Step.EXPEL: State.EXPELLED,
        Step.HANG_UP: State.DISCONNECTED,
    },
    State.RESET_SENT: {
        Step.LOGON_COMPLETE: State.LOGGED_ON,
        Step.SEND_LOGOUT: State.LOGOUT_SENT,
        Step.PEER_LOGOUT: State.LOGOUT_ANSWERED,
        Step.EXPEL: State.EXPELLED,
        Step.HANG_UP: State.DISCONNECTED,
    },
    State.LOGOUT_SENT: {
        Step.PEER_LOGOUT: State.DISCONNECTED,
        Step.EXPEL: State.EXPELLED,
        Step.HANG_UP: State.DISCONNECTED,
    },
    State.LOGOUT_ANSWERED: {
        Step.HANG_UP: State.DISCONNECTED,
    },
    State.EXPELLED: {
        Step.PEER_LOGOUT: State.DISCONNECTED,
        Step.HANG_UP: State.DISCONNECTED,
    },
}


class Kind(enum.Enum):
    """What a message is to the session layer."""

    LOGON = "Logon"
    RESET_LOGON = "Logon with ResetSeqNumFlag"
    HEARTBEAT = "Heartbeat"
    TEST_REQUEST = "TestRequest"
    RESEND_REQUEST = "ResendRequest"
    REJECT = "Reject"
    SEQUENCE_RESET = "SequenceReset"
    LOGOUT = "Logout"
    RESENT = "session message with PossDupFlag"
    APPLICATION = "application message"


KIND_OF_MSG_TYPE: Mapping[bytes, Kind] = {
    b"A": Kind.LOGON,
    b"0": Kind.HEARTBEAT,
    b"1": Kind.TEST_REQUEST,
    b"2": Kind.RESEND_REQUEST,
    b"3": Kind.REJECT,
    b"4": Kind.SEQUENCE_RESET,
    b"5": Kind.LOGOUT,
}
"""Every other MsgType(35) is Kind.APPLICATION; whether it exists at all is for the rulebook to say."""


class Verdict(enum.Enum):
    """What becomes of a message that arrives."""

    TAKE = "judge it and act on it"
    IGNORE = "drop it; its number is not consumed, so the next session will ask for it"
    EXPEL = "it has no place here: Logout"
    HANG_UP = "it has no place here and there is no session to log out of"


_T, _I, _E, _H = Verdict.TAKE, Verdict.IGNORE, Verdict.EXPEL, Verdict.HANG_UP

RECEPTION: Mapping[State, Mapping[Kind, Verdict]] = {
    # Nothing is received without a transport; a late byte of a dead one is nothing to us.
    State.DISCONNECTED: {
        Kind.LOGON: _I, Kind.RESET_LOGON: _I, Kind.HEARTBEAT: _I, Kind.TEST_REQUEST: _I, Kind.RESEND_REQUEST: _I,
        Kind.REJECT: _I, Kind.SEQUENCE_RESET: _I, Kind.LOGOUT: _I, Kind.RESENT: _I,
        Kind.APPLICATION: _I,
    },
    # FIX session test case 1B.e: anything but a Logon (or a Logout that refuses ours) ends it.
    State.LOGON_SENT: {
        Kind.LOGON: _T, Kind.RESET_LOGON: _T, Kind.HEARTBEAT: _H, Kind.TEST_REQUEST: _H, Kind.RESEND_REQUEST: _H,
        Kind.REJECT: _H, Kind.SEQUENCE_RESET: _H, Kind.LOGOUT: _T, Kind.RESENT: _H,
        Kind.APPLICATION: _H,
    },
    State.LOGGED_ON: {
        Kind.LOGON: _E, Kind.RESET_LOGON: _T, Kind.HEARTBEAT: _T, Kind.TEST_REQUEST: _T, Kind.RESEND_REQUEST: _T,
        Kind.REJECT: _T, Kind.SEQUENCE_RESET: _T, Kind.LOGOUT: _T, Kind.RESENT: _T,
        Kind.APPLICATION: _T,
    },
    # What the peer sent before it saw our reset is still good, by its old number.
    State.RESET_SENT: {
        Kind.LOGON: _E, Kind.RESET_LOGON: _T, Kind.HEARTBEAT: _T, Kind.TEST_REQUEST: _T, Kind.RESEND_REQUEST: _T,
        Kind.REJECT: _T, Kind.SEQUENCE_RESET: _T, Kind.LOGOUT: _T, Kind.RESENT: _T,
        Kind.APPLICATION: _T,
    },
    # The peer answers our Logout when it has said everything: until then its messages count.
    State.LOGOUT_SENT: {
        Kind.LOGON: _E, Kind.RESET_LOGON: _E, Kind.HEARTBEAT: _T, Kind.TEST_REQUEST: _T, Kind.RESEND_REQUEST: _T,
        Kind.REJECT: _T, Kind.SEQUENCE_RESET: _T, Kind.LOGOUT: _T, Kind.RESENT: _T,
        Kind.APPLICATION: _T,
    },
    State.LOGOUT_ANSWERED: {
        Kind.LOGON: _I, Kind.RESET_LOGON: _I, Kind.HEARTBEAT: _I, Kind.TEST_REQUEST: _I, Kind.RESEND_REQUEST: _T,
        Kind.REJECT: _I, Kind.SEQUENCE_RESET: _I, Kind.LOGOUT: _I, Kind.RESENT: _I,
        Kind.APPLICATION: _I,
    },
    State.EXPELLED: {
        Kind.LOGON: _I, Kind.RESET_LOGON: _I, Kind.HEARTBEAT: _I, Kind.TEST_REQUEST: _I, Kind.RESEND_REQUEST: _I,
        Kind.REJECT: _I, Kind.SEQUENCE_RESET: _I, Kind.LOGOUT: _T, Kind.RESENT: _I,
        Kind.APPLICATION: _I,
    },
}  # fmt: skip

LIVE = frozenset({State.LOGGED_ON, State.RESET_SENT})
"""States in which we may send what we like, and in which both sides watch each other's heartbeats."""
