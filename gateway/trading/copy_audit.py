"""Is what those heard who listen to others the projection of the log? Each record is looked at once, in its order.

A fact leads to copies (`gateway.trading.copies`, the very code that made them while the gateway traded), and each of
them must have been sent within its turn: every copy once, none that no fact leads to, in the order of the facts. It
needs nothing but the log, for whom a copy goes to and in which words are facts, too.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final, NamedTuple

from gateway.recovery import Facts
from gateway.store.log_records import FACT, OUTBOUND, TURN, Record, split_outbound
from gateway.trading.copies import Copies, Copy
from gateway.trading.recovering import Recovering
from gateway.trading.sent_copies import REPEATED
from oms import events
from oms.codec import decode_event
from oms.events import Event

TRAILER_LENGTH: Final = len(b"10=000\x01")
_TERMS: Final = (events.CopyTermsSet, events.ReportingSet)
_SUBSTANCE: Final = tuple(
    b"%d" % tag for tag in (11, 14, 17, 19, 20, 31, 32, 37, 38, 39, 41, 54, 55, 115, 150, 151, 434)
)
"""What a copy says happened, and to whom. The rest may be said otherwise by another version of this program."""


class Finding(NamedTuple):
    """One disagreement; `seq` is the record where it was found."""

    seq: int
    session: str
    why: str

    def __str__(self) -> str:
        return f"record {self.seq}: drop copy session {self.session}: {self.why}"


class CopyAudit:
    """`facts` finds facts by their numbers. `to_the_byte`: all of a message is compared, not its substance alone."""

    def __init__(self, facts: Facts, *, to_the_byte: bool = False) -> None:
        log = Recovering()
        log.use_log(facts)
        self.blotter = log.blotter
        """What the facts have come to."""
        self._copies = Copies(self.blotter)
        self._same: Callable[[Copy, bytes], bool] = _is_it if to_the_byte else _says_it
        self._due: dict[str, deque[Copy]] = defaultdict(deque)
        self._listened: set[str] = set()
        self.copies = 0
        """How many there were."""
        self.findings: list[Finding] = []

    def see(self, record: Record) -> None:
        """The next record of the log. Raises ValueError for a fact that cannot be read."""
        if record.kind == FACT:
            self.fold(decode_event(record.payload))
        elif record.kind == OUTBOUND and self._listened:
            session, _, _, raw = split_outbound(record.payload)
            if session in self._listened:
                self._sent(record.seq, session, raw)
        elif record.kind == TURN:
            for session, due in self._due.items():
                for copy in due:
                    self._find(record.seq, session, f"the copy of fact {copy.appl_seq_num} was never sent")
                due.clear()

    def fold(self, event: Event) -> None:
        """The next fact of the log."""
        self.blotter.apply(event)
        if isinstance(event, _TERMS):
            self._copies.terms_changed()
            self._listened.update(self.blotter.copies)
        for copy in self._copies.of(event):
            self._due[copy.session].append(copy)
            self.copies += 1

    def _sent(self, seq: int, session: str, raw: bytes) -> None:
        if not (b"\x0135=8\x01" in raw[:32] or b"\x0135=9\x01" in raw[:32]) or REPEATED in raw:
            return
        due = self._due[session]
        if not due:
            self._find(seq, session, "a copy that no fact of its turn leads to")
            return
        copy = due.popleft()
        if not self._same(copy, raw):
            self._find(seq, session, f"the copy of fact {copy.appl_seq_num} says something else than its fact")

    def _find(self, seq: int, session: str, why: str) -> None:
        self.findings.append(Finding(seq, session, why))


def _is_it(copy: Copy, raw: bytes) -> bool:
    return b"\x0135=%b\x01" % copy.msg_type in raw[:32] and raw[:-TRAILER_LENGTH].endswith(b"\x01" + copy.body)


def _says_it(copy: Copy, raw: bytes) -> bool:
    due, sent = _fields(copy.body), _fields(raw)
    return sent[b"35"] == copy.msg_type and all(due.get(tag) == sent.get(tag) for tag in _SUBSTANCE)


def _fields(message: bytes) -> dict[bytes, bytes]:
    """Of a message of ours, whose values have no SOH."""
    return dict(field.split(b"=", 1) for field in message[:-1].split(b"\x01"))
