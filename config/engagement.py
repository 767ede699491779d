"""Rules of engagement of a client session: a file of their own, named by the session's `rules_of_engagement`.

    messages:                       # what the session may send; anything else is BusinessMessageReject(j) 380=6
      - msg_type: D
        required: [Account]         # missing: 380=5
        forbidden: [MaxFloor, 18]   # sent all the same: 380=6
        allowed:                    # any other value: 380=6
          - {field: OrdType, values: ["1", "2"]}
          - {field: TimeInForce, values: ["0", "3"]}
      - msg_type: F
      - msg_type: H

Fields are named as FIX names them, or by their tags. What the gateway itself requires of a message stays required.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from config.records import ONE_OR_MORE, Record

BUILT_IN = {
    "standard": "every message that the gateway takes",
    "single_orders": "no lists of orders, no orders of several legs",
    "questions": "questions only: no order, no cancel",
}
"""Rules of engagement that need no file, and what they let a session send."""

FieldName = Annotated[str, Meta(min_length=1, max_length=64)]


class AllowedValues(Record, frozen=True, kw_only=True):
    """The values that a field may have."""

    field: Annotated[FieldName, Meta(description="name or tag of the field")]
    values: Annotated[tuple[str, ...], ONE_OR_MORE, Meta(description="what it may say, of what FIX has for it")]


class MessageRules(Record, frozen=True, kw_only=True):
    """What is agreed about one message."""

    msg_type: Annotated[str, Meta(min_length=1, max_length=3, description="MsgType(35)")]
    required: Annotated[
        tuple[FieldName, ...], ONE_OR_MORE, Meta(description="fields that must be there, beside those of the gateway")
    ] = ()
    forbidden: Annotated[
        tuple[FieldName, ...], ONE_OR_MORE, Meta(description="fields that may not be there; groups by their counters")
    ] = ()
    allowed: Annotated[tuple[AllowedValues, ...], Meta(description="fields with fewer values than FIX has")] = ()


class Engagement(Record, frozen=True, kw_only=True):
    """The file."""

    messages: Annotated[tuple[MessageRules, ...], Meta(description="what the session may send")]
