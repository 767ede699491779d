"""The copies in the log of what was sent are found by their numbers: compared with reading all of it."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import Journal
from gateway.store.log_records import Numbers
from gateway.trading.sent_copies import LOOKED_MAX, Place, SentCopies
from tests.world import memory_directory

COPY = b"8=FIXT.1.1\x0135=8\x0134=1\x011181=%d\x01"
AGAIN = b"8=FIXT.1.1\x0135=8\x0134=1\x011181=%d\x011352=Y\x01"
HEARTBEAT = b"8=FIXT.1.1\x0135=0\x0134=1\x01"

Act = tuple[str, int]
WHAT = ("copy", "copy", "again", "heartbeat", "jump", "reset", "other")
acts = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(1, 9)), max_size=40)


class Log:
    """A journal, and what stands in it in a list."""

    def __init__(self, directory: Path) -> None:
        self.journal = Journal.create(directory / "journal", "TEST", 1, 1 << 12)
        self.copies: list[tuple[int, Place]] = []
        self._generation, self._number = 1, 1

    def act(self, what: str, amount: int) -> None:
        if what == "jump":
            self._number += amount * 300_000_000
        elif what == "reset":
            self._generation, self._number = self._generation + 1, 1
        else:
            turn = self.journal.transaction()
            raws: list[bytes] = []
            for _ in range(amount):
                seq = turn.append_fact(b"1[fact]")
                if what == "copy":
                    self.copies.append((seq, Place(self._generation, self._number + len(raws))))
                raws.append({"copy": COPY % seq, "again": AGAIN % 1}.get(what, HEARTBEAT))
            if what == "other":
                turn.append_outbound("other", 1, self.journal.head + 1, raws)
            else:
                turn.append_outbound("s", self._generation, self._number, raws)
                self._number += len(raws)
            turn.set_numbers("s", Numbers(self._generation, self._number, 1))
            turn.commit(1)


@given(acts)
def test_what_is_found_is_what_is_there(what: list[Act]) -> None:
    with memory_directory() as directory:
        log = Log(directory)
        for act in what:
            log.act(*act)
        sent = SentCopies(log.journal)
        numbers = [seq for seq, _ in log.copies]
        assert sent.newest("s") == (numbers[-1] if numbers else 0)
        for wanted in {1, *numbers, *(seq + 1 for seq in numbers), log.journal.head + 1}:
            place, found, pieces = sent.place_of("s", wanted), [], 0
            while place is not None:
                copies, place = sent.after("s", place, 5)
                found += [copy.appl_seq_num for copy in copies if copy.appl_seq_num >= wanted]
                pieces += 1
                assert pieces < 200, "what is not there is looked for"
            assert found == [seq for seq in numbers if seq >= wanted]
        log.journal.close()


def test_the_newest_is_not_looked_for_without_end() -> None:
    with memory_directory() as directory:
        log = Log(directory)
        log.act("copy", 1)
        for _ in range(LOOKED_MAX // 512):
            log.act("again", 512)
        sent = SentCopies(log.journal)
        assert sent.newest("s") == 0
        assert sent.place_of("s", 1) == Place(1, 1)
        log.journal.close()
