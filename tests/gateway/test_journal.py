"""The journal: what is committed is there, what is damaged is refused, what is refused is left alone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import lmdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import (
    EXIT_JOURNAL_FAILED,
    FACT,
    INBOUND,
    NUMBERS,
    OUTBOUND,
    TURN,
    Journal,
    JournalFailed,
    JournalRefused,
    Numbers,
    split_inbound,
    split_numbers,
    split_outbound,
    split_turn,
)

SMALL_GB = 1


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def filled(directory: Path, turns: int = 3) -> Journal:
    journal = Journal.create(directory, "T1", SMALL_GB)
    for number in range(1, turns + 1):
        turn = journal.transaction()
        turn.append_inbound("CLIENT", b"8=FIX.4.4\x01in%d" % number)
        turn.append_fact(b"fact %d" % number)
        turn.append_outbound("CLIENT", 1, number, [b"8=FIX.4.4\x01out%d" % number])
        turn.set_numbers("CLIENT", Numbers(1, number + 1, number + 1), "why" if number == 1 else "")
        turn.commit(number * 1000)
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

    class Failing:
        def begin(self, **_: object) -> object:
            raise lmdb.DiskError("no space left on device")

    real = journal._environment
    monkeypatch.setattr(journal, "_environment", Failing())
    with pytest.raises(JournalFailed, match="no space left"):
        _commit_one(journal)
    monkeypatch.setattr(journal, "_environment", real)
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


def test_every_flipped_bit_of_a_record_is_found(directory: Path) -> None:
    filled(directory, turns=1).close()
    with lmdb.open(str(directory), max_dbs=4, map_size=1 << 30) as environment:
        log = environment.open_db(b"log")
        with environment.begin() as txn:
            rows = [(bytes(key), bytes(value)) for key, value in txn.cursor(log)]
        for key, value in rows:
            for position in range(len(value)):
                flipped = bytearray(value)
                flipped[position] ^= 1 << position % 8
                with environment.begin(write=True) as txn:
                    txn.put(key, bytes(flipped), db=log)
                environment_check(directory)
            with environment.begin(write=True) as txn:
                txn.put(key, value, db=log)
    journal = Journal.open(directory, SMALL_GB)
    assert len(list(journal.records())) == len(rows)
    journal.close()


def environment_check(directory: Path) -> None:
    """The reading half of Journal.open, on a store that this process has open already."""
    source = directory / "data.mdb"
    copy = directory.parent / "copy"
    copy.mkdir(mode=0o700, exist_ok=True)
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
    filled(directory).close()
    with lmdb.open(str(directory), max_dbs=4, map_size=1 << 30) as environment:
        log = environment.open_db(b"log")
        with environment.begin(write=True, db=log) as txn:
            rows = [(bytes(key), bytes(value)) for key, value in txn.cursor()]
            if harm == "drop":
                txn.delete(rows[6][0])
            elif harm == "swap":
                txn.put(rows[1][0], rows[6][1])
                txn.put(rows[6][0], rows[1][1])
            else:
                for key, _ in rows[-5:]:
                    txn.delete(key)
    journal = Journal.open(directory, SMALL_GB)
    with pytest.raises(JournalRefused):
        list(journal.records())
    journal.close()


@given(
    st.lists(st.lists(st.tuples(st.sampled_from("fio"), st.binary(max_size=300)), min_size=1, max_size=8), max_size=6)
)
def test_whatever_is_committed_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, turns: list[list[tuple[str, bytes]]]
) -> None:
    directory = tmp_path_factory.mktemp("store") / "journal"
    journal = Journal.create(directory, "H", SMALL_GB)
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
def test_any_range_finds_the_messages_that_were_stored(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    """Runs of all lengths, with holes between them, durable and not: each number once, in order, with its content."""
    journal = Journal.create(tmp_path_factory.mktemp("store") / "journal", "H", SMALL_GB)
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
