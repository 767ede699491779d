"""Carries out what operators ask of sessions, each within a turn. The words are in `gateway.session_commands`."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.explain import explain, schedule_state
from gateway.session.session import Session
from gateway.session.state import LIVE, State
from gateway.session_commands import ExplainSession, ListSessions, LogOutSession, ResetNumbers
from gateway.session_events import OperatorActed
from gateway.transact import Deed, Spine, StewardsTurn

Answer = dict[str, object]


class Steward:
    def __init__(self, spine: Spine) -> None:
        self._spine = spine

    def deeds(self) -> Mapping[type, Deed]:
        return {
            ListSessions: self.list_sessions,
            LogOutSession: self.log_out,
            ResetNumbers: self.reset_numbers,
            ExplainSession: self.explain,
        }

    def list_sessions(self, command: ListSessions, turn: StewardsTurn) -> Answer:
        return {"sessions": [_line(session, turn) for session in self._spine.sessions]}

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
        action = "numbers reset" if sender is None and target is None else f"numbers set to {sender}/{target}"
        self._spine.state(OperatorActed(name, command.operator, action, command.reason), turn)
        self._spine.work(name, turn)
        return _line(session, turn)

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
