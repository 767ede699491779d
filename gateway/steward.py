"""Carries out what operators ask of sessions, each within a turn. The words are in `gateway.operators.session_commands`
and `gateway.from_config.reload`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gateway.failures import MemoryUnknown
from gateway.from_config.reload import ReloadPlan
from gateway.from_config.sessions import Maker
from gateway.operators.explain import explain, schedule_state
from gateway.operators.session_commands import ExplainSession, ListSessions, LogOutSession, ResetNumbers
from gateway.session.admission import Admission
from gateway.session.lobby import Lobby
from gateway.session.session import Session
from gateway.session.settings import Role
from gateway.session.state import LIVE, State
from gateway.session_events import ConfigurationReloaded, OperatorActed
from gateway.transact import Deed, Spine, StewardsTurn

Answer = dict[str, object]


class ApplyReload(NamedTuple):
    """Do what the plan says. All that takes long or may fail has been done before."""

    operator: str
    plan: ReloadPlan
    makers: Mapping[str, Maker]
    """For each session that is added or restarted."""
    admissions: Mapping[str, Admission]
    """For every acceptor session that is added, restarted or retouched."""
    tell_application: Callable[[], None]


class Steward:
    def __init__(self, spine: Spine, lobby: Lobby) -> None:
        self._spine = spine
        self._lobby = lobby
        self._removed: set[str] = set()

    def deeds(self) -> Mapping[type, Deed]:
        return {
            ListSessions: self.list_sessions,
            LogOutSession: self.log_out,
            ResetNumbers: self.reset_numbers,
            ExplainSession: self.explain,
            ApplyReload: self.reload,
        }

    def list_sessions(self, command: ListSessions, turn: StewardsTurn) -> Answer:
        lines = [_line(session, turn) for session in self._spine.sessions]
        return {"sessions": [line | {"is_removed": line["session"] in self._removed} for line in lines]}

    def explain(self, command: ExplainSession, turn: StewardsTurn) -> Answer:
        session = self._spine.session(command.session)
        if session is None:
            return self._unknown(command.session)
        history = self._spine.register.history(command.session)
        return explain(session, history, turn.now, command.logon_seq, command.next_expected)

    def log_out(self, command: LogOutSession, turn: StewardsTurn) -> Answer:
        name = command.session
        session = self._spine.session(name)
        if session is None:
            return self._unknown(name)
        if session.state not in LIVE:
            return _refused(f"session {name} is {session.state.value}: there is nobody to log out")
        self._spine.state(OperatorActed(name, command.operator, "logged out", command.reason), turn)
        session.logout(b"logged out by an operator", turn.now)
        self._spine.work(name, turn)
        return _line(session, turn)

    def reset_numbers(self, command: ResetNumbers, turn: StewardsTurn) -> Answer:
        name, sender, target = command.session, command.sender, command.target
        session = self._spine.session(name)
        if session is None:
            return self._unknown(name)
        cause = f"operator {command.operator}: {command.reason}"
        numbers = session.numbers
        before = (numbers.generation, numbers.next_sender_msg_seq_num, numbers.next_target_msg_seq_num)
        if sender is None and target is None:
            done = session.reset_sequence_numbers(cause, turn.now)
        elif target is None and sender is not None and session.state in LIVE:
            done = sender > session.numbers.next_sender_msg_seq_num
            if done:
                session.skip_sender_numbers(sender, cause, turn.now)
        else:
            done = session.set_numbers(sender, target, cause)
        if not done:
            return _refused(
                f"session {name} is {session.state.value}: these numbers cannot be set now. Log it out first: "
                f"fixgate session logout {name}"
            )
        if before == (numbers.generation, numbers.next_sender_msg_seq_num, numbers.next_target_msg_seq_num):
            action = "numbers, which were so already, set"
            self._spine.state(OperatorActed(name, command.operator, action, command.reason), turn)
        self._spine.work(name, turn)
        return _line(session, turn)

    def reload(self, command: ApplyReload, turn: StewardsTurn) -> Answer:
        spine, plan = self._spine, command.plan
        for config in plan.added:
            session = spine.session(config.name)
            if session is not None and session.state is not State.DISCONNECTED:
                return _refused(f"session {config.name}: was removed and is still logging out; try again")
        try:
            self._apply(command, turn)
        except Exception as error:
            raise MemoryUnknown("a reload was not applied whole") from error
        spine.state(ConfigurationReloaded(command.operator, plan.changes), turn)
        return {"changes": list(plan.changes)}

    def _apply(self, command: ApplyReload, turn: StewardsTurn) -> None:
        spine, plan = self._spine, command.plan
        command.tell_application()
        for name in plan.removed:
            session = self._of(name)
            self._lobby.remove(session)
            self._removed.add(name)
            self._log_out(session, b"this session is removed", turn)
        for config in (*plan.restarted, *plan.retouched):
            session = self._of(config.name)
            if session.settings.role is Role.ACCEPTOR:
                self._lobby.remove(session)
                self._lobby.add(session, command.admissions[config.name])
        for config in plan.restarted:
            self._log_out(self._of(config.name), b"the settings of this session change", turn)
            spine.succeed(config.name, command.makers[config.name], turn)
        for config in plan.added:
            self._removed.discard(config.name)
            made = spine.adopt(config.name, command.makers[config.name], turn)
            if made.settings.role is Role.ACCEPTOR:
                self._lobby.add(made, command.admissions[config.name])

    def _log_out(self, session: Session, text: bytes, turn: StewardsTurn) -> None:
        session.logout(text, turn.now)
        self._spine.work(session.settings.name, turn)

    def _of(self, name: str) -> Session:
        session = self._spine.session(name)
        assert session is not None, name
        return session

    def _unknown(self, name: str) -> Answer:
        known = ", ".join(session.settings.name for session in self._spine.sessions)
        return _refused(f"there is no session {name}; there are {known}")


def _line(session: Session, turn: StewardsTurn) -> Answer:
    settings, numbers = session.settings, session.numbers
    return {
        "session": settings.name,
        "role": settings.role.value,
        "state": session.state.value,
        "begin_string": settings.begin_string.decode(),
        "sender_comp_id": settings.sender_comp_id.decode("ascii", "replace"),
        "target_comp_id": settings.target_comp_id.decode("ascii", "replace"),
        "generation": numbers.generation,
        "next_sender_msg_seq_num": numbers.next_sender_msg_seq_num,
        "next_target_msg_seq_num": numbers.next_target_msg_seq_num,
        "schedule": schedule_state(session, turn.now),
        "is_connected": session.state is not State.DISCONNECTED,
    }


def _refused(why: str) -> Answer:
    return {"error": why}
