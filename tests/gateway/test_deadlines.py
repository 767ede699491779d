"""Deadlines by key: the earliest is found as a search of all of them would, without searching all of them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.deadlines import SLACK, Deadlines
from gateway.effects import SendBytes
from gateway.inbox import BytesReceived, ConnectionOpened
from gateway.instant import Instant
from gateway.journal import Journal
from gateway.session.lobby import Lobby
from gateway.session.session import Session
from gateway.session.settings import SessionNumbers
from gateway.transact import Spine
from tests.conformance.echo_application import EchoApplication
from tests.gateway.session.host import NOON_NS
from tests.gateway.session.messages import logon, message, settings
from tests.gateway.session.rulebooks import rulebook

KEYS = st.one_of(st.integers(1, 5), st.sampled_from(["A", "B", "C"]))
TIMES = st.one_of(st.none(), st.integers(0, 20))


@given(st.lists(st.tuples(KEYS, TIMES, st.booleans()), max_size=80), st.integers(0, 20))
def test_as_a_search_of_all(steps: list[tuple[str | int, int | None, bool]], now: int) -> None:
    deadlines, model = Deadlines(), dict[str | int, int]()
    for key, at, is_asked in steps:
        deadlines.set(key, at)
        model.pop(key, None)
        if at is not None:
            model[key] = at
        if is_asked:
            assert deadlines.earliest() == min(model.values(), default=None)
    due = deadlines.due(now)
    assert len(due) == len(set(due))
    assert set(due) == {key for key, at in model.items() if at <= now}
    assert [model[key] for key in due] == sorted(model[key] for key in due)
    assert set(deadlines.due(now)) == set(due), "they stay until they are set again"
    assert deadlines.earliest() == min(model.values(), default=None)
    assert len(deadlines) == len(model)


def test_what_is_left_over_does_not_grow() -> None:
    deadlines = Deadlines()
    deadlines.set("first", 0)
    for at in range(100_000, 0, -1):
        deadlines.set("sooner every time", at)
        deadlines.set(at, at)
        deadlines.set(at, None)
    assert len(deadlines._entries) <= 2 * 2 + SLACK + 1


class Counted(int):
    """A moment that counts how often it is compared with another; what is made of it counts as well."""

    comparisons = 0

    def __add__(self, other: int) -> Counted:
        return Counted(int(self) + other)

    def __lt__(self, other: int) -> bool:
        Counted.comparisons += 1
        return int(self) < int(other)

    def __gt__(self, other: int) -> bool:
        Counted.comparisons += 1
        return int(self) > int(other)


def comparisons_of_a_turn(directory: Path, connections: int) -> int:
    """How many times are compared in a turn that takes a TestRequest, and to find out when the next one is due, while
    so many others are connected and say nothing."""
    journal = Journal.create(directory, "TEST", 1, 1 << 16)
    session = Session(settings(), rulebook("FIX.4.4"), SessionNumbers())
    application = EchoApplication()
    application.take_in([session.settings])
    spine = Spine(journal, [session], Lobby([session]), application)
    now = Instant(NOON_NS, Counted(0))
    spine.transact([ConnectionOpened(1, "peer"), BytesReceived(1, logon())], now)
    spine.transact([ConnectionOpened(2 + n, "stranger") for n in range(connections)], now)
    spine.deadline()
    Counted.comparisons = 0
    effects = spine.transact([BytesReceived(1, message(b"1", 2, b"112=HELLO\x01"))], Instant(NOON_NS, now.mono_ns + 1))
    assert any(isinstance(effect, SendBytes) for effect in effects)
    assert spine.deadline() is not None
    journal.close()
    return Counted.comparisons


def test_idle_connections_do_not_make_a_turn_dearer(tmp_path: Path) -> None:
    few, many = comparisons_of_a_turn(tmp_path / "few", 10), comparisons_of_a_turn(tmp_path / "many", 10_000)
    assert many <= few + 40, (few, many)
