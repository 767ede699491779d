"""Looking into a journal that no process is using: is it whole, and what does it say?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from fixspec.numbers import format_utc_timestamp
from gateway.journal import Journal
from gateway.session_events import PasswordChanged, decode_event
from gateway.store.log_records import (
    EVENT,
    FACT,
    INBOUND,
    NUMBERS,
    OUTBOUND,
    TURN,
    Record,
    split_inbound,
    split_numbers,
    split_outbound,
    split_turn,
)
from gateway.store.snapshot_check import SnapshotCheck
from gateway.store.snapshot_maker import take_snapshot
from gateway.telemetry.log_redaction import MASK, escape, presentable, redact_text
from gateway.trading.copy_audit import CopyAudit

MAP_SIZE_GB = 64

KINDS = {
    INBOUND: "messages in",
    OUTBOUND: "messages out",
    FACT: "facts",
    NUMBERS: "number changes",
    EVENT: "session events",
    TURN: "turns",
}


def verify_journal(directory: Path, *, copies: bool = False) -> int:
    """Read and check every record and the chain, and every snapshot against what the log leads to; print what there is.
    `copies`: of a gateway, also what drop copy sessions were sent, against the facts.
    Raises JournalRefused at the first damage of the log; 1 when a snapshot or a copy is not what it should be."""
    journal = Journal.open(directory, MAP_SIZE_GB)
    counts = dict.fromkeys(KINDS, 0)
    audit = CopyAudit(journal.facts) if copies else None

    def counted(records: Iterable[Record]) -> Iterator[Record]:
        for record in records:
            counts[record.kind] += 1
            if audit is not None:
                audit.see(record)
            yield record

    check = SnapshotCheck(journal)
    check.walk(counted(journal.records()))
    told = ", ".join(f"{count} {KINDS[kind]}" for kind, count in counts.items())
    print(f"{directory}: whole. Store {journal.store_id}, {journal.head} records: {told}")
    for session, numbers in journal.numbers().items():
        print(
            f"  {session}: generation {numbers.generation}, "
            f"next MsgSeqNum(34) out {numbers.next_sender_msg_seq_num}, in {numbers.next_target_msg_seq_num}"
        )
    for finding in check.findings:
        print(f"  {finding}")
    journal.close()
    if audit is None:
        return 1 if check.faults else 0
    for wrong in audit.findings:
        print(f"  {wrong}")
    print(f"  {audit.copies} drop copies: {'NOT what' if audit.findings else 'what'} the facts lead to")
    return 1 if check.faults or audit.findings else 0


def take_and_tell(directory: Path, map_size_gb: int, background: bool) -> int:
    """Take a snapshot and print what became of it. Raises JournalRefused."""
    if background:
        os.nice(19)
    taken = take_snapshot(directory, map_size_gb)
    for why in taken.passed_over:
        print(f"passed over: {why}")
    if taken.path is None:
        print(f"{directory}: nothing new behind record {taken.seq}")
    else:
        print(f"{taken.path}: taken at record {taken.seq}, {taken.records} records folded for it")
    return 0


def print_journal(directory: Path, only_session: str) -> int:
    """Print every record, one a line; facts and turns too unless one session is asked for."""
    journal = Journal.open(directory, MAP_SIZE_GB)
    for seq, kind, payload in journal.records():
        line = None
        if kind == INBOUND:
            session, raw = split_inbound(payload)
            line = (session, f"{session} < {_readable(raw)}")
        elif kind == OUTBOUND:
            session, generation, msg_seq_num, raw = split_outbound(payload)
            line = (session, f"{session} > {generation}/{msg_seq_num} {_readable(raw)}")
        elif kind == NUMBERS:
            session, numbers, cause = split_numbers(payload)
            line = (session, f"{session} # {'/'.join(map(str, numbers))} {cause}")
        elif kind == FACT:
            line = ("", f"fact {escape(redact_text(payload.decode('utf-8', 'backslashreplace')))}")
        elif kind == EVENT:
            event = decode_event(payload)
            if isinstance(event, PasswordChanged):
                event = msgspec.structs.replace(event, password_hash=MASK)
            line = (getattr(event, "session", ""), f"event {event}")
        elif kind == TURN:
            line = ("", f"turn {format_utc_timestamp(split_turn(payload)[0], 6).decode()}")
        assert line is not None, kind
        if not only_session or line[0] == only_session:
            print(f"{seq:>10} {line[1]}")
    journal.close()
    return 0


def _readable(raw: bytes) -> object:
    return presentable("message", raw.decode("latin-1"))
