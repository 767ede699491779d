"""Two session engines and the worst network that TCP allows: a connection may end at any byte, each side hears of the
end when it hears of it, a new connection may overtake the old one's last bytes, and either process may die.

What TCP promises is kept: within one connection and direction, what arrives is a prefix of what was sent. Everything
else may happen in any order, as the caller says. Bytes move only when `deliver` is called; `wait` moves nobody but the
clocks, so a stalled line is simply one on which nobody delivers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from fixspec.rulebook import Rulebook
from fixspec.tags import MsgType
from gateway.instant import NS_PER_S
from gateway.session.lobby import Admitted, Arrival, Lobby, Refused
from gateway.session.session import Session
from gateway.session.settings import Role, SessionSettings
from gateway.session.state import LIVE
from tests.gateway.session.host import Clock, Host
from tests.gateway.session.messages import NEWS

CLIENT, SERVER = "client", "server"
OTHER = {CLIENT: SERVER, SERVER: CLIENT}
_MESSAGES = re.compile(rb"8=FIX.*?\x0110=\d{3}\x01", re.DOTALL).findall


@dataclass(slots=True)
class Line:
    """One TCP connection. `under_way` are the bytes each side has still to get; `open` is what each believes."""

    arrival: Arrival | None
    under_way: dict[str, bytearray] = field(default_factory=lambda: {CLIENT: bytearray(), SERVER: bytearray()})
    open: dict[str, bool] = field(default_factory=lambda: {CLIENT: True, SERVER: True})
    ended: dict[str, bool] = field(default_factory=lambda: {CLIENT: False, SERVER: False})
    """To whom the end of the other direction comes once `under_way` is empty: nothing more is on its way to it."""
    resend_requests: dict[str, int] = field(default_factory=lambda: {CLIENT: 0, SERVER: 0})


class TornLine:
    """The client (initiator), the server (acceptor, with its lobby), and every connection between them."""

    def __init__(self, settings: SessionSettings, rulebook: Rulebook) -> None:
        assert settings.role is Role.INITIATOR
        self.clock = Clock()
        self._rulebook = rulebook
        mirrored = replace(
            settings,
            role=Role.ACCEPTOR,
            sender_comp_id=settings.target_comp_id,
            target_comp_id=settings.sender_comp_id,
        )
        self.hosts = {
            CLIENT: Host(settings, rulebook, self.clock),
            SERVER: Host(mirrored, rulebook, self.clock),
        }
        self.lobby = Lobby([self.hosts[SERVER].session])
        self.lines: list[Line] = []
        self.current: dict[str, Line | None] = {CLIENT: None, SERVER: None}
        """The connection that each session is on."""
        self.said: dict[str, list[bytes]] = {CLIENT: [], SERVER: []}

    # -- what the two do ---------------------------------------------------------------------------------------------

    def speak(self, side: str, count: int) -> None:
        """Application messages: each has a word of its own."""
        for _ in range(count):
            word = b"%b-%d" % (side.encode(), len(self.said[side]))
            self.said[side].append(word)
            self.hosts[side].send(b"B", NEWS % word)
        self.gather(side)

    def test_request(self, side: str) -> None:
        host = self.hosts[side]
        if host.session.state in LIVE:
            host.session._send_admin(MsgType.TEST_REQUEST, b"112=ARE YOU THERE\x01", self.clock.now)
            host.work()
            self.gather(side)

    def log_out(self, side: str) -> None:
        self.hosts[side].logout(b"good night")
        self.gather(side)

    def restart(self, side: str) -> None:
        """The process dies and starts again: it has its numbers and its messages, and nothing that was not sent."""
        for line in self.lines:
            if line.open[side]:
                self._close(line, side)
        host = self.hosts[side]
        host.unsent.clear()
        host.closing = None
        numbers = replace(host.numbers)
        host.numbers = numbers
        host.session = Session(host.session.settings, self._rulebook, numbers)
        self.current[side] = None
        if side == SERVER:
            self.lobby = Lobby([host.session])

    def die_before_the_commit(self, side: str, count: int) -> None:
        """It dies in the turn that takes these bytes: what it made of them never happened."""
        host, line = self.hosts[side], self.current[side]
        if line is None:
            return
        numbers, stored, heard = replace(host.numbers), len(host.store), len(host.received)
        data = bytes(line.under_way[side][:count])
        del line.under_way[side][:count]
        host.feed(data)
        host.numbers = numbers
        del host.received[heard:]
        for key in list(host.store)[stored:]:
            del host.store[key]
        self.restart(side)

    # -- connections -------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """The client calls, when it believes that it is not connected."""
        if self.current[CLIENT] is not None:
            return
        line = Line(self.lobby.arrive(self.clock.now))
        self.lines.append(line)
        self.current[CLIENT] = line
        self.hosts[CLIENT].connect()
        self.gather(CLIENT)

    def cut(self, line: Line, kept: dict[str, int]) -> None:
        """The connection breaks: of what is under way each side still gets so many bytes, then the end."""
        for side, count in kept.items():
            del line.under_way[side][count:]
            line.ended[side] = True

    def deliver(self, line: Line, side: str, count: int) -> None:
        """Bytes arrive; when there are none any more, the end of the connection does."""
        if not line.open[side]:
            return
        data = bytes(line.under_way[side][:count])
        del line.under_way[side][:count]
        if data and side == SERVER and line.arrival is not None:
            self._arrive(line, data)
        elif data:
            self.hosts[side].feed(data)
            self.gather(side)
        elif line.ended[side]:
            self._close(line, side)
            if self.current[side] is line:
                self.hosts[side].end_of_file()
                self.current[side] = None

    def _arrive(self, line: Line, data: bytes) -> None:
        assert line.arrival is not None
        verdict = line.arrival.receive_data(data, self.clock.now)
        if isinstance(verdict, Admitted):
            assert self.current[SERVER] is None, "two connections have one session"
            line.arrival = None
            self.current[SERVER] = line
            self.hosts[SERVER].closing = None
            self.hosts[SERVER].work()
            self.gather(SERVER)
        elif isinstance(verdict, Refused):
            self._close(line, SERVER)

    def _close(self, line: Line, side: str) -> None:
        """This side is done with the connection; what it said before is still on its way."""
        line.open[side] = False
        line.under_way[side].clear()
        line.ended[OTHER[side]] = True

    def gather(self, side: str) -> None:
        """Put on the line what a side has to send, and hang up when it wants that."""
        host, line = self.hosts[side], self.current[side]
        data = host.take_bytes()
        if line is None:
            return
        if not line.ended[OTHER[side]]:
            line.under_way[OTHER[side]] += data
        line.resend_requests[side] += sum(b"\x0135=2\x01" in raw for raw in _MESSAGES(data))
        if host.closing is not None:
            host.closing = None
            self._close(line, side)
            self.current[side] = None

    # -- time --------------------------------------------------------------------------------------------------------

    def wait(self, seconds: float, *, delivering: bool = False) -> None:
        until = self.clock.mono_ns + int(seconds * NS_PER_S)
        while True:
            due = [deadline for host in self.hosts.values() if (deadline := host.session.deadline()) is not None]
            due += [line.arrival.deadline() for line in self.lines if line.arrival is not None and line.open[SERVER]]
            earliest = min(due, default=until + 1)
            if earliest > until:
                break
            self.clock.advance_to(max(earliest, self.clock.mono_ns))
            for line in self.lines:
                if line.arrival is not None and line.open[SERVER] and line.arrival.expired(self.clock.now) is not None:
                    self._close(line, SERVER)
            for side, host in self.hosts.items():
                host.ring()
                self.gather(side)
            if delivering:
                self.deliver_all()
        self.clock.advance_to(until)

    # -- the good end ------------------------------------------------------------------------------------------------

    def deliver_all(self, rounds_max: int = 1000) -> None:
        for _ in range(rounds_max):
            todo = [(line, side) for line in self.lines for side in OTHER if self._has_news(line, side)]
            if not todo:
                self.lines = [line for line in self.lines if line.open[CLIENT] or line.open[SERVER]]
                return
            for line, side in todo:
                self.deliver(line, side, 1 << 20)
        raise AssertionError("the two sides do not come to rest")

    def _has_news(self, line: Line, side: str) -> bool:
        return line.open[side] and (bool(line.under_way[side]) or line.ended[side])

    def agreed(self) -> bool:
        client, server = self.hosts[CLIENT].numbers, self.hosts[SERVER].numbers
        return (
            self.hosts[CLIENT].session.is_logged_on
            and self.hosts[SERVER].session.is_logged_on
            and client.next_sender_msg_seq_num == server.next_target_msg_seq_num
            and server.next_sender_msg_seq_num == client.next_target_msg_seq_num
        )

    def heard(self, side: str) -> list[bytes]:
        return [message.fields[b"148"] for message in self.hosts[side].received]
