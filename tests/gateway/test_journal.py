"""The journal: what is committed is there, what is damaged is refused, what is refused is left alone."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from zlib import crc32

import lmdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import EXIT_JOURNAL_FAILED, Journal, JournalFailed
from gateway.store.log_records import (
    FACT,
    INBOUND,
    NUMBERS,
    OUTBOUND,
    TURN,
    Numbers,
    framed,
    session_prefix,
    split_inbound,
    split_numbers,
    split_outbound,
    split_turn,
)
from gateway.store.store_files import JournalRefused, lock
from gateway.store.write_ahead import HEADER_BYTES, SEGMENTS, stored_turns
from tests.world import memory_directory

SMALL_GB = 1
SEGMENT_BYTES = 16384


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """For those who open a store hundreds of times and ask nothing of a disk."""
    with memory_directory() as directory:
        yield directory / "journal"


def filled(directory: Path, turns: int = 3, chunks: bool = False) -> Journal:
    """A store with so many turns of five records; with `chunks` each is moved into LMDB by itself."""
    journal = Journal.create(directory, "T1", SMALL_GB, SEGMENT_BYTES)
    for number in range(1, turns + 1):
        turn = journal.transaction()
        turn.append_inbound("CLIENT", b"8=FIX.4.4\x01in%d" % number)
        turn.append_fact(b"fact %d" % number)
        turn.append_outbound("CLIENT", 1, number, [b"8=FIX.4.4\x01out%d" % number])
        turn.set_numbers("CLIENT", Numbers(1, number + 1, number + 1), "why" if number == 1 else "")
        turn.commit(number * 1000)
        if chunks:
            journal.settle()
    return journal


def contents(directory: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.iterdir()
        if path.name != "lock.mdb"
    }


def test_records_come_back_in_order_with_what_was_written(directory: Path) -> None:
    journal = filled(directory, turns=2)
    journal.close()
    journal = Journal.open(directory, SMALL_GB)
    records = list(journal.records())
    assert [record.kind for record in records] == [INBOUND, FACT, OUTBOUND, NUMBERS, TURN] * 2
    assert [record.seq for record in records] == list(range(1, 11))
    assert split_inbound(records[0].payload) == ("CLIENT", b"8=FIX.4.4\x01in1")
    assert records[1].payload == b"fact 1"
    assert split_outbound(records[2].payload) == ("CLIENT", 1, 1, b"8=FIX.4.4\x01out1")
    assert split_numbers(records[3].payload) == ("CLIENT", Numbers(1, 2, 2), "why")
    assert split_turn(records[4].payload)[0] == 1000
    assert journal.head == 10
    assert journal.numbers() == {"CLIENT": Numbers(1, 3, 3)}
    journal.close()


def test_outbound_is_found_by_session_generation_and_number(directory: Path) -> None:
    journal = filled(directory)
    turn = journal.transaction()
    turn.append_outbound("CLIENT", 2, 1, [b"second generation"])
    turn.append_outbound("CLIENT2", 1, 2, [b"other session"])
    turn.append_outbound("CLIENT", 1, 7, [b"behind", b"a hole"])
    turn.commit(9)
    assert list(journal.outbound("CLIENT", 1, 2, 9)) == [
        (2, b"8=FIX.4.4\x01out2"),
        (3, b"8=FIX.4.4\x01out3"),
        (7, b"behind"),
        (8, b"a hole"),
    ]
    assert list(journal.outbound("CLIENT", 1, 8, 8)) == [(8, b"a hole")]
    assert list(journal.outbound("CLIENT", 1, 4, 7)) == [(7, b"behind")]
    assert list(journal.outbound("CLIENT", 1, 9, 20)) == []
    assert list(journal.outbound("CLIENT", 2, 1, 9)) == [(1, b"second generation")]
    assert list(journal.outbound("NOBODY", 1, 1, 9)) == []
    journal.close()


def test_a_turn_finds_its_own_messages_behind_the_durable_ones(directory: Path) -> None:
    journal = filled(directory, turns=1)
    turn = journal.transaction()
    turn.append_outbound("CLIENT", 1, 2, [b"not yet durable"])
    assert list(turn.outbound("CLIENT", 1, 1, 5)) == [(1, b"8=FIX.4.4\x01out1"), (2, b"not yet durable")]
    journal.close()


def test_nothing_of_an_uncommitted_turn_remains(directory: Path) -> None:
    journal = filled(directory, turns=1)
    turn = journal.transaction()
    turn.append_fact(b"never happened")
    journal.close()
    journal = Journal.open(directory, SMALL_GB)
    assert [record.payload for record in journal.records() if record.kind == FACT] == [b"fact 1"]
    journal.close()


def test_the_first_failed_commit_is_final(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = filled(directory, turns=1)

    def failing(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "pwrite", failing)
        with pytest.raises(JournalFailed, match="Input/output error"):
            _commit_one(journal)
    with pytest.raises(JournalFailed, match="earlier commit failed"):
        _commit_one(journal)
    journal.close()


def _commit_one(journal: Journal) -> None:
    turn = journal.transaction()
    turn.append_fact(b"one more")
    turn.commit(5)


def test_a_second_process_on_the_same_store_is_refused(directory: Path) -> None:
    journal = filled(directory)
    other = (
        "import sys; from pathlib import Path; from gateway.journal import *\n"
        "try: Journal.open(Path(sys.argv[1]), 1)\n"
        "except JournalRefused as refused: print(refused); sys.exit(3)"
    )
    done = subprocess.run([sys.executable, "-c", other, str(directory)], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "in use by another process" in done.stdout
    journal.close()


def test_a_missing_store_is_refused_and_not_created(directory: Path) -> None:
    with pytest.raises(JournalRefused, match=r"no store in .* --init"):
        Journal.open(directory)
    assert not directory.exists()


def test_create_never_overwrites(directory: Path) -> None:
    filled(directory).close()
    before = contents(directory)
    with pytest.raises(JournalRefused, match="not empty"):
        Journal.create(directory, "T2", SMALL_GB)
    assert contents(directory) == before


def test_a_creation_that_was_cut_short_is_in_nobodys_way(directory: Path) -> None:
    """What it leaves behind stands beside the store that is to be, half written and unlocked."""
    beside = directory.with_name(f"{directory.name}.unfinished")
    beside.mkdir(parents=True)
    (beside / "ahead-0").write_bytes(bytes(512))
    (beside / "data.mdb").write_bytes(b"half")
    filled(directory).close()
    assert not beside.exists()
    Journal.open(directory, SMALL_GB).close()


def test_one_creates_at_a_time(directory: Path) -> None:
    beside = directory.with_name(f"{directory.name}.unfinished")
    beside.mkdir(parents=True)
    other = lock(beside)
    with pytest.raises(JournalRefused, match="in use by another process"):
        Journal.create(directory, "T1", SMALL_GB)
    os.close(other)
    assert not directory.exists()


def test_files_are_for_their_owner_only(directory: Path) -> None:
    filled(directory).close()
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    (directory / "data.mdb").chmod(0o644)
    with pytest.raises(JournalRefused, match="mode 0644"):
        Journal.open(directory, SMALL_GB)


@pytest.mark.parametrize("keep", [0, 100, 4096, 8192, 3 * 4096 + 7, -4096, -1])
def test_a_truncated_file_is_refused_and_left_as_it_is(directory: Path, keep: int) -> None:
    filled(directory, turns=30).close()
    data = directory / "data.mdb"
    os.truncate(data, keep if keep >= 0 else data.stat().st_size + keep)
    before = contents(directory)
    with pytest.raises(JournalRefused):
        Journal.open(directory, SMALL_GB)
    assert contents(directory) == before


def test_zeroed_meta_pages_are_refused(directory: Path) -> None:
    filled(directory).close()
    data = directory / "data.mdb"
    damaged = bytearray(data.read_bytes())
    damaged[: 2 * 4096] = bytes(2 * 4096)
    data.write_bytes(damaged)
    with pytest.raises(JournalRefused):
        Journal.open(directory, SMALL_GB)


def test_every_flipped_bit_of_a_record_is_found(in_memory: Path) -> None:
    filled(in_memory, turns=1).close()
    with lmdb.open(str(in_memory), max_dbs=4, map_size=1 << 30) as environment:
        log = environment.open_db(b"log")
        with environment.begin() as txn:
            rows = [(bytes(key), bytes(value)) for key, value in txn.cursor(log)]
        for key, value in rows:
            for position in range(len(value)):
                flipped = bytearray(value)
                flipped[position] ^= 1 << position % 8
                with environment.begin(write=True) as txn:
                    txn.put(key, bytes(flipped), db=log)
                environment_check(in_memory)
            with environment.begin(write=True) as txn:
                txn.put(key, value, db=log)
    journal = Journal.open(in_memory, SMALL_GB)
    assert len(list(journal.records())) == 5
    journal.close()


def environment_check(directory: Path) -> None:
    """The reading half of Journal.open, on a store that this process has open already."""
    source = directory / "data.mdb"
    copy = directory.parent / "copy"
    copy.mkdir(mode=0o700, exist_ok=True)
    for name in SEGMENTS:
        (copy / name).write_bytes((directory / name).read_bytes())
        (copy / name).chmod(0o600)
    (copy / "data.mdb").write_bytes(source.read_bytes())
    (copy / "data.mdb").chmod(0o600)
    (copy / "lock.mdb").unlink(missing_ok=True)
    with pytest.raises(JournalRefused, match="record"):
        journal = Journal.open(copy, SMALL_GB)
        try:
            list(journal.records())
        finally:
            journal.close()


@pytest.mark.parametrize("harm", ["drop", "swap", "drop_last_turn"])
def test_a_dropped_or_moved_record_breaks_the_chain(directory: Path, harm: str) -> None:
    filled(directory, chunks=True).close()
    with lmdb.open(str(directory), max_dbs=4, map_size=1 << 30) as environment:
        log = environment.open_db(b"log")
        with environment.begin(write=True, db=log) as txn:
            rows = [(bytes(key), bytes(value)) for key, value in txn.cursor()]
            if harm == "drop":
                txn.delete(rows[1][0])
            elif harm == "swap":
                txn.put(rows[1][0], rows[2][1])
                txn.put(rows[2][0], rows[1][1])
            else:
                txn.delete(rows[-1][0])
    journal = Journal.open(directory, SMALL_GB)
    with pytest.raises(JournalRefused):
        list(journal.records())
    journal.close()


@given(
    st.lists(st.lists(st.tuples(st.sampled_from("fio"), st.binary(max_size=300)), min_size=1, max_size=8), max_size=6)
)
def test_whatever_is_committed_is_read_back(turns: list[list[tuple[str, bytes]]]) -> None:
    with memory_directory() as parent:
        directory = parent / "journal"
        journal = Journal.create(directory, "H", SMALL_GB, SEGMENT_BYTES)
        number = 0
        for turn in turns:
            transaction = journal.transaction()
            for kind, payload in turn:
                if kind == "f":
                    transaction.append_fact(payload)
                elif kind == "i":
                    transaction.append_inbound("S", payload)
                else:
                    number += 1
                    transaction.append_outbound("S", 1, number, [payload])
            transaction.commit(1)
        read = [record for record in journal.records() if record.kind != TURN]
        assert [(record.kind.decode(), record.payload) for record in read if record.kind == FACT] == [
            pair for turn in turns for pair in turn if pair[0] == "f"
        ]
        assert [raw for _, raw in journal.outbound("S", 1, 1, 99)] == [p for turn in turns for k, p in turn if k == "o"]
        journal.close()


def test_a_full_disk_ends_the_process_with_its_exit_code(tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands in for a full disk: the write fails with EFBIG and the next commit must not be tried."""
    program = (
        "import resource, signal, sys; from pathlib import Path; from gateway.journal import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "journal = Journal.create(Path(sys.argv[1]), 'X', 1)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try:\n"
        "    for number in range(1000):\n"
        "        turn = journal.transaction(); turn.append_fact(bytes(4000)); turn.commit(1)\n"
        "        print(number, flush=True)\n"
        "except JournalFailed as failed:\n"
        "    print('failed', failed); sys.exit(EXIT_JOURNAL_FAILED)\n"
    )
    directory = tmp_path / "journal"
    done = subprocess.run([sys.executable, "-c", program, str(directory)], capture_output=True, text=True, check=False)
    assert done.returncode == EXIT_JOURNAL_FAILED, done.stderr
    acknowledged = [line for line in done.stdout.splitlines() if line.isdigit()]
    journal = Journal.open(directory, SMALL_GB)
    assert sum(record.kind == FACT for record in journal.records()) == len(acknowledged) > 0
    journal.close()


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 4), st.integers(0, 2)), max_size=12), st.data())
def test_any_range_finds_the_messages_that_were_stored(runs: list[tuple[str, int, int]], data: st.DataObject) -> None:
    """Runs of all lengths, with holes between them, durable and not: each number once, in order, with its content."""
    with memory_directory() as parent:
        directory = parent / "journal"
        journal = Journal.create(directory, "H", SMALL_GB, SEGMENT_BYTES)
        stored: dict[str, dict[int, bytes]] = {"A": {}, "B": {}}
        last = {"A": 0, "B": 0}
        transaction = journal.transaction()
        for session, count, hole in runs:
            first = last[session] + 1 + hole
            last[session] = first + count - 1
            raws = [b"%b%d" % (session.encode(), number) for number in range(first, first + count)]
            transaction.append_outbound(session, 1, first, raws)
            stored[session].update(enumerate(raws, first))
            if data.draw(st.booleans()):
                transaction.commit(1)
                transaction = journal.transaction()
        for session, messages in stored.items():
            begin, end = data.draw(st.integers(1, 20)), data.draw(st.integers(1, 60))
            found = list(transaction.outbound(session, 1, begin, end))
            assert found == [(number, raw) for number, raw in messages.items() if begin <= number <= end]
        journal.close()


