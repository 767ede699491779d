"""What a record of the log looks like: its frame with the checksum, its kinds, and what each kind carries.

A record is `length (4) | CRC-32 (4) | kind (1) | payload`, the length being that of kind and payload. The checksum is
over the same and starts from the record's number (its low 32 bits), so that a flipped bit and a record in the wrong
place are both seen.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple
from zlib import crc32

INBOUND: Final = b"i"
OUTBOUND: Final = b"o"
FACT: Final = b"f"
NUMBERS: Final = b"n"
EVENT: Final = b"e"
TURN: Final = b"t"

NUMBER: Final = struct.Struct(">Q")
TURN_END: Final = struct.Struct(">Q32s")  # utc_ns, digest
SESSION_NUMBERS: Final = struct.Struct(">IQQ")  # generation, next sender, next target
_OUTBOUND_PLACE: Final = struct.Struct(">IQ")  # generation, MsgSeqNum, behind the session's name and a NUL
FRAME: Final = struct.Struct(">II")  # length of kind and payload, CRC-32
_pack_frame: Final = FRAME.pack


class Damaged(Exception):
    """A record is not as it was written; the message names it."""


class Record(NamedTuple):
    """One record of the log, checked."""

    seq: int
    kind: bytes
    payload: bytes


class Numbers(NamedTuple):
    """A session's place: `generation` counts its sequence resets, the others are the next MsgSeqNum(34) each way."""

    generation: int
    next_sender_msg_seq_num: int
    next_target_msg_seq_num: int


def framed(seq: int, kind: bytes, payload: bytes) -> bytes:
    """A record as it stands in the log."""
    return b"".join((_pack_frame(1 + len(payload), crc32(payload, crc32(kind, seq))), kind, payload))


def records_of(chunk: bytes, first_seq: int) -> Iterator[tuple[int, Record]]:
    """Every record of whole turns, the first being number `first_seq`, with its place. Raises Damaged."""
    offset = 0
    while offset < len(chunk):
        record = record_at(chunk, offset, first_seq)
        yield offset, record
        offset = end_of(record, offset)
        first_seq += 1


def end_of(record: Record, offset: int) -> int:
    """Where a record ends that begins at `offset`."""
    return offset + FRAME.size + len(record.kind) + len(record.payload)


def record_at(chunk: bytes | memoryview, offset: int, seq: int) -> Record:
    """The record that begins at `offset`. Raises Damaged when it is not number `seq` as it was written."""
    if offset + FRAME.size < len(chunk):
        length, checksum = FRAME.unpack_from(chunk, offset)
        content = bytes(chunk[offset + FRAME.size : offset + FRAME.size + length])
        if len(content) == length > 0 and crc32(content, seq) == checksum:
            return Record(seq, content[:1], content[1:])
    raise Damaged(f"record {seq}: its checksum is wrong")


@lru_cache(maxsize=4096)
def session_prefix(session: str) -> bytes:
    """What begins the keys and payloads of a session: its name and a NUL."""
    return session.encode() + b"\0"


def split_inbound(payload: bytes) -> tuple[str, bytes]:
    """Session and raw message of an INBOUND record's payload."""
    session, _, raw = payload.partition(b"\0")
    return session.decode(), raw


def split_outbound(payload: bytes) -> tuple[str, int, int, bytes]:
    """Session, generation, MsgSeqNum and raw message of an OUTBOUND record's payload."""
    session, _, rest = payload.partition(b"\0")
    generation, msg_seq_num = _OUTBOUND_PLACE.unpack_from(rest)
    return session.decode(), generation, msg_seq_num, rest[_OUTBOUND_PLACE.size :]


def split_numbers(payload: bytes) -> tuple[str, Numbers, str]:
    """Session, numbers and cause of a NUMBERS record's payload."""
    session, _, rest = payload.partition(b"\0")
    numbers = Numbers(*SESSION_NUMBERS.unpack_from(rest))
    return session.decode(), numbers, rest[SESSION_NUMBERS.size :].decode()


def split_turn(payload: bytes) -> tuple[int, bytes]:
    """Wall clock (ns since 1970 UTC) and digest of a TURN record's payload."""
    utc_ns, digest = TURN_END.unpack(payload)
    return utc_ns, digest
