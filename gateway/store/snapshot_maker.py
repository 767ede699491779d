"""Takes a snapshot beside the gateway that is writing the log: a process of its own, at the lowest priority.

It folds what the newest good snapshot does not have yet, as far as the log is in LMDB, writes the state down, reads it
again to see that it is the same, and deletes what is older than the newest few. The gateway knows nothing of it but
that it was started; killed at any moment it leaves nothing that anybody would take for a snapshot.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.fold import Fold, UnreadableRecord
from gateway.journal import MAP_SIZE_GB, read_beside
from gateway.store.snapshots import (
    FORMAT,
    SCHEMA,
    Content,
    Header,
    good_snapshots,
    prune_snapshots,
    read_snapshot,
    write_snapshot,
)
from gateway.store.store_files import JournalRefused, lock
from gateway.store.stored_log import Stored
from gateway.trading.recovering import Recovering
from oms.snapshot import SCHEMA as STATE_SCHEMA
from oms.snapshot import NotASnapshot, encode_snapshot

LOCK = "snapshot.lock"


class Taken(NamedTuple):
    """`path` is None when the newest snapshot has everything already. `records` were folded for it."""

    path: Path | None
    seq: int
    records: int
    passed_over: list[str]


def take_snapshot(directory: Path, map_size_gb: int = MAP_SIZE_GB) -> Taken:
    """Raises JournalRefused for damage, when another process is taking one, and when it is another state read again."""
    with read_beside(directory, map_size_gb) as log:
        lock_fd = lock(directory, LOCK, "a snapshot is being taken")
        try:
            return _take(log)
        finally:
            os.close(lock_fd)


def _take(log: Stored) -> Taken:
    passed_over: list[str] = []
    book, fold, begin, older = _begin(log, passed_over)
    digest = log.digest_at(begin)
    assert digest is not None
    try:
        fold.take(log.told(begin, digest), book.recover)
    except UnreadableRecord as unreadable:
        raise JournalRefused(f"journal: {log.directory}: {unreadable}. Nothing was changed") from unreadable
    if log.seq == begin:
        return Taken(None, begin, 0, passed_over)
    state = encode_snapshot(book.blotter, log.facts)
    state_hash = book.blotter.state_hash()
    again = Recovering()
    again.use_log(log.facts)
    again.restore(state, STATE_SCHEMA)
    if again.blotter.state_hash() != state_hash:
        raise JournalRefused(f"snapshot: {log.directory}: the state at record {log.seq} is another one when read again")
    header = Header(FORMAT, SCHEMA, STATE_SCHEMA, log.store_id, log.seq, log.digest.hex(), state_hash.hex())
    content = Content(state, fold.register.state(), fold.numbers, fold.facts, fold.turns)
    path = write_snapshot(log.directory, header, msgspec.msgpack.encode(content))
    read_snapshot(path)
    prune_snapshots(log.directory, [path, *older])
    return Taken(path, log.seq, log.seq - begin, passed_over)


def _begin(log: Stored, passed_over: list[str]) -> tuple[Recovering, Fold, int, list[Path]]:
    """The state to begin with, the record behind which it is, and all good snapshots, the newest first."""

    def is_of_log(header: Header) -> bool:
        digest = log.digest_at(header.seq) if header.seq <= log.seq else None
        return header.store_id == log.store_id and digest == bytes.fromhex(header.digest)

    snapshots = good_snapshots(log.directory, is_of_log, passed_over.append)
    for snapshot in snapshots:
        book = Recovering()
        book.use_log(log.facts)
        try:
            book.restore(snapshot.content.state, snapshot.header.state_schema)
        except NotASnapshot as why:
            passed_over.append(f"{snapshot.path.name}: {why}")
            continue
        return book, snapshot.fold(), snapshot.header.seq, [snapshot.path, *(older.path for older in snapshots)]
    book = Recovering()
    book.use_log(log.facts)
    return book, Fold(), 0, []