# -- the write-ahead file ----------------------------------------------------------------------------------------------


def payloads(journal: Journal) -> list[bytes]:
    return [record.payload for record in journal.records() if record.kind == FACT]


def reopened(directory: Path) -> Journal:
    return Journal.open(directory, SMALL_GB)


def test_after_a_crash_everything_committed_is_there(directory: Path) -> None:
    filled(directory, turns=100).abandon()
    journal = reopened(directory)
    assert payloads(journal) == [b"fact %d" % number for number in range(1, 101)]
    assert [number for number, _ in journal.outbound("CLIENT", 1, 1, 1000)] == list(range(1, 101))
    assert journal.numbers() == {"CLIENT": Numbers(1, 101, 101)}
    journal.close()


def test_a_store_lives_through_crash_after_crash(directory: Path) -> None:
    filled(directory, turns=1).abandon()
    for number in range(2, 60):
        journal = reopened(directory)
        turn = journal.transaction()
        turn.append_fact(b"fact %d" % number)
        turn.commit(number)
        journal.abandon()
    journal = reopened(directory)
    assert payloads(journal) == [b"fact %d" % number for number in range(1, 60)]
    journal.close()


def secret_of(directory: Path) -> int:
    with lmdb.open(str(directory), max_dbs=4, map_size=1 << 30) as environment:
        meta = environment.open_db(b"meta")
        with environment.begin(db=meta) as txn:
            return int.from_bytes(bytes(txn.get(b"secret") or b""), "big")


