"""The whole house in memory: real spine, journal, sessions, desk, simulated venue; the world outside is scripted.

    client = world.client                       a FIX client of the version asked for
    world.venue                                 the exchange behind the gateway's venue session, driven by the test
    world.send(client, "35=D|11=A1|38=10")      what is left out has a default: see `DEFAULTS`
    world.expect(client, "35=8|39=0|11=A1")     the fields named are compared, the others are free
    world.wait(1.5)                             time passes, deadlines run when they are due
    world.kill()                                everything uncommitted is gone; memory comes back from the journal

Each turn is watched. When it is over, the live state must hash to the fold of the log, every number we gave away must
be the next one, what went out must be in the journal word for word, and must be a valid message of its version.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec

from config.load import load_gateway
from config.model import GatewayConfig
from fixspec.names import field_name
from gateway.certify.spelling import VERSIONS, NotAsExpected, Pairs, completed, split
from gateway.effects import AnswerCommand, CloseConnection, Effect, LimitUnsent, LogNote, RoomWanted, SendBytes
from gateway.from_config.sessions import sessions_of
from gateway.from_config.setup import desk_of
from gateway.inbox import (
    BytesReceived,
    CommandReceived,
    ConnectionClosed,
    ConnectionOpened,
    Input,
    RoomToSend,
    ShutdownRequested,
    Tick,
)
from gateway.instant import NS_PER_S, Instant
from gateway.journal import Journal
from gateway.net.backlog import Backlog
from gateway.recovery import recover
from gateway.session.lobby import Lobby
from gateway.session.settings import Role
from gateway.store.snapshot_maker import take_snapshot
from gateway.store.write_ahead import WriteAhead
from gateway.trading.desk import Desk
from gateway.transact import Spine
from gateway.translate.engagement import RULES_OF_ENGAGEMENT
from oms.commands import SetTradingState
from oms.events import Event, ReportQuarantined
from oms.types import TradingState
from tests.book import Book
from tests.peer import Peer, pairs_of, show, stamp

__all__ = ("VERSIONS", "NotAsExpected", "World", "split")

STORE_ID = "TESTA"
START_NS = 1_700_049_600 * NS_PER_S  # 2023-11-15 12:00:00 UTC
MEMORY_DISK = Path("/dev/shm")
SEGMENT_BYTES = 32768  # small, so that turns wander into LMDB all the time


class Died(BaseException):
    """The process is gone, here and now. Not an Exception: nobody in the house may handle it."""


@dataclass
class Unread:
    """What a peer that does not read has been sent."""

    backlog: Backlog
    data: bytearray = field(default_factory=bytearray)
    room_wanted: bool = False


class MortalStore:
    """Stands between a real journal and its disk, and ends the process at a commit when `death` says so."""

    def __init__(self, ahead: WriteAhead) -> None:
        self.death = ""
        """"before commit", "after commit", or nothing."""
        self._ahead = ahead

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ahead, name)

    def append(self, first_seq: int, count: int, records: bytes) -> None:
        if self.death == "before commit":
            raise Died
        self._ahead.append(first_seq, count, records)
        if self.death == "after commit":
            raise Died


@contextmanager
def memory_directory() -> Iterator[Path]:
    """A directory without a disk under it where the machine has such: these tests are about order, not durability."""
    with tempfile.TemporaryDirectory(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None) as name:
        yield Path(name)


class World:
    """One gateway and its counterparties. `changes` overrides the configuration: {"limits.max_order_qty": "5"}."""

    def __init__(
        self,
        directory: Path,
        version: str = "FIX.4.4",
        venue_version: str = "FIX.4.4",
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        self.directory = directory
        self.utc_ns, self.mono_ns = START_NS, 5_000 * NS_PER_S
        self.config = configuration(directory, version, venue_version, changes or {})
        self._history: list[str] = []
        self.client = self._peer("client", version)
        self.other = self._peer("other", "FIX.4.4")
        self.dropcopy = self._peer("dropcopy", _version_of(self.config, "dropcopy"))
        self.venue = self._peer("venue", venue_version)
        self.venue2 = self._peer("venue2", venue_version)
        """There in a configuration that divides orders between VENUE and VENUE2."""
        self.peers = {peer.name: peer for peer in (self.client, self.other, self.dropcopy, self.venue, self.venue2)}
        self.notes: list[LogNote] = []
        self.answers: list[object] = []
        self.events: list[Event] = []
        """The facts of the last turn that had any."""
        self.quarantined: list[ReportQuarantined] = []
        """Reports put aside, until the test has looked at them."""
        self.deaths = 0
        self._lines: dict[int, Peer] = {}
        self._limits: dict[int, LimitUnsent] = {}
        self._unread: dict[int, Unread] = {}
        self._last_connection = 0
        self._last_exec = 0
        self._inputs: list[Input] = []
        self._together = False
        self._running = False
        self.journal = Journal.create(directory / "journal", STORE_ID, 1, SEGMENT_BYTES)
        self._live()

    # -- life and death ----------------------------------------------------------------------------------------------

    def _live(self) -> None:
        """What `gateway.app` does, without sockets."""
        self.store = MortalStore(self.journal._ahead)
        self.journal._ahead = cast("WriteAhead", self.store)
        self.desk: Desk = desk_of(self.config, self.journal.store_id)
        self.sessions = {
            session.settings.name: session
            for session in sessions_of(self.config.sessions, self.journal.numbers(), RULES_OF_ENGAGEMENT)
        }
        recover(self.journal, self.desk)
        self.book = Book()
        self.book.read(self.journal)
        self._compare()
        acceptors = (session for session in self.sessions.values() if session.settings.role is Role.ACCEPTOR)
        self.spine = Spine(self.journal, self.sessions.values(), Lobby(acceptors), self.desk)
        self._done(self.spine.start(self.now))

    def kill(self) -> None:
        """The process ends without a word, and starts again. The counterparties live on and are disconnected."""
        self.deaths += 1
        self.journal.abandon()
        for peer in self.peers.values():
            peer.disconnected()
        self._lines.clear()
        self._unread.clear()
        self._inputs.clear()
        if self.deaths % 2:  # every second start has a snapshot of what is in LMDB
            take_snapshot(self.directory / "journal", 1)
        self.journal = Journal.open(self.directory / "journal", 1)
        self._live()

    def pass_down(self, seconds: float) -> None:
        """It is down for so long."""
        self.mono_ns += int(seconds * NS_PER_S)
        self.utc_ns += int(seconds * NS_PER_S)
        self.kill()

    def close(self) -> None:
        self.journal.close()

    # -- time --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> Instant:
        return Instant(self.utc_ns, self.mono_ns)

    def wait(self, seconds: float) -> None:
        until = self.mono_ns + int(seconds * NS_PER_S)
        while True:
            deadline = self.spine.deadline()
            if self._unread:
                look_at = self.mono_ns + NS_PER_S
                if look_at <= until and (deadline is None or look_at <= deadline):
                    self._advance(look_at)
                    self._look_at_backlogs()
                    continue
            if deadline is None or deadline > until:
                break
            self._advance(max(deadline, self.mono_ns + 1))
            self.put(Tick())
        self._advance(max(until, self.mono_ns))

    def _advance(self, mono_ns: int) -> None:
        self.utc_ns += mono_ns - self.mono_ns
        self.mono_ns = mono_ns

    # -- turns -------------------------------------------------------------------------------------------------------

    def put(self, item: Input) -> None:
        """Something happens: a turn of its own, unless it happens `together` with others or within a turn."""
        self._inputs.append(item)
        if not self._together and not self._running:
            self.run()

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that happens meanwhile is taken in one turn."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
        self.run()

    def run(self) -> None:
        """Turn until nothing is left to be taken. What peers answer to a turn is the next one."""
        self._running = True
        try:
            while self._inputs:
                inputs, self._inputs = self._inputs, []
                self._done(self.spine.transact(inputs, self.now))
        except Died:
            self.kill()
        finally:
            self._running = False

    def _done(self, effects: list[Effect]) -> None:
        """A turn is over: watch it, then do what it wants done in the world."""
        self.watch()
        self.carry_out(effects)

    def carry_out(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, SendBytes):
                peer = self._lines.get(effect.connection)
                if peer is not None:
                    self.book.sending(effect.data, peer.name, self.journal)
                    self._pass_on(effect.connection, peer, effect.data)
            elif isinstance(effect, RoomWanted):
                unread = self._unread.get(effect.connection)
                if unread is None:
                    self.put(RoomToSend(effect.connection))
                else:
                    unread.room_wanted = True
            elif isinstance(effect, LimitUnsent):
                self._limits[effect.connection] = effect
            elif isinstance(effect, CloseConnection):
                self._hung_up(effect.connection)
            elif isinstance(effect, LogNote):
                self.notes.append(effect)
            elif isinstance(effect, AnswerCommand):
                self.answers.append(effect.answer)

    def _pass_on(self, connection: int, peer: Peer, data: bytes) -> None:
        """To the peer, or into the buffer before it, as the pump has it."""
        unread = self._unread.get(connection)
        if unread is None:
            peer.take(data)
        elif unread.backlog.is_above(len(unread.data)):
            self._cut(connection, unread.backlog.is_above(len(unread.data)))
        else:
            unread.data += data
            unread.backlog.given += len(data)
            unread.backlog.look(len(unread.data), self.mono_ns / NS_PER_S)

    def _cut(self, connection: int, why: str) -> None:
        peer = self._lines.pop(connection)
        del self._unread[connection]
        peer.disconnected()
        self.put(ConnectionClosed(connection, why))

    def _connection_of(self, peer: Peer) -> int:
        return next(number for number, owner in self._lines.items() if owner is peer and peer.wire is not None)

    def stop_reading(self, peer: Peer) -> None:
        """The peer takes nothing more from its socket; the kernel's buffers are full already."""
        connection = self._connection_of(peer)
        limit = self._limits[connection]
        self._unread[connection] = Unread(Backlog(limit.bytes_max, limit.timeout_s))

    def read_again(self, peer: Peer) -> None:
        connection = self._connection_of(peer)
        unread = self._unread.pop(connection)
        peer.take(bytes(unread.data))
        if unread.room_wanted:
            self.put(RoomToSend(connection))

    def _look_at_backlogs(self) -> None:
        for connection, unread in list(self._unread.items()):
            too_old = unread.backlog.look(len(unread.data), self.mono_ns / NS_PER_S)
            if too_old:
                self._cut(connection, too_old)

    # -- connections -------------------------------------------------------------------------------------------------

    def connect(self, peer: Peer) -> int:
        """A line between the peer and the gateway. To the venue it is the gateway that calls (and says Logon)."""
        assert peer.wire is None, f"{peer.name} is connected"
        self._last_connection += 1
        connection = self._last_connection
        self._lines[connection] = peer
        peer.wire = lambda data: self.put(BytesReceived(connection, data))
        peer.hang_up = lambda: self._hung_up(connection)
        session = peer.name if peer in (self.venue, self.venue2) else None
        self.put(ConnectionOpened(connection, peer.name, session))
        return connection

    def log_on(self, *peers: Peer) -> None:
        for peer in peers:
            deaths = self.deaths
            self.connect(peer)
            if peer not in (self.venue, self.venue2):
                peer.log_on()
            if not peer.logged_on and not self._together and self.deaths == deaths:
                raise NotAsExpected(f"{peer.name} could not log on\n{self.history()}")

    def log_out(self, peer: Peer) -> None:
        peer.send(b"5", b"")

    def hang_up(self, peer: Peer) -> None:
        self._hung_up(self._connection_of(peer))

    def _hung_up(self, connection: int) -> None:
        peer = self._lines.pop(connection, None)
        self._unread.pop(connection, None)
        if peer is not None:
            peer.disconnected()
            self.put(ConnectionClosed(connection))

    # -- talking -----------------------------------------------------------------------------------------------------

    def send(self, peer: Peer, text: str) -> int:
        """A message of the peer, completed by what need not be said. Returns its MsgSeqNum(34)."""
        role = "venue" if peer in (self.venue, self.venue2) else "client"
        return self.say(peer, completed(role, peer.version, split(text)))

    def say(self, peer: Peer, message: Pairs) -> int:
        """A complete message of the peer, MsgType(35) first. Returns its MsgSeqNum(34)."""
        (_, msg_type), *fields = message
        body = b"".join(b"%b=%b\x01" % (tag.encode(), self._value(value)) for tag, value in fields)
        return peer.send(msg_type.encode(), body)

    def _value(self, text: str) -> bytes:
        if text == "<now>":
            return stamp(self.utc_ns)
        if text == "<new>":
            self._last_exec += 1
            return b"V-E%d" % self._last_exec
        return text.encode("latin-1")

    def expect(self, peer: Peer, text: str) -> dict[str, str]:
        """The next message that the peer got, whose fields must be these; all of its fields. `<any>` is any value,
        `<none>` no field."""
        if not peer.unread:
            raise NotAsExpected(f"{peer.name} got nothing, expected {text}\n{self.history()}")
        raw = peer.unread.popleft()
        got = {tag.decode(): value.decode("latin-1") for tag, value in pairs_of(raw)}
        wrong = False
        table = []
        for tag, value in split(text):
            found = got.get(tag, "<none>")
            same = found != "<none>" if value == "<any>" else found == value
            wrong = wrong or not same
            name = f"{tag} {field_name(tag.encode())}"
            table.append(f"    {name:24} {value:24} {found}{'' if same else '     <---'}")
        if wrong:
            heading = f"    {'':24} {'expected':24} got"
            raise NotAsExpected(
                "\n".join([f"{peer.name} got another message: {show(raw)}", heading, *table, self.history()])
            )
        return got

    def settle(self) -> None:
        """Nobody may have got anything that was not expected, and no report may have been put aside."""
        if self.quarantined:
            raise NotAsExpected(f"put aside: {self.quarantined[0]}\n{self.history()}")
        for peer in self.peers.values():
            if peer.unread:
                raise NotAsExpected(f"{peer.name} also got: {show(peer.unread[0])}\n{self.history()}")

    def command(self, command: object) -> object:
        """An operator's command; its answer."""
        self.answers.clear()
        self.put(CommandReceived(1, command))
        return self.answers[0] if self.answers else None

    def set_trading_state(self, state: TradingState) -> None:
        self.command(SetTradingState(state, "ann", "test"))

    def shut_down(self) -> None:
        self.put(ShutdownRequested("going down"))

    def history(self, lines: int = 16) -> str:
        return "  lately:\n    " + "\n    ".join(self._history[-lines:])

    # -- the laws ----------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """What must hold behind every turn."""
        events = self.book.read(self.journal)
        if events:
            self.events = events
            self.quarantined += [event for event in events if isinstance(event, ReportQuarantined)]
        self._compare()
        assert not self.book.copies.findings, f"I9: {self.book.copies.findings[0]}"
        stored = self.journal.numbers()
        for name, session in self.sessions.items():
            numbers = session.numbers
            live = (numbers.generation, numbers.next_sender_msg_seq_num, numbers.next_target_msg_seq_num)
            assert live == tuple(stored.get(name, (1, 1, 1))), f"{name}: {live} is not what the journal has"

    def _compare(self) -> None:
        assert self.desk.blotter.state_hash() == self.book.blotter.state_hash(), (
            "the live state is not the fold of the log: something was changed without an event"
        )

    def state(self) -> tuple[int, bytes]:
        """Number and hash that change when anything is written into the journal."""
        return self.journal.head, self.book.last

    # -- the rest ----------------------------------------------------------------------------------------------------

    def _peer(self, name: str, version: str) -> Peer:
        return Peer(name, version, (name.upper(), "FIXGATE"), lambda: self.utc_ns, self._history)


