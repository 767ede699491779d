"""The stage of certification: real sockets. The client calls the gateway under test, which calls our venue."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from gateway.certify.counterparty import pairs_of, show
from gateway.certify.courtesies import Courtesies
from gateway.certify.party import Party, comp_ids_of
from gateway.certify.player import NotPlayable
from gateway.certify.spelling import NotAsExpected, Pairs, spelled

NS_PER_S = 1_000_000_000
READ_BYTES = 65536
FENCE_S = 2.0
FENCES_AT_ONCE, FENCES_A_SECOND = 60, 30
WAIT_MAX_S = 5.0
"""A `wait` of a scenario that is longer needs a clock that can be moved."""


class NotConnected(Exception):
    """The gateway could not be reached, did not log on, or does not call the venue. Says which."""


@dataclass(frozen=True)
class Target:
    """The gateway under test, and where it finds its venue."""

    host: str
    port: int
    version: str
    sender_comp_id: str
    """Ours, as the client."""
    target_comp_id: str
    venue_port: int
    venue_host: str = "127.0.0.1"
    credentials: bytes = b""
    reset: bool = True
    """Ask for ResetSeqNumFlag(141)=Y at the first Logon."""
    timeout_s: float = 5.0
    """How long an answer may take."""
    venue_timeout_s: float = 60.0
    """How long the gateway may take until it has called the venue."""


class SocketStage:
    """Implements `gateway.certify.player.Stage`. One for all scenarios: the sessions stay logged on."""

    prompt = False

    def __init__(self, target: Target) -> None:
        self.target = target
        self._history: list[str] = []
        comp_ids = (target.sender_comp_id, target.target_comp_id)
        self._client = Party("client", target.version, comp_ids, time.time_ns, self._history)
        self._client.reset, self._client.credentials = target.reset, target.credentials
        self._venue: Party | None = None
        self._lines: dict[socket.socket, Party] = {}
        self._listener = socket.create_server((target.venue_host, target.venue_port))
        self._grouped = False
        self._fences = 0
        self._fences_full_at: dict[str, float] = {}
        self._last_exec = 0
        self._alive_at = time.monotonic()
        self._courtesies = Courtesies()

    def close(self) -> None:
        for line in [*self._lines, self._listener]:
            line.close()

    def connect(self) -> None:
        """Both sessions up. Raises NotConnected."""
        if not self._wait(lambda: self._venue is not None and self._venue.logged_on, self.target.venue_timeout_s):
            where = f"{self.target.venue_host}:{self.target.venue_port}"
            raise NotConnected(f"the gateway did not log on at the venue ({where}): is that where it is to call?")
        self._log_on_client()
        self._forget_logouts()

    @property
    def venue_port(self) -> int:
        return int(self._listener.getsockname()[1])

    # -- the stage -----------------------------------------------------------------------------------------------------

    def begin(self, names: list[str]) -> None:
        for name in names:
            if name not in ("client", "venue"):
                raise NotPlayable(f"needs a counterparty {name}")
        if set(names) != {"client", "venue"}:
            raise NotPlayable("needs the lines down at its beginning")
        self.connect()
        self._history.clear()

    def version(self, who: str) -> str | None:
        party = self._party(who)
        return party.version if party else None

    def say(self, who: str, message: Pairs) -> None:
        (_, msg_type), *fields = message
        body = "".join(f"{tag}={self._now_or_new(value)}\x01" for tag, value in fields)
        self._one(who).send(msg_type.encode(), body.encode("latin-1"))
        if self._grouped:
            self.fence(who)

    def hear(self, who: str) -> Pairs:
        party = self._one(who)
        if not self._wait(lambda: self._has_message(party), self.target.timeout_s):
            raise NotAsExpected(f"{who} got nothing in {self.target.timeout_s:g} s\n{self.history()}")
        return _text(party.unread.popleft())

    def hear_if_any(self, who: str) -> Pairs | None:
        party = self._one(who)
        if not self._wait(lambda: self._has_message(party), 0):
            self.fence("venue")
            self.fence(who)
        return _text(party.unread[0]) if self._has_message(party) else None

    def settle(self) -> None:
        self.fence("venue")
        self.fence("client")
        for party in (self._client, self._venue):
            if party is not None and self._has_message(party):
                raise NotAsExpected(f"{party.name} also got: {show(party.unread[0])}\n{self.history()}")

    def history(self) -> str:
        return "  lately:\n    " + "\n    ".join(self._history[-16:])

    def do(self, line: str) -> None:
        who, _, rest = line.partition(" ")
        if who in ("logged", "note"):
            return  # what our own gateway writes down; no other has to
        if line in ("together", "apart"):
            self._grouped = line == "together"
        elif who == "wait" and (seconds := float(rest.removesuffix("s")) if rest[:-1].isdigit() else None) is not None:
            if seconds > WAIT_MAX_S:
                raise NotPlayable("needs a clock that can be moved")
            self._wait(lambda: False, seconds)
        elif line == "client logs on":
            self._log_on_client()
        elif line == "client logs out":
            self._client.send(b"5", b"")
        elif rest == "hangs up":
            self._hang_up(self._one(who))
        elif line == "venue logs on":
            self.connect()
        else:
            raise NotPlayable(f"needs {'an operator' if who == 'operator' else 'power over the gateway'}: {line}")

    # -- between scenarios ---------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Whatever is on its way arrives and is forgotten."""
        self._grouped = False
        for who in ("venue", "client"):
            self.fence(who)
        if self._venue is not None:
            late = [self._courtesies.refusal(_text(raw)) for raw in self._venue.unread]
            refusals = [refusal for refusal in late if refusal is not None]
            if refusals and self._venue.logged_on:
                for refusal in refusals:
                    self._venue_says(refusal)
                self.fence("venue")
                self.fence("client")
        for party in (self._client, self._venue):
            if party is not None:
                party.unread.clear()

    def fence(self, who: str) -> None:
        """Wait until the gateway has taken everything that was said to it in this session."""
        party = self._party(who)
        if party is None or not party.logged_on:
            return
        self._fences += 1
        self._pace(who)
        mark = b"FENCE-%d" % self._fences
        party.ask_back(mark)
        self._wait(lambda: party.heard_back == mark or not party.logged_on, FENCE_S)

    def _pace(self, who: str) -> None:
        """A gateway may take a flood of TestRequests for an attack: after some, no more than so many a second."""
        now = time.monotonic()
        full_at = max(self._fences_full_at.get(who, 0.0), now) + 1 / FENCES_A_SECOND
        self._fences_full_at[who] = full_at
        too_early = full_at - now - FENCES_AT_ONCE / FENCES_A_SECOND
        if too_early > 0:
            self._wait(lambda: False, too_early)

    # -- besides the scenarios -----------------------------------------------------------------------------------------

    def _has_message(self, party: Party) -> bool:
        """Whether there is one that a scenario may be about; the venue deals with the others itself."""
        while party is self._venue and party.unread:
            message = _text(party.unread[0])
            if self._courtesies.is_of_a_scenario(message):
                break
            party.unread.popleft()
            for answer in self._courtesies.answers(message):
                self._venue_says(answer)
        return bool(party.unread)

    def _venue_says(self, message: Pairs) -> None:
        assert self._venue is not None
        self.say("venue", spelled(self._venue.version, message))

    def _forget_logouts(self) -> None:
        """What was said on the way to a Logon that was taken."""
        for party in (self._client, self._venue):
            while party is not None and party.unread and b"\x0135=5\x01" in party.unread[0]:
                party.unread.popleft()

    # -- lines ---------------------------------------------------------------------------------------------------------

    def _party(self, who: str) -> Party | None:
        if who == "venue":
            return self._venue
        return self._client if who == "client" else None

    def _one(self, who: str) -> Party:
        party = self._party(who)
        if party is None:
            raise NotPlayable(f"needs a counterparty {who}")
        return party

    def _now_or_new(self, value: str) -> str:
        if value == "<now>":
            return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())
        if value == "<new>":
            self._last_exec += 1
            return f"V{time.time_ns():x}-{self._last_exec}"
        return value

    def _log_on_client(self) -> None:
        if self._client.logged_on:
            return
        for _ in range(3):  # once more after a Logout that says which number it expects
            try:
                line = socket.create_connection((self.target.host, self.target.port), self.target.timeout_s)
            except OSError as error:
                raise NotConnected(f"{self.target.host}:{self.target.port}: {error}") from None
            self._attach(line, self._client)
            self._client.log_on()
            if self._wait(lambda: self._client.logged_on or self._client.wire is None, self.target.timeout_s):
                if self._client.wire is not None:
                    return
            self._client.unread.clear()
        raise NotConnected(f"the gateway did not let the client log on\n{self.history()}")

    def _attach(self, line: socket.socket, party: Party) -> None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines[line] = party
        party.wire = line.sendall
        party.hang_up = lambda: self._drop(line)

    def _hang_up(self, party: Party) -> None:
        for line in [line for line, owner in self._lines.items() if owner is party]:
            self._drop(line)

    def _drop(self, line: socket.socket) -> None:
        party = self._lines.pop(line, None)
        line.close()
        if party is not None:
            party.disconnected()

    def _wait(self, until: Callable[[], bool], seconds: float) -> bool:
        """Read what comes, until that is so or the time is over."""
        end = time.monotonic() + seconds
        while not until():
            left = end - time.monotonic()
            self._keep_alive()
            ready, _, _ = select.select([self._listener, *self._lines], [], [], max(0.0, min(left, 1.0)))
            for line in ready:
                self._read(line)
            if not ready and left <= 0:
                return until()
        return True

    def _read(self, line: socket.socket) -> None:
        if line is self._listener:
            self._call(line.accept()[0])
            return
        party = self._lines.get(line)
        if party is None:
            return
        try:
            data = line.recv(READ_BYTES)
        except OSError:
            data = b""
        if data:
            party.take(data)
        else:
            self._drop(line)

    def _call(self, line: socket.socket) -> None:
        """The gateway calls the venue, and says in its Logon who it is."""
        line.settimeout(self.target.timeout_s)
        data = line.recv(READ_BYTES)
        line.settimeout(None)
        if b"35=A\x01" not in data:
            line.close()
            return
        if self._venue is None:
            version, comp_ids = comp_ids_of(data)
            self._venue = Party("venue", version, comp_ids, time.time_ns, self._history)
        self._attach(line, self._venue)
        self._venue.take(data)

    def _keep_alive(self) -> None:
        now = time.monotonic()
        if now - self._alive_at < min(party.heart_bt_int_s for party in (self._client, self._venue) if party) / 2:
            return
        self._alive_at = now
        for party in list(self._lines.values()):
            if party.logged_on:
                party.say_alive()
        if self._venue is not None and self._venue.logged_on:
            for price in self._courtesies.prices():
                self._venue_says(price)


def _text(raw: bytes) -> Pairs:
    return [(tag.decode(), value.decode("latin-1")) for tag, value in pairs_of(raw)]
