"""How a refusal reads on the wire: Reject(3) or BusinessMessageReject(j), by version."""

from __future__ import annotations

from fixspec.faults import BusinessFault, Fault
from fixspec.message import Message
from fixspec.tags import MsgType
from gateway.session.version import Version

ECHOED_BYTES_MAX = 64
"""Longest MsgType(35) or tag of a faulty message that is repeated to its sender; a longer one is left out."""


def reverse_route(version: Version, refused: Message) -> bytes:
    """The routing fields of an answer: whom it is on behalf of becomes whom it is delivered to, and back.

    Empty ones are not carried over."""
    fields = refused.fields
    swapped = [(int(to), to, fields.get(tag)) for tag, to in version.routing]
    return b"".join([b"%b=%b\x01" % (to, value) for _, to, value in sorted(swapped) if value])


def refusal_of(
    version: Version, refused: Message, ref_seq_num: int, fault: Fault | BusinessFault
) -> tuple[bytes, bytes]:
    """MsgType(35) and body of the message that refuses `refused`, whose MsgSeqNum(34) is `ref_seq_num`.

    The number is given, not looked up: a faulty message may carry it twice."""
    if isinstance(fault, Fault):
        return MsgType.REJECT, _reject(version, refused, ref_seq_num, fault)
    if version.business_message_reject:
        return MsgType.BUSINESS_MESSAGE_REJECT, _business_message_reject(version, refused, ref_seq_num, fault)
    text = "Unsupported message type" if fault.reason == 3 else fault.text
    return MsgType.REJECT, _reject(version, refused, ref_seq_num, Fault(0, fault.ref_tag_id, text))


def _reject(version: Version, refused: Message, ref_seq_num: int, fault: Fault) -> bytes:
    tag = fault.ref_tag_id
    if tag is not None and len(tag) > ECHOED_BYTES_MAX:
        tag = None
    text = fault.text.encode("ascii", "replace")
    if not version.reject_fields and tag is not None:
        text = b"%b (%b)" % (text, tag)
    body = b"%b45=%d\x0158=%b\x01" % (reverse_route(version, refused), ref_seq_num, text)
    if version.reject_fields:
        if tag is not None:
            body += b"371=%b\x01" % tag
        if len(refused.msg_type) <= ECHOED_BYTES_MAX:
            body += b"372=%b\x01" % refused.msg_type
        if fault.reason <= version.session_reject_reason_max:
            body += b"373=%d\x01" % fault.reason
    return body


def _business_message_reject(version: Version, refused: Message, ref_seq_num: int, fault: BusinessFault) -> bytes:
    text = fault.text.encode("ascii", "replace")
    if fault.ref_tag_id is not None and len(fault.ref_tag_id) <= ECHOED_BYTES_MAX:
        text = b"%b (%b)" % (text, fault.ref_tag_id)
    return b"%b45=%d\x0158=%b\x01372=%b\x01380=%d\x01" % (
        reverse_route(version, refused),
        ref_seq_num,
        text,
        refused.msg_type[:ECHOED_BYTES_MAX],
        fault.reason if fault.reason <= version.business_reject_reason_max else 0,
    )