def configuration(directory: Path, version: str, venue_version: str, changes: Mapping[str, Any]) -> GatewayConfig:
    """The gateway of these tests, by way of a real configuration file."""
    tree: dict[str, Any] = {
        "name": "world",
        "journal": {"map_size_gb": 1},
        "client": {"name": "client", "target_comp_id": "CLIENT", **_version(version)},
        "other": {"name": "other", "target_comp_id": "OTHER", **_version("FIX.4.4")},
        "dropcopy": {
            "name": "dropcopy", "target_comp_id": "DROPCOPY", "kind": "drop_copy", **_version("FIX.4.4"),
        },
        "venue_session": {
            "name": "venue", "target_comp_id": "VENUE", "kind": "venue", "connect": {}, **_version(venue_version),
        },
        "venue": {"name": "VENUE", "adapter": "fix_standard", "session": "venue", "market_data": False},
        "sim": {"name": "SIM", "adapter": "simulated"},
        "instrument": {
            "symbol": "BTC-USD", "venue": "VENUE", "reference_price": "50000", "max_qty": "1000000",
        },
        "sim_instrument": {
            "symbol": "SIM-USD", "venue": "SIM", "reference_price": "100", "lot_size": "1", "min_qty": "1",
            "max_qty": "1000000",
        },
        "limits": {"max_order_qty": "1000000", "max_notional": "1000000000000", "throttle": {}},
    }  # fmt: skip
    for path, value in changes.items():
        *way, last = path.split(".")
        node = tree
        for step in way:
            node = node.setdefault(step, {})
        if value is None:
            node.pop(last, None)
        else:
            node[last] = value
    if "blackouts" in tree:
        tree["blackouts"] = [tree["blackouts"]]
    sessions = ["client", "other", "dropcopy", "venue_session"]
    venues = ["venue", "sim"]
    if "VENUE2" in tree["instrument"].get("routing", {}).get("split", {}):
        tree["venue2_session"] = tree["venue_session"] | {"name": "venue2", "target_comp_id": "VENUE2"}
        tree["venue2"] = tree["venue"] | {"name": "VENUE2", "session": "venue2"}
        sessions.append("venue2_session")
        venues.append("venue2")
    tree["sessions"] = [tree.pop(name) for name in sessions]
    tree["venues"] = [tree.pop(name) for name in venues]
    tree["instruments"] = [tree.pop(name) for name in ("instrument", "sim_instrument")]
    for kind, place in (
        ("slice", tree["limits"].setdefault("slices", [])),
        ("account", tree.setdefault("accounts", [])),
        ("person", tree.setdefault("people", [])),
        ("rate", tree["limits"].setdefault("conversion_rates", [])),
        ("margin", tree["limits"].setdefault("initial_margins", [])),
    ):
        place += [tree.pop(name) for name in sorted(tree) if re.fullmatch(kind + "[0-9]", name)]
    own = {"directory": str(directory / "journal")}
    config = _loaded(json.dumps(tree))  # JSON is YAML
    return msgspec.structs.replace(config, journal=msgspec.structs.replace(config.journal, **own))


@cache
def _loaded(text: str) -> GatewayConfig:
    """Most worlds are one of a few dozen, and a configuration is never changed."""
    with memory_directory() as directory:
        file = directory / "gateway.yaml"
        file.write_text(text)
        return load_gateway(file)


def _version_of(config: GatewayConfig, session: str) -> str:
    found = next(each for each in config.sessions if each.name == session)
    return found.default_appl_ver_id or found.begin_string


def _version(version: str) -> dict[str, str]:
    if version == "FIX.5.0SP2":
        return {"begin_string": "FIXT.1.1", "default_appl_ver_id": version}
    return {"begin_string": version}
