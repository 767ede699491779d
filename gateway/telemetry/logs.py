"""What the process says about itself: JSON lines for machines, readable lines on a terminal, FIX messages in files.

A caller gives words and values; a thread makes lines of them (`gateway.telemetry.log_writer`). On its way each value is
stripped of secrets, control characters and excess (`gateway.telemetry.log_redaction`). Nothing here may stop trading: a
full queue or disk drops lines, and their number is itself logged. The standard library's logging (asyncio, aiohttp)
ends up here too.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

import msgspec
import structlog
from structlog.dev import ConsoleRenderer

from config.model import LogsConfig, SessionConfig
from gateway.telemetry.log_redaction import Masker, escape, presentable, text_of
from gateway.telemetry.log_writer import AppendFile, LogWriter, make_directory
from gateway.telemetry.raw_message_log import RawMessageLog, session_log_name

LINES_MAX = 10_000
LINES_A_PORTION = 100
NS_PER_S = 1_000_000_000
FLUSH_TIMEOUT_S = 1.0
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}

Line = tuple[int, str, str, Mapping[str, object]]
"""Moment (UTC ns), level, event, details."""


class LineLog:
    """The queue of log lines and the sink that writes them."""

    def __init__(self, file: AppendFile, console: TextIO | None, masker: Masker | None = None) -> None:
        self._file = file
        self._masker = masker
        self._console = console
        self._render = ConsoleRenderer(colors=console is not None and console.isatty(), pad_event_to=24)
        self._queue: deque[Line] = deque()
        self.dropped = 0
        self._dropped_told = 0

    def put(self, level: str, event: str, details: Mapping[str, object]) -> None:
        """Queue a line; it must not be changed afterwards. Never waits."""
        if len(self._queue) >= LINES_MAX:
            self.dropped += 1
            return
        self._queue.append((time.time_ns(), level, event, details))

    @property
    def lost_bytes(self) -> int:
        return self._file.lost_bytes

    def drain(self) -> None:
        if self.dropped != self._dropped_told:
            dropped = self.dropped
            self._queue.append(
                (time.time_ns(), "warning", "log_lines_dropped", {"lines": dropped - self._dropped_told})
            )
            self._dropped_told = dropped
        while self._queue:
            portion = [self._queue.popleft() for _ in range(min(len(self._queue), LINES_A_PORTION))]
            entries = [_entry(line, self._masker) for line in portion]
            self._file.write(b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))
            if self._console is not None:
                self._say(entries)

    def _say(self, entries: Iterable[dict[str, object]]) -> None:
        assert self._console is not None
        text = "".join(f"{self._render(None, '', dict(entry))}\n" for entry in entries)
        try:
            self._console.write(text)
            self._console.flush()
        except (OSError, ValueError):
            self._console = None  # the terminal went away; the file goes on

    def close(self) -> None:
        self._file.close()


def _entry(line: Line, masker: Masker | None) -> dict[str, object]:
    utc_ns, level, event, details = line
    second, ns = divmod(utc_ns, NS_PER_S)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
    entry: dict[str, object] = {"timestamp": f"{stamp}.{ns // 1000:06d}Z", "level": level}
    entry["event"] = presentable("event", event)
    for key, value in details.items():
        if key not in entry:
            shown = presentable(key, value)
            entry[escape(key)] = shown if masker is None else masker.shown(key, shown)
    return entry


class Logs:
    """All logs of a process. `note` and `messages` are for the trading thread: they queue and return."""

    def __init__(
        self,
        directory: Path,
        level: str,
        names: Mapping[str, str],
        raw_messages: bool,
        console: TextIO | None,
        masked_tags: Sequence[int] = (),
    ) -> None:
        """`names` gives the QuickFIX file name of each session. Makes the directory; raises OSError when it cannot."""
        make_directory(directory)
        self._level = LEVELS[level]
        self._names = dict(names)
        self._raw_messages = raw_messages
        masker = Masker(masked_tags) if masked_tags else None
        self.lines = LineLog(AppendFile(directory / "fixgate.log.jsonl"), console, masker)
        self.raw = RawMessageLog(directory, masker)
        self._writer = LogWriter([self.lines, self.raw])
        self._writer.start()

    def note(self, level: str, session: str, event: str, details: Mapping[str, object]) -> None:
        """Something a person should be able to find out. A critical note is written when this returns, or has had
        `FLUSH_TIMEOUT_S` for it: the process is about to end."""
        name = self._names.get(session)
        if name is not None:
            text = " ".join([event, *(f"{key}={value}" for key, value in details.items())])
            self.raw.event(name, time.time_ns(), text)
        if LEVELS.get(level, self._level) >= self._level:
            self.lines.put(level, event, {"session": session, **details} if session else details)
        if level == "critical":
            self._writer.flush(FLUSH_TIMEOUT_S)

    def know(self, session: str, name: str) -> None:
        """There is one session more; `name` as in `names`."""
        self._names[session] = name

    def messages(self, session: str, utc_ns: int, raws: list[bytes]) -> None:
        """A turn's messages of one session, both directions."""
        if self._raw_messages:
            name = self._names.get(session)
            if name is not None:
                self.raw.write(name, utc_ns, raws)

    @property
    def dropped(self) -> int:
        """Lines and messages that did not fit into the queues."""
        return self.lines.dropped + self.raw.dropped

    def flush(self, timeout_s: float = FLUSH_TIMEOUT_S) -> bool:
        """Wait until what was said before is written; False when it takes longer."""
        return self._writer.flush(timeout_s)

    def close(self, timeout_s: float = 2.0) -> bool:
        """Write the rest and stop; False when a disk or terminal is stuck."""
        return self._writer.close(timeout_s)


