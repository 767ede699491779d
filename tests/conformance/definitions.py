"""Plays the public session acceptance definitions (.def files) against the engine in memory, on fake time.

Found beside the checkout, or in the directory that FIXGATE_REFERENCE_DATA names; they are not part of this project.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fixspec.codec import checksum
from fixspec.rulebook import Rulebook
from gateway.instant import NS_PER_S
from gateway.session.lobby import Admitted, Arrival, Lobby, Refused
from gateway.session.outputs import Disconnect
from gateway.session.settings import Role, SessionSettings
from tests.conformance.echo import Echo
from tests.gateway.session.host import SOH, Clock, Host

_ROOT = Path(__file__).parents[2]
REFERENCE_DATA = Path(os.environ.get("FIXGATE_REFERENCE_DATA", _ROOT.parent / "shared" / "reference" / "data"))
STOCK_DICTIONARIES = Path(os.environ.get("FIXGATE_STOCK_DICTIONARIES", REFERENCE_DATA / "fix-dictionaries"))
"""Dictionaries under QuickFIX's names. With a directory that has all of them, every version is played."""
TIMESTAMPS = frozenset({b"42", b"52", b"60", b"122"})
STAMP = re.compile(rb"\d{8}-\d\d:\d\d:\d\d(\.\d{3,9})?").fullmatch
DISCONNECT_WITHIN_S = 10
REPLY_WITHIN_S = 20


def definitions(version: str) -> list[Path]:
    """The definitions of a version ("fix42"), none where there are none."""
    return sorted((REFERENCE_DATA / "session-acceptance" / version).glob("*.def"))


class Mismatch(AssertionError):
    pass


class Line:
    """One connection, seen from the test's side."""

    def __init__(self, arrival: Arrival) -> None:
        self.arrival: Arrival | None = arrival
        self.admitted = False
        self.closed = False
        self.buffer = b""


class Player:
    def __init__(self, settings: SessionSettings, rulebook: Rulebook) -> None:
        self.clock = Clock()
        self.host = Host(settings, rulebook, self.clock, Echo())
        self.lobby = Lobby([self.host.session])
        self.lines: dict[int, Line] = {}

    def play(self, path: Path) -> None:
        self.play_text(path.name, path.read_bytes())

    def play_text(self, name: str, definition: bytes) -> None:
        for number, raw in enumerate(definition.split(b"\n"), 1):
            text = raw.rstrip(b"\r")
            if not text.strip() or text.lstrip().startswith(b"#"):
                continue
            kind, rest, which = text[:1], text[1:], 1
            if re.match(rb"\d,", rest):
                which, rest = int(rest[:1]), rest[2:]
            try:
                self.step(kind, rest, which)
            except Mismatch as mismatch:
                raise Mismatch(f"{name} line {number}: {mismatch}") from None

    def step(self, kind: bytes, rest: bytes, which: int) -> None:
        if kind == b"i" and rest == b"CONNECT":
            self.lines[which] = Line(self.lobby.arrive(self.clock.now))
        elif kind == b"i":
            if self.lines.pop(which).admitted:
                self.host.end_of_file()
        elif kind == b"e":
            self.expect_disconnect(self.lines.pop(which))
        elif kind == b"I":
            self.send(self.lines[which], complete(self.expand(rest)))
        else:
            compare(complete(self.expand(rest)), self.next_message(self.lines[which]))

    def expand(self, text: bytes) -> bytes:
        def stamp(match: re.Match[bytes]) -> bytes:
            at = datetime.fromtimestamp(self.clock.utc_ns / NS_PER_S, UTC) + timedelta(seconds=int(match[1] or 0))
            return at.strftime("%Y%m%d-%H:%M:%S").encode()

        return re.sub(rb"<TIME([+-]\d+)?>", stamp, text)

    def send(self, line: Line, data: bytes) -> None:
        if line.closed:
            return
        if line.arrival is None:
            self.host.feed(data)
        else:
            verdict = line.arrival.receive_data(data, self.clock.now)
            if isinstance(verdict, Admitted):
                line.arrival, line.admitted = None, True
                self.host.closing = None
                self.host.work()
            elif isinstance(verdict, Refused):
                line.closed = True
        self.collect(line)

    def collect(self, line: Line) -> None:
        if line.admitted:
            line.buffer += self.host.take_bytes()
            if self.host.closing is not None:
                line.closed = True

    def wait(self, line: Line, until: int) -> bool:
        """Let time pass to the next deadline; False when there is none in time."""
        deadline = line.arrival.deadline() if line.arrival is not None else self.host.session.deadline()
        if deadline is None or deadline > until:
            return False
        self.clock.advance_to(max(deadline, self.clock.mono_ns))
        if line.arrival is not None:
            line.closed = line.arrival.expired(self.clock.now) is not None
        else:
            self.host.ring()
        self.collect(line)
        return True

    def next_message(self, line: Line) -> bytes:
        until = self.clock.mono_ns + REPLY_WITHIN_S * NS_PER_S
        while not line.buffer:
            if line.closed or not self.wait(line, until):
                raise Mismatch("expected a message, none came")
        end = re.search(rb"\x0110=\d{3}\x01", line.buffer)
        assert end is not None, line.buffer
        message, line.buffer = line.buffer[: end.end()], line.buffer[end.end() :]
        return message

    def expect_disconnect(self, line: Line) -> None:
        until = self.clock.mono_ns + DISCONNECT_WITHIN_S * NS_PER_S
        while not line.closed and not line.buffer and self.wait(line, until):
            pass
        if line.buffer:
            raise Mismatch(f"expected a disconnect, received {show(line.buffer)}")
        if not line.closed:
            raise Mismatch("expected a disconnect, none came")
        if line.admitted:
            assert self.host.outputs_of(Disconnect)


