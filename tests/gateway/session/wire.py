"""Two engines joined in memory, a client and a server, by a line that can be cut, split and damaged."""

from __future__ import annotations

from dataclasses import replace

from fixspec.rulebook import Rulebook
from gateway.session.lobby import Admitted, Arrival, Lobby, Refused
from gateway.session.settings import Role, SessionSettings
from tests.gateway.session.host import Application, Clock, Host, no_application


class Wire:
    """`client` is the initiator, `server` the acceptor behind its lobby. Bytes move only when told to."""

    def __init__(
        self,
        client_settings: SessionSettings,
        rulebook: Rulebook,
        server_changes: dict[str, object] | None = None,
        client_application: Application = no_application,
        server_application: Application = no_application,
    ) -> None:
        assert client_settings.role is Role.INITIATOR
        mirrored = {
            "role": Role.ACCEPTOR,
            "sender_comp_id": client_settings.target_comp_id,
            "target_comp_id": client_settings.sender_comp_id,
        }
        server_settings = replace(client_settings, **{**mirrored, **(server_changes or {})})  # type: ignore[arg-type]
        self.clock = Clock()
        self.client = Host(client_settings, rulebook, self.clock, client_application)
        self.server = Host(server_settings, rulebook, self.clock, server_application)
        self.lobby = Lobby([self.server.session])
        self.arrival: Arrival | None = None
        self.up = False
        self.to_server = bytearray()
        self.to_client = bytearray()
        self.sent: dict[str, list[bytes]] = {"client": [], "server": []}
        """Every message that was put on the line, by who sent it."""

    def connect(self) -> None:
        assert not self.up
        self.up = True
        self.server.closing = None
        self.arrival = self.lobby.arrive(self.clock.now)
        self.client.connect()
        self.gather()

    def cut(self) -> None:
        """The line breaks: what was under way is lost, and both sides see the end of it."""
        if not self.up:
            return
        self.up = False
        self.to_server.clear()
        self.to_client.clear()
        self.client.end_of_file()
        if self.arrival is None:
            self.server.end_of_file()
        self.arrival = None

    def gather(self) -> None:
        """Take what both want to send; carry out what they want closed."""
        for name, host, line in (("client", self.client, self.to_server), ("server", self.server, self.to_client)):
            self.sent[name] += host.unsent if self.up else []
            data = host.take_bytes()
            if self.up:
                line += data
        if self.up and self.client.closing is None and self.server.closing is not None:
            self.deliver_to_client(len(self.to_client))  # what it said before it hung up still arrives
        if self.up and (self.client.closing is not None or self.server.closing is not None):
            self.cut()

    def deliver_to_server(self, count: int) -> None:
        data, self.to_server = bytes(self.to_server[:count]), self.to_server[count:]
        if not data or not self.up:
            return
        if self.arrival is None:
            self.server.feed(data)
        else:
            verdict = self.arrival.receive_data(data, self.clock.now)
            if isinstance(verdict, Admitted):
                self.arrival = None
                self.server.work()
            elif isinstance(verdict, Refused):
                self.cut()
        self.gather()

    def deliver_to_client(self, count: int) -> None:
        data, self.to_client = bytes(self.to_client[:count]), self.to_client[count:]
        if data and self.up:
            self.client.feed(data)
            self.gather()

    def deliver_all(self, rounds_max: int = 1000) -> None:
        for _ in range(rounds_max):
            if not self.to_server and not self.to_client:
                return
            self.deliver_to_server(len(self.to_server))
            self.deliver_to_client(len(self.to_client))
        raise AssertionError("the two sides do not come to rest")

    def advance(self, seconds: float) -> None:
        """Let time pass; deadlines run when they are due, and what they cause is delivered at once."""
        until = self.clock.mono_ns + int(seconds * 1e9)
        while True:
            deadlines = [host.session.deadline() for host in (self.client, self.server)]
            if self.arrival is not None:
                deadlines.append(self.arrival.deadline())
            due = min((deadline for deadline in deadlines if deadline is not None), default=None)
            if due is None or due > until:
                break
            self.clock.advance_to(max(due, self.clock.mono_ns))
            if self.arrival is not None and self.arrival.expired(self.clock.now) is not None:
                self.cut()
            self.client.ring()
            self.server.ring()
            self.gather()
            self.deliver_all()
        self.clock.advance_to(until)
