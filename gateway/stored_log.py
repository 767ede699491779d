"""The part of the log that is in LMDB, for reading: by the journal itself, or by a process beside the one that writes.

Readers of LMDB disturb no writer. They only keep it from using pages again that it has freed since they began, so every
look here is a short one: a chunk, then the next.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from gateway.log_records import NUMBER, Numbers
from gateway.log_records import SESSION_NUMBERS as _SESSION_NUMBERS
from gateway.log_walk import Chunk, Piece

FORMAT = b"fixgate-journal-2"
HEAD = struct.Struct(">Q32s")
"""The number of the last record, and what the chain has come to there."""
START = struct.Struct(">II")
"""Records and bytes of the chunk in front of a turn."""
TABLES = (b"log", b"turns", b"outbound", b"sessions", b"meta")


class _Starts(Sequence[tuple[int, int]]):
    """The places as they are stored, unpacked one by one: a search looks at few."""

    def __init__(self, packed: memoryview) -> None:
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed) // START.size

    def __getitem__(self, place: Any) -> Any:
        return START.unpack_from(self._packed, place * START.size)


class StoredLog:
    """Tables `log`, `turns`, `sessions` and `meta` of an open environment."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._log, self._turns, _, self._sessions, self._meta = (
            None if name is None else environment.open_db(name, create=False) for name in _openable(environment)
        )

    def head(self) -> tuple[int, bytes]:
        """The last record that is here, and its digest."""
        with self._environment.begin(db=self._meta) as txn:
            number, digest = HEAD.unpack(txn.get(b"head"))
        return number, digest

    def numbers(self) -> dict[str, Numbers]:
        """Each session's place at the head."""
        with self._environment.begin(db=self._sessions) as txn:
            return {name.decode(): Numbers(*_SESSION_NUMBERS.unpack(packed)) for name, packed in txn.cursor()}

    def chunks(self, number: int) -> Iterator[Chunk]:
        """All from the one on that holds this number, those included that come while one reads."""
        found = self._chunk_with(number)
        while found is not None:
            yield found
            found = self._chunk_from(found[0] + 1)

    def _chunk_with(self, number: int) -> Chunk | None:
        with self._environment.begin(db=self._log) as txn:
            cursor = txn.cursor()
            return _chunk_at(cursor) if _go_to(cursor, number) or cursor.first() else None

    def _chunk_from(self, number: int) -> Chunk | None:
        with self._environment.begin(db=self._log) as txn:
            cursor = txn.cursor()
            return _chunk_at(cursor) if cursor.set_range(NUMBER.pack(number)) else None

    def pieces(self, numbers: Sequence[int]) -> Iterator[Piece]:
        """The chunks that hold `numbers`, which rise and are here. A piece is good until the next one is asked for."""
        with self._environment.begin(buffers=True) as txn:
            cursor = txn.cursor(self._log)
            begin = 0
            while begin < len(numbers) and _go_to(cursor, numbers[begin]):
                key, chunk = bytes(cursor.key()), cursor.value()
                packed = None if self._turns is None else txn.get(key, db=self._turns)
                end = len(numbers)
                if cursor.next():
                    end = bisect_left(numbers, NUMBER.unpack(cursor.key())[0], begin)
                yield Piece(NUMBER.unpack(key)[0], chunk, () if packed is None else _Starts(packed), numbers[begin:end])
                begin = end


def _openable(environment: Any) -> Iterator[bytes | None]:
    """A store that was made before there was a table `turns` has it from its next start on."""
    with environment.begin() as txn:
        there = {bytes(name) for name, _ in txn.cursor()}
    for name in TABLES:
        yield None if name == b"turns" and name not in there else name


def _go_to(cursor: Any, number: int) -> bool:
    """To the chunk that holds `number`: the last one that does not begin behind it. False when there is none."""
    key = NUMBER.pack(number)
    if cursor.set_range(key):
        return bool(cursor.key() == key or cursor.prev())
    return bool(cursor.last())


def _chunk_at(cursor: Any) -> Chunk:
    return NUMBER.unpack(cursor.key())[0], cursor.value()


def origin(store_id: str) -> bytes:
    """The digest before the first turn."""
    return sha256(FORMAT + store_id.encode()).digest()
