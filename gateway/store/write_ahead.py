"""The file that makes a turn durable: two preallocated segments, written by turns, one flush each.

A segment is filled with zeros once and never changes its size, so that a write needs no change of the file system's
own data: `pwrite` on a descriptor with O_DSYNC returns when the bytes are on disk, after one flush of the device. LMDB
needs two for a commit (its pages, then its meta page). Where the file system can, O_DIRECT saves the way through the
page cache. Turns begin at whole blocks, so no write touches a block of a turn before it. The journal moves what stands
in one segment into LMDB while turns go into the other, then the segment is used again from its start.

A turn is `magic | number of its first record | count of records | length | CRC-32 of these`, its records, and zeros.
Numbers only rise, so what an earlier use left in a segment is told from what is new by its number. The next turn is
written when the one before is durable: only the last turn can be torn by a crash, and nobody has heard of it yet. The
CRC starts from a secret of the store, so that no peer can send bytes that would pass for a turn.
"""

from __future__ import annotations

import contextlib
import mmap
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
_BLOCK = 4096  # the largest that a disk asks O_DIRECT for


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


def stored_turns(directory: Path, secret: int) -> list[StoredTurn]:
    """Every turn whose header is whole, of both segments, those of earlier uses included, by rising number."""
    found = [turn for name in SEGMENTS for turn in _turns_in((directory / name).read_bytes(), secret)]
    return sorted(found, key=lambda turn: turn.first_seq)


def _turns_in(content: bytes, secret: int) -> Iterator[StoredTurn]:
    place = 0
    while place <= len(content) - HEADER_BYTES:
        magic, first_seq, count, length = _HEADER.unpack_from(content, place)
        (checksum,) = _CHECKSUM.unpack_from(content, place + _HEADER.size)
        begin = end = place + HEADER_BYTES
        if magic == _MAGIC and checksum == crc32(content[place : place + _HEADER.size], secret):
            end = begin + length
            yield StoredTurn(first_seq, count, content[begin:end])
        place = _whole_blocks(end)


def _whole_blocks(length: int) -> int:
    return (length + _BLOCK - 1) // _BLOCK * _BLOCK


class WriteAhead:
    """Both segments, open for writing. One is written, the other is being moved into LMDB or is free."""

    __slots__ = ("_buffer", "_fds", "_offset", "_secret", "_writing", "segment_bytes")

    def __init__(self, directory: Path, secret: int) -> None:
        self._secret = secret
        self._fds = [_open_for_turns(directory / name) for name in SEGMENTS]
        self.segment_bytes = min(os.fstat(fd).st_size for fd in self._fds) // _BLOCK * _BLOCK
        self._buffer = mmap.mmap(-1, self.segment_bytes)  # O_DIRECT asks for memory that begins at a block, too
        self._writing = 0
        self._offset = 0

    def can_hold(self, length: int) -> bool:
        """Whether a turn with so many bytes of records fits into a segment at all."""
        return HEADER_BYTES + length <= self.segment_bytes

    def has_room(self, length: int) -> bool:
        """Whether it fits into what is left of this segment."""
        return self._offset + HEADER_BYTES + length <= self.segment_bytes

    def append(self, first_seq: int, count: int, records: bytes) -> None:
        """Write a turn; returns when it is on disk. Raises OSError, and then nobody knows what is."""
        header = _HEADER.pack(_MAGIC, first_seq, count, len(records))
        end = HEADER_BYTES + len(records)
        length = _whole_blocks(end)
        buffer = self._buffer
        buffer[:HEADER_BYTES] = header + _CHECKSUM.pack(crc32(header, self._secret))
        buffer[HEADER_BYTES:end] = records
        buffer[end:length] = bytes(length - end)
        with memoryview(buffer) as whole, whole[:length] as blocks:
            _write(self._fds[self._writing], blocks, self._offset)
        self._offset += length

    def switch(self) -> None:
        """Go on at the start of the other segment, whose turns must be in LMDB by now."""
        self._writing ^= 1
        self._offset = 0

    def close(self) -> None:
        for fd in self._fds:
            os.close(fd)
        self._buffer.close()


def _open_for_turns(path: Path) -> int:
    flags = os.O_WRONLY | os.O_DSYNC | os.O_CLOEXEC
    with contextlib.suppress(OSError):  # not every file system can
        return os.open(path, flags | os.O_DIRECT)
    return os.open(path, flags)


def _write(fd: int, data: bytes | memoryview, offset: int) -> None:
    written = os.pwrite(fd, data, offset)
    while written < len(data):
        written += os.pwrite(fd, data[written:], offset + written)
