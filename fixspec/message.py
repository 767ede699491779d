"""A decoded FIX message: bytes, fields and, once validated, repeating groups. Knows no dictionary."""

from __future__ import annotations

from typing import Final

SOH: Final = b"\x01"

_NO_GROUPS: Final[dict[bytes, list[Group]]] = {}


class Group:
    """One entry of a repeating group: its own fields and the groups nested in it."""

    __slots__ = ("fields", "groups")

    def __init__(self, fields: dict[bytes, bytes], groups: dict[bytes, list[Group]] | None = None) -> None:
        self.fields = fields
        self.groups = _NO_GROUPS if groups is None else groups

    def get(self, tag: bytes) -> bytes | None:
        """The value of `tag` in this entry, or None."""
        return self.fields.get(tag)


class Message:
    """One complete message, immutable by convention once decoded.

    raw          the message as on the wire, 8= to the SOH after 10=nnn
    msg_type     the value of MsgType(35)
    fields       tag -> value. As decoded it holds every field (of a tag that comes more than once, the last);
                 `Rulebook.validate` splits the members of repeating groups off into `groups`
    groups       NumInGroup tag -> entries; empty when the message has none or has not been validated
    valid_by     the rulebook that found it valid as it read it; None when it is still to be judged
    field_count  number of fields on the wire; more than len(fields) as decoded means that a tag repeats
    """

    __slots__ = ("_pairs", "field_count", "fields", "groups", "msg_type", "raw", "valid_by")

    def __init__(
        self,
        raw: bytes,
        msg_type: bytes,
        fields: dict[bytes, bytes],
        field_count: int,
        pairs: list[tuple[bytes, bytes]] | None = None,
    ) -> None:
        self.raw = raw
        self.msg_type = msg_type
        self.fields = fields
        self.groups: dict[bytes, list[Group]] = _NO_GROUPS
        self.field_count = field_count
        self.valid_by: object = None
        self._pairs = pairs

    @property
    def pairs(self) -> list[tuple[bytes, bytes]]:
        """(tag, value) in wire order, BeginString(8) first, CheckSum(10) last. Split when first asked for."""
        pairs = self._pairs
        if pairs is None:
            # Without pairs a message is made by the codec, when no value holds a SOH or a "=", and by the recognizer,
            # when no value holds a SOH.
            flat = self.raw.replace(SOH, b"=").split(b"=")
            if len(flat) == 2 * self.field_count + 1:
                pairs = list(zip(flat[::2], flat[1::2], strict=False))
            else:
                split = [field.partition(b"=") for field in self.raw[:-1].split(SOH)]
                pairs = [(tag, value) for tag, _, value in split]
            self._pairs = pairs
        return pairs

    def get(self, tag: bytes) -> bytes | None:
        """The value of `tag` outside repeating groups, or None."""
        return self.fields.get(tag)

    def __repr__(self) -> str:
        """Names no value: a Logon carries passwords."""
        return f"<Message MsgType(35)={self.msg_type!r} fields={self.field_count} bytes={len(self.raw)}>"
