"""Bad input of every kind, through the real doors of the whole house: each gets the answer that the standard names, or
the silence it names, and what must not change does not change.

FIX volume 2, session test cases; their numbers stand beside some. A case is what a peer sends, and the answers: fields
that each must have. `SILENCE` is none, `CLOSED` the end of the connection.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.effects import CloseConnection, SendBytes
from gateway.inbox import BytesReceived, ConnectionClosed, ConnectionOpened
from gateway.session.lobby import Arrival
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


# -- numbers -----------------------------------------------------------------------------------------------------------

NO_NUMBERS = {
    "underscore": "1_000", "plus": "+5", "exponent": "1e5", "Exponent": "1E5", "NaN": "NaN", "nan": "nan",
    "sNaN": "sNaN", "Infinity": "Infinity", "-Infinity": "-Infinity", "inf": "inf", "hexadecimal": "0x10",
    "full width": "\xef\xbc\x91\xef\xbc\x90", "Arabic": "\xd9\xa1\xd9\xa0", "superscript": "1\xb2",
    "400 digits": "9" * 400,
    "400 digits and a point": "9" * 200 + "." + "9" * 200, "16 digits": "1234567890123456",
    "13 decimals": "1.0000000000001",
    "blank before": " 10", "blank behind": "10 ", "thousands": "1,000", "two points": "1.2.3", "two signs": "--5",
    "sign only": "-", "point only": ".", "fraction": "1/2", "NUL": "\x00", "NUL behind": "10\x00", "new line": "10\n",
    "letters": "ten", "8 bit": "\xff", "percent": "10%", "long zero": "0" * 30, "tab": "\t10", "quotes": '"10"',
}  # fmt: skip


@pytest.mark.parametrize("tag", ["38", "44"])
@pytest.mark.parametrize("value", NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_what_is_no_number_is_rejected_by_its_tag(door: Door, tag: str, value: str) -> None:
    """14.f: SessionRejectReason(373)=6."""
    door.feed(door.message("D", NUMBER, order(door, **{f"t{tag}": value})))
    door.check((f"35=3|45=2|371={tag}|372=D|373=6|58=Incorrect data format for value",))
    assert not door.world.desk.blotter.orders


@pytest.mark.parametrize("tag", ["11", "38", "44", "54", "55", "60", "40", "59", "1"])
def test_a_field_without_a_value_is_rejected(door: Door, tag: str) -> None:
    """14.d: 373=4."""
    door.feed(door.message("D", NUMBER, order(door, **{f"t{tag}": ""})))
    door.check((f"35=3|45=2|371={tag}|373=4",))


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


# -- other values, and the shape of a message --------------------------------------------------------------------------

FULL_WIDTH_TIME = "\xef\xbc\x92" * 8
IN_SEQUENCE: dict[str, tuple[str, tuple[str, ...]]] = {
    "side no enumeration": ("D|54=Z", ("35=3|371=54|373=5",)),
    "side with blank": ("D|54=1 ", ("35=3|371=54|373=6",)),
    "side with zero": ("D|54=01", ("35=3|371=54|373=6",)),
    "time of another format": ("D|60=2023-11-15T12:00:00Z", ("35=3|371=60|373=6",)),
    "time in the thirteenth month": ("D|60=20231315-12:00:00", ("35=3|371=60|373=6",)),
    "time at a second that there is not": ("D|60=20231115-12:00:61", ("35=3|371=60|373=6",)),
    "time in full width digits": (f"D|60={FULL_WIDTH_TIME}", ("35=3|371=60|373=6",)),
    "tag twice": ("D|58=a|58=b", ("35=3|371=58|373=13",)),
    "tag zero": ("D|0=1", ("35=3|371=0|373=0",)),
    "tag negative": ("D|-1=1", ("35=3|371=-1|373=0",)),
    "tag of letters": ("D|abc=1", SILENCE),
    "tag empty": ("D|=1", SILENCE),
    "tag with leading zero": ("D|0058=1", ("35=3|371=0058|373=0",)),
    "tag of 20 digits": ("D|99999999999999999999=1", SILENCE),
    "tag in full width digits": ("D|\xef\xbc\x95=1", SILENCE),
    "tag unknown": ("D|4999=1", ("35=3|371=4999|373=0",)),
    "tag user defined": ("D|20000=1", ("35=3|371=20000|373=0",)),
    "tag of another message": ("D|262=1", ("35=3|371=262|373=2",)),
    "header field in the body": ("D|50=me", ("35=3|371=50|373=14",)),
    "count without entries": ("D|453=2", ("35=3|371=453|373=16",)),
    "count that lies": ("D|453=3|448=a|447=D|452=1", ("35=3|371=453|373=16",)),
    "count of a billion": ("D|453=1000000000|448=a|447=D|452=1", ("35=3|371=453|373=5",)),
    "count negative": ("D|453=-1", ("35=3|371=453|373=6",)),
    "count no number": ("D|453=1_0|448=a|447=D|452=1", ("35=3|371=453|373=6",)),
    "entry without its first field": ("D|453=1|447=D|452=1", ("35=3|371=447|373=15",)),
    "group bomb": ("D|453=300" + "|448=a|447=D|452=1" * 300, ("35=3|371=453|373=5",)),
    "unknown MsgType": ("ZZ|58=a", ("35=3|371=<none>|372=ZZ|373=11",)),
    "MsgType of 8 bits": ("\xff|58=a", ("35=3|372=\xff|373=11",)),
    "MsgType of 1000 letters": ("D" * 1000 + "|58=a", ("35=3|372=<none>|373=11",)),
    "MsgType of lower case": ("f|58=a", ("35=3|372=f|373=11",)),
    "MsgType with blank": ("D |58=a", ("35=3|372=D |373=11",)),
    "TestRequest with nothing": ("1", ("35=3|371=112|373=1",)),
    "ResendRequest from 0": ("2|7=0|16=0", ("35=3|371=7|373=5",)),
    "ResendRequest from -1": ("2|7=-1|16=0", ("35=3|371=7|373=6",)),
    "ResendRequest from text": ("2|7=one|16=0", ("35=3|371=7|373=6",)),
    "ResendRequest from 1_0": ("2|7=1_0|16=0", ("35=3|371=7|373=6",)),
    "ResendRequest above all": ("2|7=1000|16=0", ("35=3|371=7|373=5",)),
    "ResendRequest backwards": ("2|7=1|16=-5", ("35=3|371=16|373=6",)),
    "ResendRequest of 400 digits": ("2|7=" + "1" * 400 + "|16=0", ("35=3|371=7|373=6",)),
    "SequenceReset back": ("4|36=1", ("35=3|373=5",)),
    "SequenceReset to text": ("4|36=+9", ("35=3|371=36|373=6",)),
    "SequenceReset by nothing": ("4", ("35=3|371=36|373=1",)),
    "gap fill back": ("4|123=Y|36=1", ("35=3|371=36|373=5",)),
    "Logon twice": ("A|98=0|108=30", ("35=5|58=Logon not expected",)),
    "Reject that is faulty": ("3|999999=1", SILENCE),
    "Heartbeat with a stranger's field": ("0|20000=1", ("35=3|371=20000|373=0",)),
    "quote request": ("S|117=1|55=BTC-USD", ("35=3|372=S|373=11",)),
    "BusinessMessageReject": ("j|45=1|372=8|380=0", SILENCE),
    "ClOrdID of 8 bits": ("D|11=\xe4\xf6\xff", SILENCE),
    "ClOrdID with NUL": ("D|11=a\x00b", SILENCE),
    "ClOrdID with =": ("D|11=a=b=c", SILENCE),
    "Text that looks like a message": ("D|58=8=FIX.4.4", SILENCE),
    "Symbol of 8 bits": ("D|55=\xe4\xf6", ("35=8|39=8|55=\xe4\xf6|58=UNKNOWN_SYMBOL: symbol=\xe4\xf6",)),
    "Account of 60,000 bytes": ("D|1=" + "a" * 60000, SILENCE),
}
"""What a message in sequence says, and what it is answered. `D|...` is a good order with these fields changed."""


@pytest.mark.parametrize("case", IN_SEQUENCE)
def test_message_in_sequence(door: Door, case: str) -> None:
    text, answers = IN_SEQUENCE[case]
    msg_type, _, body = text.partition("|")
    if msg_type == "D":
        fields = split(body)
        if len({tag for tag, _ in fields}) == len(fields):
            changed = dict(split(order(door))) | dict(fields)
            body = "|".join(f"{tag}={value}" for tag, value in changed.items())
        else:
            body = f"{order(door)}|{body}"
    door.feed(door.message(msg_type, NUMBER, body))
    door.check(answers)
    if not answers or "35=5" not in answers[0]:
        number = door.world.sessions["other"].numbers.next_target_msg_seq_num
        door.answers.clear()
        door.feed(door.message("1", number, "112=ALIVE"))
        door.check(("35=0|112=ALIVE",))


# -- the header --------------------------------------------------------------------------------------------------------

HEADERS: dict[str, tuple[dict[str, str | None], tuple[str, ...]]] = {
    "another version": ({"t8": "FIX.4.2"}, ("35=5|58=Incorrect BeginString",)),
    "no version at all": ({"t8": "FIX.9.9"}, ("35=5|58=Incorrect BeginString",)),
    "FIXT": ({"t8": "FIXT.1.1"}, ("35=5|58=Incorrect BeginString",)),
    "wrong sender": ({"t49": "CLIENT"}, ("35=3|45=2|373=9", "35=5")),
    "wrong target": ({"t56": "SOMEBODY"}, ("35=3|45=2|373=9", "35=5")),
    "sender in another case": ({"t49": "other"}, ("35=3|45=2|373=9", "35=5")),
    "sender of 8 bits": ({"t49": "\xff\xfe"}, ("35=3|45=2|373=9", "35=5")),
    "no sender": ({"t49": None}, ("35=3|45=2|371=49|373=1",)),
    "no target": ({"t56": None}, ("35=3|45=2|371=56|373=1",)),
    "no time": ({"t52": None}, ("35=3|45=2|371=52|373=1",)),
    "empty sender": ({"t49": ""}, ("35=3|45=2|371=49|373=4",)),
    "empty time": ({"t52": ""}, ("35=3|45=2|371=52|373=4",)),
    "time of no format": ({"t52": "yesterday"}, ("35=3|45=2|371=52|373=6",)),
    "time in full width digits": ({"t52": FULL_WIDTH_TIME}, ("35=3|45=2|371=52|373=6",)),
    "time too long ago": ({"t52": "20231115-11:50:00"}, ("35=3|45=2|373=10", "35=5")),
    "time to come": ({"t52": "20231115-12:10:00"}, ("35=3|45=2|373=10", "35=5")),
    "number missing": ({"t34": None}, ("35=5|58=Required tag missing (34)",)),
    "number empty": ({"t34": ""}, ("35=5|58=Incorrect data format for value (34)",)),
    "number of letters": ({"t34": "two"}, ("35=5|58=Incorrect data format for value (34)",)),
    "number with sign": ({"t34": "+2"}, ("35=5|58=Incorrect data format for value (34)",)),
    "number negative": ({"t34": "-2"}, ("35=5|58=Incorrect data format for value (34)",)),
    "number with point": ({"t34": "2.0"}, ("35=5|58=Incorrect data format for value (34)",)),
    "number with underscore": ({"t34": "0_2"}, ("35=5|58=Incorrect data format for value (34)",)),
    "number in full width digits": ({"t34": "\xef\xbc\x92"}, ("35=5|58=Incorrect data format for value (34)",)),
    "number of 20 digits": ({"t34": "9" * 20}, ("35=5|58=Incorrect data format for value (34)",)),
    "number of 400 digits": ({"t34": "9" * 400}, ("35=5|58=Incorrect data format for value (34)",)),
    "number too low": ({"t34": "1"}, ("35=5|58=MsgSeqNum too low, expecting 2 but received 1",)),
    "number zero": ({"t34": "0"}, ("35=5|58=MsgSeqNum too low, expecting 2 but received 0",)),
    "number too high": ({"t34": "9"}, ("35=2|7=2|16=0",)),
    "number of 18 digits": ({"t34": "9" * 18}, ("35=2|7=2|16=0",)),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADERS)
def test_header(door: Door, case: str) -> None:
    """2.c to 2.o. What is not in sequence, or not of this session, is no order."""
    header, answers = HEADERS[case]
    door.feed(door.message("D", NUMBER, order(door), **header))
    door.check(answers)
    assert not door.world.desk.blotter.orders


# -- what is no message ------------------------------------------------------------------------------------------------

NOW = stamp(START_NS)
CONTENT = b"35=D\x0134=2\x0149=OTHER\x0152=%b\x0156=FIXGATE\x01" % NOW + b"".join(
    b"%b=%b\x01" % (tag.encode(), value.encode().replace(b"<now>", NOW)) for tag, value in split(ORDER)
)
LENGTH = len(CONTENT)
GOOD = framed(b"FIX.4.4", CONTENT)


def with_length(text: bytes) -> bytes:
    """The good order with another BodyLength(9), its sum right."""
    start = b"8=FIX.4.4\x019=%b\x01%b" % (text, CONTENT)
    return start + b"10=%03d\x01" % (sum(start) % 256)


def with_content(content: bytes) -> bytes:
    """The length and the sum right."""
    return framed(b"FIX.4.4", content)


GARBLED: dict[str, bytes] = {
    "sum wrong": GOOD[:-4] + b"%03d\x01" % ((int(GOOD[-4:-1]) + 1) % 256),
    "sum of two digits": GOOD[:-4] + b"12\x01",
    "sum of four digits": GOOD[:-4] + b"0" + GOOD[-4:],
    "sum of letters": GOOD[:-4] + b"abc\x01",
    "sum negative": GOOD[:-4] + b"-12\x01",
    "sum in full width digits": GOOD[:-4] + b"\xef\xbc\x91" * 3 + b"\x01",
    "sum missing": GOOD[:-7],
    "length too short": with_length(b"%d" % (LENGTH - 1)),
    "length too long": with_length(b"%d" % (LENGTH + 1)),
    "length swallows the next": with_length(b"%d" % (LENGTH + 20)),
    "length zero": with_length(b"0"),
    "length negative": with_length(b"-%d" % LENGTH),
    "length with sign": with_length(b"+%d" % LENGTH),
    "length with blank": with_length(b" %d" % LENGTH),
    "length with underscore": with_length(b"1_%d" % (LENGTH % 100)),
    "length hexadecimal": with_length(b"0x%x" % LENGTH),
    "length of letters": with_length(b"long"),
    "length empty": with_length(b""),
    "length in full width digits": with_length(b"\xef\xbc\x91" * 3),
    "length of 20 digits": with_length(b"9" * 20),
    "length of 9999999": with_length(b"9999999"),
    "length missing": b"8=FIX.4.4\x01" + CONTENT + b"10=000\x01",
    "length twice": with_content(b"9=5\x01" + CONTENT),
    "MsgType not third": with_content(CONTENT.replace(b"35=D\x0134=2\x01", b"34=2\x0135=D\x01")),
    "MsgType missing": with_content(CONTENT.replace(b"35=D\x01", b"")),
    "MsgType without =": with_content(b"35\x01" + CONTENT),
    "field without =": with_content(CONTENT + b"58\x01"),
    "empty field": with_content(CONTENT + b"\x01"),
    "10,000 fields": with_content(CONTENT + b"58=a\x01" * 10_000),
    "1001 fields": with_content(CONTENT + b"58=a\x01" * 1001),
    "100,000 bytes": with_content(CONTENT + b"58=" + b"a" * 100_000 + b"\x01"),
    "a megabyte without an end": b"8=FIX.4.4\x019=100\x0135=D\x01" + b"58=a" * 250_000,
    "data longer than it says": with_content(CONTENT + b"354=2\x01355=abcd\x01"),
    "data shorter than it says": with_content(CONTENT + b"354=9\x01355=abcd\x01"),
    "data of 9999999 bytes": with_content(CONTENT + b"354=9999999\x01355=a\x01"),
    "data that covers the sum": with_content(CONTENT + b"354=8\x01355=a\x01"),
    "BeginString of 100 bytes": b"8=FIX" + b"4" * 100 + b"\x019=5\x0135=0\x0110=000\x01",
    "heads without bodies": b"8=FIX.4.4\x019=" * 10,
    "noise": bytes(range(2, 256)) * 20,
    "NUL": bytes(5000),
    "SOH": b"\x01" * 5000,
    "web": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),
    "UTF-16": "8=FIX.4.4".encode("utf-16"),
    "lower case": GOOD.replace(b"8=FIX", b"8=fix"),
    "bars for SOH": GOOD.replace(b"\x01", b"|"),
    "new lines for SOH": GOOD.replace(b"\x01", b"\n"),
    "tag and value swapped": with_content(CONTENT.replace(b"35=D", b"D=35")),
}
ENDLESS = {"100,000 bytes", "a megabyte without an end"}
"""Above the limit by so much that it counts as a flood of garbage."""
BUFFERED_BYTES_MAX = 65536 + 4100


@pytest.mark.parametrize("pieces", [1, 50])
@pytest.mark.parametrize("case", GARBLED)
def test_garbled_message_is_ignored_and_changes_nothing(door: Door, case: str, pieces: int) -> None:
    """2.d, 2.m, 2.t, 3.b: silence; its number is not used up; what follows is understood, at the latest the one after
    the next, for a length that is too long swallows its neighbour."""
    data = GARBLED[case]
    segment = -(-len(data) // pieces)
    before = door.world.state()
    for start in range(0, len(data), segment):
        door.feed(data[start : start + segment])
        assert buffered(door) <= BUFFERED_BYTES_MAX
    assert door.world.state() == before
    if case in ENDLESS:
        door.check((CLOSED,))
        return
    for _ in range(3):
        if not door.answers:
            door.feed(door.message("1", NUMBER, "112=" + "ALIVE" * 20))
    door.check(("35=0|112=" + "ALIVE" * 20,))


def test_who_sends_nothing_but_garbage_is_hung_up_on(door: Door) -> None:
    before = door.world.state()
    for _ in range(40):
        door.feed(GARBLED["sum wrong"])
    door.check((CLOSED,))
    assert door.world.state() == before


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


# -- the first message -------------------------------------------------------------------------------------------------

TERMS = "98=0|108=30"
FIRST: dict[str, tuple[str, str, dict[str, str | None], tuple[str, ...]]] = {
    "stranger": ("A", TERMS, {"t49": "STRANGER"}, (CLOSED,)),
    "another's target": ("A", TERMS, {"t56": "SOMEBODY"}, (CLOSED,)),
    "sender and target swapped": ("A", TERMS, {"t49": "FIXGATE", "t56": "OTHER"}, (CLOSED,)),
    "another version": ("A", TERMS, {"t8": "FIX.4.2"}, (CLOSED,)),
    "no version": ("A", TERMS, {"t8": "FIX.4.9"}, (CLOSED,)),
    "no sender": ("A", TERMS, {"t49": None}, (CLOSED,)),
    "empty sender": ("A", TERMS, {"t49": ""}, (CLOSED,)),
    "no time": ("A", TERMS, {"t52": None}, (CLOSED,)),
    "time too long ago": ("A", TERMS, {"t52": "20231115-11:00:00"}, (CLOSED,)),
    "time of no format": ("A", TERMS, {"t52": "now"}, (CLOSED,)),
    "no number": ("A", TERMS, {"t34": None}, (CLOSED,)),
    "number of letters": ("A", TERMS, {"t34": "one"}, (CLOSED,)),
    "number of 400 digits": ("A", TERMS, {"t34": "1" * 400}, (CLOSED,)),
    "order first": ("D", ORDER.replace("<now>", NOW.decode()), {}, (CLOSED,)),
    "Heartbeat first": ("0", "", {}, (CLOSED,)),
    "ResendRequest first": ("2", "7=1|16=0", {}, (CLOSED,)),
    "SequenceReset first": ("4", "36=100", {}, (CLOSED,)),
    "Logout first": ("5", "", {}, (CLOSED,)),
    "MsgType of no message first": ("ZZ", "", {}, (CLOSED,)),
    "a session of ours that calls itself": ("A", TERMS, {"t49": "VENUE"}, (CLOSED,)),
    "no HeartBtInt": ("A", "98=0", {}, ("35=5|58=Required tag missing (108)",)),
    "HeartBtInt of letters": ("A", "98=0|108=often", {}, ("35=5|58=Incorrect data format for value (108)",)),
    "HeartBtInt negative": ("A", "98=0|108=-1", {}, ("35=5",)),
    "HeartBtInt zero": ("A", "98=0|108=0", {}, ("35=5|58=HeartBtInt(108)=0 is outside 1 to 3600",)),
    "HeartBtInt of a year": ("A", "98=0|108=31536000", {}, ("35=5|58=HeartBtInt(108)=31536000 is outside 1 to 3600",)),
    "HeartBtInt of 400 digits": ("A", "98=0|108=" + "1" * 400, {}, ("35=5",)),
    "encryption": ("A", "98=1|108=30", {}, ("35=5|58=EncryptMethod(98) other than 0 (none) is not supported",)),
    "no EncryptMethod": ("A", "108=30", {}, ("35=5|58=Required tag missing (98)",)),
    "a field that is not FIX": ("A", TERMS + "|20000=1", {}, ("35=5",)),
    "number too low": ("A", TERMS, {"t34": "0"}, ("35=5|58=MsgSeqNum too low, expecting 1 but received 0",)),
    "number too high": ("A", TERMS, {"t34": "500"}, ("35=A|108=30", "35=2|7=1|16=0")),
    "number of 18 digits": ("A", TERMS, {"t34": "9" * 18}, ("35=A", "35=2|7=1|16=0")),
}
"""MsgType, body, header, answers. Who cannot be told from a stranger hears nothing (1B, 1S, 2S); a known sender whose
terms are not acceptable is told so."""


@pytest.mark.parametrize("case", FIRST)
def test_first_message(world: World, case: str) -> None:
    msg_type, body, header, answers = FIRST[case]
    before = world.state()
    door = Door(world)
    door.feed(door.message(msg_type, 1, body, **header))
    door.check(answers)
    if answers == (CLOSED,):
        assert world.state() == before
        assert "other" not in world.journal.numbers()
    assert not world.desk.blotter.orders


@pytest.mark.parametrize("case", GARBLED)
def test_garbled_first_message_is_answered_by_nothing(world: World, case: str) -> None:
    before = world.state()
    door = Door(world)
    data = GARBLED[case]
    for start in range(0, len(data), 1000):
        door.feed(data[start : start + 1000])
        arrival = world.spine._connections.get(7)
        assert not isinstance(arrival, Arrival) or arrival._framer.buffered_bytes <= BUFFERED_BYTES_MAX
    assert not door.answers
    assert world.state() == before
    world.wait(10)
    assert world.spine.deadline() is not None
    assert not world.sessions["other"].is_logged_on


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
