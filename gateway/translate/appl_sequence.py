"""ApplicationMessageRequest(BW), its ApplicationMessageRequestAck(BX), and the ApplicationMessageReport(BY) behind the
last copy that was asked for (FIX 5.0 SP2, application sequencing)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from fixspec import tags
from fixspec.message import Message
from fixspec.tags import ApplReportType, ApplResponseError, ApplResponseType

_OWN_TO_EACH_SENDING: Final = frozenset(
    {
        tags.BEGIN_STRING, tags.BODY_LENGTH, tags.MSG_TYPE, tags.MSG_SEQ_NUM, tags.SENDER_COMP_ID, tags.TARGET_COMP_ID,
        tags.SENDING_TIME, tags.LAST_MSG_SEQ_NUM_PROCESSED, tags.CHECK_SUM,
    }
)  # fmt: skip


class Range(NamedTuple):
    """Copies from one ApplSeqNum(1181) to another, both included; an end of 0 is the newest there is."""

    appl_id: str
    begin: int
    end: int


class Answer(NamedTuple):
    """What is said of one range: why it is not sent, if it is not, and the newest number there is."""

    asked: Range
    last: int
    error: bytes = b""


def ranges_of(message: Message) -> list[Range]:
    """What an ApplicationMessageRequest(BW) names; bounds that it leaves out are the widest."""
    found = []
    for group in message.groups.get(tags.NO_APPL_I_DS, ()):
        entry = group.fields
        appl_id = entry.get(tags.REF_APPL_ID, b"").decode("latin-1")
        begin, end = (int(entry.get(tag, b"0")) for tag in (tags.APPL_BEG_SEQ_NUM, tags.APPL_END_SEQ_NUM))
        found.append(Range(appl_id, begin, end))
    return found


def acknowledgment(response_id: bytes, message: Message, answers: Iterable[Answer]) -> bytes:
    """Body of an ApplicationMessageRequestAck(BX)."""
    groups, response_type = [], ApplResponseType.REQUEST_SUCCESSFULLY_PROCESSED
    for (appl_id, begin, end), last, error in answers:
        bounds = b"1182=%d\x011183=%d\x01" % (begin, end) if begin or end else b""
        reason = b"1354=%b\x01" % error if error else b""
        groups.append(b"1355=%b\x01%b1357=%d\x01%b" % (appl_id.encode("latin-1"), bounds, last, reason))
        if error == ApplResponseError.APPLICATION_DOES_NOT_EXIST:
            response_type = ApplResponseType.APPLICATION_DOES_NOT_EXIST
        elif error:
            response_type = ApplResponseType.MESSAGES_NOT_AVAILABLE
    return b"1353=%b\x011346=%b\x011347=%b\x011348=%b\x01%b%b" % (
        response_id,
        message.fields[tags.APPL_REQ_ID],
        message.fields[tags.APPL_REQ_TYPE],
        response_type,
        b"1351=%d\x01" % len(groups) if groups else b"",
        b"".join(groups),
    )


def resend_complete(report_id: bytes, req_id: bytes, appl_id: str, last: int) -> bytes:
    """Body of the ApplicationMessageReport(BY) behind the last copy; `last` is its ApplSeqNum(1181)."""
    return b"1356=%b\x011346=%b\x011426=%b\x011351=1\x011355=%b\x011357=%d\x01" % (
        report_id,
        req_id,
        ApplReportType.RESEND_COMPLETE,
        appl_id.encode("latin-1"),
        last,
    )


def sent_again(raw: bytes) -> bytes:
    """Body of a copy that is sent once more, from the message as it was: PossResend(97)=Y and ApplResendFlag(1352)=Y,
    and in all else what it was."""
    kept = [field for field in raw[:-1].split(b"\x01") if field.partition(b"=")[0] not in _OWN_TO_EACH_SENDING]
    return b"97=Y\x01%b\x011352=Y\x01" % b"\x01".join(kept)
