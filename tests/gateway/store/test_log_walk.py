"""The two ways to walk through a log see the same, and neither walks over damage. A fact is found by its number."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import lmdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import Journal, read_beside
from gateway.store.log_records import FACT, INBOUND, NUMBERS, OUTBOUND, TURN, TURN_END, Damaged, framed
from gateway.store.log_walk import Chunk, Piece, Walk, payloads
from gateway.store.store_files import JournalRefused

ORIGIN = b"o" * 32
KINDS = (FACT, INBOUND, OUTBOUND, NUMBERS)
logs = st.lists(  # chunks of turns of records
    st.lists(
        st.lists(st.tuples(st.sampled_from(KINDS), st.binary(max_size=40)), min_size=1, max_size=5),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=3,
)
Log = list[list[list[tuple[bytes, bytes]]]]


class Made:
    """A log as the journal would write it."""

    def __init__(self, log: Log) -> None:
        self.chunks: list[Chunk] = []
        self.starts: list[list[tuple[int, int]]] = []
        self.facts: dict[int, bytes] = {}
        self.ends: list[tuple[int, bytes]] = [(0, ORIGIN)]
        seq, digest = 1, ORIGIN
        for turns in log:
            first, chunk, starts = seq, b"", []
            for records in turns:
                starts.append((seq - first, len(chunk)))
                turn = b""
                for kind, payload in records:
                    turn += framed(seq, kind, payload)
                    if kind == FACT:
                        self.facts[seq] = payload
                    seq += 1
                digest = sha256(digest + turn).digest()
                chunk += turn + framed(seq, TURN, TURN_END.pack(seq, digest))
                self.ends.append((seq, digest))
                seq += 1
            self.chunks.append((first, chunk))
            self.starts.append(starts)
        self.head = seq - 1


@given(logs, st.integers(0, 20))
def test_both_ways_see_the_same_from_any_turn_on(log: Log, pick: int) -> None:
    made = Made(log)
    seq, digest = made.ends[pick % len(made.ends)]
    one, other = Walk(seq, digest), Walk(seq, digest)
    chunks = [chunk for chunk in made.chunks if chunk[0] + 1000 > seq]
    records = [tuple(record) for record in one.records(chunks) if record.kind not in (INBOUND, OUTBOUND)]
    assert list(other.told(chunks)) == records
    assert (one.seq, one.digest) == (other.seq, other.digest) == made.ends[-1]
    assert [number for number, kind, _ in records if kind == FACT] == [fact for fact in made.facts if fact > seq]


@given(logs, st.integers(0, 10_000), st.integers(0, 7))
def test_neither_walks_over_a_flipped_bit(log: Log, place: int, bit: int) -> None:
    made = Made(log)
    number = place % len(made.chunks)
    first, chunk = made.chunks[number]
    flipped = bytearray(chunk)
    flipped[place % len(chunk)] ^= 1 << bit
    made.chunks[number] = (first, bytes(flipped))
    whole = {end for end, _ in made.ends}
    for way in (Walk.records, Walk.told):
        walk = Walk(0, ORIGIN)
        with pytest.raises(Damaged, match="record"):
            list(way(walk, made.chunks))
        assert walk.seq in whole
        assert dict(made.ends)[walk.seq] == walk.digest, "it has gone on behind the damage"


@given(logs, st.integers(1, 200))
def test_neither_ends_before_the_end(log: Log, cut: int) -> None:
    made = Made(log)
    first, chunk = made.chunks[-1]
    made.chunks[-1] = (first, chunk[: -(1 + cut % (len(chunk) - 1))] if len(chunk) > 1 else b"")
    for way in (Walk.records, Walk.told):
        walk = Walk(0, ORIGIN)
        try:
            list(way(walk, made.chunks))
        except Damaged:
            continue
        assert walk.seq < made.head, "who knows the head sees that it is not there"


def test_a_missing_chunk_is_named() -> None:
    made = Made([[[(FACT, b"a")]], [[(FACT, b"b")]], [[(FACT, b"c")]]])
    del made.chunks[1]
    for way in (Walk.records, Walk.told):
        with pytest.raises(Damaged, match="record 3: missing; the next one is 5"):
            list(way(Walk(0, ORIGIN), made.chunks))


def test_a_chain_that_begins_elsewhere_is_another_log() -> None:
    made = Made([[[(FACT, b"a")]]])
    for way in (Walk.records, Walk.told):
        with pytest.raises(Damaged, match="record 2: the chain of digests is broken"):
            list(way(Walk(0, b"x" * 32), made.chunks))


@given(logs, st.sets(st.integers(1, 60)), st.booleans())
def test_facts_are_found_by_their_numbers(log: Log, numbers: set[int], indexed: bool) -> None:
    made = Made(log)
    found: dict[int, bytes] = {}
    for (first, chunk), starts, behind in zip(
        made.chunks, made.starts, [*(first for first, _ in made.chunks[1:]), made.head + 1], strict=True
    ):
        wanted = sorted(number for number in numbers if first <= number < behind)
        found |= payloads(Piece(first, memoryview(chunk), starts if indexed else (), wanted), FACT)
    assert found == {number: payload for number, payload in made.facts.items() if number in numbers}


# -- in a journal ------------------------------------------------------------------------------------------------------


def filled(directory: Path) -> Journal:
    """Turns in LMDB and in both segments."""
    made = Journal.create(directory / "journal", "T1", 1, 16384)
    for number in range(40):
        turn = made.transaction()
        turn.append_fact(b"fact %d" % number)
        turn.append_inbound("S", b"x" * (number * 50))
        turn.append_fact(b"and %d" % number)
        turn.commit(number)
    return made


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = filled(tmp_path)
    yield made
    made.close()


def facts_of(journal: Journal) -> dict[int, bytes]:
    return {record.seq: record.payload for record in journal.records() if record.kind == FACT}


def test_wherever_it_is(journal: Journal) -> None:
    assert journal._filling.count
    assert journal._filling.first_seq > 1
    facts = facts_of(journal)
    turn = journal.transaction()
    facts[turn.append_fact(b"not yet durable")] = b"not yet durable"
    turn.append_inbound("S", b"y")
    assert len(facts) == 81
    assert journal.facts(range(1, journal.head + 100)) == facts
    for number in range(journal.head + 10):
        assert journal.facts([number]) == ({number: facts[number]} if number in facts else {})
    journal.settle()
    assert journal.facts(sorted(facts)) == facts


def test_a_store_from_before_the_index_is_read_without_it(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    facts = facts_of(journal)
    directory = journal.directory
    journal.close()
    with lmdb.open(str(directory), max_dbs=5, map_size=1 << 30) as environment:
        turns = environment.open_db(b"turns")
        with environment.begin(write=True) as txn:
            txn.drop(turns)
    with read_beside(directory, 1) as beside:
        assert beside.facts(sorted(facts)) == facts
    opened = Journal.open(directory, 1)
    assert opened.facts(sorted(facts)) == facts
    opened.close()


def test_told_from_any_turn_on_comes_to_the_head(journal: Journal) -> None:
    turns = [record.seq for record in journal.records() if record.kind == TURN]
    facts = facts_of(journal)
    for seq in (0, turns[0], turns[17], turns[-2], turns[-1]):
        digest = journal.digest_at(seq)
        assert digest is not None
        told = [number for number, kind, _ in journal.told(seq, digest) if kind == FACT]
        assert told == [number for number in facts if number > seq]
    assert journal.digest_at(turns[0] - 1) is None
    assert journal.digest_at(journal.head + 7) is None
    wrong = b"x" * 32
    with pytest.raises(JournalRefused, match="chain of digests"):
        list(journal.told(turns[3], wrong))
    with pytest.raises(JournalRefused, match="does not end where its head says"):
        list(journal.told(journal.head, wrong))


def test_beside_the_writer_only_what_is_in_lmdb_is_there(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    facts = facts_of(journal)
    journal._moving_is_done()
    in_lmdb = journal._filling.first_seq - 1
    directory, head = journal.directory, journal.head
    journal.abandon()
    with read_beside(directory, 1) as beside:
        assert beside.seq == in_lmdb < head
        digest = beside.digest_at(0)
        assert digest is not None
        assert [number for number, kind, _ in beside.told(0, digest) if kind == FACT] == [
            number for number in facts if number <= in_lmdb
        ]
        assert beside.facts(sorted(facts)) == {n: payload for n, payload in facts.items() if n <= in_lmdb}
        assert beside.seq == in_lmdb
    opened = Journal.open(directory, 1)
    assert facts_of(opened) == facts
    opened.close()