def last_turn(directory: Path) -> tuple[Path, int, int]:
    """File, begin and end of the newest turn of the write-ahead file."""
    newest = stored_turns(directory, secret_of(directory))[-1].records
    for name in SEGMENTS:
        place = (directory / name).read_bytes().find(newest)
        if place >= 0:
            return directory / name, place - HEADER_BYTES, place + len(newest)
    raise AssertionError


@pytest.mark.parametrize("rest", ["zeros", "garbage", "older"])
def test_a_torn_last_turn_never_happened(in_memory: Path, rest: str) -> None:
    """Cut at every byte: what is behind the cut did not reach the disk. The next turn takes its number."""
    filled(in_memory, turns=3).abandon()
    path, begin, end = last_turn(in_memory)
    whole = path.read_bytes()
    for cut in range(begin, end):
        behind = {"zeros": bytes(end - cut), "garbage": os.urandom(end - cut), "older": whole[: end - cut]}[rest]
        if behind == whole[cut:end]:
            continue
        copy = in_memory.parent / f"cut-{cut}"
        shutil.copytree(in_memory, copy)
        (copy / path.name).write_bytes(whole[:cut] + behind + whole[end:])
        journal = reopened(copy)
        assert payloads(journal) == [b"fact 1", b"fact 2"]
        assert journal.head == 10
        turn = journal.transaction()
        turn.append_fact(b"instead")
        turn.commit(9)
        journal.abandon()
        journal = reopened(copy)
        assert payloads(journal) == [b"fact 1", b"fact 2", b"instead"]
        journal.close()
        shutil.rmtree(copy)


