"""What can be wrong with a message, in the codes and words that go back to the peer."""

from __future__ import annotations

from typing import Final, NamedTuple


class Fault(NamedTuple):
    """Bad FIX, answered with Reject(35=3). reason: SessionRejectReason(373); ref_tag_id: RefTagID(371).

    text is Text(58) without a tag; sessions of FIX 4.0 and 4.1, which lack 371 and 373, append the tag themselves.
    """

    reason: int
    ref_tag_id: bytes | None
    text: str


class BusinessFault(NamedTuple):
    """Good FIX but not as agreed, answered with BusinessMessageReject(35=j). reason: BusinessRejectReason(380)."""

    reason: int
    ref_tag_id: bytes | None
    text: str


INVALID_TAG_NUMBER: Final = 0
REQUIRED_TAG_MISSING: Final = 1
TAG_NOT_DEFINED_FOR_MESSAGE: Final = 2
TAG_WITHOUT_VALUE: Final = 4
VALUE_INCORRECT: Final = 5
INCORRECT_DATA_FORMAT: Final = 6
INVALID_MSG_TYPE: Final = 11
TAG_APPEARS_MORE_THAN_ONCE: Final = 13
TAG_OUT_OF_ORDER: Final = 14
GROUP_MEMBERS_OUT_OF_ORDER: Final = 15
INCORRECT_NUM_IN_GROUP: Final = 16

TEXTS: Final[dict[int, str]] = {
    INVALID_TAG_NUMBER: "Invalid tag number",
    REQUIRED_TAG_MISSING: "Required tag missing",
    TAG_NOT_DEFINED_FOR_MESSAGE: "Tag not defined for this message type",
    TAG_WITHOUT_VALUE: "Tag specified without a value",
    VALUE_INCORRECT: "Value is incorrect (out of range) for this tag",
    INCORRECT_DATA_FORMAT: "Incorrect data format for value",
    INVALID_MSG_TYPE: "Invalid MsgType",
    TAG_APPEARS_MORE_THAN_ONCE: "Tag appears more than once",
    TAG_OUT_OF_ORDER: "Tag specified out of required order",
    GROUP_MEMBERS_OUT_OF_ORDER: "Out of order repeating group members",
    INCORRECT_NUM_IN_GROUP: "Incorrect NumInGroup count for repeating group",
}
"""Text(58) by SessionRejectReason(373), in QuickFIX's words: its conformance definitions compare them literally."""

UNSUPPORTED_MESSAGE_TYPE: Final = 3
CONDITIONALLY_REQUIRED_FIELD_MISSING: Final = 5
NOT_AUTHORIZED: Final = 6

BUSINESS_TEXTS: Final[dict[int, str]] = {
    UNSUPPORTED_MESSAGE_TYPE: "Unsupported Message Type",
    CONDITIONALLY_REQUIRED_FIELD_MISSING: "Conditionally Required Field Missing",
    NOT_AUTHORIZED: "Not Authorized",
}
"""Text(58) by BusinessRejectReason(380)."""


def fault(reason: int, ref_tag_id: bytes | None) -> Fault:
    """The fault with its standard text. What is no number of at most nine digits stays out of RefTagID(371)."""
    if ref_tag_id is not None:
        digits = ref_tag_id.removeprefix(b"-")
        if not digits.isdigit() or len(digits) > 9:
            ref_tag_id = None
    return Fault(reason, ref_tag_id, TEXTS[reason])
