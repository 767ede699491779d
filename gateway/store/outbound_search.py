"""Finding messages of ours in the index of the journal by what stands about them in it, without reading any.

The index has runs: messages of one session and generation whose MsgSeqNums follow one another in one chunk, under the
first of them; and for each turn in a run its first message and the record that this is. Both rise together.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

from gateway.store.log_records import NUMBER

PLACE: Final = struct.Struct(">III")  # messages of the run, records and bytes of the chunk before a turn's first
COUNT: Final = struct.Struct(">I")
RUNHEAD: Final = NUMBER.size + COUNT.size
NUMBER_MAX: Final = (1 << 8 * NUMBER.size) - 1


def last_number(cursor: Any, prefix: bytes, up_to: int) -> int:
    """The highest MsgSeqNum that there is of this prefix up to that one; 0 when there is none."""
    run = _run_at(cursor, prefix, up_to)
    return 0 if run is None else min(up_to, run[0] + COUNT.unpack_from(run[1], NUMBER.size)[0] - 1)


def first_since(cursor: Any, prefix: bytes, last: int, seq: int) -> int:
    """The MsgSeqNum of the first message from record `seq` on, of those up to `last`; 0 when there is none."""
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        run = _run_at(cursor, prefix, middle)
        if run is None or _record_of(run[0], run[1], middle) < seq:
            low = middle + 1
        else:
            high = middle
    return low if low <= last else 0


def first_since_in(places: Sequence[tuple[int, int, int]], first: int, chunk_first: int, seq: int) -> int:
    """The same in a run that is in memory."""
    for in_run, before, _ in places:
        if chunk_first + before >= seq:
            return first + in_run
    return 0


def _run_at(cursor: Any, prefix: bytes, number: int) -> tuple[int, bytes] | None:
    """The run that holds `number`, or the last one before: its first MsgSeqNum, and what the index has of it."""
    key = prefix + NUMBER.pack(number)
    if cursor.set_range(key):
        found = cursor.key() == key or cursor.prev()
    else:
        found = cursor.last()
    if not found or not cursor.key().startswith(prefix):
        return None
    return NUMBER.unpack(cursor.key()[len(prefix) :])[0], cursor.value()


def _record_of(first: int, run: bytes, number: int) -> int:
    """The record of the first message of the turn that `number` was said in."""
    before = 0
    for in_run, records, _ in PLACE.iter_unpack(run[RUNHEAD:]):
        if first + in_run > number:
            break
        before = records
    return int(NUMBER.unpack(run[: NUMBER.size])[0]) + before
