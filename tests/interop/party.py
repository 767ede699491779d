"""A QuickFIX process as a test sees it: give it messages, expect messages, cut it off, start it again.

    client.send("35=D|11=A1|55=BTC-USD|54=1|38=1|40=2|44=50000")
    report = client.expect("35=8|11=A1|150=0|39=0")

`expect` takes the *next* application message and compares the fields that are named: a report too many, or in the wrong
order, fails the test where it happens; so does a Reject(3) that nobody waits for. A message that is sent again
(PossDupFlag) under a MsgSeqNum that was received before is passed over, as every client must: a process that was killed
may have seen it without having noted so. Everything waits at most `WAIT_S`.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 15.0
ADMINISTRATIVE = frozenset("0 1 2 3 4 5 A".split())

Fields = dict[int, str]


def fields(text: str, separator: str = "|") -> Fields:
    """Tag -> value of a message; of a tag that occurs more than once, the first value."""
    found: Fields = {}
    for field in text.strip(separator).split(separator):
        tag, _, value = field.partition("=")
        found.setdefault(int(tag), value)
    return found


def readable(message: Fields) -> str:
    return "|".join(f"{tag}={value}" for tag, value in message.items())


class Party:
    """One QuickFIX process. `name` is its module in tests.interop; `settings` its QuickFIX settings file."""

    def __init__(self, name: str, settings: Path) -> None:
        self.name = name
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._waiting: list[Fields] = []
        self.received: list[Fields] = []
        """Every message that came in, administrative ones too, over all lives of the process."""
        self.sent: list[Fields] = []
        self.is_logged_on = False
        self._logons = self._logons_expected = 0

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it, or start it again: it goes on with the store that it left."""
        assert self._process is None
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.interop.{self.name}", str(self._settings)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put({"event": "ended", "process": process})

    def reset_on_logon(self) -> None:
        """From the next start on, each Logon sets both numbers to 1 (ResetSeqNumFlag)."""
        settings = self._settings.read_text()
        self._settings.write_text(settings.replace("[DEFAULT]\n", "[DEFAULT]\nResetOnLogon=Y\n"))

    def kill(self) -> None:
        """kill -9: the connection breaks without a Logout."""
        if self._process is not None:
            self._process.kill()
            self._end()
            self.is_logged_on = False

    def stop(self) -> None:
        """Log out and end. A process that does not is killed."""
        if self._process is None:
            return
        try:
            self.command("end")
            self._process.wait(WAIT_S)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
        self._end()

    def _end(self) -> None:
        assert self._process is not None
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        self._process = None

    # -- orders to it --------------------------------------------------------------------------------------------

    def command(self, command: str, **details: object) -> None:
        """A line of quickfix_side's or quickfix_exchange's protocol."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"command": command, **details}) + "\n")
        self._process.stdin.flush()

    def send(self, text: str) -> None:
        """An application message, 35 first; TransactTime(60) is added to a D, F and G that has none."""
        pairs = [field.split("=", 1) for field in text.split("|")]
        if pairs[0][1] in ("D", "F", "G") and not any(tag == "60" for tag, _ in pairs):
            pairs.append(["60", time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())])
        self.command("send", fields=[[int(tag), value] for tag, value in pairs])

    # -- what it says --------------------------------------------------------------------------------------------

    def _take_line(self, until: float, wanted: str) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            tail = "\n".join(readable(message) for message in self.received[-8:])
            raise AssertionError(f"{self.name}: waited {WAIT_S} s for {wanted}; received last:\n{tail}") from None
        event = line["event"]
        if event == "failed":
            raise AssertionError(f"{self.name}: {line['text']}")
        if event == "ended" and self._process is not None and line["process"] is self._process:
            raise AssertionError(f"{self.name}: ended by itself with exit code {self._process.wait()}")
        if event == "logon":
            self.is_logged_on = True
            self._logons += 1
        elif event == "logout":
            self.is_logged_on = False
        elif event == "sent":
            self.sent.append(fields(line["message"], "\x01"))
        elif event == "received":
            message = fields(line["message"], "\x01")
            known = message.get(43) == "Y" and any(message[34] == before[34] for before in self.received)
            self.received.append(message)
            if not known:
                self._waiting.append(message)
        return line

    def _take_lines(self, wanted: str) -> Iterator[dict[str, Any]]:
        until = time.monotonic() + WAIT_S
        while True:
            yield self._take_line(until, wanted)

    def expect_logon(self) -> None:
        """Wait for one more logon than was waited for before."""
        self._logons_expected += 1
        lines = self._take_lines("a logon")
        while self._logons < self._logons_expected:
            next(lines)

    def expect_logout(self) -> None:
        """Wait until the session is down."""
        lines = self._take_lines("a logout")
        while self.is_logged_on:
            next(lines)

    def expect_event(self, event: str) -> None:
        """Wait until the process says that this has happened from now on."""
        for line in self._take_lines(event):
            if line["event"] == event:
                return

    def expect_done(self, command: str) -> None:
        """Wait until a command of quickfix_exchange has been carried out."""
        for line in self._take_lines(f"{command} to be done"):
            if line["event"] == "done" and line["command"] == command:
                return

    def next_message(self, wanted: str = "a message") -> Fields:
        """The next application message that nobody has taken yet."""
        lines = self._take_lines(wanted)
        while True:
            while self._waiting:
                message = self._waiting.pop(0)
                if message[35] not in ADMINISTRATIVE:
                    return message
                assert message[35] != "3", f"{self.name}: waiting for {wanted}, got {readable(message)}"
            next(lines)

    def expect(self, text: str) -> Fields:
        """The next application message, which must have these fields with these values; `44=` means: not there."""
        message = self.next_message(text)
        wrong = {tag: value for tag, value in fields(text).items() if message.get(tag, "") != value}
        assert not wrong, f"{self.name}: expected {readable(wrong)} in {readable(message)}"
        return message

    def expect_administrative(self, text: str) -> Fields:
        """The next administrative message with these fields; others before it are passed over."""
        wanted = fields(text).items()
        lines = self._take_lines(text)
        place = 0
        while True:
            for index in range(place, len(self._waiting)):
                message = self._waiting[index]
                if message[35] in ADMINISTRATIVE and wanted <= message.items():
                    return self._waiting.pop(index)
            place = len(self._waiting)
            next(lines)

    def assert_content(self) -> None:
        """It has rejected nothing that it was sent: QuickFIX checked each message against its dictionary."""
        self.drain()
        rejects = [readable(message) for message in self.sent if message[35] in ("3", "j")]
        assert not rejects, f"{self.name} rejected {rejects}"

    def drain(self) -> None:
        """Take in what has been said so far, without waiting."""
        while not self._lines.empty():
            self._take_line(time.monotonic() + 1, "what is there")

    def count(self, text: str) -> int:
        """How many of all messages received so far have these fields."""
        self.drain()
        wanted = fields(text).items()
        return sum(wanted <= message.items() for message in self.received)