def test_damage_before_the_last_turn_is_refused(in_memory: Path) -> None:
    """A turn behind it was written, so it was durable once, and somebody may have been told of it."""
    filled(in_memory, turns=3).abandon()
    first, second, _ = stored_turns(in_memory, secret_of(in_memory))
    (path,) = (in_memory / name for name in SEGMENTS if first.records in (in_memory / name).read_bytes())
    whole = path.read_bytes()
    for turn in (first, second):
        begin = whole.find(turn.records) - HEADER_BYTES
        for place in range(begin, begin + HEADER_BYTES + len(turn.records)):
            damaged = bytearray(whole)
            damaged[place] ^= 1 << place % 8
            path.write_bytes(damaged)
            with pytest.raises(JournalRefused, match="turns behind it are there"):
                reopened(in_memory)
            assert path.read_bytes() == damaged
    path.write_bytes(whole)
    reopened(in_memory).close()


@pytest.mark.parametrize("name", SEGMENTS)
def test_a_missing_segment_is_refused(directory: Path, name: str) -> None:
    filled(directory).close()
    (directory / name).unlink()
    with pytest.raises(JournalRefused, match=f"{name} is missing"):
        reopened(directory)


def test_a_turn_larger_than_a_segment_is_durable_all_the_same(directory: Path) -> None:
    journal = filled(directory, turns=2)
    turn = journal.transaction()
    turn.append_fact(bytes(3 * SEGMENT_BYTES))
    turn.commit(9)
    _commit_one(journal)
    journal.abandon()
    journal = reopened(directory)
    assert payloads(journal) == [b"fact 1", b"fact 2", bytes(3 * SEGMENT_BYTES), b"one more"]
    journal.close()


