"""What a fault of ours may cost, and what it may not.

An exception in a handler costs the message that was being handled: its number is consumed, its sender is told, the log
has the message and the traceback, and everything else goes on. That is safe because of one rule that each application
keeps: memory is changed by facts only, a fact is appended and applied in one step, and no later step changes what it
did. So after a handler has raised, memory is still the fold of the log, whatever the handler had got done by then.

Where that step itself raises, the rule is broken: what memory holds is not known any more. Then it is MemoryUnknown,
which no handler of exceptions stops, and the process ends and rebuilds its memory from the log.
"""

from __future__ import annotations

import traceback

from fixspec.message import Message
from gateway.effects import LogNote
from gateway.telemetry.log_redaction import redact_fix


class MemoryUnknown(BaseException):
    """A fact was not applied whole. Not an Exception: nobody may go on from here."""


def handler_failed(what: str, session: str, error: BaseException, message: Message | None = None) -> LogNote:
    """The note for a handler that raised: `what` was handled, for `session` (empty for none)."""
    details = {"handler": what, "exception": traceback_of(error)}
    if message is not None:
        details["message"] = redact_fix(message.raw).decode("latin-1")
    return LogNote("error", session, "handler_failed", details)


def traceback_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))
