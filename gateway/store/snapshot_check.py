"""Is a snapshot what the log leads to? Folds the whole log, and compares at the places where snapshots were taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.fold import Fold, UnreadableRecord
from gateway.journal import Journal
from gateway.recovery import recover
from gateway.store.log_records import INBOUND, OUTBOUND, Record
from gateway.store.log_walk import Told
from gateway.store.snapshots import DamagedSnapshot, Snapshot, read_snapshot, snapshot_files
from gateway.store.store_files import JournalRefused
from gateway.trading.recovering import Recovering
from oms.snapshot import NotASnapshot


class SnapshotCheck:
    """`findings` has a line for each snapshot; `faults` counts those that are not what they should be."""

    def __init__(self, journal: Journal) -> None:
        self.findings: list[str] = []
        self.faults = 0
        self._journal = journal
        self._book = Recovering()
        self._book.use_log(journal.facts)
        self._fold = Fold()
        self._due: dict[int, Snapshot] = {}
        for path in reversed(snapshot_files(journal.directory)):
            try:
                snapshot = read_snapshot(path)
            except DamagedSnapshot as damage:
                self._fault(str(damage))
            else:
                self._due[snapshot.header.seq] = snapshot

    def walk(self, records: Iterable[Record]) -> None:
        """Every record of the log. Raises JournalRefused for a fact that cannot be read, and what `records` raises."""
        if not self._due:  # then nobody asks what the log leads to
            for _ in records:
                pass
            return
        try:
            self._fold.take(self._told(records), self._book.recover)
        except UnreadableRecord as unreadable:
            raise JournalRefused(f"journal: {self._journal.directory}: {unreadable}") from unreadable
        for snapshot in self._due.values():
            self._fault(f"{snapshot.path.name}: the log has no turn that ends with record {snapshot.header.seq}")
        self._compare_head()

    def _told(self, records: Iterable[Record]) -> Iterator[Told]:
        for record in records:
            if record.kind not in (INBOUND, OUTBOUND):
                yield record
            if record.seq in self._due:  # all up to here is folded
                self._compare(self._due.pop(record.seq))

    def _compare(self, snapshot: Snapshot) -> None:
        fold, content, header = self._fold, snapshot.content, snapshot.header
        book = Recovering()
        book.use_log(self._journal.facts)
        try:
            book.restore(content.state, header.state_schema)
        except NotASnapshot as why:
            self._fault(f"{snapshot.path.name}: {why}")
            return
        state_hash = self._book.blotter.state_hash()
        if state_hash.hex() != header.state_hash or book.blotter.state_hash() != state_hash:
            self._fault(f"{snapshot.path.name}: the log leads to another state of the orders")
        elif (fold.numbers, fold.register.state()) != (content.numbers, content.register):
            self._fault(f"{snapshot.path.name}: the log leads to another state of the sessions")
        elif self._journal.digest_at(header.seq) != bytes.fromhex(header.digest):
            self._fault(f"{snapshot.path.name}: the chain of the log is another one")
        else:
            self.findings.append(f"{snapshot.path.name}: what the log leads to, {fold.facts} facts")

    def _compare_head(self) -> None:
        """What a gateway would start with is what the whole log leads to."""
        book = Recovering()
        recovered = recover(self._journal, book)
        if book.blotter.state_hash() != self._book.blotter.state_hash():
            self._fault("the newest snapshot and the log behind it lead to another state than the whole log")
        else:
            self.findings.append(
                f"a start from record {recovered.snapshot_seq} reads {recovered.records} records and comes to the same"
            )

    def _fault(self, why: str) -> None:
        self.faults += 1
        self.findings.append(f"WRONG: {why}")
