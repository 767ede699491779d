"""The witness of a test world: what its journal says, read from the disk, against what leaves and what is in memory."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from fixspec.codec import decode
from fixspec.dictionary import join_dictionaries, own_dictionary
from fixspec.message import Message
from fixspec.rulebook import Rulebook
from gateway.journal import Journal
from gateway.store.log_records import FACT, INBOUND, OUTBOUND, Record, split_inbound, split_outbound
from gateway.store.log_walk import Walk
from gateway.store.stored_log import origin
from gateway.trading.copy_audit import CopyAudit
from oms.codec import decode_event
from oms.events import Event
from tests.peer import Lie, content_of, fields_of, show


class Book:
    """What the journal says, read from the disk: the fold of its facts, what follows from them for those who hear
    copies, and every message of ours under its number."""

    def __init__(self) -> None:
        self.copies = CopyAudit(self._facts, to_the_byte=True)
        self.blotter = self.copies.blotter
        self.last = b""
        self.inbound: dict[str, list[bytes]] = defaultdict(list)
        self._outbound: dict[tuple[str, int], dict[int, bytes]] = defaultdict(dict)
        self._walk: Walk | None = None

    def _facts(self, numbers: Sequence[int]) -> dict[int, bytes]:
        return self._journal.facts(numbers)

    def read(self, journal: Journal) -> list[Event]:
        """Read on; the chain is followed from where it was last read to. Returns the facts that are new."""
        self._journal = journal
        walk = self._walk = self._walk or Walk(0, origin(journal.store_id))
        if journal.head == walk.seq:
            return []
        events = []
        for record in walk.records(journal._chunks(walk.seq + 1)):
            if record.kind == FACT:
                event = decode_event(record.payload)
                self.copies.fold(event)
                events.append(event)
            else:
                self.copies.see(record)
            if record.kind == OUTBOUND:
                self._own(record)
            elif record.kind == INBOUND:
                session, raw = split_inbound(record.payload)
                self.inbound[session].append(raw)
            self.last = record.payload
        journal._ends(walk)
        return events

    def _own(self, record: Record) -> None:
        session, generation, number, raw = split_outbound(record.payload)
        messages = self._outbound[session, generation]
        assert number == len(messages) + 1, f"{session}: {number} follows {len(messages)}"
        assert int(fields_of(raw)[b"34"]) == number, f"{session}: {number} is not in {show(raw)}"
        messages[number] = raw

    def sending(self, data: bytes, session: str, journal: Journal) -> None:
        """Bytes are about to leave: each message must be durable, and what it was, and valid."""
        generation = journal.numbers()[session].generation
        stored = self._outbound[session, generation]
        for raw in re.findall(rb"8=FIX.*?\x0110=\d{3}\x01", data, re.DOTALL):
            fields = fields_of(raw)
            number = int(fields[b"34"])
            if fields.get(b"43") != b"Y":
                if stored.get(number) != raw and not _is_logon_with_secret(raw, stored.get(number)):
                    raise Lie(f"{session}: sent but not stored: {show(raw)}")
            elif fields[b"35"] != b"4" and content_of(stored[number]) != content_of(raw):
                raise Lie(f"{session}: not what was stored: {show(raw)}")
            message = decode(raw)
            assert isinstance(message, Message), message
            fault = rulebook(fields[b"8"].decode()).validate(message, remember=False)
            assert fault is None, f"{session}: we sent a faulty message: {fault}: {show(raw)}"

    def outbound(self, session: str, generation: int = 1) -> dict[int, bytes]:
        return self._outbound[session, generation]


def _is_logon_with_secret(raw: bytes, stored: bytes | None) -> bool:
    """A Logon(A) is stored as it was sent but for its Password(554): it is never sent again."""
    if stored is None or fields_of(raw)[b"35"] != b"A" or fields_of(raw).get(b"554") in (None, b"***"):
        return False
    return fields_of(stored) == fields_of(raw) | {b"554": b"***"}


@cache
def rulebook(begin_string: str) -> Rulebook:
    """To judge what we send."""
    if begin_string == "FIXT.1.1":
        return Rulebook(join_dictionaries(own_dictionary("FIXT11"), own_dictionary("FIX50SP2")))
    return Rulebook(own_dictionary(begin_string.replace(".", "")))
