"""What the log says about sessions beside their numbers: the instance they are in, who made them, and why their numbers
are what they are. A fold of the log like the blotter: the same at the start and while the process runs.

The history is for people (`fixgate session explain`) and bounded: the latest HISTORY_MAX changes of each session. All
of them are in the log.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import msgspec

from gateway.session.lobby import PasswordChange
from gateway.session.schedule import Window
from gateway.session_events import (
    ConfigurationReloaded,
    InstanceBegan,
    OperatorActed,
    PasswordChanged,
    SessionEvent,
    SessionMade,
)
from gateway.store.log_records import Numbers

HISTORY_MAX = 100


class Change(NamedTuple):
    """A change of a session's numbers other than by a message, or something that an operator did to it."""

    utc_ns: int
    numbers: Numbers | None
    """What they were after it; None where it did not touch them."""
    cause: str


class RegisterState(msgspec.Struct, frozen=True):
    """All of a register, for a snapshot."""

    instances: dict[str, tuple[int, int]]
    made: list[SessionMade]
    passwords: list[tuple[str, str, bytes]]
    history: dict[str, list[tuple[int, tuple[int, int, int] | None, str]]]


class Register:
    def __init__(self) -> None:
        self.instances: dict[str, Window] = {}
        self.made: dict[str, SessionMade] = {}
        self.passwords: dict[str, PasswordChange] = {}
        """What peers have put in the place of the configured ones: the lobby reads it."""
        self._history: dict[str, deque[Change]] = {}

    def history(self, session: str) -> list[Change]:
        """The latest changes, oldest first."""
        return list(self._history.get(session, ()))

    def numbers_changed(self, session: str, numbers: Numbers, cause: str, utc_ns: int) -> None:
        self._add(session, Change(utc_ns, numbers, cause))

    def apply(self, event: SessionEvent, utc_ns: int) -> None:
        if isinstance(event, InstanceBegan):
            self.instances[event.session] = Window(event.start_ns, event.end_ns)
        elif isinstance(event, SessionMade):
            self.made[event.session] = event
            self._add(event.session, Change(utc_ns, None, f"made from template {event.template} at its first Logon"))
        elif isinstance(event, OperatorActed):
            self._add(event.session, Change(utc_ns, None, f"{event.action} by {event.operator}: {event.reason}"))
        elif isinstance(event, PasswordChanged):
            self.passwords[event.session] = PasswordChange(event.session, event.replaced, event.password_hash.encode())
            self._add(event.session, Change(utc_ns, None, "the peer changed its password by NewPassword(925)"))
        else:
            assert isinstance(event, ConfigurationReloaded)

    def state(self) -> RegisterState:
        return RegisterState(
            instances={session: (window.start_ns, window.end_ns) for session, window in self.instances.items()},
            made=list(self.made.values()),
            passwords=[(change.session, change.replaced, change.password_hash) for change in self.passwords.values()],
            history={session: list(changes) for session, changes in self._history.items()},
        )

    def restore(self, state: RegisterState) -> None:
        """An empty register becomes what that one was."""
        self.instances = {session: Window(*window) for session, window in state.instances.items()}
        self.made = {made.session: made for made in state.made}
        self.passwords = {change[0]: PasswordChange(*change) for change in state.passwords}
        for session, changes in state.history.items():
            for utc_ns, numbers, cause in changes:
                self._add(session, Change(utc_ns, None if numbers is None else Numbers(*numbers), cause))

    def _add(self, session: str, change: Change) -> None:
        self._history.setdefault(session, deque(maxlen=HISTORY_MAX)).append(change)
