"""Snapshots of a day: a start from one is a start from the whole log, and a bad one costs time and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.journal import Journal, read_beside
from gateway.recovery import Recovered, recover
from gateway.store import snapshots
from gateway.store.inspect import take_and_tell, verify_journal
from gateway.store.snapshot_maker import LOCK, take_snapshot
from gateway.store.snapshots import KEPT, UNFINISHED, DamagedSnapshot, read_snapshot, snapshot_files
from gateway.store.store_files import JournalRefused, lock
from gateway.trading.recovering import Recovering
from tests.world import World, memory_directory

ROOT = Path(__file__).parents[3]


class Store:
    """A journal's directory that nobody has open, and the day that it grew in."""

    def __init__(self, directory: Path, first: int = 1) -> None:
        self.world = World(directory)
        self.directory = directory / "journal"
        self.orders = first - 1
        self.world.log_on(self.world.client, self.world.venue)
        self.trade()

    def trade(self, orders: int = 3) -> None:
        world = self.world
        for _ in range(orders):
            self.orders += 1
            world.send(world.client, f"35=D|11=X{self.orders}|38=10000")
            name = world.expect(world.venue, "35=D")["11"]
            world.send(world.venue, f"35=8|150=F|39=1|11={name}|32=1|31=50000|14=1|38=10000|151=9999")
        self.state_hash = world.desk.blotter.state_hash()
        self.register = world.spine.register.state()

    def close(self) -> None:
        self.world.journal.close()

    def open(self) -> None:
        self.world.journal = Journal.open(self.directory, 1)
        self.world.deaths += 1
        for peer in self.world.peers.values():
            peer.disconnected()
        self.world._lines.clear()
        self.world._live()
        self.world.log_on(self.world.client, self.world.venue)

    def recovered(self) -> Recovered:
        """What a gateway comes to that starts now."""
        journal = Journal.open(self.directory, 1)
        book = Recovering()
        try:
            recovered = recover(journal, book)
            assert book.blotter.state_hash() == self.state_hash
            assert recovered.register.state() == self.register
        finally:
            journal.close()
        return recovered


@pytest.fixture
def store() -> Iterator[Store]:
    with memory_directory() as directory:
        made = Store(directory)
        made.close()
        yield made


def snapshots_of(store: Store, count: int) -> list[Path]:
    """So many, each with a little more of the day."""
    for number in range(count):
        if number:
            store.open()
            store.trade(1)
            store.close()
        assert take_snapshot(store.directory, 1).path is not None
    return snapshot_files(store.directory)


def harm(path: Path, place: float = 0.5) -> None:
    data = bytearray(path.read_bytes())
    data[int(len(data) * place)] ^= 1
    path.write_bytes(data)


def test_a_start_from_a_snapshot_is_a_start_from_the_log(store: Store) -> None:
    whole = store.recovered()
    assert whole.snapshot_seq == 0
    taken = take_snapshot(store.directory, 1)
    assert (taken.seq, taken.records) == (whole.records, whole.records)
    recovered = store.recovered()
    assert recovered[:3] == (0, 0, 0)
    assert recovered.snapshot_seq == taken.seq
    assert not recovered.passed_over


def test_the_tail_is_folded_onto_it(store: Store) -> None:
    taken = take_snapshot(store.directory, 1)
    store.open()
    store.trade()
    store.close()
    recovered = store.recovered()
    assert recovered.snapshot_seq == taken.seq
    assert recovered.facts > 9
    again = take_snapshot(store.directory, 1)
    assert again.records == recovered.records
    assert store.recovered().records == 0


