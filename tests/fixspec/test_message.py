"""What a message shows of itself."""

from __future__ import annotations

from fixspec.codec import decode
from fixspec.message import Group, Message
from tests.fixspec.stream import wire


def test_repr_shows_no_value() -> None:
    """A Logon carries Username(553) and Password(554); reprs end up in logs."""
    message = decode(wire("35=A|34=1|553=alice|554=hunter2"))
    assert isinstance(message, Message)
    assert repr(message) == "<Message MsgType(35)=b'A' fields=7 bytes=%d>" % len(message.raw)


def test_a_group_entry_answers_for_its_own_fields() -> None:
    group = Group({b"448": b"A"})
    assert group.get(b"448") == b"A"
    assert group.get(b"447") is None
    assert group.groups == {}
