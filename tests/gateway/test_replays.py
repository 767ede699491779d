"""Replays of a whole process: pieces, who waits, what it costs in memory; what is sent again is what was sent."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixspec.codec import encode
from fixspec.message import Message
from gateway.effects import Effect, RoomWanted, SendBytes
from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened, Input, RoomToSend
from gateway.journal import Journal
from gateway.replays import PIECE_BYTES_MAX, PIECE_MESSAGES_MAX, Replays
from gateway.session.lobby import Lobby
from gateway.session.session import Session
from gateway.session.settings import SessionNumbers
from gateway.transact import Spine
from gateway.turn import Turn
from tests.gateway.session.host import Clock
from tests.gateway.session.messages import decoded, message, settings
from tests.gateway.session.rulebooks import rulebook
from tests.gateway.test_reconnect import Reporter
from tests.peer import content_of
from tests.world import memory_directory

MANY = 120_000
RESIDENT_KB_MAX = 12 << 10


class Storyteller(Reporter):
    """Sends as much as it is told to, by a command."""

    def command(self, command: object, turn: Turn) -> object:
        assert isinstance(command, tuple)
        session, count, size = command
        for number in range(count):
            turn.send(session, b"8", b"37=1\x0158=%b%d\x01" % (b"x" * size, number))
        return None

    def message_received(self, session: str, message: Message, turn: Turn) -> None:
        turn.send(session, b"8", b"37=answer\x01")


class Process:
    """Peers P0, P1, ... of as many sessions; what is sent to each is cut into messages and given to `heard`."""

    def __init__(self, directory: Path, sessions: int = 1, replays_max: int = 5) -> None:
        self.clock = Clock()
        made = [
            Session(settings(name=f"s{i}", target_comp_id=b"P%d" % i), rulebook("FIX.4.4"), SessionNumbers())
            for i in range(sessions)
        ]
        self.journal = Journal.create(directory / "journal", "TEST", 1, 1 << 20)
        self.spine = Spine(self.journal, made, Lobby(made), Storyteller(), replays_max=replays_max)
        self.heard: dict[int, deque[bytes]] = {i: deque() for i in range(sessions)}
        self.numbers = dict.fromkeys(range(sessions), 0)
        self.room_wanted: set[int] = set()
        self.piece_bytes = 0

    def turn(self, *inputs: Input) -> list[Effect]:
        effects = self.spine.transact(inputs, self.clock.now)
        for effect in effects:
            if isinstance(effect, SendBytes):
                self.piece_bytes = max(self.piece_bytes, len(effect.data))
                self.heard[effect.connection].extend(re.findall(rb"8=FIX.*?\x0110=\d{3}\x01", effect.data, re.DOTALL))
            elif isinstance(effect, RoomWanted):
                assert effect.connection not in self.room_wanted, "asked twice: two pieces a turn"
                self.room_wanted.add(effect.connection)
        return effects

    def say(self, peer: int, msg_type: bytes, body: bytes = b"") -> list[Effect]:
        self.numbers[peer] += 1
        raw = message(msg_type, self.numbers[peer], body)
        content = raw.replace(b"49=PEER", b"49=P%d" % peer)
        return self.turn(BytesReceived(peer, encode(b"FIX.4.4", content[content.index(b"35=") : -7])))

    def log_on(self, *peers: int) -> None:
        for peer in peers:
            self.turn(ConnectionOpened(peer, "peer"))
            self.say(peer, b"A", b"98=0\x01108=30\x01")
            self.heard[peer].clear()

    def tell(self, peer: int, count: int, size: int = 0) -> None:
        self.spine._application.command((f"s{peer}", count, size), turn := self.spine._open(self.clock.now))
        self.spine._close(turn)

    def give_room(self, *peers: int) -> None:
        for peer in peers or tuple(self.room_wanted):
            self.room_wanted.discard(peer)
            self.turn(RoomToSend(peer))


@contextmanager
def process(sessions: int = 1, replays_max: int = 5) -> Iterator[Process]:
    with memory_directory() as directory:
        made = Process(directory, sessions, replays_max)
        yield made
        made.journal.close()


def fields(raw: bytes) -> dict[bytes, bytes]:
    return decoded(raw).fields


def resident_kb() -> int:
    """Memory of this process that is no file's: pages of the journal's map are the kernel's to keep."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def test_a_long_replay_is_word_for_word_and_costs_no_memory_while_others_trade() -> None:
    with process(2) as made:
        for _ in range(MANY // 2000):
            made.tell(0, 2000)
        made.log_on(0, 1)
        started = resident_kb()
        grown = pieces = 0
        expected = 1
        stored: Iterator[tuple[int, bytes]] = iter(())
        made.say(0, b"2", b"7=1\x0116=0\x01")
        while True:
            for raw in made.heard[0]:
                again = fields(raw)
                assert int(again[b"34"]) == expected
                if again[b"35"] == b"4":
                    expected = int(again[b"36"])
                    continue
                original = next(stored, None)  # read along, a stretch at a time
                if original is None:
                    stored = made.journal.outbound("s0", 1, expected, expected + 499)
                    original = next(stored)
                assert original[0] == expected
                assert content_of(raw) == content_of(original[1])
                assert (again[b"43"], again[b"122"]) == (b"Y", fields(original[1])[b"52"])
                expected += 1
            made.heard[0].clear()
            if not made.room_wanted:
                break
            pieces += 1
            grown = max(grown, resident_kb() - started)
            if pieces % 100 == 0:  # another session trades, and hears its answer in its own turn
                made.say(1, b"D", b"11=A\x0121=1\x0155=X\x0154=1\x0160=20231115-12:00:00\x0138=1\x0140=1\x01")
                assert fields(made.heard[1].pop())[b"37"] == b"answer"
            made.give_room()
    assert expected == MANY + 2  # the Logon
    assert pieces >= MANY // PIECE_MESSAGES_MAX
    assert grown < RESIDENT_KB_MAX, f"{grown} kB"


def test_what_a_session_says_during_its_replay_comes_behind_it() -> None:
    with process() as made:
        made.tell(0, 400)
        made.log_on(0)
        made.say(0, b"2", b"7=1\x0116=0\x01")
        answers = 0
        while made.room_wanted:
            made.say(0, b"D", b"11=A\x0121=1\x0155=X\x0154=1\x0160=20231115-12:00:00\x0138=1\x0140=1\x01")
            answers += 1
            made.give_room()
        heard = [fields(raw) for raw in made.heard[0]]
        assert [int(f[b"34"]) for f in heard] == list(range(1, 402 + answers))
        assert [b"43" in f for f in heard] == [True] * 401 + [False] * answers
        assert answers >= 3
        made.say(0, b"D", b"11=A\x0121=1\x0155=X\x0154=1\x0160=20231115-12:00:00\x0138=1\x0140=1\x01")
        assert fields(made.heard[0][-1])[b"34"] == b"%d" % (402 + answers)


def test_so_many_at_once_and_the_others_in_their_turn() -> None:
    with process(4, replays_max=2) as made:
        for peer in range(4):
            made.tell(peer, 300)
        made.log_on(0, 1, 2, 3)
        for peer in range(4):
            made.say(peer, b"2", b"7=1\x0116=0\x01")
        assert made.room_wanted == {0, 1}
        assert not made.heard[2]
        while 0 in made.room_wanted:
            made.give_room(0)
        assert made.room_wanted == {1, 2}
        made.turn(ConnectionClosed(1))
        assert made.room_wanted == {1, 2, 3}
        made.give_room(1)  # of a connection that is gone
        while made.room_wanted:
            made.give_room()
        for peer in (0, 2, 3):
            assert len(made.heard[peer]) == 301


def test_a_session_that_waits_for_its_replay_hears_what_is_new() -> None:
    with process(2, replays_max=1) as made:
        for peer in range(2):
            made.tell(peer, 300)
        made.log_on(0, 1)
        made.say(0, b"2", b"7=1\x0116=0\x01")
        made.say(1, b"2", b"7=1\x0116=300\x01")
        made.tell(1, 1)
        assert made.spine.session("s1") is not None
        while made.room_wanted:
            made.give_room()
        assert len(made.heard[1]) >= 300


def test_large_messages_make_small_pieces() -> None:
    with process() as made:
        made.tell(0, 100, size=20_000)
        made.log_on(0)
        made.piece_bytes = 0
        made.say(0, b"2", b"7=1\x0116=0\x01")
        while made.room_wanted:
            made.give_room()
        assert len(made.heard[0]) == 101
        assert made.piece_bytes <= PIECE_BYTES_MAX + 25_000


def test_a_stretch_without_messages_is_passed_quickly() -> None:
    with process() as made:
        made.tell(0, 1)
        session = made.spine.session("s0")
        assert session is not None
        session.numbers.next_sender_msg_seq_num = 50_000
        made.tell(0, 1)
        made.log_on(0)
        turns = 0
        made.say(0, b"2", b"7=1\x0116=0\x01")
        while made.room_wanted:
            made.give_room()
            turns += 1
        assert [int(fields(raw)[b"34"]) for raw in made.heard[0]] == [1, 2, 50_000, 50_001]
        assert turns < 20


def test_the_book_of_who_is_served() -> None:
    replays = Replays(2)
    assert [replays.ask(name) for name in ("a", "b", "c", "c", "a")] == [True, True, False, False, False]
    assert replays.next() is None
    replays.end("c")
    replays.end("a")
    assert replays.next() is None, "c is gone"
    assert replays.ask("d")
    assert "d" in replays and "a" not in replays
