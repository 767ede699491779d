"""From the log to memory. Start after a crash and after a clean stop is this one path, so it is walked every day.

It begins at the newest snapshot that is good (`gateway.store.snapshots`) and folds what the log has behind it; without
one it begins at the first record. Of the log it reads what it folds, and checks the chain there: what stands before the
snapshot was checked when that was taken, and is again by `fixgate verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from gateway.fold import Fold, UnreadableRecord
from gateway.journal import Journal
from gateway.register import Register
from gateway.store.log_records import Numbers
from gateway.store.snapshots import Header, Snapshot, good_snapshots
from gateway.store.store_files import JournalRefused
from oms.snapshot import NotASnapshot

Facts = Callable[[Sequence[int]], Mapping[int, bytes]]


class Recoverable(Protocol):
    """The part of `gateway.turn.Application` that is used here."""

    def recover(self, seq: int, payload: bytes) -> None: ...


class Sent(Protocol):
    """What was sent and is durable: `gateway.journal.Journal`."""

    def outbound(self, session: str, generation: int, begin: int, end: int) -> Iterable[tuple[int, bytes]]: ...

    def last_outbound(self, session: str, generation: int, up_to: int = ...) -> int: ...

    def outbound_since(self, session: str, generation: int, seq: int) -> int: ...

    def numbers(self) -> Mapping[str, Numbers]: ...


@runtime_checkable
class Rereading(Recoverable, Protocol):
    """An application that looks at what it has sent."""

    def use_sent(self, sent: Sent) -> None: ...


@runtime_checkable
class Restorable(Recoverable, Protocol):
    """An application that can begin with a snapshot, and look into the log."""

    def use_log(self, facts: Facts) -> None: ...

    def restore(self, state: bytes, schema: int) -> None: ...


class Recovered(NamedTuple):
    """What was read. Counts of records, of facts folded, of turns, those before the snapshot not included."""

    records: int
    facts: int
    turns: int
    register: Register
    snapshot_seq: int = 0
    """The record behind which the snapshot was taken; 0: there was none."""
    passed_over: tuple[str, ...] = ()
    """Snapshots that could not be used, and why."""


def read_register(journal: Journal) -> Register:
    """Check the whole log, and say what it knows of sessions. Raises JournalRefused."""
    return recover(journal, None).register


def recover(journal: Journal, application: Recoverable | None) -> Recovered:
    """Fold the log into the application, which must be empty; None: check the whole log, and fold the sessions only.

    Raises JournalRefused when a record, the chain, or the index of session numbers does not hold, and when a fact or
    a snapshot is not one that this version of the program can read."""
    passed_over: list[str] = []
    seq, digest, fold = 0, journal.digest_at(0), Fold()
    if isinstance(application, Rereading):
        application.use_sent(journal)
    if isinstance(application, Restorable):
        application.use_log(journal.facts)
        snapshot = _restored(journal, application, passed_over)
        if snapshot is not None:
            seq, digest, fold = snapshot.header.seq, bytes.fromhex(snapshot.header.digest), snapshot.fold()
    before = fold.facts, fold.turns
    assert digest is not None
    try:
        fold.take(journal.told(seq, digest), None if application is None else application.recover)
    except UnreadableRecord as unreadable:
        raise JournalRefused(f"journal: {journal.directory}: {unreadable}. Nothing was changed") from unreadable
    if fold.numbers != journal.numbers():
        raise JournalRefused(
            f"journal: {journal.directory}: the session numbers disagree with the log. Nothing was changed; "
            "restore a backup"
        )
    facts, turns = fold.facts - before[0], fold.turns - before[1]
    return Recovered(journal.head - seq, facts, turns, fold.register, seq, tuple(passed_over))


def _restored(journal: Journal, application: Restorable, passed_over: list[str]) -> Snapshot | None:
    """The snapshot that the application has been made from."""

    def is_of_log(header: Header) -> bool:
        return header.store_id == journal.store_id and journal.digest_at(header.seq) == bytes.fromhex(header.digest)

    for snapshot in good_snapshots(journal.directory, is_of_log, passed_over.append):
        try:
            application.restore(snapshot.content.state, snapshot.header.state_schema)
        except NotASnapshot as why:
            passed_over.append(f"{snapshot.path.name}: {why}")
            continue
        return snapshot
    return None
