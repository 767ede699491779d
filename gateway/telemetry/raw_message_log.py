"""Every FIX message in QuickFIX's file format, for the tools that people already have. A copy for reading: the journal
is the record, and nothing is ever read back from here.

For each session two files, `FIX.4.4-FIXGATE-CLIENT44.messages.current.log` and `....event.current.log`, with lines
`20261121-11:45:51.527000 : 8=FIX.4.4...`: the moment of the turn in UTC, and the message with its SOHs. Messages of
both directions stand in the order in which they were taken and given. Secrets of a Logon(A) or UserRequest(BE) are
masked, and line breaks inside a message are written as \\n and \\r: one line is one message.
"""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from gateway.telemetry.log_redaction import Masker, escape, redact_fix, redact_text
from gateway.telemetry.log_writer import AppendFile

MESSAGES_MAX = 100_000
PORTION_BYTES = 1 << 16
NS_PER_S = 1_000_000_000


def session_log_name(begin_string: str, sender_comp_id: str, target_comp_id: str) -> str:
    """The beginning of a session's file names, as QuickFIX forms it; what a file name should not have becomes _."""
    name = f"{begin_string}-{sender_comp_id}-{target_comp_id}"
    return "".join(char if char.isalnum() or char in "-_.+=@" else "_" for char in name)


class RawMessageLog:
    """Filled by the trading thread (`write`, `event`), emptied by the writer's thread (`drain`)."""

    def __init__(self, directory: Path, masker: Masker | None = None) -> None:
        self._directory = directory
        self._masker = masker
        self._queue: deque[tuple[str, int, list[bytes] | str]] = deque()
        self._put = 0  # messages ever queued: written by the trading thread only
        self._taken = 0  # messages ever taken: written by the writer's thread only
        self.dropped = 0
        self._files: dict[str, AppendFile] = {}
        self._second = -1
        self._second_text = b""

    def write(self, session_log_name: str, utc_ns: int, raws: list[bytes]) -> None:
        """Queue a turn's messages of one session. Never waits; drops and counts when the disk is too far behind."""
        put = self._put + len(raws)
        if put - self._taken > MESSAGES_MAX:
            self.dropped += len(raws)
            return
        self._put = put
        self._queue.append((session_log_name, utc_ns, raws))

    def event(self, session_log_name: str, utc_ns: int, text: str) -> None:
        """Queue one line of a session's event file."""
        put = self._put + 1
        if put - self._taken > MESSAGES_MAX:
            self.dropped += 1
            return
        self._put = put
        self._queue.append((session_log_name, utc_ns, text))

    @property
    def lost_bytes(self) -> int:
        """Bytes that the disk did not take."""
        return sum(file.lost_bytes for file in list(self._files.values()))  # the writer may add one meanwhile

    def drain(self) -> None:
        queue = self._queue
        while queue:
            portions: dict[str, list[bytes]] = {}
            size = 0
            while queue and size < PORTION_BYTES:
                name, utc_ns, content = queue.popleft()
                if isinstance(content, str):
                    text = escape(redact_text(content))
                    if self._masker is not None:
                        text = str(self._masker.shown("", text))
                    line = text.encode("utf-8", "backslashreplace")
                    name, lines = f"{name}.event.current.log", b"%b : %b\n" % (self._stamp(utc_ns), line)
                    self._taken += 1
                else:
                    name, lines = f"{name}.messages.current.log", _lines(self._stamp(utc_ns) + b" : ", content)
                    if self._masker is not None:
                        lines = self._masker.messages(lines)
                    self._taken += len(content)
                size += len(lines)
                portions.setdefault(name, []).append(lines)
            for name, parts in portions.items():
                file = self._files.get(name)
                if file is None:
                    file = self._files[name] = AppendFile(self._directory / name)
                file.write(b"".join(parts))

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _stamp(self, utc_ns: int) -> bytes:
        # not fixspec.numbers.format_utc_timestamp: its cache of the second belongs to the trading thread
        second, ns = divmod(utc_ns, NS_PER_S)
        if second != self._second:
            self._second = second
            self._second_text = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(second)).encode()
        return b"%b.%06d" % (self._second_text, ns // 1000)


def _lines(prefix: bytes, raws: list[bytes]) -> bytes:
    lines = prefix + (b"\n" + prefix).join(raws) + b"\n"
    if b"\r" in lines or lines.count(b"\n") != len(raws):
        raws = [raw.replace(b"\n", b"\\n").replace(b"\r", b"\\r") for raw in raws]
        lines = prefix + (b"\n" + prefix).join(raws) + b"\n"
    # only these MsgTypes carry secrets; the tags are asked for too, for messages that have no type or a wrong one
    if b"\x0135=A\x01" in lines or b"\x0135=B" in lines or b"\x01554=" in lines or b"\x01925=" in lines:
        return prefix + (b"\n" + prefix).join(map(redact_fix, raws)) + b"\n"
    return lines
