"""How the FIX versions differ at the session layer, as a table. Application messages are the rulebook's affair."""

from __future__ import annotations

from typing import NamedTuple

from fixspec.tags import (
    DELIVER_TO_COMP_ID,
    DELIVER_TO_LOCATION_ID,
    DELIVER_TO_SUB_ID,
    ON_BEHALF_OF_COMP_ID,
    ON_BEHALF_OF_LOCATION_ID,
    ON_BEHALF_OF_SUB_ID,
)


class Version(NamedTuple):
    """What a BeginString(8) permits and demands of a session. Source: FIX 4.0 to 5.0SP2, session volumes."""

    milliseconds: bool
    """SendingTime(52) may carry fractions of a second (4.2 on); before that, seconds are all there is."""
    infinity: int
    """EndSeqNo(16) of a ResendRequest(2) for "everything after": 999999 up to 4.1, 0 since."""
    reset_seq_num_flag: bool
    """Logon(A) knows ResetSeqNumFlag(141) (4.1 on)."""
    reject_fields: bool
    """Reject(3) knows RefTagID(371), RefMsgType(372), SessionRejectReason(373) (4.2 on). Without them the tag is
    named in parentheses at the end of Text(58)."""
    session_reject_reason_max: int
    """The highest SessionRejectReason(373) defined; a higher one is left out. 4.2 knows 0 to 11."""
    business_message_reject: bool
    """BusinessMessageReject(j) exists (4.2 on); before that a Reject(3) has to do."""
    default_appl_ver_id: bool
    """Logon(A) must carry DefaultApplVerID(1137): FIXT only."""
    last_msg_seq_num_processed: bool
    """The header knows LastMsgSeqNumProcessed(369) (4.2 on)."""
    next_expected_msg_seq_num: bool
    """Logon(A) knows NextExpectedMsgSeqNum(789) (4.4 on)."""
    routing: tuple[tuple[bytes, bytes], ...]
    """Routing fields of a refused message and what they become in the refusal."""
    business_reject_reason_max: int
    """The highest BusinessRejectReason(380) defined; a higher one is said as 0, Other."""


_ROUTING_40 = (
    (ON_BEHALF_OF_COMP_ID, DELIVER_TO_COMP_ID),
    (ON_BEHALF_OF_SUB_ID, DELIVER_TO_SUB_ID),
    (DELIVER_TO_COMP_ID, ON_BEHALF_OF_COMP_ID),
    (DELIVER_TO_SUB_ID, ON_BEHALF_OF_SUB_ID),
)
_ROUTING_41 = (
    *_ROUTING_40,
    (ON_BEHALF_OF_LOCATION_ID, DELIVER_TO_LOCATION_ID),
    (DELIVER_TO_LOCATION_ID, ON_BEHALF_OF_LOCATION_ID),
)

VERSIONS: dict[bytes, Version] = {
    b"FIX.4.0": Version(False, 999999, False, False, -1, False, False, False, False, _ROUTING_40, 0),
    b"FIX.4.1": Version(False, 999999, True, False, -1, False, False, False, False, _ROUTING_41, 0),
    b"FIX.4.2": Version(True, 0, True, True, 11, True, False, True, False, _ROUTING_41, 5),
    b"FIX.4.3": Version(True, 0, True, True, 99, True, False, True, False, _ROUTING_41, 6),
    b"FIX.4.4": Version(True, 0, True, True, 99, True, False, True, True, _ROUTING_41, 7),
    b"FIXT.1.1": Version(True, 0, True, True, 99, True, True, True, True, _ROUTING_41, 10),
}