def open_logs(config: LogsConfig, sessions: Iterable[SessionConfig], console: TextIO | None = None) -> Logs:
    """The process's logs, and structlog and logging set up to speak through them. `console` (a terminal, or what
    stands for one) gets readable lines too. Raises OSError when the directory cannot be made."""
    names = {session.name: log_name_of(session) for session in sessions}
    logs = Logs(Path(config.directory), config.level, names, config.raw_messages, console, config.masked_tags)
    _speak_through(logs.lines, LEVELS[config.level])
    return logs


def log_name_of(session: SessionConfig) -> str:
    return session_log_name(session.begin_string, session.sender_comp_id, session.target_comp_id)


def terminal() -> TextIO | None:
    """Standard error when a person looks at it."""
    return sys.stderr if os.isatty(2) else None


# -- structlog and logging, as two more producers ----------------------------------------------------------------------


def _speak_through(lines: LineLog, level: int) -> None:
    def hand_over(_: Any, method: str, event_dict: MutableMapping[str, Any]) -> NoReturn:
        event = str(event_dict.pop("event", ""))
        details = {key: _frozen(value) for key, value in event_dict.items()}
        lines.put("warning" if method == "warn" else method, event, details)
        raise structlog.DropEvent

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.format_exc_info, hand_over],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _FromLogging)]:
        root.removeHandler(handler)
    root.addHandler(_FromLogging(lines))
    root.setLevel(max(level, logging.WARNING))


def _frozen(value: object) -> object:
    """Values that may change before the thread looks at them are written out now."""
    return value if value is None or isinstance(value, (bool, int, float, str, bytes)) else text_of(value)


class _FromLogging(logging.Handler):
    """Lines of libraries that use the standard library's logging."""

    def __init__(self, lines: LineLog) -> None:
        super().__init__()
        self._lines = lines
        self._formatter = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            details = {"logger": record.name}
            if record.exc_info:
                details["exception"] = self._formatter.formatException(record.exc_info)
            self._lines.put(record.levelname.lower(), record.getMessage(), details)
        except Exception:
            self._lines.dropped += 1  # a library's log call with wrong arguments must not end a turn
