"""What a Logon(A) says: the terms of a session, read from the peer's and written into ours."""

from __future__ import annotations

from typing import NamedTuple

from fixspec.message import Message
from fixspec.tags import ENCRYPT_METHOD, HEART_BT_INT, NEXT_EXPECTED_MSG_SEQ_NUM, RESET_SEQ_NUM_FLAG
from gateway.session.checks import unsigned
from gateway.session.settings import Role, SessionSettings

APPL_VER_IDS = frozenset(b"0 1 2 3 4 5 6 7 8 9".split())
"""Values of ApplVerID(1128) and DefaultApplVerID(1137): FIX 2.7 to 5.0SP2."""
ENCRYPTION_NOT_SUPPORTED = "EncryptMethod(98) other than 0 (none) is not supported"


class LogonTerms(NamedTuple):
    heart_bt_int_s: int
    reset_seq_num_flag: bool
    next_expected_msg_seq_num: int | None = None
    """NextExpectedMsgSeqNum(789): the number that the sender of the Logon waits for. None where it is not in use."""


def uses_next_expected_msg_seq_num(settings: SessionSettings) -> bool:
    return settings.send_next_expected_msg_seq_num and settings.version.next_expected_msg_seq_num


def read_terms(logon: Message, settings: SessionSettings) -> LogonTerms | str:
    """The terms the peer states, or why they cannot be accepted (for Text(58) of the Logout)."""
    fields = logon.fields
    encrypt_method = fields.get(ENCRYPT_METHOD, b"0")
    if encrypt_method != b"0":
        return ENCRYPTION_NOT_SUPPORTED
    heart_bt_int_s = unsigned(fields.get(HEART_BT_INT))
    if heart_bt_int_s is None:
        return "HeartBtInt(108) is missing or not a whole number of seconds"
    if settings.role is Role.ACCEPTOR and settings.heart_bt_int_override_s:
        heart_bt_int_s = settings.heart_bt_int_override_s
    elif settings.role is Role.ACCEPTOR:
        least, most = settings.heart_bt_int_s_min, settings.heart_bt_int_s_max
        if not least <= heart_bt_int_s <= most:
            return f"HeartBtInt(108)={heart_bt_int_s} is outside {least} to {most}"
    reset = settings.version.reset_seq_num_flag and fields.get(RESET_SEQ_NUM_FLAG) == b"Y"
    next_expected = None
    if uses_next_expected_msg_seq_num(settings) and NEXT_EXPECTED_MSG_SEQ_NUM in fields:
        next_expected = unsigned(fields[NEXT_EXPECTED_MSG_SEQ_NUM])
        if not next_expected:
            return "NextExpectedMsgSeqNum(789) is not a number from 1 on"
    return LogonTerms(heart_bt_int_s, reset, next_expected)


def logon_body(settings: SessionSettings, terms: LogonTerms, next_target_msg_seq_num: int) -> bytes:
    """The Logon's own fields. An answer repeats 98, 108 and 141 and nothing else, but for a 789 of our own where that
    is in use; credentials are the initiator's."""
    body = b"98=0\x01108=%d\x01" % terms.heart_bt_int_s
    if terms.reset_seq_num_flag and settings.version.reset_seq_num_flag:
        body += b"141=Y\x01"
    if uses_next_expected_msg_seq_num(settings):
        body += b"789=%d\x01" % next_target_msg_seq_num
    if settings.role is Role.INITIATOR:
        if settings.username is not None:
            body += b"553=%b\x01" % settings.username
        if settings.password is not None:
            body += b"554=%b\x01" % settings.password
    if settings.version.default_appl_ver_id:
        body += b"1137=%b\x01" % settings.default_appl_ver_id
    return body
