"""Anything at all through the real doors of the whole house: nothing raises, nothing grows without bound, and the next
client is served. What is answered to what is in `tests/hostile`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.effects import CloseConnection, SendBytes
from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened
from tests.peer import fields_of, framed, show, stamp
from tests.world import START_NS, World, memory_directory, split

NUMBER = 2
"""The MsgSeqNum(34) that is expected of whoever has just logged on."""
SILENCE: tuple[str, ...] = ()
CLOSED = "closed"


class Door:
    """A connection with nothing polite behind it."""

    def __init__(self, world: World, comp_id: str = "OTHER") -> None:
        self.world = world
        self.comp_id = comp_id.encode()
        self.closed = False
        self.answers: list[bytes] = []
        self._turn(ConnectionOpened(7, "somebody"))

    def log_on(self) -> None:
        self.feed(self.message("A", 1, "98=0|108=30"))
        assert fields_of(self.answers.pop())[b"35"] == b"A"

    def message(self, msg_type: str, number: object, body: str, **header: str | None) -> bytes:
        """A message with its length and sum right; `header` overrides 8, 49, 52, 56, or leaves them out (None)."""
        fields: dict[str, str | None] = {"t35": msg_type, "t34": str(number), "t49": self.comp_id.decode()}
        fields |= {"t52": self.now, "t56": "FIXGATE"} | header
        begin_string = fields.pop("t8", None) or "FIX.4.4"
        pairs = [*((tag[1:], value) for tag, value in fields.items() if value is not None), *split(body)]
        content = b"".join(b"%b=%b\x01" % (tag.encode("latin-1"), value.encode("latin-1")) for tag, value in pairs)
        return framed(begin_string.encode(), content)

    @property
    def now(self) -> str:
        return stamp(self.world.utc_ns).decode()

    def feed(self, data: bytes) -> None:
        if not self.closed:
            self._turn(BytesReceived(7, data))

    def _turn(self, item: ConnectionOpened | BytesReceived) -> None:
        effects = self.world.spine.transact([item], self.world.now)
        self.world.watch()
        self.world.carry_out([effect for effect in effects if getattr(effect, "connection", 7) != 7])
        for effect in effects:
            if isinstance(effect, SendBytes) and effect.connection == 7:
                parts = effect.data.replace(b"\x018=FIX", b"\x01\n8=FIX").split(b"\x01\n")
                self.answers += [part if part.endswith(b"\x01") else part + b"\x01" for part in parts]
            elif isinstance(effect, CloseConnection) and effect.connection == 7:
                self.closed = True
                self.world.spine.transact([ConnectionClosed(7)], self.world.now)

    def told(self) -> list[str]:
        return [show(raw) for raw in self.answers] + ([CLOSED] if self.closed else [])

    def check(self, answers: tuple[str, ...]) -> None:
        """What was answered, message by message."""
        wanted = [answer for answer in answers if answer != CLOSED]
        got = [fields_of(raw) for raw in self.answers]
        assert len(got) == len(wanted), self.told()
        for fields, answer in zip(got, wanted, strict=True):
            for tag, value in split(answer):
                found = fields.get(tag.encode(), b"<none>").decode("latin-1")
                assert found == value, f"{tag}: {self.told()}"
        assert self.closed == (CLOSED in answers), self.told()


@pytest.fixture
def world() -> Iterator[World]:
    with memory_directory() as directory:
        made = World(directory)
        made.log_on(made.venue)
        yield made
        made.close()


@pytest.fixture
def door(world: World) -> Door:
    made = Door(world)
    made.log_on()
    return made


ORDER = "11=A|55=BTC-USD|54=1|60=<now>|38=10|40=2|44=50000"


def order(door: Door, **changed: str | None) -> str:
    """The body of a good order but for some fields: `t38="1_000"`; None leaves one out."""
    fields: dict[str, str | None] = dict(split(ORDER.replace("<now>", door.now)))
    fields |= {tag[1:]: value for tag, value in changed.items()}
    return "|".join(f"{tag}={value}" for tag, value in fields.items() if value is not None)


@pytest.mark.parametrize(
    ("value", "understood"),
    [("0010", "10"), ("10.", "10"), ("10.00", "10.00"), (".50", "0.50"), ("000000000000010.000000000000", None)],
)
def test_unusual_numbers_that_fix_allows(door: Door, value: str, understood: str | None) -> None:
    door.feed(door.message("D", NUMBER, order(door, t38=value)))
    door.check(SILENCE)
    (accepted,) = door.world.desk.blotter.orders.values()
    assert understood is None or f"{accepted.order_qty:f}" == understood
    assert len(door.world.venue.unread) == 1


NOW = stamp(START_NS)
CONTENT = b"35=D\x0134=2\x0149=OTHER\x0152=%b\x0156=FIXGATE\x01" % NOW + b"".join(
    b"%b=%b\x01" % (tag.encode(), value.encode().replace(b"<now>", NOW)) for tag, value in split(ORDER)
)
GOOD = framed(b"FIX.4.4", CONTENT)
BUFFERED_BYTES_MAX = 65536 + 4100


def test_an_endless_message_is_never_buffered(door: Door) -> None:
    door.feed(b"8=FIX.4.4\x019=60000\x0135=D\x01")
    for _ in range(200):
        door.feed(b"58=" + b"a" * 60_000)
        assert buffered(door) <= BUFFERED_BYTES_MAX


def test_messages_above_a_gap_are_held_within_bounds(door: Door) -> None:
    session = door.world.sessions["other"]
    text = "58=" + "a" * 60_000
    for number in range(NUMBER + 1, NUMBER + 200):
        door.feed(door.message("D", number, f"{order(door)}|{text}"))
    held = session._gap.held
    assert sum(len(raw) for raw in held.values() if raw) <= session.settings.held_bytes_max
    door.check(("35=2|7=2|16=0",))
    assert not door.world.desk.blotter.orders


def buffered(door: Door) -> int:
    framer = door.world.sessions["other"]._framer
    return 0 if framer is None else framer.buffered_bytes


# -- anything at all ---------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [GOOD, CONTENT, b"8=FIX.4.4\x01", b"9=70\x01", b"35=D\x01", b"10=123\x01", b"\x01", b"=", b"34=2\x01", b"453=9\x01"]
)
SAMPLES = [
    ("D", 2, ORDER),
    ("D", 2, ORDER + "|97=Y"),
    ("D", 3, ORDER),
    ("F", 2, "11=B|41=A|55=BTC-USD|54=1|60=<now>|38=10"),
    ("G", 2, "11=B|41=A|55=BTC-USD|54=1|60=<now>|38=10|40=2|44=50000"),
    ("H", 2, "11=A|55=BTC-USD|54=1"),
    ("A", 2, "98=0|108=30|141=Y"),
    ("A", 1, "98=0|108=30|141=Y"),
    ("0", 2, ""),
    ("1", 2, "112=a"),
    ("2", 2, "7=1|16=0"),
    ("3", 2, "45=1|373=5"),
    ("4", 2, "36=9|123=Y"),
    ("4", 2, "36=9"),
    ("5", 2, ""),
    ("j", 2, "45=1|372=8|380=0"),
]
VALUES = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "1_0", "+5", "1e5", "NaN", "Infinity", "Y", "N", "D", "<now>", "\x00", "\xff", "9" * 400]
    ),
    st.text(st.characters(max_codepoint=255, exclude_characters="\x01|"), max_size=12),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
)
TAGS = st.one_of(
    st.sampled_from(
        "8 9 34 35 49 52 56 43 97 122 11 41 38 40 44 54 55 59 60 1 453 448 112 7 16 36 123 141 108 95 96 10".split()
    ),
    st.integers(-1, 10000).map(str),
)


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, str, list[tuple[str, str]]]:
    """A good message of which a few fields are changed, lost, added or repeated: MsgType, MsgSeqNum, body."""
    msg_type, number, body = draw(st.sampled_from(SAMPLES))
    fields = split(body)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(fields) - 1)))
        what = draw(st.sampled_from(["value", "lose", "add", "repeat", "number", "type"]))
        if what == "value" and fields:
            fields[at] = (fields[at][0], draw(VALUES))
        elif what == "lose" and fields:
            del fields[at]
        elif what == "add":
            fields.insert(at, (draw(TAGS), draw(VALUES)))
        elif what == "repeat" and fields:
            fields.insert(at, fields[at])
        elif what == "number":
            return msg_type, draw(VALUES), fields
        elif what == "type":
            msg_type = draw(st.sampled_from("D F G H A 0 1 2 3 4 5 8 9 j B V ZZ".split()))
    return msg_type, str(number), fields


def spoken(door: Door, message: tuple[str, str, list[tuple[str, str]]]) -> bytes:
    msg_type, number, fields = message
    body = b"".join(b"%b=%b\x01" % (t.encode("latin-1"), v.encode("latin-1")) for t, v in fields)
    header = b"35=%b\x0134=%b\x0149=OTHER\x0152=%b\x0156=FIXGATE\x01" % (
        msg_type.encode(),
        number.encode("latin-1"),
        NOW,
    )
    return framed(b"FIX.4.4", header + body.replace(b"<now>", NOW))


@settings(max_examples=150)
@given(messages=st.lists(spoiled(), min_size=1, max_size=6), before_logon=st.booleans(), trading=st.booleans())
@example([("D", "2", [("11", "A")])], False, False)
def test_no_message_ends_the_process_or_breaks_a_law(
    messages: list[tuple[str, str, list[tuple[str, str]]]], before_logon: bool, trading: bool
) -> None:
    """The world holds its laws behind every turn; what we answer is valid FIX; the next client is served."""
    with memory_directory() as directory:
        world = World(directory)
        world.log_on(world.client, *([world.venue] if trading else []))
        door = Door(world)
        if not before_logon:
            door.log_on()
        for message in messages:
            door.feed(spoken(door, message))
            assert buffered(door) <= BUFFERED_BYTES_MAX
        world.send(world.client, "35=H|11=X")
        world.expect(world.client, "35=8|39=8|103=5")
        world.close()


@settings(max_examples=150)
@given(chunks=st.lists(st.one_of(st.binary(max_size=60), WORDS), max_size=12), before_logon=st.booleans())
def test_no_bytes_end_the_process_or_change_the_journal_without_a_message(
    chunks: list[bytes], before_logon: bool
) -> None:
    with memory_directory() as directory:
        world = World(directory)
        door = Door(world)
        if not before_logon:
            door.log_on()
        before = world.state()
        for chunk in chunks:
            door.feed(chunk)
            assert buffered(door) <= BUFFERED_BYTES_MAX
        if GOOD not in b"".join(chunks):
            assert world.state() == before
            assert not door.answers
        world.close()
