"""The header checks, in their order; the first refusal wins.

They answer one question: may this message be taken for one of this session, sent now? Whether its number is the one we
expect comes after them, and whether its body keeps the rules comes last (the rulebook), when its turn has come: a
message above a gap is not judged before the gap is filled, or it would be rejected twice.

The order is that of the standard's session test cases: a message of another version is not a message of this session at
all; without a number nothing can be said about it; without its required fields there is nobody to ask about CompIDs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from fixspec.faults import INCORRECT_DATA_FORMAT, REQUIRED_TAG_MISSING, TAG_WITHOUT_VALUE, TEXTS, Fault
from fixspec.message import Message
from fixspec.numbers import parse_int, parse_utc_timestamp
from fixspec.tags import (
    BEGIN_STRING,
    DELIVER_TO_COMP_ID,
    MSG_SEQ_NUM,
    ON_BEHALF_OF_COMP_ID,
    ORIG_SENDING_TIME,
    POSS_DUP_FLAG,
    SENDER_COMP_ID,
    SENDER_SUB_ID,
    SENDING_TIME,
    TARGET_COMP_ID,
    TARGET_SUB_ID,
    MsgType,
)
from gateway.instant import NS_PER_S, Instant
from gateway.session.settings import SessionSettings

COMP_ID_PROBLEM: Final = 9
SENDING_TIME_ACCURACY_PROBLEM: Final = 10
DECRYPTION_PROBLEM: Final = 7
INVALID_APPLICATION_VERSION: Final = 18
_TEXTS: Final = TEXTS | {
    DECRYPTION_PROBLEM: "Decryption problem",
    INVALID_APPLICATION_VERSION: "Invalid/Unsupported Application Version",
    COMP_ID_PROBLEM: "CompID problem",
    SENDING_TIME_ACCURACY_PROBLEM: "SendingTime accuracy problem",
}


class HeaderRefusal(NamedTuple):
    """What a wrong header earns: a Reject(3), a Logout(5), or first the one and then the other."""

    fault: Fault | None
    logout: str | None
    """Text(58) of the Logout; empty for a Logout without text, None for no Logout."""


def fault_of(reason: int, ref_tag_id: bytes | None = None) -> Fault:
    """The Fault for a SessionRejectReason(373), with its customary text."""
    return Fault(reason, ref_tag_id, _TEXTS[reason])


HeaderCheck = Callable[[Message, SessionSettings, Instant], HeaderRefusal | None]


def check_begin_string(message: Message, settings: SessionSettings, now: Instant) -> HeaderRefusal | None:
    """Session test case 2.i."""
    if message.fields[BEGIN_STRING] == settings.begin_string:
        return None
    return HeaderRefusal(None, "Incorrect BeginString")


def check_msg_seq_num(message: Message, settings: SessionSettings, now: Instant) -> HeaderRefusal | None:
    """A message without a usable MsgSeqNum(34) cannot even be rejected (RefSeqNum(45) is required): Logout."""
    value = message.fields.get(MSG_SEQ_NUM)
    if value is not None and value.isdigit() and len(value) <= 18:
        return None
    return HeaderRefusal(None, "Required tag missing (34)" if value is None else "Incorrect data format for value (34)")


_MISSING: Final = {
    tag: HeaderRefusal(fault_of(REQUIRED_TAG_MISSING, tag), None)
    for tag in (SENDER_COMP_ID, TARGET_COMP_ID, SENDING_TIME)
}
_EMPTY: Final = {tag: HeaderRefusal(fault_of(TAG_WITHOUT_VALUE, tag), None) for tag in _MISSING}


def check_required_fields(message: Message, settings: SessionSettings, now: Instant) -> HeaderRefusal | None:
    """Session test cases 14.b and 14.d for the header: their absence is not yet a CompID problem."""
    fields = message.fields
    if fields.get(SENDER_COMP_ID) and fields.get(TARGET_COMP_ID) and fields.get(SENDING_TIME):
        return None
    for tag, missing in _MISSING.items():
        value = fields.get(tag)
        if value is None:
            return missing
        if not value:
            return _EMPTY[tag]
    return None


# The acceptance definitions want no RefTagID(371) here (2k), though session test case 2.k would allow it.
_COMP_ID_PROBLEM: Final = HeaderRefusal(fault_of(COMP_ID_PROBLEM), "")


def check_comp_ids(message: Message, settings: SessionSettings, now: Instant) -> HeaderRefusal | None:
    """Session test case 2.k: both CompIDs on every message, not only on the Logon."""
    fields = message.fields
    if fields[SENDER_COMP_ID] == settings.target_comp_id and fields[TARGET_COMP_ID] == settings.sender_comp_id:
        return None
    return _COMP_ID_PROBLEM if settings.check_comp_id else None


_SENDING_TIME_PROBLEM: Final = HeaderRefusal(fault_of(SENDING_TIME_ACCURACY_PROBLEM), "")
_SENDING_TIME_FORMAT: Final = HeaderRefusal(fault_of(INCORRECT_DATA_FORMAT, SENDING_TIME), None)


def check_sending_time(message: Message, settings: SessionSettings, now: Instant) -> HeaderRefusal | None:
    """Session test case 2.o: SendingTime(52) within MaxLatency of our wall clock, either way."""
    if not settings.check_latency:
        return None
    sending_time = parse_utc_timestamp(message.fields[SENDING_TIME])
    if sending_time is None:
        return _SENDING_TIME_FORMAT
    if abs(now.utc_ns - sending_time) <= settings.max_latency_s * NS_PER_S:
        return None
    return _SENDING_TIME_PROBLEM


_ORIG_SENDING_TIME_MISSING: Final = HeaderRefusal(fault_of(REQUIRED_TAG_MISSING, ORIG_SENDING_TIME), None)
_ORIG_SENDING_TIME_FORMAT: Final = HeaderRefusal(fault_of(INCORRECT_DATA_FORMAT, ORIG_SENDING_TIME), None)


def check_poss_dup(message: Message, settings: SessionSettings, now: Instant) -> HeaderRefusal | None:
    """Session test cases 2.f and 2.g: a possible duplicate names when it was first sent, and that lies in the past.

    A SequenceReset(4) is made when it is sent and has no first time: it is let through as it is."""
    fields = message.fields
    if fields.get(POSS_DUP_FLAG) != b"Y" or message.msg_type == MsgType.SEQUENCE_RESET:
        return None
    value = fields.get(ORIG_SENDING_TIME)
    if value is None:
        return _ORIG_SENDING_TIME_MISSING if settings.requires_orig_sending_time else None
    orig_sending_time = parse_utc_timestamp(value)
    if orig_sending_time is None:
        return _ORIG_SENDING_TIME_FORMAT
    sending_time = parse_utc_timestamp(fields[SENDING_TIME])
    if sending_time is not None and orig_sending_time > sending_time:
        return _SENDING_TIME_PROBLEM
    return None


def routing_fault(message: Message, settings: SessionSettings) -> Fault | None:
    """Session test case 18.b: a third party, before or behind the peer, that is not agreed; a desk of its or ours."""
    fields = message.fields
    for tag, agreed in (
        (ON_BEHALF_OF_COMP_ID, settings.on_behalf_of_comp_ids),
        (DELIVER_TO_COMP_ID, settings.deliver_to_comp_ids),
        (SENDER_SUB_ID, settings.sender_sub_ids),
        (TARGET_SUB_ID, settings.target_sub_ids),
    ):
        if agreed is not None and tag in fields and fields[tag] not in agreed:
            return fault_of(COMP_ID_PROBLEM, tag)
    return None


HEADER_CHECKS: Final[tuple[HeaderCheck, ...]] = (
    check_begin_string,
    check_msg_seq_num,
    check_required_fields,
    check_comp_ids,
    check_sending_time,
    check_poss_dup,
)


def is_plain(fields: dict[bytes, bytes], settings: SessionSettings, now: Instant) -> bool:
    """A header as nearly all are, which no check can refuse. That all is well is said in one step; what is not, and
    what is well in a less common way, is for the checks to say."""
    number, sending_time = fields.get(MSG_SEQ_NUM, b""), fields.get(SENDING_TIME)
    if (
        sending_time
        and number.isdigit()
        and len(number) <= 18
        and fields[BEGIN_STRING] == settings.begin_string
        and fields.get(SENDER_COMP_ID) == settings.target_comp_id
        and fields.get(TARGET_COMP_ID) == settings.sender_comp_id
        and POSS_DUP_FLAG not in fields
    ):
        sent_ns = parse_utc_timestamp(sending_time)
        return sent_ns is not None and abs(now.utc_ns - sent_ns) <= settings.max_latency_s * NS_PER_S
    return False


def first_refusal(message: Message, settings: SessionSettings, now: Instant) -> HeaderRefusal | None:
    if is_plain(message.fields, settings, now):
        return None
    for check in HEADER_CHECKS:
        refusal = check(message, settings, now)
        if refusal is not None:
            return refusal
    return None


def unsigned(value: bytes | None) -> int | None:
    """A SeqNum as on the wire: ASCII digits only, at most 18 of them."""
    number = None if value is None else parse_int(value)
    return number if number is not None and number >= 0 else None
