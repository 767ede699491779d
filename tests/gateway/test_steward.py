"""What operators do to sessions, against a spine and a journal: done in a turn, durable, on record with its cause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from config.model import SessionConfig
from gateway.effects import AnswerCommand, CloseConnection, Effect, SendBytes
from gateway.failures import MemoryUnknown
from gateway.from_config.reload import ReloadPlan
from gateway.from_config.sessions import maker_of, sessions_of
from gateway.inbox import BytesReceived, CommandReceived, ConnectionClosed, ConnectionOpened, Input, Tick
from gateway.journal import Journal
from gateway.operators.session_commands import ExplainSession, ListSessions, LogOutSession, ResetNumbers
from gateway.recovery import read_register
from gateway.session.admission import OPEN
from gateway.session.lobby import Lobby
from gateway.session_events import ConfigurationReloaded, decode_event
from gateway.steward import ApplyReload, Steward
from gateway.store.log_records import EVENT
from gateway.transact import Spine
from tests.gateway.session.host import Clock
from tests.gateway.session.messages import decoded, logon, message
from tests.gateway.test_reconnect import Reporter

Answer = dict[str, Any]


def config(name: str = "A", comp_id: str = "PEER", **changed: object) -> SessionConfig:
    given: dict[str, object] = {"begin_string": "FIX.4.4", "sender_comp_id": "GATE"}
    return SessionConfig(name=name, target_comp_id=comp_id, **{**given, **changed})  # type: ignore[arg-type]


class Process:
    """A spine with a steward; `again` ends it and starts it anew from its journal."""

    def __init__(self, directory: Path, *configs: SessionConfig) -> None:
        self.directory = directory
        self.configs = list(configs)
        self.clock = Clock()
        self.journal = Journal.create(directory / "journal", "TEST", 1, 1 << 16)
        self._live()

    def _live(self) -> None:
        register = read_register(self.journal)
        sessions = sessions_of(self.configs, self.journal.numbers(), None, register.instances)
        self.lobby = Lobby(sessions)
        self.spine = Spine(self.journal, sessions, self.lobby, Reporter(), register)
        self.spine.serve(Steward(self.spine, self.lobby).deeds())
        self.spine.start(self.clock.now)

    def again(self) -> None:
        self.journal.close()
        self.journal = Journal.open(self.directory / "journal", 1)
        self._live()

    def turn(self, *inputs: Input) -> list[Effect]:
        return self.spine.transact(inputs, self.clock.now)

    def do(self, command: object) -> tuple[Answer, list[Effect]]:
        effects = self.turn(CommandReceived(1, command))
        (answer,) = [effect.answer for effect in effects if isinstance(effect, AnswerCommand)]
        return cast(Answer, answer), effects

    def log_on(self, connection: int, msg_seq_num: int = 1) -> list[bytes]:
        return sent(self.turn(ConnectionOpened(connection, "peer"), BytesReceived(connection, logon(msg_seq_num))))

    def causes(self, session: str = "A") -> list[str]:
        return [change.cause for change in self.spine.register.history(session)]


def sent(effects: list[Effect]) -> list[bytes]:
    """`MsgType|Text` of what goes out."""
    data = b"".join(effect.data for effect in effects if isinstance(effect, SendBytes))
    messages = [decoded(raw) for raw in re.findall(rb"8=.*?\x0110=\d{3}\x01", data, re.DOTALL)]
    return [b"%b|%b" % (m.msg_type, m.fields.get(b"58", b"")) for m in messages]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    made = Process(tmp_path, config(), config("B", "OTHER"))
    yield made
    made.journal.close()


def test_sessions_are_listed(process: Process) -> None:
    process.log_on(1)
    answer, _ = process.do(ListSessions())
    first, second = answer["sessions"]
    assert (first["session"], first["state"], first["next_target_msg_seq_num"]) == ("A", "logged on", 2)
    assert (second["session"], second["state"], second["is_removed"]) == ("B", "disconnected", False)


def test_a_logout_is_said_and_on_record(process: Process) -> None:
    process.log_on(1)
    answer, effects = process.do(LogOutSession("A", "ann", "their wish"))
    assert answer["state"] == "logout sent"
    assert sent(effects) == [b"5|logged out by an operator"]
    process.again()
    assert process.causes() == ["logged out by ann: their wish"]


def test_numbers_of_a_disconnected_session_are_set_and_a_lower_one_opens_a_generation(process: Process) -> None:
    process.log_on(1)
    process.turn(ConnectionClosed(1))
    for command, place in (
        (ResetNumbers("A", 12, None, "ann", "one"), (1, 12, 2)),
        (ResetNumbers("A", None, 9, "ann", "two"), (1, 12, 9)),
        (ResetNumbers("A", 3, 4, "ann", "three"), (2, 3, 4)),
        (ResetNumbers("A", None, None, "ann", "four"), (3, 1, 1)),
    ):
        answer, _ = process.do(command)
        keys = ("generation", "next_sender_msg_seq_num", "next_target_msg_seq_num")
        assert tuple(answer[key] for key in keys) == place
    assert process.causes() == ["operator ann: one", "operator ann: two", "operator ann: three", "operator ann: four"]
    process.again()
    assert process.causes()[-1] == "operator ann: four"
    assert process.journal.numbers()["A"] == (3, 1, 1)


def test_a_reset_that_changes_nothing_is_on_record_all_the_same(process: Process) -> None:
    answer, _ = process.do(ResetNumbers("A", None, None, "ann", "to be sure"))
    assert answer["generation"] == 1
    assert process.causes() == ["numbers, which were so already, set by ann: to be sure"]


def test_numbers_of_a_live_session_go_by_the_standards_ways_only(process: Process) -> None:
    process.log_on(1)
    answer, effects = process.do(ResetNumbers("A", 5, 5, "ann", "no"))
    assert answer["error"].startswith("session A is logged on: these numbers cannot be set now. Log it out first")
    assert not sent(effects)
    answer, effects = process.do(ResetNumbers("A", 1, None, "ann", "no"))
    assert "error" in answer
    answer, effects = process.do(ResetNumbers("A", 9, None, "ann", "skip"))
    assert (answer["next_sender_msg_seq_num"], sent(effects)) == (9, [b"4|"])
    answer, effects = process.do(ResetNumbers("A", None, None, "ann", "both"))
    assert (answer["generation"], answer["state"], sent(effects)) == (2, "reset sent", [b"A|"])
    assert process.causes()[-1] == "operator ann: both: our Logon with ResetSeqNumFlag(141)=Y"


@pytest.mark.parametrize(
    "command",
    [LogOutSession("X", "a", "b"), ResetNumbers("X", None, None, "a", "b"), ExplainSession("X", None, None)],
)
def test_a_session_that_there_is_not_is_told_with_those_that_there_are(process: Process, command: object) -> None:
    assert process.do(command)[0] == {"error": "there is no session X; there are A, B"}


def test_nobody_to_log_out(process: Process) -> None:
    answer, _ = process.do(LogOutSession("A", "ann", "x"))
    assert answer == {"error": "session A is disconnected: there is nobody to log out"}


# -- reload ------------------------------------------------------------------------------------------------------------


def reload(process: Process, **parts: Any) -> tuple[Answer, list[Effect]]:
    plan = ReloadPlan(**({"changes": ("x",), "added": (), "removed": (), "restarted": (), "retouched": ()} | parts))
    told.clear()
    return process.do(
        ApplyReload(
            "ann",
            plan,
            {session.name: maker_of(session) for session in (*plan.added, *plan.restarted)},
            {session.name: OPEN for session in (*plan.added, *plan.restarted, *plan.retouched)},
            lambda: told.append("told"),
        )
    )


told: list[str] = []


def test_a_session_that_changes_is_logged_out_and_comes_back_with_its_numbers(process: Process) -> None:
    process.log_on(1)
    answer, effects = reload(process, restarted=(config(heart_bt_int_s=20, heart_bt_int_s_max=20),))
    assert (answer, told) == ({"changes": ["x"]}, ["told"])
    assert sent(effects) == [b"5|the settings of this session change"]
    assert process.spine.session("A").settings.heart_bt_int_s_max == 3600  # type: ignore[union-attr]
    process.turn(BytesReceived(1, message(b"5", 2)))
    session = process.spine.session("A")
    assert session is not None
    assert session.settings.heart_bt_int_s_max == 20
    assert (session.numbers.next_sender_msg_seq_num, session.numbers.next_target_msg_seq_num) == (3, 3)
    assert process.log_on(2, 3) == [b"5|HeartBtInt(108)=30 is outside 1 to 20"]


def test_a_session_that_is_not_connected_changes_at_once(process: Process) -> None:
    _, effects = reload(process, restarted=(config(heart_bt_int_s=20, heart_bt_int_s_max=20),))
    assert not sent(effects)
    assert process.log_on(1) == [b"5|HeartBtInt(108)=30 is outside 1 to 20"]


def test_the_others_do_not_notice(process: Process) -> None:
    process.log_on(1)
    before = process.spine.session("A")
    _, effects = reload(process, removed=("B",), added=(config("C", "NEW"),), retouched=(config(),))
    assert not [effect for effect in effects if not isinstance(effect, AnswerCommand)]
    assert process.spine.session("A") is before
    assert sent(process.turn(BytesReceived(1, message(b"1", 2, b"112=x\x01")))) == [b"0|"]


def test_a_session_that_is_removed_is_logged_out_and_nobody_comes_back(process: Process) -> None:
    process.log_on(1)
    _, effects = reload(process, removed=("A",))
    assert sent(effects) == [b"5|this session is removed"]
    process.turn(BytesReceived(1, message(b"5", 2)), ConnectionClosed(1))
    effects = process.turn(ConnectionOpened(2, "peer"), BytesReceived(2, logon(3)))
    assert not sent(effects)
    assert [effect.connection for effect in effects if isinstance(effect, CloseConnection)] == [2]
    assert process.journal.numbers()["A"] == (1, 3, 3)
    assert process.do(ListSessions())[0]["sessions"][0]["is_removed"]


def test_a_session_that_comes_again_has_its_numbers(process: Process) -> None:
    process.log_on(1)
    reload(process, removed=("A",))
    answer, _ = reload(process, added=(config(),))
    assert answer == {"error": "session A: was removed and is still logging out; try again"}
    assert told == []
    process.turn(BytesReceived(1, message(b"5", 2)), ConnectionClosed(1))
    reload(process, added=(config(),))
    assert process.log_on(2, 3) == [b"A|"]


def test_what_changed_and_by_whom_is_on_record(process: Process) -> None:
    reload(process, changes=("sessions[A].max_latency_s: 120 -> 60",), restarted=(config(max_latency_s=60),))
    events = [decode_event(record.payload) for record in process.journal.records() if record.kind == EVENT]
    assert events == [ConfigurationReloaded("ann", ("sessions[A].max_latency_s: 120 -> 60",))]
    process.again()


def test_a_changed_session_waits_for_its_logout_to_end(process: Process) -> None:
    """The peer answers nothing: after logout_timeout_s the new settings count."""
    process.log_on(1)
    reload(process, restarted=(config(heart_bt_int_s=20, heart_bt_int_s_max=20),))
    process.clock.advance(3)
    effects = process.turn(Tick())
    assert [effect.connection for effect in effects if isinstance(effect, CloseConnection)] == [1]
    session = process.spine.session("A")
    assert session is not None
    assert session.settings.heart_bt_int_s_max == 20


def test_a_reload_that_raises_ends_the_process(process: Process) -> None:
    """Half a configuration is none: after the restart it is the file that counts."""
    plan = ReloadPlan(("x",), (), (), (config(),), ())
    with pytest.raises(MemoryUnknown):
        process.do(ApplyReload("ann", plan, {}, {"A": OPEN}, lambda: None))


def test_a_changed_session_whose_peer_hangs_up_changes_then(process: Process) -> None:
    process.log_on(1)
    reload(process, restarted=(config(heart_bt_int_s=20, heart_bt_int_s_max=20),))
    process.turn(ConnectionClosed(1))
    assert process.log_on(2, 2) == [b"5|HeartBtInt(108)=30 is outside 1 to 20"]


# -- the schedule, through the spine -----------------------------------------------------------------------------------


def test_the_instance_of_the_numbers_is_on_record_and_ends_them_once(tmp_path: Path) -> None:
    process = Process(tmp_path, config(start_time="08:00:00", end_time="22:00:00"))
    process.log_on(1)
    process.again()
    assert process.journal.numbers()["A"] == (1, 2, 2)
    process.clock.advance(86_400)
    process.again()
    assert process.journal.numbers()["A"] == (2, 1, 1)
    process.again()
    assert process.causes() == ["schedule: the session that began 20231115-08:00:00 UTC is over"]
    process.journal.close()


def test_another_schedule_does_not_end_the_numbers(tmp_path: Path) -> None:
    process = Process(tmp_path, config(start_time="08:00:00", end_time="22:00:00"))
    process.log_on(1)
    process.configs = [config(start_time="09:00:00", end_time="21:00:00")]
    process.again()
    assert process.journal.numbers()["A"] == (1, 2, 2)
    process.clock.advance(9 * 3600)
    process.turn(Tick())
    assert process.journal.numbers()["A"] == (2, 1, 1)
    process.journal.close()
