"""From the log to memory. Start after a crash and after a clean stop is this one path, so it is walked every day."""

from __future__ import annotations

from typing import NamedTuple

from gateway.journal import Journal
from gateway.log_records import EVENT, FACT, NUMBERS, TURN, Numbers, split_numbers, split_turn
from gateway.register import Register
from gateway.session_events import SessionEvent, decode_event
from gateway.store_files import JournalRefused
from gateway.turn import Application


class Recovered(NamedTuple):
    """What was read. Counts of records, of facts folded, of turns."""

    records: int
    facts: int
    turns: int
    register: Register


def read_register(journal: Journal) -> Register:
    """Check the whole log, and say what it knows of sessions. Raises JournalRefused."""
    return recover(journal, None).register


def recover(journal: Journal, application: Application | None) -> Recovered:
    """Check the whole log and fold its facts into the application, which must be empty.

    Raises JournalRefused when a record, the chain, or the index of session numbers does not hold, and when a fact is
    not one that this version of the application can read."""
    facts = turns = records = 0
    register = Register()
    noted: list[tuple[str, Numbers, str] | SessionEvent] = []
    numbers: dict[str, Numbers] = {}
    for seq, kind, payload in journal.records():
        records += 1
        if kind == FACT:
            facts += 1
            try:
                if application is not None:
                    application.recover(seq, payload)
            except ValueError as unreadable:
                raise JournalRefused(
                    f"journal: {journal.directory}: record {seq}: {unreadable}. Nothing was changed"
                ) from unreadable
        elif kind == TURN:
            turns += 1
            if noted:
                _enter(register, noted, split_turn(payload)[0])
        elif kind == NUMBERS:
            session, place, cause = split_numbers(payload)
            numbers[session] = place
            if cause:
                noted.append((session, place, cause))
        elif kind == EVENT:
            noted.append(_event(journal, seq, payload))
    if numbers != journal.numbers():
        raise JournalRefused(
            f"journal: {journal.directory}: the session numbers disagree with the log. Nothing was changed; "
            "restore a backup"
        )
    return Recovered(records, facts, turns, register)


def _event(journal: Journal, seq: int, payload: bytes) -> SessionEvent:
    try:
        return decode_event(payload)
    except ValueError as unreadable:
        raise JournalRefused(
            f"journal: {journal.directory}: record {seq}: {unreadable}. Nothing was changed"
        ) from unreadable


def _enter(register: Register, noted: list[tuple[str, Numbers, str] | SessionEvent], utc_ns: int) -> None:
    """What a turn said about sessions goes into the register, with the turn's time."""
    for item in noted:
        if isinstance(item, tuple):
            register.numbers_changed(*item, utc_ns)
        else:
            register.apply(item, utc_ns)
    noted.clear()
