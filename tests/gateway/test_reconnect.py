"""A peer that is back before we have seen its old connection go: nothing of the one reaches the other."""

from __future__ import annotations

import re
from pathlib import Path

from fixspec.message import Message
from gateway.effects import CloseConnection, Effect, SendBytes
from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened, Input
from gateway.journal import Journal
from gateway.session.lobby import Lobby
from gateway.session.session import Session
from gateway.session.settings import SessionNumbers
from gateway.transact import Spine
from gateway.turn import Turn
from tests.gateway.session.host import Clock
from tests.gateway.session.messages import ORDER, decoded, logon, message, settings
from tests.gateway.session.rulebooks import rulebook


class Reporter:
    """Answers every message with one report."""

    def recover(self, seq: int, payload: bytes) -> None: ...

    def started(self, turn: Turn) -> None: ...

    def logged_on(self, session: str, turn: Turn) -> None: ...

    def logged_out(self, session: str, in_good_order: bool, turn: Turn) -> None: ...

    def message_received(self, session: str, message: Message, turn: Turn) -> None:
        turn.send(session, b"8", b"37=1\x01")

    def message_failed(self, session: str, message: Message, turn: Turn) -> bool:
        return True

    def room_to_send(self, session: str, turn: Turn) -> None: ...

    def message_rejected(self, session: str, refused: Message, reject: Message, turn: Turn) -> None: ...

    def command(self, command: object, turn: Turn) -> object: ...

    def deadline(self) -> int | None:
        return None

    def deadline_reached(self, turn: Turn) -> None: ...


class Process:
    def __init__(self, directory: Path) -> None:
        self.clock = Clock()
        self.session = Session(settings(), rulebook("FIX.4.4"), SessionNumbers())
        journal = Journal.create(directory / "journal", "TEST", 1, 1 << 16)
        self.spine = Spine(journal, [self.session], Lobby([self.session]), Reporter())

    def turn(self, *inputs: Input) -> list[Effect]:
        return self.spine.transact(inputs, self.clock.now)


def sent(effects: list[Effect], connection: int) -> list[bytes]:
    """MsgType(35) of what goes to a connection."""
    data = b"".join(e.data for e in effects if isinstance(e, SendBytes) and e.connection == connection)
    return [decoded(raw).msg_type for raw in re.findall(rb"8=.*?\x0110=\d{3}\x01", data, re.DOTALL)]


def test_late_close_of_the_old_connection_does_not_end_the_new_session(tmp_path: Path) -> None:
    process = Process(tmp_path)
    process.turn(ConnectionOpened(1, "peer"), BytesReceived(1, logon()))
    process.turn(BytesReceived(1, message(b"0", 1)))
    effects = process.turn(BytesReceived(1, message(b"5", 2)))
    assert [e.connection for e in effects if isinstance(e, CloseConnection)] == [1]
    effects = process.turn(ConnectionOpened(2, "peer"), BytesReceived(2, logon(3)))
    assert sent(effects, 2) == [b"A"]
    assert not [e for e in effects if isinstance(e, CloseConnection)]
    process.turn(BytesReceived(1, message(b"D", 4, ORDER)), ConnectionClosed(1))
    assert process.session.is_logged_on
    assert process.session.numbers.next_target_msg_seq_num == 4
    assert sent(process.turn(BytesReceived(2, message(b"D", 4, ORDER))), 2) == [b"8"]


def test_report_of_the_old_connection_does_not_go_to_the_new_one(tmp_path: Path) -> None:
    """All in one turn: an order, the end of its connection, the next Logon. The report is fetched by its number."""
    process = Process(tmp_path)
    process.turn(ConnectionOpened(1, "peer"), BytesReceived(1, logon()))
    effects = process.turn(
        BytesReceived(1, message(b"D", 2, ORDER)),
        ConnectionClosed(1),
        ConnectionOpened(2, "peer"),
        BytesReceived(2, logon(3)),
    )
    assert sent(effects, 2) == [b"A"]
    effects = process.turn(BytesReceived(2, message(b"2", 4, b"7=2\x0116=0\x01")))
    assert sent(effects, 2) == [b"8", b"4"]