def test_a_chunk_that_cannot_be_moved_ends_it_and_loses_nothing(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = filled(directory, turns=1)

    class Full:
        def begin(self, **_: object) -> object:
            raise lmdb.DiskError("no space left on device")

    real = journal._environment
    monkeypatch.setattr(journal, "_environment", Full())
    committed = 0
    with pytest.raises(JournalFailed, match="no space left"):
        while committed < 1000:
            _commit_one(journal)
            committed += 1
    with pytest.raises(JournalFailed, match="earlier commit failed"):
        _commit_one(journal)
    monkeypatch.setattr(journal, "_environment", real)
    journal.abandon()
    journal = reopened(directory)
    assert payloads(journal) == [b"fact 1"] + [b"one more"] * committed
    journal.close()


@given(st.lists(st.tuples(st.integers(1, 5000), st.sampled_from(["go on", "go on", "settle", "close", "crash"]))))
def test_however_it_is_closed_and_moved_the_log_is_the_same(turns: list[tuple[int, str]]) -> None:
    with memory_directory() as parent:
        directory = parent / "journal"
        journal = Journal.create(directory, "H", SMALL_GB, SEGMENT_BYTES)
        for number, (size, then) in enumerate(turns, 1):
            turn = journal.transaction()
            turn.append_fact(bytes(size))
            turn.append_outbound("S", 1, number, [b"%d" % number])
            turn.set_numbers("S", Numbers(1, number + 1, 1))
            turn.commit(number)
            if then == "settle":
                journal.settle()
            elif then != "go on":
                if then == "close":
                    journal.close()
                else:
                    journal.abandon()
                journal = reopened(directory)
            assert [len(payload) for payload in payloads(journal)] == [size for size, _ in turns[:number]]
            assert list(journal.outbound("S", 1, 1, 999)) == [(n, b"%d" % n) for n in range(1, number + 1)]
            assert journal.numbers() == {"S": Numbers(1, number + 1, 1)}
        journal.close()


def test_bytes_of_a_peer_never_pass_for_a_turn(directory: Path) -> None:
    """A message that holds a header in every block, its checksum made without the secret, then a torn turn."""
    journal = filled(directory, turns=1)
    turn = journal.transaction()
    header = struct.pack(">12sQII", b"fixgate turn", 1_000_000, 1, 40)
    forged = header + struct.pack(">I", crc32(header))
    before = HEADER_BYTES + len(framed(1, INBOUND, session_prefix("CLIENT")))
    turn.append_inbound("CLIENT", bytes(4096 - before) + forged + bytes(4096 - len(forged)) + forged)
    turn.commit(9)
    journal.abandon()
    path, begin, _ = last_turn(directory)
    content = bytearray(path.read_bytes())
    content[begin] ^= 1
    path.write_bytes(content)
    journal = reopened(directory)
    assert payloads(journal) == [b"fact 1"]
    journal.close()


class LastMomentMover:
    """Moves a chunk into LMDB only when somebody waits for it: as late as it can be."""

    class Job:
        def __init__(self, work: Callable[[], None]) -> None:
            self.result = work

    def submit(self, work: Callable[..., None], *arguments: object) -> Job:
        return self.Job(partial(work, *arguments))

    def shutdown(self) -> None: ...


def test_a_segment_is_written_again_only_when_lmdb_has_its_turns(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power fails behind every commit, and what was being moved into LMDB had not begun to be."""
    journal = filled(directory, turns=0)
    monkeypatch.setattr(journal, "_mover", LastMomentMover())
    for number in range(1, 40):
        turn = journal.transaction()
        turn.append_fact(b"fact %d" % number)
        turn.append_outbound("CLIENT", 1, number, [bytes(number * 97 % 3000)])
        turn.commit(number)
        copy = directory.parent / f"after-{number}"
        shutil.copytree(directory, copy)
        found = reopened(copy)
        assert payloads(found) == [b"fact %d" % one for one in range(1, number + 1)]
        assert [one for one, _ in found.outbound("CLIENT", 1, 1, 99)] == list(range(1, number + 1))
        found.close()
    journal.abandon()