def complete(text: bytes) -> bytes:
    """Add BodyLength and CheckSum where a line leaves them out; keep what it states, right or wrong."""
    if not text.startswith(b"8="):
        return text
    body_end = text.find(SOH + b"10=")
    content = text if body_end < 0 else text[: body_end + 1]
    if not content.endswith(SOH):
        content += SOH
    if SOH + b"9=" not in content:
        begin, _, rest = content.partition(SOH)
        content = begin + SOH + b"9=%d" % len(rest) + SOH + rest
    if body_end >= 0:
        tail = text[body_end + 1 :]
        return content + (tail if tail.endswith(SOH) else tail + SOH)
    return content + b"10=%03d" % checksum(content) + SOH


def compare(expected: bytes, actual: bytes) -> None:
    """By meaning: the same fields with the same values in any order; timestamps by shape, Text(58) literally."""
    got = _fields(actual)
    head, tail = [tag for tag, _ in got[:3]], got[-1]
    content_end = actual.rfind(SOH + b"10=") + 1
    content_start = actual.find(SOH, actual.find(SOH + b"9=") + 1) + 1
    if head != [b"8", b"9", b"35"] or tail != (b"10", b"%03d" % checksum(actual[:content_end])):
        raise Mismatch(f"header or trailer is wrong: {show(actual)}")
    if got[1][1] != b"%d" % (content_end - content_start):
        raise Mismatch(f"BodyLength(9) is wrong: {show(actual)}")
    if _normal(_fields(expected)) != _normal(got):
        raise Mismatch(f"\n  want {show(expected)}\n  got  {show(actual)}")


def _fields(message: bytes) -> list[tuple[bytes, bytes]]:
    return [(part.partition(b"=")[0], part.partition(b"=")[2]) for part in message.split(SOH) if part]


def _normal(pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return sorted(
        (tag, b"<stamp>" if tag in TIMESTAMPS and STAMP(value) else value)
        for tag, value in pairs
        if tag not in (b"9", b"10")
    )


def show(message: bytes) -> str:
    return message.replace(SOH, b"|").decode("latin-1")


def acceptor_settings(begin_string: bytes, target_comp_id: bytes, default_appl_ver_id: bytes = b"") -> SessionSettings:
    """The session that the definitions expect to find."""
    return SessionSettings(
        name="acceptance",
        role=Role.ACCEPTOR,
        begin_string=begin_string,
        sender_comp_id=b"ISLD",
        target_comp_id=target_comp_id,
        default_appl_ver_id=default_appl_ver_id,
        reset_on_logon=True,
    )
