"""The file that makes a turn durable: two preallocated segments, written by turns, one flush each.

A segment is filled with zeros once and never changes its size, so that a write needs no change of the file system's
own data: `pwrite` on a descriptor with O_DSYNC returns when the bytes are on disk, after one flush of the device. LMDB
needs two for a commit (its pages, then its meta page). The journal moves what stands in one segment into LMDB while
turns go into the other, then the segment is used again from its start.

A turn is `magic | number of its first record | count of records | length | CRC-32 of these` and its records. Numbers
only rise, so what an earlier use left in a segment is told from what is new by its number. The next turn is written
when the one before is durable: only the last turn can be torn by a crash, and nobody has heard of it yet.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

SEGMENTS = ("ahead-0", "ahead-1")

_MAGIC = b"fixgate turn"
_HEADER = struct.Struct(">12sQII")  # magic, number of the first record, count, length
_CHECKSUM = struct.Struct(">I")
HEADER_BYTES = _HEADER.size + _CHECKSUM.size
_ZEROS = bytes(1 << 20)


class StoredTurn(NamedTuple):
    """A turn as it stands in a segment. Its header is whole; its records may not be."""

    first_seq: int
    records_count: int
    records: bytes


def create_segments(directory: Path, segment_bytes: int) -> None:
    """Make both segments, all zeros and on disk. The caller syncs the directory. Raises OSError."""
    for name in SEGMENTS:
        fd = os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            for begin in range(0, segment_bytes, len(_ZEROS)):
                _write(fd, _ZEROS[: segment_bytes - begin], begin)
            os.fsync(fd)
        finally:
            os.close(fd)


def stored_turns(directory: Path) -> list[StoredTurn]:
    """Every turn whose header is whole, of both segments, those of earlier uses included, by rising number."""
    found = [turn for name in SEGMENTS for turn in _turns_in((directory / name).read_bytes())]
    return sorted(found, key=lambda turn: turn.first_seq)


def _turns_in(content: bytes) -> Iterator[StoredTurn]:
    place = content.find(_MAGIC)
    while 0 <= place <= len(content) - HEADER_BYTES:
        begin = place + HEADER_BYTES
        _, first_seq, count, length = _HEADER.unpack_from(content, place)
        checksum = crc32(content[place : place + _HEADER.size])
        if _CHECKSUM.unpack_from(content, place + _HEADER.size)[0] == checksum:
            yield StoredTurn(first_seq, count, content[begin : begin + length])
            place = content.find(_MAGIC, begin + length)
        else:
            place = content.find(_MAGIC, place + 1)


class WriteAhead:
    """Both segments, open for writing. One is written, the other is being moved into LMDB or is free."""

    __slots__ = ("_fds", "_offset", "_writing", "segment_bytes")

    def __init__(self, directory: Path) -> None:
        flags = os.O_WRONLY | os.O_DSYNC | os.O_CLOEXEC
        self._fds = [os.open(directory / name, flags) for name in SEGMENTS]
        self.segment_bytes = min(os.fstat(fd).st_size for fd in self._fds)
        self._writing = 0
        self._offset = 0

    def has_room(self, length: int) -> bool:
        """Whether a turn with so many bytes of records fits into what is left of this segment."""
        return self._offset + HEADER_BYTES + length <= self.segment_bytes

    def append(self, first_seq: int, count: int, records: bytes) -> None:
        """Write a turn; returns when it is on disk. Raises OSError, and then nobody knows what is."""
        header = _HEADER.pack(_MAGIC, first_seq, count, len(records))
        turn = b"".join((header, _CHECKSUM.pack(crc32(header)), records))
        _write(self._fds[self._writing], turn, self._offset)
        self._offset += len(turn)

    def switch(self) -> None:
        """Go on at the start of the other segment, whose turns must be in LMDB by now."""
        self._writing ^= 1
        self._offset = 0

    def close(self) -> None:
        for fd in self._fds:
            os.close(fd)


def _write(fd: int, data: bytes, offset: int) -> None:
    written = os.pwrite(fd, data, offset)
    while written < len(data):
        written += os.pwrite(fd, data[written:], offset + written)
