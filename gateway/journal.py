"""The disk: one LMDB environment, one append-only log, one writer. Nothing else imports lmdb.

Layout. Table `log` is the truth: every record of every kind under one rising number, in the order of the turns.
A record is `CRC-32 (4) | kind (1) | payload`. The checksum is over kind and payload and starts from the record's
number (its low 32 bits), so that a flipped bit and a record in the wrong place are both seen. Each turn ends with a
turn record that carries the wall clock and the SHA-256 over the previous turn's digest and every record of this turn:
the log is a chain from its first record to its head, and nobody can change, drop or reorder one without breaking it.

The other tables are indexes into the log, written in the same transaction:
`outbound`  session, generation, MsgSeqNum(34) -> record that holds the message, for each run of messages that stand
            together in the log;
`sessions`  session -> its numbers;      `meta`  format, store id, digest of the head.

Durability. LMDB runs with its default flags: a commit is on disk when it returns. A transaction collects a whole turn
in memory and writes it in one LMDB transaction. A commit that fails is final (after a failed fsync the kernel may have
dropped the pages and the next one would "succeed" over a hole): the journal latches, and the process must end with
EXIT_JOURNAL_FAILED, say nothing more, and verify at its next start.

Nothing here ever deletes: a sequence reset opens a new generation, recovery that finds damage refuses and leaves the
files as they are.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import lmdb

FORMAT = b"fixgate-journal-1"
EXIT_JOURNAL_FAILED = 74  # EX_IOERR of sysexits.h
MAP_SIZE_GB = 64  # address space, not disk: LMDB grows the file as it is used

INBOUND = b"i"
OUTBOUND = b"o"
FACT = b"f"
NUMBERS = b"n"
TURN = b"t"

_NUMBER = struct.Struct(">Q")
_CHECKSUM = struct.Struct("<I")
_TURN_END = struct.Struct(">Q32s")  # utc_ns, digest
_SESSION_NUMBERS = struct.Struct(">IQQ")  # generation, next sender, next target
_OUTBOUND_KEY = struct.Struct(">IQ")  # generation, MsgSeqNum, behind the session's name and a NUL
_GENERATION = struct.Struct(">I")
_RUN = struct.Struct(">QI")  # number of the first record, count
_pack_number, _pack_checksum, _pack_generation = _NUMBER.pack, _CHECKSUM.pack, _GENERATION.pack
_LMDB_META = struct.Struct("<II16x96xQQ")  # magic, version, last page, transaction id: mdb.c, MDB_meta
_LMDB_MAGIC = 0xBEEFC0DE
_LMDB_PAGE_HEADER = 16


class JournalRefused(Exception):
    """The store cannot be opened as it is; the message says what is wrong and what to do. Nothing was changed."""


class JournalFailed(Exception):
    """A commit failed. What it held is not durable, and this process must not say or write anything more."""


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


class Transaction:
    """The records of one turn, collected in memory until `commit`. Numbers are final from the moment they are given."""

    __slots__ = ("_first_seq", "_journal", "_numbers", "_records", "_runs", "next_seq")

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._first_seq = self.next_seq = journal.head + 1
        self._records: list[bytes] = []
        self._runs: list[tuple[bytes, int, list[bytes], int]] = []
        self._numbers: dict[str, Numbers] = {}

    def __len__(self) -> int:
        return len(self._records)

    def _append(self, kind: bytes, payload: bytes) -> int:
        seq = self.next_seq
        self.next_seq = seq + 1
        content = kind + payload
        self._records.append(_pack_checksum(crc32(content, seq)) + content)
        return seq

    def append_fact(self, payload: bytes) -> int:
        """One fact of the application; returns its number."""
        return self._append(FACT, payload)

    def append_inbound(self, session: str, raw: bytes) -> None:
        """A message that a peer sent us, as it was on the wire."""
        self._append(INBOUND, _prefix(session) + raw)

    def append_outbound(self, session: str, generation: int, msg_seq_num: int, raws: list[bytes]) -> None:
        """Messages of ours, the first under this number and each under the next; `outbound` finds them from now on."""
        prefix = _prefix(session) + _pack_generation(generation)
        self._runs.append((prefix, msg_seq_num, raws, self.next_seq))
        for number, raw in enumerate(raws, msg_seq_num):
            self._append(OUTBOUND, prefix + _pack_number(number) + raw)

    def set_numbers(self, session: str, numbers: Numbers, cause: str = "") -> None:
        """The session's place at the end of this turn. `cause` names anything but plain increments."""
        self._append(NUMBERS, _prefix(session) + _SESSION_NUMBERS.pack(*numbers) + cause.encode())
        self._numbers[session] = numbers

    def outbound(self, session: str, generation: int, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Stored messages with begin <= MsgSeqNum <= end, ascending, those of this very turn included."""
        for msg_seq_num, raw in self._journal.outbound(session, generation, begin, end):
            begin = msg_seq_num + 1
            yield msg_seq_num, raw
        prefix = _prefix(session) + _pack_generation(generation)
        for run_prefix, first, raws, _ in self._runs:
            if run_prefix == prefix:
                for msg_seq_num, raw in enumerate(raws, first):
                    if begin <= msg_seq_num <= end:
                        yield msg_seq_num, raw

    def commit(self, utc_ns: int) -> None:
        """Make the turn durable; returns when it is on disk. Raises JournalFailed when it is not, for ever."""
        self._journal._commit(self, utc_ns)


class Journal:
    """An open store. `head` is the number of the last durable record, `store_id` names the store for ever."""

    def __init__(self, directory: Path, environment: lmdb.Environment, lock_fd: int) -> None:
        self.directory = directory
        self._environment = environment
        self._lock_fd = lock_fd
        self._log = environment.open_db(b"log")
        self._outbound = environment.open_db(b"outbound")
        self._sessions = environment.open_db(b"sessions")
        self._meta = environment.open_db(b"meta")
        self._failed = False
        with environment.begin() as txn:
            self.store_id = (txn.get(b"store_id", db=self._meta) or b"").decode()
            self._digest = txn.get(b"digest", db=self._meta) or b""
            last = txn.cursor(self._log)
            self.head = _NUMBER.unpack(last.key())[0] if last.last() else 0

    # -- opening -------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, directory: Path, store_id: str, map_size_gb: int = MAP_SIZE_GB) -> Journal:
        """Make a new, empty store and open it. The directory must be absent or empty."""
        if directory.exists() and any(directory.iterdir()):
            raise JournalRefused(f"journal: {directory} is not empty; a store is never created over existing files")
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        lock_fd = _lock(directory)
        environment = _open_environment(directory, map_size_gb)
        meta = environment.open_db(b"meta")
        for table in (b"log", b"outbound", b"sessions"):
            environment.open_db(table)
        with environment.begin(write=True) as txn:
            txn.put(b"format", FORMAT, db=meta)
            txn.put(b"store_id", store_id.encode(), db=meta)
            txn.put(b"digest", sha256(FORMAT + store_id.encode()).digest(), db=meta)
        _sync_directory(directory)
        _sync_directory(directory.parent)
        return cls(directory, environment, lock_fd)

    @classmethod
    def open(cls, directory: Path, map_size_gb: int = MAP_SIZE_GB) -> Journal:
        """Open an existing store. Raises JournalRefused, nothing changed, when it is missing, damaged or in use."""
        data = directory / "data.mdb"
        if not data.exists():
            raise JournalRefused(
                f"journal: no store in {directory}. If this is the first start, create one with --init; "
                "if not, restore it from a backup: starting empty would forget every order and sequence number"
            )
        _refuse_wide_modes(directory, data)
        lock_fd = _lock(directory)
        try:
            _refuse_short_file(data)
            environment = _open_environment(directory, map_size_gb)
            environment.reader_check()
            with environment.begin() as txn:
                names = {bytes(key) for key, _ in txn.cursor()}
                if not names >= {b"log", b"outbound", b"sessions", b"meta"}:
                    raise JournalRefused(f"journal: {data} is an LMDB file but not a fixgate journal")
            with environment.begin(db=environment.open_db(b"meta", create=False)) as txn:
                found = bytes(txn.get(b"format") or b"")
            if found != FORMAT:
                raise JournalRefused(f"journal: {data} has format {found!r}, this version reads {FORMAT!r}")
            return cls(directory, environment, lock_fd)
        except lmdb.Error as error:
            os.close(lock_fd)
            raise JournalRefused(
                f"journal: {data} is damaged ({error}); it was left as it is. Restore a backup beside it"
            ) from error
        except JournalRefused:
            os.close(lock_fd)
            raise

    def close(self) -> None:
        self._environment.close()
        os.close(self._lock_fd)

    # -- writing -------------------------------------------------------------------------------------------------

    def transaction(self) -> Transaction:
        return Transaction(self)

    def _commit(self, turn: Transaction, utc_ns: int) -> None:
        if self._failed:
            raise JournalFailed("journal: an earlier commit failed; this process must end")
        digest = sha256(self._digest + b"".join(turn._records)).digest()
        turn._append(TURN, _TURN_END.pack(utc_ns, digest))
        try:
            with self._environment.begin(write=True) as txn:
                keys = map(_pack_number, range(turn._first_seq, turn.next_seq))
                records = list(zip(keys, turn._records, strict=True))
                _, added = txn.cursor(self._log).putmulti(records, dupdata=False, append=True)
                assert added == len(records), "a log number was used twice"
                for prefix, first, raws, seq in turn._runs:
                    key = prefix + _pack_number(first)
                    fresh = txn.put(key, _RUN.pack(seq, len(raws)), db=self._outbound, overwrite=False)
                    assert fresh, "a MsgSeqNum was given twice"
                for session, numbers in turn._numbers.items():
                    txn.put(session.encode(), _SESSION_NUMBERS.pack(*numbers), db=self._sessions)
                txn.put(b"digest", digest, db=self._meta)
        except lmdb.Error as error:
            self._failed = True
            raise JournalFailed(f"journal: commit failed: {error}") from error
        self._digest = digest
        self.head = turn.next_seq - 1

    # -- reading -------------------------------------------------------------------------------------------------

    def records(self) -> Iterator[Record]:
        """Every record from the first, each checked, the chain checked at every turn and at the head.

        Raises JournalRefused at the first damage, naming the record."""
        digest = sha256(FORMAT + self.store_id.encode()).digest()
        values: list[bytes] = []
        expected = 1
        with self._environment.begin() as txn:
            for key, value in txn.cursor(self._log):
                record = _checked(key, value)
                if record.seq != expected:
                    raise self._damage(expected, f"missing; the next one is {record.seq}")
                expected += 1
                if record.kind == TURN:
                    digest = sha256(digest + b"".join(values)).digest()
                    if _TURN_END.unpack(record.payload)[1] != digest:
                        raise self._damage(record.seq, "the chain of digests is broken")
                    values.clear()
                else:
                    values.append(value)
                yield record
        if values or digest != self._digest:
            raise self._damage(expected - 1, "the log does not end where its head says")

    def outbound(self, session: str, generation: int, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Durable messages of ours with begin <= MsgSeqNum <= end, ascending, checked. Numbers may be missing."""
        prefix = _prefix(session) + _pack_generation(generation)
        with self._environment.begin() as txn:
            for first, seq, count in self._runs(txn, prefix, begin, end):
                for number in range(max(begin, first), min(end, first + count - 1) + 1):
                    log_key = _pack_number(seq + number - first)
                    record = _checked(log_key, txn.get(log_key, db=self._log))
                    place = prefix + _pack_number(number)
                    if record.kind != OUTBOUND or not record.payload.startswith(place):
                        raise self._damage(record.seq, f"not the message that the index says it is ({place!r})")
                    yield number, record.payload[len(place) :]

    def _runs(self, txn: lmdb.Transaction, prefix: bytes, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Runs of messages that touch `begin` to `end`: first MsgSeqNum, number of its record, count."""
        cursor = txn.cursor(self._outbound)
        # The run that holds `begin` starts at it or before it: at the last key that is not above.
        if cursor.set_range(prefix + _pack_number(begin)):
            found = cursor.key() == prefix + _pack_number(begin) or cursor.prev() or cursor.first()
        else:
            found = cursor.last()
        last = prefix + _pack_number(end)
        while found and (key := bytes(cursor.key())) <= last:
            if key.startswith(prefix):
                seq, count = _RUN.unpack(cursor.value())
                yield _NUMBER.unpack(key[len(prefix) :])[0], seq, count
            found = cursor.next()

    def numbers(self) -> dict[str, Numbers]:
        """Each session's place after the last durable turn."""
        with self._environment.begin() as txn:
            return {
                name.decode(): Numbers(*_SESSION_NUMBERS.unpack(packed)) for name, packed in txn.cursor(self._sessions)
            }

    def _damage(self, seq: int, what: str) -> JournalRefused:
        return JournalRefused(f"journal: {self.directory}: record {seq}: {what}. Nothing was changed; restore a backup")


def split_inbound(payload: bytes) -> tuple[str, bytes]:
    """Session and raw message of an INBOUND record's payload."""
    session, _, raw = payload.partition(b"\0")
    return session.decode(), raw


def split_outbound(payload: bytes) -> tuple[str, int, int, bytes]:
    """Session, generation, MsgSeqNum and raw message of an OUTBOUND record's payload."""
    session, _, rest = payload.partition(b"\0")
    generation, msg_seq_num = _OUTBOUND_KEY.unpack_from(rest)
    return session.decode(), generation, msg_seq_num, rest[_OUTBOUND_KEY.size :]


def split_numbers(payload: bytes) -> tuple[str, Numbers, str]:
    """Session, numbers and cause of a NUMBERS record's payload."""
    session, _, rest = payload.partition(b"\0")
    numbers = Numbers(*_SESSION_NUMBERS.unpack_from(rest))
    return session.decode(), numbers, rest[_SESSION_NUMBERS.size :].decode()


def split_turn(payload: bytes) -> tuple[int, bytes]:
    """Wall clock (ns since 1970 UTC) and digest of a TURN record's payload."""
    utc_ns, digest = _TURN_END.unpack(payload)
    return utc_ns, digest


@lru_cache(maxsize=4096)
def _prefix(session: str) -> bytes:
    """What begins the keys and payloads of a session: its name and a NUL."""
    return session.encode() + b"\0"


def _checked(key: bytes, value: bytes | None) -> Record:
    seq: int = _NUMBER.unpack(key)[0]
    if value is None or len(value) < 5 or _CHECKSUM.unpack_from(value)[0] != crc32(value[4:], seq):
        raise JournalRefused(f"journal: record {seq}: its checksum is wrong. Nothing was changed; restore a backup")
    return Record(seq, value[4:5], value[5:])


def _open_environment(directory: Path, map_size_gb: int) -> lmdb.Environment:
    umask = os.umask(0o077)
    try:
        return lmdb.open(str(directory), map_size=map_size_gb << 30, max_dbs=4, mode=0o600, max_readers=32)
    finally:
        os.umask(umask)


def _lock(directory: Path) -> int:
    fd = os.open(directory / "LOCK", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise JournalRefused(f"journal: {directory} is in use by another process; one store has one writer") from None
    return fd


def _refuse_wide_modes(directory: Path, data: Path) -> None:
    for path in (directory, data):
        status = path.stat()
        if status.st_mode & 0o077:
            mode = f"{status.st_mode & 0o777:04o}"
            raise JournalRefused(f"journal: {path} has mode {mode}; others must not read orders: chmod go-rwx {path}")
        if status.st_uid != os.geteuid():
            raise JournalRefused(f"journal: {path} belongs to user {status.st_uid}, not to this process's user")


def _refuse_short_file(data: Path) -> None:
    """A file shorter than its own pages would kill the process (SIGBUS) on the first touch of what is missing."""
    size = data.stat().st_size
    page = os.sysconf("SC_PAGE_SIZE")
    newest = (0, 0)
    with data.open("rb") as file:
        for number in (0, 1):
            file.seek(number * page + _LMDB_PAGE_HEADER)
            meta = file.read(_LMDB_META.size)
            if len(meta) == _LMDB_META.size:
                magic, _, last_page, transaction = _LMDB_META.unpack(meta)
                if magic == _LMDB_MAGIC:
                    newest = max(newest, (transaction, last_page))
    if size < 2 * page or size < (newest[1] + 1) * page:
        raise JournalRefused(
            f"journal: {data} is cut short: {size} bytes, its last page needs {(newest[1] + 1) * page}. "
            "It was left as it is. Restore a backup beside it"
        )


def _sync_directory(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
