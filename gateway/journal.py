"""The store: one append-only log, one writer. Nothing else imports lmdb.

The log. Every record of every kind stands under one rising number, in the order of the turns;
`gateway.store.log_records` says what a record is. Each carries its checksum. A turn ends with a turn record that
carries the wall clock and the SHA-256 over the previous turn's digest and every record of this turn: the log is a chain
from its first record to its head, and nobody can change, drop or reorder one without breaking it.

Where it stands. A commit writes its turn to the write-ahead file (`gateway.store.write_ahead`) and returns when it is
on disk: one flush. When a segment of that file is full, its turns are moved into LMDB as one chunk, in a thread of
their own, by one transaction with LMDB's default flags, while turns go into the other segment. Opening a store first
moves what a crash has left in the segments, so a reader finds all of the log in one place:

`log`       number of its first record -> chunk: whole turns, one behind the other;
`turns`     the same number -> where in the chunk its turns begin, so that a record is found without a walk;
`outbound`  session, generation, MsgSeqNum(34) of the first -> run of messages: their chunk, and where they are in it;
`sessions`  session -> its numbers;      `meta`  format, store id, number and digest of the last record, the secret.

A commit that fails is final (after a failed fsync the kernel may have dropped the pages and the next one would
"succeed" over a hole): the journal latches, and the process must end with EXIT_JOURNAL_FAILED, say nothing more, and
verify at its next start. So it is when a chunk cannot be moved: its turns stay in their segment.

Nothing here ever deletes: a sequence reset opens a new generation, recovery that finds damage refuses and leaves the
files as they are.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final

import lmdb

from gateway.store.log_records import (
    EVENT,
    FACT,
    INBOUND,
    NUMBER,
    NUMBERS,
    OUTBOUND,
    SESSION_NUMBERS,
    TURN,
    TURN_END,
    Damaged,
    Numbers,
    end_of,
    framed,
    record_at,
    records_of,
    session_prefix,
    split_numbers,
    split_outbound,
    split_turn,
)
from gateway.store.log_walk import Chunk, Piece, Walk
from gateway.store.outbound_search import (
    COUNT,
    NUMBER_MAX,
    PLACE,
    RUNHEAD,
    first_since,
    first_since_in,
    last_number,
)
from gateway.store.store_files import JournalRefused, lock, refuse_short_file, refuse_wide_modes, sync_directory
from gateway.store.stored_log import FORMAT, HEAD, META_KEYS, START, TABLES, LogReader, Stored, StoredLog, origin
from gateway.store.write_ahead import SEGMENTS, StoredTurn, WriteAhead, create_segments, stored_turns

EXIT_JOURNAL_FAILED: Final = 74  # EX_IOERR of sysexits.h
MAP_SIZE_GB: Final = 64  # address space, not disk: LMDB grows the file as it is used
SEGMENT_BYTES: Final = 8 << 20

_GENERATION: Final = struct.Struct(">I")
_pack_generation: Final = _GENERATION.pack


class JournalFailed(Exception):
    """A commit failed. What it held is not durable, and this process must not say or write anything more."""


class _Run:
    """Messages of one session whose MsgSeqNums follow one another, and where they stand in their chunk: those of one
    turn stand together, so there is one place for each turn."""

    __slots__ = ("first", "places", "prefix", "raws")

    def __init__(self, prefix: bytes, first: int) -> None:
        self.prefix = prefix
        self.first = first
        self.raws: list[bytes] = []
        self.places: list[tuple[int, int, int]] = []

    @property
    def end(self) -> int:
        """The MsgSeqNum behind the last."""
        return self.first + len(self.raws)


class Transaction:
    """The records of one turn, collected in memory until `commit`. Numbers are final from the moment they are given."""

    __slots__ = ("_journal", "_length", "_numbers", "_records", "_runs", "first_seq", "next_seq")

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.first_seq = self.next_seq = journal.head + 1
        self._records: list[bytes] = []
        self._length = 0
        self._runs: list[_Run] = []
        self._numbers: dict[str, Numbers] = {}

    def __len__(self) -> int:
        return len(self._records)

    def _append(self, kind: bytes, payload: bytes) -> int:
        seq = self.next_seq
        self.next_seq = seq + 1
        record = framed(seq, kind, payload)
        self._records.append(record)
        self._length += len(record)
        return seq

    def append_fact(self, payload: bytes) -> int:
        """One fact of the application; returns its number."""
        return self._append(FACT, payload)

    def append_event(self, payload: bytes) -> int:
        """What the gateway states about its sessions (`gateway.session_events`); returns its number."""
        return self._append(EVENT, payload)

    def append_inbound(self, session: str, raw: bytes) -> None:
        """A message that a peer sent us, as it was on the wire."""
        self._append(INBOUND, session_prefix(session) + raw)

    def append_outbound(self, session: str, generation: int, msg_seq_num: int, raws: list[bytes]) -> None:
        """Messages of ours, the first under this number and each under the next; `outbound` finds them from now on."""
        prefix = session_prefix(session) + _pack_generation(generation)
        run = _Run(prefix, msg_seq_num)
        run.raws = raws
        run.places.append((0, len(self._records), self._length))
        self._runs.append(run)
        for number, raw in enumerate(raws, msg_seq_num):
            self._append(OUTBOUND, prefix + NUMBER.pack(number) + raw)

    def set_numbers(self, session: str, numbers: Numbers, cause: str = "") -> None:
        """The session's place at the end of this turn. `cause` names anything but plain increments."""
        self._append(NUMBERS, session_prefix(session) + SESSION_NUMBERS.pack(*numbers) + cause.encode())
        self._numbers[session] = numbers

    def outbound(self, session: str, generation: int, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Stored messages with begin <= MsgSeqNum <= end, ascending, those of this very turn included."""
        for msg_seq_num, raw in self._journal.outbound(session, generation, begin, end):
            begin = msg_seq_num + 1
            yield msg_seq_num, raw
        yield from _of_runs(self._runs, session_prefix(session) + _pack_generation(generation), begin, end)

    def commit(self, utc_ns: int) -> None:
        """Make the turn durable; returns when it is on disk. Raises JournalFailed when it is not, for ever."""
        self._journal._commit(self, utc_ns)


class _Chunk:
    """Turns that are durable and not yet in LMDB, and what its indexes will say of them."""

    __slots__ = ("count", "digest", "first_seq", "length", "numbers", "runs", "starts", "turns")

    def __init__(self, first_seq: int) -> None:
        self.first_seq = first_seq
        self.count = 0
        self.turns: list[bytes] = []
        self.starts: list[tuple[int, int]] = []
        self.length = 0
        self.runs: dict[bytes, list[_Run]] = {}
        self.numbers: dict[str, Numbers] = {}
        self.digest = b""

    def add(self, turn: Transaction, records: bytes, digest: bytes) -> None:
        for run in turn._runs:
            runs = self.runs.setdefault(run.prefix, [])
            if not runs or runs[-1].end != run.first:
                runs.append(_Run(run.prefix, run.first))
            known = runs[-1]
            _, before, offset = run.places[0]
            known.places.append((len(known.raws), before + self.count, offset + self.length))
            known.raws += run.raws
        self.numbers.update(turn._numbers)
        self.starts.append((self.count, self.length))
        self.count += len(turn._records)
        self.turns.append(records)
        self.length += len(records)
        self.digest = digest


class Journal(LogReader):
    """An open store. `head` is the number of the last durable record, `store_id` names the store for ever."""

    def __init__(self, directory: Path, environment: lmdb.Environment, lock_fd: int) -> None:
        self.directory = directory
        self._environment = environment
        self._lock_fd = lock_fd
        self._log = environment.open_db(b"log")
        self._turns = environment.open_db(b"turns")
        self._outbound = environment.open_db(b"outbound")
        self._sessions = environment.open_db(b"sessions")
        self._meta = environment.open_db(b"meta")
        self._failed = False
        with environment.begin() as txn:
            head, store_id, secret = (bytes(txn.get(name, b"", db=self._meta)) for name in META_KEYS)
        if len(head) != HEAD.size or not store_id:
            raise JournalRefused(f"journal: {directory}: the head of the log is missing. Restore a backup beside it")
        self.store_id = store_id.decode()
        self.head: int
        self.head, self._digest = HEAD.unpack(head)
        self._secret = int.from_bytes(secret, "big")
        self._stored = StoredLog(environment)
        self._ahead = WriteAhead(directory, self._secret)
        self._turn: Transaction | None = None
        self._filling = _Chunk(self.head + 1)
        self._moving: _Chunk | None = None
        self._moved: Future[None] | None = None
        self._mover = ThreadPoolExecutor(1, "journal")

    # -- opening -------------------------------------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        directory: Path,
        store_id: str,
        map_size_gb: int = MAP_SIZE_GB,
        segment_bytes: int = SEGMENT_BYTES,
    ) -> Journal:
        """Make a new, empty store and open it. The directory must be absent or empty.

        It comes into being whole, by renaming one beside it: a creation that was cut short is in nobody's way."""
        if directory.exists() and any(directory.iterdir()):
            raise JournalRefused(f"journal: {directory} is not empty; a store is never created over existing files")
        unfinished = directory.with_name(f"{directory.name}.unfinished")
        unfinished.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.chmod(0o700)
        lock_fd = lock(unfinished)
        for left in unfinished.iterdir():
            if left.name != "LOCK":
                left.unlink()
        create_segments(unfinished, segment_bytes)
        with _open_environment(unfinished, map_size_gb) as environment:
            meta = environment.open_db(b"meta")
            for table in TABLES:
                environment.open_db(table)
            with environment.begin(write=True) as txn:
                txn.put(b"format", FORMAT, db=meta)
                txn.put(b"store_id", store_id.encode(), db=meta)
                txn.put(b"secret", os.urandom(4), db=meta)
                txn.put(b"head", HEAD.pack(0, origin(store_id)), db=meta)
        sync_directory(unfinished)
        unfinished.rename(directory)
        sync_directory(directory.parent)
        os.close(lock_fd)
        return cls.open(directory, map_size_gb)

    @classmethod
    def open(cls, directory: Path, map_size_gb: int = MAP_SIZE_GB) -> Journal:
        """Open an existing store. Raises JournalRefused, nothing changed, when it is missing, damaged or in use."""
        data = directory / "data.mdb"
        if not data.exists():
            raise JournalRefused(
                f"journal: no store in {directory}. If this is the first start, create one with --init; "
                "if not, restore it from a backup: starting empty would forget every order and sequence number"
            )
        segments = [directory / name for name in SEGMENTS]
        for path in segments:
            if not path.exists():
                raise JournalRefused(
                    f"journal: {path} is missing: it holds the newest turns. Restore the whole directory from a backup"
                )
        refuse_wide_modes(directory, data, *segments)
        lock_fd = lock(directory)
        try:
            refuse_short_file(data)
            environment = _open_environment(directory, map_size_gb)
            environment.reader_check()
            _refuse_other_formats(data, environment)
            journal = cls(directory, environment, lock_fd)
        except lmdb.Error as error:
            os.close(lock_fd)
            raise JournalRefused(
                f"journal: {data} is damaged ({error}); it was left as it is. Restore a backup beside it"
            ) from error
        except JournalRefused:
            os.close(lock_fd)
            raise
        try:
            journal._take_over()
        except (JournalRefused, JournalFailed) as why:
            journal.abandon()
            raise JournalRefused(str(why)) from why
        return journal

    def close(self) -> None:
        """Move what is left into LMDB and let go of the store. Raises JournalFailed when that cannot be done."""
        try:
            if not self._failed:
                self.settle()
        finally:
            self.abandon()

    def forget_dead_readers(self) -> None:
        """A process that read beside this one and was killed keeps LMDB from using freed pages again until this."""
        self._environment.reader_check()

    def abandon(self) -> None:
        """Let go of the store as a crash does: what is durable stays where it is."""
        self._failed = True
        self._mover.shutdown()
        self._ahead.close()
        self._environment.close()
        os.close(self._lock_fd)

    def _take_over(self) -> None:
        """Move into LMDB what the last process has left in the segments. A torn last turn was never durable."""
        left = [turn for turn in stored_turns(self.directory, self._secret) if turn.first_seq > self.head]
        while left:
            found = [turn for turn in left if turn.first_seq == self.head + 1]
            whole = [turn for turn in found if self._is_whole(turn)]
            if whole:
                self._adopt(whole[0])
            elif left[-1].first_seq > self.head + 1:
                raise self._refusal(f"record {self.head + 1}: its turn is not whole, but turns behind it are there")
            else:
                break
            left = [turn for turn in left if turn.first_seq > self.head]
        self.settle()

    def _is_whole(self, turn: StoredTurn) -> bool:
        """Whether every record of it is as it was written, and it is the one that follows our head."""
        try:
            *_, (end_at, last) = read = list(records_of(turn.records, turn.first_seq))
        except (Damaged, ValueError):
            return False
        digest = sha256(self._digest + turn.records[:end_at]).digest()
        return len(read) == turn.records_count and last.kind == TURN and split_turn(last.payload)[1] == digest

    def _adopt(self, stored: StoredTurn) -> None:
        """Take a turn of the write-ahead file as if it had just been committed."""
        turn = Transaction(self)
        for _, record in records_of(stored.records, stored.first_seq):
            if record.kind == OUTBOUND:
                session, generation, msg_seq_num, raw = split_outbound(record.payload)
                turn.append_outbound(session, generation, msg_seq_num, [raw])
            elif record.kind == NUMBERS:
                turn.set_numbers(*split_numbers(record.payload))
            else:
                turn._append(record.kind, record.payload)
        assert b"".join(turn._records) == stored.records, "a turn was not read as it was written"
        self._keep(turn, stored.records, split_turn(record.payload)[1])

    # -- writing -------------------------------------------------------------------------------------------------

    def transaction(self) -> Transaction:
        self._turn = Transaction(self)
        return self._turn

    def _commit(self, turn: Transaction, utc_ns: int) -> None:
        if self._failed:
            raise JournalFailed("journal: an earlier commit failed; this process must end")
        records = b"".join(turn._records)
        digest = sha256(self._digest + records).digest()
        turn._append(TURN, TURN_END.pack(utc_ns, digest))
        records += turn._records[-1]
        fits = self._ahead.can_hold(len(records))
        if not fits or not self._ahead.has_room(len(records)):
            self._move()
        try:
            if fits:
                self._ahead.append(turn.first_seq, len(turn._records), records)
        except OSError as error:
            self._failed = True
            raise JournalFailed(f"journal: commit failed: {error}") from error
        self._keep(turn, records, digest)
        if not fits:
            self.settle()

    def _keep(self, turn: Transaction, records: bytes, digest: bytes) -> None:
        self._filling.add(turn, records, digest)
        self._digest = digest
        self.head = turn.next_seq - 1
        self._turn = None

    def settle(self) -> None:
        """Have all that is durable in LMDB. Raises JournalFailed."""
        self._move()
        self._moving_is_done()

    def _move(self) -> None:
        """Begin to move what the segment holds into LMDB, and go on with the other segment."""
        self._moving_is_done()
        if self._filling.count:
            self._moving, self._filling = self._filling, _Chunk(self.head + 1)
            self._moved = self._mover.submit(self._put, self._moving)
            self._ahead.switch()

    def _moving_is_done(self) -> None:
        if self._moved is not None:
            try:
                self._moved.result()
            except lmdb.Error as error:
                self._failed = True
                raise JournalFailed(f"journal: moving turns into LMDB failed: {error}") from error
            self._moving = self._moved = None

    def _put(self, chunk: _Chunk) -> None:
        with self._environment.begin(write=True) as txn:
            first = NUMBER.pack(chunk.first_seq)
            fresh = txn.put(first, b"".join(chunk.turns), db=self._log, overwrite=False, append=True)
            txn.put(first, b"".join([START.pack(*start) for start in chunk.starts]), db=self._turns)
            for runs in chunk.runs.values():
                for run in runs:
                    places = b"".join([PLACE.pack(*place) for place in run.places])
                    key = run.prefix + NUMBER.pack(run.first)
                    value = first + COUNT.pack(len(run.raws)) + places
                    fresh = fresh and txn.put(key, value, db=self._outbound, overwrite=False)
            assert fresh, "a log number or a MsgSeqNum was used twice"
            for session, numbers in chunk.numbers.items():
                txn.put(session.encode(), SESSION_NUMBERS.pack(*numbers), db=self._sessions)
            txn.put(b"head", HEAD.pack(chunk.first_seq + chunk.count - 1, chunk.digest), db=self._meta)

    # -- reading -------------------------------------------------------------------------------------------------

    def _ends(self, walk: Walk) -> None:
        if (walk.seq, walk.digest) != (self.head, self._digest):
            raise Damaged(f"record {walk.seq}: the log does not end where its head says")

    def _pieces(self, numbers: Sequence[int]) -> Iterator[Piece]:
        """The turns that hold these numbers, wherever they are; numbers that were not given yet are left out."""
        ahead = self._not_in_lmdb()
        begin = bisect_left(numbers, ahead[0].first_seq if ahead else self.head + 1)
        yield from self._stored.pieces(numbers[:begin])
        for chunk in ahead:
            end = bisect_left(numbers, chunk.first_seq + chunk.count, begin)
            for number in numbers[begin:end]:
                turn = bisect_right(chunk.starts, (number - chunk.first_seq, chunk.length)) - 1
                yield Piece(chunk.first_seq + chunk.starts[turn][0], chunk.turns[turn], (), (number,))
            begin = end
        if self._turn is not None:
            for number in numbers[begin:]:
                if number < self._turn.next_seq:
                    yield Piece(number, self._turn._records[number - self._turn.first_seq], (), (number,))

    def _chunks(self, number: int) -> Iterator[Chunk]:
        """All from the one on that holds this number."""
        ahead = self._not_in_lmdb()
        newest = 0
        for newest, chunk in self._stored.chunks(number):
            yield newest, chunk
        for waiting in ahead:
            if waiting.first_seq > newest:
                yield waiting.first_seq, b"".join(waiting.turns)

    def _not_in_lmdb(self) -> list[_Chunk]:
        """To be called before one looks into LMDB: what one does not find there one has hold of then."""
        return [chunk for chunk in (self._moving, self._filling) if chunk is not None and chunk.count]

    def outbound(self, session: str, generation: int, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Durable messages of ours with begin <= MsgSeqNum <= end, ascending, checked. Numbers may be missing."""
        prefix = session_prefix(session) + _pack_generation(generation)
        ahead = [run for chunk in self._not_in_lmdb() for run in chunk.runs.get(prefix, ())]
        try:
            with self._environment.begin(buffers=True) as txn:
                for first, run in self._runs(txn, prefix, begin, end):
                    for number, payload in self._messages_of(txn, run, first, begin, end):
                        place = prefix + NUMBER.pack(number)
                        if not payload.startswith(place):
                            raise Damaged(f"MsgSeqNum(34)={number} of {session}: its index names another message")
                        begin = number + 1
                        yield number, payload[len(place) :]
        except Damaged as damage:
            raise self._refusal(damage) from damage
        yield from _of_runs(ahead, prefix, begin, end)

    def last_outbound(self, session: str, generation: int, up_to: int = NUMBER_MAX) -> int:
        """The highest MsgSeqNum(34) of a durable message of ours up to that one; 0 when there is none."""
        prefix = session_prefix(session) + _pack_generation(generation)
        ahead = [run for chunk in self._not_in_lmdb() for run in chunk.runs.get(prefix, ()) if run.first <= up_to]
        with self._environment.begin(db=self._outbound) as txn, txn.cursor() as cursor:
            return max(last_number(cursor, prefix, up_to), *[min(up_to, run.end - 1) for run in ahead], 0)

    def outbound_since(self, session: str, generation: int, seq: int) -> int:
        """The MsgSeqNum(34) of the first durable message of ours from record `seq` on; 0 when there is none."""
        prefix = session_prefix(session) + _pack_generation(generation)
        ahead = [(run, chunk.first_seq) for chunk in self._not_in_lmdb() for run in chunk.runs.get(prefix, ())]
        with self._environment.begin(db=self._outbound) as txn, txn.cursor() as cursor:
            found = first_since(cursor, prefix, last_number(cursor, prefix, NUMBER_MAX), seq)
        places = (first_since_in(run.places, run.first, chunk_first, seq) for run, chunk_first in ahead)
        return found or next(filter(None, places), 0)

    def _messages_of(
        self, txn: lmdb.Transaction, run: memoryview, first: int, begin: int, end: int
    ) -> Iterator[tuple[int, bytes]]:
        """Those of the messages `begin` to `end` that are in a run which begins with MsgSeqNum `first`."""
        key = bytes(run[: NUMBER.size])
        chunk, chunk_first = txn.get(key, b"", db=self._log), NUMBER.unpack(key)[0]
        places = list(PLACE.iter_unpack(run[RUNHEAD:]))
        ends = [place[0] for place in places[1:]] + list(COUNT.unpack_from(run, NUMBER.size))
        for (in_run, before, offset), end_in_run in zip(places, ends, strict=True):
            numbers = range(first + in_run, first + end_in_run)
            if begin < numbers.stop and end >= numbers.start:
                for number, seq in zip(numbers, count(chunk_first + before), strict=False):
                    record = record_at(chunk, offset, seq)
                    offset = end_of(record, offset)
                    if begin <= number <= end:
                        yield number, record.payload

    def _runs(self, txn: lmdb.Transaction, prefix: bytes, begin: int, end: int) -> Iterator[tuple[int, memoryview]]:
        """Runs of messages that touch `begin` to `end`: first MsgSeqNum, chunk and places."""
        cursor = txn.cursor(self._outbound)
        # The run that holds `begin` starts at it or before it: at the last key that is not above.
        if cursor.set_range(prefix + NUMBER.pack(begin)):
            found = cursor.key() == prefix + NUMBER.pack(begin) or cursor.prev() or cursor.first()
        else:
            found = cursor.last()
        last = prefix + NUMBER.pack(end)
        while found and (key := bytes(cursor.key())) <= last:
            if key.startswith(prefix):
                yield NUMBER.unpack(key[len(prefix) :])[0], memoryview(cursor.value())
            found = cursor.next()

    def numbers(self) -> dict[str, Numbers]:
        """Each session's place after the last durable turn."""
        ahead = self._not_in_lmdb()
        found = self._stored.numbers()
        for chunk in ahead:
            found.update(chunk.numbers)
        return found


def _of_runs(runs: Sequence[_Run], prefix: bytes, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    for run in runs:
        if run.prefix == prefix:
            for number in range(max(begin, run.first), min(end, run.end - 1) + 1):
                yield number, run.raws[number - run.first]


def _open_environment(directory: Path, map_size_gb: int, readonly: bool = False) -> lmdb.Environment:
    umask = os.umask(0o077)
    try:
        return lmdb.open(
            str(directory), map_size=map_size_gb << 30, max_dbs=5, mode=0o600, max_readers=32, readonly=readonly
        )
    finally:
        os.umask(umask)


def _refuse_other_formats(data: Path, environment: lmdb.Environment) -> None:
    with environment.begin() as txn:
        names = {bytes(key) for key, _ in txn.cursor()}
        if not names >= {b"log", b"outbound", b"sessions", b"meta"}:
            raise JournalRefused(f"journal: {data} is an LMDB file but not a fixgate journal")
    with environment.begin(db=environment.open_db(b"meta", create=False)) as txn:
        found = bytes(txn.get(b"format") or b"")
    if found != FORMAT:
        raise JournalRefused(f"journal: {data} has format {found!r}, this version reads {FORMAT!r}")


@contextmanager
def read_beside(directory: Path, map_size_gb: int = MAP_SIZE_GB) -> Iterator[Stored]:
    """The part of a store that is in LMDB, to be read beside the process that may be writing it. Raises JournalRefused.

    Not for that process itself: LMDB wants a file to be opened once in a process."""
    data = directory / "data.mdb"
    if not data.exists():
        raise JournalRefused(f"journal: no store in {directory}")
    refuse_wide_modes(directory, data)
    try:
        refuse_short_file(data)
        with _open_environment(directory, map_size_gb, readonly=True) as environment:
            _refuse_other_formats(data, environment)
            yield Stored(directory, StoredLog(environment))
    except lmdb.Error as error:
        raise JournalRefused(f"journal: {data} cannot be read ({error})") from error