def test_nothing_new_is_no_snapshot(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    (path,) = snapshots_of(store, 1)
    assert take_snapshot(store.directory, 1).path is None
    assert take_and_tell(store.directory, 1, False) == 0
    assert "nothing new behind record" in capsys.readouterr().out
    assert snapshot_files(store.directory) == [path]


def test_it_is_for_its_owner_only_and_leaves_nothing_behind(store: Store) -> None:
    (path,) = snapshots_of(store, 1)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not (store.directory / UNFINISHED).exists()


@pytest.mark.parametrize("place", [0.0, 0.001, 0.01, 0.5, 0.9999])
def test_a_damaged_one_is_passed_over_to_the_one_before(store: Store, place: float) -> None:
    newest, older = snapshots_of(store, 2)
    harm(newest, place)
    recovered = store.recovered()
    assert recovered.snapshot_seq == read_snapshot(older).header.seq
    assert recovered.passed_over == (f"{newest.name}: it is not as it was written",)
    assert newest.exists(), "recovery never deletes"


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n", b"x" * 100])
def test_what_is_no_snapshot_at_all_is_passed_over(store: Store, content: bytes) -> None:
    for path in snapshots_of(store, 2):
        path.write_bytes(content)
    whole = b"format\n"
    (store.directory / "snapshot-9").write_bytes(sha256(whole).hexdigest().encode() + b"\n" + whole)
    recovered = store.recovered()
    assert recovered.snapshot_seq == 0
    assert len(recovered.passed_over) == 3


def test_one_of_another_log_or_of_the_future_is_passed_over(store: Store) -> None:
    """As when a backup of the journal is restored beside newer snapshots."""
    backup = store.directory.parent / "backup"
    shutil.copytree(store.directory, backup)
    before = store.state_hash, store.register
    store.open()
    store.trade()
    store.close()
    (newest,) = snapshots_of(store, 1)
    shutil.copy(newest, backup / newest.name)
    store.directory, (store.state_hash, store.register) = backup, before
    recovered = store.recovered()
    assert recovered.snapshot_seq == 0
    assert recovered.passed_over == (f"{newest.name}: it is of another log, or of a later state than this log has",)
    with memory_directory() as directory:
        other = Store(directory, first=5)
        other.close()
        assert take_snapshot(other.directory, 1).seq > 0
        for path in snapshot_files(other.directory):
            shutil.copy(path, backup / path.name)
        assert store.recovered().snapshot_seq == 0


@pytest.mark.parametrize("name", ["SCHEMA", "STATE_SCHEMA"])
def test_one_of_a_newer_version_is_refused_with_the_cure(
    store: Store, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    snapshots_of(store, 1)
    monkeypatch.setattr(snapshots, name, getattr(snapshots, name) - 1)
    with pytest.raises(JournalRefused, match=r"chema 1 is newer than 0.*Start the version that wrote it"):
        store.recovered()


def test_the_newest_few_good_ones_are_kept(store: Store) -> None:
    paths = snapshots_of(store, KEPT)
    harm(paths[0])
    store.open()
    store.trade(1)
    store.close()
    taken = take_snapshot(store.directory, 1)
    assert [why.split(":")[0] for why in taken.passed_over] == [paths[0].name]
    assert snapshot_files(store.directory) == [taken.path, *paths], "three of them are good"
    store.open()
    store.trade(1)
    store.close()
    last = take_snapshot(store.directory, 1)
    assert snapshot_files(store.directory) == [last.path, taken.path, *paths[:2]]


def test_two_are_not_taken_at_once(store: Store) -> None:
    held = lock(store.directory, LOCK)
    with pytest.raises(JournalRefused, match="a snapshot is being taken"):
        take_snapshot(store.directory, 1)
    os.close(held)
    assert take_snapshot(store.directory, 1).path is not None


def test_verify_compares_each_with_what_the_log_leads_to(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    snapshots_of(store, 3)
    assert verify_journal(store.directory) == 0
    said = capsys.readouterr().out
    assert said.count("what the log leads to") == 3
    assert re.search(r"a start from record \d+ reads 0 records and comes to the same", said)


def test_verify_tells_of_a_damaged_one(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    newest, _ = snapshots_of(store, 2)
    harm(newest)
    assert verify_journal(store.directory) == 1
    assert f"WRONG: {newest.name}: it is not as it was written" in capsys.readouterr().out


def test_verify_tells_of_one_that_says_something_else(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole, and not what the log leads to: what a fault of this program would leave."""
    (path,) = snapshots_of(store, 1)
    _, line, content = path.read_bytes().split(b"\n", 2)
    assert b"X1" in content
    rest = line + b"\n" + content.replace(b"\xa2X1", b"\xa2Y1", 1)
    path.write_bytes(sha256(rest).hexdigest().encode() + b"\n" + rest)
    assert read_snapshot(path).header.seq > 0
    assert verify_journal(store.directory) == 1
    assert "WRONG" in capsys.readouterr().out


def test_a_missing_file_is_damage(tmp_path: Path) -> None:
    with pytest.raises(DamagedSnapshot, match="No such file"):
        read_snapshot(tmp_path / "snapshot-1")


# -- beside a process that writes --------------------------------------------------------------------------------------


def command(store: Store, program: str = "") -> list[str]:
    run = "from gateway.cli import main; import sys; sys.argv = ['fixgate', 'snapshot', *sys.argv[1:]]; main()"
    return [sys.executable, "-c", f"{program}\n{run}", str(store.directory), "--map-size-gb=1", "--background"]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT))}


def test_it_is_taken_beside_a_gateway_that_goes_on(store: Store) -> None:
    store.open()
    store.trade(5)
    store.world.journal.settle()
    behind = store.world.journal.head
    store.trade(1)
    assert store.world.journal.head > behind
    ran = subprocess.run(command(store), env=environment(), capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert f"taken at record {behind}" in ran.stdout, "what is not in LMDB yet is not seen"
    store.trade(3)
    store.close()
    assert store.recovered().snapshot_seq == behind


KILLED_AT = {
    "while it folds": "from gateway.fold import Fold; Fold.take = die",
    "before it is written": "import gateway.store.snapshot_maker as m; m.write_snapshot = die",
    "in the middle of writing": "import gateway.store.snapshots as s; s.os.fsync = die",
    "before it has its name": "from pathlib import Path; Path.rename = die",
    "before the directory is flushed": "import gateway.store.snapshots as s; s.sync_directory = die",
    "before older ones are deleted": "import gateway.store.snapshot_maker as m; m.prune_snapshots = die",
}


@pytest.mark.parametrize("program", KILLED_AT.values(), ids=KILLED_AT)
def test_killed_at_any_moment_it_leaves_a_store_that_starts(store: Store, program: str) -> None:
    snapshots_of(store, 1)
    store.open()
    store.trade()
    store.close()
    die = "import os, signal\ndef die(*_): os.kill(os.getpid(), signal.SIGKILL)"
    killed = subprocess.run(command(store, f"{die}\n{program}"), env=environment(), capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    recovered = store.recovered()
    assert recovered.snapshot_seq > 0
    assert not recovered.passed_over
    take_snapshot(store.directory, 1)
    assert store.recovered().records == 0


def test_the_death_of_the_gateway_does_not_disturb_it(store: Store) -> None:
    """The store is taken over by another process while a snapshot is being written."""
    slow = """import gateway.store.snapshots, os, time
flush = os.fsync
def fsync(fd):
    print("there", flush=True)
    time.sleep(1)
    flush(fd)
gateway.store.snapshots.os.fsync = fsync"""
    store.open()
    with subprocess.Popen(command(store, slow), env=environment(), stdout=subprocess.PIPE, text=True) as taking:
        assert taking.stdout is not None
        assert taking.stdout.readline() == "there\n"
        store.world.kill()
        store.world.log_on(store.world.client, store.world.venue)
        store.trade()
        assert taking.wait(20) == 0
    store.close()
    assert store.recovered().snapshot_seq > 0


def test_readers_that_were_killed_are_forgotten(store: Store) -> None:
    """In the middle of a look into LMDB."""
    store.open()
    look = "import lmdb, os, sys; txn = lmdb.open(sys.argv[1], readonly=True).begin(); os.kill(os.getpid(), 9)"
    killed = subprocess.run([sys.executable, "-c", look, str(store.directory)], check=False)
    assert killed.returncode == -signal.SIGKILL
    environment_ = store.world.journal._environment
    dead = environment_.readers()
    store.world.journal.forget_dead_readers()
    assert len(environment_.readers()) < len(dead), dead
    store.close()


def test_what_is_no_store_cannot_be_read_beside(tmp_path: Path) -> None:
    with pytest.raises(JournalRefused, match="no store in"), read_beside(tmp_path):
        pass
    (tmp_path / "data.mdb").write_bytes(b"x" * 9000)
    (tmp_path / "data.mdb").chmod(0o600)
    with pytest.raises(JournalRefused, match=r"data\.mdb"), read_beside(tmp_path):
        pass
