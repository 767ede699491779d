"""`fixgate verify --copies`, and the audit behind it: each way in which a stream of copies can be wrong is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.journal import Journal
from gateway.store.inspect import verify_journal
from gateway.store.log_records import OUTBOUND, Record, split_outbound
from gateway.trading.copy_audit import CopyAudit
from tests.world import World, memory_directory


@pytest.fixture(scope="module")
def journal() -> Iterator[Path]:
    """That of a gateway which has filled two orders, one of them in the scope of who listens, and was killed."""
    with memory_directory() as directory:
        world = World(directory, changes={"dropcopy.copies.accounts": ["A*"]})
        world.log_on(world.client, world.venue)
        for name, account in (("X", "A1"), ("Y", "B1")):
            world.send(world.client, f"35=D|11={name}|38=10|1={account}")
            at_venue = world.expect(world.venue, "35=D")["11"]
            world.send(world.venue, f"35=8|150=0|39=0|11={at_venue}|38=10|14=0|151=10")
            world.send(world.venue, f"35=8|150=F|39=2|11={at_venue}|17=E{name}|38=10|32=10|31=50000|14=10|151=0")
        world.kill()
        world.close()
        yield directory / "journal"


Change = Callable[[list[Record]], list[Record]]


def found(path: Path, change: Change, *, to_the_byte: bool = False) -> list[str]:
    """What the audit finds in the log, once `change` has been made to its copies, of which there are two."""
    journal = Journal.open(path, 1)
    audit = CopyAudit(journal.facts, to_the_byte=to_the_byte)
    waiting: list[Record] = []
    for record in journal.records():
        if record.kind == OUTBOUND and split_outbound(record.payload)[0] == "dropcopy":
            waiting = change([record])
            for copy in waiting:
                audit.see(copy)
        else:
            audit.see(record)
    journal.close()
    assert audit.copies == 2
    return [finding.why.partition(" fact ")[0] for finding in audit.findings]


def saying(old: bytes, new: bytes) -> Change:
    return lambda copies: [Record(seq, kind, payload.replace(old, new)) for seq, kind, payload in copies]


def test_a_good_log(journal: Path) -> None:
    assert found(journal, lambda copies: copies, to_the_byte=True) == []


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        (lambda copies: [], ["the copy of", "the copy of"]),
        (lambda copies: copies * 2, ["a copy that no"] * 2),
        (saying(b"\x01150=F\x01", b"\x01150=4\x01"), ["the copy of"]),
        (saying(b"\x0114=10\x01", b"\x0114=11\x01"), ["the copy of"]),
        (saying(b"\x0137=", b"\x0137=9"), ["the copy of", "the copy of"]),
        (saying(b"\x01115=CLIENT\x01", b"\x01115=OTHER\x01"), ["the copy of", "the copy of"]),
    ],
)
def test_what_is_missing_doubled_or_otherwise(journal: Path, change: Change, findings: list[str]) -> None:
    assert found(journal, change) == findings


def test_another_way_to_say_it_is_no_finding_but_to_the_byte(journal: Path) -> None:
    change = saying(b"\x01797=Y\x01", b"\x01")
    assert found(journal, change) == []
    assert found(journal, change, to_the_byte=True) == ["the copy of", "the copy of"]


def test_what_was_sent_again_on_request_is_no_copy(journal: Path) -> None:
    assert found(journal, lambda copies: copies + saying(b"\x01797=Y\x01", b"\x01797=Y\x011352=Y\x01")(copies)) == []


def test_verify_tells(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_journal(journal, copies=True) == 0
    assert "2 drop copies: what the facts lead to" in capsys.readouterr().out


def test_verify_tells_what_is_wrong(
    journal: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.trading.copy_audit._says_it", lambda copy, raw: False)
    assert verify_journal(journal, copies=True) == 1
    told = capsys.readouterr().out
    assert "drop copy session dropcopy: the copy of fact" in told
    assert "2 drop copies: NOT what the facts lead to" in told
