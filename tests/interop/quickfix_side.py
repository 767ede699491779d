"""What the QuickFIX client and the QuickFIX exchange share: they are driven over stdin and stdout, one JSON a line.

QuickFIX ends the whole process when a callback raises, so each party is a process of its own and says on stdout what it
sees; the test that drives it is `tests.interop.party.Party`.

    in   {"command": "send", "fields": [[35, "D"], [11, "A1"], ...], "session": "FIX.4.4"}   any application message
         {"command": "logout"}      log out and log on again by itself
         {"command": "end"}         log out, then end the process
    out  {"event": "logon"}  {"event": "logout"}
         {"event": "received" | "sent", "message": "8=FIX.4.4\\u00019=..."}     every message, administrative ones too
         {"event": "failed", "text": "..."}      a traceback
"""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import quickfix as fix

HEADER_TAGS = frozenset({35, 43, 97, 115, 128, 129, 50, 57, 116, 1128})
_output_lock = threading.Lock()


def say(event: str, **details: object) -> None:
    """One line to the test. Callbacks run in QuickFIX's own thread."""
    line = json.dumps({"event": event, **details})
    with _output_lock:
        print(line, flush=True)


def guarded(callback: Callable[..., None]) -> Callable[..., None]:
    """An exception becomes a line that fails the test with its traceback, instead of a dead process."""

    def call(*arguments: Any) -> None:
        try:
            callback(*arguments)
        except Exception:
            say("failed", text=traceback.format_exc())

    return call


class Side(fix.Application):  # type: ignore[misc]  # quickfix is published without types
    """Says what happens; `received` is for what a subclass answers."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions: list[fix.SessionID] = []

    def onCreate(self, session_id: fix.SessionID) -> None:
        parts = (session_id.getBeginString(), session_id.getSenderCompID(), session_id.getTargetCompID())
        self.sessions.append(fix.SessionID(*(part.getValue() for part in parts)))

    def onLogon(self, session_id: fix.SessionID) -> None:
        say("logon")

    def onLogout(self, session_id: fix.SessionID) -> None:
        say("logout")

    def toAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None:
        say("sent", message=message.toString())

    def toApp(self, message: fix.Message, session_id: fix.SessionID) -> None:
        say("sent", message=message.toString())

    def fromAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None:
        say("received", message=message.toString())

    def fromApp(self, message: fix.Message, session_id: fix.SessionID) -> None:
        say("received", message=message.toString())
        guarded(self.received)(message, session_id)

    def received(self, message: fix.Message, session_id: fix.SessionID) -> None:
        """An application message has come."""

    def carry_out(self, command: Mapping[str, Any]) -> None:
        """A line of the test other than "end"."""
        if command["command"] == "send":
            send([(int(tag), str(value)) for tag, value in command["fields"]], self.sessions[0])
        elif command["command"] == "logout":
            fix.Session.lookupSession(self.sessions[0]).logout("as told")
        else:
            raise ValueError(f"unknown command {command!r}")


def send(fields: list[tuple[int, str]], session_id: fix.SessionID) -> None:
    """An application message of these fields; repeating groups are not needed here."""
    message = fix.Message()
    for tag, value in fields:
        (message.getHeader() if tag in HEADER_TAGS else message).setField(fix.StringField(tag, value))
    fix.Session.sendToTarget(message, session_id)


def obey(side: Side) -> None:
    """Carry out commands until the test says "end" or goes away."""
    for line in sys.stdin:
        command = json.loads(line)
        if command["command"] == "end":
            return
        guarded(side.carry_out)(command)


def get(message: fix.Message, tag: int) -> str:
    """The value of a body field, "" when absent."""
    if not message.isSetField(tag):
        return ""
    value: str = message.getField(tag)
    return value
