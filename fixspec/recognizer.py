"""Messages like ones seen before, recognised in one step.

A client sends the same few *shapes* of message, the same tags in the same order, thousands of times. Once the rulebook
has found a message valid, its shape becomes one regular expression: each tag literally, each value as the format or the
enumeration that the rules give it. A frame that matches has the structure and the values of a valid message, so
decoding and judging it cost one match; what an expression cannot say (a calendar, BodyLength, CheckSum) is checked
behind it.

A frame that does not match is not thereby wrong: it takes the long way, and the verdict there is the only one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from fixspec.codec import DATA_TAG_OF_LENGTH_TAG, has_right_length, has_right_trailer
from fixspec.message import Message

SHAPES_MAX: Final = 16
"""Shapes known at a time, the ones used last; a peer that varies them endlessly gains nothing but the long way."""
ENUMERATION_MAX: Final = 64

Check = Callable[[bytes], object]


class _Shape(NamedTuple):
    match: Callable[[bytes], re.Match[bytes] | None]
    msg_type: bytes
    tags: tuple[bytes, ...]
    late: tuple[tuple[int, Check], ...]


class Recognizer:
    """`recognise` finds the shapes that `learn` was given. Bounded."""

    __slots__ = ("_shapes",)

    def __init__(self) -> None:
        self._shapes: list[_Shape] = []

    def learn(
        self,
        msg_type: bytes,
        tags: tuple[bytes, ...],
        checks: Mapping[bytes, Check],
        unless: Iterable[tuple[bytes, frozenset[bytes]]] = (),
        only: Iterable[tuple[bytes, Check]] = (),
    ) -> None:
        """`tags` are those of a valid message in wire order, none twice; `checks` judge the non-empty values of some.
        `unless`: a value of the set under that tag would need a field that this shape lacks. `only`: further
        checks of the value under that tag."""
        if not DATA_TAG_OF_LENGTH_TAG.keys().isdisjoint(tags):
            return
        if any(shape.tags == tags and shape.msg_type == msg_type for shape in self._shapes):
            return
        pieces: list[bytes] = []
        late: list[tuple[int, Check]] = []
        for index, tag in enumerate(tags):
            pattern = _STRUCTURE.get(tag) or (re.escape(msg_type) if tag == b"35" else _pattern_of(checks.get(tag)))
            if pattern is None:
                late.append((index, checks[tag]))
                pattern = _ANY
            pieces.append(b"%b=(%b)\x01" % (re.escape(tag), pattern))
        for tag, values in unless:
            late.append((tags.index(tag), _outside(values)))
        late += [(tags.index(tag), check) for tag, check in only]
        match = re.compile(b"".join(pieces)).fullmatch
        self._shapes.insert(0, _Shape(match, msg_type, tags, tuple(late)))
        del self._shapes[SHAPES_MAX:]

    def __len__(self) -> int:
        return len(self._shapes)

    def recognise(self, frame: bytes) -> Message | None:
        """The message, decoded and known to be valid; None when it takes the long way to say what it is."""
        shapes = self._shapes
        for place, shape in enumerate(shapes):
            match = shape.match(frame)
            if match is None:
                continue
            values = match.groups()
            for index, check in shape.late:
                if not check(values[index]):
                    return None
            if not has_right_trailer(frame) or not has_right_length(frame, values[0], values[1]):
                return None
            if place:
                shapes.insert(0, shapes.pop(place))
            tags = shape.tags
            return Message(frame, shape.msg_type, dict(zip(tags, values, strict=True)), len(tags))
        return None


_ANY: Final = rb"[^\x01]+"
_STRUCTURE: Final[dict[bytes, bytes]] = {b"8": _ANY, b"9": rb"[0-9]{1,7}", b"10": rb"[0-9]{3}"}


def _pattern_of(check: Check | None) -> bytes | None:
    """The check as a regular expression over a value without SOH; None when it is not one."""
    if check is None:
        return _ANY
    owner = getattr(check, "__self__", None)
    if isinstance(owner, re.Pattern):
        return b"(?:%b)" % owner.pattern
    if isinstance(owner, frozenset) and len(owner) <= ENUMERATION_MAX:
        return b"|".join(re.escape(value) for value in sorted(owner, key=len, reverse=True))
    return None


def _outside(values: frozenset[bytes]) -> Check:
    return lambda value: value not in values
