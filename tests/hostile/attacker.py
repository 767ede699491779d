"""A client with bad intentions, in the whole house in memory; and beside it one that trades.

Whatever the attacker does, behind each of its deeds the live client sends an order and must get its report, with the
next number and nothing else, as if it were alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.effects import CheckPassword, CloseConnection, Effect, RoomWanted, SendBytes
from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened, Input, PasswordChecked, RoomToSend, Tick
from gateway.session.lobby import Arrival
from oms.types import OrdStatus
from tests.hostile.cases import Case, expand
from tests.peer import fields_of, framed, show, stamp
from tests.world import World, memory_directory, split

SESSION = "other"
BUFFERED_BYTES_MAX = 65536 + 4100
NUMBER_MAX = 1_000_000
"""A session whose numbers were driven beyond this is not used again."""
HEADER = ("8", "34", "49", "52", "56", "43", "97", "115", "122", "128")
ORDER = "11=@id|55=SIM-USD|54=1|60=@now|38=10|40=2|44=90"
_TOKEN = re.compile(r"(?<=[= ])#([+-]\d+)?")
_SHARE = re.compile(rb"8=FIX.*?\x0110=\d{3}\x01", re.DOTALL)


class Attacker:
    """One connection at a time, to the session OTHER."""

    _last_connection = 1000
    _last_id = 0

    def __init__(self, world: World) -> None:
        self.world = world
        self.expected = world.sessions[SESSION].numbers.next_target_msg_seq_num
        self.answers: list[bytes] = []
        self.closed = False
        self.pieces = 1
        """Into how many what it sends is cut."""
        self._connection = 0

    # -- connection --------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        Attacker._last_connection += 1
        self._connection = Attacker._last_connection
        self.closed = False
        self.turn(ConnectionOpened(self._connection, "192.0.2.66:4711"))

    def log_on(self, fields: str = "") -> None:
        """With the number that is expected; the answer is taken, its number is right."""
        self.connect()
        session = self.world.sessions[SESSION]
        out, number = session.numbers.next_sender_msg_seq_num, session.numbers.next_target_msg_seq_num
        self.feed(self.message("A", f"34={number}|98=0|108=30|{fields}".rstrip("|")))
        assert self.answers, "the Logon is not answered"
        answer = fields_of(self.answers.pop())
        assert answer[b"35"] == b"A", answer
        assert int(answer[b"34"]) == out or "141=Y" in fields, answer
        self.expected = session.numbers.next_target_msg_seq_num

    def hang_up(self) -> None:
        if not self.closed:
            self.closed = True
            self.turn(ConnectionClosed(self._connection))

    def feed(self, data: bytes) -> None:
        size = -(-len(data) // self.pieces) or 1
        for start in range(0, len(data), size):
            if not self.closed:
                self.turn(BytesReceived(self._connection, data[start : start + size]))
                assert self.buffered <= BUFFERED_BYTES_MAX, self.buffered

    @property
    def buffered(self) -> int:
        """Bytes of this connection that the gateway keeps without having understood them."""
        door = self.world.spine._connections.get(self._connection)
        framer = door._framer if isinstance(door, Arrival) else self.world.sessions[SESSION]._framer
        return 0 if framer is None else framer.buffered_bytes

    def turn(self, item: Input) -> None:
        world = self.world
        effects = world.spine.transact([item], world.now)
        world.watch()
        mine = [effect for effect in effects if getattr(effect, "connection", None) == self._connection]
        world.carry_out([effect for effect in effects if effect not in mine])
        for effect in mine:
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, SendBytes):
            self.answers += _SHARE.findall(effect.data)
        elif isinstance(effect, RoomWanted):
            self.turn(RoomToSend(self._connection))
        elif isinstance(effect, CheckPassword):
            self.turn(PasswordChecked(self._connection, False))
        elif isinstance(effect, CloseConnection) and not self.closed:
            self.closed = True
            self.turn(ConnectionClosed(self._connection))

    # -- deeds -------------------------------------------------------------------------------------------------------

    def do(self, deed: str) -> None:
        verb, _, rest = deed.partition(" ")
        if verb.isdigit():
            for _ in range(int(verb)):
                self.do(rest.removeprefix("times "))
        elif deed == "connect":
            self.connect()
        elif deed == "hang up":
            self.hang_up()
        elif verb == "log":
            self.log_on(rest.removeprefix("on").strip())
        elif verb == "wait":
            self._wait(float(rest))
        else:
            self.feed(self.bytes_of(verb, rest))

    def bytes_of(self, verb: str, rest: str) -> bytes:
        if verb == "order":
            return self.message("D", rest, ORDER)
        if verb == "send":
            msg_type, _, fields = rest.partition("|")
            return self.message(msg_type, fields)
        if verb == "frame":
            return framed(b"FIX.4.4", self._raw(rest))
        if verb == "bytes":
            return self._raw(rest)
        content = self.content()
        if verb == "length":
            length = b"%d" % (len(content) + int(rest[1:])) if rest.startswith("@") else self._raw(rest)
            head = b"8=FIX.4.4\x019=%b\x01%b" % (length, content)
            return head + b"10=%03d\x01" % (sum(head) % 256)
        assert verb == "sum", verb
        whole = framed(b"FIX.4.4", content)
        total = b"%03d" % ((int(whole[-4:-1]) + int(rest[1:])) % 256) if rest.startswith("@") else self._raw(rest)
        return whole[:-4] + total + b"\x01"

    def message(self, msg_type: str, text: str, defaults: str = "") -> bytes:
        given = split(text)
        tags = [tag for tag, _ in given]
        header = {"8": "FIX.4.4", "34": "#", "49": "OTHER", "52": "@now", "56": "FIXGATE"}
        header |= {tag: value for tag, value in given if tag in HEADER}
        body = [(tag, value) for tag, value in given if tag not in HEADER]
        changed = dict(body) if len(set(tags)) == len(tags) else {}
        kept = [(tag, changed.pop(tag, value)) for tag, value in split(defaults)]
        added = list(changed.items()) if changed or len(set(tags)) == len(tags) else body
        begin_string = header.pop("8")
        pairs = [("35", msg_type), *((tag, header[tag]) for tag in HEADER[1:] if tag in header), *kept, *added]
        content = b"".join([self._raw(f"{tag}={value}|") for tag, value in pairs if value != "none"])
        return framed(begin_string.encode(), content)

    def content(self) -> bytes:
        """Of the good order, what is between BodyLength(9) and CheckSum(10)."""
        return b"35=" + self.message("D", "", ORDER).partition(b"\x0135=")[2][:-7]

    def _raw(self, text: str) -> bytes:
        text = _TOKEN.sub(lambda found: str(self.expected + int(found[1] or 0)), text)
        if "@id" in text:
            Attacker._last_id += 1
        text = text.replace("@id", f"A{Attacker._last_id}").replace("@now", stamp(self.world.utc_ns).decode())
        text = expand(text)
        raw = text.encode("latin-1")
        if b"@order" in raw:
            raw = raw.replace(b"@order", framed(b"FIX.4.4", self.content()))
        return raw.replace(b"@content", self.content()) if b"@content" in raw else raw

    def _wait(self, seconds: float) -> None:
        """Time passes for everybody; what our connection is told meanwhile is an answer like any other."""
        world, until = self.world, self.world.mono_ns + int(seconds * 1e9)
        while True:
            deadline = world.spine.deadline()
            if deadline is None or deadline > until:
                break
            world._advance(max(deadline, world.mono_ns + 1))
            self.turn(Tick())
        world._advance(max(until, world.mono_ns))

    def told(self) -> list[str]:
        return [show(raw) for raw in self.answers] + (["closed"] if self.closed else [])


class Scene:
    """A world for many cases, and the client that trades in it all the while."""

    def __init__(self) -> None:
        self._home = memory_directory()
        self.world = World(self._home.__enter__())
        self.world.log_on(self.world.client)
        self._orders = 0

    def close(self) -> None:
        self.world.close()
        self._home.__exit__(None, None, None)

    @property
    def is_spent(self) -> bool:
        numbers = self.world.sessions[SESSION].numbers
        return max(numbers.next_target_msg_seq_num, numbers.next_sender_msg_seq_num) > NUMBER_MAX or self._orders > 40

    def trade(self) -> None:
        """The live client sends an order and gets its report, which is all that it gets."""
        world = self.world
        self._orders += 1
        world.send(world.client, f"35=D|11=L{self._orders}|55=SIM-USD|38=1|44=90")
        world.expect(world.client, f"35=8|11=L{self._orders}|150=0|39=0|151=1")
        world.settle()

    def play(self, case: Case, pieces: int = 1) -> None:
        world = self.world
        attacker = Attacker(world)
        attacker.pieces = pieces
        orders = self._taken()
        if case.deeds[0] != "connect":
            attacker.log_on()
        before = attacker.expected
        for deed in case.deeds:
            state = world.state(), world.journal.numbers()
            attacker.do(deed)
            if case.unchanged:
                assert world.journal.numbers() == state[1], f"numbers have moved: {attacker.told()}"
                # while time passes, the venue publishes its prices
                assert world.state() == state[0] or deed.startswith("wait"), f"the store has changed: {attacker.told()}"
            self.trade()
        self._check(case, attacker, before)
        expelled = any("35=5" in answer for answer in case.answers)
        if (
            not case.closed
            and not expelled
            and not isinstance(world.spine._connections.get(attacker._connection), Arrival)
        ):
            self._probe(attacker)
        attacker.hang_up()
        taken = self._taken() - orders
        assert bool(taken) == case.trades, f"{taken} orders taken"
        assert not world.sessions[SESSION].is_logged_on

    def play_as_stranger(self, case: Case) -> None:
        """The same before a Logon: not a word, and nothing moves."""
        world = self.world
        attacker = Attacker(world)
        attacker.connect()
        state = world.state()
        for deed in case.deeds:
            if not deed.startswith("wait"):
                attacker.do(deed)
        assert not attacker.answers, attacker.told()
        assert world.state() == state
        self.trade()
        attacker.hang_up()

    def _taken(self) -> int:
        """Orders of the attacker that were not rejected."""
        orders = self.world.desk.blotter.orders.values()
        return sum(order.session == SESSION and order.ord_status is not OrdStatus.REJECTED for order in orders)

    def _check(self, case: Case, attacker: Attacker, before: int) -> None:
        got, answers = [fields_of(raw) for raw in attacker.answers], case.answers
        if answers[:1] == ("...",):
            answers = answers[1:]
            got = got[-len(answers) :]
        assert len(got) == len(answers), attacker.told()
        for fields, answer in zip(got, answers, strict=True):
            for tag, wanted in split(answer):
                value = _TOKEN.sub(lambda found: str(before + int(found[1] or 0)), f"={wanted}")[1:]
                found = fields.get(tag.encode(), b"none").decode("latin-1")
                assert found == expand(value), f"{tag}: {attacker.told()}"
        assert attacker.closed == case.closed, attacker.told()

    def _probe(self, attacker: Attacker) -> None:
        """It is still understood: at the latest the third time, for a length that lies swallows its neighbours."""
        attacker.answers.clear()
        session = self.world.sessions[SESSION]
        for _ in range(3):
            number = session.numbers.next_target_msg_seq_num
            attacker.feed(attacker.message("1", f"34={number}|112=ALIVE<ALIVE*20>"))
            if attacker.answers:
                break
        assert attacker.answers, "it is not understood any more"
        assert fields_of(attacker.answers[0]).get(b"35") == b"0", attacker.told()


@contextmanager
def scene() -> Iterator[Scene]:
    made = Scene()
    try:
        yield made
    finally:
        made.close()
