"""Sessions that are made at the first Logon of who fits, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.model import SessionConfig, SessionTemplate
from fixspec.codec import encode
from fixspec.numbers import format_utc_timestamp
from gateway.effects import CloseConnection, Effect
from gateway.from_config.session_templates import Welcome, sessions_with_made
from gateway.from_config.sessions import rulebook_of, sessions_of
from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened, PasswordChecked
from gateway.journal import Journal
from gateway.recovery import read_register
from gateway.session.admission import OPEN, Admission
from gateway.session.lobby import Lobby
from gateway.session_events import SessionMade
from gateway.transact import Spine
from tests.gateway.session.host import Clock
from tests.gateway.test_reconnect import Reporter
from tests.gateway.test_steward import sent

TEMPLATE = SessionTemplate(
    name="T", begin_string="FIX.4.4", sender_comp_id="GATE", target_comp_id_pattern="FIRM*", sessions_max=2
)


class Process:
    def __init__(self, directory: Path, admission: Admission = OPEN) -> None:
        self.directory = directory
        self.admission = admission
        self.clock = Clock()
        self.journal = Journal.create(directory / "journal", "TEST", 1, 1 << 16)
        self.connections = 0
        self._live()

    def _live(self) -> None:
        register = read_register(self.journal)
        configs = sessions_with_made((), (TEMPLATE,), register.made)
        sessions = sessions_of(configs, self.journal.numbers(), None, register.instances)
        lobby = Lobby(sessions)
        self.greeted: list[str] = []
        self.spine = Spine(self.journal, sessions, lobby, Reporter(), register)
        welcome = Welcome(
            self.spine, lobby, lambda session: self.admission, lambda session: self.greeted.append(session.name)
        )
        welcome.use([(TEMPLATE, rulebook_of(TEMPLATE))])
        self.spine.start(self.clock.now)

    def again(self) -> None:
        self.journal.close()
        self.journal = Journal.open(self.directory / "journal", 1)
        self._live()

    def log_on(self, comp_id: bytes, msg_seq_num: int = 1, sender: bytes = b"GATE") -> list[Effect]:
        self.connections += 1
        stamp = format_utc_timestamp(self.clock.utc_ns)
        head = b"35=A\x0134=%d\x0149=%b\x0152=%b\x0156=%b\x01" % (msg_seq_num, comp_id, stamp, sender)
        raw = encode(b"FIX.4.4", head + b"98=0\x01108=30\x01554=guess\x01")
        opened = ConnectionOpened(self.connections, "10.0.0.1:1")
        return self.spine.transact([opened, BytesReceived(self.connections, raw)], self.clock.now)

    def names(self) -> list[str]:
        return [session.settings.name for session in self.spine.sessions]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    made = Process(tmp_path)
    yield made
    made.journal.close()


def test_who_fits_gets_a_session_of_its_own(process: Process) -> None:
    assert sent(process.log_on(b"FIRM1")) == [b"A|"]
    assert sent(process.log_on(b"FIRM2")) == [b"A|"]
    assert process.names() == process.greeted == ["T.FIRM1", "T.FIRM2"]


def test_it_is_there_after_a_restart_with_its_numbers(process: Process) -> None:
    process.log_on(b"FIRM1")
    process.again()
    assert process.names() == ["T.FIRM1"]
    assert sent(process.log_on(b"FIRM1", 2)) == [b"A|"]
    assert process.greeted == []
    assert process.journal.numbers()["T.FIRM1"] == (1, 3, 3)
    (change,) = process.spine.register.history("T.FIRM1")
    assert change.cause == "made from template T at its first Logon"


def test_it_is_one_session_whoever_comes_again(process: Process) -> None:
    process.log_on(b"FIRM1")
    effects = process.log_on(b"FIRM1")
    assert [effect.connection for effect in effects if isinstance(effect, CloseConnection)] == [2]
    assert process.names() == ["T.FIRM1"]


@pytest.mark.parametrize(
    ("comp_id", "sender"),
    [(b"BANK1", b"GATE"), (b"FIRM1", b"OTHER"), (b"FIRM 1", b"GATE"), (b"FIRM/../x", b"GATE"), (b"FIRM\xe4", b"GATE")],
)
def test_who_does_not_fit_gets_nothing(process: Process, comp_id: bytes, sender: bytes) -> None:
    head = process.journal.head
    effects = process.log_on(comp_id, sender=sender)
    assert not sent(effects)
    assert [effect for effect in effects if isinstance(effect, CloseConnection)]
    assert (process.names(), process.journal.head) == ([], head)


def test_there_are_no_more_than_the_template_says(process: Process) -> None:
    process.log_on(b"FIRM1")
    process.log_on(b"FIRM2")
    head = process.journal.head
    assert not sent(process.log_on(b"FIRM3"))
    assert (process.names(), process.journal.head) == (["T.FIRM1", "T.FIRM2"], head)
    process.again()
    assert not sent(process.log_on(b"FIRM3"))
    assert sent(process.log_on(b"FIRM2", 2)) == [b"A|"]


def test_nothing_is_made_before_the_password_is_right(tmp_path: Path) -> None:
    process = Process(tmp_path, Admission(password_hash=b"$scrypt$x"))
    head = process.journal.head
    process.log_on(b"FIRM1")
    assert (process.names(), process.journal.head) == ([], head)
    process.spine.transact([PasswordChecked(1, False)], process.clock.now)
    assert (process.names(), process.journal.head) == ([], head)
    process.log_on(b"FIRM1")
    assert sent(process.spine.transact([PasswordChecked(2, True)], process.clock.now)) == [b"A|"]
    assert process.names() == ["T.FIRM1"]
    process.journal.close()


def test_two_first_logons_on_their_way_make_one_session(tmp_path: Path) -> None:
    process = Process(tmp_path, Admission(password_hash=b"$scrypt$x"))
    process.log_on(b"FIRM1")
    process.log_on(b"FIRM1")
    effects = process.spine.transact([PasswordChecked(1, True), PasswordChecked(2, True)], process.clock.now)
    assert [text for text in sent(effects) if text == b"A|"] == [b"A|"]
    assert process.names() == process.greeted == ["T.FIRM1"]
    assert process.spine.session("T.FIRM1").is_logged_on  # type: ignore[union-attr]  # it is there
    effects = process.spine.transact([ConnectionClosed(2)], process.clock.now)
    assert process.spine.session("T.FIRM1").is_logged_on, effects  # type: ignore[union-attr]  # of the first
    process.journal.close()


def test_a_session_of_the_file_takes_the_place_of_one_that_was_made() -> None:
    made = {"T.FIRM1": SessionMade("T.FIRM1", "T", "FIRM1"), "T.FIRM2": SessionMade("T.FIRM2", "T", "FIRM2")}
    written = SessionConfig(name="W", begin_string="FIX.4.4", sender_comp_id="GATE", target_comp_id="FIRM2")
    assert [s.name for s in sessions_with_made([written], [TEMPLATE], made)] == ["W", "T.FIRM1"]
    assert sessions_with_made([], [], made) == []
