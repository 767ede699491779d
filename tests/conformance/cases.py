"""The session layer test cases of the FIX Trading Community (version 1.0, 2020), each in a few words of ours, and the
roles that it can be put to. Which scenario shows a case stands in the scenario: its name, or its line `cases:`."""

from __future__ import annotations

from typing import Final, NamedTuple

BOTH: Final = ("acceptor", "initiator")
ACCEPTOR: Final = ("acceptor",)
INITIATOR: Final = ("initiator",)


class Case(NamedTuple):
    name: str
    about: str
    roles: tuple[str, ...] = BOTH


CASES: Final = (
    Case("1B.a", "we connect", INITIATOR),
    Case("1B.b", "our Logon goes out first, and is answered or not", INITIATOR),
    Case("1B.c", "the answer is good, its number too high: a ResendRequest", INITIATOR),
    Case("1B.d", "the answer is no good: Logout with the reason", INITIATOR),
    Case("1B.e", "something else than a Logon comes first", INITIATOR),
    Case("1S.a", "a good Logon is answered; a number too high asks for the rest", ACCEPTOR),
    Case("1S.b", "the session is connected already: closed without a word", ACCEPTOR),
    Case("1S.c", "not one of our counterparties: closed without a word", ACCEPTOR),
    Case("1S.d", "a Logon that is no good", ACCEPTOR),
    Case("2S", "the first message is no Logon", ACCEPTOR),
    Case("2.a", "MsgSeqNum as expected"),
    Case("2.b", "MsgSeqNum higher: asked for once, in order afterwards"),
    Case("2.c", "MsgSeqNum lower, no PossDupFlag: Logout"),
    Case("2.d", "garbled: as if it had not come"),
    Case("2.e", "a possible duplicate: ignored if it was taken, else taken"),
    Case("2.f", "OrigSendingTime after SendingTime"),
    Case("2.g", "PossDupFlag without OrigSendingTime"),
    Case("2.h", "BeginString right"),
    Case("2.i", "BeginString wrong"),
    Case("2.j", "CompIDs right"),
    Case("2.k", "CompIDs wrong"),
    Case("2.l", "BodyLength right"),
    Case("2.m", "BodyLength wrong"),
    Case("2.n", "SendingTime near our clock"),
    Case("2.o", "SendingTime too far from it"),
    Case("2.p", "MsgType known"),
    Case("2.q", "MsgType unknown to FIX"),
    Case("2.r", "MsgType of FIX that is not served"),
    Case("2.s", "BeginString, BodyLength, MsgType come first"),
    Case("2.t", "they do not"),
    Case("3.a", "CheckSum right"),
    Case("3.b", "CheckSum wrong"),
    Case("3.c", "garbled in the middle"),
    Case("3.d", "CheckSum last and of three digits"),
    Case("3.e", "it is not"),
    Case("4.a", "nothing said for HeartBtInt: Heartbeat"),
    Case("4.b", "TestRequest answered with its TestReqID"),
    Case("5", "Heartbeat taken"),
    Case("6", "nothing heard for HeartBtInt and a fifth: TestRequest, then the end"),
    Case("7", "Reject taken"),
    Case("8", "ResendRequest: messages again, gap fills for the rest"),
    Case("9", "state lost: numbers skipped, or both to 1"),
    Case("10.a", "gap fill above the expected number"),
    Case("10.b", "gap fill as expected"),
    Case("10.c", "old gap fill with PossDupFlag"),
    Case("10.d", "old gap fill without it"),
    Case("10.e", "gap fill that leads back"),
    Case("11.a", "SequenceReset forward"),
    Case("11.b", "SequenceReset to where we are"),
    Case("11.c", "SequenceReset back"),
    Case("12", "we log out"),
    Case("13.a", "a Logout that answers ours"),
    Case("13.b", "a Logout that does not"),
    Case("14.a", "tag unknown to FIX"),
    Case("14.b", "required tag missing"),
    Case("14.c", "tag of another message"),
    Case("14.d", "tag without a value"),
    Case("14.e", "value not in the list"),
    Case("14.f", "value of another format"),
    Case("14.g", "header, body and trailer mixed"),
    Case("14.h", "tag twice"),
    Case("14.i", "NumInGroup and entries differ"),
    Case("14.j", "fields of a group in another order"),
    Case("14.k", "SOH inside a value"),
    Case("14.l", "application not available"),
    Case("14.m", "conditionally required tag missing"),
    Case("14.n", "encrypted and clear values differ"),
    Case("15", "fields of header and body in other order"),
    Case("16.a", "messages made while nobody is connected"),
    Case("16.b", "and how they arrive"),
    Case("17", "encryption: refused, none is supported"),
    Case("18.a", "third party as agreed"),
    Case("18.b", "third party not agreed"),
    Case("19.a", "PossResend, seen before"),
    Case("19.b", "PossResend, not seen"),
    Case("20", "ResendRequest while ours is open"),
)
