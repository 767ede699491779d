"""Bytes and messages, by simplefix: the client's own pair of eyes on the wire, independent of fixspec.codec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from simplefix import FixMessage, FixParser
from simplefix.errors import ParsingError

from fixspec import tags

NS_PER_S = 1_000_000_000
Fields = Iterable[tuple[bytes, bytes]]


class WireMessage:
    """A message as it stood, or will stand, on the wire: its fields in order."""

    __slots__ = ("fields", "raw")

    def __init__(self, fields: Fields, raw: bytes) -> None:
        self.fields = tuple(fields)
        self.raw = raw

    def get(self, tag: bytes) -> bytes | None:
        """The value of the first field with this tag."""
        for field, value in self.fields:
            if field == tag:
                return value
        return None

    @property
    def msg_type(self) -> bytes:
        return self.get(tags.MSG_TYPE) or b""

    def number(self, tag: bytes) -> int | None:
        """The value as a number; None if the field is missing or is not one."""
        value = self.get(tag) or b""
        return int(value) if value.isdigit() and len(value) <= 18 else None


class Garbled:
    """Bytes that are no message. `why` is for the user."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


class Reader:
    """Cuts a stream into messages, in whatever pieces it comes."""

    def __init__(self) -> None:
        self._parser = FixParser()

    def feed(self, data: bytes) -> Iterator[WireMessage | Garbled]:
        self._parser.append_buffer(data)
        while True:
            try:
                message = self._parser.get_message()
            except ParsingError as error:
                self._parser.reset()
                yield Garbled(f"{type(error).__name__} {error}")
                return
            if message is None:
                return
            yield _checked(message)


def encode(begin_string: bytes, fields: Fields) -> WireMessage:
    """A message of these fields, MsgType(35) among them; BodyLength(9) and CheckSum(10) are simplefix's."""
    message = FixMessage()
    message.append_pair(tags.BEGIN_STRING, begin_string)
    for tag, value in fields:
        message.append_pair(tag, value)
    return WireMessage(message.pairs, message.encode())


def decode(raw: bytes) -> WireMessage:
    """One complete message that encode() made before."""
    (message,) = Reader().feed(raw)
    assert isinstance(message, WireMessage)
    return message


def timestamp(utc_ns: int) -> bytes:
    """A UTCTimestamp with milliseconds."""
    message = FixMessage()
    message.append_utc_timestamp(tags.SENDING_TIME, datetime.fromtimestamp(utc_ns / NS_PER_S, UTC))
    value = message.get(tags.SENDING_TIME)
    assert isinstance(value, bytes)
    return value


def _checked(message: FixMessage) -> WireMessage | Garbled:
    """simplefix reads without verifying: written anew, a right message gives the same bytes."""
    raw = message.encode(raw=True)
    try:
        right = message.encode()
    except ValueError as error:
        return Garbled(str(error))
    if raw != right:
        return Garbled("BodyLength(9) or CheckSum(10) is wrong, or 8, 9, 35 do not come first")
    return WireMessage(message.pairs, raw)
